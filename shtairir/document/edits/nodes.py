"""Edits of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shtairir.document.edits.base import DeltaEdit, count_of, node_in
from shtairir.document.edits.links import new_links
from shtairir.document.edits.published import Steps, exchange_following
from shtairir.document.jsonable import same_json, to_json, to_point
from shtairir.document.model import JsonObject, Link, Node, Point
from shtairir.document.naming import is_name
from shtairir.document.scopes import Changes, Scopes
from shtairir.document.state import Delta, Placed, PlacedLink, State
from shtairir.errors import EditError
from shtairir.ids import BlockId, NodeId, PortName, PortRef


@dataclass(frozen=True, slots=True)
class AddNodes(DeltaEdit):
    """Add nodes, and links among them or to others."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...] = ()
    words: str = ""

    @property
    def label(self) -> str:
        what = self.nodes[0].id if len(self.nodes) == 1 else count_of(len(self.nodes), "node")
        return self.words or f"add {what}"

    def delta(self, state: State) -> Delta:
        nodes: dict[NodeId, Placed] = {}
        for node in self.nodes:
            if not is_name(node.id):
                raise EditError(
                    f"'{node.id}' cannot be the id of a node.",
                    hint="Use letters, digits, '_' and '-', at most 200 of them.",
                )
            if node.id in nodes or state.node(node.id) is not None:
                raise EditError(f"There is already a node '{node.id}'.", hint="Choose another id.")
            nodes[node.id] = (node, None)
        return Delta(nodes, new_links(state, self.links, nodes))


@dataclass(frozen=True, slots=True)
class RemoveNodes(DeltaEdit):
    """Remove nodes with their links and the parameters and results published for them."""

    nodes: tuple[NodeId, ...]

    @property
    def label(self) -> str:
        what = self.nodes[0] if len(self.nodes) == 1 else count_of(len(self.nodes), "node")
        return f"remove {what}"

    def delta(self, state: State) -> Delta:
        nodes: dict[NodeId, Placed] = {}
        links: dict[PortRef, PlacedLink] = {}
        for key in self.nodes:
            nodes[node_in(state, key).id] = None
            links.update((link.target, None) for link in state.links_of(key))
        return Delta(nodes, links)

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        gone = frozenset(self.nodes)

        def without(steps: Steps, port: PortName, _: bool) -> tuple[Steps, PortName] | None:
            return None if steps[0] in gone else (steps, port)

        return exchange_following(scopes, state, self.delta(state), without)


@dataclass(frozen=True, slots=True)
class MoveNodes(DeltaEdit):
    """Put nodes at new positions."""

    positions: Mapping[NodeId, Point]

    @property
    def label(self) -> str:
        return f"move {count_of(len(self.positions), 'node')}"

    def delta(self, state: State) -> Delta:
        pairs = ((node_in(state, key), to_point(to)) for key, to in self.positions.items())
        moves = [(node, to) for node, to in pairs if node.position != to]
        nodes: dict[NodeId, Placed] = {node.id: (replace(node, position=to), None) for node, to in moves}
        return Delta(nodes, _dots_moved_along(state, {node.id: _way(node.position, to) for node, to in moves}))


def _way(start: Point, end: Point) -> Point:
    return round(end[0] - start[0], 6), round(end[1] - start[1], 6)


def _dots_moved_along(state: State, ways: Mapping[NodeId, Point]) -> dict[PortRef, PlacedLink]:
    """Return the links between nodes that go the same way: their dots go with them."""
    found: dict[PortRef, PlacedLink] = {}
    for key, way in ways.items():
        for link in state.links_of(key):
            if link.via and link.target.node == key and ways.get(link.source.node) == way:
                via = tuple((x + way[0], y + way[1]) for x, y in link.via)
                found[link.target] = (replace(link, via=via), None)
    return found


class _NodeEdit(DeltaEdit):
    """Base of the edits that replace some fields of one node."""

    __slots__ = ()
    node: NodeId

    def fields(self, node: Node) -> dict[str, Any]:
        """Return the fields that change, with their new values."""
        raise NotImplementedError

    def delta(self, state: State) -> Delta:
        node = node_in(state, self.node)
        new = {name: value for name, value in self.fields(node).items() if not same_json(getattr(node, name), value)}
        return Delta({node.id: (replace(node, **new), None)}) if new else Delta()


@dataclass(frozen=True, slots=True)
class SetValue(_NodeEdit):
    """Give an input a value."""

    node: NodeId
    port: PortName
    value: object

    @property
    def label(self) -> str:
        return f"change {self.port} of {self.node}"

    def fields(self, node: Node) -> dict[str, Any]:
        if not self.port:
            raise EditError(f"Which input of '{self.node}' shall have the value?", hint="Write NODE.PORT.")
        return {"values": {**node.values, self.port: to_json(self.value)}}


@dataclass(frozen=True, slots=True)
class UnsetValue(_NodeEdit):
    """Let an input have its default again."""

    node: NodeId
    port: PortName

    @property
    def label(self) -> str:
        return f"reset {self.port} of {self.node}"

    def fields(self, node: Node) -> dict[str, Any]:
        return {"values": {port: value for port, value in node.values.items() if port != self.port}}


@dataclass(frozen=True, slots=True)
class SetTitle(_NodeEdit):
    """Give a node a title of its own; ``None`` for its block's name."""

    node: NodeId
    title: str | None

    @property
    def label(self) -> str:
        return f"rename {self.node}"

    def fields(self, node: Node) -> dict[str, Any]:
        return {"title": self.title or None}


@dataclass(frozen=True, slots=True)
class SetExposed(_NodeEdit):
    """Show or hide an input that has a default as a port on the node."""

    node: NodeId
    port: PortName
    exposed: bool = True

    @property
    def label(self) -> str:
        return f"{'show' if self.exposed else 'hide'} {self.port} of {self.node}"

    def fields(self, node: Node) -> dict[str, Any]:
        others = tuple(port for port in node.exposed if port != self.port)
        if self.exposed:
            return {"exposed": node.exposed if self.port in node.exposed else (*others, self.port)}
        return {"exposed": others}


@dataclass(frozen=True, slots=True)
class SetPolicy(_NodeEdit):
    """Say how a node is to be run: retries, timeout, on failure."""

    node: NodeId
    policy: JsonObject

    @property
    def label(self) -> str:
        return f"change how {self.node} runs"

    def fields(self, node: Node) -> dict[str, Any]:
        return {"policy": to_json(self.policy)}


@dataclass(frozen=True, slots=True)
class SetPolicies(DeltaEdit):
    """Say how several nodes are to be run, each in its own way."""

    policies: Mapping[NodeId, JsonObject]

    @property
    def label(self) -> str:
        return f"change how {count_of(len(self.policies), 'node')} run"

    def delta(self, state: State) -> Delta:
        changed: dict[NodeId, Placed] = {}
        for key, policy in self.policies.items():
            changed.update(SetPolicy(key, policy).delta(state).nodes)
        return Delta(changed)


@dataclass(frozen=True, slots=True)
class SetBlock(_NodeEdit):
    """Let a node be of another block, with its values, links and place kept."""

    node: NodeId
    block: BlockId
    block_version: int = 1

    @property
    def label(self) -> str:
        return f"replace the block of {self.node} by {self.block}"

    def fields(self, node: Node) -> dict[str, Any]:
        return {"block": self.block, "block_version": self.block_version}


@dataclass(frozen=True, slots=True)
class RenameNode(DeltaEdit):
    """Give a node another id; links, parameters and results follow."""

    node: NodeId
    new_id: NodeId

    @property
    def label(self) -> str:
        return f"rename {self.node} to {self.new_id}"

    def delta(self, state: State) -> Delta:
        old, new = node_in(state, self.node).id, self.new_id
        if old == new:
            return Delta()
        # AddNodes knows what an id may be; only its checks are wanted here.
        AddNodes((replace(node_in(state, old), id=new),)).delta(state)
        moved = (replace(node_in(state, old), id=new), state.place_of(old))
        links: dict[PortRef, PlacedLink] = {}
        for link in state.links_of(old):
            links.setdefault(link.target, None)
            renamed = _renamed(link, old, new)
            links[renamed.target] = (renamed, state.place_of(link.target))
        return Delta({old: None, new: moved}, links)

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        def renamed(steps: Steps, port: PortName, _: bool) -> tuple[Steps, PortName]:
            return ((self.new_id, *steps[1:]) if steps[0] == self.node else steps, port)

        return exchange_following(scopes, state, self.delta(state), renamed)


def _renamed(link: Link, old: NodeId, new: NodeId) -> Link:
    ends = [PortRef(new, end.port) if end.node == old else end for end in (link.source, link.target)]
    return replace(link, source=ends[0], target=ends[1])
