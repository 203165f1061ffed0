"""Where a run is held: while it is paused, at breakpoints, and step by step.

It stands between the run and its workers, and only once somebody asks for it: a run that nobody holds knows nothing
of it. Tasks that are ready come here first. Whether one is held follows from what is asked for at the moment (see
`Gate._why_held`); whenever that changes, all that is held is looked at again. So to take a breakpoint away lets go
what was held at it, and to set one while the run goes on calls back what no worker has taken up yet.

A burst that has a breakpoint in it is dissolved into its tasks, which go on one by one; one that a worker is in is
left at the next boundary between two tasks. A chain of nodes that was fused when the plan was made is held as a
whole: where breakpoints are known before, none is planned around them (`PlanningConfig.apart`). At a breakpoint in
it a loop is held as a whole, before its first iteration; while the run is paused, it waits between two iterations.

Glossary
--------
stop
    A task that is held because of a breakpoint: on its node, on a value that it reads, or on one of its inputs.
passed
    A stop that somebody has let go on; it is not held there again, in a second attempt for instance.
ticket
    Leave for one task to start although the run is paused.
in the wake
    Waits for a task that was started by a step: it is held in its turn.

Methods without an underscore may be called by any thread. They post what they want into the run's mailbox.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from shtairir.events import NodeHeld, RunPaused, RunResumed
from shtairir.execute.mailbox import Mailbox
from shtairir.execute.scheduler import Scheduler
from shtairir.execute.state import RunState
from shtairir.execute.stops import stops_of
from shtairir.execute.workers import Execute, IsQuick, Workers
from shtairir.ids import NodeId

if TYPE_CHECKING:
    from shtairir.execute.burst import Passage

RETIMED: Final = object()
"""On the run's queue: the time at which the run is to end has changed."""

_NOTHING: Mapping[int, str] = {}
_PAUSED = "The run is paused."
_IN_WAKE = "The run goes step by step here."


class Gate:
    """Workers who take a task when nobody holds it.

    Parameters
    ----------
    workers
        Who does the work.
    state, scheduler, mailbox, passages
        Those of the run.
    """

    def __init__(
        self,
        workers: Workers,
        state: RunState,
        scheduler: Scheduler,
        mailbox: Mailbox,
        passages: Mapping[int, Passage],
    ) -> None:
        self.count = workers.count
        self._workers = workers
        self._state = state
        self._scheduler = scheduler
        self._mailbox = mailbox
        self._passages = passages
        self._held: dict[int, str] = {}
        self._breakpoints: dict[str, Mapping[int, str]] = {}
        self._asked_for: tuple[str, ...] = ()
        self._stops: dict[int, str] = {}
        self._passed: set[int] = set()
        self._tickets: set[int] = set()
        self._wake: set[int] = set()
        self._closed = False
        self._asking = threading.Lock()
        self._paused_at_s: float | None = None
        self._paused_before_s = 0.0

    # --- from outside -----------------------------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        """Whether nothing is to start."""
        return self._paused_at_s is not None

    @property
    def paused_s(self) -> float:
        """How long the run has been paused, all pauses together."""
        with self._asking:
            since = self._paused_at_s
            return self._paused_before_s + (self._state.clock() - since if since is not None else 0.0)

    @property
    def held(self) -> tuple[NodeId, ...]:
        """The nodes that could start and are held; of those that go in one burst, the first."""
        return tuple(node for task in sorted(self._held.copy()) for node in self._state.sharers(task))

    @property
    def breakpoints(self) -> tuple[str, ...]:
        """The nodes and ports on which a breakpoint is set."""
        return self._asked_for

    def pause(self) -> None:
        """Start nothing any more."""
        with self._asking:
            if self._paused_at_s is None:
                self._paused_at_s = self._state.clock()
        self._mailbox.post(self._on_turned)

    def resume(self) -> None:
        """Let go on what is not held at a breakpoint."""
        with self._asking:
            if self._paused_at_s is not None:
                self._paused_before_s += self._state.clock() - self._paused_at_s
                self._paused_at_s = None
        self._mailbox.post(self._on_turned)

    def break_at(self, name: str, on: bool = True) -> None:
        """Set a breakpoint on a node or a port, or take it away.

        Raises
        ------
        ExecutionError
            When the run has no such node or port, or it cannot be held.
        """
        stops = stops_of(self._state, name) if on else {}
        with self._asking:
            others = tuple(other for other in self._asked_for if other != name)
            self._asked_for = (*others, name) if on else others
        self._mailbox.post(lambda _: self._on_break(name, stops))

    def step_one(self) -> None:
        """Start one of the tasks that are held, the one that the plan prefers; what waits for it is held in turn.

        Where none is, a loop that is held begins its next iteration.
        """
        self._mailbox.post(self._on_step)

    def go_on(self, node: str | None = None) -> None:
        """Let a node go on that is held; or all of them, and the run if it is paused."""
        if node is None:
            self._mailbox.post(self._on_all_go)
            self.resume()
        else:
            self._mailbox.post(lambda _: self._pass([task for task in self._held if node in self._state.sharers(task)]))

    # --- as the run sees it: workers --------------------------------------------------------------------------

    def start(self, execute: Execute, is_quick: IsQuick, single_file: Collection[int] = ()) -> None:
        """Start the workers."""
        self._workers.start(execute, is_quick, single_file)

    def give(self, tasks: Sequence[int]) -> None:
        """Take ready tasks, and hand on those that are not held."""
        through = self._sifted(tasks)
        if through:
            self._workers.give(through)

    def over(self, task: int) -> None:
        """Take note that a task is over."""
        self._workers.over(task)

    def replace(self, task: int, worker: str) -> None:
        """Have another worker take the place of one that is given up."""
        self._workers.replace(task, worker)

    def has_waiting(self) -> bool:
        """Whether a task waits for a worker; those that are held do not count."""
        return self._workers.has_waiting()

    def share(self, work: Callable[[], object]) -> None:
        """Have idle workers join in."""
        self._workers.share(work)

    def step(self) -> bool:
        """Run one task in the calling thread, if the workers work that way."""
        return self._workers.step()

    def withdraw(self) -> list[int]:
        """Return the tasks that nobody has begun."""
        held, self._held = self._held, {}
        return [*self._workers.withdraw(), *held]

    def stop(self) -> None:
        """Let every worker go once it is done with its task."""
        self._workers.stop()

    def join(self, timeout_s: float) -> None:
        """Wait for the workers to go."""
        self._workers.join(timeout_s)

    # --- in the mailbox ---------------------------------------------------------------------------------------

    def _on_turned(self, _: int) -> None:
        """Follow what was asked for last: several threads may pause and resume, and their posts cross."""
        if self.paused is self._closed:
            return
        self._closed = self.paused
        now = self._state.clock()
        self._state.queue.put(RunPaused(self._state.id, now) if self._closed else RunResumed(self._state.id, now))
        self._state.queue.put(RETIMED)
        self._tickets.clear()
        if self._closed:
            self._state.halt.close()
            self._recall(lambda tasks: True)
        else:
            self._state.halt.open()
        self._look_again()

    def _on_break(self, name: str, stops: Mapping[int, str]) -> None:
        self._breakpoints = {other: those for other, those in self._breakpoints.items() if other != name}
        if stops:
            self._breakpoints[name] = stops
        self._stops = {task: why for those in self._breakpoints.values() for task, why in those.items()}
        self._passed &= self._stops.keys()
        if stops:
            self._recall(lambda tasks: not stops.keys().isdisjoint(tasks))
        self._look_again()

    def _on_step(self, _: int) -> None:
        if not self._held:
            self._state.halt.let_by()
        while self._held:
            task = min(self._held)
            burst = self._scheduler.bursts.get(task)
            if burst is not None:
                why = self._held.pop(task)
                self._held |= dict.fromkeys(self._scheduler.leave(burst, 0), why)
                continue
            if not self._closed:
                self._wake.update(self._scheduler.successors(task))
            self._pass([task])
            if self._state.sharers(task):
                return  # else it only decides what a node hands on, and nobody has seen it

    def _on_all_go(self, _: int) -> None:
        self._wake.clear()
        self._pass([*self._held])

    def _pass(self, tasks: Iterable[int]) -> None:
        tasks = set(tasks)
        self._passed |= tasks
        if self._closed:
            self._tickets |= tasks
        self._look_again()

    def _recall(self, concerned: Callable[[range], bool]) -> None:
        """Call back what no worker has begun, and have bursts that are concerned left between two tasks."""
        for passage in [*self._passages.values()]:
            if concerned(passage.burst.tasks):
                passage.until_s[0] = -math.inf
        self._held |= dict.fromkeys(self._workers.withdraw(), "")

    def _look_again(self) -> None:
        """Let go what is no longer held."""
        before, self._held = self._held, {}
        through = self._sifted(before, before)
        if through:
            self._workers.give(through)
            self._state.queue.put(RETIMED)  # the controller may be the one who works

    def _sifted(self, tasks: Iterable[int], told: Mapping[int, str] = _NOTHING) -> list[int]:
        """Return the tasks that may start, and hold the others."""
        through, pending = [], [*tasks]
        while pending:
            task = pending.pop()
            burst = self._scheduler.bursts.get(task)
            if burst is not None and not self._closed and self._stops_in(burst.tasks):
                pending += self._scheduler.leave(burst, 0)
                continue
            why = self._why_held(task)
            if why:
                self._hold(task, why, told.get(task, ""))
            else:
                self._tickets.discard(task)
                through.append(task)
        return through

    def _stops_in(self, tasks: range) -> bool:
        return any(task in self._stops or task in self._wake for task in tasks)

    def _why_held(self, task: int) -> str:
        if task in self._tickets:
            return ""
        passed = task in self._passed
        if task in self._stops and not passed:
            return self._stops[task]
        if self._closed:
            return _PAUSED
        return _IN_WAKE if task in self._wake and not passed else ""

    def _hold(self, task: int, why: str, told: str) -> None:
        self._held[task] = why
        if why != told and self._state.observed:
            now = self._state.clock()
            for node in self._state.sharers(task):
                self._state.queue.put(NodeHeld(self._state.id, now, node, why, paused=True))
