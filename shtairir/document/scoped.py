"""What a graph is: the scopes of a program, each with its nodes and links, and the file that holds them.

The verbs that change it are in `shtairir.document.building` and `shtairir.document.graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from weakref import WeakValueDictionary

from shtairir.document import edits
from shtairir.document.editing import Editing
from shtairir.document.history import UNSAVED, History
from shtairir.document.known import Known
from shtairir.document.model import (
    Bookmark,
    CodeBlock,
    Content,
    Frame,
    GraphTest,
    Header,
    Link,
    NamedResult,
    Node,
    Note,
    Parameter,
)
from shtairir.document.program import Program
from shtairir.document.scopes import Scopes
from shtairir.document.snapshot import Snapshot
from shtairir.document.state import State
from shtairir.document.trust import GIVEN, Trust, remember
from shtairir.errors import EditError
from shtairir.ids import BlockId, NodeId, PortRef

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]  # it brings no types

    from shtairir.block.definition import BlockDefinition

_Scope = TypeVar("_Scope", bound="Scoped")


class Scoped(Editing):
    """One scope of a program: the graph itself, or one of its definitions."""

    def __init__(self, name: str = "untitled") -> None:
        self._begin(Content((), (), Header(name=name)))
        self._known.built = True

    def _begin(self, content: Content) -> None:
        super().__init__(program := Program(_scopes(content)), program.scopes.root)
        self._root: Self | None = None
        self._scope_graphs: WeakValueDictionary[State, Self] = WeakValueDictionary()
        self._snapshot: tuple[object, Snapshot] | None = None
        self._known = Known()
        program.file.saved_token = program.history.token

    @classmethod
    def from_content(cls, content: Content, *, source: bytes | None = None, path: Path | None = None) -> Self:
        """Return the graph that a file holds; ``source`` is the file's text, written back while nothing changes."""
        graph = cls()
        graph._begin(content)
        graph._program.file.source = source
        graph.path = path
        graph._program.file.trust = Trust(content)
        return graph

    # --- scopes and the file ----------------------------------------------------------------------------------

    @property
    def root(self) -> Self:
        """The graph that the file is; of a definition the graph that it belongs to."""
        return self if self._root is None else self._root

    @property
    def scope(self) -> str | None:
        """The name of the definition that this is; ``None`` for the graph itself."""
        return self._program.scopes.name_of(self._state)

    @property
    def subgraphs(self) -> Mapping[str, Self]:
        """The definitions by name, in the order of the file; each is a graph whose edits are steps of this one."""
        return _Subgraphs(self.root)

    def _graph_of(self, state: State) -> Self:
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
    def on_disk(self) -> bytes | None:
        """What the file held when the graph was last read or saved; see `shtairir.document.ondisk`."""
        return self._program.file.on_disk

    @on_disk.setter
    def on_disk(self, data: bytes | None) -> None:
        self._program.file.on_disk = data

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
    def notes(self) -> tuple[Note, ...]:
        """The notes on the canvas, lowest first."""
        return self._state.header.notes

    @property
    def bookmarks(self) -> tuple[Bookmark, ...]:
        """The places on the canvas to come back to."""
        return self._state.header.bookmarks

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The published parameters."""
        return self._state.header.parameters

    @property
    def tests(self) -> tuple[GraphTest, ...]:
        """What the graph shall give back when it is given what."""
        return self._state.header.tests

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
        file = self._program.file
        if file.path is not None:
            if file.home is None or file.home[0] != file.path or not file.path.is_absolute():
                # Kept, for the system is asked about every folder on the way, and each look at the graph asks here.
                file.home = (file.path, file.path.resolve().parent)
            return file.home[1]
        return self._program.file.folder or Path.cwd()

    def start_from(self, folder: Path) -> None:
        """Have relative paths start from a folder until the graph is saved: where it comes from has no file."""
        self._program.file.folder = folder

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
        file.on_disk = source
        self.known.upgrades = tuple(note for note in self.known.upgrades if note.failed)

    def begin_history(self) -> None:
        """Let undo lead back to what the graph is now, and no further: no person did what led here."""
        self._program.history = History()
        self._program.file.saved_token = self._program.history.token

    def mark_unsaved(self) -> None:
        """Remember that no file holds what is in the graph: it was recovered, or comes from an earlier version."""
        self._program.file.saved_token, self._program.file.source = UNSAVED, None

    def rewrite_nodes(self, change: Callable[[Node], Node]) -> None:
        """Replace nodes, in all scopes, now and in every step of undo.

        It is for facts that are no edits, such as another folder.
        """
        self._program.rewrite_nodes(change, "keep paths pointing at their files")

    def take_up(self, edits: Mapping[Self, edits.Edit], label: str) -> None:
        """Change scopes as if the file had been read like that: no step to undo, and nothing to save."""
        self._program.take_up({scope._state: edit for scope, edit in edits.items()}, label)

    @property
    def known(self) -> Known:
        """What was found out of the nodes' definitions, shared by the snapshots of the graph."""
        return self.root._known

    def __repr__(self) -> str:
        return f"<Graph {self.name!r}: {len(self.nodes)} nodes, {len(self.links)} links>"


class _Subgraphs(Mapping[str, _Scope]):
    """A live view of the definitions; each graph is made when it is asked for."""

    def __init__(self, root: _Scope) -> None:
        self._root = root

    def __getitem__(self, name: str) -> _Scope:
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
