"""Time and memory of each node of a run, put together from its events alone.

So it costs a run nothing but a few notes for each event, can be fed from a recording, and in any thread. What is
derived is derived when somebody asks.

Nodes that a plan has made one task of begin together on one worker, and each tells its share of the time. Here they
stand one after another in the order in which they ended, each as long as its share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from shtairir.events import (
    IN_LOOP,
    Event,
    MemorySampled,
    NodeCancelled,
    NodeFailed,
    NodeFinished,
    NodeStarted,
    NodeStatus,
    RunFinished,
    RunStarted,
    RunStatus,
    ValueReleased,
)
from shtairir.ids import NodeId, RunId
from shtairir.memory.stats import MemoryStats, Taken
from shtairir.memory.timeline import MemorySample, Timeline

PLANNER = "planner"
"""The worker of nodes that were computed while planning."""

_UNCOUNTED_BYTES = 1024
_LARGEST = 10
_NOTHING = Taken()
_Note: TypeAlias = tuple[NodeId, str, float, float, NodeStatus, int, int, NodeId | None]
"""The first fields of a `NodeProfile`, and its last."""


@dataclass(frozen=True, slots=True)
class NodeProfile:
    """What one node took.

    Attributes
    ----------
    started_s
        Seconds after the start of the run.
    peak_bytes
        The most that it held at a time, from the pool and in its outputs.
    allocated_bytes
        All that it took, from the pool and otherwise, given back since or not; known when the run is over.
    hits, misses
        Buffers that the pool had for it, and that the pool had to get from the system.
    part_of
        The first node of the task that did the work of several; its time is a share of the task's.
    """

    node: NodeId
    worker: str
    started_s: float
    elapsed_s: float
    status: NodeStatus = NodeStatus.DONE
    output_bytes: int = 0
    peak_bytes: int = 0
    allocated_bytes: int = 0
    hits: int = 0
    misses: int = 0
    part_of: NodeId | None = None

    @property
    def ended_s(self) -> float:
        """When it ended, in seconds after the start of the run."""
        return self.started_s + self.elapsed_s


@dataclass(frozen=True, slots=True)
class Profile:
    """Time and memory of a run, or of as much of it as is known.

    Attributes
    ----------
    nodes
        In the order in which they ended.
    peak_bytes
        The most that values and borrowed buffers took together, as the run counted it.
    peak_at_s
        When that was; ``None`` unless memory was looked at.
    owners
        The nodes that held most at that moment, and how much, the largest first.
    memory
        The run's account at its end.
    """

    graph_name: str = ""
    run: RunId | None = None
    workers: int = 0
    status: RunStatus | None = None
    elapsed_s: float = 0.0
    nodes: tuple[NodeProfile, ...] = ()
    timeline: tuple[MemorySample, ...] = ()
    peak_bytes: int = 0
    peak_at_s: float | None = None
    owners: tuple[tuple[str, int], ...] = ()
    memory: MemoryStats | None = None

    @property
    def busy_s(self) -> float:
        """The time of all nodes together; that of a loop is its own, or that of its iterations if it is more."""
        outside = {node.node: node.elapsed_s for node in self.nodes if node.worker != IN_LOOP}
        inside: dict[str, float] = {}
        in_loops = {node.node for node in self.nodes if node.worker == IN_LOOP}
        for node in self.nodes:
            steps = node.node.split("/")
            around = ["/".join(steps[:count]) for count in range(1, len(steps))]
            if node.worker == IN_LOOP and in_loops.isdisjoint(around):  # what is in a loop in a loop is counted there
                loop = next((each for each in around if each in outside), "")
                inside[loop] = inside.get(loop, 0.0) + node.elapsed_s
        return sum(max(elapsed_s, inside.get(node, 0.0)) for node, elapsed_s in outside.items())

    @property
    def utilisation(self) -> float:
        """The part of the workers' time in which a node ran, 0..1."""
        offered_s = self.workers * self.elapsed_s
        return min(self.busy_s / offered_s, 1.0) if offered_s else 0.0


@dataclass(slots=True)
class _Group:
    """Nodes that began together on one worker."""

    first: NodeId
    started_s: float
    cursor_s: float
    count: int = 0
    open: set[NodeId] = field(default_factory=set)


class MemoryProfiler:
    """An observer that notes what each node takes, and how memory goes up and down."""

    samples_memory = True

    def __init__(self) -> None:
        self._forget()
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            RunStarted: self._on_run_started,
            NodeStarted: self._on_started,
            NodeFinished: self._on_finished,
            NodeFailed: self._on_failed,
            NodeCancelled: self._on_cancelled,
            ValueReleased: self._on_released,
            MemorySampled: self._on_sampled,
            RunFinished: self._on_run_finished,
        }

    def _forget(self) -> None:
        self._run: RunStarted | None = None
        self._end: RunFinished | None = None
        self._last_s = 0.0
        self._timeline = Timeline()
        self._nodes: dict[NodeId, _Note] = {}
        self._open: dict[NodeId, tuple[NodeStarted, _Group]] = {}
        self._latest: dict[str, _Group] = {}
        self._changes: list[tuple[float, NodeId, int]] = []
        self._seen_peak_bytes = 0
        self._peak_window: tuple[float, float] | None = None
        self._sampled_s = (0.0, 0.0)

    def on_event(self, event: Event) -> None:
        """Take note of an event. A run that begins takes the place of the one before."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)
            self._last_s = event.at_s

    # --- notes ------------------------------------------------------------------------------------------------

    def _on_run_started(self, event: RunStarted) -> None:
        self._forget()
        self._run, self._sampled_s = event, (event.at_s, event.at_s)

    def _on_started(self, event: NodeStarted) -> None:
        group = self._latest.get(event.worker)
        if group is None or group.started_s != event.at_s or not group.open:
            group = self._latest[event.worker] = _Group(event.node, event.at_s, event.at_s)
        group.count += 1
        group.open.add(event.node)
        self._open[event.node] = event, group

    def _on_finished(self, event: NodeFinished) -> None:
        self._note(event, NodeStatus.DONE, event.output_bytes, event.peak_bytes)

    def _on_failed(self, event: NodeFailed) -> None:
        self._note(event, NodeStatus.FAILED)

    def _on_cancelled(self, event: NodeCancelled) -> None:
        self._note(event, NodeStatus.CANCELLED)

    def _note(
        self,
        event: NodeFinished | NodeFailed | NodeCancelled,
        status: NodeStatus,
        output_bytes: int = 0,
        peak_bytes: int = 0,
    ) -> None:
        begun = self._open.pop(event.node, None)
        if begun is None:
            return  # it was stopped before it began
        started, group = begun
        group.open.discard(event.node)
        part_of = group.first if group.count > 1 else None
        start_s = group.cursor_s - self._began_s
        # A tuple for now: to make a frozen object takes as long as all the rest.
        note = (event.node, started.worker, start_s, event.elapsed_s, status, output_bytes, peak_bytes, part_of)
        self._nodes[event.node] = note
        group.cursor_s += event.elapsed_s
        if peak_bytes >= _UNCOUNTED_BYTES:
            self._changes += [
                (started.at_s, event.node, peak_bytes),
                (event.at_s, event.node, output_bytes - peak_bytes),
            ]

    def _on_released(self, event: ValueReleased) -> None:
        if event.nbytes >= _UNCOUNTED_BYTES:
            self._changes.append((event.at_s, event.node, -event.nbytes))

    def _on_sampled(self, event: MemorySampled) -> None:
        at_s = event.at_s - self._began_s
        if event.peak_bytes > self._seen_peak_bytes:
            self._seen_peak_bytes = event.peak_bytes
            # From the look before the last: a thread may have been interrupted between looking and reading the clock.
            self._peak_window = self._sampled_s[0], event.at_s
            if event.live_bytes < event.peak_bytes:  # it is past already, and nobody looked while it lasted
                self._timeline.add(MemorySample(at_s, event.peak_bytes, event.idle_bytes, event.resident_bytes))
        self._sampled_s = self._sampled_s[1], event.at_s
        self._timeline.add(MemorySample(at_s, event.live_bytes, event.idle_bytes, event.resident_bytes))

    def _on_run_finished(self, event: RunFinished) -> None:
        self._end = event

    @property
    def _began_s(self) -> float:
        return self._run.at_s if self._run is not None else 0.0

    # --- what comes of them -----------------------------------------------------------------------------------

    @property
    def nodes(self) -> list[NodeProfile]:
        """The nodes in the order in which they ended."""
        taken: Mapping[str, Taken] = self._end.memory.taken if self._end is not None and self._end.memory else {}
        return [_profile_of(note, taken.get(note[0], _NOTHING)) for note in self._nodes.values()]

    @property
    def timeline(self) -> tuple[MemorySample, ...]:
        """How memory went up and down."""
        return self._timeline.samples

    @property
    def peak_bytes(self) -> int:
        """The most that values and borrowed buffers took together, as the run counted it."""
        return max(self._end.peak_bytes if self._end is not None else 0, self._seen_peak_bytes)

    def slowest(self, count: int = _LARGEST) -> list[NodeProfile]:
        """Return the nodes that took longest."""
        return sorted(self.nodes, key=lambda node: -node.elapsed_s)[:count]

    def largest(self, count: int = _LARGEST) -> list[NodeProfile]:
        """Return the nodes that took most memory."""
        return sorted(self.nodes, key=lambda node: -node.peak_bytes)[:count]

    def profile(self) -> Profile:
        """Return all that is known now; nodes that still run are as long as they have run."""
        run, end = self._run, self._end
        running = [
            NodeProfile(
                node, started.worker, started.at_s - self._began_s, self._last_s - started.at_s, NodeStatus.RUNNING
            )
            for node, (started, _) in self._open.items()
        ]
        at_s, owners = _at_the_peak(self._changes, self._peak_window)
        return Profile(
            graph_name=run.graph_name if run is not None else "",
            run=run.run if run is not None else None,
            workers=run.workers if run is not None else 0,
            status=end.status if end is not None else None,
            elapsed_s=end.elapsed_s if end is not None else self._last_s - self._began_s,
            nodes=(*self.nodes, *running),
            timeline=self.timeline,
            peak_bytes=self.peak_bytes,
            peak_at_s=None if at_s is None else at_s - self._began_s,
            owners=tuple(owners[:_LARGEST]),
            memory=end.memory if end is not None else None,
        )


def _profile_of(note: _Note, taken: Taken) -> NodeProfile:
    node, worker, started_s, elapsed_s, status, output_bytes, peak_bytes, part_of = note
    return NodeProfile(
        node,
        worker,
        started_s,
        elapsed_s,
        status,
        output_bytes,
        peak_bytes,
        taken.nbytes,
        taken.hits,
        taken.misses,
        part_of,
    )


def _at_the_peak(
    changes: Iterable[tuple[float, NodeId, int]], window: tuple[float, float] | None
) -> tuple[float | None, list[tuple[str, int]]]:
    """Return when most was held, which is known to the end of a short window, and by whom.

    The most that a node held while it ran is taken to have been held all that time.
    """
    if window is None:
        return None, []
    ordered = sorted(changes, key=lambda change: change[0])
    total, most, until = 0, -1, 0
    for place, (at_s, _, nbytes) in enumerate(ordered):
        if at_s > window[1]:
            break
        total += nbytes
        if at_s < window[0] or total > most:
            most, until = total, place + 1
    held: dict[str, int] = {}
    for _, node, nbytes in ordered[:until]:
        held[node] = held.get(node, 0) + nbytes
    owners = [(node, nbytes) for node, nbytes in held.items() if nbytes > 0]
    return window[1], sorted(owners, key=lambda owner: (-owner[1], owner[0]))
