"""What follows from how tasks end: the part of a run that is in the mailbox, one thread at a time.

Each handler takes note of an end, gives the workers what may start now, and lets go of what nobody will read any more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from sys import getsizeof
from typing import Any, Final

from shtairir.events import (
    NodeCancelled,
    NodeSkipped,
    RunStatus,
    ValueReleased,
)
from shtairir.execute.attempts import Attempts, stops_the_run
from shtairir.execute.burst import GONE, Burst, Passage
from shtairir.execute.call import PLAIN
from shtairir.execute.choosing import ChoosingScheduler, why_unneeded
from shtairir.execute.ending import Ending
from shtairir.execute.mailbox import Mailbox
from shtairir.execute.program import Program
from shtairir.execute.scheduler import Scheduler, State
from shtairir.execute.state import RunState
from shtairir.execute.timers import Timer
from shtairir.execute.workers import Workers
from shtairir.ids import RunId
from shtairir.planning.plan import ExecutionPlan, Task
from shtairir.results.records import SELF_DESCRIBING, Records

HANDLERS = (
    "_on_done",
    "_on_failed",
    "_on_cancelled",
    "_on_partly_done",
    "_on_again",
    "_on_retry",
    "_on_skipped",
)
"""By `Ending`. Names, since a run that refers to its own methods stays, with its result, until garbage is collected."""

STOPPED: Final = object()
OVER: Final = object()


class Course:
    """A run as those see it who come back from its tasks; it is put together in `shtairir.execute.run`."""

    id: RunId
    plan: ExecutionPlan
    clock: Callable[[], float]
    _attempts: Attempts
    _broken: BaseException | None
    _mailbox: Mailbox
    _passages: dict[int, Passage]
    _program: Program
    _queue: SimpleQueue[Any]
    _records: Records
    _resting: set[int]
    _scheduler: Scheduler
    _state: RunState
    _stop_status: RunStatus | None
    _workers: Workers

    def stop(self, status: RunStatus = RunStatus.CANCELLED) -> None:
        """Start no more nodes, and let those that run know. Never waits; the first who calls says why."""
        if self._stop_status is not None:
            return
        self._stop_status = status
        self._state.stopping = True
        for passage in list(self._passages.values()):
            passage.until_s[0] = -math.inf
        self._mailbox.post(self._on_stop)
        self._queue.put(STOPPED)

    def _handle(self, ending: Ending, task: int) -> None:
        """Do what follows from how a task ended; in the mailbox."""
        getattr(self, HANDLERS[ending])(task)

    def _break_off(self, error: BaseException) -> None:
        self._broken = error
        self._queue.put(OVER)

    def _on_begin(self, _: int) -> None:
        if not self._state.stopping:
            self._workers.give(self._scheduler.begin())
            if self._scheduler.unneeded:
                self._tell_unneeded()
        self._end_if_over()

    def _on_done(self, task: int) -> None:
        scheduler = self._scheduler
        if scheduler.states[task] > State.READY:
            return  # abandoned before
        ready = scheduler.done(task)
        if ready:
            self._workers.give(ready)
        if scheduler.unneeded:
            self._tell_unneeded()
        if scheduler.released:
            self._release()
        if not scheduler.open:
            self._end_if_over()

    def _on_failed(self, task: int) -> None:
        if self._scheduler.is_over(task):
            return
        self._go_on_without(task, *self._scheduler.failed(task))
        self._heed_policy(self.plan.tasks[self._records.decides_for.get(task, task)])

    def _heed_policy(self, failed: Task) -> None:
        """Stop the run if the policy of what failed wants that."""
        if stops_the_run(failed.policy):
            if self._stop_status is None:
                self._records.stopped_by = failed.node
            self.stop(RunStatus.FAILED)

    def _on_skipped(self, task: int) -> None:
        """Go on after a task whose condition is false."""
        if self._scheduler.is_over(task):
            return
        self._go_on_without(task, *self._scheduler.skipped(task))

    def _on_partly_done(self, task: int) -> None:
        """Go on after a task of several nodes of which some failed: only what needs these is skipped."""
        if self._scheduler.is_over(task):
            return
        self._go_on_without(task, *self._scheduler.partly_done(task, self._records.missing(task)))
        for part, record in zip(self.plan.tasks[task].parts, self._records.parts[task], strict=True):
            if record.failure is not None:
                self._heed_policy(part)

    def _go_on_without(self, task: int, skipped: list[int], ready: list[int]) -> None:
        self._tell_skipped(task, skipped)
        self._tell_unneeded()
        if ready:
            self._workers.give(ready)
        self._release()
        self._end_if_over()

    def _tell_skipped(self, task: int, skipped: list[int]) -> None:
        records, now = self._records, self.clock()
        for other in skipped:
            behind = records.causes.get(other, task)
            if records.decides_for.get(behind) == other:
                continue  # it has been told to have failed
            cause = records.culprit(behind)
            why = records.why_without(behind)
            told = None if behind in records.conditions else cause
            for node in self._state.sharers_and_bodies(other):
                self._state.observe(NodeSkipped(self.id, now, node, why, told))

    def _tell_unneeded(self) -> None:
        """Note why tasks turned out not to be needed."""
        scheduler, now = self._scheduler, self.clock()
        if not isinstance(scheduler, ChoosingScheduler):
            return
        for task in scheduler.unneeded:
            why = self._records.unneeded[task] = why_unneeded(self.plan, task, scheduler.chosen, self._records)
            for node in self._state.sharers_and_bodies(task):
                self._state.observe(NodeSkipped(self.id, now, node, why))
        scheduler.unneeded.clear()

    def _on_again(self, task: int) -> None:
        assert self._state.admission is not None  # nobody else puts a task back
        self._state.admission.again(task)

    def _on_retry(self, task: int) -> None:
        """Have a task of which an attempt failed given to the workers again, later; it holds none meanwhile."""
        wait_s = self._state.waits.pop(task, 0.0)
        if self._scheduler.is_over(task):
            return
        if self._state.stopping:
            self._give_up([task])
            self._release()
            self._end_if_over()
            return
        self._resting.add(task)
        self._queue.put(Timer(self.clock() + wait_s, "_on_rested", task))

    def _on_rested(self, task: int) -> None:
        if task in self._resting:
            self._resting.discard(task)
            self._workers.give([task])

    def _on_cancelled(self, task: int) -> None:
        if self._scheduler.is_over(task):
            return
        self._scheduler.cancelled(task)
        self._note_cancelled(task)
        self._release()
        self._end_if_over()

    def _on_over(self, task: int) -> None:
        self._workers.over(task)

    def _on_burst(self, first: int) -> None:
        """Keep the books for a burst."""
        scheduler = self._scheduler
        burst, passage = scheduler.bursts.get(first), self._passages.pop(first, None)
        if burst is None or passage is None:
            return  # abandoned before
        complete = passage.done == len(burst.rows)
        ready = scheduler.burst_done(burst) if complete else self._left_early(burst, passage)
        if scheduler.unneeded:
            self._tell_unneeded()
        if ready:
            self._workers.give(ready)
        if scheduler.released:
            self._release()
        self._end_if_over()

    def _left_early(self, burst: Burst, passage: Passage) -> list[int]:
        """Return the tasks that may start after a burst was left before its end."""
        scheduler, records = self._scheduler, self._records
        ready = scheduler.leave(burst, passage.done)
        culprit = burst.first + passage.done
        if passage.ending is Ending.RETRY:
            ready.remove(culprit)
            self._on_retry(culprit)
        elif culprit in records.failures:
            skipped, more = scheduler.failed(culprit)
            self._tell_skipped(culprit, skipped)
            ready = [task for task in (*ready, *more) if task != culprit]
        elif passage.done and passage.until_s[0] != -math.inf:  # it was not told to leave, but found itself slow
            slowest = max(range(burst.first, culprit), key=records.elapsed_s)
            self._program.overrun(slowest, records.elapsed_s(slowest))
        if not self._state.stopping:
            return ready
        self._give_up(ready)
        return []

    def _on_stop(self, _: int) -> None:
        resting, self._resting = self._resting, set()
        self._give_up([*self._workers.withdraw(), *resting])
        for attempt in self._state.in_hand.copy().values():
            if (cancel := attempt.cancel) is not None:  # it is gone the moment the attempt ends
                cancel()
        self._release()
        self._end_if_over()

    def _give_up(self, unstarted: Sequence[int]) -> None:
        for task in self._scheduler.cancel(unstarted):
            self._note_cancelled(task)

    def _note_cancelled(self, task: int) -> None:
        timed_out = self._stop_status is RunStatus.TIMED_OUT
        now, started_s = self.clock(), self._records.started_s[task]
        if started_s:
            self._records.ended_s[task] = now
            if timed_out:
                self._records.timed_out.add(task)
        # A loop tells of the nodes in it by itself, if it gets to do so.
        tells = started_s and task not in self._records.notes
        for node in self._state.sharers(task) if tells else self._state.sharers_and_bodies(task):
            self._state.observe(NodeCancelled(self.id, now, node, self._records.elapsed_s(task)))

    def _release(self) -> None:
        """Let go of the values that nobody will read any more."""
        slots, released = self._state.slots, self._scheduler.released
        for slot in released:
            value = slots[slot]
            if value is GONE:
                continue
            if type(value) not in SELF_DESCRIBING:  # numbers stay, for the records
                slots[slot] = None
            nbytes = getsizeof(value) if type(value) in PLAIN else self._state.memory.drop(value)
            del value
            if self._state.observed and self._state.shape.writer[slot] not in self._records.decides_for:
                port = self._state.port(slot)
                self._state.observe(ValueReleased(self.id, self.clock(), port.node, port.port, nbytes))
        released.clear()

    def _end_if_over(self) -> None:
        if not self._scheduler.open:
            self._queue.put(OVER)
