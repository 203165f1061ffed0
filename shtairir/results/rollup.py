"""What became of an instance: that of the nodes in it, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from shtairir.block.values import ValueSummary
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.planning.instances import Instance
    from shtairir.planning.plan import ExecutionPlan
    from shtairir.results.nodes import NodeResult

_WORST_FIRST = (NodeStatus.FAILED, NodeStatus.TIMED_OUT, NodeStatus.CANCELLED, NodeStatus.RUNNING)
_UNDER_WAY = (NodeStatus.WAITING, NodeStatus.READY)


def instances_of(plan: ExecutionPlan) -> dict[NodeId, Instance]:
    """Return the instances of a plan by path, also those in the bodies of loops."""
    found = dict(plan.instances)
    for task in plan.tasks:
        if task.body is not None:
            found.update(instances_of(task.body.plan))
    return found


def aliases_of(plan: ExecutionPlan) -> dict[PortRef, PortRef]:
    """Return what is made by another than who hands it out, also in the bodies of loops."""
    found = dict(plan.aliases)
    for task in plan.tasks:
        if task.body is not None:
            found.update(aliases_of(task.body.plan))
    return found


def rolled_up(
    path: NodeId,
    instance: Instance,
    inside: Sequence[NodeResult],
    outputs: Mapping[PortName, ValueSummary],
) -> NodeResult:
    """Return the result of an instance.

    Parameters
    ----------
    inside
        Those of the nodes in it, also of those inside of instances in it.
    outputs
        What is known of its outputs.
    """
    from shtairir.results.nodes import NodeResult

    costly = [node for node in inside if not node.taken_by]
    status = overall(node.status for node in costly) if costly else NodeStatus.DONE
    failed = next((node for node in costly if node.error is not None), None)
    started = [node.started_s for node in inside if node.started_s is not None]
    return NodeResult(
        path,
        status,
        elapsed_s=sum(node.elapsed_s for node in inside),
        started_s=min(started, default=None),
        error=failed.error if failed is not None else None,
        output_bytes=sum(summary.nbytes for summary in outputs.values()),
        peak_bytes=max((node.peak_bytes for node in inside), default=0),
        outputs=outputs,
        reason=inside[0].reason if inside and status in (NodeStatus.SKIPPED, NodeStatus.CACHED) else "",
        count=max((node.count for node in inside), default=1),
        failed=sum(node.failed for node in inside),
        parts=instance.parts,
    )


def overall(statuses: Iterable[NodeStatus]) -> NodeStatus:
    """Return the status of a whole from those of its parts."""
    found = set(statuses)
    for status in _WORST_FIRST:
        if status in found:
            return status
    if not found.isdisjoint(_UNDER_WAY):
        return NodeStatus.WAITING if found <= {*_UNDER_WAY, NodeStatus.SKIPPED} else NodeStatus.RUNNING
    if NodeStatus.CACHED in found and found <= {NodeStatus.CACHED, NodeStatus.SKIPPED}:
        return NodeStatus.CACHED
    return NodeStatus.SKIPPED if found == {NodeStatus.SKIPPED} else NodeStatus.DONE
