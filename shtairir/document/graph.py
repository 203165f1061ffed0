"""The document: nodes and links, edited by verbs, each one step of undo.

A `Graph` belongs to the thread that edits it. Others work on a `Snapshot`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shtairir.document import edits
from shtairir.document.editing import Editing
from shtairir.document.handle import NodeHandle
from shtairir.document.jsonable import to_json
from shtairir.document.model import Content, Frame, Header, JsonValue, Link, Node, Parameter, Point
from shtairir.document.naming import did_you_mean
from shtairir.document.paths import relative_path
from shtairir.document.snapshot import Snapshot
from shtairir.document.state import Delta, State
from shtairir.errors import EditError
from shtairir.ids import BlockId, NodeId, PortName, PortRef

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]  # it brings no types

    from shtairir.block.definition import BlockDefinition


class Graph(Editing):
    """A program of nodes and links.

    Parameters
    ----------
    name
        The graph's name, for people.

    Attributes
    ----------
    path
        The file that the graph was read from or saved to.
    migrated_from
        The version of the file that was read, if it was an older one; saving writes the current version.

    Examples
    --------
    >>> graph = Graph("demo")
    >>> a = graph.add("math.number", value=3)
    >>> b = graph.add("array.sqrt", x=a["out"])
    >>> list(graph.links.values())
    [Link(source=PortRef(node='number', port='out'), target=PortRef(node='sqrt', port='x'), extra={})]
    >>> graph.set("number.value", 9)
    >>> graph.undo(), graph.value("number.value")
    ('change value of number', 3)
    """

    def __init__(self, name: str = "untitled") -> None:
        super().__init__(State(header=Header(name=name)))
        self.path: Path | None = None
        self.migrated_from: int | None = None
        self.local_blocks: dict[BlockId, BlockDefinition] = {}
        self._snapshot: Snapshot | None = None
        self._saved_token = self._history.token
        self._source: bytes | None = None

    @classmethod
    def from_content(cls, content: Content, *, source: bytes | None = None, path: Path | None = None) -> Graph:
        """Return the graph that a file holds; ``source`` is the file's text, written back while nothing changes."""
        graph = cls()
        graph._state = State(content.nodes, content.links, content.header)
        graph._source = source
        graph.path = path
        return graph

    # --- what is in it ----------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The graph's name; setting it is an edit."""
        return self._state.header.name

    @name.setter
    def name(self, name: str) -> None:
        self.apply(edits.SetMeta(name=name))

    @property
    def description(self) -> str:
        """What the graph is for; setting it is an edit."""
        return self._state.header.description

    @description.setter
    def description(self, description: str) -> None:
        self.apply(edits.SetMeta(description=description))

    @property
    def nodes(self) -> Mapping[NodeId, Node]:
        """The nodes by id, in the order of the file; a live view."""
        return self._state.nodes

    @property
    def links(self) -> Mapping[PortRef, Link]:
        """The links by the input that they feed, in the order of the file; a live view."""
        return self._state.links

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The frames, lowest first."""
        return self._state.header.frames

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The published parameters."""
        return self._state.header.parameters

    @property
    def base_dir(self) -> Path:
        """The folder that relative paths start from: the file's, or the working directory."""
        return self.path.resolve().parent if self.path is not None else Path.cwd()

    def node(self, node: NodeId | str) -> Node:
        """Return a node.

        Raises
        ------
        EditError
            When there is none of that id.
        """
        return edits.node_in(self._state, node)

    def links_of(self, node: NodeId | str) -> list[Link]:
        """Return all links into and out of a node."""
        return self._state.links_of(NodeId(node))

    def target_of(self, name: PortRef | str) -> PortRef:
        """Return the input that ``blur.sigma``, or the name of a published parameter, stands for."""
        if isinstance(name, PortRef):
            return name
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter.target
        try:
            return PortRef.parse(name)
        except ValueError:
            hint = did_you_mean(name, [one.name for one in self.parameters])
            hint = hint or "Write NODE.PORT, for example blur.sigma."
            raise EditError(f"The graph publishes no parameter '{name}'.", hint=hint) from None

    def value(self, name: PortRef | str, default: JsonValue = None) -> JsonValue:
        """Return what an input is set to, as the file holds it; ``default`` when it is not set."""
        target = self.target_of(name)
        return self.node(target.node).values.get(target.port, default)

    # --- building ---------------------------------------------------------------------------------------------

    def add(
        self,
        block: str | Callable[..., Any] | BlockDefinition,
        *,
        id: str | None = None,
        title: str | None = None,
        position: Point | None = None,
        values: Mapping[str, object] | None = None,
        **more_values: object,
    ) -> NodeHandle:
        """Add a node.

        Parameters
        ----------
        block
            A block's id, a function decorated with ``@block``, or a definition.
        id
            The node's id; by default the block's name, numbered where it is taken.
        title
            A title for people; by default the block's.
        values
            Values by input name, for inputs that are called ``id``, ``title``, ``position`` or ``values``.
        **more_values
            Values by input name. A port of another node, ``blur["out"]``, is linked.

        Returns
        -------
        NodeHandle
            Names the node's ports: ``handle["out"]``.
        """
        definition = None if isinstance(block, str) else _definition(block)
        block_id = BlockId(definition.id if definition else str(block))
        node_id = NodeId(id) if id is not None else self.free_id(block_id)
        given = {**(values or {}), **more_values}
        node = Node(
            node_id,
            block_id,
            definition.version if definition else 1,
            title,
            {port: self._stored(value) for port, value in given.items() if not isinstance(value, PortRef)},
            position=edits.point(position) if position is not None else (0.0, 0.0),
        )
        links = tuple(
            Link(value, PortRef(node_id, PortName(port))) for port, value in given.items() if isinstance(value, PortRef)
        )
        if definition:
            self.local_blocks[block_id] = definition
        self.apply(edits.AddNodes((node,), links))
        return NodeHandle(self, node_id)

    def free_id(self, wish: str, reserved: Container[str] = ()) -> NodeId:
        """Return an id that no node has yet and that is not reserved, made of the last part of ``wish``."""
        return self._ids.next(wish, self._state, reserved)

    def link(self, source: PortRef | str, target: PortRef | str) -> None:
        """Link an output to an input; a link that the input had before is replaced."""
        self.apply(edits.AddLinks((Link(_port(source), _port(target)),)))

    def unlink(self, target: PortRef | str) -> None:
        """Take the link out of an input."""
        self.apply(edits.RemoveLinks((_port(target),)))

    def remove(self, *nodes: NodeId | str | NodeHandle) -> None:
        """Remove nodes, with their links and the parameters published for them."""
        ids = (node.id if isinstance(node, NodeHandle) else NodeId(node) for node in nodes)
        self.apply(edits.RemoveNodes(tuple(dict.fromkeys(ids))))

    def set(self, name: PortRef | str, value: object, *, merge: Hashable | None = None) -> None:
        """Give an input a value, by ``blur.sigma`` or by the name of a published parameter.

        A `pathlib.Path` is stored relative to the graph's file.
        """
        target = self.target_of(name)
        self.apply(edits.SetValue(target.node, target.port, self._stored(value)), merge=merge)

    def unset(self, name: PortRef | str) -> None:
        """Let an input have its default again."""
        target = self.target_of(name)
        self.apply(edits.UnsetValue(target.node, target.port))

    def publish(self, name: str, target: PortRef | str, *, title: str | None = None, help: str | None = None) -> None:
        """Publish a value under a name of its own, for ``--set NAME=VALUE`` and `set`."""
        self.apply(edits.Publish(Parameter(name, _port(target), title, help)))

    def _stored(self, value: object) -> JsonValue:
        if isinstance(value, PurePath) and self.path is not None:
            return relative_path(value, self.base_dir)
        return to_json(value)

    # --- outside ----------------------------------------------------------------------------------------------

    @property
    def is_modified(self) -> bool:
        """Whether the graph differs from what was last read or saved."""
        return self._history.token != self._saved_token

    def _touched(self) -> None:
        self._snapshot = None

    def snapshot(self) -> Snapshot:
        """Return the graph as it is now; later edits do not change it."""
        base_dir = self.base_dir
        if self._snapshot is None or self._snapshot.base_dir != base_dir or self._snapshot.path != self.path:
            self._snapshot = Snapshot(
                nodes=MappingProxyType(self._state.copy_of_nodes()),
                links=MappingProxyType(self._state.copy_of_links()),
                header=self._state.header,
                base_dir=base_dir,
                path=self.path,
                local_blocks=MappingProxyType(dict(self.local_blocks)),
                revision=self.revision,
            )
        return self._snapshot

    def fingerprint(self) -> str:
        """Return a hash of all that may change a result; see `Snapshot.fingerprint`."""
        return self.snapshot().fingerprint()

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return a copy of the nodes and links as a graph of networkx; see `Snapshot.to_networkx`."""
        return self.snapshot().to_networkx()

    def to_bytes(self) -> bytes:
        """Return the file: as it was read while nothing has changed, else in canonical form."""
        if self._source is not None and not self.is_modified:
            return self._source
        return self.snapshot().to_bytes()

    def mark_saved(self, source: bytes, path: Path) -> None:
        """Remember that ``path`` now holds the graph, as the bytes ``source``."""
        self._history.seal()
        self._saved_token = self._history.token
        self._source = source
        self.path = path
        self.migrated_from = None
        self._snapshot = None

    def rewrite_nodes(self, change: Callable[[Node], Node]) -> None:
        """Replace nodes now and in every step of undo; for facts that are no edits, such as another folder."""

        def rewritten(delta: Delta) -> Delta:
            nodes = {key: (change(placed[0]), placed[1]) if placed else None for key, placed in delta.nodes.items()}
            return replace(delta, nodes=nodes)

        new = {node.id: (change(node), None) for node in self._state.nodes.values()}
        different = {key: placed for key, placed in new.items() if placed[0] is not self._state.node(key)}
        self._history.rewrite(rewritten)
        if different:
            self._source = None
            self._changed(self._state.exchange(Delta(different)), "keep paths pointing at their files")

    def copy_text(self, nodes: Iterable[NodeId | str]) -> str:
        """Return nodes, and the links among them, as text for the clipboard."""
        from shtairir.document.clipboard import copy_text

        return copy_text(self._state, [NodeId(node) for node in nodes])

    def paste_text(self, text: str, *, offset: Point = (32.0, 32.0), at: Point | None = None) -> list[NodeId]:
        """Add the nodes of a copied text, or of a whole graph file, under new ids, and return these.

        Parameters
        ----------
        offset
            How far from the originals the copies are put.
        at
            Where the upper left corner of the pasted nodes is put instead.

        Raises
        ------
        DocumentError
            When the text holds no nodes.
        """
        from shtairir.document.clipboard import pasted

        edit = pasted(text, self.free_id, offset=offset, at=at)
        self.apply(edit)
        return [node.id for node in edit.nodes]

    def duplicate(self, nodes: Iterable[NodeId | str]) -> list[NodeId]:
        """Copy nodes and the links among them; the copies also keep the links that feed them."""
        from shtairir.document.clipboard import duplicated

        edit = duplicated(self._state, [NodeId(node) for node in nodes], self.free_id)
        self.apply(edit)
        return [node.id for node in edit.nodes]

    def __repr__(self) -> str:
        return f"<Graph {self.name!r}: {len(self.nodes)} nodes, {len(self.links)} links>"


def _port(port: PortRef | str) -> PortRef:
    if isinstance(port, PortRef):
        return port
    try:
        return PortRef.parse(port)
    except ValueError as error:
        raise EditError(str(error)) from None


def _definition(block: Callable[..., Any] | BlockDefinition) -> BlockDefinition:
    from shtairir.block import definition_of
    from shtairir.block.definition import BlockDefinition

    return block if isinstance(block, BlockDefinition) else definition_of(block)
