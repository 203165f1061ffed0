"""What a worker does with a task: call its block, look at what comes back, write it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum
from sys import getsizeof
from typing import Any

from shtairir.errors import MemoryBudgetError, RunCancelledError
from shtairir.events import NodeFailed, NodeFinished, NodeStarted
from shtairir.execute.call import Call
from shtairir.execute.composite import Composite
from shtairir.execute.context import TaskContext
from shtairir.execute.failure import failure_of
from shtairir.execute.parts import Performance
from shtairir.execute.state import RunState
from shtairir.results.records import SELF_DESCRIBING, described

QUICK_S = 50e-6
"""About as long as it takes to hand a task to another thread."""


class Ending(IntEnum):
    """How a task ended. A number, since hashing an `Enum` takes as long as a trivial task."""

    DONE = 0
    FAILED = 1
    CANCELLED = 2
    PARTLY = 3
    AGAIN = 4


class Performer:
    """Runs tasks of one run, on whatever thread calls. Whatever a block does, `perform` returns."""

    def __init__(self, state: RunState) -> None:
        self._state = state

    def perform(self, task: int, worker: str) -> Ending:
        """Run a task, and return how it ended. No reference to any value is left when it returns."""
        state = self._state
        if state.stopping:
            return Ending.CANCELLED
        call = state.calls[task]
        if isinstance(call, Composite):
            return self._perform_parts(call, task, worker)
        started_s = state.records.started_s[task] = state.clock()
        if state.observed:
            for node in state.sharers(task):
                state.queue.put(NodeStarted(state.id, started_s, node, worker))
        return self._attempt(call, task, started_s)

    def _perform_parts(self, composite: Composite, task: int, worker: str) -> Ending:
        """Do the work of several nodes; each of them has its own events and its own records."""
        records = self._state.records
        records.started_s[task] = self._state.clock()
        performance = Performance(self._state, composite, worker)
        try:
            again = self._attempt_parts(performance, task)
        except RunCancelledError:
            return Ending.CANCELLED
        finally:
            records.elapsed_s[task] = self._state.clock() - records.started_s[task]
        if again:
            return Ending.AGAIN
        if task in records.notes:
            return Ending.CANCELLED
        records.parts[task] = performance.records
        return Ending.DONE if performance.all_done else Ending.PARTLY

    def _attempt_parts(self, performance: Performance, task: int) -> bool:
        """Have the parts of a task done, and return whether it must begin again, for want of memory."""
        admission = self._state.admission
        go_on: Callable[[BaseException], None] = performance.give_up
        try:
            if admission is not None:
                admission.prepare(task)
            go_on = performance.one_after_another  # takes less memory at a time
            performance.together()
        except MemoryBudgetError as error:
            if admission is not None and admission.may_repeat(task, error):
                return True
            go_on(error)
        return False

    def _attempt(self, call: Call, task: int, started_s: float) -> Ending:
        state = self._state
        arguments: dict[str, Any] = {}
        context = None
        try:
            if state.admission is not None:
                state.admission.prepare(task)
            arguments = call.arguments(state.slots, self._is_sole)
            if call.context_argument is not None:
                context = arguments[call.context_argument] = TaskContext(state, call.task.node)
            if call.resources:
                with state.locks.hold(call.resources, self._check, state.plan.limits.capacity()):
                    returned = call.function(**arguments)
            else:
                returned = call.function(**arguments)
            elapsed_s = state.records.elapsed_s[task] = state.clock() - started_s
            if task in state.records.notes:
                return Ending.CANCELLED  # given up before: nobody wants it any more
            if type(returned) is call.plain_output:
                call.pace.quick = elapsed_s < QUICK_S
                self._publish_plain(call, task, returned)
            else:
                self._publish(call, task, call.outputs(returned), context)
        except BaseException as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises is its failure
            elapsed_s = state.records.elapsed_s[task] = state.clock() - started_s
            if task in state.records.notes or (isinstance(error, RunCancelledError) and state.stopping):
                return Ending.CANCELLED
            if state.admission is not None and state.admission.may_repeat(task, error):
                return Ending.AGAIN
            self._fail(call, task, error, arguments)
            return Ending.FAILED
        if state.observed:
            self._tell_finished(task, elapsed_s)
        return Ending.DONE

    def _check(self) -> None:
        if self._state.stopping:
            raise RunCancelledError("The run was cancelled.")

    def _is_sole(self, slot: int) -> bool:
        return self._state.shape.readers[slot] == 1 and slot not in self._state.kept

    def _publish_plain(self, call: Call, task: int, value: Any) -> None:
        """Do what `_publish` does, for a single number: most nodes of a large graph give one."""
        records = self._state.records
        records.outputs[task] = (value,)
        records.output_bytes[task] = records.peak_bytes[task] = getsizeof(value)
        self._state.slots[call.first_slot] = value

    def _publish(self, call: Call, task: int, values: Any, context: TaskContext | None) -> None:
        """Count the outputs, note what there is to say of them, and put them where readers find them."""
        total = own = 0
        notes = []
        for value, family in zip(values, call.families, strict=True):
            if type(value) in SELF_DESCRIBING:
                total += getsizeof(value)
                notes.append(value)
            else:
                notes.append(described(value, family))
        large = [value for value in values if type(value) not in SELF_DESCRIBING]
        if large:
            size, own = self._state.memory.hold(large, call.task.node)
            total += size
        records = self._state.records
        records.outputs[task] = tuple(notes)
        records.output_bytes[task] = total
        borrowed = context.peak_bytes if context is not None else 0
        records.peak_bytes[task] = max(total, borrowed + own)
        self._state.slots[call.first_slot : call.first_slot + len(values)] = values

    def _fail(self, call: Call, task: int, error: BaseException, arguments: dict[str, Any]) -> None:
        state = self._state
        failure = state.records.failures[task] = failure_of(call.task, error, arguments)
        for node in state.sharers(task):
            shared = failure if node == failure.node else replace(failure, node=node)
            state.observe(NodeFailed(state.id, state.clock(), node, state.records.elapsed_s[task], shared))

    def _tell_finished(self, task: int, elapsed_s: float) -> None:
        """Tell that a node is done; those that share its result have it for nothing."""
        state, records = self._state, self._state.records
        now, summaries = state.clock(), records.summaries(task)
        taken = elapsed_s, records.output_bytes[task], records.peak_bytes[task]
        for node in state.sharers(task):
            state.queue.put(NodeFinished(state.id, now, node, *taken, summaries))
            taken = 0.0, 0, 0
