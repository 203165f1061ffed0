"""One set of workers for several runs, who take turns.

A worker who is free takes a task of the run that has had the least of the workers' time; of that run, the task that
its plan prefers. So a small run beside a heavy one is served as soon as a worker is free, and the heavy one has all
workers whenever the others have nothing to do. A run that comes later, or had nothing to do for a while, begins with
the time of the run that has had least: it is owed nothing for the time that it was not there (start-time fair
queueing: Goyal, Vin, Cheng, 1996).

Nothing is taken from a block in the middle of its work. A worker who is lost to one is replaced, so that the others
do not pay for it.

Glossary
--------
share
    What a run has of the crew: the workers of that run, as the run sees it.
used
    The workers' time that a run has had, in seconds; that of tasks under way counts.
line
    Tasks of which no two are run at a time, whichever run they belong to: they would only wait for each other's Python.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from heapq import heappop, heappush

from shtairir.execute.sharing import Offer
from shtairir.execute.workers import Execute, IsQuick


@dataclass(slots=True)
class _Duty:
    """What a worker has in hand."""

    task: int
    since_s: float
    in_line: bool


class Crew:
    """Threads that work for several runs. They are started when there is work for them.

    Parameters
    ----------
    count
        How many tasks are run at a time, all runs together.
    clock
        Monotonic seconds.
    """

    def __init__(self, count: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self.count = count
        self._clock = clock
        self._changed = threading.Condition()
        self._shares: list[Share] = []
        self._offers: list[Offer] = []
        self._names: set[str] = set()
        self._idents: set[int] = set()
        self._hired = 0
        self._idle = 0
        self._away = 0
        self._lost: set[str] = set()
        self._line_is_busy = False
        self._closed = False

    def share(self, most: int) -> Share:
        """Return the workers of one more run, of which at most so many work for it at a time."""
        share = Share(self, min(most, self.count))
        with self._changed:
            share.used_s = self._least_used_s()
            self._shares.append(share)
        return share

    def close(self) -> None:
        """Let every worker go once it is done with what it has in hand."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # --- for the shares; with the condition held ----------------------------------------------------------------

    @property
    def changed(self) -> threading.Condition:
        """Guards everything in here; held for moments only."""
        return self._changed

    def wake(self) -> None:
        """Have one more worker look for work, if there is one who does not."""
        if self._idle:
            self._changed.notify()
        elif len(self._names) < self.count + self._away and not self._closed:
            self._hired += 1
            name = f"worker-{self._hired}"
            self._names.add(name)
            threading.Thread(target=self._walk, args=(name,), name=f"shtairir {name}", daemon=True).start()

    def is_worker(self) -> bool:
        """Whether the calling thread is one of the workers."""
        return threading.get_ident() in self._idents

    def lose(self, worker: str) -> None:
        """Count no more on a worker; another takes its place."""
        if worker in self._names:
            self._names.remove(worker)
            self._lost.add(worker)
            self.wake()

    def leave(self, share: Share) -> None:
        """Work for a run no more."""
        with suppress(ValueError):
            self._shares.remove(share)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let another worker take the place of the one that calls, for a time."""
        with self._changed:
            self._away += 1
            self.wake()
        try:
            yield
        finally:
            with self._changed:
                self._away -= 1

    def free_line(self, duty: _Duty) -> None:
        """Let the next one in line have its turn, if this one was it."""
        if duty.in_line:
            self._line_is_busy = False

    def catch_up(self, share: Share) -> None:
        """Begin to count again for a run that had nothing to do."""
        share.used_s = max(share.used_s, self._least_used_s(share))

    def now(self) -> float:
        """Return the time."""
        return self._clock()

    def offer(self, offer: Offer, on: bool) -> None:
        """Have idle workers join in some work, or no more."""
        with self._changed:
            if on:
                self._offers.append(offer)
                for _ in range(self.count - 1):
                    self.wake()
            elif offer in self._offers:
                self._offers.remove(offer)

    def has_waiting(self) -> bool:
        """Whether a task of any run waits for a worker."""
        return any(share.has_ready(line_is_busy=False) for share in tuple(self._shares))

    # --- the workers ------------------------------------------------------------------------------------------

    def _walk(self, name: str) -> None:
        self._idents.add(threading.get_ident())
        while self._work_once(name):
            pass
        self._idents.discard(threading.get_ident())

    def _work_once(self, name: str) -> bool:
        """Do one thing, having waited for it, and return whether to go on. What it was about is let go of."""
        with self._changed:
            if not self._waited_for_work():
                self._names.discard(name)
                return False
            share = self._next_share()
            if share is None:
                offer = self._offers[0]
            else:
                task, execute = self._take(share, name)
        if share is None:
            if not offer.join():
                self.offer(offer, on=False)
            return True
        execute(task, name)
        with self._changed:
            return self._put_down(share, name)

    def _waited_for_work(self) -> bool:
        """Wait until there is something to do, and return whether there is; else nobody needs the worker any more."""
        while not self._closed:
            if self._next_share() is not None or self._offers:
                return True
            if len(self._names) > self.count + self._away:  # one who was away is back
                return False
            self._idle += 1
            self._changed.wait()
            self._idle -= 1
        return False

    def _take(self, share: Share, name: str) -> tuple[int, Execute]:
        duty = share.take(name, self._line_is_busy)
        self._line_is_busy |= duty.in_line
        execute = share.execute
        assert execute is not None  # else it has no tasks
        if not share.is_quick(duty.task) and self._next_share() is not None:
            self.wake()
        return duty.task, execute

    def _put_down(self, share: Share, name: str) -> bool:
        if name in self._lost:
            self._lost.remove(name)
            if self._next_share() is not None:  # what it gave while it was given up, it does not take itself
                self.wake()
            return False
        share.put_down(name)
        return True

    def _next_share(self) -> Share | None:
        """Return the run whose turn it is."""
        ready = [share for share in self._shares if share.has_ready(self._line_is_busy)]
        return min(ready, key=lambda share: share.used_by(self._clock()), default=None)

    def _least_used_s(self, but: Share | None = None) -> float:
        now = self._clock()
        return min((share.used_by(now) for share in self._shares if share is not but and share.is_active), default=0.0)


class Share:
    """What one run has of a crew."""

    def __init__(self, crew: Crew, count: int) -> None:
        self.count = count
        self.used_s = 0.0
        self.execute: Execute | None = None
        self.is_quick: IsQuick = lambda task: False
        self._crew = crew
        self._ready: list[int] = []
        self._in_line: list[int] = []
        self._single_file: Collection[int] = ()
        self._duties: dict[str, _Duty] = {}

    # --- as the run sees it: workers --------------------------------------------------------------------------

    def start(self, execute: Execute, is_quick: IsQuick, single_file: Collection[int] = ()) -> None:
        """Get ready."""
        with self._crew.changed:
            self.execute = execute
            self.is_quick = is_quick
            self._single_file = single_file
            if self._ready or self._in_line:
                self._crew.wake()

    def give(self, tasks: Sequence[int]) -> None:
        """Take ready tasks; a worker who gives takes the next one itself, anybody else wakes one who does."""
        with self._crew.changed:
            if not self.is_active:
                self._crew.catch_up(self)
            for task in tasks:
                heappush(self._in_line if task in self._single_file else self._ready, task)
            if self.execute is not None and not self._crew.is_worker():
                self._crew.wake()

    def over(self, task: int) -> None:
        """Do nothing: no task holds anything here."""

    def replace(self, task: int, worker: str) -> None:
        """Have another worker take the place of one that does not come back from a task."""
        with self._crew.changed:
            duty = self._duties.get(worker)
            if duty is not None and duty.task == task:
                self._lose(worker)

    def share(self, work: Callable[[], object]) -> None:
        """Do it together with whoever is idle now or becomes idle meanwhile."""
        offer = Offer(work)
        self._crew.offer(offer, on=True)
        try:
            work()
        finally:
            self._crew.offer(offer, on=False)
            offer.close()

    def has_waiting(self) -> bool:
        """Whether a task waits for a worker, of this run or another."""
        return self._crew.has_waiting()

    def away(self) -> AbstractContextManager[None]:
        """Let another worker take the place of the one that calls, while it waits."""
        return self._crew.away()

    def step(self) -> bool:
        """Leave it to the threads."""
        return False

    def withdraw(self) -> list[int]:
        """Return the tasks that nobody has begun."""
        with self._crew.changed:
            tasks = [*self._ready, *self._in_line]
            self._ready.clear()
            self._in_line.clear()
        return tasks

    def stop(self) -> None:
        """Begin nothing any more."""
        with self._crew.changed:
            self.execute = None  # it refers to the run, which refers to its workers
            self.is_quick = lambda task: False

    def join(self, timeout_s: float) -> None:
        """Wait for those who still work for the run; who does not come back in time is replaced."""
        with self._crew.changed:
            self._crew.changed.wait_for(lambda: not self._duties, timeout_s)
            for worker in tuple(self._duties):
                self._lose(worker)
            self._crew.leave(self)

    # --- for the crew; with its condition held -----------------------------------------------------------------

    @property
    def is_active(self) -> bool:
        """Whether it has anything to do."""
        return bool(self._ready or self._in_line or self._duties)

    def has_ready(self, line_is_busy: bool) -> bool:
        """Whether a worker could take up a task of this run."""
        waiting = self._ready or (self._in_line and not line_is_busy)
        return bool(waiting) and self.execute is not None and len(self._duties) < self.count

    def used_by(self, now_s: float) -> float:
        """Return the workers' time that the run has had."""
        return self.used_s + sum(now_s - duty.since_s for duty in self._duties.values())

    def take(self, worker: str, line_is_busy: bool) -> _Duty:
        """Return the task that comes next, as what a worker has in hand."""
        in_line = bool(self._in_line) and not line_is_busy and not (self._ready and self._ready[0] < self._in_line[0])
        task = heappop(self._in_line if in_line else self._ready)
        duty = self._duties[worker] = _Duty(task, self._crew.now(), in_line)
        return duty

    def put_down(self, worker: str) -> None:
        """Take note that a worker is done with what it had in hand."""
        duty = self._duties.pop(worker, None)
        if duty is not None:
            self.used_s += self._crew.now() - duty.since_s
            self._crew.free_line(duty)
            if not self._duties and self.execute is None:
                self._crew.changed.notify_all()  # whoever joins waits for this

    def _lose(self, worker: str) -> None:
        self.put_down(worker)
        self._crew.lose(worker)
