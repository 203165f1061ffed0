"""A plan of a graph in which a few values and links have changed: only what they are about is planned anew.

Whoever drags a slider plans again at every step, and of ten thousand nodes one has changed. Where a value decides
nothing but itself, the rest of the plan stays as it is; where a link changes, see `shtairir.planning.repair`. Where
either may decide more (the size of an array, whether two nodes compute the same, what can be computed while planning),
`Patcher.patched` returns ``None``, and the whole graph is planned again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shtairir.document.change import Edited
from shtairir.document.model import Node
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.planning.columns import Columns, Tasks
from shtairir.planning.config import OptimizationLevel
from shtairir.planning.deferred import Deferred
from shtairir.planning.plan import ExecutionPlan, Lineage
from shtairir.planning.repair import Now, Twins, is_plain, repaired
from shtairir.planning.resolve import given_values

_MOST_EDITED = 30
"""Beyond that many nodes, to plan anew is as quick."""


class Patcher:
    """Makes plans that differ a little from a first one.

    Parameters
    ----------
    nodes
        The nodes of the graph as they were planned.

    Attributes
    ----------
    plan
        The plan, with all that was patched so far.
    """

    def __init__(self, plan: ExecutionPlan, nodes: Mapping[NodeId, Node]) -> None:
        self.plan = plan
        self._planned = nodes
        self._edited: dict[NodeId, Node] = {}
        self._twins = Twins() if plan.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE) else None

    def patched(self, edited: Edited, now: Now) -> ExecutionPlan | None:
        """Return the plan of the graph as it is now, or ``None`` if it takes more than a patch.

        Parameters
        ----------
        edited
            What may be different from before.
        """
        before = self.plan.tasks
        relinked = {port.node for port in edited.inputs}
        few = len(edited.nodes) + len(relinked) <= _MOST_EDITED
        if not isinstance(before, Tasks) or not few or not all(self._is_the_same(id, now) for id in edited.nodes):
            return None
        revalued = edited.nodes - relinked
        columns = self._revalued(before.columns, revalued, now)
        if columns is not None and edited.inputs:
            expanded = self.plan.instances or self.plan.aliases or self.plan.named
            columns = None if expanded or self._twins is None else repaired(columns, edited.inputs, now, self._twins)
        if columns is None:
            return None
        self._edited.update({id: now.nodes[id] for id in edited.nodes})
        if edited.inputs:
            self.plan = _rejoined(self.plan, before.columns, columns)
        else:
            changed = [columns.task_of[now.numbers[id]] for id in revalued]
            slots = self.plan.__dict__.get("slots")
            self.plan = replace(self.plan, tasks=Tasks(columns, before, changed))
            if slots is not None:
                self.plan.__dict__["slots"] = slots  # worked out once for all of them
        return self.plan

    def _is_the_same(self, id: NodeId, now: Now) -> bool:
        """Whether a node is what it was but for its values and looks."""
        old, new = self._edited.get(id) or self._planned.get(id), now.nodes[id]
        names = ("block", "block_version", "policy", "extra", "state")
        return old is not None and all(getattr(old, name) == getattr(new, name) for name in names)

    def _revalued(self, columns: Columns, edited: Iterable[NodeId], now: Now) -> Columns | None:
        """Return the columns with the values that nodes have now."""
        for id in edited:
            number = now.numbers.get(id)
            node = columns.graph.nodes.get(number) if number is not None else None
            if number is None or node is None or node.parts or node.overwrites or node.body is not None:
                return None
            definition = node.definition
            may_be_folded = definition.traits.elementwise and not node.feeds
            if number in columns.aliases or not is_plain(definition) or may_be_folded:
                return None
            linked = [feed.port for feed in node.feeds]
            if any(port.name not in linked and PortRef(id, port.name) in now.links for port in definition.inputs):
                return None  # from a node that was computed while planning
            try:
                values = given_values(now.nodes[id], definition, node.feeds, now.base_dir)
            except PlanningError:
                return None
            node = node._replace(values=values, title=now.nodes[id].title or definition.name)
            if self._twins is not None and self._twins.has(columns, number, node):
                return None
            columns = columns.with_node(number, node)
        return columns


def _rejoined(plan: ExecutionPlan, before: Columns, columns: Columns) -> ExecutionPlan:
    """Return a plan like another, with other links."""
    parallelism, estimated_s = plan.parallelism, plan.estimated_s
    if columns.finishes is not before.finishes:
        parallelism = columns.parallelism
        if plan.sequential_s is not None and estimated_s is not None:
            estimated_s = max(columns.critical_s, plan.sequential_s / plan.workers)
    return replace(
        plan,
        tasks=Tasks(columns),
        stages=Deferred(columns.stages),
        critical_path=Deferred(columns.critical_path),
        parallelism=parallelism,
        results=Deferred(columns.results),
        reasons=Deferred(columns.reasons),
        estimated_s=estimated_s,
        lineage=Lineage(),
    )
