"""The one thread of the program that writes history: a run's end waits neither for a disk nor for another program."""

from __future__ import annotations

import atexit
import functools
import logging
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeAlias

from shtairir.errors import ShtairirError

_log = logging.getLogger(__name__)

Job: TypeAlias = Callable[[], object]

LAST_WAIT_S = 10.0
"""How long the end of the program waits for what is still to be written."""

_COPY_WAIT_S = 2.0


class Writer:
    """Does one thing after the other, on a thread that begins with the first of them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, job: Job) -> None:
        """Have something done, in its turn. Whatever it raises is logged."""
        self._jobs.put(job)
        if self._thread is None:
            self._hire()

    def _hire(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=f"shtairir {self._name}", daemon=True)
                self._thread.start()
                atexit.register(self.flush, LAST_WAIT_S)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except ShtairirError as error:
                _log.warning("%s", error)
            except Exception as error:  # noqa: BLE001 - one run that cannot be written must not keep the next from being
                _log.warning("A run could not be written into the history: %s: %s", type(error).__name__, error)
                _log.debug("It was here.", exc_info=True)
            del job  # with it the records of a run, while this waits for the next

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until all that was submitted before is done, and say whether it is."""
        if self._thread is None:
            return True
        if not self._thread.is_alive():  # in a copy of the program that wrote
            return False
        done = threading.Event()
        self._jobs.put(done.set)
        return done.wait(timeout_s)


@functools.cache
def writer() -> Writer:
    """Return the writer of this program."""
    made = Writer("history")
    if hasattr(os, "register_at_fork"):
        # A copy of the program has the queue, but nobody who takes anything out of it; and for ever any lock that was
        # held at the moment, such as that of an import.
        os.register_at_fork(before=lambda: made.flush(_COPY_WAIT_S), after_in_child=writer.cache_clear)
    return made
