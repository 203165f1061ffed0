"""One step of an iteration: a call of a block, or what stands for one, and what comes back.

As `shtairir.execute.performer` for the tasks of a run, but for what a loop does not need: nothing is told or described
of a single call, only counted. A step returns why it failed, instead of raising.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from shtairir.document.references import OUTPUT_PORT
from shtairir.errors import ExecutionError, MemoryBudgetError, RunCancelledError
from shtairir.events import IN_LOOP, NodeFailure, NodeStatus
from shtairir.execute.attempt import Attempt
from shtairir.execute.attempts import overdue
from shtairir.execute.burst import Row
from shtairir.execute.call import Call
from shtairir.execute.composite import Composite
from shtairir.execute.context import TaskContext
from shtairir.execute.failure import failure_in_brief, failure_of
from shtairir.execute.handing import HandingOn
from shtairir.execute.loop_policy import Trial, left_out
from shtairir.execute.loop_program import BodyProgram, Step
from shtairir.execute.loop_state import BodyState
from shtairir.execute.parts import Performance
from shtairir.results.iterations import Tally
from shtairir.results.records import SELF_DESCRIBING

if TYPE_CHECKING:
    from shtairir.ids import NodeId
    from shtairir.resources.breaker import Asking
    from shtairir.resources.hold import Hold

_LIGHT_TEXT = 1000
_TOLD_IN_FULL = 100
"""Of how many failures of a node, by each worker, inputs and traceback are noted."""


class IterationFailedError(Exception):
    """A node of the body failed; for want of memory perhaps, of which there may be more later."""

    def __init__(self, failure: NodeFailure, *, short_of_memory: bool = False) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.short_of_memory = short_of_memory


class StepPerformer:
    """Performs the steps of a body, in slots of its own.

    Attributes
    ----------
    index
        The iteration that is on its way.
    peak_bytes
        The most memory that an iteration has added to what was in use.
    """

    def __init__(self, program: BodyProgram, state: BodyState) -> None:
        self.index = 0
        self.peak_bytes = 0
        self._program = program
        self._state = state
        self._sends_all = bool(getattr(state.invoke, "sends_all", False))
        self._slots = state.slots
        self._tallies = [Tally() for _ in program.nodes]
        self._nested: dict[NodeId, Tally] = {}
        self._held: set[int] = set()
        self._failures: dict[int, NodeFailure] = {}
        self._skipped: dict[int, NodeFailure] = {}
        self._passed: set[int] = set()
        self._retry_in_s: dict[int, float] = {}
        self._attempts: dict[int, Attempt] = {}
        self._step: Step | None = None
        self._is_alone = False
        self._now_s = 0.0
        self._base_bytes = 0

    def _refuse_to_go_on(self) -> None:
        if self._state.stopping:
            raise RunCancelledError("The run was cancelled.")

    def _perform(self, step: Step, began_s: float) -> bool:
        """Perform a step, take note of its time, and say whether it made all of its outputs."""
        self._refuse_to_go_on()
        self._step = step
        call = step.call
        if step.row is not None and not self._sends_all:
            failure = self._call_row(step, step.row)
            if failure is not None:
                failure = self._ended(step, failure)
        elif step.is_end and isinstance(call, Call):
            failure = self._pass_on(step, call)
        elif isinstance(call, Call):
            if call.condition is not None and not self._is_to_run(step, call):
                return False
            failure = self._call(step, call)
            if failure is not None:
                failure = self._ended(step, failure)
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

    def _ended(self, step: Step, failure: NodeFailure) -> NodeFailure | None:
        """Return why a step failed for good, after what its policy makes of that."""
        call = step.call
        assert isinstance(call, Call)
        self._step = None  # waits are no part of an attempt
        trial = Trial(self._state, call, partial(self._try_again, step, call), self._refuse_to_go_on)
        final = trial.end(failure, lambda: self._retry_in_s.pop(step.task, 0.0))
        if final is None:
            return None
        try:
            values = trial.fallback(final)
        except Exception as unfit:  # noqa: BLE001 - a value that a person wrote
            values, final = None, replace(final, hint=f"{final.hint} Its fallback cannot be used either: {unfit}")
        if values is not None:
            self._publish(call, values)
            return None
        self._note(step, final)
        return final

    def _try_again(self, step: Step, call: Call, number: int) -> NodeFailure | None:
        self._step, self._now_s = step, self._state.clock()
        try:
            if step.row is None or self._sends_all:
                return self._call(step, call, number)
            return self._call_row(step, step.row)
        finally:
            self._step = None

    def _is_to_run(self, step: Step, call: Call) -> bool:
        """Whether a node's condition holds; what cannot be told is a failure of the node."""
        from shtairir.policy import holds

        arguments: dict[str, Any] = {}
        try:
            arguments = call.arguments(self._slots, _never)
            if holds(call.task.policy, arguments):
                return True
            self._skipped.setdefault(step.task, left_out(call))
        except Exception as error:  # noqa: BLE001 - a conversion is foreign code
            self._failures[step.task] = self._failure(step, error, arguments)
        return False

    def _refuse_gaps(self, settled: Collection[int]) -> None:
        """Have the iteration fail of which an output is missing since something was not to run."""
        for step in self._program.steps if self._skipped else ():
            if step.is_end and step.task not in self._passed and step.task not in settled:
                raise IterationFailedError(min(self._skipped.values(), key=self._position))

    def _missing(self, step: Step) -> set[int]:
        """Return the slots that a step has not written."""
        records = self._state.records
        return records.missing(step.task) if step.task in records.parts else set(step.writes)

    def _release(self, slot: int) -> None:
        if slot in self._held:
            self._held.discard(slot)
            self.let_go(self._slots[slot])
        self._slots[slot] = None

    def let_go(self, value: Any) -> None:
        """Count an output no longer."""
        if not _is_light(value):
            self._state.memory.drop(value)

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
            return self._why(step, error)
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
            if self._program.has_conditions:
                self._passed.add(step.task)
        except BaseException as error:  # noqa: BLE001 - as above
            return self._failure(step, error, {})
        return None

    def _call(self, step: Step, call: Call, number: int = 1) -> NodeFailure | None:
        state = self._state
        arguments: dict[str, Any] = {}
        context = attempt = None
        if not step.is_plain or state.invoke is not None or not self._is_alone:
            attempt = self._begun(step, call, number)
        try:
            arguments = call.arguments(self._slots, self._is_sole)
            if attempt is None:
                returned = call.function(**arguments)
            elif step.is_plain:
                returned = self._called(attempt, call, arguments)
            else:
                if call.context_argument is not None:
                    context = arguments[call.context_argument] = TaskContext(state, call.task, attempt)
                if call.resources or call.task.policy.depends_on:
                    with self._held_resources(call, context), self._asking(call):
                        returned = self._called(attempt, call, arguments)
                else:
                    returned = self._called(attempt, call, arguments)
            if type(returned) is call.plain_output:
                self._slots[call.first_slot] = returned
            else:
                self._publish(call, call.outputs(returned))
        except BaseException as error:  # noqa: BLE001 - as above
            return self._why(step, error, arguments)
        finally:
            if attempt is not None:
                attempt.started_s = math.inf
                if context is not None:
                    attempt.claim()
                    context.end()
            if call.task.body is not None:
                self._add_nested(step.task)
        return None

    def _begun(self, step: Step, call: Call, number: int) -> Attempt:
        """Return the attempt that is made now, for whoever minds its time."""
        attempt = self._attempts[step.task] = Attempt(call.task, number, IN_LOOP, math.inf)
        if call.context_argument is not None:
            attempt.key = self._state.effect_key(call.task.node)
        return attempt

    def under_way(self) -> list[Attempt]:
        """Return the attempts that are made now, or were last; from any thread.

        For a plain call none is made, which would take as long as many a call: it began when the step before it ended.
        """
        found = list(self._attempts.copy().values())
        step = self._step
        is_plain = step is not None and (step.is_plain or step.row is not None) and step.task not in self._attempts
        if self._is_alone and step is not None and is_plain:
            assert isinstance(step.call, Call)
            found.append(Attempt(step.call.task, 1, IN_LOOP, self._now_s))
        return found

    def _called(self, attempt: Attempt, call: Call, arguments: dict[str, Any]) -> Any:
        attempt.started_s = self._state.clock()  # and not while it waits for what it holds
        invoke = self._state.invoke
        return call.function(**arguments) if invoke is None else invoke(attempt, call, arguments)

    def _held_resources(self, call: Call, context: TaskContext | None) -> Hold:
        """Return what holds the resources that a block declares, having waited for them in the loop's worker."""
        from shtairir.execute.holding import declared  # few blocks hold anything

        return declared(context or TaskContext(self._state, call.task), call.resources, self._refuse_to_go_on)

    def _asking(self, call: Call) -> Asking:
        """Return what minds the circuits to what a block depends on; of hooks, iterations know nothing."""
        from shtairir.execute.asking import asking  # few blocks ask anything

        return asking(self._state, call.task.policy.depends_on, call.task.policy)

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
        """Return why a step failed for good, unless the whole iteration is to end."""
        failure = self._why(step, error, arguments)
        self._note(step, failure)
        return failure

    def _note(self, step: Step, failure: NodeFailure) -> None:
        self._tallies[step.places[-1]].note_failure(failure)
        self._state.records.failures[step.task] = failure

    def _why(self, step: Step, error: BaseException, arguments: dict[str, Any] | None = None) -> NodeFailure:
        """Return why an attempt at a step failed, unless the whole iteration is to end."""
        state, call = self._state, step.call
        attempt = self._attempts.get(step.task)
        if attempt is not None and attempt.is_overdue and not state.stopping:
            error = overdue(call.task)
        if isinstance(error, RunCancelledError) and self._state.stopping:
            raise error
        if self._tallies[step.places[-1]].failed < _TOLD_IN_FULL:
            failure = failure_of(call.task, error, self._arguments(call) if arguments is None else arguments)
        else:
            failure = failure_in_brief(call.task, error)
        decided = state.records.decides_for.get(step.task)
        if decided is not None:
            whole = state.plan.tasks[decided]
            failure = replace(failure, node=whole.node, block=whole.definition.id)
        if isinstance(error, MemoryBudgetError):
            self._tallies[step.places[-1]].note_failure(failure)
            raise IterationFailedError(failure, short_of_memory=True)
        if failure.category == "conditional":
            self._retry_in_s[step.task] = getattr(error, "retry_in_s", 0.0)
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


def _is_light(value: Any) -> bool:
    kind = type(value)
    return kind in SELF_DESCRIBING or (kind is str and len(value) < _LIGHT_TEXT)


def _never(slot: int) -> bool:
    return False
