"""How a run went as a whole: done, failed, or something in between, and what it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shtairir.events import RunStatus
from shtairir.execute.attempts import stops_the_run
from shtairir.execute.choosing import ChoosingScheduler
from shtairir.execute.scheduler import State

if TYPE_CHECKING:
    from shtairir.execute.scheduler import Scheduler
    from shtairir.execute.state import RunState
    from shtairir.policy import NodePolicy
    from shtairir.results.records import Records


def verdict(state: RunState, scheduler: Scheduler) -> RunStatus:
    """Return the status of a run that came to its end by itself.

    It is done when nothing that is wanted is missing: for every failure a fallback was taken. It is partial when each
    of the failures that cost something is accepted by the policy of the node, and there are results in spite of them.
    """
    records = state.records
    if State.FAILED not in state.states and not records.any_part_failed():
        return RunStatus.DONE
    lost = _lost(state)
    _note_taken(records, scheduler, lost)
    costly = [task for task in lost if task not in records.taken]
    if not costly:
        return RunStatus.DONE
    accepted = all(_accepts(policy) for task in costly for policy in _at_fault(state, task))
    return RunStatus.PARTIAL if accepted and _leaves_something(state) else RunStatus.FAILED


def _lost(state: RunState) -> dict[int, set[int]]:
    """Return the tasks that failed, wholly or in parts, with the slots that nobody has written."""
    records = state.records
    lost = {}
    for task, how in enumerate(state.states):
        if how == State.FAILED:
            whole = state.plan.tasks[task]
            lost[task] = set(range(whole.first_slot, whole.first_slot + len(whole.definition.outputs)))
    return lost | {task: missing for task in records.parts if (missing := records.missing(task))}


def _note_taken(records: Records, scheduler: Scheduler, lost: dict[int, set[int]]) -> None:
    """Note for which failures a fallback was taken on all ways to what is wanted."""
    if isinstance(scheduler, ChoosingScheduler):
        for task, slots in lost.items():
            takers = scheduler.takers(task, slots)
            if takers is not None:
                records.taken[task] = tuple(choice.node for choice in takers)


def _at_fault(state: RunState, task: int) -> Iterable[NodePolicy]:
    """Return the policies of the nodes of a task that failed."""
    whole = state.plan.tasks[state.records.decides_for.get(task, task)]
    noted = state.records.parts.get(task)
    if noted is None:
        return (whole.policy,)
    return [part.policy for part, record in zip(whole.parts, noted, strict=True) if record.failure is not None]


def _accepts(policy: NodePolicy) -> bool:
    # Who stops the run accepts nothing, whatever was over by then.
    return not stops_the_run(policy) and (policy.on_failure == "continue" or policy.criticality == "low")


def _leaves_something(state: RunState) -> bool:
    """Whether there is a result; in a graph that keeps none, whether anything was done."""
    slots, writer = state.plan.slots, state.shape.writer
    results = [slots[port] for port in state.plan.results if port in slots]
    if not results:
        return bool(state.plan.folded) or State.DONE in state.states
    return any(state.records.is_made(writer[slot], slot) for slot in results)
