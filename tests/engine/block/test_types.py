"""What fits a port, what may feed it, and what the refusal says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shtairir.block import Array, Audio, Color, DType, Figure, Image, Shape, Table, compatibility, port_type
from shtairir.block.types import PortType
from shtairir.block.values import Audio as AudioValue
from shtairir.block.values import Color as ColorValue

_EVERY_TYPE = [
    port_type(annotation)
    for annotation in (
        bool, int, float, str, Path, Color, Array, Image, Table, Audio, Figure, Any, list[float], list[Image],
        Literal["a", "b"], Array | float, float | None, dict[str, Any], Annotated[Array, DType("float64"), Shape(3)],
    )
]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "name", "family"),
    [
        (bool, "bool", "bool"),
        (int, "int", "int"),
        (float, "float", "float"),
        (str, "text", "text"),
        (Path, "path", "path"),
        (Color, "color", "color"),
        (ColorValue, "color", "color"),
        (Array, "array", "array"),
        (np.ndarray, "array", "array"),
        (Annotated[Array, DType("float64"), Shape("n", 3)], "array[float64, (n, 3)]", "array"),
        (Image, "image", "image"),
        (Table, "table", "table"),
        (pl.DataFrame, "table", "table"),
        (Audio, "audio", "audio"),
        (Figure, "figure", "figure"),
        (Any, "any", "any"),
        (list[Image], "list[image]", "list"),
        (list, "list", "list"),
        (Literal["a", "b"], "choice", "enum"),
        (Array | float, "array | float", "array"),
        (float | None, "float | none", "float"),
        (dict[str, Any], "dict", "dict"),
        (dict, "dict", "dict"),
        (dict[str, float], "dict[float]", "dict"),
    ],
)
def test_annotation_names_a_type(annotation: Any, name: str, family: str) -> None:
    found = port_type(annotation)
    assert (found.name, found.family) == (name, family)


@pytest.mark.parametrize(
    ("annotation", "written", "value"),
    [
        (bool, True, True),
        (int, 3, 3),
        (int, 3.0, 3),
        (float, 3, 3.0),
        (str, "coins", "coins"),
        (Path, "data/coins.png", Path("data/coins.png")),
        (Color, "#ff0000", ColorValue(1.0, 0.0, 0.0)),
        (list[int], [1, 2], [1, 2]),
        (dict[str, float], {"a": 1}, {"a": 1.0}),
        (dict[str, Any], {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        (float | None, None, None),
        (float | None, 2, 2.0),
        (Array | float, 2.5, 2.5),
        (int | float, 0.0, 0.0),
        (float | int, 0, 0),
        (bool | int | float, 1, 1),
    ],
)
def test_written_value_is_read(annotation: Any, written: object, value: object) -> None:
    kind = port_type(annotation)
    parsed = kind.parse(written)
    assert parsed == value
    assert type(parsed) is type(value)
    assert kind.check(parsed) is None
    assert kind.parse(kind.dump(parsed)) == parsed


def test_written_array_is_read_as_numbers() -> None:
    kind = port_type(Array | float)
    assert kind.parse([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]
    assert kind.parse([]).dtype == float
    with pytest.raises(ValueError, match=r"array \| float"):
        kind.parse([[1], [2, 3]])
    with pytest.raises(ValueError, match="rows of the array differ"):
        port_type(Array).parse([[1], [2, 3]])


@pytest.mark.parametrize(
    ("annotation", "written", "sentence"),
    [
        (bool, 1, "Expected true or false, got the number 1."),
        (int, 2.5, "Expected a whole number, got the number 2.5."),
        (int, True, "Expected a whole number, got true."),
        (float, "3", "Expected a number, got the text '3'."),
        (float, float("nan"), "Expected a number, got the number nan."),
        (float, 10**400, "too large"),
        (str, 3, "Expected text, got the number 3."),
        (Path, "", "Expected the path of a file or folder"),
        (Color, "reddish", "'reddish' is not a colour: write it as #rrggbb"),
        (list[int], [1, "x"], "Expected a whole number, got the text 'x'."),
        (dict[str, Any], [1], 'Expected entries such as {"width": 3}, got a list of 1 items.'),
        (dict[str, int], {"a": "x"}, "Expected a whole number, got the text 'x'."),
        (Image, 3, "A value of type image cannot be written by hand: link it."),
    ],
)
def test_written_value_that_does_not_fit_is_refused(annotation: Any, written: object, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence is compared below
        port_type(annotation).parse(written)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (bool, np.bool_(True)),
        (int, np.int32(3)),
        (float, np.float32(3)),
        (Array, np.zeros((2, 2))),
        (Array, np.float64(3)),
        (Image, np.zeros((4, 5), np.float32)),
        (Image, np.zeros((4, 5, 3), np.float32)),
        (Table, pl.DataFrame({"a": [1]})),
        (Audio, AudioValue(np.zeros((10, 1), np.float32), 8000)),
        (Annotated[Array, DType("float")], np.zeros(3, np.int8)),
    ],
)
def test_value_of_the_type_is_accepted(annotation: Any, value: object) -> None:
    assert port_type(annotation).check(value) is None


@pytest.mark.parametrize(
    ("annotation", "value", "reason"),
    [
        (int, 3.5, "expected int, got the number 3.5"),
        (int, True, "expected int, got true"),
        (Array, [1], "expected array, got a list of 1 items"),
        (Image, np.zeros((4, 5, 7)), "expected an image"),
        (Table, np.zeros(3), "expected table, got an array of float64 with shape (3,)"),
        (list[int], [1, "x"], "item 1 of the list: expected int, got the text 'x'"),
        (dict[str, Any], [("a", 1)], "expected dict, got a list of 1 items"),
        (dict[str, Any], {3: 1}, "a name in a dictionary is text, not the number 3"),
        (dict[str, float], {"a": "x"}, "the entry 'a' of the dictionary: expected float, got the text 'x'"),
        (Annotated[Array, Shape(3)], np.zeros(4), "expected array[(3)]"),
        (Annotated[Array, DType("int")], np.zeros(3), "expected array[int]"),
        (Literal["a"], "b", "expected one of a, got the text 'b'"),
    ],
)
def test_value_of_another_type_is_refused(annotation: Any, value: object, reason: str) -> None:
    assert reason in (port_type(annotation).check(value) or "")


@pytest.mark.parametrize("kind", _EVERY_TYPE, ids=str)
def test_a_type_feeds_itself_and_any(kind: PortType) -> None:
    assert compatibility(kind, kind).ok
    assert compatibility(kind, port_type(Any)).ok
    assert compatibility(port_type(Any), kind).ok


@given(st.sampled_from(_EVERY_TYPE), st.sampled_from(_EVERY_TYPE))
def test_every_refusal_is_a_sentence(source: PortType, target: PortType) -> None:
    found = compatibility(source, target)
    assert found.ok or (found.reason.startswith(source.name) and found.reason.endswith((".", ")")))


@pytest.mark.parametrize(
    ("source", "target", "value", "converted"),
    [
        (int, float, 3, 3.0),
        (bool, int, True, 1),
        (float, str, 2.5, "2.5"),
        (Path, str, Path("a"), "a"),
        (str, Path, "a", Path("a")),
        (str, Literal["a", "b"], "a", "a"),
        (int, list[float], 3, [3.0]),
        (list[int], list[float], [1, 2], [1.0, 2.0]),
        (Color, str, ColorValue(1, 0, 0), "#ff0000"),
        (dict[str, int], dict[str, float], {"a": 1}, {"a": 1.0}),
    ],
)
def test_link_converts_on_the_way(source: Any, target: Any, value: object, converted: object) -> None:
    found = compatibility(port_type(source), port_type(target))
    assert found.ok
    assert found.conversion is not None
    assert found.conversion.apply(value) == converted


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        (str, float, "text cannot feed float. Read the number first, with text.to_number."),
        (float, int, "float cannot feed int. Round it first, with math.round."),
        (str, Image, "text cannot feed image. Read the file first, with io.read_image."),
        (Table, Array, "table cannot feed array. Take a column first, with table.column."),
        (Annotated[Array, DType("float64")], Annotated[Array, DType("int")], "convert its numbers first"),
        (Annotated[Array, Shape("n")], Annotated[Array, Shape("n", 3)], "has 1 axes, but array[(n, 3)] needs 2."),
        (Annotated[Array, Shape(4)], Annotated[Array, Shape(3)], "has length 4, not 3."),
        (Literal["a", "c"], Literal["a", "b"], "The choice 'c' is not one of a, b."),
        (list[str], list[float], "list[text] cannot feed list[float]: text cannot feed float."),
        (list[str], Array, "list[text] cannot feed array."),
        (dict[str, str], dict[str, float], "dict[text] cannot feed dict[float]: text cannot feed float."),
        (dict[str, Any], Table, "dict cannot feed table."),
    ],
)
def test_link_is_refused_with_the_reason(source: Any, target: Any, reason: str) -> None:
    found = compatibility(port_type(source), port_type(target))
    assert not found.ok
    assert reason in found.reason


def test_array_becomes_an_image_only_when_it_is_one() -> None:
    convert = compatibility(port_type(Array), port_type(Image)).conversion
    assert convert is not None
    assert convert.apply(np.array([[True, False]])).tolist() == [[1.0, 0.0]]
    assert convert.apply(np.full((2, 2), 255, np.uint8)).max() == 1.0
    assert convert.apply(np.array([[1.0005]])).max() == 1.0
    with pytest.raises(ValueError, match=r"lie in 0\.\.1; this array holds 0 to 7"):
        convert.apply(np.array([[0.0, 7.0]]))
    with pytest.raises(ValueError, match="this array has"):
        convert.apply(np.zeros(3))


def test_union_takes_the_member_that_needs_no_conversion() -> None:
    assert compatibility(port_type(int), port_type(Array | int)).conversion is None
    found = compatibility(port_type(int), port_type(Array | float))
    assert found.ok
    assert found.conversion is not None


def test_a_dictionary_has_names_for_keys() -> None:
    with pytest.raises(TypeError, match=r"dict\[str, \.\.\.\]"):
        port_type(dict[int, str])


def test_reading_annotations_imports_no_library() -> None:
    code = (
        "import sys; from shtairir.block import Array, Image, Table, Figure, block\n"
        "@block\ndef f(a: Array, b: Image, c: Table) -> Figure: 'Do.'\n"
        "print([name for name in ('numpy', 'polars', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
