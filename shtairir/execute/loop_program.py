"""The body of a loop, made ready to run: all that can be decided once for all iterations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shtairir.execute.burst import GENERAL, Row
from shtairir.execute.call import Call
from shtairir.execute.composite import Composite
from shtairir.execute.grouping import RowMaker
from shtairir.execute.handing import HandingOn
from shtairir.execute.program import program_of
from shtairir.execute.scheduler import readers_with
from shtairir.planning.passes.coarsen import is_simple

if TYPE_CHECKING:
    from shtairir.ids import NodeId
    from shtairir.planning.bodies import BodyPlan
    from shtairir.planning.plan import ExecutionPlan, Task


@dataclass(frozen=True, slots=True)
class Step:
    """One task of the body.

    Attributes
    ----------
    row
        For a task that takes and gives numbers only.
    reads
        The slots that it needs.
    writes
        The slots that it fills.
    ends
        The slots that nobody reads after it.
    places
        Where the tallies of its nodes are.
    is_end
        Whether it stands for an output of the body.
    is_plain
        Whether it is a call of a block that needs no more than its arguments.
    """

    task: int
    call: Call | Composite | HandingOn
    row: Row | None
    reads: frozenset[int]
    writes: Sequence[int]
    ends: tuple[int, ...]
    places: tuple[int, ...]
    is_end: bool
    is_plain: bool


class BodyProgram:
    """What all iterations of all loops over a body share; holds nothing of a run.

    Attributes
    ----------
    outputs
        The slots of the body's outputs, in the order of `names`.
    """

    def __init__(self, body: BodyPlan) -> None:
        self.body = body
        self.plan = body.plan
        self.program = program_of(body.plan)
        self.shape = self.program.shape
        self.names = tuple(body.outputs)
        self.outputs = tuple(self.plan.tasks[task].first_slot for task in body.outputs.values())
        self.kept = frozenset(self.outputs)
        self.input_slots = {name: self.plan.tasks[task].first_slot for name, task in body.inputs.items()}
        self.given = frozenset(body.inputs.values())
        self.readers = readers_with(self.shape, self.kept)
        self._rows = RowMaker(self.plan.tasks, self.shape)

    @cached_property
    def nodes(self) -> list[NodeId]:
        """The nodes whose tallies are kept, by place: the first names of tasks and of their parts."""
        return [call.node for task in self.plan.tasks if task.number not in self.given for call in task.calls]

    @cached_property
    def steps(self) -> list[Step]:
        """The tasks of an iteration."""
        taken = set(self.body.outputs.values())
        order = [task for task in self.plan.tasks if task.number not in self.given]
        ends = self._ends(order)
        node_places = iter(range(len(self.nodes)))
        return [
            Step(
                task.number,
                self.program.call(task.number),
                self._row(task),
                frozenset(self.shape.reads[task.number]),
                self.shape.writes[task.number],
                tuple(ends.get(task.number, ())),
                tuple(next(node_places) for _ in task.calls),
                task.number in taken,
                _is_plain(self.program.call(task.number)),
            )
            for task in order
        ]

    @cached_property
    def shortest_timeout_s(self) -> float:
        """The least that an attempt at a node of the body, or of a loop in it, may take."""
        return _shortest_s(self.plan)

    @cached_property
    def has_conditions(self) -> bool:
        """Whether a policy may leave out a node."""
        return any(task.policy.condition is not None for task in self.plan.tasks)

    @cached_property
    def step_of(self) -> dict[int, Step]:
        """The steps by their tasks."""
        return {step.task: step for step in self.steps}

    @cached_property
    def steps_once(self) -> list[Step]:
        """The tasks that come out the same in every iteration."""
        return [step for step in self.steps if step.task in self.body.invariant]

    @cached_property
    def steps_each(self) -> list[Step]:
        """The tasks of an iteration when the others are done."""
        return [step for step in self.steps if step.task not in self.body.invariant]

    @cached_property
    def read_each_time(self) -> frozenset[int]:
        """The slots that are read in every iteration."""
        return self.kept.union(*(self.shape.reads[step.task] for step in self.steps_each))

    @cached_property
    def slots_once(self) -> list[int]:
        """The slots that hand on what is computed once."""
        return [slot for step in self.steps_once for slot in step.writes if slot in self.read_each_time]

    @property
    def constants(self) -> list[Any]:
        """The values for the slots behind those of the tasks."""
        return self._rows.constants

    def _row(self, task: Task) -> Row | None:
        call = self.program.call(task.number)
        if not isinstance(call, Call) or not is_simple(task, call.resources):
            return None
        row = self._rows.row(task.number, ())
        return row if row.arity != GENERAL else None

    def _ends(self, order: Sequence[Task]) -> dict[int, list[int]]:
        """Return the slots that end with each task; those of inputs that nobody reads end with none."""
        last: dict[int, int] = {}
        for task in order:
            for slot in (*self.shape.reads[task.number], *self.shape.writes[task.number]):
                last[slot] = task.number
        ends: dict[int, list[int]] = {}
        for slot, number in last.items():
            if slot not in self.kept:
                ends.setdefault(number, []).append(slot)
        return ends


def _is_plain(call: Call | Composite | HandingOn) -> bool:
    return (
        isinstance(call, Call)
        and call.context_argument is None
        and not call.resources
        and not call.task.policy.depends_on
        and call.task.body is None
    )


def _shortest_s(plan: ExecutionPlan) -> float:
    limits = {task.policy.timeout_s for task in plan.tasks}
    inner = [_shortest_s(task.body.plan) for task in plan.tasks if task.body is not None]
    return min([limit_s for limit_s in limits if limit_s is not None] + inner, default=math.inf)


class Once:
    """What is computed once for all iterations of one run of a loop, in the first of them.

    If that fails, each iteration computes everything by itself: they fail one by one then.

    Attributes
    ----------
    values
        By slot.
    is_settled
        Whether they are there.
    """

    def __init__(self, program: BodyProgram) -> None:
        self.is_open = bool(program.steps_once)
        self.is_settled = False
        self.values: dict[int, Any] = {}
        self.held: set[int] = set()
