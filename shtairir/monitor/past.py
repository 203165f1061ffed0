"""What is known of runs that are over: plain values that history hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from shtairir.block.values import ValueSummary
from shtairir.events import NodeFailure, NodeStatus
from shtairir.ids import BlockId, NodeId, PortName, RunKey

Origin: TypeAlias = Literal["api", "cli", "window"]
"""Who started a run."""

Measure: TypeAlias = Literal["time", "memory"]

PROCESSOR, INTERRUPTIONS = "processor", "interruptions"
"""Resources of the machine: processor time, and how often the program had to leave a processor to another."""

RUNNING, DIED = "running", "died"
"""The statuses of a run besides those of `shtairir.events.RunStatus`: it is not over; its program was gone before."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run, in a line.

    Attributes
    ----------
    status
        ``done``, ``partial``, ``failed``, ``cancelled``, ``timed_out``; ``running``, or ``died`` when the program was
        gone before the run was over.
    started_at
        Seconds since 1970.
    file
        The graph's file, if it has one.
    nodes, done, failed, skipped, cached, cancelled
        Numbers of nodes.
    peak_bytes
        The most that values and borrowed buffers took.
    error
        What the first failure said, and of which node.
    resumed_from
        The run that this one went on with.
    regressions
        How many nodes took more than they usually do.
    """

    key: RunKey
    graph: str
    status: str
    started_at: float
    elapsed_s: float
    file: str | None = None
    fingerprint: str | None = None
    origin: Origin = "api"
    workers: int = 0
    level: str = ""
    nodes: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    cached: int = 0
    cancelled: int = 0
    peak_bytes: int = 0
    error: str = ""
    resumed_from: RunKey | None = None
    regressions: int = 0

    @property
    def started(self) -> datetime:
        """When it began, in the local time."""
        return datetime.fromtimestamp(self.started_at, UTC).astimezone()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {each.name: getattr(self, each.name) for each in fields(self)} | {"started": self.started.isoformat()}


@dataclass(frozen=True, slots=True)
class NodeRun:
    """What became of one node in a run.

    Attributes
    ----------
    started_s
        Seconds after the start of the run; ``None`` if it never started.
    outputs
        A summary of each output.
    error
        Why it failed, as it was told then.
    attempts, count
        How often it was tried; how often it ran, which is more than once in a loop.
    parts
        Of an instance, whose other facts are those of all in it together: the nodes in it.
    """

    node: NodeId
    block: BlockId
    status: NodeStatus
    started_s: float | None = None
    elapsed_s: float = 0.0
    output_bytes: int = 0
    peak_bytes: int = 0
    outputs: Mapping[PortName, ValueSummary] = field(default_factory=lambda: MappingProxyType({}))
    reason: str = ""
    error: NodeFailure | None = None
    attempts: int = 1
    count: int = 1
    failed: int = 0
    parts: tuple[NodeId, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        from shtairir.results.report import failure_dict, summary_dict

        facts = {each.name: getattr(self, each.name) for each in fields(self)}
        facts["status"] = str(self.status)
        facts["outputs"] = {port: summary_dict(summary) for port, summary in self.outputs.items()}
        facts["error"] = failure_dict(self.error) if self.error is not None else None
        return facts


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """One attempt of a node that failed; ``at_s`` counts from the start of the run."""

    node: NodeId
    number: int
    at_s: float
    worker: str
    error_type: str
    message: str


@dataclass(frozen=True, slots=True)
class PastEvent:
    """Something that happened in a run besides its nodes' starts and ends, such as a retry or a lost worker."""

    at_s: float
    kind: str
    node: NodeId | None
    text: str


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """What a run took of a resource.

    Attributes
    ----------
    unit
        ``s``, ``bytes``, or of a shared resource its kind: ``capacity``, ``lock`` or ``rate``.
    capacity
        What there was; 0 when that is not known.
    peak
        The most that was taken at a time; of seconds, all of them.
    waited_s
        How long nodes waited for it, all together.
    """

    name: str
    unit: str
    capacity: float = 0.0
    peak: float = 0.0
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Regression:
    """A node that took more in a run than in those before.

    Attributes
    ----------
    measure
        ``time`` in seconds, or ``memory`` in bytes.
    now, usual
        What it took in this run, and the median of those before.
    sure
        How unlikely it is that chance made the difference, 0..1.
    runs
        How many runs it was held against.
    """

    node: NodeId
    measure: Measure
    now: float
    usual: float
    sure: float
    runs: int

    @property
    def ratio(self) -> float:
        """How many times as much it took."""
        return self.now / self.usual if self.usual else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {each.name: getattr(self, each.name) for each in fields(self)} | {"ratio": self.ratio}


@dataclass(frozen=True, slots=True)
class PastForecast:
    """What was foreseen of a run before it began, and what came of it that the run's summary does not tell.

    Attributes
    ----------
    nodes_to_run, nodes_cached
        How many nodes were to run, and how many were not.
    low_s, typical_s, high_s
        The time, and the range that was to hold it in four of five cases; ``None`` if nothing was known.
    saved_share
        The part of the time of all nodes that was to be spared.
    runs
        On how many runs of the graph it rested.
    nodes_run, written_bytes
        How many nodes ran, and what the cache was given to keep.
    """

    nodes_to_run: int
    nodes_cached: int
    impact: str
    low_s: float | None = None
    typical_s: float | None = None
    high_s: float | None = None
    peak_bytes: int | None = None
    disk_bytes: int | None = None
    saved_share: float | None = None
    runs: int = 0
    nodes_run: int = 0
    written_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class NodeComparison:
    """A node in two runs; ``None`` where it was not part of one.

    Attributes
    ----------
    changed
        The outputs whose values differ, by their summaries.
    """

    node: NodeId
    first: NodeRun | None
    second: NodeRun | None
    changed: tuple[PortName, ...] = ()

    @property
    def time_ratio(self) -> float | None:
        """How many times as long it took the second time; ``None`` unless it ran both times."""
        return _ratio(self.first, self.second, "elapsed_s")

    @property
    def memory_ratio(self) -> float | None:
        """How many times as much memory it held the second time."""
        return _ratio(self.first, self.second, "peak_bytes")

    @property
    def status_changed(self) -> bool:
        """Whether it ended otherwise, or was not there."""
        return self.first is None or self.second is None or self.first.status is not self.second.status

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "node": self.node,
            "first": self.first.to_dict() if self.first is not None else None,
            "second": self.second.to_dict() if self.second is not None else None,
            "time_ratio": self.time_ratio,
            "memory_ratio": self.memory_ratio,
            "status_changed": self.status_changed,
            "changed": list(self.changed),
        }


def _ratio(first: NodeRun | None, second: NodeRun | None, what: str) -> float | None:
    before, after = getattr(first, what, 0), getattr(second, what, 0)
    return after / before if before and after else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side, node by node, in the order of the second run's graph."""

    first: RunSummary
    second: RunSummary
    nodes: tuple[NodeComparison, ...]

    @property
    def same_graph(self) -> bool:
        """Whether both ran the very same graph, with the same values."""
        return self.first.fingerprint is not None and self.first.fingerprint == self.second.fingerprint

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "first": self.first.to_dict(),
            "second": self.second.to_dict(),
            "same_graph": self.same_graph,
            "nodes": [node.to_dict() for node in self.nodes],
        }
