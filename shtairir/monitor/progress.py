"""How far a run is, how long it has been going on, and how long it may still take.

The time that is left is only said when there is ground for it: the share of the work that is done, and the time
that it took. Work is measured in the nodes' expected durations where the plan knows them all, else in nodes,
counting the fraction that a running node reports. Until a twentieth is done, it is unknown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shtairir.events import (
    Event,
    NodeCancelled,
    NodeFailed,
    NodeFinished,
    NodeProgressed,
    NodeSkipped,
    NodeStarted,
    RunFinished,
    RunStarted,
    RunStatus,
)
from shtairir.ids import NodeId
from shtairir.planning.plan import ExecutionPlan

_LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is at one moment.

    Attributes
    ----------
    done, failed, skipped, cancelled, running
        Numbers of nodes.
    share
        The part of the work that is over, 0..1.
    remaining_s
        Seconds that are likely left; ``None`` while there is no ground to say.
    """

    total: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: int = 0
    running: int = 0
    share: float = 0.0
    elapsed_s: float = 0.0
    remaining_s: float | None = None
    status: RunStatus | None = None

    @property
    def over(self) -> int:
        """How many nodes have ended, one way or another."""
        return self.done + self.failed + self.skipped + self.cancelled

    @property
    def percent(self) -> float:
        """The share in percent."""
        return 100.0 * self.share


class ExecutionProgress:
    """Watches a run; subscribe it, and read `progress` from any thread.

    Parameters
    ----------
    plan
        Gives the nodes' expected durations, if it knows them.
    clock
        The clock of the run's events.
    """

    def __init__(self, plan: ExecutionPlan | None = None, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._costs = _costs(plan)
        self._total = 0
        self._total_cost = 0.0
        self._cost_over = 0.0
        self._counts = {NodeFinished: 0, NodeFailed: 0, NodeSkipped: 0, NodeCancelled: 0}
        self._fractions: dict[NodeId, float] = {}
        self._started_s: float | None = None
        self._elapsed_s: float | None = None
        self._status: RunStatus | None = None

    def on_event(self, event: Event) -> None:
        """Take note of an event."""
        if isinstance(event, NodeStarted):
            self._fractions[event.node] = 0.0
        elif isinstance(event, NodeProgressed):
            if event.fraction is not None and event.node in self._fractions:
                self._fractions[event.node] = event.fraction
        elif isinstance(event, NodeSkipped) and event.cause is None:  # it was not needed: nothing to wait for
            self._counts[NodeSkipped] += 1
            self._total_cost -= self._cost(event.node)
        elif isinstance(event, NodeFinished | NodeFailed | NodeSkipped | NodeCancelled):
            self._counts[type(event)] += 1
            self._cost_over += self._cost(event.node)
            self._fractions.pop(event.node, None)
        elif isinstance(event, RunStarted):
            self._started_s = event.at_s
            self._total = len(event.nodes)
            self._total_cost = sum(map(self._cost, event.nodes))
        elif isinstance(event, RunFinished):
            self._elapsed_s, self._status = event.elapsed_s, event.status

    def _cost(self, node: NodeId) -> float:
        return self._costs.get(node, 0.0) if self._costs is not None else 1.0

    @property
    def progress(self) -> Progress:
        """How far the run is now."""
        elapsed_s = self._elapsed_s
        if elapsed_s is None:
            elapsed_s = self._clock() - self._started_s if self._started_s is not None else 0.0
        share = self._share()
        return Progress(
            total=self._total,
            done=self._counts[NodeFinished],
            failed=self._counts[NodeFailed],
            skipped=self._counts[NodeSkipped],
            cancelled=self._counts[NodeCancelled],
            running=len(self._fractions),
            share=share,
            elapsed_s=elapsed_s,
            remaining_s=self._remaining_s(share, elapsed_s),
            status=self._status,
        )

    def _share(self) -> float:
        if self._status is not None:
            return 1.0
        # A copy, since the controller may add to it meanwhile.
        begun = sum(self._cost(node) * fraction for node, fraction in self._fractions.copy().items())
        return min((self._cost_over + begun) / self._total_cost, 1.0) if self._total_cost else 0.0

    def _remaining_s(self, share: float, elapsed_s: float) -> float | None:
        if self._status is not None:
            return 0.0
        return elapsed_s * (1 - share) / share if share >= _LEAST_SHARE else None


def _costs(plan: ExecutionPlan | None) -> Mapping[NodeId, float] | None:
    """Return the expected seconds of each node, or ``None`` unless all are known; a shared task costs once."""
    if plan is None or plan.sequential_s is None:
        return None
    return {task.node: task.estimate.elapsed_s or 0.0 for task in plan.tasks}
