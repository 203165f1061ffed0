"""The plan of a preview: the same graph, with the cheap variants of the blocks that have one.

While a person drags a slider, the picture on the canvas shall follow at once, and may be rough. What the blocks of the
plan are is all that differs, so nothing is planned again; and since a preview has code of its own, so do its results
have keys of their own in the cache: nobody ever takes the one for the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shtairir.block.previewing import previewed_block
from shtairir.planning.config import Estimate
from shtairir.planning.plan import ExecutionPlan, Lineage

if TYPE_CHECKING:
    from shtairir.planning.plan import Task


def has_previews(plan: ExecutionPlan) -> bool:
    """Whether a preview of a plan would be any quicker than the real run."""
    return any(_has_preview(task) for task in plan.tasks)


def previewed(plan: ExecutionPlan) -> ExecutionPlan:
    """Return the plan of a preview; the same one if no block in it has one."""
    if not has_previews(plan):
        return plan
    tasks = tuple(_previewed(task) for task in plan.tasks)
    return replace(plan, tasks=tasks, is_preview=True, estimated_s=None, sequential_s=None, lineage=Lineage())


def _has_preview(task: Task) -> bool:
    inside = task.body is not None and has_previews(task.body.plan)
    return inside or any(call.definition.traits.preview is not None for call in task.calls)


def _previewed(task: Task) -> Task:
    if not _has_preview(task):
        return task
    body = replace(task.body, plan=previewed(task.body.plan)) if task.body is not None else None
    if task.parts:
        return task._replace(parts=tuple(map(_previewed, task.parts)))
    return task._replace(definition=previewed_block(task.definition), body=body, estimate=Estimate())
