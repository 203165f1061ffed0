"""Where what repeats is held while its run is paused: between two iterations, on the worker that has it in hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

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

    __slots__ = ("_opened", "away", "closed")

    def __init__(self) -> None:
        self.closed = False
        self.away: Callable[[], AbstractContextManager[None]] = nullcontext
        self._opened: threading.Event | None = None

    def close(self) -> None:
        """Have them wait from now on."""
        self._opened = threading.Event()
        self.closed = True

    def open(self) -> None:
        """Let all go on."""
        self.closed = False
        if self._opened is not None:
            self._opened.set()

    def wait(self, is_stopping: Callable[[], bool]) -> None:
        """Wait until it is open, or the run is to end."""
        with self.away():
            while self.closed and not is_stopping():
                opened = self._opened
                if opened is not None:
                    opened.wait(_LOOKS_APART_S)
