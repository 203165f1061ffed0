"""For any text: an expression agrees with Python or is refused; a source is read, or its problems are told."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shtairir.block.code import code_definition, source_problems
from shtairir.block.expression import compile_expression
from shtairir.errors import ExpressionError

NAMES: dict[str, Any] = {"a": 3, "b": -1.5, "s": "word", "xs": [1, 2.5, 4], "n": None, "t": True}

WORDS = [
    *NAMES, "1", "0.5", "2e3", "'x'", '"y"', "True", "None", "+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=",
    ">", ">=", "and", "or", "not", "in", "is", "if", "else", "(", ")", "[", "]", ",", ":", ".", "max", "len", "abs",
    "eval", "__class__", "_x", "lambda", "for", "=", "{", "}", "'", "\\", "\n", "\t", " ", "é", "ｅ", "\0", "@", "&",
]  # fmt: skip

numbers = st.one_of(st.integers(-20, 20).map(str), st.sampled_from(["0.5", "1e3", "a", "b", "t"]))


def _pairs(inner: st.SearchStrategy[str], operators: str) -> st.SearchStrategy[str]:
    return st.tuples(inner, st.sampled_from(operators.split()), inner).map(lambda parts: f"({' '.join(parts)})")


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _pairs(inner, "+ - * / // % **"),
        _pairs(inner, "< <= > >= == !="),
        _pairs(inner, "and or"),
        st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
        inner.map("(not {})".format),
        inner.map("(-{})".format),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"max({', '.join([*items, '0'])})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"sum([{', '.join(items)}])"),
        st.tuples(inner, inner).map("({0[0]} in [{0[1]}, 2])".format),
    )


formulas = st.recursive(numbers, _larger, max_leaves=12)


def outcome(text: str) -> Any:
    """Return the value of an expression, or the refusal."""
    try:
        return compile_expression(text).evaluate(NAMES)
    except ExpressionError as refusal:
        found = refusal
    assert found.column >= 1, text
    assert found.message, text
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(formulas)
def test_a_formula_gives_what_python_gives(text: str) -> None:
    ours = outcome(text)
    try:
        theirs = eval(text, {"__builtins__": {"max": max, "sum": sum}}, dict(NAMES))
    except (ZeroDivisionError, OverflowError, TypeError):
        assert isinstance(ours, ExpressionError)
        return
    if isinstance(ours, ExpressionError):  # only what is too large, or no real number
        large = isinstance(theirs, int | float) and not abs(theirs) < 2**200
        assert isinstance(theirs, complex) or large or "large" in ours.message or "real number" in ours.message
        return
    same_nan = isinstance(theirs, float) and math.isnan(theirs) and math.isnan(ours)
    assert same_nan or (ours == theirs and type(ours) is type(theirs))


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from(["", " "]))
def test_any_row_of_words_is_worked_out_or_refused(words: list[str], between: str) -> None:
    outcome(between.join(words))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_worked_out_or_refused(text: str) -> None:
    outcome(text)


SOURCE = '''import math
from pathlib import Path


class R(NamedTuple):
    """Results."""

    low: float
    high: Array = None


def _helper(x):
    return x


@block(name="Mine", pure=False)
def f(a: Annotated[float, Param(ge=0, le=10)] = 1.0, *, b: "list[int] | None" = None, c: Literal["x", 'y'] = "x") -> R:
    """Do it.

    Parameters
    ----------
    a
        The first.
    """
    return R(a, (b, [c]))
'''

PIECES = [
    "",
    "(",
    ")",
    "[",
    "'",
    '"',
    '"""',
    ":",
    ",",
    "\n",
    "    ",
    "@",
    "def ",
    "*",
    "=",
    "->",
    "\\",
    "#",
    "\0",
    "é",
    "{",
]
edits = st.lists(
    st.tuples(st.integers(0, len(SOURCE)), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=6
)


@settings(max_examples=400, deadline=None)
@given(edits)
def test_a_source_that_is_edited_anyhow_is_read_or_its_problems_are_told(
    changes: list[tuple[int, int, str]],
) -> None:
    source = SOURCE
    for place, length, text in changes:
        source = source[:place] + text + source[place + length :]
    before = code_definition("f", SOURCE)
    definition = code_definition("f", source, previous=before)
    last = source.count("\n") + 1
    for problem in source_problems(source, "f"):
        assert 1 <= problem.line <= last + 1, problem
        assert problem.message, problem
    for port in definition.inputs:
        assert port.name.isidentifier()


@pytest.mark.parametrize("end", range(0, len(SOURCE), 7))
def test_a_source_that_is_being_typed_never_fails(end: int) -> None:
    code_definition("f", SOURCE[:end])
    source_problems(SOURCE[:end], "f")
