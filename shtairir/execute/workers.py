"""Those who walk through the ready tasks: in threads, or in the thread that asks.

A worker takes the ready task with the lowest index, which is the one the plan prefers, runs it, and takes the
next. The run hands tasks over with `Workers.give`; nobody polls.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from heapq import heappop, heappush
from queue import SimpleQueue
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable
from weakref import WeakSet

from shtairir.block.syntaxtrees import guard_parsing
from shtairir.execute.sharing import Offer

Execute: TypeAlias = Callable[[int, str], bool]
"""Runs a task, as the worker of that name, and says whether it is over now; must not raise.

It is not when it goes on without a worker, or when it was given up meanwhile. Then `Workers.over` is called for it.
"""

_MOST_AWAY = 3
"""How many times as many workers may wait, with another in their place, as there are places."""

IsQuick: TypeAlias = Callable[[int], bool]
"""Whether a task is likely over before another worker could be woken."""


class Workers(Protocol):
    """Runs the tasks it is given, in its own way."""

    @property
    def count(self) -> int:
        """How many tasks it runs at a time."""

    def start(self, execute: Execute, is_quick: IsQuick, single_file: Collection[int] = ()) -> None:
        """Get ready.

        Parameters
        ----------
        single_file
            Tasks of which no two need be run at a time: they would only wait for each other.
        """

    def give(self, tasks: Sequence[int]) -> None:
        """Take ready tasks. One thread at a time calls this; it may be one of the workers."""

    def share(self, work: Callable[[], object]) -> None:
        """Call ``work``, and have workers without a task call it too, for the time that this takes.

        For a task that can be divided. ``work`` may be called by several threads at a time, and returns to each when
        there is no more to do; it must not raise. When this returns, nobody is in it any more. To one that only helps
        it may return ``True`` before that, when `has_waiting`: it comes back once nothing else is to be done.
        """

    def has_waiting(self) -> bool:
        """Whether a task waits for a worker."""

    def step(self) -> bool:
        """Run one task in the calling thread, if that is how this adapter works, and say whether it did."""

    def withdraw(self) -> list[int]:
        """Return the tasks that nobody has begun; nobody will."""

    def over(self, task: int) -> None:
        """Take note that a task is over of which its worker could not say so."""

    def replace(self, task: int, worker: str) -> None:
        """Have another worker take the place of one that does not come back from a task."""

    def stop(self) -> None:
        """Let the workers go when they are done with what they have in hand."""

    def join(self, timeout_s: float) -> None:
        """Wait for the workers to go, but no longer than this."""


@runtime_checkable
class MayLeave(Protocol):
    """Workers of whom one can leave its place to another while it waits for something."""

    def away(self) -> AbstractContextManager[None]:
        """Let another worker take the place of the one that calls, while it waits."""


class _ReadyTasks:
    """The ready tasks, lowest first. Each method is one call into C on a list of ints, and so needs no lock."""

    def __init__(self) -> None:
        self._heap: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, task: int) -> None:
        heappush(self._heap, task)

    def take(self) -> int | None:
        try:
            return heappop(self._heap)
        except IndexError:
            return None

    def first(self) -> int | None:
        try:
            return self._heap[0]
        except IndexError:
            return None

    def drain(self) -> list[int]:
        tasks = []
        while (task := self.take()) is not None:
            tasks.append(task)
        return tasks


class InlineWorkers:
    """One worker: whoever calls `step`. For tests, and wherever threads are not wanted."""

    count = 1

    def __init__(self) -> None:
        self._ready = _ReadyTasks()
        self._execute: Execute | None = None

    def start(self, execute: Execute, is_quick: IsQuick, single_file: Collection[int] = ()) -> None:
        """Get ready."""
        self._execute = execute

    def give(self, tasks: Sequence[int]) -> None:
        """Take ready tasks."""
        for task in tasks:
            self._ready.add(task)

    def has_waiting(self) -> bool:
        """Whether a task waits; that does not matter to one who is alone."""
        return False

    def share(self, work: Callable[[], object]) -> None:
        """Do it alone: there is nobody else."""
        work()

    def step(self) -> bool:
        """Run the first of the ready tasks."""
        task = self._ready.take()
        if task is None or self._execute is None:
            return False
        self._execute(task, "inline")
        return True

    def withdraw(self) -> list[int]:
        """Return the tasks that nobody has begun."""
        return self._ready.drain()

    def over(self, task: int) -> None:
        """Do nothing: no task holds anything here."""

    def replace(self, task: int, worker: str) -> None:
        """Do nothing: nobody could take the place of the thread that calls."""

    def stop(self) -> None:
        """Do nothing: there is nobody to stop."""

    def join(self, timeout_s: float) -> None:
        """Do nothing: there is nobody to wait for."""


class ThreadCount(NamedTuple):
    """How many worker threads live in this program, and how many of them are abandoned: in a block given up before."""

    alive: int
    abandoned: int


def count_threads() -> ThreadCount:
    """Return how many worker threads there are."""
    return ThreadCount(*map(sum, zip((0, 0), *(crew.count_threads() for crew in list(_crews)), strict=True)))


def _never_quick(task: int) -> bool:
    return False


class ThreadWorkers:
    """Workers in threads of their own.

    An idle worker waits at its gate. A worker who takes up a task that may last, and leaves others behind, opens the
    gate of one who is idle; that one may do the same in turn. So all work as long as there is work worth it, and a
    chain of tasks, or a thousand sums of two numbers, is walked by one without waking anybody: two threads in Python
    do not add numbers faster than one, and handing over to each other costs far more than that.

    Tasks that shall go in single file have a line of their own, and whoever runs one holds the line meanwhile. So
    the others stay idle, instead of taking turns at Python's lock, or run what is not in the line.

    The threads are daemons, since a block that never returns must not keep the program from ending.
    """

    def __init__(self, count: int, name: str = "worker") -> None:
        self.count = count
        self._name = name
        self._ready = _ReadyTasks()
        self._waiting_in_line = _ReadyTasks()
        self._line = threading.Lock()
        self._single_file: Collection[int] = ()
        self._offers: list[Offer] = []
        self._idle: list[SimpleQueue[None]] = []
        self._is_quick: IsQuick = _never_quick
        self._stopping = False
        self._to_hire = deque(range(1, count + 1))
        self._hired = count
        self._replaced: set[str] = set()
        self._away: list[None] = []
        self._surplus: list[None] = []
        self._execute: Execute | None = None
        self._threads: list[threading.Thread] = []
        self._idents: set[int] = set()

    def start(self, execute: Execute, is_quick: IsQuick, single_file: Collection[int] = ()) -> None:
        """Get ready; a thread is started when there is work for it, since that takes as long as many a task."""
        self._is_quick = is_quick
        self._single_file = single_file
        self._execute = execute
        guard_parsing()
        _crews.add(self)
        if self._ready:
            self._wake_one()

    def count_threads(self) -> ThreadCount:
        """Return how many of its threads live, and how many of these nobody waits for any more."""
        alive = [thread for thread in tuple(self._threads) if thread.is_alive()]
        lost = [thread for thread in alive if self._stopping or thread.name.removeprefix("shtairir ") in self._replaced]
        return ThreadCount(len(alive), len(lost))

    def give(self, tasks: Sequence[int]) -> None:
        """Take ready tasks; a worker who gives takes the next one itself, anybody else wakes one who does."""
        for task in tasks:
            (self._waiting_in_line if task in self._single_file else self._ready).add(task)
        if tasks and threading.get_ident() not in self._idents:
            self._wake_one()

    def _wake_one(self) -> None:
        try:
            self._idle.pop().put(None)
        except IndexError:
            self._hire()

    def _hire(self) -> None:
        """Start one more thread, unless there are as many as there shall be."""
        execute = self._execute
        if execute is None:
            return  # not yet, or no more
        try:
            number = self._to_hire.popleft()
        except IndexError:
            return  # all are awake
        name = f"{self._name}-{number}"
        thread = threading.Thread(target=self._walk, args=(execute, name), name=f"shtairir {name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def has_waiting(self) -> bool:
        """Whether a task waits for a worker."""
        return bool(self._ready)

    def share(self, work: Callable[[], object]) -> None:
        """Do it together with whoever is idle now or becomes idle meanwhile."""
        offer = Offer(work)
        self._offers.append(offer)
        try:
            for _ in range(self.count - 1):
                self._wake_one()
            work()
        finally:
            self._withdraw_offer(offer)
            offer.close()

    def _withdraw_offer(self, offer: Offer) -> None:
        with suppress(ValueError):  # somebody has found before that there is no more to do
            self._offers.remove(offer)

    def _walk(self, execute: Execute, name: str) -> None:
        self._idents.add(threading.get_ident())
        gate: SimpleQueue[None] = SimpleQueue()
        while (task := self._next(gate)) is not None:
            over = execute(task, name)
            if over and task in self._single_file:
                self._line.release()
            if (self._replaced and name in self._replaced) or (self._surplus and self._is_surplus()):
                self._leave()
                return

    def _leave(self) -> None:
        """Go, since another has taken the place, and leave what was given to be taken by others."""
        self._idents.discard(threading.get_ident())
        with suppress(ValueError):
            self._threads.remove(threading.current_thread())
        if self._there_is_work():
            self._wake_one()

    def _next(self, gate: SimpleQueue[None]) -> int | None:
        """Return the next task, having waited for it, or ``None`` at the end."""
        while not self._stopping:
            task = self._first_in_line() if self._waiting_in_line else None
            if task is None:
                task = self._ready.take()
            if task is not None:
                if (self._idle or self._to_hire) and self._needs_help(task):
                    self._wake_one()
                return task
            if self._helped():
                continue
            self._idle.append(gate)
            # What came between the look and the entry would be missed: look again. If somebody has taken the
            # entry meanwhile, the gate is open and the wait is short.
            if self._there_is_work() and self._left(gate):
                continue
            gate.get()
        return None

    def _there_is_work(self) -> bool:
        return bool(self._ready or self._offers) or self._stopping or self._line_is_free()

    def _first_in_line(self) -> int | None:
        """Return the first of those in line, and hold the line, unless somebody does or another task is preferred."""
        if not self._line.acquire(blocking=False):
            return None
        other, first = self._ready.first(), self._waiting_in_line.first()
        preferred = first is not None and (other is None or first < other)
        task = self._waiting_in_line.take() if preferred else None
        if task is None:
            self._line.release()
        return task

    def _needs_help(self, task: int) -> bool:
        """Whether there is work for another worker, when this one takes up a task."""
        if task not in self._single_file:
            return not self._is_quick(task) and (bool(self._ready) or self._line_is_free())
        other = self._ready.first()
        return other is not None and not self._is_quick(other)

    def _line_is_free(self) -> bool:
        return bool(self._waiting_in_line) and not self._line.locked()

    def _helped(self) -> bool:
        """Join in somebody's work, if any is on offer; afterwards there is none of it left, or something goes first."""
        try:
            offer = self._offers[0]
        except IndexError:
            return False
        if not offer.join():
            self._withdraw_offer(offer)
        return True

    def _left(self, gate: SimpleQueue[None]) -> bool:
        """Whether the worker could take itself off the list of the idle."""
        try:
            self._idle.remove(gate)
        except ValueError:
            return False
        return True

    def step(self) -> bool:
        """Leave it to the threads."""
        return False

    def withdraw(self) -> list[int]:
        """Return the tasks that nobody has begun."""
        return self._ready.drain() + self._waiting_in_line.drain()

    def over(self, task: int) -> None:
        """Do nothing: no task holds anything here."""

    def replace(self, task: int, worker: str) -> None:
        """Have a new thread take the place of one that does not come back; if it does after all, it ends."""
        self._replaced.add(worker)
        self._hired += 1
        self._to_hire.append(self._hired)
        if task in self._single_file:
            self._line.release()
        if self._there_is_work():
            self._wake_one()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let another worker take the place of the one that calls, while it waits.

        If a thousand tasks wait for each other's resource, there are not a thousand threads.
        """
        if len(self._away) >= _MOST_AWAY * self.count:
            yield
            return
        self._away.append(None)
        self._hired += 1
        self._to_hire.append(self._hired)
        if self._there_is_work():
            self._wake_one()
        try:
            yield
        finally:
            self._away.pop()
            try:
                self._to_hire.pop()  # nobody has come
            except IndexError:
                self._surplus.append(None)  # the next who is done with its task goes

    def _is_surplus(self) -> bool:
        """Whether the worker that asks is one too many."""
        try:
            self._surplus.pop()
        except IndexError:
            return False
        return True

    def stop(self) -> None:
        """Let every worker go once it is done with its task."""
        self._stopping = True
        # They refer to the run, which refers to its workers: a ring that would keep its values.
        self._execute = None
        self._is_quick = _never_quick
        while self._idle:
            try:
                self._idle.pop().put(None)
            except IndexError:
                break

    def join(self, timeout_s: float) -> None:
        """Wait for the threads."""
        for thread in tuple(self._threads):
            if thread is not threading.current_thread() and thread.ident is not None:
                thread.join(timeout_s)


_crews: WeakSet[ThreadWorkers] = WeakSet()
"""Those that have been started and are not gone: an abandoned thread keeps its own."""
