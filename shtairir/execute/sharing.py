"""Work that idle workers may join in, while the task that it belongs to goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Offer:
    """A function that several threads may call at a time, each of which returns when there is no more to do.

    One that returns ``True`` says that there is more, but that something else goes first.

    Parameters
    ----------
    work
        Must not raise.

    Examples
    --------
    >>> left = [3, 2, 1]
    >>> def work():
    ...     while left:
    ...         print(left.pop())
    >>> offer = Offer(work)
    >>> offer.join()
    1
    2
    3
    False
    >>> offer.close()
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._inside = 0
        self._closed = False
        self._all_out = threading.Event()

    def join(self) -> bool:
        """Do what there is to do, unless the offer is closed, and return whether there is more."""
        with self._lock:
            if self._closed:
                return False
            self._inside += 1
        try:
            return self._work() is True
        finally:
            with self._lock:
                self._inside -= 1
                if self._closed and not self._inside:
                    self._all_out.set()

    def close(self) -> None:
        """Let nobody in any more, and wait until those who are in have come out."""
        with self._lock:
            self._closed = True
            if not self._inside:
                return
        self._all_out.wait()
