"""Every way to change a graph.

An edit looks at the state and says what shall be different (`Edit.delta`); `State.exchange` does it and returns
the inverse. An edit that does not fit raises `EditError` before anything has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shtairir.document.jsonable import same_json, to_json
from shtairir.document.model import Frame, Header, JsonObject, Link, Node, Parameter, Point
from shtairir.document.naming import did_you_mean, is_name
from shtairir.document.state import Delta, Placed, PlacedLink, State
from shtairir.errors import EditError
from shtairir.ids import BlockId, NodeId, PortName, PortRef


def count_of(number: int, noun: str) -> str:
    """Return ``1 node`` or ``3 nodes``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def node_in(state: State, node: NodeId | str) -> Node:
    """Return a node of the state.

    Raises
    ------
    EditError
        When there is none of that id; the hint names one that is spelled alike.
    """
    found = state.node(NodeId(node))
    if found is None:
        raise EditError(f"There is no node '{node}' in the graph.", hint=did_you_mean(node, state.nodes))
    return found


class Edit:
    """One change of a graph. Subclasses are frozen and say what they do in `label`."""

    __slots__ = ()

    @property
    def label(self) -> str:
        """The edit in words, for the undo menu: ``move 3 nodes``."""
        raise NotImplementedError

    def delta(self, state: State) -> Delta:
        """Return what shall be different; empty when the edit changes nothing."""
        raise NotImplementedError

    def apply(self, state: State) -> Edit:
        """Change the state, and return the edit that undoes exactly this."""
        return Restore(state.exchange(self.delta(state)), f"undo {self.label}")


@dataclass(frozen=True, slots=True)
class Restore(Edit):
    """Put back what was there before; the inverse of every edit."""

    before: Delta
    words: str = "restore"

    @property
    def label(self) -> str:
        return self.words

    def delta(self, state: State) -> Delta:
        return self.before


@dataclass(frozen=True, slots=True)
class Batch(Edit):
    """Several edits as one; when one of them does not fit, none is done."""

    edits: tuple[Edit, ...]
    words: str = ""

    @property
    def label(self) -> str:
        return self.words or (self.edits[0].label if len(self.edits) == 1 else f"{len(self.edits)} changes")

    def delta(self, state: State) -> Delta:
        # Each edit is to see what those before it did, so they are done, and then taken back.
        inverse = apply_all(self.edits, state)
        return state.exchange(inverse)

    def apply(self, state: State) -> Edit:
        return Restore(apply_all(self.edits, state), f"undo {self.label}")


def apply_all(edits: Iterable[Edit], state: State) -> Delta:
    """Do the edits in turn and return the inverse of them all; on an error take back what was done."""
    inverse = Delta()
    try:
        for edit in edits:
            inverse = inverse.over(state.exchange(edit.delta(state)))
    except BaseException:
        state.exchange(inverse)
        raise
    return inverse


# --- nodes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddNodes(Edit):
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
        return Delta(nodes, _new_links(state, self.links, nodes))


@dataclass(frozen=True, slots=True)
class RemoveNodes(Edit):
    """Remove nodes with their links and the parameters published for them."""

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
        kept = tuple(one for one in state.header.parameters if one.target.node not in nodes)
        unchanged = len(kept) == len(state.header.parameters)
        return Delta(nodes, links, None if unchanged else replace(state.header, parameters=kept))


@dataclass(frozen=True, slots=True)
class MoveNodes(Edit):
    """Put nodes at new positions."""

    positions: Mapping[NodeId, Point]

    @property
    def label(self) -> str:
        return f"move {count_of(len(self.positions), 'node')}"

    def delta(self, state: State) -> Delta:
        moves = ((node_in(state, key), point(to)) for key, to in self.positions.items())
        return Delta({node.id: (replace(node, position=to), None) for node, to in moves if node.position != to})


def point(position: Iterable[object]) -> Point:
    numbers = to_json(list(position))
    if isinstance(numbers, list) and len(numbers) == 2:
        x, y = numbers
        if isinstance(x, int | float) and isinstance(y, int | float):
            return (float(x), float(y))
    raise EditError("A position is two numbers, x and y.", hint="For example (120, 40).")


class _NodeEdit(Edit):
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
class RenameNode(Edit):
    """Give a node another id; links and parameters follow."""

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
        parameters = tuple(
            replace(one, target=PortRef(new, one.target.port)) if one.target.node == old else one
            for one in state.header.parameters
        )
        header = replace(state.header, parameters=parameters)
        return Delta({old: None, new: moved}, links, header if header != state.header else None)


def _renamed(link: Link, old: NodeId, new: NodeId) -> Link:
    ends = [PortRef(new, end.port) if end.node == old else end for end in (link.source, link.target)]
    return replace(link, source=ends[0], target=ends[1])


# --- links ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddLinks(Edit):
    """Link outputs to inputs; a link that an input had before is replaced."""

    links: tuple[Link, ...]

    @property
    def label(self) -> str:
        return f"link {self.links[0]}" if len(self.links) == 1 else f"add {len(self.links)} links"

    def delta(self, state: State) -> Delta:
        return Delta(links=_new_links(state, self.links, {}))


@dataclass(frozen=True, slots=True)
class RemoveLinks(Edit):
    """Take the links out of inputs."""

    targets: tuple[PortRef, ...]

    @property
    def label(self) -> str:
        one = len(self.targets) == 1
        return f"unlink {self.targets[0]}" if one else f"remove {len(self.targets)} links"

    def delta(self, state: State) -> Delta:
        for target in self.targets:
            if state.link_into(target) is None:
                raise EditError(f"Nothing is linked to {target}.")
        return Delta(links=dict.fromkeys(self.targets))


def _new_links(state: State, links: Iterable[Link], added: Mapping[NodeId, Placed]) -> dict[PortRef, PlacedLink]:
    result: dict[PortRef, PlacedLink] = {}
    for link in links:
        for end in (link.source, link.target):
            if end.node not in added:
                node_in(state, end.node)
        if link.target in result:
            raise EditError(f"Two links cannot both feed {link.target}.", hint="An input has one link.")
        old = state.link_into(link.target)
        if old is None or old.source != link.source:
            result[link.target] = (link, None)
    return result


# --- the header -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetMeta(Edit):
    """Change the graph's name or description; ``None`` leaves one as it is."""

    name: str | None = None
    description: str | None = None

    @property
    def label(self) -> str:
        return "rename the graph" if self.description is None else "describe the graph"

    def delta(self, state: State) -> Delta:
        wanted = {"name": self.name, "description": self.description}
        return _header_delta(state, **{key: value for key, value in wanted.items() if value is not None})


@dataclass(frozen=True, slots=True)
class PutFrame(Edit):
    """Add a frame, or replace the one of the same id."""

    frame: Frame

    @property
    def label(self) -> str:
        return f"change frame {self.frame.title or self.frame.id}"

    def delta(self, state: State) -> Delta:
        frames = {frame.id: frame for frame in state.header.frames}
        frames[self.frame.id] = self.frame
        return _header_delta(state, frames=tuple(frames.values()))


@dataclass(frozen=True, slots=True)
class RemoveFrame(Edit):
    """Remove a frame; the nodes in it stay."""

    frame: str

    @property
    def label(self) -> str:
        return "remove frame"

    def delta(self, state: State) -> Delta:
        kept = tuple(frame for frame in state.header.frames if frame.id != self.frame)
        if len(kept) == len(state.header.frames):
            raise EditError(f"There is no frame '{self.frame}' in the graph.")
        return _header_delta(state, frames=kept)


@dataclass(frozen=True, slots=True)
class Publish(Edit):
    """Publish a value under a name of its own, or change what is published under that name."""

    parameter: Parameter

    @property
    def label(self) -> str:
        return f"publish {self.parameter.target} as {self.parameter.name}"

    def delta(self, state: State) -> Delta:
        if not is_name(self.parameter.name):
            raise EditError(
                f"'{self.parameter.name}' cannot be the name of a parameter.",
                hint="Use letters, digits, '_' and '-'.",
            )
        node_in(state, self.parameter.target.node)
        parameters = {one.name: one for one in state.header.parameters}
        parameters[self.parameter.name] = self.parameter
        return _header_delta(state, parameters=tuple(parameters.values()))


@dataclass(frozen=True, slots=True)
class Unpublish(Edit):
    """Publish a value no longer."""

    name: str

    @property
    def label(self) -> str:
        return f"unpublish {self.name}"

    def delta(self, state: State) -> Delta:
        kept = tuple(one for one in state.header.parameters if one.name != self.name)
        if len(kept) == len(state.header.parameters):
            known = [one.name for one in state.header.parameters]
            raise EditError(f"There is no parameter '{self.name}'.", hint=did_you_mean(self.name, known))
        return _header_delta(state, parameters=kept)


def _header_delta(state: State, **fields: Any) -> Delta:
    header: Header = replace(state.header, **fields)
    return Delta(header=header) if header != state.header else Delta()
