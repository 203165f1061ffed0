"""What always holds, whatever a person does to a graph."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.document import Graph, dumps, loads
from shtairir.errors import DocumentError

_spec = importlib.util.spec_from_file_location("document_builders", Path(__file__).with_name("builders.py"))
assert _spec is not None
assert _spec.loader is not None
builders = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(builders)

_quick = settings(max_examples=60, deadline=None)
_many_steps = st.lists(builders.steps, max_size=25)


def _built(steps: list) -> Graph:  # type: ignore[type-arg]
    graph = Graph("random")
    for step in steps:
        builders.do(graph, step)
    return graph


@_quick
@given(_many_steps, _many_steps)
def test_undoing_everything_gives_the_exact_original_and_redoing_the_exact_end(first: list, then: list) -> None:  # type: ignore[type-arg]
    graph = loads(dumps(_built(first)))
    original = dumps(graph)
    for step in then:
        builders.do(graph, step)
    end = graph.snapshot().to_bytes()
    while graph.undo() is not None:
        pass
    assert graph.snapshot().to_bytes() == original
    assert not graph.is_modified
    # Steps that were undone on the way can be done again too, so the end is reached again or passed.
    seen = [original]
    while graph.redo() is not None:
        seen.append(graph.snapshot().to_bytes())
    assert end in seen


@_quick
@given(_many_steps)
def test_saving_what_was_loaded_gives_the_same_bytes(steps: list) -> None:  # type: ignore[type-arg]
    once = dumps(_built(steps))
    again = loads(once)
    assert again.snapshot().to_bytes() == once
    assert dumps(again) == once


@_quick
@given(_many_steps, _many_steps)
def test_a_snapshot_is_not_affected_by_later_edits(first: list, then: list) -> None:  # type: ignore[type-arg]
    graph = _built(first)
    snapshot = graph.snapshot()
    before, mark = snapshot.to_bytes(), snapshot.fingerprint()
    for step in then:
        builders.do(graph, step)
    assert snapshot.to_bytes() == before
    assert snapshot.fingerprint() == mark


@_quick
@given(_many_steps)
def test_changes_told_to_a_listener_add_up_to_the_graph(steps: list) -> None:  # type: ignore[type-arg]
    graph = Graph()
    nodes, links = set(), set()

    def follow(change) -> None:  # type: ignore[no-untyped-def]
        assert set(change.nodes_removed) <= nodes
        assert not set(change.nodes_added) & nodes
        assert set(change.links_removed) <= links
        nodes.difference_update(change.nodes_removed)
        nodes.update(change.nodes_added)
        links.difference_update(change.links_removed)
        links.update(change.links_added)
        assert set(change.nodes_changed) | set(change.nodes_moved) <= nodes

    graph.subscribe(follow)
    for step in steps:
        builders.do(graph, step)
    assert nodes == set(graph.nodes)
    assert links == set(graph.links.values())


_VALID = json.loads(
    dumps(
        _built([("add", "math.add", "x", 1), ("add", "math.add", "x", [2]), ("link", 0, 1, "y"), ("frame", "f", "t")])
    )
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_field_with_anything_in_it_is_read_or_refused_with_its_place(data: st.DataObject) -> None:
    broken = json.loads(json.dumps(_VALID))
    record = broken
    while True:
        key = data.draw(st.sampled_from(sorted(record) if isinstance(record, dict) else range(len(record))))
        inner = record[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        record = inner
    record[key] = data.draw(builders.json_values)
    try:
        graph = loads(json.dumps(broken).encode())
    except DocumentError as error:
        assert error.where
    else:
        assert loads(graph.snapshot().to_bytes()).snapshot().to_bytes() == graph.snapshot().to_bytes()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789.eE-+ntrufals\\ ', max_size=60).map(str.encode))
def test_any_bytes_are_refused_as_a_document_error(data: bytes) -> None:
    try:
        loads(data)
    except DocumentError:
        return
    raise AssertionError("such bytes are no graph")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_file_cut_off_anywhere_is_refused(cut: int) -> None:
    whole = json.dumps(_VALID).encode()
    try:
        loads(whole[: cut % len(whole)])
    except DocumentError as error:
        assert "empty" in error.message or "too early" in error.message or "not JSON" in error.message
    else:
        raise AssertionError("half a graph was read")
