"""The body of a loop, walked through by one worker at a time, as often as there are items.

A worker has a `Lane`: slots of its own, which it fills in each iteration anew. Where nothing is chosen there is no
scheduler inside: the tasks come in the order of the plan, each behind what it waits for, and a value is let go behind
its last reader. What an iteration costs besides the blocks is a microsecond a node, and two for the iteration.

A node that fails does not keep those from running that do not need it, as in a run; the iteration has failed all the
same. Of several failures, the one of the node that comes first in the body is told, whatever the order of the plan.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from shtairir.document.references import OUTPUT_PORT
from shtairir.errors import ExecutionError, MemoryBudgetError, RunCancelledError
from shtairir.events import NodeFailure, NodeStatus
from shtairir.execute.burst import Row
from shtairir.execute.call import Call
from shtairir.execute.choosing import ChoosingScheduler, scheduler_of
from shtairir.execute.composite import Composite
from shtairir.execute.context import TaskContext
from shtairir.execute.failure import failure_in_brief, failure_of
from shtairir.execute.handing import HandingOn
from shtairir.execute.loop_program import BodyProgram, Once, Step
from shtairir.execute.loop_state import BodyState, Telling
from shtairir.execute.parts import Performance
from shtairir.results.iterations import Tally
from shtairir.results.records import SELF_DESCRIBING

if TYPE_CHECKING:
    from shtairir.execute.scheduler import Scheduler
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId

_LIGHT_TEXT = 1000
_TOLD_IN_FULL = 100
"""Of how many failures of a node, by each worker, inputs and traceback are noted."""


class IterationFailedError(Exception):
    """A node of the body failed; for want of memory perhaps, of which there may be more later."""

    def __init__(self, failure: NodeFailure, *, short_of_memory: bool = False) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.short_of_memory = short_of_memory


class Lane:
    """One worker's way through the body, time and again.

    Attributes
    ----------
    index
        The iteration that is on its way.
    together
        Whether idle workers may join in: for turns, of which only one is on its way at a time.
    """

    def __init__(
        self, outer: RunState, program: BodyProgram, tell: Telling, once: Once, wanted: Callable[[int], bool]
    ) -> None:
        self.index = 0
        self._once = once
        self._outer = outer
        self._program = program
        self._branching = program.plan.branching
        self._wanted = wanted
        self._steps = program.steps  # before the state, which takes the constants that these bring
        self._state = BodyState(outer, program, tell, self._is_stopping)
        self._slots = self._state.slots
        self._blank = list(self._slots)
        self._take_what_is_there()
        self._tallies = [Tally() for _ in program.nodes]
        self._nested: dict[NodeId, Tally] = {}
        self._held: set[int] = set()
        self._failures: dict[int, NodeFailure] = {}
        self._now_s = 0.0
        self._base_bytes = 0
        self.peak_bytes = 0
        self.together = False

    def _is_stopping(self) -> bool:
        return self._outer.stopping or not self._wanted(self.index)

    def _refuse_to_go_on(self) -> None:
        if self._is_stopping():
            raise RunCancelledError("The run was cancelled.")

    def run(self, index: int, given: list[tuple[int, Any]], owned: Iterable[int] = ()) -> list[Any]:
        """Return the outputs of one iteration. Whoever gets them lets go of them with `let_go`.

        Parameters
        ----------
        given
            Slots and values of the inputs. The list is emptied, so that nobody holds on to them.
        owned
            Those of the slots whose values are counted and let go here.

        Raises
        ------
        IterationFailedError
            When a node failed.
        RunCancelledError
            When the run is to end, or the iteration is not wanted any more.
        """
        self.index = index
        slots = self._slots
        slots[:] = self._blank
        while given:
            _move(given, slots)
        self._held.update(owned)
        self._base_bytes = self._state.memory.live_bytes
        self._failures.clear()
        try:
            if self._once.is_open:
                self._settle()
            if self._branching is not None or self.together:
                self._walk_as_scheduled()
            else:
                self._walk(self._steps)
            outputs = [slots[slot] for slot in self._program.outputs]
            self._held.difference_update(self._program.outputs)
            return outputs
        finally:
            for slot in self._held:
                self.let_go(slots[slot])
            self._held.clear()
            slots[:] = self._blank

    def _take_what_is_there(self) -> None:
        if self._once.is_settled:
            for slot, value in self._once.values.items():
                self._blank[slot] = value
            self._steps = self._program.steps_each

    def _settle(self) -> None:
        """Compute what is the same in every iteration, and keep it for all."""
        once, slots, program = self._once, self._slots, self._program
        once.is_open = False
        before, given = set(self._held), list(slots)
        try:
            self._walk(program.steps_once, keep=program.read_each_time)
        except IterationFailedError:
            for slot in self._held - before:
                self.let_go(slots[slot])
            self._held = before
            self._failures.clear()
            slots[:] = given
        else:
            once.values = {slot: slots[slot] for slot in program.slots_once}
            once.held = self._held - before
            once.is_settled = True
            self._held = before
            self._take_what_is_there()

    # --- the way ----------------------------------------------------------------------------------------------

    def _walk(self, steps: Sequence[Step], keep: Collection[int] = ()) -> None:
        """Perform steps in their order, and let go of each value behind its last reader."""
        lost: set[int] = set()
        self._now_s = self._state.clock()
        for step in steps:
            if lost and not lost.isdisjoint(step.reads):
                lost.update(self._state.shape.writes[step.task])
            elif not self._perform(step, self._now_s):
                lost.update(self._missing(step))
            for slot in step.ends:
                if slot not in keep:
                    self._release(slot)
        if self._failures:
            raise IterationFailedError(min(self._failures.values(), key=self._position))

    def _walk_as_scheduled(self) -> None:
        """Perform the steps as a scheduler says: where something is chosen, or several can be done side by side."""
        state, program = self._state, self._program
        scheduler = scheduler_of(program.shape, self._branching, program.readers)
        if isinstance(scheduler, ChoosingScheduler):
            scheduler.values, state.chosen = self._slots, scheduler.chosen
        state.records.causes, state.records.failures = scheduler.causes, {}
        state.records.parts.clear()
        there = program.given if not self._once.is_settled else program.given | program.body.invariant
        _Walk(self, scheduler, there).go(self._outer.share if self.together else None)
        failed = list(self._failures.values())
        if isinstance(scheduler, ChoosingScheduler):
            failed = [
                failure
                for task, failure in self._failures.items()
                if scheduler.takers(task, self._missing(program.step_of[task])) is None
            ]
        if failed:
            raise IterationFailedError(min(failed, key=self._position))

    def take_note(self, scheduler: Scheduler, task: int, *, complete: bool) -> list[int]:
        """Take note of how a step ended, let go of what nobody reads any more, and return what may be done now."""
        records = self._state.records
        if complete:
            ready = scheduler.done(task)
        elif task in records.parts:
            _, ready = scheduler.partly_done(task, records.missing(task))
        else:
            _, ready = scheduler.failed(task)
        for slot in scheduler.released:
            self._release(slot)
        scheduler.released.clear()
        return ready

    def perform(self, task: int) -> bool:
        """Perform the step of a task, and say whether it made all of its outputs."""
        return self._perform(self._program.step_of[task], self._state.clock())

    def _perform(self, step: Step, began_s: float) -> bool:
        """Perform a step, take note of its time, and say whether it made all of its outputs."""
        if self._is_stopping():
            raise RunCancelledError("The run was cancelled.")
        call = step.call
        if step.row is not None:
            failure = self._call_row(step, step.row)
        elif step.is_end and isinstance(call, Call):
            failure = self._pass_on(step, call)
        elif isinstance(call, Call):
            failure = self._call(step, call)
        elif isinstance(call, HandingOn):
            failure = self._hand_on(step, call)
        else:
            failure = self._perform_parts(step, call)
        self._now_s = ended_s = self._state.clock()
        tally = self._tallies[step.places[-1]]
        tally.count += 1
        elapsed_s = ended_s - began_s
        tally.total_s += elapsed_s
        if elapsed_s > tally.slowest_s:
            tally.slowest_s, tally.slowest = elapsed_s, self.index
        if failure is None:
            return True
        self._failures[step.task] = failure
        return False

    def _missing(self, step: Step) -> set[int]:
        """Return the slots that a step has not written."""
        records = self._state.records
        return records.missing(step.task) if step.task in records.parts else set(step.writes)

    def _release(self, slot: int) -> None:
        if slot in self._held:
            self._held.discard(slot)
            self.let_go(self._slots[slot])
        self._slots[slot] = None

    def _position(self, failure: NodeFailure) -> int:
        return self._program.plan.nodes.index(failure.node)

    # --- one step ---------------------------------------------------------------------------------------------

    def _call_row(self, step: Step, row: Row) -> NodeFailure | None:
        slots = self._slots
        try:
            arity = row.arity
            if arity == 1:
                value = row.function(slots[row.a])
            elif arity == 2:
                value = row.function(slots[row.a], slots[row.b])
            elif arity == 3:
                value = row.function(slots[row.a], slots[row.b], slots[row.c])
            else:
                value = row.function(*[slots[slot] for slot in row.a or ()])
            if type(value) is row.kind:
                slots[row.slot] = value
            else:
                assert isinstance(step.call, Call)
                self._publish(step.call, step.call.outputs(value))
        except BaseException as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises is its failure
            return self._failure(step, error)
        return None

    def _pass_on(self, step: Step, call: Call) -> NodeFailure | None:
        """Hand an output of the body to the loop, as it is: nobody else reads it after that."""
        try:
            value = call.task.values.get(OUTPUT_PORT)
            for _, _, slot, conversion, checked in call.task.inputs:
                value = self._slots[slot]
                why = checked.check(value) if checked is not None else None
                if why is not None:
                    raise ExecutionError(f"An output of the body is not what it declares: {why}.")
                value = value if conversion is None else conversion.apply(value)
            self._publish(call, (value,))
        except BaseException as error:  # noqa: BLE001 - as above
            return self._failure(step, error, {})
        return None

    def _call(self, step: Step, call: Call) -> NodeFailure | None:
        state = self._state
        arguments: dict[str, Any] = {}
        try:
            arguments = call.arguments(self._slots, self._is_sole)
            if call.context_argument is not None:
                arguments[call.context_argument] = TaskContext(state, call.task.node)
            if call.resources:
                with state.locks.hold(call.resources, self._refuse_to_go_on, state.plan.limits.capacity()):
                    returned = call.function(**arguments)
            else:
                returned = call.function(**arguments)
            if type(returned) is call.plain_output:
                self._slots[call.first_slot] = returned
            else:
                self._publish(call, call.outputs(returned))
        except BaseException as error:  # noqa: BLE001 - as above
            return self._failure(step, error, arguments)
        finally:
            if call.task.body is not None:
                self._add_nested(step.task)
        return None

    def _is_sole(self, slot: int) -> bool:
        return self._state.shape.readers[slot] == 1 and slot not in self._state.kept

    def _publish(self, call: Call, values: Sequence[Any]) -> None:
        for slot, value in enumerate(values, call.first_slot):
            if not _is_light(value):
                self._state.memory.hold((value,), call.task.node)
                self._held.add(slot)
                self._note_peak()
            self._slots[slot] = value

    def _failure(self, step: Step, error: BaseException, arguments: dict[str, Any] | None = None) -> NodeFailure:
        """Return why a step failed, unless the whole iteration is to end."""
        state, call = self._state, step.call
        if isinstance(error, RunCancelledError) and self._is_stopping():
            raise error
        if self._tallies[step.places[-1]].failed < _TOLD_IN_FULL:
            failure = failure_of(call.task, error, self._arguments(call) if arguments is None else arguments)
        else:
            failure = failure_in_brief(call.task, error)
        decided = state.records.decides_for.get(step.task)
        if decided is not None:
            whole = state.plan.tasks[decided]
            failure = replace(failure, node=whole.node, block=whole.definition.id)
        self._tallies[step.places[-1]].note_failure(failure)
        if isinstance(error, MemoryBudgetError):
            raise IterationFailedError(failure, short_of_memory=True)
        state.records.failures[step.task] = failure
        return failure

    def _arguments(self, call: Call | Composite | HandingOn) -> dict[str, Any]:
        """Return what a call has been given, as far as that can be told."""
        try:
            return call.arguments(self._slots, _never) if isinstance(call, Call) else {}
        except Exception:  # noqa: BLE001 - a conversion is foreign code; it is what failed
            return {}

    def _hand_on(self, step: Step, handing: HandingOn) -> NodeFailure | None:
        try:
            self._publish(handing.call, handing.outputs(self._state))
        except Exception as error:  # noqa: BLE001 - a conversion is foreign code
            return self._failure(step, error, {})
        return None

    def _perform_parts(self, step: Step, composite: Composite) -> NodeFailure | None:
        state = self._state
        performance = Performance(state, composite, "")
        try:
            performance.together()
        except MemoryBudgetError as error:
            raise IterationFailedError(failure_of(composite.task.parts[0], error, {}), short_of_memory=True) from None
        failures = []
        for place, record in zip(step.places, performance.records, strict=True):
            tally = self._tallies[place]
            if record.failure is not None:
                tally.note_failure(record.failure)
                failures.append(record.failure)
            if place != step.places[-1]:  # the last one gets what is left of the time
                tally.count += record.status is not NodeStatus.SKIPPED
                tally.total_s += record.elapsed_s
                self._tallies[step.places[-1]].total_s -= record.elapsed_s
        self._held.update(slot for slot in step.writes if not _is_light(self._slots[slot]))
        self._note_peak()
        if not failures:
            return None
        state.records.parts[step.task] = performance.records
        return min(failures, key=self._position)

    def _note_peak(self) -> None:
        self.peak_bytes = max(self.peak_bytes, self._state.memory.live_bytes - self._base_bytes)

    def _add_nested(self, task: int) -> None:
        record = self._state.records.loops.pop(task, None)
        for node, tally in record.nodes.items() if record is not None else ():
            self._nested.setdefault(node, Tally()).add(tally)

    # --- afterwards -------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of what refers back here: a ring would keep its values until garbage is collected."""
        del self._state, self._wanted, self._outer
        self._slots, self._blank, self._failures = [], [], {}

    def let_go(self, value: Any) -> None:
        """Count an output no longer."""
        if not _is_light(value):
            self._state.memory.drop(value)

    def tallies(self) -> Iterable[tuple[NodeId, Tally]]:
        """Yield what each node of the body took."""
        yield from zip(self._program.nodes, self._tallies, strict=True)
        yield from self._nested.items()


class _Walk:
    """One iteration, by the word of a scheduler. Several workers may be in here at a time.

    Parameters
    ----------
    there
        Tasks whose results are there already.
    """

    def __init__(self, lane: Lane, scheduler: Scheduler, there: Collection[int]) -> None:
        self._lane = lane
        self._scheduler = scheduler
        self._there = there
        self._ready: list[int] = []
        self._lock = threading.Lock()
        self._fault: BaseException | None = None
        self._share: Callable[[Callable[[], object]], None] | None = None

    def go(self, share: Callable[[Callable[[], object]], None] | None) -> None:
        """Perform everything, with the help of others if there is a way to share."""
        self._share = share
        self._add(self._scheduler.begin())
        self._work()
        if self._fault is not None:
            raise self._fault

    def _add(self, tasks: Collection[int]) -> None:
        for task in tasks:
            if task in self._there:
                self._add(self._lane.take_note(self._scheduler, task, complete=True))
            else:
                heappush(self._ready, task)

    def _work(self) -> None:
        """Perform what is ready until nothing is; what others have in hand, they go on with by themselves."""
        while self._fault is None:
            with self._lock:
                task = heappop(self._ready) if self._ready else None
                several = bool(self._ready)
            if task is None:
                return
            if several and self._share is not None:
                with self._lock:
                    heappush(self._ready, task)
                self._share(self._work_alone)
                continue
            self._perform(task)

    def _work_alone(self) -> None:
        while self._fault is None:
            with self._lock:
                if not self._ready:
                    return
                task = heappop(self._ready)
            self._perform(task)

    def _perform(self, task: int) -> None:
        try:
            complete = self._lane.perform(task)
            with self._lock:
                self._add(self._lane.take_note(self._scheduler, task, complete=complete))
        except BaseException as fault:  # noqa: BLE001 - raised by whoever began the iteration
            self._fault = fault


def _move(given: list[tuple[int, Any]], slots: list[Any]) -> None:
    """Put the last of some values into its slot, so that nothing else refers to it."""
    slot, value = given.pop()
    slots[slot] = value


def _is_light(value: Any) -> bool:
    kind = type(value)
    return kind in SELF_DESCRIBING or (kind is str and len(value) < _LIGHT_TEXT)


def _never(slot: int) -> bool:
    return False
