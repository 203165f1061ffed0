"""A profile beside its plan: which block each node is, which row of nodes decided how long the run took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shtairir.ids import NodeId
from shtairir.memory.profiler import NodeProfile, Profile
from shtairir.planning.plan import ExecutionPlan, Task


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One node of a profile.

    Attributes
    ----------
    share
        Its part of the time of all nodes together, 0..1.
    critical
        Whether it is on the critical path of the run.
    """

    node: NodeProfile
    block: str
    category: str
    share: float
    critical: bool


def profile_rows(profile: Profile, plan: ExecutionPlan) -> list[ProfileRow]:
    """Return the nodes that took part, the slowest first."""
    calls = _calls(plan)
    path = frozenset(measured_critical_path(profile, plan))
    busy_s = profile.busy_s
    rows = []
    for node in profile.nodes:
        call = calls.get(node.node)
        definition = call.definition if call is not None else plan.folded_definitions.get(node.node)
        rows.append(
            ProfileRow(
                node,
                block=definition.id if definition is not None else "",
                category=definition.category if definition is not None else "",
                share=node.elapsed_s / busy_s if busy_s else 0.0,
                critical=node.node in path,
            )
        )
    return sorted(rows, key=lambda row: -row.node.elapsed_s)


def _calls(plan: ExecutionPlan) -> dict[NodeId, Task]:
    calls = {node: call for task in plan.tasks for call in task.calls for node in (call.node, *call.aliases)}
    for task in plan.tasks:
        if task.body is not None:
            calls.update(_calls(task.body.plan))
    return calls


def measured_critical_path(profile: Profile, plan: ExecutionPlan) -> tuple[NodeId, ...]:
    """Return the row of nodes, each waiting for the one before, that took longest in this run.

    Without making one of these quicker, no number of workers makes the run quicker. The path that the plan foresees
    (`ExecutionPlan.critical_path`) goes by estimates; this one by what was measured.
    """
    elapsed_s = {node.node: node.elapsed_s for node in profile.nodes}
    until_s: list[float] = []
    before: list[int | None] = []
    for task in plan.tasks:
        last = max(task.waits_for, key=until_s.__getitem__, default=None)
        own_s = sum(elapsed_s.get(call.node, 0.0) for call in task.calls)
        until_s.append(own_s + (until_s[last] if last is not None else 0.0))
        before.append(last)
    place = max(range(len(until_s)), key=until_s.__getitem__, default=None)
    path: list[NodeId] = []
    while place is not None:
        path += [call.node for call in reversed(plan.tasks[place].calls) if call.node in elapsed_s]
        place = before[place]
    return tuple(reversed(path))


def profile_dict(profile: Profile, plan: ExecutionPlan) -> dict[str, Any]:
    """Return a profile as JSON can hold it, the slowest node first; without its timeline, which a trace holds."""
    return {
        "elapsed_s": profile.elapsed_s,
        "busy_s": profile.busy_s,
        "workers": profile.workers,
        "utilisation": profile.utilisation,
        "peak_bytes": profile.peak_bytes,
        "peak_at_s": profile.peak_at_s,
        "owners_at_peak": [{"node": node, "nbytes": nbytes} for node, nbytes in profile.owners],
        "critical_path": list(measured_critical_path(profile, plan)),
        "nodes": [_row_dict(row) for row in profile_rows(profile, plan)],
    }


def _row_dict(row: ProfileRow) -> dict[str, Any]:
    node = row.node
    return {
        "node": node.node,
        "block": row.block,
        "status": str(node.status),
        "worker": node.worker,
        "started_s": node.started_s,
        "elapsed_s": node.elapsed_s,
        "share": row.share,
        "critical": row.critical,
        "peak_bytes": node.peak_bytes,
        "output_bytes": node.output_bytes,
        "allocated_bytes": node.allocated_bytes,
        "pool_hits": node.hits,
        "pool_misses": node.misses,
        "part_of": node.part_of,
    }
