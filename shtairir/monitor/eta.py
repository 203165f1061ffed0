"""How much longer a run takes, as a range that holds the truth in four of five cases.

What is left is rehearsed: the tasks that are not over go through as many workers as there are, in the order of the
plan, each taking what it is expected to. Two things make that uncertain, and they add up differently.

- The *pace*: the machine is slower or busier than when the times were learned. It stretches everything alike, so it
  does not average out. It is estimated from the tasks that are over (the ratio of what they took to what was expected,
  in logarithms), drawn towards 1 as long as there are few.
- The *scatter* of each task about its expectation. Of many tasks side by side little of it is left; of a chain of
  tasks, or of the one long task that is still running, all of it. So it is added up along the chain of the rehearsal
  that ends last, and over all tasks for what the workers share.

A task that runs is expected to take what such a task takes that has already taken so long. One that says how far it is
is believed, once it has got somewhere.

The times are taken to scatter as a log-normal distribution does: they are positive, and twice as long is as likely as
half as long.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Final, NamedTuple

from shtairir.planning.typical import median

if TYPE_CHECKING:
    from statistics import NormalDist

    from shtairir.planning.config import Estimate

_REACH: Final = 1.2815515655446004
"""So many deviations to either side hold four of five."""

_PACE_SCATTER = 0.3
_LEAST_PACE_SCATTER = 0.05
_PRIOR_WEIGHT = 4.0
_BELIEVED_FROM = 0.05
_TIMED_FROM_S = 0.0005
"""What takes less says nothing of the pace of the machine."""

SCATTER: Final[Mapping[str, float]] = {"learned": 0.2, "declared": 0.7, "inferred": 0.7, "unknown": 0.9}
"""How far off an expectation is, in logarithms, by where it is from."""


@functools.cache
def _normal() -> NormalDist:
    from statistics import NormalDist  # which brings decimals and fractions along, and only looks need it

    return NormalDist()


class Expected(NamedTuple):
    """What a task is expected to take: ``None`` where nothing is known."""

    elapsed_s: float | None
    scatter: float = SCATTER["unknown"]
    block: str = ""


def expectation(estimate: Estimate, block: str) -> Expected:
    """Return what a task is expected to take, by what the plan says of it."""
    scatter = estimate.scatter if estimate.scatter is not None else SCATTER[estimate.source]
    return Expected(estimate.elapsed_s, scatter, block)


class Running(NamedTuple):
    """A task that runs: for how long, and how far it says it is, 0..1."""

    elapsed_s: float
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Remaining:
    """Seconds from now: the likeliest end, and the range that holds four of five.

    Attributes
    ----------
    finishes_s
        When each task that is not over is expected to be.
    """

    likely_s: float
    low_s: float
    high_s: float
    finishes_s: Mapping[int, float]


class _Left(NamedTuple):
    """What is left of a task: the expectation, and its deviation."""

    seconds: float
    deviation_s: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How this run compares with expectations, in logarithms: by how much it is slower, how sure that is; scatter."""

    drift: float = 0.0
    doubt: float = _PACE_SCATTER
    scatter: float | None = None


def remaining(
    expected: Sequence[Expected],
    waits_for: Sequence[Sequence[int]],
    workers: int,
    over: Mapping[int, float | None],
    running: Mapping[int, Running],
) -> Remaining | None:
    """Return how much longer a run takes; ``None`` when there is no ground to say.

    Parameters
    ----------
    over
        The tasks that have ended, with what they took; ``None`` for those that did not run.
    """
    known = _filled(expected, over)
    if known is None:
        return None
    pace = pace_of(known, over)
    left = {task: _left(known[task], running.get(task), pace) for task in range(len(known)) if task not in over}
    finishes_s, chain = _rehearsed(left, waits_for, workers, running)
    if not finishes_s:
        return Remaining(0.0, 0.0, 0.0, {})
    end_s = max(finishes_s.values())
    along = sum(left[task].deviation_s ** 2 for task in chain)
    beside = sum(one.deviation_s**2 for one in left.values()) / workers**2
    relative = math.sqrt(max(along, beside)) / end_s if end_s else 0.0
    spread = math.sqrt(math.log1p(relative**2) + pace.doubt**2)
    return Remaining(end_s, end_s * math.exp(-_REACH * spread), end_s * math.exp(_REACH * spread), finishes_s)


def pace_of(expected: Sequence[Expected], over: Mapping[int, float | None]) -> Pace:
    """Return how the tasks that are over compare with what was expected of them.

    Examples
    --------
    >>> pace = pace_of([Expected(1.0, 0.2)] * 50, dict.fromkeys(range(50), 2.0))
    >>> round(math.exp(pace.drift), 1), pace.doubt < 0.1
    (2.0, True)
    """
    ratios = []
    weights = []
    for task, took_s in over.items():
        hoped_s = expected[task].elapsed_s
        if took_s and hoped_s and max(took_s, hoped_s) >= _TIMED_FROM_S:
            ratios.append(math.log(took_s / hoped_s))
            weights.append(1.0 / max(expected[task].scatter, 0.05) ** 2)
    if not ratios:
        return Pace()
    middle = median(ratios)  # one that took ten times as long says little of the others
    trust = sum(weights)
    own = 1.0 / _PACE_SCATTER**2
    drift = middle * trust / (trust + own)
    usual = sum(math.sqrt(1.0 / weight) for weight in weights) / len(weights)
    squares = sum(min(abs(ratio - middle), 2.0) ** 2 for ratio in ratios)
    scatter = math.sqrt((_PRIOR_WEIGHT * usual**2 + squares) / (_PRIOR_WEIGHT + len(ratios)))
    doubt = math.sqrt(1.0 / (own + len(ratios) / max(scatter, 0.05) ** 2) + _LEAST_PACE_SCATTER**2)
    return Pace(drift, doubt, scatter)


def _filled(expected: Sequence[Expected], over: Mapping[int, float | None]) -> list[Expected] | None:
    """Return the expectations, the unknown ones from what the like has taken in this run, or anything has."""
    unknown = [task for task, one in enumerate(expected) if one.elapsed_s is None and task not in over]
    if not unknown:
        return list(expected)
    by_block: dict[str, list[float]] = {}
    for task, took_s in over.items():
        if took_s is not None:
            by_block.setdefault(expected[task].block, []).append(took_s)
    known = [one.elapsed_s for one in expected if one.elapsed_s is not None]
    everything = [took_s for times in by_block.values() for took_s in times] or known
    if not everything:
        return None
    anything = Expected(sum(everything) / len(everything), SCATTER["unknown"])
    of_block = {block: Expected(sum(times) / len(times), 0.4) for block, times in by_block.items()}
    return [one if one.elapsed_s is not None else of_block.get(one.block, anything) for one in expected]


def _left(expected: Expected, running: Running | None, pace: Pace) -> _Left:
    assert expected.elapsed_s is not None  # filled before
    whole_s = max(expected.elapsed_s, 1e-6) * math.exp(pace.drift)
    scatter = max(pace.scatter if pace.scatter is not None else 0.0, expected.scatter, 0.02)
    if running is None:
        return _Left(whole_s * math.exp(scatter**2 / 2), whole_s * scatter)
    if running.fraction is not None and running.fraction >= _BELIEVED_FROM:
        seconds = running.elapsed_s * (1 - running.fraction) / running.fraction
        return _Left(seconds, 0.2 * seconds)
    return _conditional(whole_s, scatter, running.elapsed_s)


def _conditional(whole_s: float, scatter: float, elapsed_s: float) -> _Left:
    """Return what is left of a task that has taken so long: the median of those that take at least that, and more."""
    if elapsed_s <= 0:
        return _Left(whole_s, whole_s * scatter)
    if elapsed_s > 3 * whole_s:  # it is not what it was taken for
        scatter = max(scatter, 1.0)
    normal = _normal()
    place = normal.cdf(math.log(elapsed_s / whole_s) / scatter)
    times = []
    for share in (0.1, 0.5, 0.9):
        part = min(place + share * (1 - place), 1 - 1e-12)
        times.append(max(whole_s * math.exp(scatter * normal.inv_cdf(max(part, 1e-12))) - elapsed_s, 0.0))
    low_s, middle_s, high_s = times
    return _Left(max(middle_s, 0.02 * elapsed_s), max((high_s - low_s) / (2 * _REACH), 0.02 * elapsed_s))


def _rehearsed(
    left: Mapping[int, _Left], waits_for: Sequence[Sequence[int]], workers: int, running: Mapping[int, Running]
) -> tuple[dict[int, float], list[int]]:
    """Return when each task is expected to be over, and the chain of tasks that decides when the last one is."""
    finishes_s: dict[int, float] = {}
    because: dict[int, int | None] = {}
    under_way = [(left[task].seconds, task) for task in running if task in left]
    for end_s, task in under_way:
        finishes_s[task], because[task] = end_s, None
    heapify(under_way)
    waits = {task: sum(other in left for other in waits_for[task]) for task in left if task not in running}
    followers: dict[int, list[int]] = {}
    for task in waits:
        for other in waits_for[task]:
            if other in left:
                followers.setdefault(other, []).append(task)
    ready = [task for task, count in waits.items() if not count]
    heapify(ready)
    now_s, cause = 0.0, None
    while ready or under_way:
        while ready and len(under_way) < max(workers, 1):
            task = heappop(ready)
            finishes_s[task], because[task] = now_s + left[task].seconds, cause
            heappush(under_way, (finishes_s[task], task))
        now_s, cause = heappop(under_way)
        for task in followers.get(cause, ()):
            waits[task] -= 1
            if not waits[task]:
                heappush(ready, task)
    chain = []
    last = max(finishes_s, key=finishes_s.__getitem__, default=None)
    while last is not None:
        chain.append(last)
        last = because[last]
    return finishes_s, chain
