"""Whether a link may be made, and if not, why, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from shtairir.block.compatibility import Compatibility, compatibility
from shtairir.block.registry import Registry
from shtairir.document import Graph, Link
from shtairir.ids import NodeId, PortRef


def check_link(graph: Graph, registry: Registry, source: PortRef, target: PortRef) -> Compatibility:
    """Whether `source` may feed `target`, by type and without closing a circle."""
    for end in (source, target):
        if end.node not in graph.nodes:
            return _refuse(f"There is no node '{end.node}'.")
    if source.node == target.node:
        return _refuse(f"'{source.node}' cannot feed itself.")
    giver = graph.definition(source.node, registry)
    taker = graph.definition(target.node, registry)
    if giver is None or taker is None:
        lost = source.node if giver is None else target.node
        return _refuse(
            f"The block of '{lost}' is not installed, so its ports are not known. "
            "Install the pack that brings it, then link it."
        )
    output, entry = giver.output(source.port), taker.input(target.port)
    if output is None:
        return _refuse(f"'{source.node}' has no output '{source.port}'.")
    if entry is None:
        return _refuse(f"'{target.node}' has no input '{target.port}'.")
    if feeds(graph.links, target.node, source.node):
        return _refuse(
            f"This would close a circle: '{target.node}' already feeds '{source.node}', "
            "and a node cannot wait for its own result."
        )
    return compatibility(output.type, entry.type)


def feeds(links: Mapping[PortRef, Link], start: NodeId, goal: NodeId) -> bool:
    """Whether a path of links leads from `start` to `goal`; each link is looked at once."""
    sources: dict[NodeId, list[NodeId]] = {}
    for link in links.values():
        sources.setdefault(link.target.node, []).append(link.source.node)
    seen, waiting = {goal}, [goal]
    while waiting:
        node = waiting.pop()
        if node == start:
            return True
        fresh = [before for before in sources.get(node, ()) if before not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False


def _refuse(reason: str) -> Compatibility:
    return Compatibility(ok=False, conversion=None, reason=reason)
