"""What one worker does for one attempt."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shtairir.execute.processes.worker import Worker


class Errand:
    """May be ended from outside, by any thread, but only as long as it lasts: then the worker does something else.

    Parameters
    ----------
    listens
        Whether the block can hear that it should stop, or must be given time to, since it has effects.

    Attributes
    ----------
    was_ended, was_cancelled
        Whether the worker was ended; and whether because the run is to stop.
    """

    def __init__(self, worker: Worker, *, listens: bool) -> None:
        self.worker = worker
        self.was_ended = self.was_cancelled = False
        self._listens = listens
        self._is_over = False
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Let the block know that it should stop; one that could not hear of it, and has no effects, is ended."""
        with self._lock:
            if self._is_over:
                return
            self.worker.ask_to_stop()
            if not self._listens:
                self.was_ended = self.was_cancelled = True
                self.worker.end()

    def end(self) -> None:
        """End the worker."""
        with self._lock:
            if not self._is_over:
                self.was_ended = True
                self.worker.end()

    def close(self) -> None:
        """Take note that it is over."""
        with self._lock:
            self._is_over = True
