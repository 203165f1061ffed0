"""Where and when Python looks for cyclic garbage while a window is open: on Qt's thread, between its events.

By itself Python looks on whatever thread asks for memory next, and what is found there is ended there. But Qt's objects
may end on Qt's thread only: an editor that a worker ended took the program with it ("Timers cannot be stopped from
another thread"). It also looks in the middle of opening a large file, several times, and finds nothing.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 500
WHOLLY_S = 60.0
"""How often all is looked through, and not only what is new."""
MANY = 2000
"""So many new objects are worth a look."""


class Garbage(QObject):
    """Takes the search for cyclic garbage over from Python, until it is given back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._enabled_before = gc.isenabled()
        self._wholly_s = time.monotonic()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        gc.disable()
        self._timer.start()

    def look(self) -> None:
        """Look through what is new, if there is much; from time to time through all."""
        if gc.get_count()[0] < MANY:
            return
        now_s = time.monotonic()
        wholly = now_s - self._wholly_s > WHOLLY_S
        gc.collect(2 if wholly else 1)
        if wholly:
            self._wholly_s = now_s

    def end(self) -> None:
        """Leave the search to Python again."""
        self._timer.stop()
        if self._enabled_before:
            gc.enable()
