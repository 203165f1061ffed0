"""One run: where plan, scheduler, workers, memory and observers meet.

Who does what, by thread:

- *Workers* call blocks (`Performer`). They write values into slots and notes into the records, each only what
  belongs to its task, and post how the task ended into the mailbox.
- *Whoever is in the mailbox* (a worker, for a moment) drives the scheduler, hands out what is ready, and lets go
  of values. Nobody waits for anybody there, and no lock is held while a block runs.
- *The controller* is a thread that sleeps until there is an event, and hands it to the observers; it also keeps
  the time: of the run, and of blocks that do not listen when the run is cancelled.

Workers put an event of a task on the controller's queue before they post the task's end. So an observer sees a
node finished before anything that follows from it.
"""

from __future__ import annotations

import itertools
import math
import threading
import weakref
from collections.abc import Callable, Sequence
from queue import Empty
from sys import getsizeof
from typing import TYPE_CHECKING, Any, Final, ParamSpec

from shtairir.block.values import summarize
from shtairir.errors import ExecutionError, RunCancelledError
from shtairir.events import (
    EventBus,
    NodeCancelled,
    NodeFinished,
    NodeLogged,
    NodeRestored,
    NodeSkipped,
    NodeStarted,
    RunExtended,
    RunFinished,
    RunStarted,
    RunStatus,
    ValueReleased,
    WorkerReplaced,
)
from shtairir.execute.attempt import Attempt
from shtairir.execute.attempts import Attempts, overdue, stops_the_run
from shtairir.execute.burst import GONE, Burst, Passage
from shtairir.execute.call import PLAIN, Call
from shtairir.execute.choosing import ChoosingScheduler, scheduler_of, why_unneeded
from shtairir.execute.composite import Composite
from shtairir.execute.ending import Ending
from shtairir.execute.gate import RETIMED, Gate
from shtairir.execute.handing import HandingOn
from shtairir.execute.mailbox import Mailbox
from shtairir.execute.options import RunOptions
from shtairir.execute.performer import Performer
from shtairir.execute.program import program_of
from shtairir.execute.sampling import MemorySampler
from shtairir.execute.scheduler import State
from shtairir.execute.state import RunState
from shtairir.execute.switching import short_turns
from shtairir.execute.timers import Timer, Timers
from shtairir.execute.verdict import verdict
from shtairir.execute.workers import ThreadWorkers, Workers
from shtairir.ids import PortRef, RunId
from shtairir.memory.allocator import tune
from shtairir.memory.collector import collector
from shtairir.memory.manager import MemoryManager
from shtairir.planning.plan import ExecutionPlan, Task
from shtairir.results.records import SELF_DESCRIBING
from shtairir.results.result import RunResult

if TYPE_CHECKING:
    from shtairir.execute.restoring import Restoration, Restored

_LONGEST_WAIT_S = 1_000_000.0  # a queue cannot wait for centuries

_HANDLERS = (
    "_on_done",
    "_on_failed",
    "_on_cancelled",
    "_on_partly_done",
    "_on_again",
    "_on_retry",
    "_on_skipped",
)
"""By `Ending`. Names, since a run that refers to its own methods stays, with its result, until garbage is collected."""

_END_AFTER = 2 / 3
"""The share of the grace after which what can be ended from outside is."""

_OVERDUE_S = 1.0
"""How long an attempt whose time is up may take to end, when it was told to, before it is given up."""

_LOOKS_APART_S = 0.01

_STOPPED: Final = object()
_OVER: Final = object()
_numbers = itertools.count(1)

P = ParamSpec("P")


class Run:
    """One execution of a plan.

    Notes
    -----
    `start` returns at once. `stop`, `wait` and the properties may be used from any thread.
    """

    def __init__(self, plan: ExecutionPlan, options: RunOptions) -> None:
        self.id = RunId(next(_numbers))
        self.key = options.key
        self.plan = plan
        self.clock = options.clock
        self.result: RunResult | None = None
        self._options = options
        self._bus = EventBus()
        for instrument in options.instruments:
            self._bus.subscribe(instrument)
        self._program = program_of(plan)
        self._keeping = self._program.keeping(plan, options.keep)
        # Under a budget, each task is admitted by itself.
        alone = options.memory_limit is not None or options.one_by_one or options.restored is not None
        shape, constants = self._program.joined(alone=alone)
        self._restoration = self._restored(options.restored) if options.restored is not None else None
        if self._restoration is None:
            self._scheduler = scheduler_of(shape, plan.branching, self._keeping.readers)
        else:
            done, shape = self._restoration, self._restoration.shape
            self._scheduler = scheduler_of(shape, done.branching, done.readers)
            self._scheduler.leave_out(done.restored, done.passed)
        self._state = RunState(
            id=self.id,
            plan=plan,
            call=self._program.call,
            shape=shape,
            constants=constants,
            states=self._scheduler.states,
            kept=self._keeping.slot_set,
            memory=MemoryManager(options.pool, options.memory_limit),
            manager=options.resources,
            clock=options.clock,
            observed=self._bus.has_observers,
            hooks=options.hooks,
            given_breakers=options.breakers,
            random=options.random,
            key=options.key,
            land=_weakly(self._land),
        )
        if self._program.has_dependencies:
            from shtairir.execute.asking import minding

            # It comes first: an attempt that it refuses has not begun for the others.
            self._state.hooks = (minding(self._state), *self._state.hooks)
        if options.invoke is not None:
            self._state.invoke = options.invoke(self._state)
        self._sampler = MemorySampler(self.id, self._state.memory, self._bus, self.clock)
        self._records = self._state.records
        self._records.causes = self._scheduler.causes
        if isinstance(self._scheduler, ChoosingScheduler):
            self._scheduler.values = self._state.slots
            self._state.reads = self._scheduler.reads
            self._state.chosen = self._scheduler.chosen
        self._queue = self._state.queue
        self._passages: dict[int, Passage] = {}
        self._attempts = Attempts(self._state)
        self._performer = Performer(self._state, self._attempts)
        self._timers = Timers()
        self._resting: set[int] = set()
        if self._restoration is not None and options.restored is not None:
            self._take_restored(self._restoration, options.restored)
        self._mailbox = Mailbox(_weakly(self._break_off))
        self._workers: Workers = options.workers or ThreadWorkers(plan.workers)
        if self._program.holds_resources:
            from shtairir.execute.waiting import Waiting

            self._workers = self._state.waiting = Waiting(self._workers, self._state, self._mailbox)
        if options.memory_limit is not None:
            from shtairir.execute.admission import Admission

            self._workers = self._state.admission = Admission(self._workers, self._state, self._mailbox)
        for wrap in options.wrappers:
            self._workers = wrap(self._workers, self._state, self._mailbox)
        self._state.share = self._workers.share
        self._state.has_waiting = self._workers.has_waiting
        self._gate: Gate | None = None
        self._gating = threading.Lock()
        self._timeout_s = options.timeout_s
        self._abandoned = 0
        self._stop_status: RunStatus | None = None
        self._broken: BaseException | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._started_s = self.clock()

    def _restored(self, given: Restored) -> Restoration:
        from shtairir.execute.restoring import restoration  # few runs are given anything

        return restoration(self.plan, self._program.plain, given, self._keeping.slots)

    def _take_restored(self, done: Restoration, given: Restored) -> None:
        """Have what is known where readers look for it."""
        from shtairir.execute.restoring import PASSED, Unloaded

        self._records.restored.update(dict.fromkeys(done.restored, given.origin))
        self._records.unneeded.update(dict.fromkeys(done.passed, PASSED))
        self._state.effect_keys = given.effect_keys
        self._state.unloaded = Unloaded(self._state, done, self._keeping.slots)

    # --- from outside -----------------------------------------------------------------------------------------

    def post(self, handler: Callable[[int], None]) -> None:
        """Have a function called when nobody else changes the state of the run."""
        self._mailbox.post(handler)

    def start(self) -> None:
        """Begin, in threads of the run's own."""
        tune()  # before there is a thread, which would have a heap of its own
        self._started_s = self.clock()
        self._thread = threading.Thread(target=self._control, name=f"shtairir run {self.id}", daemon=True)
        self._thread.start()

    def stop(self, status: RunStatus = RunStatus.CANCELLED) -> None:
        """Start no more nodes, and let those that run know. Never waits; the first who calls says why."""
        if self._stop_status is not None:
            return
        self._stop_status = status
        self._state.stopping = True
        for passage in list(self._passages.values()):
            passage.until_s[0] = -math.inf
        self._mailbox.post(self._on_stop)
        self._queue.put(_STOPPED)

    def keep(self, slot: int) -> None:
        """Keep a value that the plan would let go; to be called by what was posted."""
        if slot not in self._state.kept:
            self._state.kept |= {slot}
            self._scheduler.keep(slot)

    @property
    def bus(self) -> EventBus:
        """Whoever is told of the run's events."""
        return self._bus

    @property
    def state(self) -> RunState:
        """The values and notes of the run, for those who look at it while it goes on."""
        return self._state

    @property
    def gate(self) -> Gate:
        """Where tasks are held; it is put before the workers when it is first asked for."""
        with self._gating:
            if self._gate is None:
                self._gate = Gate(self._workers, self._state, self._scheduler, self._mailbox, self._passages)
                self._mailbox.post(self._on_gate)
            return self._gate

    @property
    def has_gate(self) -> bool:
        """Whether anybody has asked for it."""
        return self._gate is not None

    @property
    def paused(self) -> bool:
        """Whether nothing is to start."""
        return self._gate is not None and self._gate.paused

    @property
    def timeout_s(self) -> float | None:
        """How long the run may take in all, pauses not counted; ``None`` for no limit."""
        return self._timeout_s

    def extend(self, seconds: float) -> None:
        """Let the run take so much longer in all, if there is a limit."""
        with self._gating:
            if self._timeout_s is None:
                return
            self._timeout_s += seconds
            self._queue.put(RunExtended(self.id, self.clock(), self._timeout_s))
            self._queue.put(RETIMED)

    def wait(self, timeout_s: float | None = None) -> RunResult | None:
        """Return the result when the run is over and all observers know, or ``None`` after the timeout."""
        if threading.current_thread() is not self._thread and not self._ended.wait(timeout_s):
            return None
        if self._broken is not None:
            raise ExecutionError("The run broke off by a fault in Shtairir itself.") from self._broken
        return self.result

    @property
    def running(self) -> bool:
        """Whether there is no result yet."""
        return self.result is None and self._broken is None

    @property
    def elapsed_s(self) -> float:
        """The time since the start, pauses not counted; once it is over, the time it took."""
        return self.result.elapsed_s if self.result is not None else self._elapsed_s()

    def _elapsed_s(self) -> float:
        paused_s = self._gate.paused_s if self._gate is not None else 0.0
        return self.clock() - self._started_s - paused_s

    # --- the controller ---------------------------------------------------------------------------------------

    def _control(self) -> None:
        forget = self._options.cancel.on_cancel(self.stop)
        try:
            with short_turns(), collector.run(self._options.pool):
                self._announce()
                self._workers.start(self._execute, self._state.is_quick, self._single_file())
                self._mailbox.post(self._on_begin)
                self._attend()
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told
            self._broken = error
        finally:
            forget()
            self._workers.stop()
            self._conclude()

    def _announce(self) -> None:
        plan, now = self.plan, self.clock()
        self._bus.emit(RunStarted(self.id, now, plan.graph_name, plan.nodes, self._workers.count, self.key))
        for node in plan.dropped:
            self._bus.emit(NodeSkipped(self.id, now, node, "None of the nodes asked for needs it."))
        for node, values in plan.folded.items():
            ports = plan.folded_definitions[node].outputs
            summaries = {
                port.name: summarize(value, port.type.family) for port, value in zip(ports, values, strict=True)
            }
            self._bus.emit(NodeStarted(self.id, now, node, "planner"))
            self._bus.emit(NodeFinished(self.id, now, node, 0.0, 0, 0, summaries))
        if self._restoration is not None and self._state.observed:
            self._tell_restored(self._restoration)

    def _tell_restored(self, done: Restoration) -> None:
        """Tell the observers what does not run, and why."""
        records, now = self._records, self.clock()
        for task in done.restored:
            summaries, size = records.summaries(task), records.output_bytes[task]
            for node in self._state.sharers_and_bodies(task):
                self._bus.emit(NodeRestored(self.id, now, node, records.restored[task], size, summaries))
        for task in done.passed:
            for node in self._state.sharers_and_bodies(task):
                self._bus.emit(NodeSkipped(self.id, now, node, records.unneeded[task]))

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
            if event is _OVER:
                return
            if event is _STOPPED:
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
        if wait is not None and left_s is not None and self._queue.empty() and not self._state.in_hand:
            wait(left_s)
            return None
        try:
            return self._queue.get(timeout=left_s)
        except Empty:
            return None

    def _do_what_is_due(self) -> None:
        for timer in self._timers.due(self.clock()):
            if timer.action == "_look_at_attempts":
                self._look_at_attempts()
            else:
                self._mailbox.post(getattr(self, timer.action), timer.task)

    def _look_at_attempts(self) -> None:
        """Have attempts ended whose time is up, and look again when that of another may be.

        Of a run whose nodes all have five minutes this is done every five minutes: no task needs a timer.
        """
        shortest_s, now = self._program.shortest_timeout_s, self.clock()
        if shortest_s is None:
            return
        next_s = now + shortest_s
        for task, attempt in self._state.in_hand.copy().items():
            due_s = self._due_s(attempt)
            if due_s <= now:
                self._mailbox.post(self._on_overdue, task)
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

    def _conclude(self) -> None:
        """Make the result, tell the observers, and let go of everything. The last thing that happens."""
        status = self._status()
        elapsed_s = self._elapsed_s()
        try:
            self._workers.join(0.0 if self._abandoned or self._broken else 1.0)
            if self._broken is None:
                self.result = self._make_result(status, elapsed_s)
                if self._options.on_result is not None:
                    self._options.on_result(self.result)
            self._sampler.close()
            memory = self.result.memory if self.result is not None else self._state.memory.stats()
            self._bus.emit(RunFinished(self.id, self.clock(), status, elapsed_s, memory.peak_bytes, memory))
        finally:
            self._state.stopping = True  # for blocks that were given up and still go on
            self._state.take_back()
            self._empty_slots(status)
            self._ended.set()

    def _status(self) -> RunStatus:
        if self._stop_status is not None and State.CANCELLED in self._scheduler.states:
            return self._stop_status
        return RunStatus.FAILED if self._broken is not None else verdict(self._state, self._scheduler, self._keeping)

    def _make_result(self, status: RunStatus, elapsed_s: float) -> RunResult:
        slots, keeping = self._state.slots, self._keeping
        lost = self._state.unloaded.load_kept() if self._state.unloaded is not None else []
        values: dict[str, object] = dict(zip(keeping.names, map(slots.__getitem__, keeping.slots), strict=True))
        as_planned = status is RunStatus.DONE and not self._records.conditions and not lost
        if as_planned and not self._records.attempts and self._restoration is None:
            self._program.learn(self._records.started_s, self._records.ended_s)
        if not as_planned or self.plan.branching is not None:  # some of them may never have been made
            writer = self._state.shape.writer
            made = (self._records.is_made(writer[slot], slot) and slot not in lost for slot in keeping.slots)
            values = {name: value for (name, value), there in zip(values.items(), made, strict=True) if there}
        if self.plan.folded:
            values |= self._folded_values()
        if self.plan.instances:
            shown = {str(made): str(name) for made, name in self.plan.shown_as.items()}
            values = {shown.get(name, name): value for name, value in values.items()}
        return RunResult(self.id, status, elapsed_s, self._started_s, self._records, values, self._state.memory.stats())

    def _folded_values(self) -> dict[str, object]:
        """Return what is kept of the outputs that were computed while planning."""
        wanted = None
        if self._options.keep is not None:
            wanted = {*self.plan.results, *(self.plan.aliases.get(port, port) for port in self._options.keep)}
        return {
            str(PortRef(node, output.name)): value
            for node, constants in self.plan.folded.items()
            for output, value in zip(self.plan.folded_definitions[node].outputs, constants, strict=True)
            if wanted is None or PortRef(node, output.name) in wanted
        }

    def _empty_slots(self, status: RunStatus) -> None:
        """Let go of all values but numbers, which the records refer to."""
        slots = self._state.slots
        # When all went well, only what was kept is there still.
        as_planned = status is RunStatus.DONE and self._state.kept is self._keeping.slot_set
        for slot in self._keeping.heavy if as_planned else range(len(slots)):
            if type(slots[slot]) not in SELF_DESCRIBING:
                slots[slot] = None

    # --- on the workers ---------------------------------------------------------------------------------------

    def _execute(self, task: int, worker: str) -> bool:
        """Run a task, or the burst that it stands for, and post how it ended, if it has and nobody else has said so."""
        burst = self._scheduler.bursts.get(task)
        try:
            if burst is not None:
                passage = self._passages[task] = Passage(burst, worker, iter(burst.rows))
                if not self._performer.perform_burst(passage):
                    return False
                handler = self._on_burst
            else:
                ending = self._performer.perform(task, worker)
                if ending >= Ending.PENDING:
                    return False
                handler = getattr(self, _HANDLERS[ending])
        except BaseException as error:  # noqa: BLE001 - a fault of ours; a worker that dies silently would stop the run
            self._break_off(error)
        else:
            self._mailbox.post(handler, task)
        return True

    def _land(self, task: int, ending: Ending) -> None:
        """Post how a task ended that went on without a worker."""
        if ending is not Ending.GONE:
            self._mailbox.post(self._on_over, task)
            self._mailbox.post(getattr(self, _HANDLERS[ending]), task)
            self._queue.put(None)  # for workers that work in steps

    def _single_file(self) -> frozenset[int]:
        """Return the tasks, standing for bursts, of which one shall run at a time."""
        return frozenset(first for first, burst in self._state.shape.bursts.items() if burst.single_file)

    # --- in the mailbox: one thread at a time -----------------------------------------------------------------

    def _break_off(self, error: BaseException) -> None:
        self._broken = error
        self._queue.put(_OVER)

    def _on_gate(self, _: int) -> None:
        assert self._gate is not None
        self._workers = self._gate

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

    def _on_over(self, task: int) -> None:
        self._workers.over(task)

    def _on_overdue(self, task: int) -> None:
        """End an attempt whose time is up; or give it up, if there is no other way."""
        attempt = self._state.in_hand.get(task)
        if attempt is None or self._due_s(attempt) > self.clock():
            return  # it has just ended
        end = attempt.end or attempt.cancel
        if not attempt.is_overdue and end is not None:
            attempt.is_overdue = True
            end()
        elif attempt.claim():
            ending = self._give_up_attempt(task, attempt)
            self._workers.over(task)
            getattr(self, _HANDLERS[ending])(task)

    def _give_up_attempt(self, task: int, attempt: Attempt) -> Ending:
        """End an attempt in the place of its worker, and have another take that one's place."""
        call = self._state.call(task)
        if attempt.abandon is not None:
            attempt.abandon()
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
        stuck = self._running_now(first)
        if stuck is None:
            return
        call = self._state.call(stuck)
        assert isinstance(call, Call)  # nothing else is in a burst
        self._replace(first, passage.worker, call.task)
        ending = self._attempts.fail_unbegun(call, stuck, overdue(call.task), {})
        self._workers.over(first)
        getattr(self, _HANDLERS[ending])(stuck)

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

    def _on_cancelled(self, task: int) -> None:
        if self._scheduler.is_over(task):
            return
        self._scheduler.cancelled(task)
        self._note_cancelled(task)
        self._release()
        self._end_if_over()

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
            if attempt.cancel is not None:
                attempt.cancel()
        self._release()
        self._end_if_over()

    def _give_up(self, unstarted: Sequence[int]) -> None:
        for task in self._scheduler.cancel(unstarted):
            self._note_cancelled(task)

    def _on_end(self, _: int) -> None:
        """End from outside what can be, since it does not listen."""
        for attempt in self._state.in_hand.copy().values():
            if attempt.end is not None:
                attempt.is_ended = True
                attempt.end()

    def _on_abandon(self, _: int) -> None:
        """Give up blocks that do not listen: a thread cannot be ended, but the run need not wait for it."""
        for task in [self._running_now(task) for task in self._scheduler.running()]:
            if task is None:
                continue
            attempt = self._state.in_hand.pop(task, None)
            if attempt is not None:
                attempt.claim()
                self._attempts.tell_hooks(attempt, RunCancelledError("The block did not stop in time."), {})
                if attempt.abandon is not None:
                    attempt.abandon()
            self._abandoned += 1
            note = (
                f"The block did not stop within {self._options.grace_s:g} s. Its thread is left to itself until "
                "it returns; what it returns is thrown away."
            )
            self._records.notes[task] = note
            self._state.observe(NodeLogged(self.id, self.clock(), self.plan.tasks[task].node, "warning", note))
            self._scheduler.cancelled(task)
            self._note_cancelled(task)
        self._release()
        self._end_if_over()

    def _running_now(self, task: int) -> int | None:
        """Return the task itself or, if it stands for a burst, the one in it that is running; not if it just ended."""
        burst = self._scheduler.bursts.get(task)
        if burst is None:
            return task
        passage = self._passages.get(task)
        if passage is None or not passage.claim():
            return None  # its worker writes down this very moment how it ended
        del self._passages[task]
        done = max(passage.taken() - 1, 0)
        self._performer.settle(passage, done)
        unstarted = [other for other in self._scheduler.leave(burst, done) if other != burst.first + done]
        if self._state.stopping:
            self._give_up(unstarted)
        elif unstarted:
            self._workers.give(unstarted)
        return burst.first + done

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
            self._queue.put(_OVER)


def _weakly(method: Callable[P, None]) -> Callable[P, None]:
    """Return a function that calls a method without keeping its object."""
    reference = weakref.WeakMethod(method)

    def call(*arguments: P.args, **named: P.kwargs) -> None:
        alive = reference()
        if alive is not None:
            alive(*arguments, **named)

    return call
