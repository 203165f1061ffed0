"""Which results no longer match the graph: a comparison of two states, so undo makes them fresh again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from shtairir.document import Link, Node
from shtairir.ids import BlockId, NodeId, PortRef


def stale_nodes(
    nodes_then: Mapping[NodeId, Node],
    links_then: Mapping[PortRef, Link],
    nodes_now: Mapping[NodeId, Node],
    links_now: Mapping[PortRef, Link],
    rewritten: Collection[BlockId] = (),
) -> frozenset[NodeId]:
    """The nodes whose inputs or code differ between two states of a graph, and all that they feed.

    `rewritten` are the blocks whose code has changed since.
    """
    touched = {
        node.id
        for node in nodes_now.values()
        if node.block in rewritten or _computes_differently(nodes_then.get(node.id), node)
    }
    touched.update(link.target.node for link in _difference(links_then, links_now))
    return frozenset(_downstream(touched, links_now.values()))


def _computes_differently(then: Node | None, now: Node) -> bool:
    if then is now:
        return False
    return then is None or (then.block, then.values, then.policy) != (now.block, now.values, now.policy)


def _difference(then: Mapping[PortRef, Link], now: Mapping[PortRef, Link]) -> Iterable[Link]:
    yield from (link for target, link in now.items() if then.get(target) != link)
    yield from (link for target, link in then.items() if target not in now)


def _downstream(start: Iterable[NodeId], links: Iterable[Link]) -> set[NodeId]:
    readers: dict[NodeId, list[NodeId]] = {}
    for link in links:
        readers.setdefault(link.source.node, []).append(link.target.node)
    reached = set(start)
    waiting = list(reached)
    while waiting:
        for reader in readers.get(waiting.pop(), ()):
            if reader not in reached:
                reached.add(reader)
                waiting.append(reader)
    return reached
