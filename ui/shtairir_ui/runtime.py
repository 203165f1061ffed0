"""What each node is doing: a pure fold over the events of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shtairir.block.values import ValueSummary
from shtairir.errors import AttemptTimeoutError
from shtairir.events import (
    Event,
    NodeCancelled,
    NodeCompensated,
    NodeFailed,
    NodeFailure,
    NodeFinished,
    NodeHeld,
    NodeProgressed,
    NodeRestored,
    NodeRetrying,
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
        Why the node was skipped or held, or where its result comes from; `cause`, the node that failed before it.
    attempt, attempts
        Which attempt it is or was, counted from 1, and how many there may be; 0 where nobody has said.
    due_s
        When the next attempt begins, by the clock of the run; None while none is waited for.
    held
        It could start, but somebody or something holds it: `reason` tells.
    stale
        The node's inputs changed since this result was made.
    coarse
        The result is a quick look only, made while somebody turns a knob.
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
    attempt: int = 1
    attempts: int = 0
    due_s: float | None = None
    held: bool = False
    stale: bool = False
    coarse: bool = False


IDLE = NodeRuntime()
_TOO_LONG = AttemptTimeoutError.__name__
UNDONE = "What it had done was undone."
NOT_UNDONE = "What it had done could not be undone."
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
            return NodeRuntime(
                status=NodeStatus.RUNNING, started_s=event.at_s, attempt=event.attempt, attempts=before.attempts
            )
        case NodeProgressed() if before.held and before.status is NodeStatus.WAITING:
            # It waited for a resource in the middle of its work, and goes on.
            going_on = replace(before, status=NodeStatus.RUNNING, reason="", held=False)
            return replace(going_on, progress=event.fraction, message=event.message)
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
                attempt=event.attempts,
            )
        case NodeRetrying():
            return NodeRuntime(
                status=NodeStatus.WAITING,
                message=event.failure.message,
                attempt=event.attempt + 1,
                attempts=event.attempts,
                due_s=event.at_s + event.delay_s,
            )
        case NodeHeld():
            status = NodeStatus.PAUSED if event.paused else NodeStatus.WAITING
            return replace(before, status=status, message=event.reason, reason=event.reason, due_s=None, held=True)
        case NodeRestored():
            return NodeRuntime(
                status=NodeStatus.CACHED,
                message=event.origin,
                reason=event.origin,
                output_bytes=event.output_bytes,
                summaries=event.outputs,
            )
        case NodeCompensated(failure=None):
            return replace(before, status=NodeStatus.COMPENSATED, message=UNDONE, reason=UNDONE)
        case NodeCompensated():
            return replace(before, failure=event.failure, message=f"{NOT_UNDONE} {_said(event.failure)}")
        case NodeFailed():
            return NodeRuntime(
                status=NodeStatus.TIMED_OUT if event.failure.error_type == _TOO_LONG else NodeStatus.FAILED,
                elapsed_s=event.elapsed_s,
                failure=event.failure,
                message=event.failure.message,
                attempt=event.failure.attempts,
            )
        case NodeSkipped():
            return NodeRuntime(status=NodeStatus.SKIPPED, message=event.reason, reason=event.reason, cause=event.cause)
        case NodeCancelled():
            return NodeRuntime(status=NodeStatus.CANCELLED, elapsed_s=event.elapsed_s)
        case _:
            return before


def _said(failure: NodeFailure | None) -> str:
    return failure.message if failure is not None else ""


def tries(state: NodeRuntime) -> str:
    """Which attempt it is, where there is more than one: ``attempt 2 of 4``; else empty.

    Examples
    --------
    >>> tries(NodeRuntime(attempt=2, attempts=4)), tries(NodeRuntime(attempt=3)), tries(NodeRuntime())
    ('attempt 2 of 4', 'attempt 3', '')
    """
    if state.attempt < 2:
        return ""
    return f"attempt {state.attempt} of {state.attempts}" if state.attempts else f"attempt {state.attempt}"
