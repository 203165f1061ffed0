"""What became of the iterations of a loop, and of the nodes of its body in all of them.

A loop may have a million iterations. So each has a byte for its status and four for its time, and only those that
failed have more.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from shtairir.events import NodeFailure, NodeStatus
from shtairir.ids import NodeId

MOST_FAILURES = 10_000
"""Of how many iterations that failed and were skipped it is noted why; of the others, only that they failed."""

_STATUSES = (NodeStatus.WAITING, NodeStatus.RUNNING, NodeStatus.DONE, NodeStatus.FAILED, NodeStatus.CANCELLED)
_NUMBERS = {status: number for number, status in enumerate(_STATUSES)}


@dataclass(frozen=True, slots=True)
class Iteration:
    """One iteration of a loop.

    Attributes
    ----------
    index
        Its number, from 0.
    error, node
        Why it failed and where, if it did: the path of a node of the body.
    """

    index: int
    status: NodeStatus
    elapsed_s: float = 0.0
    error: str | None = None
    node: NodeId | None = None


@dataclass(slots=True)
class Tally:
    """What a node of a body took in all iterations together.

    Attributes
    ----------
    count
        How often it was run.
    slowest
        The iteration in which it took longest.
    """

    count: int = 0
    total_s: float = 0.0
    slowest_s: float = 0.0
    slowest: int = 0
    failed: int = 0
    failure: NodeFailure | None = None

    def note_failure(self, failure: NodeFailure) -> None:
        """Take note that a run of the node failed."""
        self.failed += 1
        if self.failure is None:
            self.failure = failure

    def shared(self) -> Tally:
        """Return that of a node that has the same results without any work."""
        return Tally(count=self.count, failed=self.failed, failure=self.failure)

    def add(self, other: Tally) -> None:
        """Add what another worker has counted."""
        self.count += other.count
        self.total_s += other.total_s
        self.failed += other.failed
        if self.failure is None:
            self.failure = other.failure
        if other.slowest_s > self.slowest_s:
            self.slowest_s, self.slowest = other.slowest_s, other.slowest


@dataclass(slots=True)
class LoopRecord:
    """The notes on one loop, each entry written by the worker of its iteration.

    Attributes
    ----------
    statuses, elapsed_s
        By iteration.
    failures
        By iteration, why it failed and in which node.
    nodes
        By the paths of the body's nodes; those of loops inside are among them, all of their runs together.
    replay
        What it takes to run an iteration again; see `shtairir.results.result.RunResult.replay`.
    """

    statuses: bytearray = field(default_factory=bytearray)
    elapsed_s: array[float] = field(default_factory=lambda: array("f"))
    failures: dict[int, tuple[NodeId, str]] = field(default_factory=dict)
    nodes: dict[NodeId, Tally] = field(default_factory=dict)
    replay: Any = None

    def expect(self, count: int) -> None:
        """Make room for so many iterations."""
        more = count - len(self.statuses)
        self.statuses.extend(bytes(more))
        self.elapsed_s.frombytes(bytes(self.elapsed_s.itemsize * more))

    def note(self, index: int, status: NodeStatus, elapsed_s: float) -> None:
        """Take note of an iteration."""
        self.statuses[index] = _NUMBERS[status]
        self.elapsed_s[index] = elapsed_s

    def forget(self, index: int) -> None:
        """Take an iteration for one that has not been, since its result is not wanted."""
        self.statuses[index] = _NUMBERS[NodeStatus.CANCELLED]
        self.failures.pop(index, None)

    def count(self, status: NodeStatus) -> int:
        """Return how many iterations ended so."""
        return self.statuses.count(_NUMBERS[status])


class Iterations(Sequence[Iteration]):
    """All iterations of a loop, each made when it is looked at."""

    def __init__(self, record: LoopRecord) -> None:
        self._record = record

    def __len__(self) -> int:
        return len(self._record.statuses)

    @overload
    def __getitem__(self, index: int) -> Iteration: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Iteration]: ...

    def __getitem__(self, index: int | slice) -> Iteration | Sequence[Iteration]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        record = self._record
        node, error = record.failures.get(number, (None, None))
        return Iteration(number, _STATUSES[record.statuses[number]], record.elapsed_s[number], error, node)

    def __iter__(self) -> Iterator[Iteration]:
        return (self[number] for number in range(len(self)))

    def count_of(self, status: NodeStatus) -> int:
        """Return how many iterations ended so, without looking at each."""
        return self._record.count(status)

    @property
    def left_out(self) -> int:
        """How many were cancelled, or never began."""
        return self.count_of(NodeStatus.CANCELLED) + self.count_of(NodeStatus.WAITING)

    @property
    def slowest(self) -> Iteration:
        """The iteration that took longest; of none there is none, and it is an error to ask."""
        times = self._record.elapsed_s
        return self[times.index(max(times))]

    def failed(self) -> list[Iteration]:
        """Return the iterations that failed, without looking at the others."""
        return [self[number] for number in sorted(self._record.failures)]
