"""Named resources: a block that declares or acquires one waits until it is free.

All runs of the process share one set, and each may have limits of its own: what others hold counts in all of them.
A resource that nobody has given a capacity is there once. One that is named twice is held twice.
"""

from __future__ import annotations

import threading
from collections import Counter
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
    def hold(
        self, names: Sequence[str], check: Callable[[], None], capacity: Mapping[str, int] | None = None
    ) -> Iterator[None]:
        """Hold all of the resources, or wait until they are free together, which cannot deadlock by itself.

        Parameters
        ----------
        check
            Called before each wait and after it; raises when waiting has no sense any more.
        capacity
            How often resources are there for this caller, where that is not the usual.
        """
        wanted = Counter(names)
        limits = {name: (capacity or {}).get(name, self._capacity.get(name, 1)) for name in wanted}
        with self._changed:
            check()
            while not all(self._held.get(name, 0) + count <= limits[name] for name, count in wanted.items()):
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
