"""What freezing nodes means to a graph: which nodes there are before some, and the edit that freezes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from shtairir.document import Graph, Link, SetFrozen
from shtairir.ids import NodeId


def freezing(graph: Graph, nodes: Collection[NodeId]) -> SetFrozen:
    """The edit that freezes these nodes; or, where all of them are frozen, lets them go on."""
    on = not is_frozen(graph, nodes)
    return SetFrozen(tuple(node for node in nodes if graph.nodes[node].frozen is not on), on)


def is_frozen(graph: Graph, nodes: Collection[NodeId]) -> bool:
    """Whether there are nodes among these, and all are frozen."""
    return bool(nodes) and all(graph.nodes[node].frozen for node in nodes)


def all_before(graph: Graph, nodes: Iterable[NodeId]) -> tuple[NodeId, ...]:
    """All that these nodes depend on, without themselves, in the order of the graph."""
    chosen = set(nodes)
    found = upstream(chosen, graph.links.values()) - chosen
    return tuple(node for node in graph.nodes if node in found)


def upstream(start: Iterable[NodeId], links: Iterable[Link]) -> set[NodeId]:
    """These nodes, and all that feeds them."""
    feeders: dict[NodeId, list[NodeId]] = {}
    for link in links:
        feeders.setdefault(link.target.node, []).append(link.source.node)
    reached = set(start)
    waiting = list(reached)
    while waiting:
        for feeder in feeders.get(waiting.pop(), ()):
            if feeder not in reached:
                reached.add(feeder)
                waiting.append(feeder)
    return reached
