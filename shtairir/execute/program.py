"""A plan made ready to run: what each task calls, reads and writes, in flat lists.

Made once for a plan and kept as long as the plan lives, so that the second run of a plan begins at once. It learns
from the first runs what tasks take, and joins those that are cheap into bursts.
"""

from __future__ import annotations

import copy
import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import sub
from typing import TYPE_CHECKING, Any

from shtairir.execute.call import NUMBERS, Call, Face, Pace, exact_type
from shtairir.execute.choosing import with_choices
from shtairir.execute.composite import Composite
from shtairir.execute.grouping import RowMaker, with_bursts, with_rows
from shtairir.execute.handing import HandingOn
from shtairir.execute.scheduler import Shape, readers_with
from shtairir.ids import NodeId, PortRef
from shtairir.memory.collector import collector
from shtairir.planning.columns import Tasks
from shtairir.planning.config import OptimizationLevel
from shtairir.planning.passes.coarsen import CHEAP_S, may_join
from shtairir.planning.resources import held_names
from shtairir.planning.typical import median

if TYPE_CHECKING:
    from shtairir.planning.plan import ExecutionPlan, Lineage, Task

_LEARNING_RUNS = 3
_WORTH_JOINING = 0.02
_MOST_CONSTANTS = 20
_SURELY_LONG_S = 20e-3
"""A time below this may have been spent waiting for another thread, when it was measured only once."""


@dataclass(frozen=True, slots=True, eq=False)
class Keeping:
    """The outputs that a run keeps.

    Attributes
    ----------
    names, slots
        Their names as results, and their slots.
    heavy
        Those of the slots whose values may be more than a number.
    readers
        How many readers each slot of the plan has; one more where it is kept.
    """

    names: Sequence[str]
    slots: Sequence[int]
    slot_set: frozenset[int]
    heavy: Sequence[int]
    readers: Sequence[int]


class Program:
    """What all runs of a plan share.

    Attributes
    ----------
    shape, plain
        Task by task; `plain` without choices.
    tasks
        Those of the plan.
    shortest_timeout_s
        The least that an attempt at one of these may take, if there is a limit.
    holds_resources, has_dependencies
        Whether a block declares resources, and whether a node depends on something outside.
    """

    def __init__(self, plan: ExecutionPlan) -> None:
        self.plain = self.shape = _shape(plan)
        if plan.branching is not None:
            self.shape = with_choices(self.shape, plan.branching)
        self._places = plan.branching.places if plan.branching is not None else {}
        self.tasks = plan.tasks
        policies = {id(task.policy): task.policy for task in plan.tasks}.values()
        limits = {policy.timeout_s for policy in policies}
        self.has_dependencies = any(policy.depends_on for policy in policies)
        self.shortest_timeout_s = min((limit_s for limit_s in limits if limit_s is not None), default=None)
        self._held = held_names([task.requirements for task in plan.tasks], plan.limits)
        self.holds_resources = any(self._held)
        self._paces: dict[int, Pace] = defaultdict(Pace)
        self._faces: dict[int, Face] = {}
        self._calls: list[Call | Composite | HandingOn | None] = [None] * len(plan.tasks)
        self._keepings: dict[tuple[PortRef, ...], Keeping] = {}
        self._may_burst = plan.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE)
        self._costs = [task.estimate.elapsed_s for task in plan.tasks]
        self._runs = 0
        self._rows = RowMaker(tuple(plan.tasks), self.shape)
        self._joined: Shape | None = None
        self._overran: set[int] = set()

    @cached_property
    def can_be_undone(self) -> bool:
        """Whether any task has an effect that can be undone."""
        return any(task.definition.traits.compensate is not None for task in self.tasks)

    def adapted(self, plan: ExecutionPlan) -> Program:
        """Return the program of a plan that differs from this one's in values."""
        program = copy.copy(self)
        changed = _different(self.tasks, plan.tasks)
        program.tasks = plan.tasks
        program._calls = list(self._calls)
        for number in changed:
            program._calls[number] = None
        if len(self._rows.constants) > _MOST_CONSTANTS * len(plan.tasks):  # those of earlier values are among them
            program._rows, program._joined = RowMaker(plan.tasks, self.shape), None
        else:
            program._rows = self._rows.adapted(plan.tasks, changed)
            program._joined = None if self._joined is None else with_rows(self._joined, program._rows, changed)
        return program

    def call(self, task: int) -> Call | Composite | HandingOn:
        """Return what calls a task's block, or blocks."""
        call = self._calls[task]
        if call is None:
            call = self._calls[task] = self._made_call(self.tasks[task], self._held[task])
        return call

    def _made_call(self, task: Task, held: tuple[str, ...]) -> Call | Composite | HandingOn:
        if task.parts:
            return Composite(task)
        if task.number in self._places:
            return HandingOn(task, self._places[task.number])
        key = id(task.definition)
        face = self._faces.get(key)
        if face is None:
            face = self._faces[key] = Face.of(task.definition)
        call = _loop_call(task, self._paces[key], face) if task.body else Call(task, self._paces[key], face)
        call.resources = held
        return call

    # --- what is kept -----------------------------------------------------------------------------------------

    def keeping(self, plan: ExecutionPlan, more: Sequence[PortRef] | None) -> Keeping:
        """Return what a run keeps besides the plan's results; for ``None``, everything."""
        if more is None:
            return self._keeping(plan, plan.slots)
        key = tuple([plan.aliases.get(port, port) for port in more])
        if key not in self._keepings:
            slots = _slots_of(plan, {port.node for port in (*plan.results, *key)})
            wanted = {port: slots[port] for port in (*plan.results, *key) if port in slots}
            self._keepings = {key: self._keeping(plan, wanted)}
        return self._keepings[key]

    def _keeping(self, plan: ExecutionPlan, wanted: Mapping[PortRef, int]) -> Keeping:
        slots = tuple(wanted.values())
        heavy = [slot for slot in slots if not _holds_number(plan.tasks[self.shape.writer[slot]], slot)]
        return Keeping(tuple(map(str, wanted)), slots, frozenset(slots), heavy, readers_with(self.shape, slots))

    # --- bursts -----------------------------------------------------------------------------------------------

    def joined(self, *, alone: bool = False) -> tuple[Shape, list[Any]]:
        """Return the shape with bursts, and the constants that stand in the slots behind those of the values.

        Parameters
        ----------
        alone
            Whether each task is to be handed out by itself all the same.
        """
        nothing_is_known = self._joined is None and not any(self._costs)
        if alone or nothing_is_known or not self._may_burst:
            return self.shape, []
        if self._joined is None:
            simple = list(map(may_join, self.tasks, self._held))
            self._joined = with_bursts(self.tasks, self.shape, self._costs, simple, self._rows)
        return self._joined, self._rows.constants

    def learn(self, started_s: Sequence[float], ended_s: Sequence[float]) -> None:
        """Take note of the times of a run that is done."""
        if not self._may_burst or self._runs >= _LEARNING_RUNS:
            return
        self._runs += 1
        times = list(map(sub, ended_s, started_s))
        if self._runs == 1:
            self._take(_credible(self.tasks, times))
        else:
            pairs = zip(self._costs, times, strict=True)
            self._take([time if cost is None or time < cost else cost for cost, time in pairs])

    def overrun(self, task: int, elapsed_s: float) -> None:
        """Take note that a task took far longer than expected; once may be somebody else's fault."""
        if task not in self._overran:
            self._overran.add(task)
            return
        self._costs[task] = elapsed_s
        self._joined = None
        self._runs = min(self._runs, 1)

    def _take(self, costs: list[float]) -> None:
        before, self._costs = self._costs, [*costs]
        # Without a call for each: to learn shall not cost as much as a run of trivial tasks.
        pairs = zip(before, costs, strict=True)
        changed = sum([(one is not None and one <= CHEAP_S) is not (other <= CHEAP_S) for one, other in pairs])
        # To join again takes as long as a few runs of cheap tasks.
        if changed > len(before) * _WORTH_JOINING or (changed and self._runs == _LEARNING_RUNS):
            self._joined = None


def _loop_call(task: Task, pace: Pace, face: Face) -> Call:
    from shtairir.execute.loop import LoopCall  # which has programs of its own, and is not needed by most

    return LoopCall(task, pace, face)


def _different(tasks: Sequence[Task], others: Sequence[Task]) -> list[int]:
    """Return the numbers of the tasks that two plans of one lineage do not share."""
    if isinstance(tasks, Tasks) and isinstance(others, Tasks):
        found = others.differing(tasks)
        if found is not None:
            return found
    return [task.number for old, task in zip(tasks, others, strict=True) if old is not task]


def _credible(tasks: Sequence[Task], times: Sequence[float]) -> list[float]:
    """Return the times of a first run; one that is out of all proportion is replaced by the median of its block."""
    by_block: dict[int, list[float]] = {}
    for task, elapsed_s in zip(tasks, times, strict=True):
        by_block.setdefault(id(task.definition), []).append(elapsed_s)
    usual = {key: median(found) for key, found in by_block.items() if len(found) > 2}
    return [
        usual.get(id(task.definition), elapsed_s) if CHEAP_S < elapsed_s < _SURELY_LONG_S else elapsed_s
        for task, elapsed_s in zip(tasks, times, strict=True)
    ]


_programs: weakref.WeakKeyDictionary[Lineage, Program] = weakref.WeakKeyDictionary()


def program_of(plan: ExecutionPlan) -> Program:
    """Return the program of a plan, made when it is first asked for."""
    program = _programs.get(plan.lineage)
    if program is None:
        with collector.burst(lasting=True):  # tens of thousands of small objects, as for the plan itself
            program = _programs[plan.lineage] = Program(plan)
    elif program.tasks is not plan.tasks:
        program = _programs[plan.lineage] = program.adapted(plan)
    return program


def _slots_of(plan: ExecutionPlan, nodes: set[NodeId]) -> dict[PortRef, int]:
    """Return what `ExecutionPlan.slots` has of some nodes, which is quicker to make."""
    return {
        PortRef(node, port.name): task.first_slot + number
        for whole in _tasks_of(plan, nodes)
        for task in whole.calls
        for node in (task.node, *task.aliases)
        if node in nodes
        for number, port in enumerate(task.definition.outputs)
    }


def _tasks_of(plan: ExecutionPlan, nodes: set[NodeId]) -> Iterable[Task]:
    """Return at least the tasks that do the work of some nodes."""
    if not isinstance(plan.tasks, Tasks):
        return plan.tasks
    places = plan.tasks.columns.places
    return [plan.tasks[place] for place in sorted({places[node] for node in nodes if node in places})]


def _holds_number(task: Task, slot: int) -> bool:
    return exact_type(task.definition.outputs[slot - task.first_slot].type) in NUMBERS


def _shape(plan: ExecutionPlan) -> Shape:
    tasks = plan.tasks
    successors: list[list[int]] = [[] for _ in tasks]
    writer = [0] * sum([len(task.definition.outputs) for task in tasks])
    for task in tasks:
        for before in task.waits_for:
            successors[before].append(task.number)
        for slot in range(task.first_slot, task.first_slot + len(task.definition.outputs)):
            writer[slot] = task.number
    # A task that reads a value through two arguments is one reader of it.
    reads = [tuple({item.slot for item in task.inputs}) for task in tasks]
    readers = [0] * len(writer)
    for slots in reads:
        for slot in slots:
            readers[slot] += 1
    return Shape(
        waits=[len(task.waits_for) for task in tasks],
        successors=successors,
        reads=reads,
        writes=[_written(task, readers) for task in tasks],
        readers=readers,
        writer=writer,
        stages=[task.stage for task in tasks] if plan.barriers else None,
    )


def _written(task: Task, readers: Sequence[int]) -> Sequence[int]:
    """Return the slots that a task writes; of a composite those that others read: the rest is hardly ever made."""
    slots = range(task.first_slot, task.first_slot + len(task.definition.outputs))
    return [slot for slot in slots if readers[slot]] if task.parts else slots
