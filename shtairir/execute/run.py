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
import logging
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec

from shtairir.block.values import summarize
from shtairir.errors import ExecutionError
from shtairir.events import (
    Event,
    EventBus,
    NodeFinished,
    NodeRestored,
    NodeSkipped,
    NodeStarted,
    RunExtended,
    RunFinished,
    RunStarted,
    RunStatus,
)
from shtairir.execute.attempts import Attempts
from shtairir.execute.burst import Passage
from shtairir.execute.call import is_apart, received
from shtairir.execute.choosing import ChoosingScheduler, scheduler_of
from shtairir.execute.course import HANDLERS
from shtairir.execute.ending import Ending
from shtairir.execute.gate import RETIMED, Gate
from shtairir.execute.mailbox import Mailbox
from shtairir.execute.options import RunOptions
from shtairir.execute.performer import Performer
from shtairir.execute.program import program_of
from shtairir.execute.sampling import MemorySampler
from shtairir.execute.scheduler import State
from shtairir.execute.state import RunState
from shtairir.execute.switching import short_turns
from shtairir.execute.timers import Timer, Timers
from shtairir.execute.timing import Timing
from shtairir.execute.verdict import verdict
from shtairir.execute.workers import MayLeave, ThreadWorkers, Workers
from shtairir.ids import PortRef, RunId
from shtairir.memory.allocator import tune
from shtairir.memory.collector import collector
from shtairir.memory.manager import MemoryManager
from shtairir.planning.plan import ExecutionPlan
from shtairir.results.records import SELF_DESCRIBING
from shtairir.results.result import RunResult

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt
    from shtairir.execute.compensating import Effects
    from shtairir.execute.restoring import Restoration, Restored

_log = logging.getLogger(__name__)
_numbers = itertools.count(1)

P = ParamSpec("P")


class Run(Timing):
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
            without_attempt=options.without_attempt,
        )
        if self._program.has_dependencies:
            from shtairir.execute.asking import minding

            # It comes first: an attempt that it refuses has not begun for the others.
            self._state.hooks = (minding(self._state), *self._state.hooks)
        self._effects = self._noted_effects() if self._program.can_be_undone else None
        if options.invoke is not None:
            self._state.invoke = options.invoke(self._state)
        self._sampler = MemorySampler(self.id, self._state.memory, self._bus, self.clock)
        self._records = self._state.records
        self._records.causes = self._scheduler.causes
        self._records.reasons = options.reasons
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
        if isinstance(self._workers, MayLeave):
            self._state.away = self._workers.away
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
        self._undone_status: RunStatus | None = None
        self._stop_status: RunStatus | None = None
        self._broken: BaseException | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._started_s = self.clock()

    def _noted_effects(self) -> Effects:
        from shtairir.execute.compensating import Effects  # few runs have any that can be undone

        effects = Effects()
        self._state.hooks = (*self._state.hooks, effects)
        return effects

    def _restored(self, given: Restored) -> Restoration:
        from shtairir.execute.restoring import restoration  # few runs are given anything

        return restoration(self.plan, self._program.plain, given, self._keeping.slots)

    def _take_restored(self, done: Restoration, given: Restored) -> None:
        """Have what is known where readers look for it."""
        from shtairir.execute.restoring import ONLY_UNDONE, PASSED, Spared, Unloaded

        why = ONLY_UNDONE if given.nothing_runs else PASSED
        self._records.restored.update(dict.fromkeys(done.restored, given.origin))
        if given.origins:
            tasks, origins = self.plan.tasks, dict(given.origins)
            own = ((task, origins.get((tasks[task].parts or (tasks[task],))[-1].node)) for task in done.restored)
            self._records.restored.update({task: said for task, said in own if said is not None})
        self._records.unneeded.update(dict.fromkeys(done.passed, why))
        if given.sparing:
            self._records.spared = Spared(self.plan, self._program.plain, done, given.sparing)
        self._state.effect_keys = given.effect_keys
        self._state.unloaded = Unloaded(self._state, done, self._keeping.slots)

    # --- from outside --------------------------------------------------------------------------------------------

    def post(self, handler: Callable[[int], None]) -> None:
        """Have a function called when nobody else changes the state of the run."""
        self._mailbox.post(handler)

    def start(self) -> None:
        """Begin, in threads of the run's own."""
        tune()  # before there is a thread, which would have a heap of its own
        self._started_s = self.clock()
        self._thread = threading.Thread(target=self._control, name=f"shtairir run {self.id}", daemon=True)
        self._thread.start()

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

    def in_threads(self) -> list[Attempt]:
        """Return the attempts that are under way in threads; those elsewhere say how they can be ended."""
        return [each for each in tuple(self._state.in_hand.values()) if each.end is None and each.cancel is None]

    @property
    def gate(self) -> Gate:
        """Where tasks are held; it is put before the workers when it is first asked for."""
        with self._gating:
            if self._gate is None:
                if isinstance(self._options.workers, MayLeave):
                    self._state.halt.away = self._options.workers.away
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
            fault = f"{type(self._broken).__name__}: {self._broken}"
            raise ExecutionError(
                "The run broke off by a fault in Shtairir itself.", hint=f"Please report it: {fault}"
            ) from self._broken
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

    def _on_gate(self, _: int) -> None:
        assert self._gate is not None
        self._workers = self._gate

    # --- the controller ------------------------------------------------------------------------------------------

    def _control(self) -> None:
        forget = self._options.cancel.on_cancel(self.stop)
        try:
            with short_turns(), collector.run(self._options.pool):
                self._announce()
                self._workers.start(self._execute, self._state.is_quick, self._single_file())
                self._mailbox.post(self._on_begin)
                if self._options.journal is not None:
                    self._timers.put(Timer(self._options.journal.opens_s, "_open_journal"))
                self._attend()
                if self._effects is not None and self._broken is None:
                    self._undo(self._effects)
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
            self._bus.emit(NodeSkipped(self.id, now, node, plan.why_dropped(node)))
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
            spared = records.spared.get(task)
            for node in self._state.sharers_and_bodies(task):
                if spared is not None:
                    self._bus.emit(NodeRestored(self.id, now, node, spared, 0, {}))
                else:
                    self._bus.emit(NodeSkipped(self.id, now, node, records.unneeded[task]))

    def _undo(self, effects: Effects) -> None:
        """Undo what the run has done, if it has come to no good end."""
        from shtairir.execute.compensating import Undo, Undoing

        told = self._options.undoing if self._options.undoing is not None else Undoing()
        status = RunStatus(told.only) if told.only else self._status()
        for node in told.already:
            task = self.plan.task(node)
            if task is not None:
                self._records.undone[task.number] = None
        done = [*told.earlier, *effects.done]
        if not done or status in (RunStatus.DONE, RunStatus.PARTIAL):
            return
        undo = Undo(self._state, self._options.journal, self._tell_undone, self._options.wait)
        token = self._options.cancel
        # Who has cancelled the run waits for it to be undone; who cancels it now does not.
        forget = (token.on_insist if token.cancelled else token.on_cancel)(undo.give_up)
        if not undo.all(done, str(status)) and not undo.given_up:
            status = RunStatus.FAILED
        forget()
        if told.only:
            self._undone_status = status

    def _tell_undone(self, event: Event) -> None:
        """Hand an event to the observers after all that was said before it."""
        while not self._queue.empty():
            said = self._queue.get()
            for each in said if type(said) is list else (said,):
                if isinstance(each, Event):
                    self._bus.emit(each)
        self._bus.emit(event)

    def _conclude(self) -> None:
        """Make the result, tell the observers, and let go of everything. The last thing that happens."""
        status = RunStatus.FAILED
        elapsed_s = self._elapsed_s()
        try:
            status = self._status()
            self._workers.join(0.0 if self._abandoned or self._broken else 1.0)
            if self._broken is None:
                self.result = self._make_result(status, elapsed_s)
                self._tell_result(self.result)
            elif self._options.journal is not None:  # nobody else tells it that the run is over
                self._options.journal.close(str(status), elapsed_s)
            self._sampler.close()
            memory = self.result.memory if self.result is not None else self._state.memory.stats()
            self._bus.emit(RunFinished(self.id, self.clock(), status, elapsed_s, memory.peak_bytes, memory))
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told, and not that time has run out
            self._broken = self._broken or error
            self._bus.emit(RunFinished(self.id, self.clock(), RunStatus.FAILED, elapsed_s, 0))
        finally:
            self._state.stopping = True  # for blocks that were given up and still go on
            self._state.take_back()
            self._empty_slots(status)
            self._ended.set()

    def _tell_result(self, result: RunResult) -> None:
        """Tell whoever learns from runs; what goes wrong there costs nobody a result."""
        if self._options.on_result is None:
            return
        try:
            self._options.on_result(result)
        except Exception:  # noqa: BLE001 - it is not ours, and the run is over
            _log.exception("What was to be learned from run %s could not be.", self.id)

    def _status(self) -> RunStatus:
        if self._undone_status is not None:
            return self._undone_status
        if self._stop_status is not None and State.CANCELLED in self._scheduler.states:
            return self._stop_status
        return RunStatus.FAILED if self._broken is not None else verdict(self._state, self._scheduler)

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
        if self._options.shares_results:
            values = {name: value if is_apart(value) else received(value) for name, value in values.items()}
        memory = self._state.memory.stats()
        return RunResult(self.id, status, elapsed_s, self._started_s, self._records, values, memory, self.key)

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

    # --- on the workers ------------------------------------------------------------------------------------------

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
                handler = getattr(self, HANDLERS[ending])
        except BaseException as error:  # noqa: BLE001 - a fault of ours; a worker that dies silently would stop the run
            self._break_off(error)
        else:
            self._mailbox.post(handler, task)
        return True

    def _land(self, task: int, ending: Ending) -> None:
        """Post how a task ended that went on without a worker."""
        if ending is not Ending.GONE:
            self._mailbox.post(self._on_over, task)
            self._mailbox.post(getattr(self, HANDLERS[ending]), task)
            self._queue.put(None)  # for workers that work in steps

    def _single_file(self) -> frozenset[int]:
        """Return the tasks, standing for bursts, of which one shall run at a time."""
        return frozenset(first for first, burst in self._state.shape.bursts.items() if burst.single_file)


def _weakly(method: Callable[P, None]) -> Callable[P, None]:
    """Return a function that calls a method without keeping its object."""
    reference = weakref.WeakMethod(method)

    def call(*arguments: P.args, **named: P.kwargs) -> None:
        alive = reference()
        if alive is not None:
            alive(*arguments, **named)

    return call
