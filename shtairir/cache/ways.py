"""Ways through a plan: what leads to what, and what calls a node."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from weakref import WeakKeyDictionary

from shtairir.ids import NodeId
from shtairir.planning.columns import Tasks
from shtairir.planning.plan import ExecutionPlan, Lineage, Task

_sinks: WeakKeyDictionary[Lineage, tuple[NodeId, ...]] = WeakKeyDictionary()
_calls: WeakKeyDictionary[ExecutionPlan, Mapping[NodeId, Task]] = WeakKeyDictionary()


def without_outputs(plan: ExecutionPlan) -> tuple[NodeId, ...]:
    """Return the nodes that are there for what they do, and not for what they make."""
    known = _sinks.get(plan.lineage)
    if known is None:
        calls = (task for whole in plan.tasks for task in whole.calls)
        known = _sinks[plan.lineage] = tuple(task.node for task in calls if not task.definition.outputs)
    return known


def find_call(plan: ExecutionPlan, node: NodeId) -> Task | None:
    """Return what calls a node's block, also when the plan has no index of its nodes."""
    if isinstance(plan.tasks, Tasks):
        place = plan.tasks.columns.places.get(node)
        task = plan.tasks[place] if place is not None else None
        return plan.call(node) if task is not None and task.parts else task
    calls = _calls.get(plan)
    if calls is None:
        found = [task for whole in plan.tasks for task in whole.calls]
        calls = _calls[plan] = {name: task for task in found for name in (task.node, *task.aliases)}
    return calls.get(node)


def following(plan: ExecutionPlan, nodes: Iterable[NodeId]) -> set[NodeId]:
    """Return the nodes that come after some nodes."""
    behind = set(nodes)
    found: set[NodeId] = set()
    for whole in plan.tasks:
        for task in whole.calls:
            if any(item.source.node in behind for item in task.inputs):
                names = (task.node, *task.aliases)
                behind.update(names)
                found.update(names)
    return found


def spared_by(plan: ExecutionPlan, running: Collection[NodeId], restored: Collection[NodeId]) -> dict[NodeId, NodeId]:
    """Return, for nodes that neither run nor are restored, the restored node that each leads to."""
    found: dict[NodeId, NodeId] = {}
    for whole in reversed(plan.tasks):
        for task in reversed(whole.calls):
            by = task.node if task.node in restored else found.get(task.node)
            if by is None or task.node in running:
                continue
            for item in task.inputs:
                if item.source.node not in running and item.source.node not in restored:
                    found.setdefault(item.source.node, by)
    return found
