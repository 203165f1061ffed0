"""A plan made ready to run: what each task calls, reads and writes, in flat lists.

Made once for a plan and kept as long as the plan lives, so that the second run of a plan begins at once.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shtairir.execute.call import Call, Pace
from shtairir.execute.composite import Composite
from shtairir.execute.scheduler import Shape
from shtairir.planning.resources import held_names

if TYPE_CHECKING:
    from shtairir.planning.plan import ExecutionPlan, Task


@dataclass(frozen=True, slots=True)
class Program:
    """Calls by task, and the shape that the scheduler walks."""

    calls: Sequence[Call | Composite]
    shape: Shape


_programs: weakref.WeakKeyDictionary[ExecutionPlan, Program] = weakref.WeakKeyDictionary()


def program_of(plan: ExecutionPlan) -> Program:
    """Return the program of a plan, made when it is first asked for."""
    program = _programs.get(plan)
    if program is None:
        program = _programs[plan] = _compiled(plan)
    return program


def _compiled(plan: ExecutionPlan) -> Program:
    tasks = plan.tasks
    successors: list[list[int]] = [[] for _ in tasks]
    writer: list[int] = []
    for task in tasks:
        for before in task.waits_for:
            successors[before].append(task.number)
        writer += [task.number] * len(task.definition.outputs)
    # A task that reads a value through two arguments is one reader of it.
    reads = [tuple({item.slot for item in task.inputs}) for task in tasks]
    readers = [0] * len(writer)
    for slots in reads:
        for slot in slots:
            readers[slot] += 1
    shape = Shape(
        waits=[len(task.waits_for) for task in tasks],
        successors=successors,
        reads=reads,
        writes=[_written(task, readers) for task in tasks],
        readers=readers,
        writer=writer,
        stages=[task.stage for task in tasks] if plan.barriers else None,
    )
    paces: dict[int, Pace] = defaultdict(Pace)
    calls = [Composite(task) if task.parts else Call(task, paces[id(task.definition)]) for task in tasks]
    for call, names in zip(calls, held_names([task.requirements for task in tasks], plan.limits), strict=True):
        if isinstance(call, Call):
            call.resources = names
    return Program(calls, shape)


def _written(task: Task, readers: Sequence[int]) -> Sequence[int]:
    """Return the slots that a task writes; of a composite those that others read: the rest is hardly ever made."""
    slots = range(task.first_slot, task.first_slot + len(task.definition.outputs))
    return [slot for slot in slots if readers[slot]] if task.parts else slots
