"""When each task of a plan is expected to run, on which worker, and what memory is held meanwhile, by whom.

The plan was made with a rehearsal of the run (`shtairir.planning.footprint`). Here the same rehearsal is told in full,
for people: a stretch of time for each task on its worker, and for each value a stretch of memory, from the task that
makes it to the last that reads it. What was observed in a run is told in the same shape (`shtairir.monitor.observed`),
so that one can be laid beside the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from statistics import median

from shtairir.ids import NodeId, PortName
from shtairir.memory.manager import UNCOUNTED_BYTES
from shtairir.planning.columns import Tasks
from shtairir.planning.dependency import reversed_edges
from shtairir.planning.footprint import POOLED_FROM, Footprint, Rehearsal, borrows, rehearse
from shtairir.planning.plan import ExecutionPlan, Task


@dataclass(frozen=True, slots=True)
class Span:
    """A task on its worker, in seconds from the start of the run.

    Attributes
    ----------
    node
        The node, or the first of those that are done together.
    label
        The node, or the nodes, in few words.
    worker
        The number of the worker, counted from 0.
    critical
        Whether no number of workers makes the run shorter than this task and those it waits for.
    is_known
        Whether the time is more than a guess.
    is_bad
        Whether it did not come to a good end.
    """

    node: NodeId
    label: str
    worker: int
    from_s: float
    to_s: float
    critical: bool = False
    is_known: bool = True
    is_bad: bool = False

    @property
    def elapsed_s(self) -> float:
        """How long it takes."""
        return self.to_s - self.from_s


@dataclass(frozen=True, slots=True)
class Holding:
    """Memory that somebody holds for a while, in seconds from the start of the run.

    Attributes
    ----------
    owner
        The node that made what lies in it.
    port
        The output; ``None`` for what a node needs while it works.
    released_by
        The node after which nobody reads it; ``None`` when it is kept.
    is_pooled
        Whether it is a buffer of the pool, which the next one gets.
    buffer
        The number of the buffer, where that is decided before the run.
    """

    owner: NodeId
    port: PortName | None
    nbytes: int
    from_s: float
    to_s: float
    released_by: NodeId | None = None
    is_pooled: bool = False
    buffer: int | None = None

    @property
    def name(self) -> str:
        """What it is called: ``blur.out``, or ``blur, at work``."""
        return f"{self.owner}, at work" if self.port is None else f"{self.owner}.{self.port}"


@dataclass(frozen=True, slots=True)
class StageTime:
    """A stage as it is expected to go.

    Attributes
    ----------
    nodes
        The tasks that need nothing of each other.
    busy_s
        The time of all of them together.
    """

    index: int
    nodes: tuple[str, ...]
    from_s: float
    to_s: float
    busy_s: float

    @property
    def elapsed_s(self) -> float:
        """The time from the beginning of the first to the end of the last."""
        return self.to_s - self.from_s


@dataclass(frozen=True, slots=True)
class Schedule:
    """A run, as it is expected to go or as it went.

    Attributes
    ----------
    spans
        In the order in which they begin.
    is_timed
        Whether times are in seconds; else nothing is known of any, and each task counts as one.
    elapsed_s, busy_s
        The time on so many workers, and of all tasks one after the other.
    peak_bytes, peak_at_s
        The most that is held at a time, and when; ``None`` when that is not known.
    """

    workers: int = 1
    spans: tuple[Span, ...] = ()
    holdings: tuple[Holding, ...] = ()
    stages: tuple[StageTime, ...] = ()
    is_timed: bool = True
    elapsed_s: float = 0.0
    busy_s: float = 0.0
    peak_bytes: int | None = None
    peak_at_s: float | None = None

    @property
    def gain(self) -> float:
        """How many times as fast it is as one task after the other."""
        return self.busy_s / self.elapsed_s if self.elapsed_s else 1.0


def schedule(plan: ExecutionPlan, cached: Collection[NodeId] = (), *, keep_all: bool = False) -> Schedule:
    """Return how a plan is expected to run.

    Parameters
    ----------
    cached
        Nodes whose results are there already: they take no time, and only what the others read of them takes memory.
    keep_all
        Whether the run keeps every value (``keep="all"``), so that nothing is released.

    Examples
    --------
    >>> import shtairir
    >>> from shtairir.planning import Estimate
    >>> graph = shtairir.Graph("demo")
    >>> number = graph.add("math.number", value=3)
    >>> plan = shtairir.plan(graph, workers=1, level="none", estimates={"number": Estimate(0.5)})
    >>> [(span.node, span.worker, span.from_s, span.to_s) for span in schedule(plan).spans]
    [('number', 0, 0.0, 0.5)]
    """
    tasks = list(plan.tasks)
    if not tasks:
        return Schedule(plan.workers)
    spared = [_is_spared(task, cached) for task in tasks]
    durations, is_timed = _durations(tasks, spared)
    held = _held(plan, tasks, spared)
    if keep_all:
        held = replace(held, readers=[count + 1 for count in held.readers])
    waits = [task.waits_for for task in tasks]
    stages = [task.stage for task in tasks] if plan.barriers else None
    numbers = range(len(tasks))
    expected = rehearse(held, waits, reversed_edges(waits), numbers, durations, plan.workers, stages=stages)
    critical = frozenset(_critical(plan, tasks, durations, cached))
    spans = _spans(tasks, spared, expected, plan.workers, critical)
    sized = plan.peak_bytes is not None or bool(cached)
    return Schedule(
        plan.workers,
        spans,
        tuple(_holdings(plan, tasks, held, expected)),
        tuple(_stages(plan, tasks, expected, durations)),
        is_timed,
        expected.elapsed_s,
        sum(durations),
        expected.peak_bytes if sized else None,
        expected.starts_s[expected.at_peak] if sized and expected.at_peak is not None else None,
    )


def _is_spared(task: Task, cached: Collection[NodeId]) -> bool:
    return bool(cached) and all(call.node in cached for call in task.calls)


def _durations(tasks: Sequence[Task], spared: Sequence[bool]) -> tuple[list[float], bool]:
    """Return the seconds of each task, as the planner takes them; the median stands for what is not known."""
    times = [task.estimate.elapsed_s for task in tasks]
    known = [elapsed_s for elapsed_s in times if elapsed_s is not None]
    typical = median(known) if known else 1.0
    filled = [typical if elapsed_s is None else elapsed_s for elapsed_s in times]
    return [0.0 if spare else elapsed_s for elapsed_s, spare in zip(filled, spared, strict=True)], bool(known)


# --- memory ---------------------------------------------------------------------------------------------------


def _held(plan: ExecutionPlan, tasks: Sequence[Task], spared: Sequence[bool]) -> Footprint:
    known = plan.tasks.columns.held if isinstance(plan.tasks, Tasks) else None
    if known is None:
        return _nothing(tasks)
    return _without(known, spared) if any(spared) else known


def _nothing(tasks: Sequence[Task]) -> Footprint:
    first = [0, *accumulate(len(task.outputs) for task in tasks)]
    nothing = [0] * len(tasks)
    return Footprint(first, [0] * first[-1], [()] * len(tasks), [0] * first[-1], nothing, nothing)


def _without(held: Footprint, spared: Sequence[bool]) -> Footprint:
    """Return what is held when some tasks need not run."""
    read = {slot for task, slots in enumerate(held.reads) if not spared[task] for slot in slots}
    counts = list(held.readers)
    for task, slots in enumerate(held.reads):
        for slot in slots if spared[task] else ():
            counts[slot] -= 1
    sizes, needs, working = list(held.sizes), list(held.needs), list(held.working)
    for task, spare in enumerate(spared):
        if spare:
            for slot in held.writes(task):
                sizes[slot] = sizes[slot] if slot in read else 0
            working[task], needs[task] = 0, sum(sizes[slot] for slot in held.writes(task))
    reads = [() if spare else slots for slots, spare in zip(held.reads, spared, strict=True)]
    return replace(held, sizes=sizes, reads=reads, readers=counts, needs=needs, working=working)


def _holdings(plan: ExecutionPlan, tasks: Sequence[Task], held: Footprint, expected: Rehearsal) -> list[Holding]:
    """Return what is held, in the order in which it is taken."""
    last: dict[int, int] = {}
    reading = [0] * len(held.sizes)
    for reader in sorted(range(len(tasks)), key=expected.ends_s.__getitem__):
        for slot in held.reads[reader]:
            last[slot] = reader
            reading[slot] += 1
    buffers = {port: buffer.number for buffer in plan.buffers for port in buffer.values}
    found = []
    for number, task in enumerate(tasks):
        from_s, to_s = expected.starts_s[number], expected.ends_s[number]
        pooled = borrows(task.definition)
        if held.working[number] >= UNCOUNTED_BYTES:
            found.append(Holding(task.node, None, held.working[number], from_s, to_s, task.node))
        for slot, port in zip(held.writes(number), task.outputs, strict=True):
            nbytes = held.sizes[slot]
            if not nbytes:
                continue
            is_kept = held.readers[slot] > reading[slot]
            final = None if is_kept else last.get(slot, number)
            ends_s = expected.elapsed_s if final is None else max(expected.ends_s[final], to_s)
            found.append(
                Holding(
                    port.node,
                    port.port,
                    nbytes,
                    from_s,
                    ends_s,
                    None if final is None else tasks[final].node,
                    pooled and nbytes >= POOLED_FROM,
                    buffers.get(port),
                )
            )
    return sorted(found, key=lambda holding: holding.from_s)


# --- time -----------------------------------------------------------------------------------------------------


def _critical(
    plan: ExecutionPlan, tasks: Sequence[Task], durations: Sequence[float], cached: Collection[NodeId]
) -> Sequence[NodeId]:
    """Return the longest row of tasks; with some of them spared, it is another one."""
    if not cached:
        return plan.critical_path
    return [tasks[number].node for number in longest_way([task.waits_for for task in tasks], durations)]


def longest_way(waits: Sequence[Sequence[int]], durations: Sequence[float]) -> list[int]:
    """Return the row of tasks, each waiting for the one before, that takes longest; each after all it waits for.

    Examples
    --------
    >>> longest_way([(), (), (0, 1)], [1.0, 2.0, 1.0])
    [1, 2]
    """
    until_s: list[float] = []
    before: list[int | None] = []
    for number, others in enumerate(waits):
        last = max(others, key=until_s.__getitem__, default=None)
        until_s.append(durations[number] + (until_s[last] if last is not None else 0.0))
        before.append(last)
    place = max(range(len(until_s)), key=until_s.__getitem__, default=None)
    way: list[int] = []
    while place is not None:
        if durations[place]:
            way.append(place)
        place = before[place]
    return way[::-1]


def _spans(
    tasks: Sequence[Task],
    spared: Sequence[bool],
    expected: Rehearsal,
    workers: int,
    critical: Collection[NodeId],
) -> tuple[Span, ...]:
    """Return the tasks that run, each on the first worker that is free when it begins."""
    free_s = [0.0] * max(workers, 1)
    found = []
    for number in expected.order:
        task = tasks[number]
        if spared[number]:
            continue
        from_s, to_s = expected.starts_s[number], expected.ends_s[number]
        worker = next((each for each, until_s in enumerate(free_s) if until_s <= from_s), 0)
        free_s[worker] = to_s
        is_known = task.estimate.elapsed_s is not None
        is_critical = any(call.node in critical for call in task.calls)
        found.append(Span(task.node, task.label, worker, from_s, to_s, is_critical, is_known))
    return tuple(found)


def _stages(
    plan: ExecutionPlan, tasks: Sequence[Task], expected: Rehearsal, durations: Sequence[float]
) -> list[StageTime]:
    return [
        StageTime(
            stage.index,
            tuple(tasks[number].label for number in stage.tasks),
            min(expected.starts_s[number] for number in stage.tasks),
            max(expected.ends_s[number] for number in stage.tasks),
            sum(durations[number] for number in stage.tasks),
        )
        for stage in plan.stages
    ]
