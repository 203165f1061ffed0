"""Logic blocks: true and false, comparison and choice."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from shtairir.block import MISSING, BlockDefinition, InputPort, OutputPort, Param, block, definition_of
from shtairir.block.expression import compile_expression
from shtairir.block.interface import Scope
from shtairir.block.types import ANY, ScalarType
from shtairir.errors import BlockError
from shtairir.ids import PortName

Condition = Annotated[bool, Param(port=True)]
Operand = Annotated[float, Param(port=True)]


@block(category="Logic", name="True or false", tags=("constant", "boolean", "switch", "checkbox"))
def boolean(value: bool = False) -> bool:
    """Give true or false.

    Parameters
    ----------
    value
        Which of the two.

    Returns
    -------
    out
        The same value.
    """
    return value


@block(category="Logic", name="And", tags=("both", "all"))
def and_(a: Condition = False, b: Condition = False) -> bool:
    """Tell whether both are true.

    Parameters
    ----------
    a
        First value.
    b
        Second value.

    Returns
    -------
    out
        True if both are.
    """
    return a and b


@block(category="Logic", name="Or", tags=("either", "any"))
def or_(a: Condition = False, b: Condition = False) -> bool:
    """Tell whether at least one is true.

    Parameters
    ----------
    a
        First value.
    b
        Second value.

    Returns
    -------
    out
        True if one or both are.
    """
    return a or b


@block(category="Logic", name="Not", tags=("invert", "negate"))
def not_(value: Condition = False) -> bool:
    """Turn true into false and false into true.

    Parameters
    ----------
    value
        The value.

    Returns
    -------
    out
        The opposite.
    """
    return not value


@block(category="Logic", name="Compare", tags=("greater", "less", "equal", "if"))
def compare(
    a: Operand = 0.0,
    b: Operand = 0.0,
    operator: Literal["<", "<=", "==", "!=", ">=", ">"] = ">",
    tolerance: float = 0.0,
) -> bool:
    """Compare two numbers.

    Parameters
    ----------
    a
        First number.
    b
        Second number.
    operator
        How a shall relate to b.
    tolerance
        Numbers that differ by no more than this count as equal.

    Returns
    -------
    out
        Whether it is so. A missing value (NaN) relates to nothing; it differs from everything.
    """
    equal = a == b or abs(a - b) <= tolerance
    less, greater = a < b and not equal, a > b and not equal
    return {
        "<": less,
        "<=": less or equal,
        "==": equal,
        "!=": not equal,
        ">=": greater or equal,
        ">": greater,
    }[operator]


@block(category="Logic", name="Equal", tags=("same", "compare"))
def equal(a: Any, b: Any) -> bool:
    """Tell whether two values of any kind are the same.

    Parameters
    ----------
    a
        First value.
    b
        Second value: arrays, tables and lists are compared element by element.

    Returns
    -------
    out
        Whether they are.
    """
    from shtairir_blocks.kernels import logic as kernels

    return kernels.same(a, b)


@block(category="Logic", name="Is empty", tags=("nothing", "missing", "none"))
def is_empty(value: Any) -> bool:
    """Tell whether there is nothing in a value.

    Parameters
    ----------
    value
        A list, text, array, table or anything else.

    Returns
    -------
    out
        True for nothing at all, no item, no letter, no element and no row.
    """
    from shtairir_blocks.kernels import logic as kernels

    return kernels.is_empty(value)


@block(category="Logic", name="Choose", tags=("if", "else", "switch", "condition"))
def select(condition: bool, if_true: Any, if_false: Any) -> Any:
    """Pass on one of two values. Both are worked out first.

    Parameters
    ----------
    condition
        Which one.
    if_true
        Passed on when the condition is true.
    if_false
        Passed on when it is false.

    Returns
    -------
    out
        The chosen value.
    """
    return if_true if condition else if_false


def _ports_of_expression(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    """Return the definition of Expression with an input for each name in its text."""
    base = definition_of(expression)
    text = values.get("expression", base.inputs[-1].default)
    if not isinstance(text, str):
        return base
    formula = compile_expression(text)
    if "expression" in formula.names:
        raise BlockError("The expression names 'expression', which is its own text.", hint="Choose another name.")
    inputs = [
        InputPort(PortName(name), ANY, True, MISSING, help=f"The value of '{name}' in the expression.", label=name)
        for name in formula.names
    ]
    out = OutputPort(PortName("out"), ScalarType("bool") if formula.is_condition else ANY, base.outputs[0].help)
    return replace(base, inputs=(*inputs, base.inputs[-1]), outputs=(out,), function=_evaluated)


def _evaluated(expression: str, **values: Any) -> Any:
    return compile_expression(expression).evaluate(values)


@block(
    category="Logic",
    name="Expression",
    tags=("formula", "condition", "calculate", "compute", "equation"),
    adapt=_ports_of_expression,
)
def expression(a: Any, b: Any, expression: Annotated[str, Param(widget="expression")] = "a > b") -> Any:
    """Work out a formula or a condition, written as text.

    Parameters
    ----------
    a
        The value of 'a' in the expression. The inputs follow the names in it.
    b
        The value of 'b' in the expression.
    expression
        For example ``mean > 0.5 and count < limit``. Each name in it is an input; nothing in it can do harm.

    Returns
    -------
    out
        What it gives.
    """
    return _evaluated(expression, a=a, b=b)
