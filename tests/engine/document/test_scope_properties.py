"""What always holds, whatever a person does to a graph and its definitions."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.block.registry import Registry
from shtairir.document import Change, Graph, RenameNode, Snapshot, dumps, loads
from shtairir.document.recursion import chain_text
from shtairir.document.references import chain_to, references_in
from shtairir.errors import EditError
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.validation import validate

_spec = importlib.util.spec_from_file_location("document_builders", Path(__file__).with_name("builders.py"))
assert _spec is not None
assert _spec.loader is not None
builders = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(builders)

_EMPTY = Registry(packs={}, folders=())
_pick = st.integers(0, 12)
_name = st.sampled_from(["a", "b", "c", "d"])
_port = st.sampled_from(["x", "y", "sigma"])
_values = st.one_of(st.integers(-3, 3), st.text(max_size=3))

_verbs = st.one_of(
    st.tuples(st.just("plain"), builders.steps),
    st.tuples(st.just("plain"), builders.steps),
    st.tuples(st.just("define"), _name),
    st.tuples(st.just("make"), st.lists(_pick, min_size=1, max_size=4), st.none() | _name),
    st.tuples(st.just("make"), st.lists(_pick, min_size=1, max_size=4), st.none()),
    st.tuples(st.just("expand"), _pick),
    st.tuples(st.just("unique"), _pick),
    st.tuples(st.just("rename definition"), _pick, _name),
    st.tuples(st.just("remove definition"), _pick),
    st.tuples(st.just("instance"), _pick, _port, _values),
    st.tuples(st.just("loop"), _pick),
    st.tuples(st.just("input"), _name, _values),
    st.tuples(st.just("code"), _name, st.sampled_from(["", "def f(a: int) -> int:\n    return a\n", "é\ud800"])),
    st.tuples(st.just("remove code"), _name),
    st.tuples(st.just("rename code"), _name, _name),
    st.tuples(st.just("publish deep"), _pick, _pick, _port),
    st.tuples(st.just("result"), _pick),
    st.tuples(st.just("carry"), st.lists(_pick, min_size=1, max_size=3)),
    st.tuples(st.just("title"), _name),
)
_steps = st.lists(st.tuples(st.integers(0, 4), _verbs), min_size=5, max_size=35)
_quick = settings(max_examples=60, deadline=None)


def _scope(graph: Graph, pick: int) -> Graph:
    scopes = [graph, *graph.subgraphs.values()]
    return scopes[pick % len(scopes)]


def _nth(items: object, pick: int) -> str:
    found = list(items)  # type: ignore[call-overload]
    return found[pick % len(found)] if found else "nobody"


def do(graph: Graph, where: int, step: tuple) -> None:  # type: ignore[type-arg]
    """Do a step in some scope; one that does not fit is refused, and must leave everything alone."""
    before = graph.snapshot().to_bytes()
    try:
        _do(graph, _scope(graph, where), *step)
    except EditError:
        assert graph.snapshot().to_bytes() == before


def _do(graph: Graph, scope: Graph, verb: str, *facts: object) -> None:
    match verb, *facts:
        case "plain", tuple(step):
            builders.do(scope, step)
        case "define", str(name):
            graph.add_subgraph(name)
        case "make", list(picks), name:
            wish = name if isinstance(name, str) else None
            scope.make_subgraph({_nth(scope.nodes, pick) for pick in picks}, wish, registry=_EMPTY)
        case "expand", int(pick):
            scope.expand(_nth(scope.nodes, pick), registry=_EMPTY)
        case "unique", int(pick):
            scope.make_unique(_nth(scope.nodes, pick))
        case "rename definition", int(pick), str(name):
            graph.rename_subgraph(_nth(graph.subgraphs, pick), name)
        case "remove definition", int(pick):
            graph.remove_subgraph(_nth(graph.subgraphs, pick))
        case "instance", int(pick), str(port), value:
            scope.add(f"subgraph.{_nth(graph.subgraphs, pick)}", values={port: value})
        case "loop", int(pick):
            scope.add("flow.for_each", values={"body": _nth(graph.subgraphs, pick)})
        case "input", str(name), value:
            scope.add("graph.input", values={"name": name, "type": "any", "value": value})
        case "code", str(name), str(source):
            (graph.set_code if name in graph.code else graph.add_code)(name, source)
            scope.add(f"code.{name}")
        case "remove code", str(name):
            graph.remove_code(name)
        case "rename code", str(name), str(new):
            graph.rename_code(name, new)
        case "publish deep", int(pick), int(inner), str(port):
            node = graph.node(_nth(graph.nodes, pick))
            inside = graph.snapshot().inside(node)
            if inside is not None and inside.nodes:
                path = f"{node.id}/{_nth(inside.nodes, inner)}"
                graph.publish("deep", PortRef(NodeId(path), PortName(port)))
                graph.publish_result("deep", PortRef(NodeId(path), PortName("out")))
        case "result", int(pick):
            graph.publish_result("r", PortRef(NodeId(_nth(graph.nodes, pick)), PortName("out")))
        case "carry", list(picks):
            text = graph.copy_text({_nth(graph.nodes, pick) for pick in picks})
            scope.paste_text(text)
        case "title", str(title):
            scope.name = title
        case _:
            raise AssertionError((verb, facts))


def _built(steps: list) -> Graph:  # type: ignore[type-arg]
    graph = Graph("random")
    for where, step in steps:
        do(graph, where, step)
    return graph


@_quick
@given(_steps, _steps)
def test_undoing_everything_from_anywhere_gives_the_exact_original_and_redoing_the_exact_end(
    first: list,  # type: ignore[type-arg]
    then: list,  # type: ignore[type-arg]
) -> None:
    graph = loads(dumps(_built(first)))
    original = dumps(graph)
    for where, step in then:
        do(graph, where, step)
    end = graph.snapshot().to_bytes()
    turn = 0
    while _scope(graph, turn).undo() is not None:
        turn += 1
    assert graph.snapshot().to_bytes() == original
    assert not graph.is_modified
    seen = [original]
    while _scope(graph, turn).redo() is not None:
        turn += 1
        seen.append(graph.snapshot().to_bytes())
    assert end in seen


@_quick
@given(_steps)
def test_saving_what_was_loaded_gives_the_same_bytes_and_the_same_graph(steps: list) -> None:  # type: ignore[type-arg]
    graph = _built(steps)
    once = dumps(graph)
    again = loads(once)
    assert again.snapshot().to_bytes() == once
    assert again.snapshot().content() == graph.snapshot().content()
    assert again.fingerprint() == graph.fingerprint()


@_quick
@given(_steps)
def test_no_sequence_of_edits_makes_a_definition_contain_itself(steps: list) -> None:  # type: ignore[type-arg]
    graph = _built(steps)
    contents = {name: list(references_in(scope.nodes.values())) for name, scope in graph.subgraphs.items()}
    for name, inner in contents.items():
        for one in inner:
            chain = chain_to(name, one, contents)
            assert chain is None, chain_text([name, *chain])


@_quick
@given(_steps)
def test_validation_never_raises_and_every_path_leads_to_the_node_it_names(steps: list) -> None:  # type: ignore[type-arg]
    graph = _built(steps)
    snapshot = graph.snapshot()
    for problem in validate(graph, _EMPTY):
        if problem.node is not None and problem.inner is not None:
            assert _inner(snapshot, problem.node) == (problem.scope, problem.inner)
        if problem.edit is not None:
            graph.apply(problem.edit)
            graph.undo()


def _inner(graph: Snapshot, path: str) -> tuple[str | None, str]:
    """Follow a path through instances and loops."""
    scope = graph
    *steps, last = path.split("/")
    for step in steps:
        (name,) = references_in([scope.nodes[NodeId(step)]])
        scope = scope.subgraphs[name]
    assert NodeId(last) in scope.nodes
    return scope.scope, last


@_quick
@given(_steps)
def test_what_is_told_adds_up_to_what_is_there(steps: list) -> None:  # type: ignore[type-arg]
    graph = Graph("random")
    told: list[Change] = []
    graph.subscribe(told.append)
    for where, step in steps:
        contents = {name: scope.content() for name, scope in graph.snapshot().subgraphs.items()}
        del told[:]
        do(graph, where, step)
        after = {name: scope.content() for name, scope in graph.snapshot().subgraphs.items()}
        different = {name for name in {*contents, *after} if contents.get(name) != after.get(name)}
        named = {name for change in told for name in change.subgraphs_changed}
        assert different <= named


@_quick
@given(_steps, st.data())
def test_grouping_nodes_and_putting_them_back_gives_the_same_graph(steps: list, data: st.DataObject) -> None:  # type: ignore[type-arg]
    graph = _built(steps)
    scope = _scope(graph, data.draw(st.integers(0, 4)))
    if not scope.nodes:
        return
    chosen = data.draw(st.sets(st.sampled_from(list(scope.nodes)), min_size=1))
    before = scope.snapshot()
    try:
        made = scope.make_subgraph(chosen, registry=_EMPTY)
    except EditError:
        return
    scope.expand(made, registry=_EMPTY)
    after = scope.snapshot()
    assert set(after.nodes) == set(before.nodes)
    assert {key: (node.block, node.values, node.title) for key, node in after.nodes.items()} == {
        key: (node.block, node.values, node.title) for key, node in before.nodes.items()
    }
    assert set(after.links.values()) == {link for link in before.links.values() if link.source.node in before.nodes}
    assert list(after.subgraphs) == list(before.subgraphs)
    assert {one.name: one.source for one in after.results} == {one.name: one.source for one in before.results}


@_quick
@given(_steps)
def test_renaming_a_node_and_back_changes_nothing(steps: list) -> None:  # type: ignore[type-arg]
    graph = _built(steps)
    before = json.loads(dumps(graph))
    for scope in (graph, *graph.subgraphs.values()):
        for node in list(scope.nodes):
            scope.apply(RenameNode(node, NodeId("brand-new")))
            scope.apply(RenameNode(NodeId("brand-new"), node))
    assert json.loads(dumps(graph)) == before
