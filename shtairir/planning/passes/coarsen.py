"""Joins cheap neighbours into groups that are handed to a worker in one go.

To hand a task to a worker, take note of its end and find what follows costs ten times what a trivial task does. A
group is a row of consecutive tasks of the plan, so that whatever the graph, nothing outside can lie between two of
them. A task joins the group of the task before it if

- it is known to be cheap, and needs nothing but a call: no context, no resource, no input to write into, no policy
  that asks for more, no effect of which a journal must know when it began;
- it runs under the same condition, where there is one;
- it waits for the same long tasks: so no member waits for one that another does not need anyway;
- the group stays short: so no long task that waits for a member waits much longer than it must.

At ``aggressive`` the planner joins what it knows to be cheap, and says so. The executor goes by the same rules from
``balanced`` on, with the times of the runs before (see `shtairir.execute.grouping`): the groups are the same, or those
that the planner would make if it knew as much.

Glossary
--------
mask
    The long tasks that a task waits for, directly or not, as the bits of a number. With more long tasks than bits,
    some share one; then a group may wait for a task that only some of its members need.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shtairir.planning.plan import Task
from shtairir.planning.resources import ResourceLimits, held_names
from shtairir.planning.working import Reason
from shtairir.policy.effective import DEFAULT

CHEAP_S = 100e-6
"""Below this, a call costs less than to hand it to another thread."""

PYTHON_S = 20e-6
"""Below this, a call is Python more than anything else, of which only one thread can run at a time."""

_LONGEST_S = 1e-3
_LONGEST_BESIDE_OTHERS_S = 0.4e-3
_BITS = 2048


def coarsen(tasks: Sequence[Task], limits: ResourceLimits) -> list[Reason]:
    """Return a sentence for each group of tasks that are known to be cheap."""
    costs = [task.estimate.elapsed_s for task in tasks]
    if not any(cost is not None and cost <= CHEAP_S for cost in costs):
        return []
    held = held_names([task.requirements for task in tasks], limits)
    simple = list(map(may_join, tasks, held))
    return [
        Reason(
            tasks[first].node,
            "coarsen",
            f"Handed to a worker in one go with what follows up to '{tasks[end - 1].node}': {end - first:,} nodes, "
            "each of which takes less time than that.",
        )
        for first, end in groups(tasks, costs, simple)
    ]


def is_simple(task: Task, held: Sequence[str]) -> bool:
    """Whether a task needs nothing but a call, and runs in any case.

    Parameters
    ----------
    held
        The resources that it holds meanwhile.
    """
    return not task.condition and may_join(task, held)


def may_join(task: Task, held: Sequence[str]) -> bool:
    """Whether a task needs nothing but a call, if it runs."""
    definition, traits = task.definition, task.definition.traits
    return (
        not held
        and not task.parts
        and not task.overwrites
        and traits.lazy is None
        and definition.context_argument is None
        and not traits.inplace
        and traits.runs_on == "thread"
        and (traits.pure or traits.idempotent)
        and (task.policy is DEFAULT or task.policy.is_plain)
    )


def groups(tasks: Sequence[Task], costs: Sequence[float | None], simple: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the first task and the end of each group; of one task alone there is none.

    Parameters
    ----------
    costs
        The expected seconds of each task, or ``None``.
    simple
        Whether a task needs nothing but a call.
    """
    masks: list[int] = []
    longs = first = 0
    expected_s = longest_s = 0.0
    for number, task in enumerate(tasks):
        mask = 0
        for before in task.waits_for:
            mask |= masks[before]
        cost = costs[number]
        cheap = simple[number] and cost is not None and cost <= CHEAP_S
        limit_s = _LONGEST_S if cost is not None and cost <= PYTHON_S else _LONGEST_BESIDE_OTHERS_S
        longest_s = limit_s if first == number else min(longest_s, limit_s)
        apart = first < number and (mask != masks[first] or task.condition != tasks[first].condition)
        if not cheap or apart or (first < number and expected_s >= longest_s):
            if number - first > 1:
                yield first, number
            first, expected_s, longest_s = number, 0.0, limit_s
        if cheap:
            masks.append(mask)
            expected_s += cost or 0.0
        else:
            longs += 1
            masks.append(mask | 1 << longs % _BITS)
            first = number + 1
    if len(tasks) - first > 1:
        yield first, len(tasks)
