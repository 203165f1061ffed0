"""What a worker does with a task: call its block, look at what comes back, write it down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from sys import getsizeof
from typing import Any

from shtairir.errors import MemoryBudgetError, NodeExecutionError, RunCancelledError
from shtairir.events import Event, NodeLogged, NodeSkipped, NodeStarted, ValueReleased
from shtairir.execute.attempt import Attempt
from shtairir.execute.attempts import Attempts, overdue
from shtairir.execute.burst import GONE, Passage, run_rows
from shtairir.execute.call import PLAIN, Call, received
from shtairir.execute.composite import Composite
from shtairir.execute.context import TaskContext
from shtairir.execute.ending import Ending
from shtairir.execute.handing import HandingOn
from shtairir.execute.parts import Performance
from shtairir.execute.state import RunState
from shtairir.memory.collector import collector
from shtairir.results.records import SELF_DESCRIBING


class Performer:
    """Runs tasks of one run, on whatever thread calls. Whatever a block does, `perform` returns."""

    def __init__(self, state: RunState, attempts: Attempts) -> None:
        self._state = state
        self._attempts = attempts
        self._freed: dict[int, int] = {}  # sizes of values that were let go inside bursts, by slot

    def perform(self, task: int, worker: str) -> Ending:
        """Run a task, and return how it ended. No reference to any value is left when it returns."""
        state = self._state
        if state.stopping:
            return Ending.CANCELLED
        call = state.call(task)
        if state.unloaded is not None:
            try:
                state.unloaded.load_for(task)
            except Exception as error:  # noqa: BLE001 - what is on disk may be damaged
                return self._fail_unloaded(call, task, worker, error)
        if isinstance(call, Composite):
            return self._perform_parts(call, task, worker)
        if isinstance(call, HandingOn):
            return self._hand_on(call, task, self._attempts.begin(call.task, task, worker))
        if call.condition is not None and (ending := self._look_at_condition(call, task)) is not None:
            return ending
        attempt = self._attempts.begin(call.task, task, worker)
        return self._attempt(call, task, attempt)

    def _fail_unloaded(self, call: Call | Composite | HandingOn, task: int, worker: str, error: Exception) -> Ending:
        """Have a task fail that reads a kept value which cannot be had."""
        state = self._state
        state.records.started_s[task] = state.records.ended_s[task] = state.clock()
        if isinstance(call, Composite):
            performance = Performance(state, call, worker)
            performance.give_up(error)
            state.records.parts[task] = performance.records
            return Ending.PARTLY
        return self._attempts.fail_unbegun(call.call if isinstance(call, HandingOn) else call, task, error, {})

    def _look_at_condition(self, call: Call, task: int) -> Ending | None:
        """Return how a task ends that is not to run, or of which that cannot be told."""
        from shtairir.policy import holds  # few nodes have a condition

        state = self._state
        arguments: dict[str, Any] = {}
        try:
            if state.admission is not None:
                state.admission.prepare(task)
            arguments = call.arguments(state.slots, _never)
            if holds(call.task.policy, arguments):
                return None
        except Exception as error:  # noqa: BLE001 - a conversion is foreign code
            return self._attempts.fail_unbegun(call, task, error, arguments)
        why = state.records.conditions[task] = f"Its condition '{call.condition}' is false."
        for node in state.owners(task):
            state.observe(NodeSkipped(state.id, state.clock(), node, why))
        return Ending.SKIPPED

    def _perform_parts(self, composite: Composite, task: int, worker: str) -> Ending:
        """Do the work of several nodes; each of them has its own events and its own records."""
        state = self._state
        records = state.records
        started_s = records.started_s[task] = state.clock()
        attempt = state.in_hand[task] = Attempt(composite.task, 1, worker, started_s)
        performance = Performance(state, composite, worker)
        try:
            if state.hooks:
                self._attempts.tell_begun(attempt, {})
            again = self._attempt_parts(performance, task)
        except RunCancelledError as error:
            return self._end_parts(task, attempt, Ending.CANCELLED, error)
        except Exception as error:  # noqa: BLE001 - a hook has refused it
            performance.give_up(error)
            again = False
        if again:
            return self._end_parts(task, attempt, Ending.AGAIN)
        failed = next((record.failure for record in performance.records if record.failure is not None), None)
        lost = NodeExecutionError(failed.message, failure=failed) if failed is not None else None
        ending = self._end_parts(task, attempt, Ending.DONE if performance.all_done else Ending.PARTLY, lost)
        if ending is not Ending.GONE:
            records.parts[task] = performance.records
        return ending

    def _end_parts(self, task: int, attempt: Attempt, ending: Ending, error: BaseException | None = None) -> Ending:
        state = self._state
        ended_s = state.clock()
        if not attempt.claim():
            return Ending.GONE
        state.in_hand.pop(task, None)
        state.records.ended_s[task] = ended_s
        if state.stopping:
            attempt.is_cut_short = True
        if attempt.begun:
            first, count = attempt.task.first_slot, len(attempt.task.outputs)
            for hook in state.hooks[: attempt.begun]:
                hook.end(attempt, state.slots[first : first + count] if error is None else None, error)
        return ending

    def give_up_parts(self, composite: Composite, task: int, attempt: Attempt) -> Ending:
        """Have the parts of a task fail whose time is up, in the place of its worker."""
        records = self._state.records
        records.ended_s[task] = self._state.clock()
        self._state.in_hand.pop(task, None)
        performance = Performance(self._state, composite, attempt.worker, tell=False)
        performance.give_up(overdue(attempt.task, left=True))
        records.parts[task] = performance.records
        return Ending.PARTLY

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

    def _attempt(self, call: Call, task: int, attempt: Attempt) -> Ending:
        state = self._state
        arguments: dict[str, Any] = {}
        context = None
        try:
            if call.resources and state.waiting is not None:
                attempt.holder = state.waiting.prepare(task)
            if state.admission is not None:
                state.admission.prepare(task)
            arguments = call.arguments(state.slots, self._is_sole)
            if call.context_argument is not None:
                context = arguments[call.context_argument] = TaskContext(state, call.task, attempt)
            if state.hooks:
                self._attempts.tell_begun(attempt, arguments)
            if call.coroutine is not None:
                self._send(call, call.coroutine, task, attempt, arguments)
                return Ending.PENDING
            returned = call.function(**arguments) if state.invoke is None else state.invoke(attempt, call, arguments)
        except BaseException as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises is its failure
            return self._attempts.failed(call, task, attempt, error, arguments)
        return self._attempts.done(call, task, attempt, returned, context.peak_bytes if context is not None else 0)

    def _send(
        self, call: Call, function: Callable[..., Any], task: int, attempt: Attempt, arguments: dict[str, Any]
    ) -> None:
        """Let a coroutine go on in the event loop."""
        from shtairir.execute.coroutines import coroutines  # most runs have none

        def land(returned: Any, raised: BaseException | None) -> None:
            if raised is not None:
                ending = self._attempts.failed(call, task, attempt, raised, arguments)
            else:
                context = arguments.get(call.context_argument or "")
                borrowed_bytes = context.peak_bytes if isinstance(context, TaskContext) else 0
                ending = self._attempts.done(call, task, attempt, returned, borrowed_bytes)
            del raised
            arguments.clear()
            # What the block raised refers to all this.
            attempt.cancel = attempt.abandon = _nothing
            if self._state.land is not None:
                self._state.land(task, ending)

        flight = coroutines.flight()
        attempt.cancel, attempt.abandon = flight.cancel, lambda: coroutines.abandon(flight)
        flight.send(function, arguments, land)
        if self._state.stopping:  # whoever stops the run may have looked before
            flight.cancel()

    def _hand_on(self, handing: HandingOn, task: int, attempt: Attempt) -> Ending:
        """Hand on what was chosen."""
        state, attempts = self._state, self._attempts
        try:
            if state.admission is not None:
                state.admission.prepare(task)
            values = handing.outputs(state)
            if state.observed and handing.took_fallback(state):
                why = f"Takes its fallback: {values[-1]}"
                state.observe(NodeLogged(state.id, state.clock(), handing.task.node, "info", why))
            attempts.publish(handing.call, task, values)
            if state.without_attempt is not None:
                if handing.took_fallback(state):
                    state.without_attempt.fell_back(handing.task)
                else:
                    state.without_attempt.handed_on(handing.task, values)
        except Exception as error:  # noqa: BLE001 - a conversion is foreign code
            return attempts.failed(handing.call, task, attempt, error, {})
        if not attempt.claim():
            return Ending.GONE
        state.in_hand.pop(task, None)
        state.records.ended_s[task] = state.clock()
        if state.observed:
            attempts.tell_finished(task)
        return Ending.DONE

    def _is_sole(self, slot: int) -> bool:
        return self._state.shape.readers[slot] == 1 and slot not in self._state.kept

    # --- bursts -----------------------------------------------------------------------------------------------

    def perform_burst(self, passage: Passage) -> bool:
        """Run the tasks of a burst as far as it goes, and say whether it was not given up meanwhile.

        Whatever a block does, it returns; see `Passage.done`.
        """
        state = self._state
        passage.began_s = now = state.clock()
        passage.until_s[0] = now + passage.burst.patience_s
        if state.stopping:  # asked after the line above, since whoever stops the run writes there too
            if not passage.claim():
                return False
            self.settle(passage, 0)
            return True
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
        if not passage.claim():
            return False
        self.settle(passage, passage.taken() - (error is not None))
        if error is not None:
            self._fail_in_burst(passage, error)
        return True

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
            yield from self._attempts.finished(task)
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
        passage.ending = self._attempts.fail_unbegun(call, task, error, arguments)

    def _unfit(self, task: int, value: Any) -> Any:
        """Return a value that is not of the usual type as readers may have it, if it fits all the same."""
        call = self._state.call(task)
        assert isinstance(call, Call)
        self._attempts.publish(call, task, call.outputs(value))
        return received(value)

    def _perform_general(self, task: int, ends: Sequence[int]) -> None:
        """Run a task that is not all numbers, and let go of the values that end with it."""
        state = self._state
        call = state.call(task)
        assert isinstance(call, Call)
        returned = call.function(**call.arguments(state.slots, _never))
        self._attempts.publish(call, task, call.outputs(returned))
        del returned
        for slot in ends:
            if slot not in state.kept and type(state.slots[slot]) not in SELF_DESCRIBING:
                value, state.slots[slot] = state.slots[slot], GONE
                self._freed[slot] = getsizeof(value) if type(value) in PLAIN else state.memory.drop(value)
                del value


def _never(slot: int) -> bool:
    return False


def _nothing() -> None:
    """Do nothing: what could be cancelled is over."""
