"""The attempts at the tasks of a run: how each begins, and what its end leads to.

An attempt ends once. Its worker writes down how, or the thread of the event loop if it is a coroutine; or, when it was
given up because its time was up, whoever is in the mailbox. Which of them it is, `Attempt.claim` decides. So what a
block returns that was given up long ago reaches nobody.

A failure leads to one of these: another attempt after a while, if it is worth one and there is one left; a value that
the node's policy names instead; or the failure of the node. What that means for others is decided by the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from sys import getsizeof
from typing import TYPE_CHECKING, Any

from shtairir.errors import AttemptTimeoutError, NodeExecutionError, RunCancelledError
from shtairir.events import NodeFailed, NodeFailure, NodeFinished, NodeLogged, NodeRetrying, NodeStarted
from shtairir.execute.attempt import Attempt
from shtairir.execute.ending import Ending
from shtairir.execute.failure import failure_of
from shtairir.results.records import SELF_DESCRIBING, described

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shtairir.execute.call import Call
    from shtairir.execute.state import RunState
    from shtairir.planning.plan import Task
    from shtairir.policy import NodePolicy

QUICK_S = 50e-6
"""About as long as it takes to hand a task to another thread."""


class Attempts:
    """Begins and ends the attempts of one run, on whatever thread calls."""

    def __init__(self, state: RunState) -> None:
        self._state = state

    def begin(self, whole: Task, task: int, worker: str) -> Attempt:
        """Take note that a worker takes up a task."""
        state = self._state
        records = state.records
        started_s = records.started_s[task] = state.clock()
        number = 1
        if task in records.attempts:
            number = records.attempts[task] = records.attempts[task] + 1
        attempt = state.in_hand[task] = Attempt(whole, number, worker, started_s)
        if state.observed:
            for node in state.sharers(task):
                state.queue.put(NodeStarted(state.id, started_s, node, worker, number))
        return attempt

    def tell_begun(self, attempt: Attempt, arguments: Mapping[str, Any]) -> None:
        """Tell the hooks that a block is about to be called; what one of them raises is the attempt's failure."""
        attempt.key = self._state.effect_key(attempt.node)
        attempt.arguments = arguments
        for hook in self._state.hooks:
            hook.begin(attempt)
            attempt.begun += 1

    # --- a good end -------------------------------------------------------------------------------------------

    def done(self, call: Call, task: int, attempt: Attempt, returned: Any, borrowed_bytes: int = 0) -> Ending:
        """Take what a block returned, unless nobody wants it any more."""
        state = self._state
        ended_s = state.clock()
        if not attempt.claim():
            return Ending.GONE
        state.in_hand.pop(task, None)
        state.records.ended_s[task] = ended_s
        if attempt.is_overdue:
            return self._failed(call, task, attempt, too_late(attempt), {})
        if state.stopping:
            attempt.is_cut_short = True
        if type(returned) is call.plain_output:
            call.pace.quick = ended_s - attempt.started_s < QUICK_S
            state.slots[call.first_slot] = returned  # there is no more to say of a number
            for hook in state.hooks[: attempt.begun]:
                hook.end(attempt, (returned,), None)
            attempt.arguments = None
        else:
            try:
                values = call.outputs(returned)
                self.publish(call, task, values, borrowed_bytes)
            except BaseException as error:  # noqa: BLE001 - checks look at foreign values
                return self._failed(call, task, attempt, error, {})
            for hook in state.hooks[: attempt.begun]:
                hook.end(attempt, values, None)
            attempt.arguments = None
        if state.observed:
            self.tell_finished(task)
        return Ending.DONE

    def publish(self, call: Call, task: int, values: Any, borrowed_bytes: int = 0) -> None:
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
        records.peak_bytes[task] = max(total, borrowed_bytes + own)
        self._state.slots[call.first_slot : call.first_slot + len(values)] = values

    def tell_finished(self, task: int) -> None:
        """Tell the observers that the nodes of a task are done."""
        for event in self.finished(task):
            self._state.queue.put(event)

    def finished(self, task: int) -> Iterator[NodeFinished]:
        """Yield that a node is done; those that share its result have it for nothing."""
        state, records = self._state, self._state.records
        summaries = records.summaries(task)
        taken = records.elapsed_s(task), *records.sizes(task)
        number = records.attempts.get(task, 1)
        for node in state.sharers(task):
            yield NodeFinished(state.id, records.ended_s[task], node, *taken, summaries, attempts=number)
            taken = 0.0, 0, 0

    # --- a bad end --------------------------------------------------------------------------------------------

    def failed(
        self, call: Call, task: int, attempt: Attempt, error: BaseException, arguments: Mapping[str, Any]
    ) -> Ending:
        """Take what a block raised, unless nobody wants to know any more, and return what it leads to."""
        state = self._state
        ended_s = state.clock()
        if not attempt.claim():
            return Ending.GONE
        state.in_hand.pop(task, None)
        state.records.ended_s[task] = ended_s
        if attempt.is_overdue:
            error = too_late(attempt)
        elif state.stopping and (attempt.is_ended or is_cancellation(error)):
            self.tell_hooks(attempt, error, arguments)
            return Ending.CANCELLED
        elif state.admission is not None and state.admission.may_repeat(task, error):
            self.tell_hooks(attempt, error, arguments)
            return Ending.AGAIN
        return self._failed(call, task, attempt, error, arguments)

    def give_up(self, call: Call, task: int, attempt: Attempt) -> Ending:
        """End an attempt whose time is up, in the place of its worker; the caller has claimed it."""
        state = self._state
        state.in_hand.pop(task, None)
        state.records.ended_s[task] = state.clock()
        try:
            arguments = call.arguments(state.slots, _never)
        except Exception:  # noqa: BLE001 - a conversion is foreign code
            arguments = {}
        left = attempt.abandon is None
        return self._failed(call, task, attempt, too_late(attempt, left), arguments)

    def fail_unbegun(self, call: Call, task: int, error: BaseException, arguments: Mapping[str, Any]) -> Ending:
        """Take what was raised before or outside of an attempt that hooks know of, in a burst for instance."""
        number = self._state.records.attempts.get(task, 0) + 1
        return self._after(call, task, number, error, arguments)

    def _failed(
        self, call: Call, task: int, attempt: Attempt, error: BaseException, arguments: Mapping[str, Any]
    ) -> Ending:
        self.tell_hooks(attempt, error, arguments)
        return self._after(call, task, attempt.number, error, arguments)

    def tell_hooks(self, attempt: Attempt, error: BaseException, arguments: Mapping[str, Any]) -> None:
        """Tell those hooks that know of an attempt that it has failed."""
        if attempt.begun:
            attempt.arguments = arguments or attempt.arguments
            for hook in self._state.hooks[: attempt.begun]:
                hook.end(attempt, None, error)
            attempt.arguments = None  # a context among them refers to the attempt: the ring would keep its inputs

    def _after(self, call: Call, task: int, number: int, error: BaseException, arguments: Mapping[str, Any]) -> Ending:
        """Return what a failure leads to, having made it so."""
        state, policy = self._state, call.task.policy
        failure = failure_of(call.task, error, arguments, number)
        if failure.category in ("retryable", "conditional") and number <= policy.retries:
            if state.stopping:
                return Ending.CANCELLED  # it would have been tried again
            state.waits[task] = wait_s = max(self._wait_s(policy, number), getattr(error, "retry_in_s", 0.0))
            state.records.attempts[task] = number
            for node in state.owners(task):
                shared = replace(failure, node=node)
                state.observe(NodeRetrying(state.id, state.clock(), node, number, policy.retries + 1, wait_s, shared))
            return Ending.RETRY
        if policy.on_failure == "fallback" and not state.stopping:
            try:
                return self._fall_back(call, task, failure)
            except Exception as unfit:  # noqa: BLE001 - a value that a person wrote
                hint = f"Its fallback cannot be used either: {unfit}"
                failure = replace(failure, hint=f"{failure.hint} {hint}".strip())
        self._note(call, task, failure)
        return Ending.FAILED

    def _wait_s(self, policy: NodePolicy, number: int) -> float:
        from shtairir.policy import delays  # only where something fails

        return next(islice(delays(policy.backoff, self._state.random), number - 1, None))

    def _fall_back(self, call: Call, task: int, failure: NodeFailure) -> Ending:
        """Put the values that the policy names where readers look for those of the block."""
        from shtairir.policy import fallback_values  # only where something fails

        state = self._state
        values = fallback_values(call.task.policy, call.task.definition, state.base_dir)
        if state.without_attempt is not None:
            state.without_attempt.fell_back(call.task)
        self.publish(call, task, values)
        why = state.records.fallbacks[task] = f"Took its fallback: {failure.message}"
        for node in state.owners(task):
            state.observe(NodeLogged(state.id, state.clock(), node, "warning", why))
        if state.observed:
            self.tell_finished(task)
        return Ending.DONE

    def _note(self, call: Call, task: int, failure: NodeFailure) -> None:
        """Write down why a task failed, and tell the observers."""
        state = self._state
        decided = state.records.decides_for.get(task)
        if decided is not None:
            whole = state.plan.tasks[decided]
            failure = replace(failure, node=whole.node, block=whole.definition.id)
        state.records.failures[task] = failure
        if stops_the_run(call.task.policy):
            state.stopping = True  # now: the run hears of it a moment later, in which another could start
        for node in state.owners(task):
            shared = failure if node == failure.node else replace(failure, node=node)
            state.observe(NodeFailed(state.id, state.clock(), node, state.records.elapsed_s(task), shared))


def too_late(attempt: Attempt, left: bool = False) -> AttemptTimeoutError | NodeExecutionError:
    """Return the error of an attempt whose time is up, or that of a node in it if it is a loop."""
    late = attempt.late
    error = overdue(late or attempt.task, left)
    if late is None:
        return error
    failure = failure_of(late, error, {})
    name = str(late.node).removeprefix(f"{attempt.node}/")
    return NodeExecutionError(f"An item of it failed in '{name}': {error.message}", failure=failure, hint=error.hint)


def overdue(task: Task, left: bool = False) -> AttemptTimeoutError:
    """Return the error of an attempt whose time is up.

    Parameters
    ----------
    left
        Whether it could not be ended, and is left to itself.
    """
    limit_s = task.policy.timeout_s or 0.0
    said = f"It was not done after {limit_s:g} s, the most that one attempt may take."
    hint = "Raise the timeout in the policy of the node if it needs more."
    if left:
        said += " Its thread cannot be ended, and is left to itself until the block returns."
        hint += " In a process of its own it can be ended: choose that as its worker."
    return AttemptTimeoutError(said, hint=hint)


def stops_the_run(policy: NodePolicy) -> bool:
    """Whether nothing is to start any more when a node of this policy has failed."""
    return policy.on_failure in ("stop", "compensate") or policy.criticality == "critical"


def is_cancellation(error: BaseException) -> bool:
    """Whether an error says that the block has heard of the end of the run."""
    return isinstance(error, RunCancelledError) or type(error).__name__ == "CancelledError"


def _never(slot: int) -> bool:
    return False
