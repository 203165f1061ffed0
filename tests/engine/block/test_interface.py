"""Types by their names, and what a definition looks like from outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shtairir.block.interface import TYPE_NAMES, Interface, instance_definition, parse_type, type_name
from shtairir.block.ports import MISSING, InputPort, OutputPort
from shtairir.block.types import (
    ANY,
    NONE,
    ArrayType,
    ClassType,
    EnumType,
    ImageType,
    ListType,
    PortType,
    ScalarType,
    UnionType,
)
from shtairir.errors import ExecutionError
from shtairir.ids import PortName

_simple = st.sampled_from([parse_type(name) for name in TYPE_NAMES])
_arrays = st.builds(
    ArrayType,
    st.sampled_from([None, "float", "uint8", "float64"]),
    st.none() | st.tuples(st.sampled_from([3, "n", "h"]), st.sampled_from([4, "w"])),
)
_choices = st.lists(st.text(max_size=6) | st.integers(-5, 5) | st.booleans(), min_size=1, max_size=4)
_types = st.recursive(
    _simple | _arrays | _choices.map(lambda found: EnumType("choice", tuple(found))),
    lambda inner: (
        inner.map(ListType)
        | st.tuples(inner, inner)
        .filter(lambda pair: not any(isinstance(one, UnionType) for one in pair))
        .map(UnionType)
    ),
    max_leaves=4,
)


@given(_types)
def test_a_type_is_found_again_under_its_name(kind: PortType) -> None:
    assert parse_type(type_name(kind)) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("image", ImageType()),
        (" list[ float ] ", ListType(ScalarType("float"))),
        ("float | none", UnionType((ScalarType("float"), NONE))),
        ("array[(n, 3)]", ArrayType(None, ("n", 3))),
        ("array[float64, (n, 3)]", ArrayType("float64", ("n", 3))),
        ("list[list[int]]", ListType(ListType(ScalarType("int")))),
        ('choice["a, b", "c|d"]', EnumType("choice", ("a, b", "c|d"))),
    ],
)
def test_names_of_types_may_be_written_by_hand(name: str, kind: PortType) -> None:
    assert parse_type(name) == kind


@pytest.mark.parametrize(
    "name",
    [
        "",
        "picture",
        "list[",
        "list]",
        "list[]",
        "array[1, 2, 3]",
        "choice[x]",
        "choice[]",
        "|",
        "float |",
        "os.system",
        "a" * 5000,
    ],
)
def test_what_is_no_type_is_refused_with_the_types_that_there_are(name: str) -> None:
    with pytest.raises(ValueError, match="type"):
        parse_type(name)


def test_deep_nesting_is_refused_and_does_no_harm() -> None:
    with pytest.raises(ValueError, match="type"):
        parse_type("list[" * 150 + "int" + "]" * 150)


def test_a_type_of_a_pack_has_no_name_that_could_be_read_again() -> None:
    assert type_name(ClassType("model", "somewhere", "Model")) == "any"
    assert type_name(ListType(ClassType("model", "somewhere", "Model"))) == "list"


def test_an_instance_has_the_ports_of_what_it_stands_for_and_cannot_be_called() -> None:
    image = InputPort(PortName("image"), ImageType(), True, MISSING)
    interface = Interface((image,), (OutputPort(PortName("out"), ANY),), "Clean up", "Removes dirt.\n\nAll of it.")
    definition = instance_definition("subgraph.clean", interface)
    assert (definition.name, definition.summary) == ("Clean up", "Removes dirt.")
    assert definition.input("image") is image
    assert interface.input("image") is image
    assert interface.output("nothing") is None
    with pytest.raises(ExecutionError, match="Plan the graph"):
        definition.function(image=1)
