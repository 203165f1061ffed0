"""What a run writes down of each task, in flat lists: a thousand nodes must cost a millisecond, not ten.

Nothing is written down that can be told afterwards. A number is its own summary and has the size of its class, so of
a task that gives one number nothing is noted but the times: the number itself stays in its slot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from sys import getsizeof
from typing import TYPE_CHECKING, Any

from shtairir.block.values import ValueSummary, summarize
from shtairir.events import NodeFailure, NodeStatus
from shtairir.ids import NodeId, PortName
from shtairir.planning.columns import Tasks

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.planning.plan import ExecutionPlan
    from shtairir.results.iterations import LoopRecord

SELF_DESCRIBING = frozenset({float, int, bool, type(None)})
"""Types so small that a value is kept instead of its summary, which is made when somebody asks."""

MADE = frozenset({NodeStatus.DONE, NodeStatus.CACHED})
"""The statuses of nodes whose outputs are there, or were."""

_STATUS_OF_STATE = (
    NodeStatus.WAITING,
    NodeStatus.RUNNING,
    NodeStatus.DONE,
    NodeStatus.FAILED,
    NodeStatus.SKIPPED,
    NodeStatus.CANCELLED,
)
_DONE = _STATUS_OF_STATE.index(NodeStatus.DONE)


def described(value: object, family: str) -> ValueSummary:
    """Return the summary of a value of any class, also of one that cannot be described."""
    try:
        return summarize(value, family)
    except Exception:  # noqa: BLE001 - a foreign class may do anything when it is looked at
        return ValueSummary(family, f"a {type(value).__name__} that cannot be described")


@dataclass(slots=True)
class PartRecord:
    """The notes on a node whose work is part of a task's.

    Attributes
    ----------
    cause
        The node whose failure kept this one from running.
    reason
        What there is to say besides.
    """

    node: NodeId
    started_s: float
    elapsed_s: float = 0.0
    output_bytes: int = 0
    peak_bytes: int = 0
    status: NodeStatus = NodeStatus.RUNNING
    outputs: tuple[Any, ...] = ()
    failure: NodeFailure | None = None
    cause: NodeId | None = None
    reason: str = ""

    def summaries(self, definition: BlockDefinition) -> dict[PortName, ValueSummary]:
        """Return the summaries of the outputs."""
        return _summaries(definition, self.outputs)


@dataclass(slots=True)
class Records:
    """The notes of one run, by task.

    Each entry is written by one thread: the worker of the task, or whoever ends it.

    Attributes
    ----------
    slots
        The values of the run, of which the numbers stay here for good.
    states
        How far each task is, in the scheduler's numbers.
    started_s, ended_s
        When a task began and ended, by the run's clock; 0 if it did not.
    outputs
        For each output its summary, or the value where that is as small; empty where there is only a number.
    output_bytes, peak_bytes
        0 where there is only a number: ask `sizes`.
    timed_out
        Tasks that were stopped because the time was up.
    causes
        The task whose failure kept this one from running.
    unneeded
        Why a task was not needed, in a sentence.
    taken
        For tasks that failed, but for nothing that is wanted: the nodes that took their fallback instead.
    decides_for
        For each task that decides what another hands on, that one.
    attempts
        For tasks that were tried more than once, or are about to be: how often so far.
    fallbacks
        For tasks that are done by a value that their policy names: why, in a sentence.
    conditions
        For tasks whose policy's condition is false: that, in a sentence.
    restored
        For tasks that did not run, since what they make was there: where that is from, in a sentence.
    spared
        For tasks that did not run, since what they lead to was there: that, in a sentence.
    reasons
        Why nodes ran, by their names, where that is known.
    undone
        For tasks whose compensation was called, why that has not helped; ``None`` where it has.
    notes
        Why a task was stopped, where there is more to say than that it was.
    stopped_by
        The node by whose failure the run was stopped, as its policy says.
    parts
        For each task that does the work of several nodes, once it is over: what became of each.
    loops
        For each loop that has begun: what becomes of its iterations.
    """

    plan: ExecutionPlan
    slots: list[Any]
    states: bytearray
    started_s: list[float] = field(init=False)
    ended_s: list[float] = field(init=False)
    output_bytes: list[int] = field(init=False)
    peak_bytes: list[int] = field(init=False)
    outputs: list[tuple[Any, ...]] = field(init=False)
    failures: dict[int, NodeFailure] = field(default_factory=dict)
    timed_out: set[int] = field(default_factory=set)
    causes: dict[int, int] = field(default_factory=dict)
    unneeded: dict[int, str] = field(default_factory=dict)
    taken: dict[int, tuple[NodeId, ...]] = field(default_factory=dict)
    decides_for: dict[int, int] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)
    fallbacks: dict[int, str] = field(default_factory=dict)
    reasons: Mapping[NodeId, str] = field(default_factory=dict)
    conditions: dict[int, str] = field(default_factory=dict)
    restored: dict[int, str] = field(default_factory=dict)
    spared: Mapping[int, str] = field(default_factory=dict)
    undone: dict[int, NodeFailure | None] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    stopped_by: NodeId | None = None
    parts: dict[int, list[PartRecord]] = field(default_factory=dict)
    loops: dict[int, LoopRecord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.plan.tasks)
        if self.plan.branching is not None:
            self.decides_for = {decider: task for task, decider in self.plan.branching.deciders.items()}
        self.started_s = [0.0] * count
        self.ended_s = [0.0] * count
        self.output_bytes = [0] * count
        self.peak_bytes = [0] * count
        self.outputs = [()] * count

    def status(self, task: int) -> NodeStatus:
        """Return how far a task is."""
        if task in self.timed_out:
            return NodeStatus.TIMED_OUT
        if task in self.undone and self.undone[task] is None:
            return NodeStatus.COMPENSATED
        if task in self.restored or task in self.spared:
            return NodeStatus.CACHED
        return NodeStatus.FAILED if self._undecided(task) is not None else _STATUS_OF_STATE[self.states[task]]

    def failure(self, task: int) -> NodeFailure | None:
        """Return why the nodes of a task failed: in it, or when it was decided what it hands on."""
        undecided = self._undecided(task)
        return self.failures.get(task if undecided is None else undecided)

    def _undecided(self, task: int) -> int | None:
        """Return the task that should have decided for another one, and failed."""
        cause = self.causes.get(task)
        return cause if cause is not None and self.decides_for.get(cause) == task else None

    def elapsed_s(self, task: int) -> float:
        """Return how long a task took; 0 if it has not ended."""
        ended_s = self.ended_s[task]
        return ended_s - self.started_s[task] if ended_s else 0.0

    def sizes(self, task: int) -> tuple[int, int]:
        """Return the size of a task's outputs, and the most memory that it held."""
        if self.outputs[task]:
            return self.output_bytes[task], self.peak_bytes[task]
        size = sum(map(getsizeof, self._numbers(task)))
        return size, size

    def summaries(self, task: int) -> dict[PortName, ValueSummary]:
        """Return the summaries of a task's outputs."""
        return _summaries(self.plan.tasks[task].definition, self.outputs[task] or self._numbers(task))

    def _numbers(self, task: int) -> Sequence[Any]:
        """Return the outputs of a task of which nothing is noted: its number, once it is there."""
        whole = self.plan.tasks[task]
        if whole.parts or self.states[task] > _DONE:
            return ()
        numbers = self.slots[whole.first_slot : whole.first_slot + len(whole.definition.outputs)]
        return () if None in numbers else numbers

    def task_numbers(self) -> dict[NodeId, int]:
        """Return the task of each node, also of those that share one."""
        if isinstance(self.plan.tasks, Tasks):
            return self.plan.tasks.columns.places
        numbers = {call.node: task.number for task in self.plan.tasks for call in task.calls}
        for task in self.plan.tasks:
            for call in task.calls:
                numbers.update(dict.fromkeys(call.aliases, task.number))
        return numbers

    def part(self, task: int, node: NodeId) -> PartRecord | None:
        """Return the notes on a node that is part of a task, if there are any yet."""
        for call, record in zip(self.plan.tasks[task].parts, self.parts.get(task, ()), strict=False):
            if node == call.node or node in call.aliases:
                return record
        return None

    def any_part_failed(self) -> bool:
        """Whether a node failed that is part of a task."""
        return any(record.failure is not None for records in self.parts.values() for record in records)

    def is_made(self, task: int, slot: int) -> bool:
        """Whether an output of a task is there to be had."""
        if task in self.parts:
            return slot not in self.missing(task)
        return (self.status(task) in MADE and task not in self.spared) or task in self.undone

    def missing(self, task: int) -> set[int]:
        """Return the outputs of a task that its parts have not made, by slot."""
        return {
            call.first_slot + number
            for call, record in zip(self.plan.tasks[task].parts, self.parts[task], strict=True)
            if record.status not in MADE
            for number in range(len(call.definition.outputs))
        }

    def culprit(self, task: int) -> NodeId:
        """Return the node by whose fault a task failed."""
        failed = (record.node for record in self.parts.get(task, ()) if record.failure is not None)
        return next(failed, self.plan.tasks[self.decides_for.get(task, task)].node)

    def why_without(self, behind: int) -> str:
        """Return why what needs a task cannot run, once that has failed or was skipped."""
        if behind in self.conditions:
            return f"'{self.culprit(behind)}' was skipped by its condition, and this needs it."
        return f"'{self.culprit(behind)}' failed, and this needs it."

    def failure_behind(self, task: int) -> NodeFailure | None:
        """Return the failure for which the outputs of a task, or some of them, are not there."""
        culprit = self.causes.get(task, task)
        parts = (record.failure for record in self.parts.get(culprit, ()) if record.failure is not None)
        return self.failures.get(culprit) or next(parts, None)


def _summaries(definition: BlockDefinition, outputs: Sequence[Any]) -> dict[PortName, ValueSummary]:
    return {
        port.name: noted if isinstance(noted, ValueSummary) else summarize(noted, port.type.family)
        for port, noted in zip(definition.outputs, outputs, strict=False)
    }
