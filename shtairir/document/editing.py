"""Edits as steps: done, undone, done again, and told to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager

from shtairir.document.change import Change, Edited
from shtairir.document.edits import Edit
from shtairir.document.naming import IdSource
from shtairir.document.program import Program
from shtairir.document.state import State


class Editing:
    """One scope of a program: its state, and the history and listeners that it shares; `Graph` adds the verbs."""

    def __init__(self, program: Program, state: State) -> None:
        self._program = program
        self._state = state

    @property
    def revision(self) -> int:
        """Counts every edit, undo and redo, in any of the scopes."""
        return self._program.revision

    @property
    def _ids(self) -> IdSource:
        return self._program.ids.setdefault(self._state, IdSource())

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
        self._program.apply(edit, self._state, label, merge)

    def transaction(self, label: str, *, merge: Hashable | None = None) -> AbstractContextManager[None]:
        """Make all edits inside the ``with`` block one step, in whatever scope; an error inside takes them all back."""
        return self._program.transaction(self._state, label, merge)

    def undo(self) -> str | None:
        """Take the last step back, wherever it was, and return what it was; ``None`` when there is none."""
        return self._program.step(self._program.history.undo)

    def redo(self) -> str | None:
        """Do again what was taken back, and return what it was; ``None`` when there is nothing."""
        return self._program.step(self._program.history.redo)

    @property
    def undo_label(self) -> str | None:
        """What `undo` would take back, in words."""
        return self._program.history.undo_label

    @property
    def redo_label(self) -> str | None:
        """What `redo` would do again, in words."""
        return self._program.history.redo_label

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
        return self._program.history.labels

    @property
    def undone(self) -> Sequence[str]:
        """The steps that were taken back and can be done again, the next one first, in words."""
        return self._program.history.undone_labels

    @property
    def saved_at(self) -> int | None:
        """How many of the steps, of `history` and `undone`, the file holds; ``None`` when no number of them does."""
        tokens = self._program.history.tokens
        saved = self._program.file.saved_token
        return tokens.index(saved) if saved in tokens else None

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``callback`` after every change of this scope, and return a function that ends this.

        It is also called when other definitions change, see `Change.subgraphs_changed`. An edit made inside a callback
        is told to all after the one that caused it. When a callback raises, the others are still called, and the error
        then reaches whoever made the edit.
        """
        return self._program.subscribe(self._state, callback)

    def edited_since(self, revision: int) -> Edited | None:
        """Return the nodes, and the inputs whose links were changed since a revision.

        ``None`` when nodes came or went, when more was changed than this scope, when that was too long ago, or in the
        middle of a step.
        """
        return self._program.edited_since(self._state, revision)
