"""Which nodes of two graphs are the same under other names."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container
from typing import TYPE_CHECKING

from shtairir.ids import NodeId, PortRef

if TYPE_CHECKING:
    from shtairir.document.snapshot import Snapshot


def renamed_nodes(before: Snapshot, after: Snapshot) -> dict[NodeId, NodeId]:
    """Return the new names of nodes that are gone, where another with the same block, values and links came.

    Where several are alike, the first that is gone is taken for the first that came.
    """
    shared = before.nodes.keys() & after.nodes.keys()
    came = _by_likeness(after, shared)
    return {
        old: new
        for likeness, gone in _by_likeness(before, shared).items()
        for old, new in zip(gone, came.get(likeness, ()), strict=False)
    }


def _by_likeness(graph: Snapshot, shared: Container[NodeId]) -> dict[str, list[NodeId]]:
    """Return the nodes that only this graph has, by all that is known of them but their names."""

    def end(port: PortRef) -> tuple[str, str]:
        # A neighbour may be renamed as well: all that can be said of it is its block.
        node = graph.nodes.get(port.node)
        return (port.node if port.node in shared or node is None else f"? {node.block}"), port.port

    links: dict[NodeId, list[object]] = defaultdict(list)
    for target, link in graph.links.items():
        links[target.node].append(("in", target.port, end(link.source)))
        links[link.source.node].append(("out", link.source.port, end(target)))
    found: dict[str, list[NodeId]] = defaultdict(list)
    for id, node in graph.nodes.items():
        if id not in shared:
            likeness = [node.block, dict(node.values), sorted(map(repr, links[id]))]
            found[json.dumps(likeness, sort_keys=True, default=str)].append(id)
    return found
