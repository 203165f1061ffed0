"""What each node is doing: a pure fold over the events of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shtairir.block.values import ValueSummary
from shtairir.events import (
    Event,
    NodeCancelled,
    NodeFailed,
    NodeFailure,
    NodeFinished,
    NodeProgressed,
    NodeSkipped,
    NodeStarted,
    NodeStatus,
)
from shtairir.ids import NodeId, PortName

if TYPE_CHECKING:
    from shtairir.results import NodeResult


@dataclass(frozen=True, slots=True)
class NodeRuntime:
    """The state of one node in the current or last run.

    Attributes
    ----------
    status
        None when the node took no part in a run yet.
    progress
        0..1 while a block reports it, else None.
    reason
        Why the node was skipped, and `cause`, the node that failed before it.
    stale
        The node's inputs changed since this result was made.
    """

    status: NodeStatus | None = None
    progress: float | None = None
    message: str = ""
    started_s: float | None = None
    elapsed_s: float | None = None
    output_bytes: int = 0
    peak_bytes: int = 0
    failure: NodeFailure | None = None
    summaries: Mapping[PortName, ValueSummary] = field(default_factory=dict)
    reason: str = ""
    cause: NodeId | None = None
    stale: bool = False


IDLE = NodeRuntime()
SETTLED = frozenset(
    {
        NodeStatus.DONE,
        NodeStatus.CACHED,
        NodeStatus.SKIPPED,
        NodeStatus.FAILED,
        NodeStatus.TIMED_OUT,
        NodeStatus.CANCELLED,
        NodeStatus.COMPENSATED,
    }
)


def final_states(results: Mapping[str, NodeResult]) -> dict[NodeId, NodeRuntime]:
    """The state of every node after a run, also of those that the plan made events for nowhere.

    A node that was computed while planning, or shares the result of an equal one, is as done as the others.
    """
    return {
        NodeId(node): NodeRuntime(
            status=found.status,
            elapsed_s=found.elapsed_s,
            output_bytes=found.output_bytes,
            peak_bytes=found.peak_bytes,
            failure=found.error,
            summaries=found.outputs,
            message=found.reason,
            reason=found.reason,
        )
        for node, found in results.items()
    }


def advance(before: NodeRuntime, event: Event) -> NodeRuntime:
    """The node's state after `event`, which must be about that node."""
    match event:
        case NodeStarted():
            return NodeRuntime(status=NodeStatus.RUNNING, started_s=event.at_s)
        case NodeProgressed():
            return replace(before, progress=event.fraction, message=event.message)
        case NodeFinished():
            return NodeRuntime(
                status=NodeStatus.DONE,
                progress=1.0,
                elapsed_s=event.elapsed_s,
                output_bytes=event.output_bytes,
                peak_bytes=event.peak_bytes,
                summaries=event.outputs,
            )
        case NodeFailed():
            return NodeRuntime(
                status=NodeStatus.FAILED,
                elapsed_s=event.elapsed_s,
                failure=event.failure,
                message=event.failure.message,
            )
        case NodeSkipped():
            return NodeRuntime(status=NodeStatus.SKIPPED, message=event.reason, reason=event.reason, cause=event.cause)
        case NodeCancelled():
            return NodeRuntime(status=NodeStatus.CANCELLED, elapsed_s=event.elapsed_s)
        case _:
            return before
