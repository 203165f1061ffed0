"""The state of a run, as a machine without threads: what may start, what must be skipped, what may be let go.

It knows tasks and values only as integers. Whoever drives it tells it how each task ended and is told what
follows from that; nothing here calls a block, takes a lock or looks at a clock, so a test can walk it through any
order of events. Only one thread may be inside at a time: the run sees to that (see `shtairir.execute.mailbox`).

Glossary
--------
slot
    The number of a value. A task writes a row of slots and reads any.
waits
    How many tasks a task still waits for.
readers
    How many tasks have yet to read a slot; a slot that is kept has one reader more, who never comes.
open
    Tasks that are neither over nor given up.
burst
    Consecutive tasks that are handed out together, see `shtairir.execute.burst`. While it is one, its first task
    stands for all of them: it has their waits, is ready when it is, and is what the others' successors count down.
    It can be *dissolved* into its tasks at any time.

A value is let go when its last reader is over, whether that reader was done, failed, was skipped or cancelled;
and never before its writer is done. Barriers: with stages, a task that could start is held until all tasks of
earlier stages are over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shtairir.execute.burst import Burst


NEVER = 1 << 60
"""What a task waits for that another stands for."""

_DONE = bytes([2])


class State(IntEnum):
    """How far a task is. `READY` includes running: which, only the workers know."""

    WAITING = 0
    READY = 1
    DONE = 2
    FAILED = 3
    SKIPPED = 4
    CANCELLED = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """Who waits for whom, and who reads what; all by task, but `readers` and `writer`, which are by slot.

    Attributes
    ----------
    stages
        The stage of each task, or ``None`` for no barriers.
    bursts
        Tasks that are handed out together, by the first of them; where there are stages, there are none.
    stands_for
        For each task the first of its burst, or itself; left out where there are no bursts. The ``waits`` of a first
        task are those of its whole burst, and those of the others are never over.
    starts
        The tasks that wait for nothing, where that is known.
    """

    waits: Sequence[int]
    successors: Sequence[Sequence[int]]
    reads: Sequence[Sequence[int]]
    writes: Sequence[Sequence[int]]
    readers: Sequence[int]
    writer: Sequence[int]
    stages: Sequence[int] | None = None
    bursts: Mapping[int, Burst] = field(default_factory=dict)
    stands_for: Sequence[int] | None = None
    starts: Sequence[int] | None = None


def readers_with(shape: Shape, kept: Iterable[int]) -> list[int]:
    """Return how many readers each slot has, counting the one of kept slots that never comes."""
    readers = list(shape.readers)
    for slot in kept:
        readers[slot] += 1
    return readers


class Scheduler:
    """One run's states.

    Parameters
    ----------
    kept
        Slots that are never let go.
    readers
        What `readers_with` returns for these, where it is known.

    Attributes
    ----------
    released
        Slots that may be let go; whoever drives empties it.
    reads
        What each task reads; of a task that hands one thing on, only that, once it is chosen.
    unneeded
        Tasks that turned out not to be needed, where something is chosen; whoever drives empties it.
    bursts
        Those that are neither done nor dissolved.
    """

    def __init__(self, shape: Shape, kept: Iterable[int] = (), readers: Sequence[int] | None = None) -> None:
        self.states = bytearray(len(shape.waits))
        self.open = len(shape.waits)
        self.released: list[int] = []
        self.unneeded: list[int] = []
        self.causes: dict[int, int] = {}
        self._shape = shape
        self.reads: Sequence[Sequence[int]] = shape.reads
        self.bursts: dict[int, Burst] = dict(shape.bursts)
        self._waits = list(shape.waits)
        self._stands_for = list(shape.stands_for or range(len(shape.waits)))
        self._dissolved: set[int] = set()
        self._readers = list(readers) if readers is not None else readers_with(shape, kept)
        self._barrier = _Barrier(shape.stages) if shape.stages is not None else None

    def leave_out(self, done: Iterable[int], passed: Iterable[int]) -> None:
        """Take note, before the run begins, that what some tasks make is there, and that others are not needed."""
        for tasks, state in ((tuple(done), State.DONE), (tuple(passed), State.SKIPPED)):
            for task in tasks:
                self.states[task] = state
            self.open -= len(tasks)
            if self._barrier is not None:
                self._barrier.leave_out(tasks)
        if self._barrier is not None:
            self._barrier.pass_by([])

    def begin(self) -> list[int]:
        """Return the tasks that may start at once."""
        starts = self._shape.starts
        ready = list(starts) if starts is not None else [task for task, count in enumerate(self._waits) if not count]
        for task in ready:
            self.states[task] = State.READY
        return self._admitted(ready)

    def done(self, task: int) -> list[int]:
        """Take note that a task is done, and return the tasks that may start now."""
        states, waits, readers, shape, ready = self.states, self._waits, self._readers, self._shape, []
        stands_for = self._stands_for
        states[task] = State.DONE
        self.open -= 1
        for successor in shape.successors[task]:
            first = stands_for[successor]
            waits[first] -= 1
            if not waits[first] and not states[first]:
                states[first] = State.READY
                ready.append(first)
        for slot in shape.writes[task]:
            if not readers[slot]:  # all who would have read it were skipped meanwhile
                self.released.append(slot)
        for slot in self.reads[task]:  # as in `_let_go`: what was read was done
            readers[slot] -= 1
            if not readers[slot]:
                self.released.append(slot)
        return ready if self._barrier is None else self._past_barrier([task], ready)

    def burst_done(self, burst: Burst) -> list[int]:
        """Take note that all tasks of a burst are done, and return the tasks that may start now.

        Of values that nobody outside the burst reads, no notice is taken: the burst itself lets go of them.
        """
        states, waits, readers, ready = self.states, self._waits, self._readers, []
        count = burst.end - burst.first
        states[burst.first : burst.end] = _DONE * count
        self.open -= count
        del self.bursts[burst.first]
        for first, links in burst.exits:
            if first in self._dissolved:
                ready += self._count_down(burst, first)
                continue
            waits[first] -= links
            if not waits[first] and not states[first]:
                states[first] = State.READY
                ready.append(first)
        for slot, reading in burst.reads:
            readers[slot] -= reading
            if not readers[slot]:
                self.released.append(slot)
        return ready

    def leave(self, burst: Burst, done: int) -> list[int]:
        """Take note that only the first tasks of a burst are done, and return the tasks that may start now.

        The rest goes on task by task.
        """
        ready = self._dissolve(burst)
        for task in range(burst.first, burst.first + done):
            ready += self.done(task)
        return [task for task in ready if self.states[task] == State.READY]

    def failed(self, task: int) -> tuple[list[int], list[int]]:
        """Take note that a task failed.

        Returns
        -------
        tuple[list[int], list[int]]
            The tasks that can never run now, whose cause is in `causes`, and those that may start now.
        """
        return self._go_on_without(task, State.FAILED)

    def skipped(self, task: int) -> tuple[list[int], list[int]]:
        """Take note that a task that could have started is not to run; returns what `failed` returns."""
        return self._go_on_without(task, State.SKIPPED)

    def _go_on_without(self, task: int, state: State) -> tuple[list[int], list[int]]:
        self._end(task, state)
        skipped, ready = self._skip(self._shape.successors[task], task)
        return skipped, self._past_barrier([task, *skipped], ready)

    def partly_done(self, task: int, missing: Collection[int]) -> tuple[list[int], list[int]]:
        """Take note that a task has made its outputs but for some slots; returns what `failed` returns."""
        lost = set(missing)
        readers = [
            other
            for other, state in enumerate(self.states)
            if state == State.WAITING and self._reads_strictly(other, lost)
        ]
        skipped, ready = self._skip(readers, task)
        ready += self.done(task)
        return skipped, ready if self._barrier is None else ready + self._barrier.pass_by(skipped)

    def cancelled(self, task: int) -> None:
        """Take note that a task that had started was stopped."""
        self._end(task, State.CANCELLED)

    def cancel(self, unstarted: Collection[int]) -> list[int]:
        """Give up all tasks that have not started, and return them.

        Parameters
        ----------
        unstarted
            Tasks that were handed out and will not be started after all.
        """
        held = self._barrier.drain() if self._barrier is not None else []
        running: set[int] = set()
        loose: list[int] = []
        for burst in list(self.bursts.values()):
            if self.states[burst.first] == State.READY:
                if burst.first in unstarted:
                    loose += self._dissolve(burst)
                else:
                    running.update(burst.tasks)
        waiting = [task for task, state in enumerate(self.states) if state == State.WAITING and task not in running]
        given_up = sorted({*waiting, *held, *unstarted, *loose})
        for task in given_up:
            self._end(task, State.CANCELLED)
        return given_up

    def running(self) -> list[int]:
        """Return the tasks that were handed out and are not over; of a burst, the first."""
        return [task for task, state in enumerate(self.states) if state == State.READY]

    def keep(self, slot: int) -> None:
        """Never let go of a slot from now on."""
        self._readers[slot] += 1

    def successors(self, task: int) -> Sequence[int]:
        """Return the tasks that wait for a task."""
        return self._shape.successors[task]

    def is_over(self, task: int) -> bool:
        """Whether a task has ended, one way or another."""
        return self.states[task] > State.READY

    def _end(self, task: int, state: State) -> None:
        self.states[task] = state
        self.open -= 1
        self._let_go(task)

    def _let_go(self, task: int) -> None:
        self._let_go_of(self.reads[task])

    def _let_go_of(self, slots: Iterable[int]) -> None:
        readers = self._readers
        for slot in slots:
            readers[slot] -= 1
            if not readers[slot] and self.states[self._shape.writer[slot]] == State.DONE:
                self.released.append(slot)

    def _reads_strictly(self, task: int, slots: Collection[int]) -> bool:
        """Whether a task cannot run without some of these slots."""
        return any(slot in slots for slot in self._shape.reads[task])

    def _skip(self, tasks: Iterable[int], cause: int) -> tuple[list[int], list[int]]:
        """Give up tasks that wait, and all that wait for them; return them, and those that may start now.

        There are some of these where a burst is dissolved since one of its tasks is given up.
        """
        skipped: list[int] = []
        ready: list[int] = []
        pending = list(tasks)
        while pending:
            task = pending.pop()
            if self.states[task] == State.WAITING:
                burst = self.bursts.get(self._stands_for[task])
                if burst is not None:
                    ready += self._dissolve(burst)
                self._end(task, State.SKIPPED)
                self.causes[task] = cause
                skipped.append(task)
                pending += self._shape.successors[task]
        return sorted(skipped), ready

    # --- bursts -----------------------------------------------------------------------------------------------

    def _dissolve(self, burst: Burst) -> list[int]:
        """Have each task of a burst stand for itself again, and return those that may start now."""
        del self.bursts[burst.first]
        self._dissolved.add(burst.first)
        self._stands_for[burst.first : burst.end] = burst.tasks
        self.states[burst.first] = State.WAITING
        for task in burst.tasks:
            waits = sum(self.states[other] != State.DONE for other in self._before[task])
            self._waits[task] = waits + self._held_back(task)
        return self._made_ready([task for task in burst.tasks if not self._waits[task]])

    def _held_back(self, task: int) -> int:
        """Return how many waits of a task nobody's end counts down."""
        return 0

    def _count_down(self, burst: Burst, dissolved: int) -> list[int]:
        """Take note, for the tasks of a dissolved burst, that those of another are done; return what may start."""
        ready, home = [], self._shape.stands_for
        for task in burst.tasks:
            for successor in self._shape.successors[task]:
                if home is not None and home[successor] == dissolved:
                    self._waits[successor] -= 1
                    if not self._waits[successor] and self.states[successor] == State.WAITING:
                        ready.append(successor)
        return self._made_ready(ready)

    @cached_property
    def _before(self) -> list[list[int]]:
        """The tasks that each waits for; nobody asks as long as all goes well."""
        before: list[list[int]] = [[] for _ in self._shape.successors]
        for task, successors in enumerate(self._shape.successors):
            for successor in successors:
                before[successor].append(task)
        return before

    def _made_ready(self, tasks: list[int]) -> list[int]:
        for task in tasks:
            self.states[task] = State.READY
        return tasks

    def _admitted(self, ready: list[int]) -> list[int]:
        return ready if self._barrier is None else self._barrier.admit(ready)

    def _past_barrier(self, over: list[int], ready: list[int]) -> list[int]:
        if self._barrier is None:
            return ready
        return self._barrier.admit(ready) + self._barrier.pass_by(over)


class _Barrier:
    """Holds tasks back until all of the stages before theirs are over."""

    def __init__(self, stages: Sequence[int]) -> None:
        self._stages = stages
        self._left = [0] * (max(stages, default=-1) + 1)
        self._held: list[list[int]] = [[] for _ in self._left]
        self._current = 0
        self._left_out: set[int] = set()
        for stage in stages:
            self._left[stage] += 1

    def leave_out(self, tasks: Iterable[int]) -> None:
        """Let later stages begin without these tasks, which may be told to run after their stage."""
        for task in {*tasks} - self._left_out:
            self._left_out.add(task)
            self._left[self._stages[task]] -= 1

    def admit(self, ready: list[int]) -> list[int]:
        """Return the tasks of the current stage, and hold the others."""
        for task in ready:
            if self._stages[task] > self._current:
                self._held[self._stages[task]].append(task)
        return [task for task in ready if self._stages[task] <= self._current]

    def pass_by(self, over: list[int]) -> list[int]:
        """Take note of tasks that are over, and return those that need not be held any longer."""
        for task in over:
            if task not in self._left_out:
                self._left[self._stages[task]] -= 1
        freed: list[int] = []
        while self._current < len(self._left) - 1 and not self._left[self._current]:
            self._current += 1
            freed += self._held[self._current]
            self._held[self._current] = []
        return freed

    def drain(self) -> list[int]:
        """Return all that is held, and hold nothing any more."""
        held = [task for tasks in self._held for task in tasks]
        self._held = [[] for _ in self._left]
        return held
