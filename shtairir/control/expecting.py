"""What should follow from a fault, by the policy of its node; and whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from shtairir.control.faults import DEADLY, Fault, Hit
from shtairir.errors import WorkerLostError
from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir.policy import NodePolicy, classify

if TYPE_CHECKING:
    from shtairir.planning import ExecutionPlan
    from shtairir.results.nodes import NodeResult
    from shtairir.results.result import RunResult

_AFTERWARDS = {
    "finish": "what does not need it is finished, and the run has failed",
    "stop": "nothing starts any more, and the run has failed",
    "continue": "what does not need it is finished, and the run is partial",
    "compensate": "nothing starts any more, and what was done is undone",
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should become of a node that has a fault.

    Attributes
    ----------
    attempts
        How often it is tried.
    accepted
        Whether the run is only partial for its failure, and has not failed.
    """

    node: NodeId
    attempts: int
    ending: Literal["done", "fallback", "failed"]
    accepted: bool
    words: str


def expectation(fault: Fault, plan: ExecutionPlan, node: NodeId, slow_s: float) -> Expectation:
    """Return what the policy of a node says should follow from a fault.

    Parameters
    ----------
    slow_s
        How late what is slow begins.
    """
    call = plan.call(node)
    assert call is not None  # whoever asks has looked
    policy = call.policy
    if fault.kind == "slow" and policy.timeout_s is not None and policy.timeout_s <= slow_s:
        fault = replace(fault, kind="timeout")  # so late that its time is up
    attempts, fails = _attempts(fault, policy)
    tried = _tried(attempts)
    if not fails:
        late = " It is late." if fault.kind == "slow" else ""
        return Expectation(node, attempts, "done", False, f"{tried}, and is done.{late}")
    if policy.on_failure == "fallback":
        return Expectation(node, attempts, "fallback", False, f"{tried}, and its fallback is taken.")
    accepted = policy.on_failure == "continue" or (policy.criticality == "low" and policy.on_failure == "finish")
    then = _AFTERWARDS["continue" if accepted else policy.on_failure]
    if policy.criticality == "critical" and policy.on_failure in ("finish", "continue"):
        accepted, then = False, _AFTERWARDS["stop"]
    return Expectation(node, attempts, "failed", accepted, f"{tried}, and fails: {then}.")


def _attempts(fault: Fault, policy: NodePolicy) -> tuple[int, bool]:
    """Return how often a node is tried, and whether it fails in the end."""
    if fault.kind == "slow":
        return 1, False
    for number in range(1, fault.count + 1):
        error = fault.error(number)
        assert error is not None  # only what is slow ends well
        if number > policy.retries or classify(error, policy) not in ("retryable", "conditional"):
            return number, True
    return fault.count + 1, False


def _tried(attempts: int) -> str:
    return "It is tried once" if attempts == 1 else f"It is tried {attempts} times"


def told(fault: Fault, expected: Expectation, hits: Sequence[Hit], result: RunResult) -> tuple[str, bool]:
    """Return what happened, in words, and whether it is what should have."""
    node = result.nodes[fault.node]
    if not hits:
        return f"It was not reached. {node.reason}".strip(), node.status is not NodeStatus.DONE
    unhurt = [hit for hit in hits if hit.fault in DEADLY and hit.ended and not isinstance(hit.error, WorkerLostError)]
    if unhurt:
        return "The fault did not happen: the block was not called in a worker process.", False
    ending, words = _ending(node)
    tried = "It was tried once" if len(hits) == 1 else f"It was tried {len(hits)} times"
    held = ending == expected.ending and len(hits) == expected.attempts
    if ending == "failed" and node.error is not None:
        spread = _spread(fault.node, result)
        words += f": {node.error.error_type}. {spread}".rstrip()
        return f"{tried}, and {words}", held and "all the same" not in spread
    return f"{tried}, and {words}", held


def _ending(node: NodeResult) -> tuple[str, str]:
    if node.status is NodeStatus.DONE:
        if node.reason.startswith("Took its fallback"):
            return "fallback", "its fallback was taken."
        return "done", "is done."
    if node.status in (NodeStatus.FAILED, NodeStatus.TIMED_OUT):
        return "failed", "failed"
    return str(node.status), f"is {node.status}."


def _spread(failed: NodeId, result: RunResult) -> str:
    """Return in words what became of the others."""
    counts: dict[str, int] = {}
    for name, node in result.nodes.items():
        if name != failed and node.status is not NodeStatus.DONE:
            counts[str(node.status)] = counts.get(str(node.status), 0) + 1
    reading = [str(task.node) for task in result.plan.tasks if _reads(task, failed)]
    wrong = [name for name in reading if result.nodes[name].status is NodeStatus.DONE and not _may_run(name, result)]
    if wrong:
        return f"{_listed(wrong)} ran all the same, without its result."
    return "Of the others " + ", ".join(f"{count} {status}" for status, count in counts.items()) + "." if counts else ""


def _reads(task: object, failed: NodeId) -> bool:
    return any(item.source.node == failed for item in task.inputs)  # type: ignore[attr-defined]


def _may_run(name: str, result: RunResult) -> bool:
    """Whether a node can do without one of its inputs: it takes another instead."""
    task = result.plan.task(name)
    return task is not None and task.definition.traits.lazy is not None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
