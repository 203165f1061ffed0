"""How many workers suit a plan, and what of it is better not divided, by what earlier runs have taken.

For each number of workers the run is rehearsed; where runs on so many are known, these count instead, and how far off
the rehearsal was there is allowed for elsewhere. The smallest number that is about as good as the best is taken:
workers that win nothing cost memory, and the rest of the machine its processors. More than there are processors help
only where nodes mostly wait, which is known from the time that the program has spent computing.

Of nodes whose arrays may be divided among the workers, those stay whole that were quicker so, or take next to no time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from shtairir.forecasting.alike import likeness_of
from shtairir.forecasting.costs import rehearsed
from shtairir.forecasting.foresight import graph_key
from shtairir.forecasting.words import plural, seconds_text
from shtairir.ids import NodeId, PortRef
from shtairir.memory.manager import UNCOUNTED_BYTES
from shtairir.planning.composite import FUSED
from shtairir.planning.config import History
from shtairir.planning.typical import median
from shtairir.planning.working import Reason

if TYPE_CHECKING:
    from shtairir.forecasting.record import Entry, Track
    from shtairir.planning.plan import ExecutionPlan, Task

_AS_GOOD = 1.05
_LATEST = 5
_ENOUGH = 3
_WAITS_BELOW = 0.25
_LEAST_BUSY_S = 0.02
_MOST_TIMES_PROCESSORS, _MOST_WORKERS = 4, 32
_MOST_TASKS = 3_000
_SHARED_FROM_S = 0.3e-3
"""What takes less as a whole is over before others could take part."""


class Tuning(NamedTuple):
    """What suits a plan.

    Attributes
    ----------
    whole
        Nodes that are better not divided.
    """

    workers: int
    whole: frozenset[NodeId]
    reasons: tuple[Reason, ...]


def tuned(plan: ExecutionPlan, track: Track, history: History | None) -> Tuning:
    """Return what suits a graph, with the reasons.

    Parameters
    ----------
    plan
        The plan of it on as many workers as there are processors.
    """
    track.catch_up()
    workers, why = _workers(plan, track.of(graph_key(plan)))
    whole = dict(_whole(plan, history)) if history is not None else {}
    reasons = [Reason(None, "workers", why), *(Reason(node, "split_large", said) for node, said in whole.items())]
    return Tuning(workers, frozenset(whole), tuple(reasons))


# --- workers --------------------------------------------------------------------------------------------------


def _workers(plan: ExecutionPlan, past: Sequence[Entry]) -> tuple[int, str]:
    """Return how many workers suit a plan, and why."""
    processors = plan.workers
    likeness = likeness_of(plan, range(len(plan.tasks)))
    alike = [entry for entry in past if entry.likeness == likeness != 0]
    waits = _computing(alike or past)
    expected = _expected(plan, alike, _most(plan) if waits is not None else processors)
    if not expected:
        return processors, (
            f"Runs on {plural(processors, 'worker')}, as many as there are processors: "
            "too few times are known to say how many suit it."
        )
    best_s = min(expected.values())
    count = min(workers for workers, took_s in expected.items() if took_s <= _AS_GOOD * best_s)
    return count, _why(count, expected, processors, waits)


def _why(count: int, expected: dict[int, float], processors: int, waits: float | None) -> str:
    said = f"Runs on {plural(count, 'worker')}, which is expected to take {seconds_text(expected[count])}"
    if count > 1:
        said += f"; on {count - 1}, {seconds_text(expected[count - 1])}"
    if count < max(expected):
        said += f"; on {count + 1} it would take {seconds_text(expected[count + 1])}"
    if count > processors and waits is not None:
        computing = f"for {waits:.0%} of their time" if waits >= 0.005 else "hardly at all"
        said += f". These are more than there are processors, since its nodes compute {computing} and mostly wait"
    return f"{said}."


def _expected(plan: ExecutionPlan, alike: Sequence[Entry], most: int) -> dict[int, float]:
    """Return what the run is expected to take, by the number of workers; nothing if too little is known."""
    if len(plan.tasks) > _MOST_TASKS:
        return {}
    models: dict[int, float] = {}
    for workers in range(1, most + 1):
        seconds = rehearsed(plan, range(len(plan.tasks)), workers=workers).seconds
        if seconds is None:
            return {}
        models[workers] = seconds
    seen = {workers: _latest_s([entry for entry in alike if entry.workers == workers]) for workers in models}
    known = {workers: took_s for workers, took_s in seen.items() if took_s is not None}
    if not known:
        return models
    return {workers: known.get(workers) or models[workers] * _off(workers, known, models) for workers in models}


def _latest_s(entries: Sequence[Entry]) -> float | None:
    return median([entry.elapsed_s for entry in entries[-_LATEST:]]) if len(entries) >= _ENOUGH else None


def _off(workers: int, known: dict[int, float], models: dict[int, float]) -> float:
    """Return how far off the rehearsal was on the nearest number of workers that is known."""
    nearest = min(known, key=lambda other: abs(other - workers))
    return known[nearest] / models[nearest]


def _computing(entries: Sequence[Entry]) -> float | None:
    """Return the share of their time for which nodes compute, if they mostly wait.

    That is the case where the program leaves even one processor idle for most of the run: nodes that wait for each
    other, or for Python's lock, do not.
    """
    latest = entries[-_LATEST:]
    processor_s, busy_s = sum(entry.processor_s for entry in latest), sum(entry.busy_s for entry in latest)
    if busy_s < _LEAST_BUSY_S or processor_s > _WAITS_BELOW * sum(entry.elapsed_s for entry in latest):
        return None
    return processor_s / busy_s


def _most(plan: ExecutionPlan) -> int:
    most = min(_MOST_TIMES_PROCESSORS * (os.cpu_count() or 1), _MOST_WORKERS, max(len(plan.tasks), 1))
    limited = min(most, plan.limits.cpu) if plan.limits.cpu else most
    return max(limited, plan.workers)


# --- splitting ------------------------------------------------------------------------------------------------


def _whole(plan: ExecutionPlan, history: History) -> Iterator[tuple[NodeId, str]]:
    """Yield the nodes that are better not divided, each with the reason."""
    alone = [task for task in plan.tasks if task.definition.id == FUSED and len(task.parts) == 1]
    sizes = _sizes(plan) if alone else {}
    for task in alone:
        divided_s = task.estimate.elapsed_s if task.estimate.source == "learned" else None
        whole_s = _whole_s(task.parts[0], sizes, history)
        node = task.parts[0].node
        if divided_s is not None and whole_s is not None:
            if whole_s * _AS_GOOD < divided_s:
                yield node, f"Is not divided: whole, it took {_short(whole_s)}, and divided {_short(divided_s)}."
        elif (known_s := divided_s if whole_s is None else whole_s) is not None and known_s < _SHARED_FROM_S:
            yield node, f"Is not divided: it takes {_short(known_s)}, and is over before others could take part."


def _whole_s(part: Task, sizes: dict[PortRef, int | None], history: History) -> float | None:
    """Return what a node has taken that was not divided."""
    arriving = [sizes.get(item.source) for item in part.inputs]
    known = [nbytes for nbytes in arriving if nbytes is not None]
    if len(known) < len(arriving):
        return None
    total = sum(nbytes for nbytes in known if nbytes >= UNCOUNTED_BYTES)
    past = history.lookup(part.definition, part.values, total, part.node)
    return past.elapsed_s if past is not None and past.exact else None


def _sizes(plan: ExecutionPlan) -> dict[PortRef, int | None]:
    return {
        port: nbytes
        for task in plan.tasks
        for port, nbytes in zip(task.outputs, task.estimate.output_bytes, strict=False)
    }


def _short(seconds: float) -> str:
    return f"{seconds * 1e3:.2g} ms" if seconds < 0.01 else seconds_text(seconds)
