"""How the nodes hang together: circles, and nodes that nothing uses.

Circles are looked for in two steps. Nodes that nothing in the rest feeds are taken away again and again (A. B. Kahn,
"Topological sorting of large networks", CACM 5(11), 1962); what is left lies on a circle or behind one. Mostly that is
nothing. Only else is networkx imported: its strongly connected components are the groups of nodes that wait for each
other, and of each group the shortest circle through its first node is shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from shtairir.block.definition import BlockDefinition
from shtairir.document.edits import RemoveLinks, RemoveNodes, first_step
from shtairir.document.model import Link
from shtairir.document.references import INPUT
from shtairir.document.snapshot import Snapshot
from shtairir.ids import NodeId
from shtairir.validation.problem import Problem
from shtairir.validation.survey import Survey

_SHOWN = 12


def check_cycles(survey: Survey) -> None:
    """Find nodes that wait for each other in a circle; one problem for each group of them."""
    wiring = survey.wiring
    if not wiring.faulty and len(wiring.order) == len(wiring.nodes):
        return
    feeds = readers_of(survey.graph)
    rest = _not_sortable(feeds)
    if not rest:
        return
    links = {(link.source.node, link.target.node): link for link in survey.graph.links.values()}
    for circle in _circles({node: [reader for reader in feeds[node] if reader in rest] for node in rest}):
        _circle(survey, circle, links[circle[-1], circle[0]])


def _circle(survey: Survey, circle: list[NodeId], closing: Link) -> None:
    names = [*circle, circle[0]] if len(circle) <= _SHOWN else [*circle[:_SHOWN], "…", circle[0]]
    if len(circle) == 1:
        message = f"'{circle[0]}' waits for its own result: {closing}."
    else:
        message = f"{len(circle)} nodes wait for each other in a circle: {' → '.join(names)}."
    survey.error(
        "cycle",
        message,
        circle[0],
        closing.target.port,
        fix=f"Remove one of the links, for example {closing}.",
        edit=RemoveLinks((closing.target,)),
        related=tuple(circle),
    )


def readers_of(graph: Snapshot) -> dict[NodeId, list[NodeId]]:
    """Return for each node the nodes that its links feed, once for each link."""
    feeds: dict[NodeId, list[NodeId]] = {node: [] for node in graph.nodes}
    for target, link in graph.links.items():
        readers = feeds.get(link.source.node)
        if readers is not None and target.node in feeds:
            readers.append(target.node)
    return feeds


def _not_sortable(feeds: Mapping[NodeId, list[NodeId]]) -> dict[NodeId, None]:
    """Return the nodes on circles and behind them, in the order of the graph."""
    waits = dict.fromkeys(feeds, 0)
    for readers in feeds.values():
        for reader in readers:
            waits[reader] += 1
    ready = [node for node, number in waits.items() if number == 0]
    while ready:
        for reader in feeds[ready.pop()]:
            waits[reader] -= 1
            if waits[reader] == 0:
                ready.append(reader)
    return {node: None for node, number in waits.items() if number}


def _circles(rest: Mapping[NodeId, list[NodeId]]) -> Iterator[list[NodeId]]:
    """Yield a shortest circle through the first node of each group of nodes that wait for each other."""
    import networkx as nx  # type: ignore[import-untyped]  # it brings no types

    waiting = nx.DiGraph(rest)
    place = {node: index for index, node in enumerate(rest)}
    firsts = [
        min(group, key=place.__getitem__)
        for group in nx.strongly_connected_components(waiting)
        if len(group) > 1 or any(waiting.has_edge(node, node) for node in group)
    ]
    for first in sorted(firsts, key=place.__getitem__):
        # A double with the same links into it makes the circle a path, from the node to its double.
        double = object()
        waiting.add_edges_from([(node, double) for node in waiting.predecessors(first)])
        yield nx.shortest_path(waiting, first, double)[:-1]


def check_dead_nodes(survey: Survey) -> None:
    """Find nodes that have nothing to do with the rest: no link at all, in a graph that has links.

    A node at the end of a chain is how results are shown, and a block without outputs or with an effect is there
    for what it does; neither is dead.
    """
    if not survey.graph.links:
        return
    results = {first_step(result.source) for result in survey.graph.results}
    for node, definition in _unlinked(survey):
        # An input that nothing reads is told as such.
        if definition.traits.pure and definition.outputs and definition.id != INPUT and node not in results:
            survey.problems.append(
                Problem(
                    "info",
                    "dead_node",
                    f"'{node}' is linked to nothing, so no other node uses its result.",
                    node,
                    fix="Link it, or remove it.",
                    edit=RemoveNodes((node,)),
                )
            )


def _unlinked(survey: Survey) -> list[tuple[NodeId, BlockDefinition]]:
    """Return the nodes of known blocks that no link names."""
    wiring = survey.wiring
    ends = {end.node for link in wiring.faulty for end in (link.source, link.target)}
    known = zip(wiring.nodes, wiring.definitions, wiring.predecessors, wiring.successors, strict=True)
    return [
        (node, definition)
        for node, definition, before, after in known
        if not before and not after and definition is not None and node not in ends
    ]


def blocked_nodes(graph: Snapshot, problems: Iterable[Problem]) -> dict[NodeId, NodeId]:
    """Return the nodes that cannot run because of an error further up, each with the node that has the error."""
    feeds = readers_of(graph)
    errors = [problem for problem in problems if problem.severity == "error"]
    # An error in a definition keeps all nodes that contain it from running.
    places = [node for problem in errors for node in (problem.related if problem.scope else (problem.node,))]
    broken = [node for node in places if node is not None and node in feeds]
    causes: dict[NodeId, NodeId] = {}
    seen = set(broken)
    queue = deque((node, node) for node in dict.fromkeys(broken))
    while queue:
        node, cause = queue.popleft()
        for reader in feeds[node]:
            if reader not in seen:
                seen.add(reader)
                causes[reader] = cause
                queue.append((reader, cause))
    return causes
