"""What always holds, whatever a person does to a graph."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.document import Change, Graph, Link, dumps, loads
from shtairir.errors import DocumentError
from shtairir.ids import NodeId

_spec = importlib.util.spec_from_file_location("document_builders", Path(__file__).with_name("builders.py"))
assert _spec is not None
assert _spec.loader is not None
builders = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(builders)

_quick = settings(max_examples=120, deadline=None)
_many_steps = st.lists(builders.steps, min_size=6, max_size=40)


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
    nodes: set[NodeId] = set()
    links: set[Link] = set()

    def follow(change: Change) -> None:
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


_TWO_NODES = [("add", "math.add", "x", 1), ("add", "math.add", "x", [2]), ("link", 0, 1, "y"), ("frame", "f", "t")]
_VALID = json.loads(dumps(_built(_TWO_NODES)))


def _refusal(data: bytes) -> DocumentError | None:
    """Return the error that the bytes are refused with; any other kind of error goes through."""
    try:
        loads(data)
    except DocumentError as error:
        return error
    return None


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
    text = json.dumps(broken).encode()
    refusal = _refusal(text)
    if refusal is not None:
        assert refusal.where
    else:
        canonical = loads(text).snapshot().to_bytes()
        assert loads(canonical).snapshot().to_bytes() == canonical


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789.eE-+ntrufals\\ ', max_size=60).map(str.encode))
def test_any_bytes_are_refused_as_a_document_error(data: bytes) -> None:
    assert _refusal(data) is not None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_file_cut_off_anywhere_is_refused(cut: int) -> None:
    whole = json.dumps(_VALID).encode()
    refusal = _refusal(whole[: cut % len(whole)])
    assert refusal is not None
    assert any(words in refusal.message for words in ("empty", "too early", "not JSON"))
