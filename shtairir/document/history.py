"""Undo and redo.

Each step keeps only the changes that take it back, and the token of the state that this leads to. The graph is
unmodified exactly when the present token is the one it was saved with, by whatever way it got there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from shtairir.document.scopes import Changes

MAX_STEPS = 2000
UNSAVED = -1
"""A token that no state has."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person did, and how to take it back (or, once undone, do it again)."""

    label: str
    back: Changes
    token: int
    merge: Hashable | None = None


class History:
    """The steps that can be undone and those that can be done again."""

    def __init__(self) -> None:
        self._done: deque[Step] = deque(maxlen=MAX_STEPS)
        self._undone: list[Step] = []
        self._token = 0
        self._next_token = 1

    @property
    def token(self) -> int:
        """Names the present state; equal tokens mean equal content."""
        return self._token

    @property
    def labels(self) -> tuple[str, ...]:
        """The steps that can be undone, oldest first."""
        return tuple(step.label for step in self._done)

    @property
    def undone_labels(self) -> tuple[str, ...]:
        """The steps that can be done again, the next one first."""
        return tuple(step.label for step in reversed(self._undone))

    @property
    def tokens(self) -> tuple[int, ...]:
        """The states that the steps lead through, from the oldest that can be gone back to, to the last undone one."""
        after = (step.token for step in reversed(self._undone))
        return (*(step.token for step in self._done), self._token, *after)

    @property
    def undo_label(self) -> str | None:
        """What `undo` would take back."""
        return self._done[-1].label if self._done else None

    @property
    def redo_label(self) -> str | None:
        """What `redo` would do again."""
        return self._undone[-1].label if self._undone else None

    def add(self, label: str, inverse: Changes, merge: Hashable | None = None) -> None:
        """Remember a step; with the same merge key as the last one, as part of that one."""
        previous_token, self._token = self._token, self._next_token
        self._next_token += 1
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is not None and merge is not None and last.merge == merge:
            self._done[-1] = Step(label, last.back.over(inverse), last.token, merge)
        else:
            self._done.append(Step(label, inverse, previous_token, merge))

    def seal(self) -> None:
        """Let nothing more merge into the last step."""
        if self._done:
            self._done[-1] = replace(self._done[-1], merge=None)

    def undo(self, exchange: Callable[[Changes], Changes]) -> Step | None:
        """Take the last step back."""
        step = self._go_back(self._done, self._undone, exchange)
        self.seal()
        return step

    def redo(self, exchange: Callable[[Changes], Changes]) -> Step | None:
        """Do again what was taken back last."""
        return self._go_back(self._undone, self._done, exchange)

    def _go_back(
        self, source: deque[Step] | list[Step], sink: deque[Step] | list[Step], exchange: Callable[[Changes], Changes]
    ) -> Step | None:
        if not source:
            return None
        step = source.pop()
        opposite = Step(step.label, exchange(step.back), self._token)
        sink.append(opposite)
        self._token = step.token
        return opposite

    def rewrite(self, change: Callable[[Changes], Changes]) -> None:
        """Change what every step would restore; for facts that are no edits, such as the file's folder."""
        self._done = deque((replace(step, back=change(step.back)) for step in self._done), maxlen=MAX_STEPS)
        self._undone = [replace(step, back=change(step.back)) for step in self._undone]
