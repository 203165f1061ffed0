"""A run as its controller sees it: events to hand on, and the time to keep, of the run and of its attempts.

A run has one thread for that. It sleeps until there is an event or until something is due. No attempt has a timer of
its own: those under way are looked at when the first of them could be overdue, which with the usual five minutes is
every five minutes.
"""

from __future__ import annotations

import math
from queue import Empty
from typing import Any

from shtairir.errors import RunCancelledError
from shtairir.events import (
    EventBus,
    NodeLogged,
    RunStatus,
    WorkerReplaced,
)
from shtairir.execute.attempt import Attempt
from shtairir.execute.attempts import overdue
from shtairir.execute.burst import Passage
from shtairir.execute.call import Call
from shtairir.execute.composite import Composite
from shtairir.execute.course import OVER, STOPPED, Course
from shtairir.execute.ending import Ending
from shtairir.execute.gate import RETIMED
from shtairir.execute.handing import HandingOn
from shtairir.execute.options import RunOptions
from shtairir.execute.performer import Performer
from shtairir.execute.sampling import MemorySampler
from shtairir.execute.timers import Timer, Timers
from shtairir.planning.plan import Task

_LONGEST_WAIT_S = 1_000_000.0  # a queue cannot wait for centuries

_END_AFTER = 2 / 3
"""The share of the grace after which what can be ended from outside is."""

_OVERDUE_S = 1.0
"""How long an attempt whose time is up may take to end, when it was told to, before it is given up."""

_LOOKS_APART_S = 0.01
_END_WRITTEN_S = 0.3
"""How long a worker may take to write down how a task ended, when the run is to be over."""

_OF_CONTROLLER = frozenset({"_look_at_attempts", "_open_journal"})
"""What is done on the controller's own thread when it is due."""


class Timing(Course):
    """A run that keeps its time."""

    _abandoned: int
    _bus: EventBus
    _options: RunOptions
    _performer: Performer
    _sampler: MemorySampler
    _timeout_s: float | None
    _timers: Timers

    @property
    def paused(self) -> bool:
        """Whether nothing is to start."""
        raise NotImplementedError

    def _elapsed_s(self) -> float:
        """Return the time since the start, pauses not counted."""
        raise NotImplementedError

    def _attend(self) -> None:
        """Hand events to the observers until the run is over; meanwhile mind the time."""
        deadline = self._deadline_s()
        timers = self._timers
        self._look_at_attempts()
        self._sampler.look()
        while True:
            if deadline is not None and self.clock() >= deadline:
                deadline = None
                self.stop(RunStatus.TIMED_OUT)
            if timers.next_s is not None and self.clock() >= timers.next_s:
                self._do_what_is_due()
            event = self._next_event(deadline)
            if event is OVER:
                return
            if event is STOPPED:
                self._state.wake_waiting()
                deadline = None
                stopped_s, grace_s = self.clock(), self._options.grace_s
                timers.put(Timer(stopped_s + grace_s * _END_AFTER, "_on_end"))
                timers.put(Timer(stopped_s + grace_s, "_on_abandon"))
            elif event is RETIMED:
                deadline = None if self._state.stopping else self._deadline_s()
            elif type(event) is list:  # of a burst
                for each in event:
                    self._bus.emit(each)
            elif type(event) is Timer:
                timers.put(event)
            elif event is not None:
                self._bus.emit(event)
            self._sampler.look()

    def _deadline_s(self) -> float | None:
        """Return when the run is to end by the clock, as it looks now."""
        if self._timeout_s is None or self.paused:
            return None
        return self.clock() + self._timeout_s - self._elapsed_s()

    def _next_event(self, deadline: float | None) -> Any:
        """Return the next event, or ``None`` if there is something else to do."""
        # Not in the handler of `Empty`: what a block raises would have that for its context.
        if self._queue.empty() and self._workers.step():
            return None
        left_s = self._sampler.tick_s
        for at_s in (deadline, self._timers.next_s):
            if at_s is not None:
                left_s = min(max(at_s - self.clock(), 0.0), _LONGEST_WAIT_S if left_s is None else left_s)
        wait = self._options.wait
        if (
            wait is not None
            and left_s is not None
            and self._resting
            and self._queue.empty()
            and not self._state.in_hand
        ):
            wait(left_s)
            return None
        try:
            return self._queue.get(timeout=left_s)
        except Empty:
            return None

    def _do_what_is_due(self) -> None:
        for timer in self._timers.due(self.clock()):
            if timer.action in _OF_CONTROLLER:
                getattr(self, timer.action)()
            else:
                self._mailbox.post(getattr(self, timer.action), timer.task)

    def _open_journal(self) -> None:
        """Have the run kept, now that it has taken a while, though nothing may be finished yet."""
        if self._options.journal is not None:
            self._options.journal.open()

    def _look_at_attempts(self) -> None:
        """Have attempts ended whose time is up, and look again when that of another may be.

        Of a run whose nodes all have five minutes this is done every five minutes: no task needs a timer.
        """
        shortest_s, now = self._program.shortest_timeout_s, self.clock()
        inside = self._state.inside
        if shortest_s is None or inside.shortest_s < shortest_s:
            shortest_s = inside.shortest_s
        if shortest_s == math.inf:
            return
        next_s = now + shortest_s
        for task, attempt in self._state.in_hand.copy().items():
            due_s = self._due_s(attempt)
            if due_s <= now:
                self._mailbox.post(self._on_overdue, task)
            else:
                next_s = min(next_s, due_s)
        for lane, attempt in inside.attempts():
            due_s = self._due_s(attempt)
            if due_s <= now:
                self._mailbox.post(self._on_overdue_inside, lane.loop)
            else:
                next_s = min(next_s, due_s)
        for first, passage in self._passages.copy().items():
            due_s = self._burst_due_s(passage)
            if due_s <= now:
                self._mailbox.post(self._on_overdue_burst, first)
            else:
                next_s = min(next_s, due_s)
        self._timers.put(Timer(max(next_s, now + _LOOKS_APART_S), "_look_at_attempts"))

    def _due_s(self, attempt: Attempt) -> float:
        """Return when an attempt is to be over by the clock."""
        limit_s = attempt.task.policy.timeout_s
        if limit_s is None:
            return math.inf
        return attempt.started_s + limit_s + (_OVERDUE_S if attempt.is_overdue else 0.0)

    def _burst_due_s(self, passage: Passage) -> float:
        """Return when the task of a burst that is running is to be over by the clock."""
        done = max(passage.taken() - 1, 0)
        task = passage.burst.first + done
        limit_s = self.plan.tasks[task].policy.timeout_s
        if limit_s is None or not passage.began_s:
            return math.inf
        return (self._records.ended_s[task - 1] if done else passage.began_s) + limit_s

    def _on_overdue(self, task: int) -> None:
        """End an attempt whose time is up; or give it up, if there is no other way."""
        attempt = self._state.in_hand.get(task)
        if attempt is None or self._due_s(attempt) > self.clock():
            return  # it has just ended
        call = self._state.call(task)
        end = attempt.end or attempt.cancel
        listens = isinstance(call, Call) and call.context_argument is not None
        if not attempt.is_overdue and (end is not None or listens):
            attempt.is_overdue = True
            self._state.inside.give_up(task)
            if end is not None:
                end()
        elif attempt.claim():
            ending = self._give_up_attempt(task, attempt)
            self._workers.over(task)
            self._handle(ending, task)

    def _on_overdue_inside(self, loop: int) -> None:
        """End attempts in a loop whose time is up; or give up the loop, if there is no other way."""
        for _, attempt in self._state.inside.attempts(loop):
            if self._due_s(attempt) > self.clock():
                continue
            listens = attempt.task.definition.context_argument is not None
            end = attempt.end
            if not attempt.is_overdue and (end is not None or listens):
                attempt.is_overdue = True
                if end is not None:
                    end()
                continue
            whole = self._state.in_hand.get(loop)
            if whole is not None and whole.claim():
                whole.late = attempt.task
                self._state.inside.give_up(loop)
                ending = self._give_up_attempt(loop, whole)
                self._workers.over(loop)
                self._handle(ending, loop)
            return

    def _give_up_attempt(self, task: int, attempt: Attempt) -> Ending:
        """End an attempt in the place of its worker, and have another take that one's place."""
        call = self._state.call(task)
        if (abandon := attempt.abandon) is not None:
            abandon()
        else:
            self._replace(task, attempt.worker, attempt.task)
        if isinstance(call, Composite):
            return self._performer.give_up_parts(call, task, attempt)
        return self._attempts.give_up(call.call if isinstance(call, HandingOn) else call, task, attempt)

    def _replace(self, task: int, worker: str, stuck: Task) -> None:
        self._workers.replace(task, worker)
        self._abandoned += 1
        why = (
            f"It did not come back from '{stuck.node}' in time. Its thread is left to itself until the block returns; "
            "what that returns is thrown away."
        )
        self._state.observe(WorkerReplaced(self.id, self.clock(), worker, why, stuck.node))

    def _on_overdue_burst(self, first: int) -> None:
        """Give up the task in the middle of a burst whose time is up; the others go on by themselves."""
        passage = self._passages.get(first)
        if passage is None or self._burst_due_s(passage) > self.clock():
            return
        passage.until_s[0] = -math.inf
        stuck = self._given_up_in(first)
        if stuck is None:
            return
        call = self._state.call(stuck)
        assert isinstance(call, Call)  # nothing else is in a burst
        self._replace(first, passage.worker, call.task)
        ending = self._attempts.fail_unbegun(call, stuck, overdue(call.task, left=True), {})
        self._workers.over(first)
        self._handle(ending, stuck)

    def _on_end(self, _: int) -> None:
        """End from outside what can be, since it does not listen."""
        for attempt in self._state.in_hand.copy().values():
            if (end := attempt.end) is not None:
                attempt.is_ended = True
                end()

    def _on_abandon(self, _: int) -> None:
        """Give up blocks that do not listen: a thread cannot be ended, but the run need not wait for it."""
        for task in self._scheduler.running():
            attempt = self._state.in_hand.get(task)
            stuck = None
            if task in self._scheduler.bursts:
                stuck = self._given_up_in(task)
            elif attempt is not None and attempt.claim():
                stuck = task
                self._abandon(task, attempt)
            if stuck is not None:
                self._note_abandoned(stuck)
        if self._scheduler.running():  # a worker writes down this very moment how a task ended
            self._queue.put(Timer(self.clock() + _END_WRITTEN_S, "_on_force"))
        self._release()
        self._end_if_over()

    def _on_force(self, _: int) -> None:
        """Give up what has not ended even now, whatever keeps it."""
        for task in self._scheduler.running():
            if task not in self._scheduler.bursts:
                self._note_abandoned(task)
        self._release()
        self._end_if_over()

    def _abandon(self, task: int, attempt: Attempt) -> None:
        self._state.in_hand.pop(task, None)
        self._attempts.tell_hooks(attempt, RunCancelledError("The block did not stop in time."), {})
        if (abandon := attempt.abandon) is not None:
            abandon()

    def _note_abandoned(self, task: int) -> None:
        self._abandoned += 1
        note = (
            f"The block did not stop within {self._options.grace_s:g} s. Its thread is left to itself until "
            "it returns; what it returns is thrown away."
        )
        self._records.notes[task] = note
        self._state.observe(NodeLogged(self.id, self.clock(), self.plan.tasks[task].node, "warning", note))
        self._scheduler.cancelled(task)
        self._note_cancelled(task)

    def _given_up_in(self, first: int) -> int | None:
        """Give up a burst in the place of its worker, and return the task that was running, unless it just ended."""
        passage = self._passages.get(first)
        if passage is None or not passage.claim():
            return None
        del self._passages[first]
        burst = passage.burst
        done = max(passage.taken() - 1, 0)
        self._performer.settle(passage, done)
        unstarted = [other for other in self._scheduler.leave(burst, done) if other != burst.first + done]
        if self._state.stopping:
            self._give_up(unstarted)
        elif unstarted:
            self._workers.give(unstarted)
        return burst.first + done
