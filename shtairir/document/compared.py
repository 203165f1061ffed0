"""What differs between two graphs, node by node and link by link, as a picture of both together shows it.

`shtairir.document.differences` says it in words; this says where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from shtairir.document.differences import Difference
from shtairir.document.model import Link, Node
from shtairir.document.renamed import renamed_nodes
from shtairir.document.snapshot import Snapshot
from shtairir.ids import NodeId, PortRef

Change = Literal["added", "removed", "changed", "looks"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One graph, or one definition, beside what it was.

    Attributes
    ----------
    nodes
        How the nodes that are there now differ; those that do not are left out.
    gone
        Nodes that are no longer there, as they were.
    links
        How the inputs that are linked now differ.
    unlinked
        Links that are no longer there, by the names that their nodes have now.
    """

    nodes: Mapping[NodeId, Change] = field(default_factory=dict)
    gone: Mapping[NodeId, Node] = field(default_factory=dict)
    links: Mapping[PortRef, Change] = field(default_factory=dict)
    unlinked: tuple[Link, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.nodes or self.gone or self.links or self.unlinked)


def compared(before: Snapshot, after: Snapshot, found: Iterable[Difference], scope: str = "") -> Compared:
    """Return what differs in the graph itself, or in one of its definitions.

    Parameters
    ----------
    found
        What `shtairir.document.differences.differences` has found between the two.
    scope
        The definition; empty for the graph itself. One that only one of them has is added, or gone, as a whole.
    """
    old, new = _scope(before, scope), _scope(after, scope)
    if new is None:
        return Compared()
    if old is None:
        return Compared(dict.fromkeys(new.nodes, "added"), {}, dict.fromkeys(new.links, "added"))
    renamed = renamed_nodes(old, new)
    gone = {id: node for id, node in old.nodes.items() if renamed.get(id, id) not in new.nodes}
    links, unlinked = _links(old, new, renamed)
    return Compared(_nodes(found, scope, new), gone, links, unlinked)


def _scope(snapshot: Snapshot, scope: str) -> Snapshot | None:
    return snapshot.subgraphs.get(scope) if scope else snapshot


def _nodes(found: Iterable[Difference], scope: str, new: Snapshot) -> dict[NodeId, Change]:
    order: dict[Change, int] = {"added": 3, "changed": 2, "looks": 1, "removed": 0}
    nodes: dict[NodeId, Change] = {}
    for difference in found:
        if difference.scope != scope:
            continue
        is_new = difference.kind == "added" and difference.port is None
        change: Change = "added" if is_new else "changed" if difference.matters else "looks"
        for node in difference.nodes:
            if node in new.nodes and order[change] > order[nodes.get(node, "removed")]:
                nodes[node] = change
    return nodes


def _links(
    old: Snapshot, new: Snapshot, renamed: Mapping[NodeId, NodeId]
) -> tuple[dict[PortRef, Change], tuple[Link, ...]]:
    def current(port: PortRef) -> PortRef:
        return PortRef(renamed.get(port.node, port.node), port.port)

    before = {current(target): Link(current(link.source), current(target)) for target, link in old.links.items()}
    links: dict[PortRef, Change] = {}
    for target, link in new.links.items():
        was = before.get(target)
        if was is None or was.source != link.source:
            links[target] = "added"
    unlinked = [
        link for target, link in before.items() if target not in new.links or new.links[target].source != link.source
    ]
    return links, tuple(unlinked)
