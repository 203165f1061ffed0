"""Files read without the schema say what they say to the schema; whatever is not plain is left to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.document import Graph
from shtairir.document.plain import plain_content
from shtairir.document.refusal import SchemaError
from shtairir.document.schema import read_content
from tests.engine.document.builders import do, json_values, steps

_names = st.sampled_from(["a", "b", "blur_2", "ünï", "", "a b", "x" * 201])
_ports = st.sampled_from(["a.out", "b.x", "c.d.e", "none", ".x", "a.", ""])
_numbers = st.sampled_from([0, 1, -3, 2.5, 1e300, 10**30, True, "1", None])
_odd: st.SearchStrategy[Any] = st.none() | st.sampled_from([True, 0, 1.5, "text", [], {}, ["x"], {"k": 1}])


def _object(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the fields, a few of them odd, and now and then one that nobody knows."""
    kinds = {name: st.one_of(kind, kind, kind, kind, kind, _odd) for name, kind in fields.items()}
    some = st.fixed_dictionaries({}, optional={**kinds, "other": _odd})
    return some | st.fixed_dictionaries(fields)


_nodes = _object(
    id=_names,
    block=st.sampled_from(["math.add", ""]),
    block_version=st.sampled_from([1, 2]),
    title=st.text(max_size=3),
    values=st.dictionaries(st.text(max_size=2), json_values, max_size=2),
    exposed=st.lists(st.text(max_size=2), max_size=2),
    policy=st.dictionaries(st.text(max_size=2), json_values, max_size=1),
    position=st.lists(_numbers, min_size=1, max_size=3),
    state=st.sampled_from(["active", "bypassed", "disabled", "asleep"]),
    collapsed=st.booleans(),
    frozen=st.booleans(),
    shown=st.lists(st.text(max_size=2), max_size=2),
    shown_sizes=st.dictionaries(st.text(max_size=2), st.lists(_numbers, min_size=2, max_size=2), max_size=2),
)
_links = _object(
    **{"from": _ports, "to": _ports, "via": st.lists(st.lists(_numbers, min_size=2, max_size=2), max_size=2)}
)
_parameters = _object(name=_names, target=_ports, title=st.text(max_size=2), help=st.text(max_size=2))
_frames = _object(
    id=_names, title=st.text(max_size=2), color=st.text(max_size=2), rect=st.lists(_numbers, min_size=3, max_size=5)
)
_notes = _object(
    id=_names, text=st.text(max_size=3), color=st.text(max_size=2), rect=st.lists(_numbers, min_size=3, max_size=5)
)
_bookmarks = _object(name=st.text(max_size=2), center=st.lists(_numbers, min_size=2, max_size=2), zoom=_numbers)
_files = _object(
    format=st.just("shtairir-graph"),
    version=st.just(1),
    name=st.text(max_size=3),
    description=st.text(max_size=3),
    policy=st.dictionaries(st.text(max_size=2), json_values, max_size=2),
    nodes=st.lists(_nodes, max_size=3),
    links=st.lists(_links, max_size=3),
    parameters=st.lists(_parameters, max_size=2),
    frames=st.lists(_frames, max_size=2),
    notes=st.lists(_notes, max_size=2),
    bookmarks=st.lists(_bookmarks, max_size=2),
)


@settings(max_examples=600, deadline=None)
@given(_files)
def test_what_is_read_without_the_schema_is_what_the_schema_reads(data: dict[str, Any]) -> None:
    plain = plain_content(data)
    if plain is not None:
        assert repr(plain) == repr(read_content(data))


@settings(max_examples=60, deadline=None)
@given(st.lists(steps.filter(lambda step: step[0] != "test"), max_size=12))  # graphs with tests are for the schema
def test_what_the_program_writes_is_read_the_same_way(edits: list[Any]) -> None:
    graph = Graph("random")
    for step in edits:
        do(graph, step)
    data = json.loads(graph.snapshot().to_bytes())
    plain = plain_content(data)
    assert plain is not None
    assert repr(plain) == repr(read_content(data))


@pytest.mark.parametrize(
    "data",
    [
        {"nodes": [{"id": "a", "block": "m.a"}, {"id": "a", "block": "m.a"}]},
        {"nodes": [{"id": "a", "block": "m.a", "block_version": True}]},
        {"nodes": [{"id": "a", "block": "m.a", "position": [1]}]},
        {"links": [{"from": "a", "to": "b.x"}]},
        {"links": [{"from": "a.out", "to": "b.x"}, {"from": "c.out", "to": "b.x"}]},
        {"name": 3},
        {"nodes": {"a": {}}},
    ],
)
def test_what_is_wrong_is_left_to_the_schema(data: dict[str, Any]) -> None:
    assert plain_content(data) is None
    with pytest.raises(SchemaError):
        read_content(data)


@pytest.mark.parametrize(
    "data",
    [
        {"nodes": [{"id": "a", "block": "m.a", "title": None}]},
        {"nodes": [{"id": "a", "block": "m.a", "mine": 1}]},
        {"subgraphs": {}, "code": {}},
        {"theirs": [1]},
    ],
)
def test_what_is_right_but_rare_is_left_to_the_schema(data: dict[str, Any]) -> None:
    assert plain_content(data) is None
    read_content(data)
