"""Which nodes are frozen: they keep their last result, whatever has changed before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shtairir.ids import NodeId

if TYPE_CHECKING:
    from shtairir.document.model import Node
    from shtairir.document.snapshot import Snapshot


def any_frozen(nodes: Mapping[NodeId, Node]) -> bool:
    """Whether any of some nodes is."""
    return any(node.frozen for node in nodes.values())


def frozen_nodes(graph: Snapshot) -> frozenset[NodeId]:
    """Return the frozen nodes of a graph by their paths, and all that is in an instance that is frozen."""
    nodes, found = graph.known.frozen
    if nodes is not graph.nodes or graph.subgraphs:
        found = _frozen(graph)
        graph.known.frozen = graph.nodes, found
    return found


def _frozen(graph: Snapshot) -> frozenset[NodeId]:
    if not any_frozen(graph.nodes) and not any(any_frozen(one.nodes) for one in graph.subgraphs.values()):
        return frozenset()
    return frozenset(_frozen_in(graph, "", whole=False))


def _frozen_in(scope: Snapshot, prefix: str, *, whole: bool) -> Iterator[NodeId]:
    for node in scope.nodes.values():
        is_frozen = whole or node.frozen
        inside = scope.inside(node)
        if inside is not None:
            yield from _frozen_in(inside, f"{prefix}{node.id}/", whole=is_frozen)
        elif is_frozen:
            yield NodeId(f"{prefix}{node.id}")
