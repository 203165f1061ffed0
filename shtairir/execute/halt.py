"""Where what repeats is held while its run is paused: between two iterations, on the worker that has it in hand.

A loop that is begun during a pause, by a step, is not held in that pause: somebody wants to see it done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress

_LOOKS_APART_S = 0.05


class Halt:
    """Shared by a run and the bodies of its loops.

    Attributes
    ----------
    closed
        Whether whoever repeats shall `wait`; all that a run that nobody pauses looks at.
    away
        Entered by a worker for as long as it waits, so that others may have its place.
    """

    __slots__ = ("_opened", "_passes", "_pauses", "away", "closed")

    def __init__(self) -> None:
        self.closed = False
        self.away: Callable[[], AbstractContextManager[None]] = nullcontext
        self._opened: threading.Event | None = None
        self._passes: list[None] = []
        self._pauses = 0

    @property
    def pause(self) -> int:
        """The number of the pause; 0 when there is none."""
        return self._pauses if self.closed else 0

    def close(self) -> None:
        """Have them wait from now on."""
        self._opened = threading.Event()
        self._passes.clear()
        self._pauses += 1
        self.closed = True

    def open(self) -> None:
        """Let all go on."""
        self.closed = False
        if self._opened is not None:
            self._opened.set()

    def let_by(self) -> None:
        """Let one iteration begin."""
        self._passes.append(None)

    def wait(self, is_stopping: Callable[[], bool]) -> None:
        """Wait until it is open, one is let by, or the run is to end."""
        with self.away():
            while self.closed and not is_stopping():
                with suppress(IndexError):
                    return self._passes.pop()
                opened = self._opened
                if opened is not None:
                    opened.wait(_LOOKS_APART_S)
