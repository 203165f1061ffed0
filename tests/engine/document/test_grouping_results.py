"""Whatever is put into definitions, taken out again, copied or made unique: the graph computes the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import block
from shtairir.block.registry import Registry
from shtairir.document import Graph, dumps, loads
from shtairir.errors import EditError
from shtairir.ids import PortName, PortRef


@block(category="Test")
def mix(a: float, b: float = 1.0, c: float = 0.0) -> float:
    """Mix three numbers so that no two of them can be exchanged."""
    return a + 3 * b - 7 * c


_REGISTRY = Registry(packs={"graph": "shtairir.flow.interface"}, folders=())
_REGISTRY.add(mix)

_node = st.tuples(*[st.none() | st.integers(0, 30)] * 3, st.integers(-5, 5))
_drawn = st.lists(_node, min_size=3, max_size=9)
_acts = st.lists(
    st.tuples(
        st.sampled_from(["make", "make", "expand", "unique", "copy", "undo", "save", "set"]),
        st.sets(st.integers(0, 12), min_size=1, max_size=4),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=7,
)


def _graph(drawn: list[tuple[int | None, int | None, int | None, int]]) -> Graph:
    """Build a graph in which each node reads some of those before it; all of them are published."""
    graph = Graph("random")
    for index, (*sources, value) in enumerate(drawn):
        node = graph.add("test.mix", id=f"n{index}", a=value)
        for port, source in zip("abc", sources, strict=True):
            if source is not None and index:
                graph.link(PortRef.parse(f"n{source % index}.out"), node[port])
        graph.publish_result(f"r{index}", node["out"])
        free = next((port for port in "cba" if node[port] not in graph.links), None)
        if free is not None:
            graph.publish(f"p{index}", node[free])
    return graph


def _results(graph: Graph) -> dict[str, float]:
    result = shtairir.run(graph, workers=1, registry=_REGISTRY)
    return {one.name: result[one.name] for one in graph.results}


def _do(graph: Graph, act: str, picks: set[int], where: int) -> Graph:
    scopes = [graph, *graph.subgraphs.values()]
    scope = scopes[where % len(scopes)]
    nodes = list(scope.nodes)
    first = nodes[min(picks) % len(nodes)]
    match act:
        case "make":
            scope.make_subgraph({nodes[pick % len(nodes)] for pick in picks}, registry=_REGISTRY)
        case "expand":
            scope.expand(first, registry=_REGISTRY)
        case "unique":
            scope.make_unique(first)
        case "copy":
            scope.remove(*scope.paste_text(scope.copy_text([first])))
        case "undo":
            if not (graph.undo_label or "").startswith("publish"):
                graph.undo()
                graph.redo()
        case "save":
            return loads(dumps(graph))
        case "set":
            graph.set("p0", graph.value("p0", 0))
    return graph


@settings(max_examples=400, deadline=None)
@given(_drawn, _acts)
def test_what_a_graph_computes_does_not_depend_on_how_it_is_divided(
    drawn: list[tuple[int | None, int | None, int | None, int]], acts: list[tuple[str, set[int], int]]
) -> None:
    graph = _graph(drawn)
    names = [one.name for one in graph.parameters]
    before = _results(graph)
    for act in acts:
        try:
            graph = _do(graph, *act)
        except EditError:
            continue
    assert _results(graph) == before
    assert sorted({one.name for one in graph.parameters} | _named_inputs(graph)) == sorted(names)


def _named_inputs(graph: Graph) -> set[str]:
    return {str(node.values["name"]) for node in graph.nodes.values() if node.block == "graph.input"}


@settings(max_examples=40, deadline=None)
@given(_drawn, _acts, st.integers(-9, 9), st.integers(0, 8))
def test_what_was_published_sets_the_same_wherever_its_node_went(
    drawn: list[tuple[int | None, int | None, int | None, int]],
    acts: list[tuple[str, set[int], int]],
    value: int,
    pick: int,
) -> None:
    graph, other = _graph(drawn), _graph(drawn)
    for act in acts:
        try:
            graph = _do(graph, *act)
        except EditError:
            continue
    parameter = other.parameters[pick % len(other.parameters)]
    target = graph.target_of(parameter.name)
    other.set(parameter.name, value)
    if "/" in target.node:
        return  # it lies behind the border, so it is set for one run only
    graph.set(parameter.name, value)
    assert target.port == PortName("value") or target.node in graph.nodes
    assert _results(graph) == _results(other)
