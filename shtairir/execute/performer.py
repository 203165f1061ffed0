"""What a worker does with a task: call its block, look at what comes back, write it down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import IntEnum
from sys import getsizeof
from typing import Any

from shtairir.errors import MemoryBudgetError, RunCancelledError
from shtairir.events import Event, NodeFailed, NodeFinished, NodeLogged, NodeStarted, ValueReleased
from shtairir.execute.burst import GONE, Passage, run_rows
from shtairir.execute.call import PLAIN, Call, received
from shtairir.execute.composite import Composite
from shtairir.execute.context import TaskContext
from shtairir.execute.failure import failure_of
from shtairir.execute.handing import HandingOn
from shtairir.execute.parts import Performance
from shtairir.execute.state import RunState
from shtairir.memory.collector import collector
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
        self._freed: dict[int, int] = {}  # sizes of values that were let go inside bursts, by slot

    def perform(self, task: int, worker: str) -> Ending:
        """Run a task, and return how it ended. No reference to any value is left when it returns."""
        state = self._state
        if state.stopping:
            return Ending.CANCELLED
        call = state.call(task)
        if isinstance(call, Composite):
            return self._perform_parts(call, task, worker)
        self._begin(task, worker)
        return self._hand_on(call, task) if isinstance(call, HandingOn) else self._attempt(call, task)

    def _begin(self, task: int, worker: str) -> None:
        state = self._state
        started_s = state.records.started_s[task] = state.clock()
        if state.observed:
            for node in state.sharers(task):
                state.queue.put(NodeStarted(state.id, started_s, node, worker))

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
            records.ended_s[task] = self._state.clock()
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

    def _attempt(self, call: Call, task: int) -> Ending:
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
            ended_s = state.records.ended_s[task] = state.clock()
            if task in state.records.notes:
                return Ending.CANCELLED  # given up before: nobody wants it any more
            if type(returned) is call.plain_output:
                call.pace.quick = ended_s - state.records.started_s[task] < QUICK_S
                state.slots[call.first_slot] = returned  # there is no more to say of a number
            else:
                self._publish(call, task, call.outputs(returned), context)
        except BaseException as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises is its failure
            state.records.ended_s[task] = state.clock()
            if task in state.records.notes or (isinstance(error, RunCancelledError) and state.stopping):
                return Ending.CANCELLED
            if state.admission is not None and state.admission.may_repeat(task, error):
                return Ending.AGAIN
            self._fail(call, task, error, arguments)
            return Ending.FAILED
        if state.observed:
            self._tell_finished(task)
        return Ending.DONE

    def _hand_on(self, handing: HandingOn, task: int) -> Ending:
        """Hand on what was chosen."""
        state = self._state
        try:
            if state.admission is not None:
                state.admission.prepare(task)
            values = handing.outputs(state)
            if state.observed and handing.took_fallback(state):
                why = f"Takes its fallback: {values[-1]}"
                state.observe(NodeLogged(state.id, state.clock(), handing.task.node, "info", why))
            self._publish(handing.call, task, values, None)
            state.records.ended_s[task] = state.clock()
        except Exception as error:  # noqa: BLE001 - a conversion is foreign code
            state.records.ended_s[task] = state.clock()
            self._fail(handing.call, task, error, {})
            return Ending.FAILED
        if state.observed:
            self._tell_finished(task)
        return Ending.DONE

    def _check(self) -> None:
        if self._state.stopping:
            raise RunCancelledError("The run was cancelled.")

    def _is_sole(self, slot: int) -> bool:
        return self._state.shape.readers[slot] == 1 and slot not in self._state.kept

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
        failure = failure_of(call.task, error, arguments)
        decided = state.records.decides_for.get(task)
        if decided is not None:
            whole = state.plan.tasks[decided]
            failure = replace(failure, node=whole.node, block=whole.definition.id)
        state.records.failures[task] = failure
        for node in state.owners(task):
            shared = failure if node == failure.node else replace(failure, node=node)
            state.observe(NodeFailed(state.id, state.clock(), node, state.records.elapsed_s(task), shared))

    def _tell_finished(self, task: int) -> None:
        for event in self._finished(task):
            self._state.queue.put(event)

    def _finished(self, task: int) -> Iterator[NodeFinished]:
        """Yield that a node is done; those that share its result have it for nothing."""
        state, records = self._state, self._state.records
        summaries = records.summaries(task)
        taken = records.elapsed_s(task), *records.sizes(task)
        for node in state.sharers(task):
            yield NodeFinished(state.id, records.ended_s[task], node, *taken, summaries)
            taken = 0.0, 0, 0

    # --- bursts -----------------------------------------------------------------------------------------------

    def perform_burst(self, passage: Passage) -> None:
        """Run the tasks of a burst as far as it goes. Whatever a block does, it returns; see `Passage.done`."""
        state = self._state
        passage.began_s = now = state.clock()
        passage.until_s[0] = now + passage.burst.patience_s
        if state.stopping:  # asked after the line above, since whoever stops the run writes there too
            if passage.claim():
                self.settle(passage, 0)
            return
        error = None
        try:
            with collector.burst():
                run_rows(
                    passage.left,
                    state.slots,
                    state.records.ended_s,
                    passage.until_s,
                    state.clock,
                    self._unfit,
                    self._perform_general,
                )
        except BaseException as raised:  # noqa: BLE001 - as in `_attempt`
            error = raised
        if passage.claim():
            self.settle(passage, passage.taken() - (error is not None))
            if error is not None:
                self._fail_in_burst(passage, error)

    def settle(self, passage: Passage, done: int) -> None:
        """Write down the times of the tasks that are done, and when the next began; tell the observers."""
        passage.done = done
        records, first = self._state.records, passage.burst.first
        begun = min(first + done + 1, passage.burst.first + passage.taken())
        if begun > first:
            records.started_s[first:begun] = [passage.began_s, *records.ended_s[first : begun - 1]]
        if self._state.observed:
            self._state.queue.put(list(self._events(passage, begun)))

    def _events(self, passage: Passage, begun: int) -> Iterator[Event]:
        state, records, burst = self._state, self._state.records, passage.burst
        complete = passage.done == len(burst.rows)
        for task in range(burst.first, begun):
            for node in state.sharers(task):
                yield NodeStarted(state.id, records.started_s[task], node, passage.worker)
            if task >= burst.first + passage.done:
                return
            yield from self._finished(task)
            for slot in burst.ends.get(task, ()):
                # Numbers are let go with the burst. When it was left, the scheduler does that.
                if slot not in state.kept and (complete or slot in self._freed):
                    port = state.port(slot)
                    nbytes = self._freed.get(slot) or getsizeof(state.slots[slot])
                    yield ValueReleased(state.id, records.ended_s[task], port.node, port.port, nbytes)

    def _fail_in_burst(self, passage: Passage, error: BaseException) -> None:
        state, task = self._state, passage.burst.first + passage.done
        call = state.call(task)
        assert isinstance(call, Call)  # composite tasks are in no burst
        state.records.ended_s[task] = state.clock()
        try:
            arguments = call.arguments(state.slots, self._is_sole)
        except Exception:  # noqa: BLE001 - a conversion is foreign code; it is what failed
            arguments = {}
        self._fail(call, task, error, arguments)

    def _unfit(self, task: int, value: Any) -> Any:
        """Return a value that is not of the usual type as readers may have it, if it fits all the same."""
        call = self._state.call(task)
        assert isinstance(call, Call)
        self._publish(call, task, call.outputs(value), None)
        return received(value)

    def _perform_general(self, task: int, ends: Sequence[int]) -> None:
        """Run a task that is not all numbers, and let go of the values that end with it."""
        state = self._state
        call = state.call(task)
        assert isinstance(call, Call)
        returned = call.function(**call.arguments(state.slots, _never))
        self._publish(call, task, call.outputs(returned), None)
        del returned
        for slot in ends:
            if slot not in state.kept and type(state.slots[slot]) not in SELF_DESCRIBING:
                value, state.slots[slot] = state.slots[slot], GONE
                self._freed[slot] = getsizeof(value) if type(value) in PLAIN else state.memory.drop(value)
                del value


def _never(slot: int) -> bool:
    return False
