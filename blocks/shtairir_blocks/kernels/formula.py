"""Formulas over whole arrays: ``a * exp(-x / tau) + c`` for all x at once.

The text has passed the language of expressions before it comes here, so it holds names, numbers, operators and calls
only. It is not evaluated by Python: each branch of its tree that is on the list below becomes a NumPy call, and any
other is refused. Whole numbers become floating-point ones, so that no power can grow without bounds.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = Mapping[str, Any]
Formula = Callable[[Values], NDArray[np.float64]]

CONSTANTS = {"pi": np.pi}

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "atan": np.arctan,
    "ceil": np.ceil,
    "cos": np.cos,
    "exp": np.exp,
    "floor": np.floor,
    "log": np.log,
    "log10": np.log10,
    "max": lambda *values: _folded(np.maximum, values),
    "min": lambda *values: _folded(np.minimum, values),
    "round": np.round,
    "sin": np.sin,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
}
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.remainder,
    ast.Pow: np.float_power,
    ast.USub: np.negative,
    ast.UAdd: np.positive,
    ast.Not: np.logical_not,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
}


def formula(text: str) -> Formula:
    """Return a function of the values of its names that works out a formula for all their elements.

    What is not defined, such as the root of a negative number, is NaN.

    Raises
    ------
    ValueError
        When it holds something that has no meaning for arrays, such as a text or a list.

    Examples
    --------
    >>> formula("2 * x + 1")({"x": np.array([0.0, 1.0])}).tolist()
    [1.0, 3.0]
    """
    step = _step(ast.parse(text.strip().replace("\n", " "), mode="eval").body)

    def evaluate(values: Values) -> NDArray[np.float64]:
        with np.errstate(all="ignore"):
            return np.asarray(step({**CONSTANTS, **values}), np.float64)

    return evaluate


def _step(node: ast.AST) -> Callable[[Values], Any]:
    make = _MAKERS.get(type(node))
    if make is None:
        raise ValueError("A formula is made of numbers, names, + - * / // % **, comparisons and functions.")
    return make(node)


def _constant(node: ast.Constant) -> Callable[[Values], Any]:
    if not isinstance(node.value, int | float):
        raise ValueError(f"{node.value!r} is no number, and a formula is made of numbers.")
    number = float(node.value)
    return lambda values: number


def _name(node: ast.Name) -> Callable[[Values], Any]:
    return lambda values: values[node.id]


def _applied(operators: list[Any], operands: list[ast.expr]) -> Callable[[Values], Any]:
    call = _OPERATORS[type(operators[0])]
    steps = [_step(operand) for operand in operands]
    return lambda values: _folded(call, [step(values) for step in steps])


def _unary(node: ast.UnaryOp) -> Callable[[Values], Any]:
    call, inner = _OPERATORS[type(node.op)], _step(node.operand)
    return lambda values: call(inner(values))


def _compare(node: ast.Compare) -> Callable[[Values], Any]:
    unknown = next((one for one in node.ops if type(one) not in _OPERATORS), None)
    if unknown is not None:
        raise ValueError("A formula compares numbers by < <= > >= == != only.")
    calls = [_OPERATORS[type(one)] for one in node.ops]
    steps = [_step(part) for part in (node.left, *node.comparators)]

    def evaluate(values: Values) -> Any:
        sides = [step(values) for step in steps]
        return _folded(np.logical_and, [call(*sides[i : i + 2]) for i, call in enumerate(calls)])

    return evaluate


def _choice(node: ast.IfExp) -> Callable[[Values], Any]:
    test, chosen, other = (_step(part) for part in (node.test, node.body, node.orelse))
    return lambda values: np.where(test(values), chosen(values), other(values))


def _call(node: ast.Call) -> Callable[[Values], Any]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    call = _FUNCTIONS.get(name)
    if call is None:
        raise ValueError(f"A formula cannot use '{name}'. It may use: {', '.join(_FUNCTIONS)}.")
    if len(node.args) > 1 and name not in ("max", "min"):
        raise ValueError(f"In a formula '{name}' takes one value.")
    steps = [_step(argument) for argument in node.args]
    return lambda values: call(*(step(values) for step in steps))


def _folded(call: Callable[[Any, Any], Any], values: Any) -> Any:
    result, *rest = values
    for value in rest:
        result = call(result, value)
    return result


_MAKERS: dict[type[ast.AST], Callable[[Any], Callable[[Values], Any]]] = {
    ast.BinOp: lambda node: _applied([node.op], [node.left, node.right]),
    ast.BoolOp: lambda node: _applied([node.op], node.values),
    ast.Call: _call,
    ast.Compare: _compare,
    ast.Constant: _constant,
    ast.IfExp: _choice,
    ast.Name: _name,
    ast.UnaryOp: _unary,
}
