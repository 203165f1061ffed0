"""What must run of a plan, and the rehearsal of that part: how long it takes, and what it holds of memory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from shtairir.ids import NodeId
from shtairir.memory.manager import UNCOUNTED_BYTES
from shtairir.monitor.eta import SCATTER, Expected, expectation, remaining
from shtairir.planning.columns import Tasks
from shtairir.planning.composite import FUSED
from shtairir.planning.footprint import Footprint, rehearse

if TYPE_CHECKING:
    from shtairir.planning.config import Estimate
    from shtairir.planning.plan import ExecutionPlan, Task

_START_S = 5e-4
_TASK_S = 2e-6
"""What a run takes that does nothing, and what each of its tasks takes besides the call of its block."""

_READ_BYTES_PER_S = 2e9
"""How quickly results come back from the cache."""

_MOST_REHEARSED = 3_000
"""Of larger plans the time follows from the work: errors of single tasks average out there."""

_LEAST_KNOWN = 0.5
"""If less of the tasks have a time, nothing is claimed of the whole."""

_LARGE_SPREAD = 0.35

_REACH = 1.2815515655446004
"""So many deviations to either side hold four of five."""


class Rehearsed(NamedTuple):
    """What the plan, by itself, says of a run.

    Attributes
    ----------
    seconds
        ``None`` while too few times are known.
    spread
        How far off that may be, as the deviation of its logarithm.
    known_share
        The part of the time that earlier runs have told.
    peak_bytes
        The most that is held at a time, as far as sizes are known.
    made_bytes
        The size of all that is made, together, as far as it is known.
    all_sized
        Whether all sizes are known.
    work_s
        The time of what runs, one after the other; ``None`` if that is not known.
    ends_s
        When each task is over, by its number.
    """

    seconds: float | None
    spread: float
    known_share: float
    peak_bytes: int
    made_bytes: int
    all_sized: bool
    work_s: float | None
    ends_s: Mapping[int, float]


class Loaded(NamedTuple):
    """What a run reads back of what it need not make, in bytes, and the part of it that is wanted in the end."""

    nbytes: int = 0
    kept_bytes: int = 0


_NOTHING = Loaded()


def nodes_of(task: Task) -> list[NodeId]:
    """Return the nodes that a task does the work of: also those that share its result, or lie in what it repeats."""
    nodes = [node for call in task.calls for node in (call.node, *call.aliases)]
    if task.body is not None:
        nodes += [twin for node in task.body.nodes for twin in task.twins(node)]
    return nodes


def rehearsed(
    plan: ExecutionPlan,
    running: Collection[int],
    loaded: Loaded = _NOTHING,
    *,
    workers: int | None = None,
    keeps_all: bool = False,
) -> Rehearsed:
    """Return how a run of some of the tasks is expected to go.

    Parameters
    ----------
    running
        The tasks that run, by number.
    loaded
        What is read back of what need not.
    workers
        On how many; those of the plan when ``None``.
    keeps_all
        Whether no value is let go, as in the window.
    """
    workers = workers or plan.workers
    expected = [_expected(task, plan.workers / workers) for task in plan.tasks]
    known = [task for task in running if expected[task].elapsed_s is not None]
    memory = _memory(plan, running, expected, loaded, keeps_all=keeps_all)
    times = _times(plan, running, expected, workers) if len(known) >= _LEAST_KNOWN * len(running) else None
    if times is None:
        return Rehearsed(None, SCATTER["unknown"], 0.0, *memory, None, {})
    work = {task: expected[task].elapsed_s or 0.0 for task in running}
    work_s = sum(work.values())
    learned_s = sum(took_s for task, took_s in work.items() if plan.tasks[task].estimate.source == "learned")
    share = (learned_s / work_s if work_s else 1.0) * (len(known) / len(running) if running else 1.0)
    seconds = times.seconds + _START_S + _TASK_S * len(running) + loaded.nbytes / _READ_BYTES_PER_S
    return Rehearsed(seconds, times.spread, share, *memory, work_s, times.ends_s)


class _Times(NamedTuple):
    seconds: float
    spread: float
    ends_s: Mapping[int, float]


def _times(plan: ExecutionPlan, running: Collection[int], expected: Sequence[Expected], workers: int) -> _Times | None:
    """Return how long a run takes, how uncertain that is, and when each task is over."""
    if len(expected) > _MOST_REHEARSED:
        return _Times(_of_work(plan, running, expected), _LARGE_SPREAD, {})
    over = dict.fromkeys((task for task in range(len(expected)) if task not in running), None)
    left = remaining(expected, [task.waits_for for task in plan.tasks], workers, over, {})
    if left is None:
        return None
    spread = math.log(left.high_s / left.low_s) / (2 * _REACH) if left.low_s else _LARGE_SPREAD
    return _Times(left.likely_s, spread, left.finishes_s)


def work_share(plan: ExecutionPlan, running: Collection[int]) -> float | None:
    """Return the part of the work of all tasks that some of them do; ``None`` if too few times are known."""
    expected = [_expected(task) for task in plan.tasks]
    known = sum(one.elapsed_s is not None for one in expected)
    if known < _LEAST_KNOWN * len(expected):
        return None
    work = _durations(expected)
    total_s = sum(work)
    if not total_s:
        return len(running) / len(expected) if expected else 0.0
    return sum(work[task] for task in running) / total_s


def _expected(task: Task, stretch: float = 1.0) -> Expected:
    """Return what a task is expected to take, if there are so many times fewer workers than its plan is for."""
    estimate = task.estimate
    if stretch != 1.0 and estimate.elapsed_s is not None and _is_spread(task):
        estimate = estimate._replace(elapsed_s=estimate.elapsed_s * stretch)
    if task.definition.traits.lazy is not None and estimate.elapsed_s is None:
        return Expected(0.0, 0.2, task.definition.id)  # it only hands on what others have made
    return expectation(estimate, task.definition.id)


def _is_spread(task: Task) -> bool:
    """Whether all workers that are idle take part in a task."""
    return task.definition.id == FUSED or (task.body is not None and task.body.shape.kind == "for_each")


def _of_work(plan: ExecutionPlan, running: Collection[int], expected: Sequence[Expected]) -> float:
    times = [expected[task].elapsed_s for task in running]
    known = [elapsed_s for elapsed_s in times if elapsed_s is not None]
    usual_s = sum(known) / len(known) if known else 0.0
    work_s = sum(known) + usual_s * (len(times) - len(known))
    whole_s = plan.sequential_s
    if plan.estimated_s is not None and whole_s:
        return max(plan.estimated_s * work_s / whole_s, work_s / plan.workers)
    return work_s / plan.workers


# --- memory ---------------------------------------------------------------------------------------------------


class _Memory(NamedTuple):
    peak_bytes: int
    made_bytes: int
    all_sized: bool


def _memory(
    plan: ExecutionPlan, running: Collection[int], expected: Sequence[Expected], loaded: Loaded, *, keeps_all: bool
) -> _Memory:
    """Return the most that is held at a time, and all that is made, as far as that is known."""
    estimates = [plan.tasks[task].estimate for task in running]
    made_bytes = sum(nbytes for one in estimates for nbytes in one.output_bytes if nbytes is not None)
    all_sized = all(_is_sized(plan.tasks[task]) for task in running)
    held = plan.tasks.columns.held if isinstance(plan.tasks, Tasks) else None
    if held is not None and keeps_all:
        held = replace(held, readers=[count + 1 for count in held.readers])
    peak_bytes = 0
    if held is not None and running:
        peak_bytes = _peak(plan, held, sorted(running), _durations(expected))
    elif len(running) == len(plan.tasks):
        peak_bytes = plan.peak_bytes or 0
    if loaded.kept_bytes >= UNCOUNTED_BYTES:
        peak_bytes += loaded.kept_bytes  # it is read when all else is done, and most is let go; but kept is kept
    return _Memory(peak_bytes, made_bytes, all_sized)


def _durations(expected: Sequence[Expected]) -> list[float]:
    """Return the expected times; the mean stands for those that are not known."""
    times = [one.elapsed_s for one in expected if one.elapsed_s is not None]
    usual_s = sum(times) / len(times) if times else 1.0
    return [usual_s if one.elapsed_s is None else one.elapsed_s for one in expected]


def _peak(plan: ExecutionPlan, held: Footprint, running: Sequence[int], durations: Sequence[float]) -> int:
    place = {task: index for index, task in enumerate(running)}
    before = [[place[other] for other in plan.tasks[task].waits_for if other in place] for task in running]
    after: list[list[int]] = [[] for _ in running]
    for index, others in enumerate(before):
        for other in others:
            after[other].append(index)
    expected = rehearse(
        held if len(running) == len(plan.tasks) else _part(held, running),
        before,
        after,
        range(len(running)),
        [durations[task] for task in running],
        plan.workers,
        stages=[plan.tasks[task].stage for task in running] if plan.barriers else None,
        limit_bytes=plan.limits.memory_bytes,
    )
    return expected.peak_bytes


def _part(held: Footprint, running: Sequence[int]) -> Footprint:
    """Return what some of the tasks take. A value that is there already counts from the first of its readers on."""
    anybody = Counter(slot for reads in held.reads for slot in reads)
    reading = Counter(slot for task in running for slot in held.reads[task])
    needs = [held.needs[task] for task in running]
    slots: list[int] = []
    first = [0]
    for task in running:
        slots += held.writes(task)
        first.append(len(slots))
    number = {slot: index for index, slot in enumerate(slots)}
    for index, task in enumerate(running):
        for slot in held.reads[task]:
            if slot not in number:  # it comes from the cache
                number[slot] = len(number)
                needs[index] += held.sizes[slot]
    return replace(
        held,
        first_slots=first,
        sizes=[held.sizes[slot] for slot in number],
        reads=[[number[slot] for slot in held.reads[task]] for task in running],
        # Whoever keeps a value is one more of its readers.
        readers=[reading[slot] + held.readers[slot] - anybody[slot] for slot in number],
        needs=needs,
        working=[held.working[task] for task in running],
    )


def _is_sized(task: Task) -> bool:
    estimate: Estimate = task.estimate
    return len(estimate.output_bytes) == len(task.definition.outputs) and None not in estimate.output_bytes
