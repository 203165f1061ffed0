"""What a run writes down of each task, in flat lists: a thousand nodes must cost a millisecond, not ten."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shtairir.block.values import ValueSummary, summarize
from shtairir.events import NodeFailure, NodeStatus
from shtairir.ids import NodeId, PortName

if TYPE_CHECKING:
    from shtairir.planning.plan import ExecutionPlan

SELF_DESCRIBING = frozenset({float, int, bool, type(None)})
"""Types so small that a value is kept instead of its summary, which is made when somebody asks."""


def described(value: object, family: str) -> ValueSummary:
    """Return the summary of a value of any class, also of one that cannot be described."""
    try:
        return summarize(value, family)
    except Exception:  # noqa: BLE001 - a foreign class may do anything when it is looked at
        return ValueSummary(family, f"a {type(value).__name__} that cannot be described")


@dataclass(slots=True)
class Records:
    """The notes of one run, by task.

    Each entry is written by one thread: the worker of the task, or whoever ends it.

    Attributes
    ----------
    outputs
        For each output its summary, or the value where that is as small.
    causes
        The task whose failure kept this one from running.
    notes
        Why a task was stopped, where there is more to say than that it was.
    """

    plan: ExecutionPlan
    started_s: list[float] = field(init=False)
    elapsed_s: list[float] = field(init=False)
    output_bytes: list[int] = field(init=False)
    peak_bytes: list[int] = field(init=False)
    status: list[NodeStatus] = field(init=False)
    outputs: list[tuple[Any, ...]] = field(init=False)
    failures: dict[int, NodeFailure] = field(default_factory=dict)
    causes: dict[int, int] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.plan.tasks)
        self.started_s = [0.0] * count
        self.elapsed_s = [0.0] * count
        self.output_bytes = [0] * count
        self.peak_bytes = [0] * count
        self.status = [NodeStatus.WAITING] * count
        self.outputs = [()] * count

    def summaries(self, task: int) -> dict[PortName, ValueSummary]:
        """Return the summaries of a task's outputs."""
        ports = self.plan.tasks[task].definition.outputs
        return {
            port.name: noted if isinstance(noted, ValueSummary) else summarize(noted, port.type.family)
            for port, noted in zip(ports, self.outputs[task], strict=False)
        }

    def task_numbers(self) -> dict[NodeId, int]:
        """Return the task of each node, also of those that share one."""
        numbers = {task.node: task.number for task in self.plan.tasks}
        for task in self.plan.tasks:
            numbers.update(dict.fromkeys(task.aliases, task.number))
        return numbers
