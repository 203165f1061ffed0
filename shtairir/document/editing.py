"""Edits as steps: done, undone, done again, and told to whoever listens."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager

from shtairir.document.change import Change, change_since
from shtairir.document.edits import Edit
from shtairir.document.history import History, Step
from shtairir.document.naming import IdSource
from shtairir.document.state import Delta, State
from shtairir.errors import EditError
from shtairir.ids import NodeId

_REMEMBERED = 64
"""Of how many steps it is known which nodes they changed."""


class Editing:
    """A state, its history and its listeners; `Graph` adds the verbs.

    Attributes
    ----------
    revision
        Counts every edit, undo and redo.
    """

    def __init__(self, state: State) -> None:
        self.revision = 0
        self._state = state
        self._history = History()
        self._ids = IdSource()
        self._subscribers: list[Callable[[Change], None]] = []
        self._pending: deque[Change] = deque()
        self._open_transaction: Delta | None = None
        self._edited: deque[frozenset[NodeId] | None] = deque(maxlen=_REMEMBERED)

    def apply(self, edit: Edit, *, label: str | None = None, merge: Hashable | None = None) -> None:
        """Do an edit as one step of undo.

        Parameters
        ----------
        label
            The step in words; by default the edit's own.
        merge
            When the step before was made with the same key, both become one: a slider's drag, a text's typing.

        Raises
        ------
        EditError
            When the edit does not fit; nothing has changed then.
        """
        inverse = edit.exchange(self._state)
        if not inverse:
            return
        self._touched()
        if self._open_transaction is not None:
            self._open_transaction = self._open_transaction.over(inverse)
            return
        self._finish(inverse, label or edit.label, merge)

    @contextmanager
    def transaction(self, label: str, *, merge: Hashable | None = None) -> Iterator[None]:
        """Make all edits inside the ``with`` block one step; an error inside takes them all back."""
        if self._open_transaction is not None:
            yield  # part of the outer one
            return
        self._open_transaction = Delta()
        try:
            yield
        except BaseException:
            self._state.exchange(self._open_transaction)
            self._touched()
            raise
        else:
            inverse = self._open_transaction
        finally:
            self._open_transaction = None
        if inverse:
            self._finish(inverse, label, merge)

    def _finish(self, inverse: Delta, label: str, merge: Hashable | None) -> None:
        self._history.add(label, inverse, merge)
        self._changed(inverse, label)

    def undo(self) -> str | None:
        """Take the last step back, and return what it was; ``None`` when there is none."""
        return self._step(self._history.undo)

    def redo(self) -> str | None:
        """Do again what was taken back, and return what it was; ``None`` when there is nothing."""
        return self._step(self._history.redo)

    def _step(self, go: Callable[[Callable[[Delta], Delta]], Step | None]) -> str | None:
        if self._open_transaction is not None:
            raise EditError("Nothing can be undone in the middle of a step.")
        step = go(self._state.exchange)
        if step is None:
            return None
        self._changed(step.back, step.label)
        return step.label

    @property
    def undo_label(self) -> str | None:
        """What `undo` would take back, in words."""
        return self._history.undo_label

    @property
    def redo_label(self) -> str | None:
        """What `redo` would do again, in words."""
        return self._history.redo_label

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self.undo_label is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return self.redo_label is not None

    @property
    def history(self) -> Sequence[str]:
        """The steps that can be undone, oldest first, in words."""
        return self._history.labels

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``callback`` after every change, and return a function that ends this.

        An edit made inside a callback is told to all after the one that caused it. When a callback raises, the others
        are still called, and the error then reaches whoever made the edit.
        """
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def _touched(self) -> None:
        """Something is different, be it in the middle of a step; for what is kept of the state elsewhere."""

    def _changed(self, inverse: Delta, label: str) -> None:
        self.revision += 1
        self._touched()
        self._edited.append(self._only_nodes(inverse))
        for node in inverse.nodes:
            if self._state.node(node) is None:
                self._ids.release(node)
        if not self._subscribers:
            return
        self._pending.append(change_since(inverse, self._state, label))
        if len(self._pending) == 1:
            self._tell()

    def _only_nodes(self, inverse: Delta) -> frozenset[NodeId] | None:
        """Return the nodes that a step put others in the place of, or ``None`` if it did anything else."""
        there = all(placed is not None and key in self._state for key, placed in inverse.nodes.items())
        return frozenset(inverse.nodes) if there and not inverse.links and inverse.header is None else None

    def edited_since(self, revision: int) -> frozenset[NodeId] | None:
        """Return the nodes that were changed since a revision.

        ``None`` when more was changed than nodes, when that was too long ago, or in the middle of a step.
        """
        count = self.revision - revision
        if count > len(self._edited) or self._open_transaction:
            return None
        found: set[NodeId] = set()
        for nodes in list(self._edited)[len(self._edited) - count :]:
            if nodes is None:
                return None
            found |= nodes
        return frozenset(found)

    def _tell(self) -> None:
        errors: list[Exception] = []
        try:
            while self._pending:
                for subscriber in tuple(self._subscribers):
                    try:
                        subscriber(self._pending[0])
                    except Exception as error:  # noqa: BLE001 - raised below, once all have been told
                        errors.append(error)
                self._pending.popleft()
        finally:
            self._pending.clear()  # after an interrupt too, or nothing would be told any more
        if errors:
            raise errors[0]
