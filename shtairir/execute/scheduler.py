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

A value is let go when its last reader is over, whether that reader was done, failed, was skipped or cancelled;
and never before its writer is done. Barriers: with stages, a task that could start is held until all tasks of
earlier stages are over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum


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
    """

    waits: Sequence[int]
    successors: Sequence[Sequence[int]]
    reads: Sequence[Sequence[int]]
    writes: Sequence[Sequence[int]]
    readers: Sequence[int]
    writer: Sequence[int]
    stages: Sequence[int] | None = None


class Scheduler:
    """One run's states.

    Parameters
    ----------
    kept
        Slots that are never let go.

    Attributes
    ----------
    released
        Slots that may be let go; whoever drives empties it.
    """

    def __init__(self, shape: Shape, kept: Iterable[int] = ()) -> None:
        self.states = bytearray(len(shape.waits))
        self.open = len(shape.waits)
        self.released: list[int] = []
        self.causes: dict[int, int] = {}
        self._shape = shape
        self._waits = list(shape.waits)
        self._readers = list(shape.readers)
        for slot in kept:
            self._readers[slot] += 1
        self._barrier = _Barrier(shape.stages) if shape.stages is not None else None

    def begin(self) -> list[int]:
        """Return the tasks that may start at once."""
        ready = [task for task, count in enumerate(self._waits) if not count]
        for task in ready:
            self.states[task] = State.READY
        return self._admitted(ready)

    def done(self, task: int) -> list[int]:
        """Take note that a task is done, and return the tasks that may start now."""
        states, waits, readers, shape, ready = self.states, self._waits, self._readers, self._shape, []
        states[task] = State.DONE
        self.open -= 1
        for successor in shape.successors[task]:
            waits[successor] -= 1
            if not waits[successor] and not states[successor]:
                states[successor] = State.READY
                ready.append(successor)
        for slot in shape.writes[task]:
            if not readers[slot]:  # all who would have read it were skipped meanwhile
                self.released.append(slot)
        for slot in shape.reads[task]:  # as in `_let_go`: what was read was done
            readers[slot] -= 1
            if not readers[slot]:
                self.released.append(slot)
        return ready if self._barrier is None else self._past_barrier([task], ready)

    def failed(self, task: int) -> tuple[list[int], list[int]]:
        """Take note that a task failed.

        Returns
        -------
        tuple[list[int], list[int]]
            The tasks that can never run now, whose cause is in `causes`, and those that may start now.
        """
        self._end(task, State.FAILED)
        skipped = self._skip(self._shape.successors[task], task)
        return skipped, self._past_barrier([task, *skipped], [])

    def partly_done(self, task: int, missing: Collection[int]) -> tuple[list[int], list[int]]:
        """Take note that a task has made its outputs but for some slots; returns what `failed` returns."""
        lost = set(missing)
        readers = [
            other
            for other, slots in enumerate(self._shape.reads)
            if self.states[other] == State.WAITING and not lost.isdisjoint(slots)
        ]
        skipped = self._skip(readers, task)
        ready = self.done(task)
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
        waiting = [task for task, state in enumerate(self.states) if state == State.WAITING]
        given_up = sorted({*waiting, *held, *unstarted})
        for task in given_up:
            self._end(task, State.CANCELLED)
        return given_up

    def running(self) -> list[int]:
        """Return the tasks that were handed out and are not over."""
        return [task for task, state in enumerate(self.states) if state == State.READY]

    def is_over(self, task: int) -> bool:
        """Whether a task has ended, one way or another."""
        return self.states[task] > State.READY

    def _end(self, task: int, state: State) -> None:
        self.states[task] = state
        self.open -= 1
        self._let_go(task)

    def _let_go(self, task: int) -> None:
        readers = self._readers
        for slot in self._shape.reads[task]:
            readers[slot] -= 1
            if not readers[slot] and self.states[self._shape.writer[slot]] == State.DONE:
                self.released.append(slot)

    def _skip(self, tasks: Iterable[int], cause: int) -> list[int]:
        """Give up tasks that wait, and all that wait for them."""
        skipped = []
        pending = list(tasks)
        while pending:
            task = pending.pop()
            if self.states[task] == State.WAITING:
                self._end(task, State.SKIPPED)
                self.causes[task] = cause
                skipped.append(task)
                pending += self._shape.successors[task]
        return sorted(skipped)

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
        for stage in stages:
            self._left[stage] += 1

    def admit(self, ready: list[int]) -> list[int]:
        """Return the tasks of the current stage, and hold the others."""
        for task in ready:
            if self._stages[task] > self._current:
                self._held[self._stages[task]].append(task)
        return [task for task in ready if self._stages[task] <= self._current]

    def pass_by(self, over: list[int]) -> list[int]:
        """Take note of tasks that are over, and return those that need not be held any longer."""
        for task in over:
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
