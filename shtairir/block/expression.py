"""The language of conditions: ``mean > 0.5 and count < limit``.

An expression is read once and then evaluated often, about a microsecond each. It is never handed to ``eval``: the
text passes a sieve of words (`shtairir.block.expression_tokens`), Python's own reader makes a tree of it, and for each
kind of branch on a short list a closure is made; any other kind is refused. What the closures do with values is in
`shtairir.block.expression_values`, the functions are in `shtairir.block.expression_functions`.

So there are no attributes, no foreign calls, no loops and no names but those of the values given; numbers, texts,
lists, depth and the effort of one evaluation are bounded.
"""

from __future__ import annotations

import ast
import functools
import math
import operator
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from shtairir.block import expression_values as values
from shtairir.block.expression_functions import FUNCTIONS
from shtairir.block.expression_tokens import check_name, check_tokens
from shtairir.block.expression_values import EFFORT, NUMBERS, Frame
from shtairir.errors import ExpressionError

__all__ = ["FUNCTIONS", "Expression", "compile_expression"]

Step = Callable[[Frame], Any]

_DEEPEST = 64
_ORDER: Mapping[type[ast.cmpop], tuple[Callable[[Any, Any], Any], str]] = {
    ast.Lt: (operator.lt, "<"),
    ast.LtE: (operator.le, "<="),
    ast.Gt: (operator.gt, ">"),
    ast.GtE: (operator.ge, ">="),
}
_ARITHMETIC: Mapping[type[ast.operator], tuple[Callable[[Any, Any], Any], str]] = {
    ast.Sub: (operator.sub, "-"),
    ast.Mult: (operator.mul, "*"),
    ast.Div: (operator.truediv, "/"),
    ast.FloorDiv: (operator.floordiv, "//"),
    ast.Mod: (operator.mod, "%"),
}
_INSTEAD_OF_ATTRIBUTE = {
    "shape": "Write width(x), height(x), rows(x) or len(x).",
    "height": "Write height(x) or rows(x).",
    "size": "Write size(x).",
}
_REFUSED = {
    ast.Starred: ("'*' cannot spread a list here.", "Give the list itself: max(a)."),
    ast.Slice: ("':' has no meaning here.", "Leave it out."),
    ast.Lambda: ("Functions cannot be written in an expression.", "Write a code block instead."),
}


class Expression:
    """A condition or formula, ready to be evaluated; made by `compile_expression`.

    Attributes
    ----------
    text
        As it was written.
    names
        The names of the values that it needs, in the order in which they appear.
    is_condition
        Whether it surely gives true or false: a comparison, or several joined by ``and``, ``or`` and ``not``.
    """

    __slots__ = ("_makes_lists", "_step", "is_condition", "names", "text")

    def __init__(self, text: str, names: tuple[str, ...], tree: ast.expr, step: Step) -> None:
        self.text = text
        self.names = names
        self.is_condition = _is_condition(tree)
        self._makes_lists = any(isinstance(node, ast.List | ast.Tuple) for node in ast.walk(tree))
        self._step = step

    def evaluate(self, given: Mapping[str, object]) -> Any:
        """Return the value of the expression.

        Parameters
        ----------
        given
            A value for each of `names`; others are not looked at. NumPy's single numbers count as numbers, paths
            as texts.

        Raises
        ------
        ExpressionError
            When the values do not fit; with the column.
        """
        value = self._evaluated(given)
        if type(value) is values.Foreign:
            return value.value
        return values.unpacked(value) if self._makes_lists and type(value) in values.LISTS else value

    def holds(self, given: Mapping[str, object]) -> bool:
        """Return whether the expression holds as a condition; nothing of what it gives is asked.

        Raises
        ------
        ExpressionError
            When the values do not fit, or what it gives is neither true nor false, nor a number.
        """
        value = self._evaluated(given)
        if type(value) in NUMBERS:
            return bool(value)
        message = f"The condition '{self.text}' gives {values.said(value)}, which is neither true nor false."
        raise _in(self, ExpressionError(message, column=1, hint="Compare it with something, for example: x > 0."))

    def _evaluated(self, given: Mapping[str, object]) -> Any:
        frame: Frame = [EFFORT]
        try:
            for name in self.names:
                value = given[name]
                frame.append(value if type(value) is float or type(value) is bool else values.admitted(value))
        except KeyError:
            raise _in(self, ExpressionError(f"There is no value for '{name}'.", column=self._column(name))) from None
        except ExpressionError as error:
            raise _in(self, error.at(self._column(name))) from None
        try:
            return self._step(frame)
        except ExpressionError as error:
            raise _in(self, error) from None

    def _column(self, name: str) -> int:
        return max(self.text.find(name), 0) + 1  # Python may read a name in other letters than it is written in

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_expression, (self.text,)

    def __repr__(self) -> str:
        return f"<Expression {self.text!r}>"


def _in(expression: Expression, error: ExpressionError) -> ExpressionError:
    error.source = expression.text
    return error


@functools.lru_cache(maxsize=512)
def compile_expression(text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    ExpressionError
        When it is not one, or uses what the language does not have; with the column and what to write instead.

    Examples
    --------
    >>> condition = compile_expression("mean > 0.5 and count < limit")
    >>> condition.names
    ('mean', 'count', 'limit')
    >>> condition.evaluate({"mean": 0.7, "count": 3, "limit": 10})
    True
    """
    try:
        if not isinstance(text, str):
            raise ExpressionError("An expression is a text.", column=1)
        reader = _Reader(text)
        tree = reader.tree()
        step = reader.step(tree, 0)
        return Expression(text, tuple(reader.names), tree, step)
    except ExpressionError as error:
        error.source = text if isinstance(text, str) else ""
        raise


class _Reader:
    """Makes closures of a tree, branch by branch."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.source = text.strip().replace("\r", " ").replace("\n", " ").replace("\t", " ")
        self.indent = len(text) - len(text.lstrip())
        self.names: dict[str, int] = {}

    def tree(self) -> ast.expr:
        """Return the tree of the whole text."""
        check_tokens(self.text)
        if not self.source:
            raise ExpressionError("The expression is empty.", column=1, hint="Write for example: a > b.")
        try:
            return ast.parse(self.source, mode="eval").body
        except SyntaxError as error:
            column = min(max((error.offset or 1) + self.indent, 1), len(self.text) + 1)
            raise ExpressionError(_worded(error), column=column, hint="Write for example: a > b and c < 3.") from None
        except (ValueError, RecursionError, MemoryError, OverflowError):
            raise ExpressionError(
                "The expression is too deeply nested.", column=1, hint="Use fewer brackets."
            ) from None

    def column(self, node: ast.AST) -> int:
        """Return where a branch starts, in characters from 1; the tree counts bytes."""
        start = len(self.source.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
        return start + self.indent + 1

    def step(self, node: ast.AST, depth: int) -> Step:
        """Return the closure of a branch."""
        if depth > _DEEPEST:
            raise ExpressionError("The expression is too deeply nested.", column=self.column(node), hint="Split it.")
        make = getattr(self, f"_{type(node).__name__.lower()}", None) if type(node) in _ALLOWED else None
        if make is None:
            message, hint = _REFUSED.get(
                type(node), ("This cannot be part of an expression.", "Use a block, or write a code block.")
            )
            raise ExpressionError(message, column=self.column(node), hint=hint)
        made: Step = make(node, depth + 1)
        return made

    def guarded(self, node: ast.AST, step: Step) -> Step:
        """Return a step whose errors are worded and name its column."""
        column = self.column(node)

        def evaluate(frame: Frame) -> Any:
            try:
                return step(frame)
            except ExpressionError as error:
                raise error.at(column) from None
            except ZeroDivisionError:
                raise ExpressionError(
                    "Division by zero.", column=column, hint="Ask first: a / b if b else 0."
                ) from None
            except OverflowError:
                raise ExpressionError("The number becomes too large.", column=column) from None
            except (TypeError, ValueError, KeyError, IndexError, RecursionError, MemoryError, RuntimeError) as error:
                raise ExpressionError(f"It cannot be worked out: {error!s:.200}.", column=column) from None

        return evaluate

    def _constant(self, node: ast.Constant, depth: int) -> Step:
        value = node.value
        if type(value) not in values.SCALARS:
            raise ExpressionError("Only numbers and texts can be written.", column=self.column(node))
        if type(value) is int:
            self.guarded(node, lambda frame: values.checked_integer(value))([0])
        if type(value) is float and not math.isfinite(value):
            raise ExpressionError("The number is too large.", column=self.column(node), hint="At most 1.7e308.")
        return lambda frame: value

    def _name(self, node: ast.Name, depth: int) -> Step:
        check_name(node.id, self.column(node))
        place = self.names.setdefault(node.id, len(self.names) + 1)
        return lambda frame: frame[place]

    def _boolop(self, node: ast.BoolOp, depth: int) -> Step:
        first, *rest = [self.step(part, depth) for part in node.values]
        stops_at = isinstance(node.op, ast.Or)
        truth = values.truth

        def evaluate(frame: Frame) -> Any:
            value = first(frame)
            for part in rest:
                if truth(frame, value) is stops_at:
                    return value
                value = part(frame)
            return value

        return self.guarded(node, evaluate)

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Step:
        inner = self.step(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return self.guarded(node, lambda frame: not values.truth(frame, inner(frame)))
        if isinstance(node.op, ast.USub | ast.UAdd):
            sign = values.negative if isinstance(node.op, ast.USub) else values.positive
            return self.guarded(node, lambda frame: sign(frame, inner(frame)))
        raise ExpressionError("There is no operator '~'.", column=self.column(node), hint="Write 'not'.")

    def _binop(self, node: ast.BinOp, depth: int) -> Step:
        left, right = self.step(node.left, depth), self.step(node.right, depth)
        if isinstance(node.op, ast.Add):
            return self.guarded(node, lambda frame: values.add(frame, left(frame), right(frame)))
        if isinstance(node.op, ast.Pow):
            return self.guarded(node, lambda frame: values.power(frame, left(frame), right(frame)))
        found = _ARITHMETIC.get(type(node.op))
        if found is None:
            raise ExpressionError("There is no such operator.", column=self.column(node), hint="Use + - * / // % **.")
        operate, sign = found
        return self.guarded(node, lambda frame: values.calculate(frame, left(frame), right(frame), operate, sign))

    def _compare(self, node: ast.Compare, depth: int) -> Step:
        left = self.step(node.left, depth)
        pairs = [
            (self._relation(one, target, node), self.step(target, depth))
            for one, target in zip(node.ops, node.comparators, strict=True)
        ]
        if len(pairs) == 1:
            (relate, right), *_ = pairs
            return self.guarded(node, lambda frame: relate(frame, left(frame), right(frame)))

        def evaluate(frame: Frame) -> bool:
            before = left(frame)
            for relate, part in pairs:
                after = part(frame)
                if not relate(frame, before, after):
                    return False
                before = after
            return True

        return self.guarded(node, evaluate)

    def _relation(self, one: ast.cmpop, target: ast.expr, node: ast.Compare) -> Callable[[Frame, Any, Any], bool]:
        if type(one) in _ORDER:
            return _order_relation(*_ORDER[type(one)])
        if isinstance(one, ast.Eq):
            return values.equal
        if isinstance(one, ast.NotEq):
            return lambda frame, a, b: not values.equal(frame, a, b)
        if isinstance(one, ast.In):
            return lambda frame, a, b: values.contains(frame, b, a)
        if isinstance(one, ast.NotIn):
            return lambda frame, a, b: not values.contains(frame, b, a)
        if not (isinstance(target, ast.Constant) and target.value is None):
            raise ExpressionError("'is' asks for None only.", column=self.column(node), hint="Write == or !=.")
        return (lambda frame, a, b: a is None) if isinstance(one, ast.Is) else (lambda frame, a, b: a is not None)

    def _ifexp(self, node: ast.IfExp, depth: int) -> Step:
        chosen, test, other = (self.step(part, depth) for part in (node.body, node.test, node.orelse))
        truth = values.truth
        return self.guarded(node, lambda frame: chosen(frame) if truth(frame, test(frame)) else other(frame))

    def _call(self, node: ast.Call, depth: int) -> Step:
        function = self._function(node)
        steps = tuple(self.step(argument, depth) for argument in node.args)
        if node.keywords:
            raise ExpressionError("Arguments have no names here.", column=self.column(node), hint=function.help + ".")
        if not function.least <= len(steps) <= function.most:
            message = f"'{node.func.id}' takes another number of values."  # type: ignore[attr-defined]  # a Name, see above
            raise ExpressionError(message, column=self.column(node), hint=f"Write {function.help}.")
        call = function.call
        if len(steps) == 1:
            only = steps[0]
            return self.guarded(node, lambda frame: call(frame, only(frame)))
        return self.guarded(node, lambda frame: call(frame, *[part(frame) for part in steps]))

    def _function(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute):
            called = node.func.attr
            hint = f"Write {called}(...)." if called in FUNCTIONS else _known_functions(called)
            raise ExpressionError("Values have no methods here.", column=self.column(node), hint=hint)
        if not isinstance(node.func, ast.Name):
            raise ExpressionError("Only functions can be called.", column=self.column(node), hint=_known_functions(""))
        found = FUNCTIONS.get(node.func.id)
        if found is None:
            message = f"There is no function '{node.func.id[:40]}'."
            raise ExpressionError(message, column=self.column(node), hint=_known_functions(node.func.id))
        return found

    def _subscript(self, node: ast.Subscript, depth: int) -> Step:
        whole = self.step(node.value, depth)
        if not isinstance(node.slice, ast.Slice):
            place = self.step(node.slice, depth)
            return self.guarded(node, lambda frame: values.item_at(frame, whole(frame), place(frame)))
        if node.slice.step is not None:
            raise ExpressionError("A part has a start and an end only.", column=self.column(node), hint="Write a[1:5].")
        start, stop = (
            self.step(part, depth) if part is not None else _nothing for part in (node.slice.lower, node.slice.upper)
        )
        return self.guarded(node, lambda frame: values.part_of(frame, whole(frame), start(frame), stop(frame)))

    def _list(self, node: ast.List | ast.Tuple, depth: int) -> Step:
        steps = [self.step(part, depth) for part in node.elts]
        make = list if isinstance(node, ast.List) else tuple
        return lambda frame: make([part(frame) for part in steps])

    _tuple = _list

    def _attribute(self, node: ast.Attribute, depth: int) -> Step:
        hint = _INSTEAD_OF_ATTRIBUTE.get(node.attr, "Link the value that you need.")
        raise ExpressionError("Values have no attributes here: '.' is refused.", column=self.column(node), hint=hint)


_ALLOWED = frozenset(
    {
        ast.Attribute,  # only to say what to write instead
        ast.BinOp,
        ast.BoolOp,
        ast.Call,
        ast.Compare,
        ast.Constant,
        ast.IfExp,
        ast.List,
        ast.Name,
        ast.Subscript,
        ast.Tuple,
        ast.UnaryOp,
    }
)


_TRUE_OR_FALSE = frozenset({"all", "any", "contains", "endswith", "isfinite", "isnan", "startswith"})


def _is_condition(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return all(map(_is_condition, node.values))
    if isinstance(node, ast.IfExp):
        return _is_condition(node.body) and _is_condition(node.orelse)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _TRUE_OR_FALSE
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated or isinstance(node, ast.Compare) or (isinstance(node, ast.Constant) and type(node.value) is bool)


def _nothing(frame: Frame) -> None:
    return None


def _order_relation(compare: Callable[[Any, Any], Any], sign: str) -> Callable[[Frame, Any, Any], bool]:
    ordered = values.ordered

    def relate(frame: Frame, a: Any, b: Any) -> bool:
        if type(a) in NUMBERS and type(b) in NUMBERS:
            return compare(a, b)  # type: ignore[no-any-return]  # of two plain numbers
        return ordered(frame, a, b, compare, sign)

    return relate


def _known_functions(meant: str) -> str:
    close = get_close_matches(meant[:40], FUNCTIONS, n=1)
    return f"Did you mean {close[0]}(...)?" if close else f"There are {', '.join(sorted(FUNCTIONS))}."


def _worded(error: SyntaxError) -> str:
    said = error.msg or ""
    if "was never closed" in said or "does not match" in said or "unmatched" in said:
        return f"The brackets do not match: {said}."
    return "Something is missing or superfluous here."
