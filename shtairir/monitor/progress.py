"""Those who know how far a run is: one that listens to it, and one that looks at its records.

Listening costs a little for each node and knows what blocks report of themselves. A look at the records costs nothing
until somebody takes it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from shtairir.events import (
    Event,
    NodeCancelled,
    NodeFailed,
    NodeFinished,
    NodeProgressed,
    NodeRestored,
    NodeRetrying,
    NodeSkipped,
    NodeStarted,
    NodeStatus,
    RunFinished,
    RunStarted,
    RunStatus,
)
from shtairir.ids import NodeId
from shtairir.monitor.eta import Running
from shtairir.monitor.standing import Progress, Standing, Teller
from shtairir.planning.plan import ExecutionPlan

if TYPE_CHECKING:
    from shtairir.document.snapshot import Snapshot
    from shtairir.results.records import Records

__all__ = ["ExecutionProgress", "Glance", "Progress", "groups_of"]


class ExecutionProgress:
    """Watches a run; subscribe it, and read `progress` from any thread.

    Parameters
    ----------
    plan
        Gives the nodes' expected durations, if it knows them.
    clock
        The clock of the run's events.
    groups
        Nodes that are also to be looked at together, by a name; see `groups_of`.
    """

    def __init__(
        self,
        plan: ExecutionPlan | None = None,
        clock: Callable[[], float] = time.perf_counter,
        groups: Mapping[str, Sequence[NodeId]] | None = None,
    ) -> None:
        self._clock = clock
        self._teller = Teller(plan, groups)
        self._teller.nodes = ()  # until the run says which
        self._statuses: dict[NodeId, NodeStatus] = {}
        self._took_s: dict[NodeId, float | None] = {}
        self._fractions: dict[NodeId, float] = {}
        self._begun_s: dict[NodeId, float] = {}
        self._unneeded: set[NodeId] = set()
        self._started_s: float | None = None
        self._elapsed_s: float | None = None
        self._status: RunStatus | None = None

    def on_event(self, event: Event) -> None:
        """Take note of an event."""
        if isinstance(event, NodeStarted):
            self._begun_s[event.node] = event.at_s
            self._fractions[event.node] = 0.0
        elif isinstance(event, NodeProgressed):
            if event.fraction is not None and event.node in self._fractions:
                self._fractions[event.node] = event.fraction
        elif isinstance(event, NodeFinished):
            self._end(event.node, NodeStatus.DONE, event.elapsed_s)
        elif isinstance(event, NodeFailed):
            self._end(event.node, NodeStatus.FAILED, event.elapsed_s)
        elif isinstance(event, NodeSkipped):
            if event.cause is None:  # it was not needed: nothing to wait for
                self._unneeded.add(event.node)
            self._end(event.node, NodeStatus.SKIPPED, None)
        elif isinstance(event, NodeCancelled):
            self._end(event.node, NodeStatus.CANCELLED, None)
        elif isinstance(event, NodeRestored):
            self._end(event.node, NodeStatus.CACHED, None)
        elif isinstance(event, NodeRetrying):
            self._fractions.pop(event.node, None)
        elif isinstance(event, RunStarted):
            self._started_s = event.at_s
            self._teller.nodes, self._teller.workers = event.nodes, event.workers
        elif isinstance(event, RunFinished):
            self._elapsed_s, self._status = event.elapsed_s, event.status

    def _end(self, node: NodeId, status: NodeStatus, took_s: float | None) -> None:
        self._took_s[node] = took_s
        self._statuses[node] = status
        self._fractions.pop(node, None)

    @property
    def progress(self) -> Progress:
        """How far the run is now."""
        now_s = self._clock()
        elapsed_s = self._elapsed_s
        if elapsed_s is None:
            elapsed_s = now_s - self._started_s if self._started_s is not None else 0.0
        # Copies, since the controller may add to them meanwhile.
        fractions = self._fractions.copy()
        running = {node: Running(now_s - self._begun_s[node], share or None) for node, share in fractions.items()}
        return self._teller.told(
            Standing(
                self._statuses.copy(),
                self._took_s.copy(),
                running,
                self._unneeded.copy(),
                elapsed_s,
                self._status,
            )
        )


_ENDS = (None, None, NodeStatus.DONE, NodeStatus.FAILED, NodeStatus.SKIPPED, NodeStatus.CANCELLED)
"""By the scheduler's numbers."""

_IDLE = 49.0
"""So many times as long as a look takes, there is no other one."""


class Glance:
    """Looks at the records of a run when it is asked; the run does nothing for it.

    Whoever asks ten times a second gets the same answer several times, if the run is so large that a look takes a
    while: all looks together take a fiftieth of one processor.

    Parameters
    ----------
    groups
        Nodes that are also to be looked at together, by a name; see `groups_of`.
    """

    def __init__(self, records: Records, groups: Mapping[str, Sequence[NodeId]] | None = None) -> None:
        self._records = records
        self._teller = Teller(records.plan, groups)
        self._last: Progress | None = None
        self._next_s = 0.0

    def progress(self, now_s: float, elapsed_s: float, status: RunStatus | None = None) -> Progress:
        """Return how far the run is.

        Parameters
        ----------
        now_s
            The time by the run's clock.
        status
            How it ended, once it has.
        """
        began_s, last = time.perf_counter(), self._last
        if last is not None and status is last.status and began_s < self._next_s:
            return last
        self._last = found = self._teller.told(self._standing(now_s, elapsed_s, status))
        ended_s = time.perf_counter()
        self._next_s = ended_s + _IDLE * (ended_s - began_s)
        return found

    def _standing(self, now_s: float, elapsed_s: float, status: RunStatus | None) -> Standing:
        records, plan = self._records, self._records.plan
        statuses: dict[NodeId, NodeStatus] = dict.fromkeys(plan.folded, NodeStatus.DONE)
        took_s: dict[NodeId, float | None] = {}
        running: dict[NodeId, Running] = {}
        statuses.update(dict.fromkeys(plan.dropped, NodeStatus.SKIPPED))
        unneeded = set(plan.dropped)
        restored, spared = records.restored, records.spared
        model = self._teller.model
        assert model is not None  # there is a plan
        for node, task in model.task_of.items():
            ended = _ENDS[records.states[task]]
            if ended is not None:
                statuses[node] = NodeStatus.CACHED if task in restored or task in spared else ended
                took_s[node] = records.elapsed_s(task) if ended is NodeStatus.DONE and task not in restored else None
                if task in records.unneeded:
                    unneeded.add(node)
            elif records.started_s[task] and not records.ended_s[task]:
                running[node] = Running(max(now_s - records.started_s[task], 0.0))
        return Standing(statuses, took_s, running, unneeded, elapsed_s, status)


def groups_of(snapshot: Snapshot, plan: ExecutionPlan) -> dict[str, tuple[NodeId, ...]]:
    """Return the nodes of each frame, by its id, and those of each instance, by its path.

    A node is in a frame when the point where it begins is; the contents of an instance are where the instance is.
    """
    inside: dict[str, list[NodeId]] = {path: [] for path in plan.instances}
    for node in plan.nodes:
        parts = node.split("/")
        for depth in range(1, len(parts)):
            path = "/".join(parts[:depth])
            if path in inside:
                inside[path].append(node)
    for frame in snapshot.header.frames:
        left, top, width, height = frame.rect
        inside[frame.id] = [
            node
            for node in plan.nodes
            if (placed := snapshot.nodes.get(NodeId(node.partition("/")[0]))) is not None
            and left <= placed.position[0] <= left + width
            and top <= placed.position[1] <= top + height
        ]
    return {name: tuple(nodes) for name, nodes in inside.items() if nodes}
