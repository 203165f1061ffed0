"""Nodes that were made with an older version of their block, brought up to the version that is installed.

Three things may have happened to a block since: it got another id (``aliases``), its parameters mean something else
(``version`` and ``migrations``), or its ports have other names (``renamed``). Values, links, exposed ports, published
parameters and results follow. What a block does not know any more stays in the file as it was.

A graph is upgraded when it first meets a registry: when the window or a command opens it, when it is validated or
planned. Reading a file alone imports no block. The file is written back when the person saves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from shtairir.block.definition import BlockDefinition
from shtairir.document.edits.base import DeltaEdit
from shtairir.document.references import CODE, FILE, SUBGRAPH
from shtairir.document.state import Delta, PlacedLink, State
from shtairir.document.succession import Find, Upgrade, UpgradeNote, publish, upgrade_of
from shtairir.ids import BlockId, PortRef

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.graph import Graph
    from shtairir.document.snapshot import Snapshot

__all__ = ["BringUpToDate", "UpgradeNote", "upgrade", "upgraded"]


@dataclass(frozen=True, slots=True)
class BringUpToDate(DeltaEdit):
    """Let the nodes of a scope be of the versions of their blocks that are installed."""

    upgrade: Upgrade

    @property
    def label(self) -> str:
        return "bring nodes up to date"

    def delta(self, state: State) -> Delta:
        links: dict[PortRef, PlacedLink] = dict.fromkeys(self.upgrade.links)
        for target, link in self.upgrade.links.items():
            links[link.target] = (link, state.place_of(target))
        return Delta({key: (node, None) for key, node in self.upgrade.nodes.items()}, links, self.upgrade.header)


def upgrade(graph: Graph, registry: Registry, *, again: bool = False) -> tuple[UpgradeNote, ...]:
    """Bring a graph that was read from a file up to date, in place; return what was done.

    It is done once for each graph, so it costs nothing to ask for it again. It is no edit, unless there were edits
    before it: the graph then is as if it had been read like this, and is not modified.

    Parameters
    ----------
    again
        Look again, since blocks or nodes have come: as an edit that can be undone.
    """
    root = graph.root
    known = root.known
    if (known.met is registry or known.built) and not again:
        return ()
    known.met = registry
    find = _finder(root, registry)
    scopes = (root, *root.subgraphs.values())
    found = {one: upgrade_of(one.nodes, one.links, one.snapshot().header, find) for one in scopes}
    _publish_inside(found[root], root.snapshot(), {one.scope: found[one] for one in scopes if one.scope is not None})
    notes = tuple(replace(note, scope=one.scope) for one, upgrade in found.items() for note in upgrade.notes)
    edits = {one: BringUpToDate(upgrade) for one, upgrade in found.items() if upgrade}
    if edits and (again or root.can_undo):
        with root.transaction("bring nodes up to date"):
            for one, edit in edits.items():
                one.apply(edit)
    elif edits:
        root.take_up(edits, "bring nodes up to date")
    known.upgrades = (*(note for note in known.upgrades if not note.failed), *notes)
    return notes


def upgraded(graph: Snapshot, registry: Registry) -> Snapshot:
    """Return a snapshot with its nodes brought up to date; the same one when they are, or when its graph was."""
    if graph.known.met is registry or graph.known.built or graph.scope is not None:
        return graph
    find = _finder(graph, registry)
    scopes = {name: upgrade_of(one.nodes, one.links, one.header, find) for name, one in graph.subgraphs.items()}
    own = upgrade_of(graph.nodes, graph.links, graph.header, find)
    _publish_inside(own, graph, scopes)
    notes = [*own.notes, *(replace(note, scope=name) for name, one in scopes.items() for note in one.notes)]
    if not notes and not own:
        return graph
    known = replace(graph.known, met=registry, upgrades=tuple(notes), interfaces={}, instances={})
    subgraphs: dict[str, Snapshot] = {}
    shared = MappingProxyType(subgraphs)
    for name, one in graph.subgraphs.items():
        subgraphs[name] = replace(_applied(one, scopes[name]), known=known, subgraphs=shared)
    return replace(_applied(graph, own), known=known, subgraphs=shared)


def _applied(graph: Snapshot, upgrade: Upgrade) -> Snapshot:
    links = dict(graph.links)
    if upgrade.links:
        moved = (upgrade.links.get(target, link) for target, link in graph.links.items())
        links = {link.target: link for link in moved}
    header = upgrade.header if upgrade.header is not None else graph.header
    nodes = {**graph.nodes, **upgrade.nodes}
    return replace(graph, nodes=MappingProxyType(nodes), links=MappingProxyType(links), header=header)


def _finder(graph: Graph | Snapshot, registry: Registry) -> Find:
    """Return a function that finds the definition of a block, under an id that it once had too."""
    local = graph.local_blocks
    everything_read = False

    def find(block: BlockId) -> BlockDefinition | None:
        nonlocal everything_read
        if block in local or block.startswith((SUBGRAPH, CODE, FILE)):
            return None
        found = registry.get(block)
        if found is None and not everything_read:
            everything_read = True
            registry.all()  # a block of another family may have had that id
            found = registry.get(block)
        return found

    return find


def _publish_inside(own: Upgrade, graph: Snapshot, inner: Mapping[str, Upgrade]) -> None:
    """Follow what the graph publishes of nodes inside its definitions: ``clean/blur.sigma``."""

    def now(port: PortRef, side: str) -> PortRef:
        found = graph.find(port.node) if "/" in port.node else None
        upgrade = inner.get(found[0].scope or "") if found is not None and found[0].known is graph.known else None
        if found is None or upgrade is None:
            return port
        return PortRef(port.node, upgrade.now(PortRef(found[1].id, port.port), side).port)

    if any(upgrade.moved for upgrade in inner.values()):
        publish(own, own.header if own.header is not None else graph.header, now)
