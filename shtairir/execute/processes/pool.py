"""The worker processes of the program, which all its runs share."""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from shtairir.execute.processes.channel import ClosedError
from shtairir.execute.processes.footprint import resident_bytes_of
from shtairir.execute.processes.worker import Worker
from shtairir.memory.shared import shared_file

IDLE_S = 60.0
"""After how long a worker that nobody needs is let go."""

_MOMENT_S = 1.0


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """What is known of a worker process.

    Attributes
    ----------
    node
        What it has in hand; empty when it is idle.
    calls
        How many it has been asked.
    age_s
        Since it was started.
    resident_bytes
        What of it is in RAM, with the shared memory that it has seen.
    """

    name: str
    pid: int | None
    state: Literal["idle", "busy", "starting"]
    node: str
    calls: int
    age_s: float
    resident_bytes: int


class ProcessPool:
    """Lends workers, starts them when there are too few, and lets them go when they are not needed for a while.

    There are no more than are lent at the same time, or asked for by `warm_up`. The one that was given back last is
    lent first: it has most at hand, and the others may go.

    Parameters
    ----------
    idle_s
        How long a worker stays that nobody needs.
    clock
        Monotonic seconds.
    """

    def __init__(self, idle_s: float = IDLE_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle_s = idle_s
        self._clock = clock
        self._numbers = itertools.count(1)
        self._lock = threading.Condition(threading.RLock())
        self._all: dict[str, Worker] = {}
        self._idle: list[Worker] = []
        self._in_hand: set[Worker] = set()
        self._resting: threading.Thread | None = None
        self._closed = False
        self._most_idle: int | None = None

    def warm_up(self, count: int, blocks: Iterable[str] = ()) -> None:
        """Have so many workers started in the background, and what some blocks need imported there."""
        wanted = tuple(blocks)
        with self._lock:
            self._most_idle = max(count, self._most_idle or 0)
            missing = count - len(self._all)
            for _ in range(missing):
                self._put_back(self._hire())
            idle = list(self._idle)
        for worker in idle if wanted else ():
            with suppress(ClosedError):
                worker.load(wanted)

    def take(self) -> Worker:
        """Return a worker that nobody else has in hand."""
        with self._lock:
            while self._idle:
                worker = self._next_idle()
                if worker.is_usable:
                    break
            else:
                worker = self._hire()
            self._in_hand.add(worker)
            return worker

    def give_back(self, worker: Worker) -> None:
        """Take a worker back, unless it is gone."""
        with self._lock:
            worker.node = ""
            self._in_hand.discard(worker)
            has_room = self._most_idle is None or len(self._idle) < self._most_idle
            if worker.is_usable and has_room and not self._closed:
                self._put_back(worker)
                return
        worker.kill()
        worker.wait()
        worker.close()

    def workers(self) -> tuple[WorkerReport, ...]:
        """Return what is known of all workers."""
        with self._lock:
            idle = {worker.name for worker in self._idle}
            now = time.monotonic()
            return tuple(
                WorkerReport(
                    worker.name,
                    worker.pid,
                    "starting" if worker.pid is None else "idle" if worker.name in idle else "busy",
                    worker.node,
                    worker.calls,
                    now - worker.started_s,
                    resident_bytes_of(worker.pid),
                )
                for worker in self._all.values()
            )

    def close(self) -> None:
        """End all workers, and wait a moment for their end."""
        with self._lock:
            self._closed = True
            workers = list(self._all.values())
            self._lock.notify_all()
        for worker in workers:
            worker.kill()
        until_s = time.monotonic() + _MOMENT_S
        for worker in workers:
            worker.join(max(until_s - time.monotonic(), 0.0))

    # --- with the lock held -----------------------------------------------------------------------------------

    def _next_idle(self) -> Worker:
        return self._idle.pop()

    def _hire(self) -> Worker:
        worker = Worker(next(self._numbers), shared_file().descriptor, self._forget)
        self._all[worker.name] = worker
        return worker

    def _put_back(self, worker: Worker) -> None:
        worker.idle_since_s = self._clock()
        self._idle.append(worker)
        if self._resting is None:
            self._resting = threading.Thread(target=self._rest, name="shtairir resting workers", daemon=True)
            self._resting.start()

    # --- in threads of their own ------------------------------------------------------------------------------

    def _forget(self, worker: Worker) -> None:
        """Strike a worker that is gone off the list."""
        with self._lock:
            self._all.pop(worker.name, None)
            if worker in self._idle:
                self._idle.remove(worker)
            if worker not in self._in_hand:
                worker.close()

    def _rest(self) -> None:
        """Let workers go that have been idle for long; ends when none is idle."""
        with self._lock:
            while self._idle and not self._closed:
                left_s = self._idle[0].idle_since_s + self._idle_s - self._clock()
                if left_s > 0:
                    self._lock.wait(left_s)
                else:
                    self._idle.pop(0).end()
            self._resting = None


_making = threading.Lock()


def processes() -> ProcessPool:
    """Return the workers of the program."""
    with _making:
        return _made()


@functools.cache
def _made() -> ProcessPool:
    pool = ProcessPool()
    atexit.register(_close, pool, os.getpid())
    return pool


def _close(pool: ProcessPool, maker: int) -> None:
    if os.getpid() == maker:
        pool.close()


if hasattr(os, "register_at_fork"):  # a copy of the process has no workers
    os.register_at_fork(after_in_child=_made.cache_clear)
