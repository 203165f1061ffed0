"""The document: nodes and links, edited by verbs, each one step of undo.

A `Graph` belongs to the thread that edits it. Others work on a `Snapshot`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from shtairir.document import edits
from shtairir.document.editing import Editing
from shtairir.document.handle import NodeHandle
from shtairir.document.jsonable import to_json
from shtairir.document.known import Known
from shtairir.document.model import (
    CodeBlock,
    Content,
    Frame,
    Header,
    JsonValue,
    Link,
    NamedResult,
    Node,
    Parameter,
    Point,
)
from shtairir.document.naming import did_you_mean, free_name
from shtairir.document.paths import relative_path
from shtairir.document.program import Program
from shtairir.document.references import BODY, DEFAULT, FILE, INPUT, body_of, instance_block, instance_of, name_of
from shtairir.document.scopes import Scopes
from shtairir.document.snapshot import Snapshot
from shtairir.document.state import State
from shtairir.document.trust import GIVEN, Trust, remember
from shtairir.errors import EditError
from shtairir.ids import BlockId, NodeId, PortName, PortRef

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]  # it brings no types

    from shtairir.block.definition import BlockDefinition
    from shtairir.block.interface import Interface
    from shtairir.block.registry import Registry
    from shtairir.document.edits.published import Rewrite


class Graph(Editing):
    """A program of nodes and links.

    Parameters
    ----------
    name
        The graph's name, for people.

    A definition of the graph is a `Graph` too, found in `subgraphs`: it has the same verbs, and what is done in it is a
    step of the one history that all of them share.

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
        self._begin(Content((), (), Header(name=name)))
        self._known.built = True

    def _begin(self, content: Content) -> None:
        super().__init__(program := Program(_scopes(content)), program.scopes.root)
        self._root: Graph | None = None
        self._scope_graphs: WeakValueDictionary[State, Graph] = WeakValueDictionary()
        self._snapshot: tuple[object, Snapshot] | None = None
        self._known = Known()
        program.file.saved_token = program.history.token

    @classmethod
    def from_content(cls, content: Content, *, source: bytes | None = None, path: Path | None = None) -> Graph:
        """Return the graph that a file holds; ``source`` is the file's text, written back while nothing changes."""
        graph = cls()
        graph._begin(content)
        graph._program.file.source = source
        graph.path = path
        graph._program.file.trust = Trust(content)
        return graph

    # --- scopes and the file ----------------------------------------------------------------------------------

    @property
    def root(self) -> Graph:
        """The graph that the file is; of a definition the graph that it belongs to."""
        return self if self._root is None else self._root

    @property
    def scope(self) -> str | None:
        """The name of the definition that this is; ``None`` for the graph itself."""
        return self._program.scopes.name_of(self._state)

    @property
    def subgraphs(self) -> Mapping[str, Graph]:
        """The definitions by name, in the order of the file; each is a graph whose edits are steps of this one."""
        return _Subgraphs(self.root)

    def _graph_of(self, state: State) -> Graph:
        found = self._scope_graphs.get(state)
        if found is None:
            found = type(self).__new__(type(self))
            Editing.__init__(found, self._program, state)
            found._root = self
            self._scope_graphs[state] = found
        return found

    @property
    def path(self) -> Path | None:
        """The file that the graph was read from or saved to."""
        return self._program.file.path

    @path.setter
    def path(self, path: Path | None) -> None:
        self._program.file.path = path

    @property
    def migrated_from(self) -> int | None:
        """The version of the file that was read, if it was an older one; saving writes the current version."""
        return self._program.file.migrated_from

    @migrated_from.setter
    def migrated_from(self, version: int | None) -> None:
        self._program.file.migrated_from = version

    @property
    def trusted(self) -> bool:
        """Whether code that the graph carries may run; a graph made in Python is trusted."""
        return self._program.file.trust.given

    def trust(self) -> None:
        """Let code that the graph carries run, in this process and whenever a file holds what is in it now."""
        remember(self.root.snapshot(), None if self.is_modified else self._program.file.trust)
        self._program.file.trust = GIVEN

    @property
    def local_blocks(self) -> dict[BlockId, BlockDefinition]:
        """Functions of this process that nodes run; they belong to the process, not to the file."""
        return self._program.file.local_blocks

    # --- what is in it ----------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The graph's name, or a definition's title; setting it is an edit."""
        return self._state.header.name or self.scope or ""

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
    def results(self) -> tuple[NamedResult, ...]:
        """The named results."""
        return self._state.header.results

    @property
    def code(self) -> Mapping[str, CodeBlock]:
        """The code blocks that the file carries, by name."""
        return MappingProxyType({block.name: block for block in self._program.scopes.root.header.code})

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
        """Return the input that ``blur.sigma``, or the name of a published parameter or of an input, stands for."""
        if isinstance(name, PortRef):
            return name
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter.target
        inputs = {} if "." in name else {name_of(one): one.id for one in self.nodes.values() if one.block == INPUT}
        if name in inputs:
            return PortRef(inputs[name], DEFAULT)
        try:
            return PortRef.parse(name)
        except ValueError:
            hint = did_you_mean(name, [*(one.name for one in self.parameters), *inputs])
            hint = hint or "Write NODE.PORT, for example blur.sigma."
            raise EditError(f"The graph publishes no parameter '{name}'.", hint=hint) from None

    def value(self, name: PortRef | str, default: JsonValue = None) -> JsonValue:
        """Return what an input is set to, as the file holds it; ``default`` when it is not set."""
        target = self.target_of(name)
        found = self.snapshot().find(target.node) if "/" in target.node else None
        node = found[1] if found is not None else self.node(target.node)
        return node.values.get(target.port, default)

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
            definition.version if definition else _installed_version(block_id),
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
        if wish.startswith(FILE):
            wish = PurePath(wish.removeprefix(FILE)).stem
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
        target = self._settable(name)
        self.apply(edits.SetValue(target.node, target.port, self._stored(value)), merge=merge)

    def unset(self, name: PortRef | str) -> None:
        """Let an input have its default again."""
        target = self._settable(name)
        self.apply(edits.UnsetValue(target.node, target.port))

    def _settable(self, name: PortRef | str) -> PortRef:
        target = self.target_of(name)
        first, slash, _ = target.node.partition("/")
        found = self.snapshot().find(target.node) if slash and first in self._state else None
        if found is not None and found[0].scope is not None:
            scope, node = found
            raise EditError(
                f"{target} lies in the definition '{scope.scope}': to set it would change all its instances.",
                hint=f"Set it there, with graph.subgraphs['{scope.scope}'].set('{node.id}.{target.port}', ...), "
                f"or for one run with --set {target}=VALUE.",
            )
        if found is not None:
            raise EditError(
                f"{target} lies in another file, {found[0].path}.",
                hint=f"Set it there, or for one run with --set {target}=VALUE.",
            )
        return target

    def publish(
        self,
        name: str,
        target: PortRef | str,
        *,
        title: str | None = None,
        help: str | None = None,
        range: tuple[float, float] | None = None,
    ) -> None:
        """Publish a value under a name of its own, for ``--set NAME=VALUE`` and `set`.

        Parameters
        ----------
        target
            An input, ``blur.sigma``, or one inside an instance, ``clean/blur.sigma``.
        range
            The least and the greatest value that a form offers; for numbers.

        Raises
        ------
        EditError
            When there is no such node, or the name or the range does not fit.
        """
        self._only_at_root("a parameter", "add a node of the block graph.input")
        parameter = Parameter(name, self._reachable(_port(target)), title, help, _bounds(range))
        self.apply(edits.Publish(parameter))

    def unpublish(self, name: str) -> None:
        """Publish a value, or an output, of that name no longer."""
        if any(result.name == name for result in self.results):
            self.apply(edits.UnpublishResult(name))
        else:
            self.apply(edits.Unpublish(name))

    def publish_result(
        self, name: str, source: PortRef | str, *, title: str | None = None, help: str | None = None
    ) -> None:
        """Publish an output under a name of its own: ``result["total"]``."""
        self._only_at_root("a result", "add a node of the block graph.output")
        self.apply(edits.PublishResult(NamedResult(name, self._reachable(_port(source)), title, help)))

    def _only_at_root(self, what: str, instead: str) -> None:
        if self._root is not None:
            raise EditError(f"A definition publishes no {what[2:]}s of its own.", hint=f"In it, {instead} instead.")

    def _reachable(self, port: PortRef) -> PortRef:
        if "/" in port.node and self.snapshot().find(port.node) is None:
            raise EditError(f"There is no node '{port.node}' in the graph.")
        return port

    # --- definitions and code ---------------------------------------------------------------------------------

    def interface(self) -> Interface:
        """Return the inputs and outputs that the graph's own ``graph.input`` and ``graph.output`` nodes declare."""
        from shtairir.document.interfaces import interface_of

        return interface_of(self.nodes.values(), self.name, self.description)

    def definition(self, node: Node | NodeId | str, registry: Registry | None = None) -> BlockDefinition | None:
        """Return a node's definition, with the ports that its values ask for; see `Snapshot.definition`."""
        return self.snapshot().definition(node if isinstance(node, Node) else self.node(node), registry)

    def add_subgraph(self, name: str, *, title: str = "", description: str = "") -> Graph:
        """Add an empty definition, and return the graph that it is.

        Raises
        ------
        EditError
            When the name is taken, or none.
        """
        self.apply(edits.AddSubgraph(name, Content((), (), Header(name=title, description=description))))
        return self.subgraphs[name]

    def rename_subgraph(self, old: str, new: str) -> None:
        """Give a definition another name; the nodes that stand for it or run it follow."""
        self.apply(edits.RenameSubgraph(old, new))

    def remove_subgraph(self, name: str) -> None:
        """Remove a definition.

        Raises
        ------
        EditError
            When there is none, or a node stands for it or runs it.
        """
        self.apply(edits.RemoveSubgraph(name))

    def make_subgraph(
        self, nodes: Iterable[NodeId | str], name: str | None = None, *, registry: Registry | None = None
    ) -> NodeHandle:
        """Put nodes into a new definition, and an instance of it in their place; one step of undo.

        What crosses the border becomes the definition's inputs and outputs. Interface nodes of this scope stay.

        Parameters
        ----------
        name
            The definition's name, or a title to make one of.
        registry
            Tells the types of the ports; the process-wide one when left out.

        Returns
        -------
        NodeHandle
            The instance.
        """
        from shtairir.block.registry import default_registry
        from shtairir.document.grouping import definition_name, group

        snapshot, known = self.snapshot(), registry if registry is not None else default_registry()
        name, title = definition_name(name, edits.taken_names(self._program.scopes, "subgraphs"))
        instance = self._ids.next(name, self._state, ())
        made, steps = group(snapshot, [NodeId(node) for node in nodes], instance, name, title, known)
        moved = {node.id for node in made.content.nodes}
        if self._root is not None:
            steps.append(self._following(lambda path, port, _: ((instance, *path) if path[0] in moved else path, port)))
        self.apply(edits.Batch((made, *steps), f"make subgraph {name}"))
        return NodeHandle(self, instance)

    def _following(self, rewrite: Rewrite) -> edits.SetPublished:
        """Return the edit that lets what is published follow nodes of this scope."""
        scopes = self._program.scopes
        header = edits.followed(scopes, self._state, rewrite) or scopes.root.header
        return edits.SetPublished(header.parameters, header.results)

    def expand(self, instance: NodeId | str | NodeHandle, *, registry: Registry | None = None) -> list[NodeId]:
        """Put the nodes that an instance stands for in its place; one step of undo.

        Links, values and what is published are kept. A definition that nothing else uses is removed. Of a graph file,
        the definitions and the code that its nodes need come along.

        Returns
        -------
        list of NodeId
            The nodes that were put there.

        Raises
        ------
        EditError
            When the node is no instance, or what it stands for cannot be had.
        """
        from shtairir.document.expanding import followed_expansion, unfolded

        node = self.node(instance.id if isinstance(instance, NodeHandle) else instance)
        steps, made = unfolded(self.snapshot(), node, self._program.scopes, self.parameters, registry)
        published = self._following(followed_expansion(made, node.id))
        self.apply(edits.Batch((*steps, published), f"expand {node.id}"))
        return list(made.nodes)

    def make_unique(self, instance: NodeId | str | NodeHandle) -> str:
        """Give an instance, or a loop, a definition of its own, a copy of the one that it had; return its name.

        Raises
        ------
        EditError
            When the node stands for no definition.
        """
        from shtairir.document.travelling import content_of

        node = self.node(instance.id if isinstance(instance, NodeHandle) else instance)
        old, scopes = instance_of(node.block) or body_of(node), self._program.scopes
        if old is None or old.startswith(FILE):
            what = "stands for a file" if old is not None else "stands for no definition"
            raise EditError(f"'{node.id}' {what}, so there is nothing to copy.", hint="Expand it." if old else "")
        edits.definition_in(scopes, old)
        name = free_name(old, edits.taken_names(scopes, "subgraphs"))
        follow = (
            edits.SetBlock(node.id, instance_block(name), node.block_version)
            if instance_of(node.block) is not None
            else edits.SetValue(node.id, PortName(BODY), name)
        )
        copy = edits.AddSubgraph(name, content_of(scopes, old))
        self.apply(edits.Batch((copy, follow), f"make {node.id} unique"))
        return name

    def add_code(self, name: str, source: str) -> None:
        """Let the file carry a block: the source of one function; nodes of the block ``code.NAME`` run it."""
        self.apply(edits.AddCode(name, source))

    def set_code(self, name: str, source: str, *, merge: Hashable | None = None) -> None:
        """Change the source of a code block."""
        self.apply(edits.SetCode(name, source), merge=merge)

    def remove_code(self, name: str) -> None:
        """Remove a code block that no node runs."""
        self.apply(edits.RemoveCode(name))

    def _stored(self, value: object) -> JsonValue:
        if isinstance(value, PurePath) and self.path is not None:
            return relative_path(value, self.base_dir)
        return to_json(value)

    # --- outside ----------------------------------------------------------------------------------------------

    @property
    def is_modified(self) -> bool:
        """Whether the graph differs from what was last read or saved."""
        return self._program.history.token != self._program.file.saved_token

    def snapshot(self) -> Snapshot:
        """Return the graph as it is now; later edits do not change it."""
        if self._root is not None:
            scope = self.scope
            if scope is None:
                raise EditError("The definition was removed from the graph.", hint="Undo its removal first.")
            return self._root.snapshot().subgraphs[scope]
        base_dir = self.base_dir
        # What the snapshot depends on; nothing of it is large.
        key = (self._program.stamp, base_dir, self.path, len(self.local_blocks), self._program.file.trust)
        if self._snapshot is None or self._snapshot[0] != key:
            self._snapshot = (key, self._taken(base_dir))
        return self._snapshot[1]

    def _taken(self, base_dir: Path) -> Snapshot:
        subgraphs: dict[str, Snapshot] = {}
        shared: dict[str, Any] = {
            "base_dir": base_dir,
            "path": self.path,
            "local_blocks": MappingProxyType(dict(self.local_blocks)),
            "revision": self.revision,
            "subgraphs": MappingProxyType(subgraphs),
            "code": self.code,
            "trust": self._program.file.trust,
            "known": self._known,
        }
        for name, state in self._program.scopes.definitions.items():
            subgraphs[name] = Snapshot(state.frozen_nodes, state.frozen_links, state.header, scope=name, **shared)
        return Snapshot(self._state.frozen_nodes, self._state.frozen_links, self._state.header, **shared)

    def fingerprint(self) -> str:
        """Return a hash of all that may change a result; see `Snapshot.fingerprint`."""
        return self.snapshot().fingerprint()

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return a copy of the nodes and links as a graph of networkx; see `Snapshot.to_networkx`."""
        return self.snapshot().to_networkx()

    def to_bytes(self) -> bytes:
        """Return the file: as it was read while nothing has changed, else in canonical form."""
        source = self._program.file.source
        if source is not None and not self.is_modified:
            return source
        return self.root.snapshot().to_bytes()

    def mark_saved(self, source: bytes, path: Path) -> None:
        """Remember that ``path`` now holds the graph, as the bytes ``source``."""
        history, file = self._program.history, self._program.file
        history.seal()
        file.saved_token, file.source = history.token, source
        file.path, file.migrated_from = path, None
        self.known.upgrades = tuple(note for note in self.known.upgrades if note.failed)

    def rewrite_nodes(self, change: Callable[[Node], Node]) -> None:
        """Replace nodes, in all scopes, now and in every step of undo.

        It is for facts that are no edits, such as another folder.
        """
        self._program.rewrite_nodes(change, "keep paths pointing at their files")

    def take_up(self, edits: Mapping[Graph, edits.Edit], label: str) -> None:
        """Change scopes as if the file had been read like that: no step to undo, and nothing to save."""
        self._program.take_up({scope._state: edit for scope, edit in edits.items()}, label)

    @property
    def known(self) -> Known:
        """What was found out of the nodes' definitions, shared by the snapshots of the graph."""
        return self.root._known

    def copy_text(self, nodes: Iterable[NodeId | str]) -> str:
        """Return nodes, and the links among them, as text for the clipboard."""
        from shtairir.document.clipboard import copy_text, note_copied

        text = copy_text(self._program.scopes, self._state, [NodeId(node) for node in nodes])
        if self.trusted:
            note_copied(text)
        return text

    def paste_text(self, text: str, *, offset: Point = (32.0, 32.0), at: Point | None = None) -> list[NodeId]:
        """Add the nodes of a copied text, or of a whole graph file, under new ids, and return these.

        The definitions and the code that they need come along; what the graph has already is shared. Code that was not
        copied from a graph that is trusted makes this graph one that is not.

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
        from shtairir.document.clipboard import pasted, was_copied

        paste = pasted(text, self._program.scopes, self._state, self.free_id, offset=offset, at=at)
        self.apply(paste.edit)
        if paste.carries_code and not was_copied(text):
            self._program.file.trust = Trust(self.root.snapshot().content())
        return [node.id for node in paste.nodes.nodes]

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


def _bounds(bounds: tuple[float, float] | None) -> tuple[float, float] | None:
    if bounds is None:
        return None
    low, high = edits.point(bounds)
    if low > high:
        raise EditError(f"The range {low:g} to {high:g} is empty.", hint="Name the least value first.")
    return low, high


def _definition(block: Callable[..., Any] | BlockDefinition) -> BlockDefinition:
    from shtairir.block import definition_of
    from shtairir.block.definition import BlockDefinition

    return block if isinstance(block, BlockDefinition) else definition_of(block)


def _installed_version(block: BlockId) -> int:
    """Return the version of a block as it is installed: it is what the values that a new node gets are meant for."""
    from shtairir.block.registry import default_registry

    definition = default_registry().get(block)
    return definition.version if definition is not None else 1


class _Subgraphs(Mapping[str, Graph]):
    """A live view of the definitions; each graph is made when it is asked for."""

    def __init__(self, root: Graph) -> None:
        self._root = root

    def __getitem__(self, name: str) -> Graph:
        return self._root._graph_of(self._root._program.scopes.definitions[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._root._program.scopes.definitions)

    def __len__(self) -> int:
        return len(self._root._program.scopes.definitions)

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self))}}}"


def _scopes(content: Content) -> Scopes:
    definitions = ((name, edits.state_of(inner)) for name, inner in content.definitions.items())
    return Scopes(edits.state_of(content), definitions)
