"""Groups tasks into stages that fit the limits."""

from __future__ import annotations

from collections.abc import Sequence

from shtairir.planning.plan import ExecutionStage
from shtairir.planning.resources import ResourceLimits, ResourceRequirements, together


def pack_stages(
    levels: Sequence[int], requirements: Sequence[ResourceRequirements], limits: ResourceLimits, workers: int
) -> list[ExecutionStage]:
    """Return the stages: a level each, or several for a level that would need more memory than there is.

    Parameters
    ----------
    levels, requirements
        Of each task, by index; within a level, tasks are taken in the order of their indices.
    """
    by_level: list[list[int]] = [[] for _ in range(max(levels, default=-1) + 1)]
    for task, level in enumerate(levels):
        by_level[level].append(task)
    groups = [group for tasks in by_level for group in _fitting(tasks, requirements, limits.memory_bytes)]
    return [
        ExecutionStage(index, tuple(tasks), together([requirements[task] for task in tasks], workers))
        for index, tasks in enumerate(groups)
    ]


def _fitting(tasks: list[int], requirements: Sequence[ResourceRequirements], memory: int | None) -> list[list[int]]:
    """Return the tasks in groups, each within the memory, as long as a single task is."""
    if memory is None:
        return [tasks]
    groups: list[list[int]] = [[]]
    used = 0
    for task in tasks:
        need = requirements[task].memory_bytes
        if groups[-1] and used + need > memory:
            groups.append([])
            used = 0
        groups[-1].append(task)
        used += need
    return groups
