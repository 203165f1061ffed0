"""A run as it went, in the shape in which its plan foresaw it: `shtairir.planning.schedule`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shtairir.events import IN_LOOP, NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir.memory.lifetimes import Lifetime
from shtairir.memory.manager import UNCOUNTED_BYTES
from shtairir.memory.pool import size_class
from shtairir.memory.profiler import PLANNER, NodeProfile, Profile
from shtairir.monitor.profile import measured_critical_path
from shtairir.planning.columns import Tasks
from shtairir.planning.footprint import POOLED_FROM
from shtairir.planning.plan import ExecutionPlan, Task
from shtairir.planning.schedule import Holding, Schedule, Span, StageTime

_BAD = frozenset({NodeStatus.FAILED, NodeStatus.TIMED_OUT, NodeStatus.CANCELLED})


def observed(profile: Profile, lifetimes: Iterable[Lifetime], plan: ExecutionPlan) -> Schedule:
    """Return how a run went.

    Parameters
    ----------
    profile, lifetimes
        What `shtairir.memory.profiler.MemoryProfiler` and `shtairir.memory.lifetimes.Lifetimes` have seen of it.
    """
    run = _Run(profile, plan)
    spans, values = run.spans(), run.values(lifetimes)
    return Schedule(
        max(plan.workers, len(run.lanes)),
        spans,
        tuple(sorted([*values, *run.work(values)], key=lambda holding: holding.from_s)),
        tuple(run.stages()),
        True,
        profile.elapsed_s,
        sum(span.elapsed_s for span in spans),
        profile.peak_bytes,
        profile.peak_at_s,
    )


@dataclass(frozen=True, slots=True)
class _Time:
    worker: str
    from_s: float
    to_s: float


class _Run:
    def __init__(self, profile: Profile, plan: ExecutionPlan) -> None:
        self._profile = profile
        self._plan = plan
        self._tasks: Sequence[Task] = list(plan.tasks)
        self._nodes = {
            node.node: node for node in profile.nodes if node.worker not in (PLANNER, IN_LOOP) and node.worker
        }
        workers = sorted({node.worker for node in self._nodes.values()}, key=lambda name: (len(name), name))
        self.lanes = {worker: number for number, worker in enumerate(workers)}
        self._times = {task.number: time for task in self._tasks if (time := self._time_of(task)) is not None}

    def _time_of(self, task: Task) -> _Time | None:
        found = [self._nodes[call.node] for call in task.calls if call.node in self._nodes]
        if not found:
            return None
        return _Time(found[0].worker, min(node.started_s for node in found), max(node.ended_s for node in found))

    def spans(self) -> tuple[Span, ...]:
        """Return the tasks that ran, in the order in which they began."""
        critical = frozenset(measured_critical_path(self._profile, self._plan))
        found = []
        for number, time in self._times.items():
            task = self._tasks[number]
            is_critical = any(call.node in critical for call in task.calls)
            is_bad = any(self._nodes[call.node].status in _BAD for call in task.calls if call.node in self._nodes)
            lane = self.lanes[time.worker]
            found.append(Span(task.node, task.label, lane, time.from_s, time.to_s, is_critical, is_bad=is_bad))
        return tuple(sorted(found, key=lambda span: span.from_s))

    def stages(self) -> list[StageTime]:
        """Return the stages of which anything ran."""
        found = []
        for stage in self._plan.stages:
            times = [self._times[number] for number in stage.tasks if number in self._times]
            if times:
                labels = tuple(self._tasks[number].label for number in stage.tasks if number in self._times)
                from_s, to_s = min(time.from_s for time in times), max(time.to_s for time in times)
                busy_s = sum(time.to_s - time.from_s for time in times)
                found.append(StageTime(stage.index, labels, from_s, to_s, busy_s))
        return found

    def work(self, values: Iterable[Holding]) -> list[Holding]:
        """Return what nodes held while they worked, beside their results."""
        results: dict[NodeId, int] = {}
        for value in values:
            results[value.owner] = results.get(value.owner, 0) + value.nbytes
        return [
            Holding(node.node, None, extra, node.started_s, node.ended_s, node.node)
            for node in self._nodes.values()
            if (extra := node.peak_bytes - max(results.get(node.node, 0), node.output_bytes)) >= UNCOUNTED_BYTES
        ]

    def values(self, lifetimes: Iterable[Lifetime]) -> list[Holding]:
        """Return the values, each with who let go of it."""
        readers: dict[PortRef, list[int]] = {}
        for task in self._tasks:
            for item in task.inputs:
                readers.setdefault(item.source, []).append(task.number)
        buffers = {port: buffer.number for buffer in self._plan.buffers for port in buffer.values}
        shown = self._views()
        found = []
        for value in lifetimes:
            if value.port in shown:
                continue  # its memory is that of another, which is counted
            to_s = self._profile.elapsed_s if value.to_s is None else value.to_s
            last = self._last(readers.get(value.port, ()), value.to_s)
            maker = self._nodes.get(value.port.node)
            pooled = value.nbytes >= POOLED_FROM and _is_borrowed(maker)
            nbytes = size_class(value.nbytes) if pooled else value.nbytes
            node, port = value.port
            buffer = buffers.get(value.port) if pooled else None
            found.append(Holding(node, port, nbytes, value.from_s, to_s, last, pooled, buffer))
        return found

    def _last(self, readers: Iterable[int], released_s: float | None) -> NodeId | None:
        """Return the reader after whose end a value was let go."""
        if released_s is None:
            return None
        ended = [number for number in readers if number in self._times]
        last = max(ended, key=lambda number: self._times[number].to_s, default=None)
        return None if last is None else self._tasks[last].node

    def _views(self) -> set[PortRef]:
        """Return the outputs that are known to show the memory of what their node reads."""
        held = self._plan.tasks.columns.held if isinstance(self._plan.tasks, Tasks) else None
        if held is None:
            return set()
        return {
            port
            for task in self._tasks
            for slot, port, nbytes in zip(
                held.writes(task.number), task.outputs, task.estimate.output_bytes, strict=False
            )
            if not held.sizes[slot] and (nbytes or 0) >= UNCOUNTED_BYTES
        }


def _is_borrowed(maker: NodeProfile | None) -> bool:
    return maker is not None and bool(maker.hits or maker.misses)
