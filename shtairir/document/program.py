"""What a graph and its definitions share: the states, the one history of all of them, the file, and who listens.

Every `Graph` is a view of one state of a `Program`. So an edit anywhere is a step of the one history, and a step that
touches several definitions is still one step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.document.change import Change, Edited, news
from shtairir.document.edits import Edit
from shtairir.document.history import History, Step
from shtairir.document.model import Node
from shtairir.document.naming import IdSource
from shtairir.document.recursion import refuse_recursion
from shtairir.document.scopes import Changes, Scopes
from shtairir.document.state import Delta, State
from shtairir.document.trust import GIVEN, Trust
from shtairir.errors import EditError
from shtairir.ids import BlockId, NodeId, PortRef

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition

_REMEMBERED = 64
"""Of how many steps it is known which nodes they changed."""

Subscriber = Callable[[Change], None]


@dataclass(slots=True)
class FileFacts:
    """What is known of the file, and of this process, beside the content.

    Attributes
    ----------
    trust
        Whether code that the file carries may run.
    on_disk
        What the file held when it was last read or written; when it holds something else, somebody else wrote it.
    folder
        Where relative paths start from as long as there is no file.
    home
        The file's real folder, with the path that it was found for.
    """

    path: Path | None = None
    on_disk: bytes | None = None
    folder: Path | None = None
    home: tuple[Path, Path] | None = None
    migrated_from: int | None = None
    source: bytes | None = None
    saved_token: int = 0
    trust: Trust = GIVEN
    local_blocks: dict[BlockId, BlockDefinition] = field(default_factory=dict)


class Program:
    """The states of one graph, with their history and their listeners.

    Attributes
    ----------
    revision
        Counts every step, undo and redo.
    stamp
        Counts everything that made a difference, in the middle of a step too.
    """

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self.history = History()
        self.file = FileFacts()
        self.revision = 0
        self.stamp = 0
        self.ids: dict[State, IdSource] = {}
        self.open_step: Changes | None = None
        self._subscribers: dict[State, list[Subscriber]] = {}
        self._pending: deque[list[tuple[State, Change]]] = deque()
        self._edited: deque[tuple[State, Edited] | None] = deque(maxlen=_REMEMBERED)

    def apply(self, edit: Edit, state: State, label: str | None = None, merge: Hashable | None = None) -> None:
        """Do an edit of a scope as one step, or as a part of the one that is open."""
        if not self.scopes.holds(state):
            raise EditError("The definition was removed from the graph.", hint="Undo its removal first.")
        inverse = edit.exchange_in(self.scopes, state)
        if not inverse:
            return
        try:
            refuse_recursion(inverse, self.scopes)
        except EditError:
            self.scopes.exchange(inverse)
            raise
        self.stamp += 1
        if self.open_step is not None:
            self.open_step = self.open_step.over(inverse)
            return
        self._finish(inverse, self._words(label or edit.label, state), _key(state, merge))

    @contextmanager
    def transaction(self, state: State, label: str, merge: Hashable | None = None) -> Iterator[None]:
        """Make all edits inside the ``with`` block one step; an error inside takes them all back."""
        if self.open_step is not None:
            yield  # part of the outer one
            return
        self.open_step = Changes()
        try:
            yield
        except BaseException:
            self.scopes.exchange(self.open_step)
            self.stamp += 1
            raise
        else:
            inverse = self.open_step
        finally:
            self.open_step = None
        if inverse:
            self._finish(inverse, self._words(label, state), _key(state, merge))

    def _words(self, label: str, state: State) -> str:
        """A step in words: one of a definition says so, since it may be undone where that is not in sight."""
        name = self.scopes.name_of(state)
        return label if name is None else f"{label} in {name}"

    def _finish(self, inverse: Changes, label: str, merge: Hashable | None) -> None:
        self.history.add(label, inverse, merge)
        self.changed(inverse, label)

    def step(self, go: Callable[[Callable[[Changes], Changes]], Step | None]) -> str | None:
        """Undo or redo, and return what it was."""
        if self.open_step is not None:
            raise EditError("Nothing can be undone in the middle of a step.")
        step = go(self.scopes.exchange)
        if step is None:
            return None
        self.changed(step.back, step.label)
        return step.label

    def rewrite_nodes(self, change: Callable[[Node], Node], label: str) -> None:
        """Replace nodes in all scopes, now and in every step of undo."""
        kept: set[State] = set()

        def rewritten(changes: Changes) -> Changes:
            kept.update(placed[0] for placed in changes.places.values() if placed is not None)
            return Changes(
                {state: _rewritten(delta, change) for state, delta in changes.states.items()}, changes.places
            )

        self.history.rewrite(rewritten)
        now = {self.scopes.root, *self.scopes.definitions.values()}
        for state in kept - now:  # what only undo can bring back
            state.exchange(_differences(state, change))
        different = {state: delta for state in now if (delta := _differences(state, change))}
        if different:
            self.file.source = None
            self.changed(self.scopes.exchange(Changes(different)), label)

    def take_up(self, edits: Mapping[State, Edit], label: str) -> None:
        """Change scopes as if the file had been read like that: no step to undo, and nothing to save."""
        inverse = Changes()
        for state, edit in edits.items():
            inverse = inverse.over(edit.exchange_in(self.scopes, state))
        if inverse:
            self.file.source = None
            self.changed(inverse, label)

    def changed(self, inverse: Changes, label: str) -> None:
        """Count a step and tell of it."""
        self.revision += 1
        self.stamp += 1
        self._edited.append(_edited(inverse))
        for state, delta in inverse.states.items():
            ids = self.ids.get(state)
            for node in delta.nodes if ids is not None else ():
                if ids is not None and state.node(node) is None:
                    ids.release(node)
        if not self._subscribers:
            return
        self._pending.append(news(inverse, self.scopes, self._subscribers, label))
        if len(self._pending) == 1:
            self._tell()

    def edited_since(self, state: State, revision: int) -> Edited | None:
        """Return what of a scope was changed since a revision, see `Editing.edited_since`."""
        count = self.revision - revision
        if count > len(self._edited) or self.open_step:
            return None
        nodes: set[NodeId] = set()
        inputs: set[PortRef] = set()
        for entry in list(self._edited)[len(self._edited) - count :]:
            if entry is None or entry[0] is not state:
                return None
            nodes |= entry[1].nodes
            inputs |= entry[1].inputs
        return Edited(frozenset(nodes), frozenset(inputs))

    def subscribe(self, state: State, callback: Subscriber) -> Callable[[], None]:
        """Call ``callback`` after every change of a scope, and return a function that ends this."""
        self._subscribers.setdefault(state, []).append(callback)

        def unsubscribe() -> None:
            listening = self._subscribers.get(state, [])
            if callback in listening:
                listening.remove(callback)
            if not listening:
                self._subscribers.pop(state, None)

        return unsubscribe

    def _tell(self) -> None:
        errors: list[Exception] = []
        try:
            while self._pending:
                for state, change in self._pending[0]:
                    for subscriber in tuple(self._subscribers.get(state, ())):
                        try:
                            subscriber(change)
                        except Exception as error:  # noqa: BLE001 - raised below, once all have been told
                            errors.append(error)
                self._pending.popleft()
        finally:
            self._pending.clear()  # after an interrupt too, or nothing would be told any more
        if errors:
            raise errors[0]


def _rewritten(delta: Delta, change: Callable[[Node], Node]) -> Delta:
    nodes = {key: (change(placed[0]), placed[1]) if placed else None for key, placed in delta.nodes.items()}
    return replace(delta, nodes=nodes)


def _differences(state: State, change: Callable[[Node], Node]) -> Delta:
    new = {node.id: change(node) for node in state.nodes.values()}
    return Delta({key: (node, None) for key, node in new.items() if node is not state.node(key)})


def _key(state: State, merge: Hashable | None) -> Hashable | None:
    """A slider of one definition never merges with the like-named one of another."""
    return None if merge is None else (state, merge)


def _edited(inverse: Changes) -> tuple[State, Edited] | None:
    """Return what a step changed if it kept the nodes of one scope and all else; ``None`` if it did anything more."""
    if inverse.places or len(inverse.states) != 1:
        return None
    ((state, delta),) = inverse.states.items()
    there = all(placed is not None and key in state for key, placed in delta.nodes.items())
    # A link that is only led over other dots is the same link.
    links = {key for key, placed in delta.links.items() if placed is None or placed[0] != state.link_into(key)}
    return (state, Edited(frozenset(delta.nodes), frozenset(links))) if there and delta.header is None else None
