"""Waiting for something that does not look up: another thread looks at the clock and at the wish to end."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

_EVERY_S = 0.05


class Cancellable(Protocol):
    """A run that may be wished to end; the context of a block is one."""

    @property
    def cancelled(self) -> bool:
        """Whether somebody wished for the end."""

    def check_cancelled(self) -> None:
        """Raise the run's own error if somebody did."""


class Watch:
    """What became of a wait.

    Attributes
    ----------
    timed_out
        Whether the time was up before it ended.
    cancelled
        Whether somebody wished for the end.
    """

    def __init__(self) -> None:
        self.timed_out = False
        self.cancelled = False


@contextlib.contextmanager
def watched(end: Callable[[], None], run: Cancellable, timeout_s: float | None = None) -> Iterator[Watch]:
    """Call ``end`` from another thread when the time is up or the end is wished for, until the wait is over.

    ``end`` must be something that may be called while the waiting call is under way, and that makes it fail. If the
    end was wished for, that failure becomes the run's own error.
    """
    watch, over = Watch(), threading.Event()
    deadline = None if timeout_s is None else time.monotonic() + timeout_s

    def look() -> None:
        while not over.wait(_EVERY_S):
            watch.cancelled = watch.cancelled or run.cancelled
            watch.timed_out = watch.timed_out or (deadline is not None and time.monotonic() > deadline)
            if watch.cancelled or watch.timed_out:
                # Again and again: what is to be ended may not have begun to wait yet.
                end()

    thread = threading.Thread(target=look, name="shtairir-watch", daemon=True)
    thread.start()
    try:
        yield watch
    except Exception:
        if watch.cancelled:
            run.check_cancelled()
        raise
    finally:
        over.set()
        thread.join()
