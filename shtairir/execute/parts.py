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

from shtairir.block.values import ValueSummary, nbytes_of, read_only
from shtairir.errors import MemoryBudgetError, RunCancelledError
from shtairir.events import NodeFailed, NodeFinished, NodeSkipped, NodeStarted, NodeStatus
from shtairir.execute.call import Call, may_overwrite
from shtairir.execute.composite import Composite
from shtairir.execute.context import TaskContext
from shtairir.execute.failure import failure_of
from shtairir.execute.workspace import RunWorkspace
from shtairir.results.records import SELF_DESCRIBING, PartRecord, described

if TYPE_CHECKING:
    from shtairir.execute.blocked import Evaluated
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId
    from shtairir.planning.plan import Task

_WORTH_DIVIDING = 1 << 20
"""In bytes. The arithmetic on less takes as long as getting another worker to help."""

_NOT_KEPT = "not kept: part of a fused chain"


class Performance:
    """One run of a composite task."""

    def __init__(self, state: RunState, composite: Composite, worker: str, tell: bool = True) -> None:
        self._state = state
        self._composite = composite
        self._task = composite.task
        self._started_s = state.clock()
        self.records = [PartRecord(call.task.node, self._started_s) for call in composite.calls]
        self._worker = worker
        if tell:
            self._tell_started()

    @property
    def all_done(self) -> bool:
        """Whether all parts have done their work."""
        return all(record.status is NodeStatus.DONE for record in self.records)

    def together(self) -> None:
        """Do the work of all parts, together where that can be.

        Raises
        ------
        RunCancelledError
            When the run is to end.
        MemoryBudgetError
            When a chain needs more memory than there is. Nothing has been handed on then.
        """
        if not (self._is_worth_it() and self._fused()):
            self.one_after_another()

    # --- together ---------------------------------------------------------------------------------------------

    def _is_worth_it(self) -> bool:
        """Whether evaluating in tiles can win: with a single node, only by the number of workers."""
        if len(self.records) > 1 or not self._composite.is_fused:
            return self._composite.is_fused
        return any(nbytes_of(self._state.slots[item.slot]) >= _WORTH_DIVIDING for item in self._task.inputs)

    def _fused(self) -> bool:
        """Evaluate the parts in tiles, and return whether that could be done."""
        from shtairir.execute.blocked import evaluate

        composite, wanted = self._composite, self._wanted()
        try:
            chain, sources = composite.chain()
            inputs, overwritable = self._inputs(sources)
            workspace = RunWorkspace(self._state, self._task)
            evaluated = evaluate(chain, inputs, wanted, workspace, overwritable)
            inputs.clear()
            for number, value in evaluated.values.items():
                composite.calls[number].outputs(value)
            self._publish(evaluated, workspace.scratch_bytes)
        except Exception as error:
            if isinstance(error, RunCancelledError | MemoryBudgetError):
                raise
            return False
        workspace.tell_troubles()
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

    def _publish(self, evaluated: Evaluated, scratch_bytes: int) -> None:
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
        self.records[-1].peak_bytes += scratch_bytes

    # --- one after another ------------------------------------------------------------------------------------

    def one_after_another(self, _: BaseException | None = None) -> None:
        """Call the block of each part."""
        state = self._state
        made = dict(zip(self._composite.slots, range(len(self.records)), strict=True))
        wanted = {self._composite.slots[number] for number in self._wanted()}
        last_reader = {item.slot: number for number, part in enumerate(self._task.parts) for item in part.inputs}
        for number, call in enumerate(self._composite.calls):
            if state.stopping:
                raise RunCancelledError("The run was cancelled.")
            cause = self._cause(call.task, made)
            if cause is not None:
                self._skip(number, cause, f"'{cause}' failed, and this needs it.")
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
                context = arguments[call.context_argument] = TaskContext(state, call.task)
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
            self._fail(number, error, arguments)
        finally:
            if context is not None:
                context.end()

    def give_up(self, error: BaseException) -> None:
        """Have the first part fail, and skip all others, since the task cannot begin."""
        self._fail(0, error, {})
        cause = self.records[0].node
        for number in range(1, len(self.records)):
            self._skip(number, cause, f"'{cause}' failed, and this would have been evaluated together with it.")

    def _fail(self, number: int, error: BaseException, arguments: Mapping[str, Any]) -> None:
        state, record, part = self._state, self.records[number], self._task.parts[number]
        record.status = NodeStatus.FAILED
        record.failure = failure_of(part, error, arguments)
        for node in (part.node, *part.aliases):
            shared = replace(record.failure, node=node)
            state.observe(NodeFailed(state.id, state.clock(), node, record.elapsed_s, shared))

    def _skip(self, number: int, cause: NodeId, reason: str) -> None:
        state, record = self._state, self.records[number]
        record.status, record.cause, record.reason = NodeStatus.SKIPPED, cause, reason
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
