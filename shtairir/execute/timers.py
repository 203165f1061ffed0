"""What one thread is to do later, in the order of time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple


class Timer(NamedTuple):
    """What is to be done when: the action of that name, for a task, at ``at_s`` by the run's clock.

    On its way to the thread that does it; any thread may put it on that one's queue. Names, since what refers to the
    methods of a run keeps it, with its result, until garbage is collected.
    """

    at_s: float
    action: str
    task: int = -1


class Timers:
    """Timers of one thread. A thousand of them cost no more than their places in a heap.

    Examples
    --------
    >>> timers = Timers()
    >>> timers.put(Timer(2.0, "second"))
    >>> timers.put(Timer(1.0, "first"))
    >>> timers.next_s
    1.0
    >>> [timer.action for timer in timers.due(2.5)]
    ['first', 'second']
    >>> timers.next_s is None
    True
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()  # of timers that are due together, the first that was put goes first

    @property
    def next_s(self) -> float | None:
        """When there is something to do, if ever."""
        return self._heap[0][0] if self._heap else None

    def put(self, timer: Timer) -> None:
        """Take a timer."""
        heappush(self._heap, (timer.at_s, next(self._numbers), timer))

    def due(self, now_s: float) -> Iterator[Timer]:
        """Yield the timers whose time has come; they are taken out."""
        while self._heap and self._heap[0][0] <= now_s:
            yield heappop(self._heap)[2]
