"""Named resources: a block that declares or acquires one waits until it is free.

All runs of the process share one set. A resource that nobody has given a capacity is there once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager


class NamedLocks:
    """Counts who holds what.

    Parameters
    ----------
    capacity
        How often each resource is there.
    """

    def __init__(self, capacity: Mapping[str, int] | None = None) -> None:
        self._capacity = dict(capacity or {})
        self._held: dict[str, int] = {}
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, names: Sequence[str], check: Callable[[], None]) -> Iterator[None]:
        """Hold all of the resources, or wait until they are free together, which cannot deadlock by itself.

        Parameters
        ----------
        check
            Called before each wait and after it; raises when waiting has no sense any more.
        """
        with self._changed:
            check()
            while not all(self._held.get(name, 0) < self._capacity.get(name, 1) for name in names):
                self._changed.wait()
                check()
            for name in names:
                self._held[name] = self._held.get(name, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                for name in names:
                    self._held[name] -= 1
                self._changed.notify_all()

    def wake(self) -> None:
        """Let all who wait look again whether that still has a sense."""
        with self._changed:
            self._changed.notify_all()
