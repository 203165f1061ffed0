"""What a worker does with a task that does the work of several nodes.

The nodes of a fused chain are evaluated together, tile by tile, and so are single nodes whose work can be divided.
Where that cannot be (values that are no plain arrays of numbers, a kernel that raises, a result that does not fit its
type), the blocks are called one after another, each as if it had a task of its own. So an error always comes from the
block that it belongs to, and nodes that do not need the one that failed are done all the same.

Observers hear of each node, as ever. The time of a chain is told in shares, by what was measured on some of the tiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from sys import getsizeof
from typing import TYPE_CHECKING, Any

from shtairir.block.elementwise import Kernel, trouble
from shtairir.block.values import ValueSummary, nbytes_of, read_only
from shtairir.errors import RunCancelledError
from shtairir.events import (
    NodeFailed,
    NodeFinished,
    NodeLogged,
    NodeProgressed,
    NodeSkipped,
    NodeStarted,
    NodeStatus,
)
from shtairir.execute.call import Call, Pace, may_overwrite
from shtairir.execute.context import PROGRESS_INTERVAL_S, TaskContext
from shtairir.execute.failure import failure_of
from shtairir.planning.composite import FUSED
from shtairir.results.records import SELF_DESCRIBING, PartRecord, described

if TYPE_CHECKING:
    from shtairir.execute.blocked import Evaluated
    from shtairir.execute.chain import Array, Chain, Shape
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId
    from shtairir.planning.plan import Task

_NOT_KEPT = "not kept: part of a fused chain"


class Composite:
    """A task of several nodes, made ready to run; belongs to a plan, and holds nothing of a run."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.calls = [Call(part) for part in task.parts]
        self.slots = [call.first_slot for call in self.calls]
        self.is_fused = task.definition.id == FUSED
        self.pace = Pace()  # its parts are worth another worker
        self._chain: tuple[Chain, Mapping[int, int]] | None = None

    def chain(self) -> tuple[Chain, Mapping[int, int]]:
        """Return the steps of the parts, and for each slot that comes from outside the register for its value."""
        if self._chain is None:
            self._chain = _chain_of(self.task)
        return self._chain


def _chain_of(task: Task) -> tuple[Chain, dict[int, int]]:
    # Imports NumPy, which a plan without arrays need not wait for.
    from shtairir.execute.chain import Chain, Step

    registers: dict[int, int] = {}
    constants: dict[int, object] = {}
    count = 0
    steps = []
    made = {part.first_slot for part in task.parts}
    for part in task.parts:
        linked = {item.port: item.slot for item in part.inputs}
        traits = part.definition.traits
        operands = []
        for port in part.definition.inputs[: None if traits.reduction is None else 1]:
            if port.name not in linked:
                constants[count] = part.values[port.name]
                operands.append(count)
                count += 1
                continue
            slot = linked[port.name]
            if slot not in registers:
                registers[slot], count = count, count + 1
            operands.append(registers[slot])
        registers[part.first_slot], count = count, count + 1
        kernel = traits.kernel if traits.reduction is None else part.definition.function
        assert kernel is not None  # or the node would not have been fused
        steps.append(Step(kernel, tuple(operands), registers[part.first_slot], traits.reduction))
    inputs = {slot: register for slot, register in registers.items() if slot not in made}
    return Chain(tuple(steps), count, constants), inputs


class Performance:
    """One run of a composite task."""

    def __init__(self, state: RunState, composite: Composite, worker: str) -> None:
        self._state = state
        self._composite = composite
        self._task = composite.task
        self._started_s = state.clock()
        self.records = [PartRecord(call.task.node, self._started_s) for call in composite.calls]
        self._worker = worker
        self._reported_at = -1.0
        self._scratch_bytes = 0
        self._troubles: list[tuple[int, str]] = []

    def run(self) -> bool:
        """Do the work of all parts, and return whether all are done.

        Raises
        ------
        RunCancelledError
            When the run is to end.
        """
        self._tell_started()
        if not (self._composite.is_fused and self._fused()):
            self._one_after_another()
        return all(record.status is NodeStatus.DONE for record in self.records)

    # --- together ---------------------------------------------------------------------------------------------

    def _fused(self) -> bool:
        """Evaluate the parts in tiles, and return whether that could be done."""
        from shtairir.execute.blocked import evaluate

        composite, wanted = self._composite, self._wanted()
        try:
            chain, sources = composite.chain()
            inputs, overwritable = self._inputs(sources)
            evaluated = evaluate(chain, inputs, wanted, self, overwritable)
            inputs.clear()
            for number, value in evaluated.values.items():
                composite.calls[number].outputs(value)
            self._publish(evaluated)
        except Exception as error:
            if isinstance(error, RunCancelledError):
                raise
            return False
        for number, kind in self._troubles:
            part = self._task.parts[number]
            kernel = part.definition.traits.kernel
            if isinstance(kernel, Kernel) and kernel.warns:
                message = trouble(kernel.name, kind)
                self._state.observe(NodeLogged(self._state.id, self._state.clock(), part.node, "warning", message))
        for number in range(len(self.records)):
            self._tell_finished(number)
        return True

    def _wanted(self) -> list[int]:
        """Return the parts whose results must exist in full."""
        readers, kept = self._state.shape.readers, self._state.kept
        return [number for number, slot in enumerate(self._composite.slots) if readers[slot] or slot in kept]

    def _inputs(self, sources: Mapping[int, int]) -> tuple[dict[int, Any], list[int]]:
        """Return the values of the chain's inputs, by register, and those that may be written over."""
        state = self._state
        inputs: dict[int, Any] = {}
        overwritable = []
        for slot, register in sources.items():
            sole = slot in self._task.overwrites and state.shape.readers[slot] == 1 and slot not in state.kept
            if sole and may_overwrite(state.slots, slot):
                inputs[register] = state.slots[slot]
                overwritable.append(register)
            else:
                inputs[register] = read_only(state.slots[slot])
        for part in self._task.parts:
            for item in part.inputs:
                if item.slot in sources and (item.conversion is not None or item.checked is not None):
                    register = sources[item.slot]
                    value = inputs[register]
                    if item.checked is not None and item.checked.check(value) is not None:
                        raise ValueError("the block says so better")
                    if item.conversion is not None:
                        inputs[register] = item.conversion.apply(value)
        return inputs, overwritable

    def _publish(self, evaluated: Evaluated) -> None:
        state = self._state
        elapsed_s = state.clock() - self._started_s
        for number, (record, share) in enumerate(zip(self.records, evaluated.shares, strict=True)):
            record.elapsed_s = elapsed_s * share
            call = self._composite.calls[number]
            if number in evaluated.values:
                self._hand_on(call, record, (evaluated.values[number],))
            else:
                form = evaluated.forms[number]
                assert form is not None  # reductions are always wanted
                record.outputs = (ValueSummary(call.families[0], _NOT_KEPT, shape=form.shape, dtype=str(form.dtype)),)
                record.reason = f"Computed inside the fused chain '{self._task.node}'."
            record.status = NodeStatus.DONE
        self.records[-1].peak_bytes += self._scratch_bytes

    # --- what the evaluation asks for -------------------------------------------------------------------------

    def empty(self, shape: Shape, dtype: Any, step: int | None) -> Array:
        """Lend a buffer, for a step's result or, for none, for scratch."""
        node = self._task.node if step is None else self._task.parts[step].node
        array = self._state.memory.empty(shape, dtype, node)
        if step is None:
            self._scratch_bytes += array.nbytes
        return array

    def together(self, work: Any) -> None:
        """Have idle workers join in."""
        self._state.share(work)

    def advance(self, fraction: float) -> None:
        """Tell how far the chain is; each of its nodes is as far."""
        state = self._state
        if state.stopping:
            raise RunCancelledError("The run was cancelled.")
        if not state.observed:
            return
        now = state.clock()
        if now - self._reported_at >= PROGRESS_INTERVAL_S:
            self._reported_at = now
            for part in self._task.parts:
                state.queue.put(NodeProgressed(state.id, now, part.node, fraction, ""))

    def trouble(self, step: int, kind: str) -> None:
        """Take note that a step's arithmetic went wrong."""
        self._troubles.append((step, kind))

    # --- one after another ------------------------------------------------------------------------------------

    def _one_after_another(self) -> None:
        state = self._state
        made = dict(zip(self._composite.slots, range(len(self.records)), strict=True))
        wanted = {self._composite.slots[number] for number in self._wanted()}
        last_reader = {item.slot: number for number, part in enumerate(self._task.parts) for item in part.inputs}
        for number, call in enumerate(self._composite.calls):
            if state.stopping:
                raise RunCancelledError("The run was cancelled.")
            cause = self._cause(call.task, made)
            if cause is not None:
                self._skip(number, cause)
            else:
                self._call(number, call)
            for item in call.task.inputs:
                if item.slot in made and item.slot not in wanted and last_reader[item.slot] == number:
                    self._let_go(item.slot)

    def _cause(self, part: Task, made: Mapping[int, int]) -> NodeId | None:
        """Return the node whose failure keeps a part from running."""
        for item in part.inputs:
            if item.slot in made:
                before = self.records[made[item.slot]]
                if before.status is not NodeStatus.DONE:
                    return before.cause or before.node
        return None

    def _call(self, number: int, call: Call) -> None:
        state, record = self._state, self.records[number]
        arguments: dict[str, Any] = {}
        context = None
        record.started_s = state.clock()
        try:
            arguments = call.arguments(state.slots, lambda slot: False)
            if call.context_argument is not None:
                context = arguments[call.context_argument] = TaskContext(state, call.task.node)
            returned = call.function(**arguments)
            record.elapsed_s = state.clock() - record.started_s
            self._hand_on(call, record, call.outputs(returned))
            if context is not None:
                record.peak_bytes = max(record.peak_bytes, context.peak_bytes)
            record.status = NodeStatus.DONE
            self._tell_finished(number)
        except BaseException as error:
            record.elapsed_s = state.clock() - record.started_s
            if isinstance(error, RunCancelledError) and state.stopping:
                raise
            record.status = NodeStatus.FAILED
            record.failure = failure_of(call.task, error, arguments)
            for node in (call.task.node, *call.task.aliases):
                shared = replace(record.failure, node=node)
                state.observe(NodeFailed(state.id, state.clock(), node, record.elapsed_s, shared))

    def _skip(self, number: int, cause: NodeId) -> None:
        state, record = self._state, self.records[number]
        record.status, record.cause = NodeStatus.SKIPPED, cause
        record.reason = f"'{cause}' failed, and this needs it."
        part = self._task.parts[number]
        for node in (part.node, *part.aliases):
            state.observe(NodeSkipped(state.id, state.clock(), node, record.reason, cause))

    def _let_go(self, slot: int) -> None:
        value, self._state.slots[slot] = self._state.slots[slot], None
        if value is not None:
            self._state.memory.drop(value)

    # --- both -------------------------------------------------------------------------------------------------

    def _hand_on(self, call: Call, record: PartRecord, values: Any) -> None:
        """Count the outputs of a part, note what there is to say of them, and put them where readers find them."""
        large = [value for value in values if type(value) not in SELF_DESCRIBING]
        if large:
            self._state.memory.hold(large, record.node)
        record.outputs = tuple(
            value if type(value) in SELF_DESCRIBING else described(value, family)
            for value, family in zip(values, call.families, strict=True)
        )
        record.output_bytes = record.peak_bytes = sum(
            getsizeof(value) if type(value) in SELF_DESCRIBING else nbytes_of(value) for value in values
        )
        self._state.slots[call.first_slot : call.first_slot + len(values)] = values

    def _tell_started(self) -> None:
        state = self._state
        if state.observed:
            for part in self._task.parts:
                for node in (part.node, *part.aliases):
                    state.queue.put(NodeStarted(state.id, self._started_s, node, self._worker))

    def _tell_finished(self, number: int) -> None:
        state = self._state
        if not state.observed:
            return
        part, record = self._task.parts[number], self.records[number]
        summaries = record.summaries(part.definition)
        taken = record.elapsed_s, record.output_bytes, record.peak_bytes
        for node in (part.node, *part.aliases):
            state.queue.put(NodeFinished(state.id, state.clock(), node, *taken, summaries))
            taken = 0.0, 0, 0
