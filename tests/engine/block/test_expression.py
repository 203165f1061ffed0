"""The language of conditions: what it can say, and how it words what it cannot."""

from __future__ import annotations

import pickle
from enum import IntEnum, StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

from shtairir.block.expression import FUNCTIONS, compile_expression
from shtairir.errors import ExpressionError


def value_of(text: str, **values: object) -> Any:
    """Return the value of an expression."""
    return compile_expression(text).evaluate(values)


def refusal_of(text: str, **values: object) -> ExpressionError:
    """Return how an expression is refused, when it is read or when it is worked out."""
    with pytest.raises(ExpressionError) as caught:
        value_of(text, **values)
    return caught.value


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("mean > 0.5 and count < limit", {"mean": 0.7, "count": 3, "limit": 10}, True),
        ("1 < x <= 3", {"x": 3}, True),
        ("1 < x <= 3 != y", {"x": 3, "y": 3}, False),
        ("a + b * 2 - -c", {"a": 1, "b": 2, "c": 3}, 8),
        ("7 // 2 + 7 % 2 + 2 ** 3 + 1 / 2", {}, 12.5),
        ("x if ok else y", {"x": "yes", "y": "no", "ok": False}, "no"),
        ("not a or b", {"a": 1, "b": 0}, 0),
        ("a or b", {"a": "", "b": "second"}, "second"),
        ("x is None", {"x": None}, True),
        ("x is not None", {"x": 0}, True),
        ("'a' in word and 'z' not in word", {"word": "banana"}, True),
        ("x in [1, 2.5, 'three']", {"x": 2.5}, True),
        ("key in table", {"key": "b", "table": {"a": 1, "b": 2}}, True),
        ("xs[0] + xs[-1]", {"xs": [1, 5, 9]}, 10),
        ("xs[1:3]", {"xs": (1, 5, 9, 11)}, (5, 9)),
        ("word[:3] + '!'", {"word": "lantern"}, "lan!"),
        ("d['a'] + d[1]", {"d": {"a": 1, 1: 2}}, 3),
        ("max(xs) - min(xs) + max(1, 2, 3)", {"xs": [4, 9.5]}, 8.5),
        ("len(xs) == 3 and sum(xs) == 6 and mean(xs) == 2", {"xs": [1, 2, 3]}, True),
        ("any(xs) and not all(xs)", {"xs": [0, 1]}, True),
        ("round(2.567, 1) + abs(-1) + floor(2.9) + ceil(0.1) + sqrt(9)", {}, 9.6),
        ("isnan(x) and not isfinite(x)", {"x": float("nan")}, True),
        ("startswith(lower(a), 'err') and endswith(upper(a), 'R')", {"a": "Error"}, True),
        ("contains(strip(a), 'b') and not contains([1, 2], 3)", {"a": "  abc "}, True),
        ("int('12') + float('0.5')", {}, 12.5),
        ("text(3) + text(True) + text(0.5)", {}, "3True0.5"),
        ("[1, (2, 'x')] == xs", {"xs": [1, (2, "x")]}, True),
        ("{}".format("(a\n  and b)"), {"a": True, "b": True}, True),
        ("grün > größe", {"grün": 2, "größe": 1}, True),
        ("sum > max", {"sum": 3, "max": 2}, True),
    ],
)
def test_an_expression_gives(text: str, values: dict[str, object], expected: object) -> None:
    assert value_of(text, **values) == pytest.approx(expected)


def test_names_come_in_the_order_of_the_text() -> None:
    assert compile_expression("b if a > c else b + d").names == ("b", "a", "c", "d")
    assert compile_expression("max(max, 3)").names == ("max",)


class Level(IntEnum):
    HIGH = 3


class Kind(StrEnum):
    WARM = "warm"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x == 3", np.float32(3)),
        ("x == 3", np.int64(3)),
        ("x + 1 == 4", np.array(3)),
        ("x", np.bool_(True)),
        ("x > 2", np.uint8(3)),
        ("x == 3", Level.HIGH),
        ("x == 'warm'", Kind.WARM),
        ("x == 'warm'", np.str_("warm")),
        ("endswith(x, '.png')", PurePosixPath("a/b.png")),
    ],
)
def test_single_numbers_texts_and_paths_of_other_kinds_are_taken_as_plain_ones(text: str, value: object) -> None:
    assert value_of(text, x=value) is True


def test_arrays_images_and_tables_are_asked_for_their_sizes_only() -> None:
    polars = pytest.importorskip("polars")
    from shtairir.block.values import Audio

    image, table = np.zeros((4, 6, 3), np.float32), polars.DataFrame({"a": [1, 2], "b": [3, 4], "c": [5, 6]})
    audio = Audio(np.zeros((800, 2), np.float32), 100)
    assert value_of("[width(a), height(a), channels(a), len(a), size(a)]", a=image) == [6, 4, 3, 4, 72]
    assert value_of("[rows(t), columns(t), len(t), size(t)]", t=table) == [2, 3, 2, 6]
    assert value_of("[len(t), duration(t)]", t=audio) == [800, 8.0]
    for text in ("a > 1", "a + 1", "a == a", "not a", "a and 1", "a[0]", "max(a)", "1 in a", "-a"):
        assert "ndarray" in refusal_of(text, a=image).message


def test_arrays_of_classes_derived_from_numpys_tell_their_sizes_too(tmp_path: Path) -> None:
    class Odd(np.ndarray[Any, Any]):
        shape = property(lambda self: (99, 99))  # type: ignore[assignment]

        def __len__(self) -> int:
            return 99

    mapped = np.lib.format.open_memmap(tmp_path / "a.npy", mode="w+", shape=(3, 4))
    assert value_of("[len(a), width(a)]", a=mapped) == [3, 4]
    assert value_of("[len(a), width(a)]", a=np.zeros((3, 4)).view(Odd)) == [3, 4]


def test_a_value_that_is_only_passed_on_is_the_same_object() -> None:
    image = np.zeros((2, 2))
    made = value_of("[a, (1, a)]", a=image)
    assert made[0] is made[1][1] is image
    assert value_of("xs[0]", xs=[image]) is image
    assert value_of("a if ok else b", a=image, b=None, ok=True) is image


class Hostile:
    """Raises as soon as anything of it is called."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")

    def _called(self, *_: object) -> Any:
        raise AssertionError("a method was called")

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __bool__ = __len__ = __iter__ = _called  # type: ignore[assignment]
    __hash__ = __contains__ = __getitem__ = __add__ = __radd__ = __mul__ = __str__ = __repr__ = _called  # type: ignore[assignment]
    __index__ = __int__ = __float__ = __neg__ = __pow__ = __mod__ = __round__ = __abs__ = __fspath__ = _called


@pytest.mark.parametrize(
    "text",
    [
        "x == 1", "1 == x", "x != x", "x < 1", "1 >= x", "x in [1]", "1 in x", "1 in [x]", "x in [x]", "not x",
        "x and 1", "x or 1", "1 if x else 2", "x + x", "1 + x", "x * 2", "2 ** x", "x % 2", "-x", "+x", "x[0]",
        "[1][x]", "[1, 2][x:]", "[x] == [x]", "min(x)", "min(x, 1)", "max([x])", "sum([x])", "any([x])", "len(x)",
        "abs(x)", "round(x)", "round(1.5, x)", "text(x)", "int(x)", "float(x)", "lower(x)", "contains('a', x)",
        "contains(x, 1)", "rows(x)", "width(x)", "size(x)", "duration(x)", "isnan(x)", "sqrt(x)", "'a' + x", "x + [1]",
    ],
)  # fmt: skip
def test_a_foreign_value_is_asked_nothing(text: str) -> None:
    message = refusal_of(text, x=Hostile()).message
    assert "Hostile" in message or "whole number" in message or "digits" in message


def test_a_foreign_key_of_a_dictionary_is_asked_nothing() -> None:
    class Key:
        def __hash__(self) -> int:
            return hash("b")

        def __eq__(self, other: object) -> bool:
            raise AssertionError("it was compared")

    assert value_of("d['a']", d={Key(): 1, "a": 2}) == 2
    assert "no entry" in refusal_of("d['b']", d={Key(): 1}).message
    assert "Key" in refusal_of("'b' in d", d={Key(): 1}).message
    assert "Key" in refusal_of("d == d", d={Key(): 1}).message


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_function_explains_itself(function: str) -> None:
    assert FUNCTIONS[function].help.startswith(f"{function}(")
    assert FUNCTIONS[function].help in refusal_of(f"{function}()").hint


@pytest.mark.parametrize(
    ("text", "column", "instead"),
    [
        ("a = 3", 3, "=="),
        ("a & b", 3, "'and'"),
        ("a || b", 3, "'or'"),
        ("!a", 1, "'not'"),
        ("a <> b", 3, "!="),
        ("a ^ 2", 3, "**"),
        ("x > 1 ? 2 : 3", 7, "if condition else"),
        ("b + name.upper()", 5, "upper(...)"),
        ("image.shape", 1, "width(x)"),
        ("rouund(2)", 1, "round(...)"),
        ("x == true", 6, "True"),
        ("x == null", 6, "None"),
        ("[n for n in a]", 4, "any(...)"),
        ("lambda: 1", 1, "code block"),
        ("max(*a)", 5, "max(a)"),
        ("'abc", 1, "Close it"),
        ("größe.x", 1, "Link"),
        ("ä + ö.x", 5, "Link"),
        ("  a +\n  b.c", 9, "Link"),
        ("(a", 1, "a > b"),
        ("", 1, "a > b"),
        ("2 ** 10000", 1, "2.0"),
        ("10 / (3 - 3)", 1, "if b"),
    ],
)
def test_a_refusal_says_where_and_what_to_write(text: str, column: int, instead: str) -> None:
    error = refusal_of(text)
    assert (error.column, instead in error.hint) == (column, True), error
    assert error.source == text


def test_a_refusal_of_a_value_says_where() -> None:
    error = refusal_of("1 + 1 == 2 and x > 3", x="four")
    assert (error.message, error.column) == ("'>' needs two numbers or two texts, but got a text and a number.", 16)
    missing = refusal_of("1 + speed")
    assert (missing.message, missing.column) == ("There is no value for 'speed'.", 5)


@pytest.mark.parametrize(("value", "held"), [(True, True), (0, False), (0.5, True), (np.bool_(True), True)])
def test_a_condition_holds_or_does_not(value: object, held: bool) -> None:
    assert compile_expression("x").holds({"x": value}) is held


@pytest.mark.parametrize("value", ["text", "", None, [], [1], np.ones(3), Hostile])
def test_what_is_neither_true_nor_false_is_refused_as_a_condition(value: object) -> None:
    with pytest.raises(ExpressionError, match="neither true nor false") as caught:
        compile_expression("x").holds({"x": Hostile() if value is Hostile else value})
    assert "x > 0" in caught.value.hint


def test_expressions_and_their_errors_travel_to_other_processes() -> None:
    copy = pickle.loads(pickle.dumps(compile_expression("a > 1")))
    assert copy.evaluate({"a": 2}) is True
    error = pickle.loads(pickle.dumps(refusal_of("a.b")))
    assert (error.column, error.source) == (1, "a.b")


def test_long_lists_and_texts_are_looked_at_only_so_far() -> None:
    many: list[Any] = list(range(150_000))
    assert value_of("len(xs) + xs[-1]", xs=many) == 299_999
    assert "too long" in refusal_of("max(xs)", xs=many).message
    assert "too long" in refusal_of("lower(t) == t", t="a" * 2_000_000).message
    deep: list[Any] = []
    for _ in range(40):
        deep = [deep, deep]
    assert "too" in refusal_of("xs == xs", xs=deep).message
