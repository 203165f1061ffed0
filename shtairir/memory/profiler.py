"""Time and memory of each node, from the events of a run."""

from __future__ import annotations

from dataclasses import dataclass

from shtairir.events import Event, NodeFailed, NodeFinished, NodeStarted, RunFinished, RunStarted, ValueReleased
from shtairir.ids import NodeId
from shtairir.memory.sizes import in_words


@dataclass(frozen=True, slots=True)
class NodeProfile:
    """What one node cost; ``started_s`` counts from the start of the run."""

    node: NodeId
    worker: str
    started_s: float
    elapsed_s: float
    output_bytes: int
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class MemorySample:
    """How much the values of a run took at one moment, in seconds after its start."""

    at_s: float
    live_bytes: int


class MemoryProfiler:
    """An observer that notes what each node takes, and how the sum of all values goes up and down.

    Attributes
    ----------
    timeline
        The size of all live values after each node that ends and each value that is let go.
    peak_bytes
        The most that values and borrowed buffers took together, as the run counted it.
    """

    def __init__(self) -> None:
        self.timeline: list[MemorySample] = []
        self.peak_bytes = 0
        self._nodes: dict[NodeId, NodeProfile] = {}
        self._open: dict[NodeId, NodeStarted] = {}
        self._live_bytes = 0
        self._began_s = 0.0

    def on_event(self, event: Event) -> None:
        """Take note of an event."""
        if isinstance(event, NodeStarted):
            self._open[event.node] = event
        elif isinstance(event, NodeFinished):
            self._note(event.node, event.elapsed_s, event.output_bytes, event.peak_bytes)
            self._sample(event.at_s, event.output_bytes)
        elif isinstance(event, NodeFailed):
            self._note(event.node, event.elapsed_s, 0, 0)
        elif isinstance(event, ValueReleased):
            self._sample(event.at_s, -event.nbytes)
        elif isinstance(event, RunStarted):
            self._began_s = event.at_s
        elif isinstance(event, RunFinished):
            self.peak_bytes = event.peak_bytes

    def _note(self, node: NodeId, elapsed_s: float, output_bytes: int, peak_bytes: int) -> None:
        started = self._open.pop(node, None)
        if started is not None:
            since = started.at_s - self._began_s
            self._nodes[node] = NodeProfile(node, started.worker, since, elapsed_s, output_bytes, peak_bytes)

    def _sample(self, at_s: float, change: int) -> None:
        self._live_bytes += change
        self.timeline.append(MemorySample(at_s - self._began_s, self._live_bytes))

    @property
    def nodes(self) -> list[NodeProfile]:
        """The nodes in the order in which they ended."""
        return list(self._nodes.values())

    def slowest(self, count: int = 10) -> list[NodeProfile]:
        """Return the nodes that took longest."""
        return sorted(self.nodes, key=lambda node: -node.elapsed_s)[:count]

    def largest(self, count: int = 10) -> list[NodeProfile]:
        """Return the nodes that took most memory."""
        return sorted(self.nodes, key=lambda node: -node.peak_bytes)[:count]

    def table(self, count: int = 20) -> str:
        """Return a table in plain text, the slowest first."""
        rows = [("node", "time", "outputs", "peak")]
        for node in self.slowest(count):
            peak, size = in_words(node.peak_bytes), in_words(node.output_bytes)
            rows.append((node.node, f"{1000 * node.elapsed_s:.1f} ms", size, peak))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
