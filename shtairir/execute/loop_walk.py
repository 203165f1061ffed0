"""One iteration of a loop's body by the word of a scheduler.

So it goes where something is chosen, which decides on the way what runs at all, and where a turn takes long enough for
several workers to do parts of it side by side.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shtairir.execute.loop_body import Lane
    from shtairir.execute.scheduler import Scheduler


class Walk:
    """One iteration, by the word of a scheduler. Several workers may be in here at a time.

    Parameters
    ----------
    there
        Tasks whose results are there already.
    """

    def __init__(self, lane: Lane, scheduler: Scheduler, there: Collection[int]) -> None:
        self._lane = lane
        self._scheduler = scheduler
        self._there = there
        self._ready: list[int] = []
        self._lock = threading.Lock()
        self._fault: BaseException | None = None
        self._share: Callable[[Callable[[], object]], None] | None = None

    def go(self, share: Callable[[Callable[[], object]], None] | None) -> None:
        """Perform everything, with the help of others if there is a way to share."""
        self._share = share
        self._add(self._scheduler.begin())
        self._work()
        if self._fault is not None:
            raise self._fault

    def _add(self, tasks: Collection[int]) -> None:
        for task in tasks:
            if task in self._there:
                self._add(self._lane.take_note(self._scheduler, task, complete=True))
            else:
                heappush(self._ready, task)

    def _work(self) -> None:
        """Perform what is ready until nothing is; what others have in hand, they go on with by themselves."""
        while self._fault is None:
            with self._lock:
                task = heappop(self._ready) if self._ready else None
                several = bool(self._ready)
            if task is None:
                return
            if several and self._share is not None:
                with self._lock:
                    heappush(self._ready, task)
                self._share(self._work_alone)
                continue
            self._perform(task)

    def _work_alone(self) -> None:
        while self._fault is None:
            with self._lock:
                if not self._ready:
                    return
                task = heappop(self._ready)
            self._perform(task)

    def _perform(self, task: int) -> None:
        try:
            complete = self._lane.perform(task)
            with self._lock:
                self._add(self._lane.take_note(self._scheduler, task, complete=complete))
        except BaseException as fault:  # noqa: BLE001 - raised by whoever began the iteration
            self._fault = fault
