"""A plan of a graph in which a few values have changed: only their tasks are made anew.

Whoever drags a slider plans again at every step, and of ten thousand nodes one has changed. Where a value decides
nothing but itself, the rest of the plan stays as it is. Where it may decide more (the size of an array, whether two
nodes compute the same, what can be computed while planning), `Patcher.patched` returns ``None``, and the whole graph
is planned again.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from shtairir.document.model import Link, Node
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.planning.columns import Tasks
from shtairir.planning.config import OptimizationLevel
from shtairir.planning.inference import rule_of
from shtairir.planning.passes.merge import canonical
from shtairir.planning.plan import ExecutionPlan, Task
from shtairir.planning.resolve import value_of


class Patcher:
    """Makes plans that differ from a first one in values.

    Parameters
    ----------
    nodes
        The nodes of the graph as they were planned.

    Attributes
    ----------
    plan
        The plan, with all values that were patched so far.
    """

    def __init__(self, plan: ExecutionPlan, nodes: Mapping[NodeId, Node]) -> None:
        self.plan = plan
        self._nodes = dict(nodes)
        self._merges = plan.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE)

    def patched(
        self, edited: Iterable[NodeId], nodes: Mapping[NodeId, Node], links: Mapping[PortRef, Link], base_dir: Path
    ) -> ExecutionPlan | None:
        """Return the plan with the values that nodes have now, or ``None`` if it takes more than that.

        Parameters
        ----------
        edited
            Nodes that may be different.
        nodes, links
            All of the graph as it is now; the links are those that were planned.
        """
        tasks: dict[int, Task] = {}
        fresh: dict[NodeId, Node] = {}
        for id in edited:
            fresh[id] = nodes[id]
            task = self._task(self._nodes[id], nodes[id], links, base_dir)
            if task is None:
                return None
            tasks[task.number] = task
        if not self._stay_different(tasks):
            return None
        self._nodes.update(fresh)
        for number, task in tasks.items():
            self._numbers_by_identity[_identity(task)] = number
        slots = self.plan.__dict__.get("slots")
        before = self.plan.tasks
        assert isinstance(before, Tasks)
        self.plan = replace(self.plan, tasks=Tasks(before.columns, before, tasks))
        if slots is not None:
            self.plan.__dict__["slots"] = slots  # worked out once for all of them
        return self.plan

    def _task(self, old: Node, new: Node, links: Mapping[PortRef, Link], base_dir: Path) -> Task | None:
        """Return a node's task with its values as they are now."""
        same = all(getattr(old, name) == getattr(new, name) for name in ("block", "block_version", "policy", "extra"))
        number = self._numbers.get(new.id)
        if not same or number is None:
            return None
        task = self.plan.tasks[number]
        if task.parts or task.aliases or task.overwrites or not _is_plain(task):
            return None
        linked = {item.port for item in task.inputs}
        values: dict[str, object] = {}
        for port in task.definition.inputs:
            if port.name in linked:
                continue
            if PortRef(new.id, port.name) in links:
                return None  # from a node that was computed while planning
            try:
                values[port.name] = value_of(new, port, base_dir)
            except PlanningError:
                return None
        return task._replace(values=values, title=new.title or task.definition.name)

    def _stay_different(self, tasks: Mapping[int, Task]) -> bool:
        """Whether none of the tasks computes what another one does, now."""
        if not self._merges:
            return True
        found = [self._numbers_by_identity.get(_identity(task), task.number) == task.number for task in tasks.values()]
        return all(found) and len({_identity(task) for task in tasks.values()}) == len(tasks)

    @cached_property
    def _numbers(self) -> dict[NodeId, int]:
        tasks = self.plan.tasks
        assert isinstance(tasks, Tasks)
        nodes = tasks.columns.graph.nodes
        return {nodes[number].id: index for index, number in enumerate(tasks.columns.order)}

    @cached_property
    def _numbers_by_identity(self) -> dict[Hashable, int]:
        """For all values that a task has or had, its number: one that has gone only causes a plan to be made anew."""
        return {_identity(task): task.number for task in self.plan.tasks} if self._merges else {}


def _is_plain(task: Task) -> bool:
    """Whether the values of a task decide nothing but what it computes."""
    traits = task.definition.traits
    may_be_folded = traits.elementwise and not task.inputs
    return rule_of(task.definition, remembered=False).is_simple and not may_be_folded


def _identity(task: Task) -> Hashable:
    inputs = tuple([(item.port, item.slot) for item in task.inputs])
    return id(task.definition), inputs, tuple([(name, canonical(value)) for name, value in task.values.items()])
