"""How far a run is, worked out of what became of its nodes so far; whoever knows that, and from where.

The time that is left is only said when there is ground for it: what the tasks are expected to take, or what others
have taken in this run; see `shtairir.monitor.eta`. Where the plan knows no times at all, it follows from the share of
the nodes that are over, once that is a twentieth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shtairir.events import NodeStatus, RunStatus
from shtairir.ids import NodeId
from shtairir.monitor.eta import Expected, Remaining, Running, expectation, remaining
from shtairir.planning.plan import ExecutionPlan

_LEAST_SHARE = 0.05
_SHARE_SCATTER = 0.3
_REACH = 1.2816
"""So many deviations to either side hold four of five."""

_MOST_REHEARSED = 3_000
"""Of larger plans the time left follows from the share of the work: a rehearsal would take longer than a look may."""

_NO_GROUPS: Mapping[str, Progress] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run, or a group of nodes in it, is at one moment.

    Attributes
    ----------
    done, cached, failed, skipped, cancelled, running
        Numbers of nodes; `done` counts those that ran, `cached` those whose result was there already.
    share
        The part of the work that is over, 0..1.
    remaining_s
        Seconds that are likely left; ``None`` while there is no ground to say.
    remaining_low_s, remaining_high_s
        The range in which the truth lies in four of five cases.
    groups
        The same of each frame, by its id, and of each instance, by its path.
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
    cached: int = 0
    remaining_low_s: float | None = None
    remaining_high_s: float | None = None
    groups: Mapping[str, Progress] = field(default_factory=lambda: _NO_GROUPS, repr=False)

    @property
    def over(self) -> int:
        """How many nodes have ended, one way or another."""
        return self.done + self.cached + self.failed + self.skipped + self.cancelled

    @property
    def percent(self) -> float:
        """The share in percent."""
        return 100.0 * self.share


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the nodes so far.

    Attributes
    ----------
    statuses
        Of the nodes that are over.
    took_s
        Of the same; ``None`` for those that did not run.
    unneeded
        Those of them that nobody needed.
    """

    statuses: Mapping[NodeId, NodeStatus]
    took_s: Mapping[NodeId, float | None]
    running: Mapping[NodeId, Running]
    unneeded: Set[NodeId] = frozenset()
    elapsed_s: float = 0.0
    status: RunStatus | None = None


class Model:
    """What a plan says of the time that its tasks take, by their numbers."""

    def __init__(self, plan: ExecutionPlan) -> None:
        self.expected: list[Expected] = []
        self.waits_for: list[Sequence[int]] = []
        self.task_of: dict[NodeId, int] = {}
        for task in plan.tasks:
            self.expected.append(expectation(task.estimate, task.definition.id))
            self.waits_for.append(task.waits_for)
            for call in task.calls:
                self.task_of.update(dict.fromkeys((call.node, *call.aliases), task.number))
            if task.body is not None:
                self.task_of.update(dict.fromkeys(task.body.nodes, task.number))
        self.knows_times = any(one.elapsed_s is not None for one in self.expected)


class Teller:
    """Tells how far a run of a plan is.

    Parameters
    ----------
    plan
        ``None`` when it is not known; then all nodes count the same.
    groups
        Nodes that are also to be looked at together, by a name.
    """

    def __init__(self, plan: ExecutionPlan | None, groups: Mapping[str, Sequence[NodeId]] | None = None) -> None:
        self.nodes: Sequence[NodeId] = plan.nodes if plan is not None else ()
        self.workers = plan.workers if plan is not None else 1
        self._plan = plan
        self._costs = _costs(plan)
        self._groups = groups if groups is not None else {}
        self._model: Model | None = None

    @property
    def model(self) -> Model | None:
        """What the plan says of times, made when it is first needed; ``None`` without a plan."""
        if self._model is None and self._plan is not None:
            self._model = Model(self._plan)
        return self._model

    def told(self, standing: Standing) -> Progress:
        """Return how far the run is."""
        left = self._remaining(standing)
        whole = self._of(self.nodes, standing, left)
        if not self._groups:
            return whole
        return replace(whole, groups={name: self._of(nodes, standing, left) for name, nodes in self._groups.items()})

    def _of(self, nodes: Sequence[NodeId], standing: Standing, left: Remaining | None) -> Progress:
        """Return how far some nodes are."""
        counts: dict[NodeStatus, int] = {}
        running = 0
        for node in nodes:
            status = standing.statuses.get(node)
            if status is not None:
                counts[status] = counts.get(status, 0) + 1
            elif node in standing.running:
                running += 1
        share = self._share(nodes, standing)
        likely_s, low_s, high_s = self._range(nodes, standing, share, left)
        return Progress(
            total=len(nodes),
            done=counts.get(NodeStatus.DONE, 0) + counts.get(NodeStatus.COMPENSATED, 0),
            failed=counts.get(NodeStatus.FAILED, 0) + counts.get(NodeStatus.TIMED_OUT, 0),
            skipped=counts.get(NodeStatus.SKIPPED, 0),
            cancelled=counts.get(NodeStatus.CANCELLED, 0),
            cached=counts.get(NodeStatus.CACHED, 0),
            running=running,
            share=share,
            elapsed_s=standing.elapsed_s,
            remaining_s=likely_s,
            remaining_low_s=low_s,
            remaining_high_s=high_s,
            status=standing.status,
        )

    def _cost(self, node: NodeId) -> float:
        return self._costs.get(node, 0.0) if self._costs is not None else 1.0

    def _share(self, nodes: Sequence[NodeId], standing: Standing) -> float:
        if standing.status is not None:
            return 1.0
        total = over = 0.0
        for node in nodes:
            if node in standing.unneeded:
                continue
            cost = self._cost(node)
            total += cost
            if node in standing.statuses:
                over += cost
            elif node in standing.running:
                over += cost * (standing.running[node].fraction or 0.0)
        return min(over / total, 1.0) if total else 0.0

    # --- what is left -----------------------------------------------------------------------------------------

    def _range(
        self, nodes: Sequence[NodeId], standing: Standing, share: float, left: Remaining | None
    ) -> tuple[float | None, float | None, float | None]:
        """Return the likely time left, and from where to where it may be."""
        if standing.status is not None or (nodes and all(node in standing.statuses for node in nodes)):
            return 0.0, 0.0, 0.0
        if left is not None and self._model is not None:
            tasks = (self._model.task_of.get(node) for node in nodes if node not in standing.statuses)
            ends = [left.finishes_s[task] for task in tasks if task is not None and task in left.finishes_s]
            likely_s = max(ends, default=0.0)
            stretch = likely_s / left.likely_s if left.likely_s else 0.0
            return likely_s, left.low_s * stretch, left.high_s * stretch
        if share < _LEAST_SHARE or not standing.elapsed_s:
            return None, None, None
        likely_s = standing.elapsed_s * (1 - share) / share
        over = sum(node in standing.statuses for node in nodes)
        factor = math.exp(_REACH * math.sqrt(_SHARE_SCATTER**2 + 1.0 / max(over, 1)))
        return likely_s, likely_s / factor, likely_s * factor

    def _remaining(self, standing: Standing) -> Remaining | None:
        plan, over = self._plan, dict[int, float | None]()
        if plan is None or standing.status is not None or len(plan.tasks) > _MOST_REHEARSED:
            return None
        model = self.model
        if model is None or not model.knows_times:
            return None
        lasting: dict[int, Running] = {}
        pending: set[int] = set()
        for node, task in model.task_of.items():
            now = standing.running.get(node)
            if now is not None:
                known = lasting.get(task)
                lasting[task] = now if known is None or now.elapsed_s > known.elapsed_s else known
            elif node not in standing.statuses:
                pending.add(task)
            elif (took_s := standing.took_s.get(node)) is not None:
                over[task] = (over.get(task) or 0.0) + took_s
            else:
                over.setdefault(task, None)
        for task in pending | lasting.keys():
            over.pop(task, None)
        return remaining(model.expected, model.waits_for, max(self.workers, 1), over, lasting)


def _costs(plan: ExecutionPlan | None) -> Mapping[NodeId, float] | None:
    """Return the expected seconds of each node, or ``None`` unless all are known; a shared task costs once."""
    if plan is None or plan.sequential_s is None:
        return None
    return {task.node: task.estimate.elapsed_s or 0.0 for task in plan.tasks}
