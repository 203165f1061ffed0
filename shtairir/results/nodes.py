"""What became of each node of a run; worked out of the records when it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from shtairir.block.values import ValueSummary, summarize
from shtairir.events import NodeFailure, NodeStatus
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.results.records import PartRecord, Records
from shtairir.results.rollup import aliases_of, instances_of, rolled_up

if TYPE_CHECKING:
    from shtairir.planning.instances import Instance


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one node.

    Attributes
    ----------
    started_s
        Seconds after the start of the run; ``None`` if it never started.
    error
        Why it failed, if it did.
    peak_bytes
        The most memory that it held from the pool and in its outputs.
    outputs
        A summary of each output, also of those whose values are gone.
    reason
        In words, why it did not run or has no result.
    count
        How often it ran: more than once inside a loop, where the times and failures are those of all runs together.
    failed
        In how many of these it failed.
    slowest_s, slowest
        The longest of these, and the number of the loop's iteration in which that was.
    iterations
        Of a loop, how many there were.
    taken_by
        For a node that failed, the nodes that took their fallback instead, so that nothing that is wanted is missing.
    parts
        For an instance, whose other facts are those of all nodes in it together: the nodes and instances in it.
    attempts
        How often it was tried. The time is that of the last attempt.
    """

    node: NodeId
    status: NodeStatus
    elapsed_s: float = 0.0
    started_s: float | None = None
    error: NodeFailure | None = None
    output_bytes: int = 0
    peak_bytes: int = 0
    outputs: Mapping[PortName, ValueSummary] = field(default_factory=lambda: MappingProxyType({}))
    reason: str = ""
    count: int = 1
    failed: int = 0
    slowest_s: float = 0.0
    slowest: int | None = None
    iterations: int = 0
    taken_by: tuple[NodeId, ...] = ()
    parts: tuple[NodeId, ...] = ()
    attempts: int = 1


def _not_reached(loop: NodeResult) -> str:
    """Return why a node in a loop has not run."""
    return loop.reason or f"Not reached in any iteration of '{loop.node}'."


class NodeResults(Mapping[str, NodeResult]):
    """The result of every node of the graph, in its order; each is made when it is looked at.

    What is inside of instances goes by its path, ``clean/blur``. Instances can be looked up, too, but are not gone
    through with the rest: their results are those of the nodes in them, see `instances`.

    Attributes
    ----------
    records
        The notes of the run, for whoever has to look at many nodes at once.
    run_started_s
        When the run began, by its clock.
    """

    def __init__(self, records: Records, run_started_s: float) -> None:
        self._records = self.records = records
        self._plan = records.plan
        self._run_started_s = self.run_started_s = run_started_s

    @cached_property
    def _tasks(self) -> dict[NodeId, int]:
        return self._records.task_numbers()

    def __getitem__(self, node: str) -> NodeResult:
        id = NodeId(node)
        task = self._tasks.get(id)
        if task is not None:
            return self._of_task(id, task)
        loop = self._loops.get(id)
        if loop is not None:
            return self._in_loop(id, *loop)
        if id in self._plan.folded:
            return NodeResult(id, NodeStatus.DONE, outputs=self._folded(id), reason="Computed while planning.")
        if id in self._plan.dropped:
            return NodeResult(id, NodeStatus.SKIPPED, reason=self._plan.why_dropped(id))
        if id in self.instances:
            return self._of_instance(id)
        if id in self._ends:
            return self._of_end(id)
        home = self.instances.get(NodeId(id.rpartition("/")[0]))
        if home is not None and id in home.parts:
            return NodeResult(id, NodeStatus.DONE, reason="Hands on the value that is set.")
        raise KeyError(f"The graph that ran has no node '{node}'.")

    @cached_property
    def instances(self) -> Mapping[NodeId, Instance]:
        """The instances by path, outer ones first."""
        return instances_of(self._plan)

    @cached_property
    def _inside(self) -> dict[NodeId, list[NodeId]]:
        """The nodes in each instance, also those in the instances inside of it."""
        inside: dict[NodeId, list[NodeId]] = {}
        for node in self._plan.nodes:
            parts = node.split("/")
            for depth in range(1, len(parts)):
                inside.setdefault(NodeId("/".join(parts[:depth])), []).append(node)
        return inside

    @cached_property
    def _ends(self) -> dict[NodeId, PortRef]:
        """Inputs and outputs of definitions that do nothing, and what is handed on there."""
        return {name.node: made for name, made in aliases_of(self._plan).items() if name.node not in self.instances}

    def _of_instance(self, path: NodeId) -> NodeResult:
        instance = self.instances[path]
        inside = [self[node] for node in self._inside.get(path, ())]
        outputs = {}
        for name, made in instance.outputs.items():
            summary = self[made.node].outputs.get(made.port)
            if summary is not None:
                outputs[name] = summary
        return rolled_up(path, instance, inside, outputs)

    def _of_end(self, end: NodeId) -> NodeResult:
        made = self._ends[end]
        try:
            source = self[made.node]
        except KeyError:  # a loop gives it
            return NodeResult(end, NodeStatus.DONE, reason="Hands on what the loop gives.")
        summary = source.outputs.get(made.port)
        status = NodeStatus.SKIPPED if source.status is NodeStatus.FAILED else source.status
        reason = source.reason or f"Hands on what '{made.node}' makes."
        return NodeResult(end, status, outputs={made.port: summary} if summary is not None else {}, reason=reason)

    @cached_property
    def _loops(self) -> dict[NodeId, tuple[int, NodeId]]:
        """For each node of a body the task of the loop, and the node that does its work there."""
        return {
            name: (task.number, node)
            for task in self._plan.tasks
            if task.body
            for node in task.body.nodes
            for name in task.twins(node)
        }

    def _in_loop(self, name: NodeId, task: int, node: NodeId) -> NodeResult:
        """Return what became of a node in all iterations of a loop."""
        loop = self._of_task(self._plan.tasks[task].node, task)
        record = self._records.loops.get(task)
        tally = record.nodes.get(node) if record is not None else None
        if tally is None or not tally.count:
            if loop.status in (NodeStatus.DONE, NodeStatus.FAILED, NodeStatus.SKIPPED):
                return NodeResult(name, NodeStatus.SKIPPED, reason=_not_reached(loop), count=0)
            return NodeResult(name, loop.status, reason=loop.reason, count=0)
        failed = tally.failed > 0 and loop.status is NodeStatus.FAILED
        does_the_work = name == node
        return NodeResult(
            name,
            NodeStatus.FAILED if failed else NodeStatus.DONE,
            elapsed_s=tally.total_s if does_the_work else 0.0,
            started_s=loop.started_s,
            error=tally.failure if failed else None,
            reason=loop.reason if does_the_work else f"Computes the same as '{node}', whose result it shares.",
            count=tally.count,
            failed=tally.failed,
            slowest_s=tally.slowest_s,
            slowest=tally.slowest,
        )

    def _of_task(self, node: NodeId, task: int) -> NodeResult:
        records = self._records
        part = records.part(task, node)
        if part is not None:
            return self._of_part(node, part, task)
        started_s = records.started_s[task]
        failure, loop = records.failure(task), records.loops.get(task)
        does_the_work = node == self._plan.tasks[task].node
        size_bytes, peak_bytes = records.sizes(task)
        return NodeResult(
            node,
            records.status(task),
            elapsed_s=records.elapsed_s(task) if does_the_work else 0.0,
            started_s=started_s - self._run_started_s if started_s else None,
            error=replace(failure, node=node) if failure is not None else None,
            output_bytes=size_bytes if does_the_work else 0,
            peak_bytes=peak_bytes if does_the_work else 0,
            outputs=records.summaries(task),
            reason=self._reason(node, task),
            taken_by=records.taken.get(task, ()),
            iterations=len(loop.statuses) if loop is not None else 0,
            attempts=max(records.attempts.get(task, 1), 1),
        )

    def _of_part(self, node: NodeId, part: PartRecord, task: int) -> NodeResult:
        definition = next(call.definition for call in self._plan.tasks[task].parts if call.node == part.node)
        does_the_work = node == part.node
        taken_by = self._records.taken.get(task, ()) if part.failure is not None else ()
        shares = f"Computes the same as '{part.node}', whose result it shares."
        speaks_for_itself = does_the_work or part.status is not NodeStatus.DONE
        return NodeResult(
            node,
            part.status,
            elapsed_s=part.elapsed_s if does_the_work else 0.0,
            started_s=part.started_s - self._run_started_s if part.status is not NodeStatus.SKIPPED else None,
            error=replace(part.failure, node=node) if part.failure is not None else None,
            output_bytes=part.output_bytes if does_the_work else 0,
            peak_bytes=part.peak_bytes if does_the_work else 0,
            outputs=part.summaries(definition),
            reason=(part.reason or self._records.reasons.get(node, "")) if speaks_for_itself else shares,
            taken_by=taken_by,
        )

    def _reason(self, node: NodeId, task: int) -> str:
        records, tasks = self._records, self._plan.tasks
        if task in records.spared:
            return records.spared[task]
        if task in records.unneeded:
            return records.unneeded[task]
        if task in records.taken:
            return _taken(records.taken[task])
        if task in records.undone:
            return _undone(records.undone[task])
        if task in records.causes and records.failure(task) is None:
            return records.why_without(records.causes[task])
        for said in (records.restored, records.conditions, records.fallbacks, records.notes):
            if task in said:
                return said[task]
        if records.status(task) is NodeStatus.CANCELLED:
            if records.stopped_by is not None:
                began = "Stopped" if records.started_s[task] else "Not started"
                return f"{began}: '{records.stopped_by}' failed, and its policy stops the run."
            return "Stopped." if records.started_s[task] else "Not started before the run was stopped."
        if node != tasks[task].node and records.status(task) is NodeStatus.DONE:
            return f"Computes the same as '{tasks[task].node}', whose result it shares."
        return records.reasons.get(node, "")

    def culprit(self, node: NodeId) -> NodeId | None:
        """Return the node by whose fault a node has no result; itself, if it failed or was stopped."""
        task = self._tasks.get(node)
        if task is None:
            return None
        records = self._records
        part = records.part(task, node)
        if part is not None:
            return (part.cause or node) if part.status is not NodeStatus.DONE else None
        behind = records.causes.get(task)
        if behind is not None:
            return None if behind in records.conditions else records.culprit(behind)
        wanted = records.status(task) in (NodeStatus.DONE, NodeStatus.CACHED, NodeStatus.SKIPPED)
        return None if wanted else records.stopped_by or node

    def _folded(self, node: NodeId) -> dict[PortName, ValueSummary]:
        ports = self._plan.folded_definitions[node].outputs
        values = self._plan.folded[node]
        return {port.name: summarize(value, port.type.family) for port, value in zip(ports, values, strict=True)}

    def __iter__(self) -> Iterator[str]:
        return iter(self._plan.nodes)

    def __len__(self) -> int:
        return len(self._plan.nodes)

    def count(self, status: NodeStatus) -> int:
        """Return how many nodes ended so."""
        return sum(result.status is status for result in self.values())


def _undone(failure: NodeFailure | None) -> str:
    if failure is None:
        return "What it had done was undone, since the run has come to no good end."
    return f"What it had done could not be undone: {failure.message}"


def _taken(takers: tuple[NodeId, ...]) -> str:
    listed = " and ".join(f"'{node}'" for node in takers)
    return f"{listed} took {'its' if len(takers) == 1 else 'their'} fallback instead."
