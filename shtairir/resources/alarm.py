"""Calls back at a time, from a thread that is there only while somebody waits for a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

_STAYS_S = 2.0
"""How long the thread stays when there is nothing more to come: to start one takes as long as a hundred small tasks."""


class Alarm:
    """Rings once at the earliest of the times that it was set to.

    Parameters
    ----------
    ring
        Called when the time has come. Returns when to call it next, or ``None``.
    clock
        Monotonic seconds.
    """

    def __init__(self, ring: Callable[[], float | None], clock: Callable[[], float]) -> None:
        self._ring = ring
        self._clock = clock
        self._changed = threading.Condition()
        self._due_s: float | None = None
        self._is_watched = False

    def set(self, due_s: float | None) -> None:
        """Ring at that time at the latest; ``None`` changes nothing."""
        if due_s is None:
            return
        with self._changed:
            if self._due_s is not None and self._due_s <= due_s:
                return
            self._due_s = due_s
            if self._is_watched:
                self._changed.notify()
                return
            self._is_watched = True
        threading.Thread(target=self._watch, name="shtairir resources", daemon=True).start()

    def _watch(self) -> None:
        while self._comes():
            self.set(self._ring())

    def _comes(self) -> bool:
        """Wait for the time, and say whether it has come; if nobody sets one, the thread is not needed any more."""
        with self._changed:
            if self._due_s is None and not self._changed.wait_for(lambda: self._due_s is not None, _STAYS_S):
                self._is_watched = False
                return False
            while self._due_s is not None and (left_s := self._due_s - self._clock()) > 0:
                self._changed.wait(min(left_s, threading.TIMEOUT_MAX))
            self._due_s = None
            return True
