"""How far off forecasts have been, and what follows for the next: an interval that holds four of five.

What a run took, divided by what the plan expected, is a ratio; its logarithm is what is looked at here. Where enough
runs of a graph are known, the interval is read off their ratios: the k-th smallest of n, with k = (n + 1) / 10, is a
bound that the next one, if it is like those before, is below of in one of ten cases, whatever the distribution (split
conformal prediction: Vovk, Gammerman, Shafer, *Algorithmic Learning in a Random World*, 2005; with each end for itself:
Linusson, Johansson, Löfström, *Signed-Error Conformal Regression*, PAKDD 2014).

Machines drift: they are busy, then not. So only the last runs count. Where the ratios before have followed a level
that moves, the next is expected about the level as it is now, and the bounds are read off how far off such expectations
were (exponential smoothing: Gardner, *Journal of Forecasting* 4, 1985). And the share that is to lie outside is moved
after each miss, and a little back after each hit (adaptive conformal inference: Gibbs, Candès, NeurIPS 2021), which
holds the share in the long run even when runs are not alike.

Of a graph that was run only a few times, the ratios of all other graphs tell, each by how sure its plan was of itself
(normalised scores: Papadopoulos, Gammerman, Vovk, 2008), and without these a normal distribution; and what is known
of the graph itself counts more with each run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from shtairir.planning.typical import median

ENOUGH = 9
"""So many ratios are needed for a bound that one of ten is below."""

WINDOW = 29
"""So many of the last runs of a graph count."""

OUTSIDE = 0.2
"""The share of runs that may lie outside."""

_STEP = 0.02
_LEAST_OUTSIDE, _MOST_OUTSIDE = 0.05, 0.4
_LEAST_REACH = 0.02
_PRIOR_RUNS = 0.5
_PACES = (0.3, 0.6)
_BETTER = 0.9
"""So much smaller must the errors be for a level that moves to be believed in."""

_FROM = 3
_NEAR = 1.4
_FARTHEST, _WIDEST = 3.0, 1.6
_T90 = (3.08, 1.89, 1.64, 1.53, 1.48, 1.44, 1.41, 1.40)
"""Student's t, of which nine of ten are below, for 1, 2, ... degrees of freedom."""


class Quantiles(NamedTuple):
    """Logarithms of the ratio: what one of ten is below, half are, and nine of ten are."""

    low: float
    middle: float
    high: float


def calibrated(own: Sequence[float], pool: Sequence[float], spread: float, misses: Sequence[bool] = ()) -> Quantiles:
    """Return where the logarithm of the next ratio is expected.

    Parameters
    ----------
    own
        Those of the graph's runs before, the last one at the end.
    pool
        Those of other graphs' runs, each divided by the spread that was expected of it.
    spread
        The deviation that is expected of this one.
    misses
        For the graph's forecasts before, whether the truth lay outside.

    Examples
    --------
    >>> low, middle, high = calibrated([-0.5, 0.3, -0.1, 0.5, -0.3, 0.1, 0.0, 0.2, -0.4, 0.4, -0.2], [], 0.3)
    >>> round(low, 2), round(middle, 2), round(high, 2)
    (-0.48, 0.0, 0.48)
    """
    own = own[-WINDOW:]
    outside = outside_share(misses)
    if len(own) >= ENOUGH:
        level, off = followed(own)
        return Quantiles(*(level + ranked(off, share) for share in (outside / 2, 0.5, 1 - outside / 2)))
    first = _without_own(pool, spread, outside)
    return _mixed(first, own) if own else first


def outside_share(misses: Sequence[bool]) -> float:
    """Return the share to leave outside, which is less after misses and more after hits.

    Examples
    --------
    >>> outside_share([]), outside_share([True]) < 0.2, outside_share([False]) > 0.2
    (0.2, True, True)
    """
    share = OUTSIDE
    for missed in misses:
        share = min(max(share + _STEP * (OUTSIDE - missed), _LEAST_OUTSIDE), _MOST_OUTSIDE)
    return share


def followed(figures: Sequence[float]) -> tuple[float, Sequence[float]]:
    """Return the level that figures have followed, and how far off they were; 0 and themselves if they stay.

    Examples
    --------
    >>> followed([0.1, -0.2, 0.0, 0.2, -0.1, 0.1, -0.2, 0.1, 0.0])[0]
    0.0
    >>> round(followed([float(step) for step in range(12)])[0], 1) > 9
    True
    """
    stays = sum(abs(figures[place] - median(figures[:place])) for place in range(_FROM, len(figures)))
    best, level, off = _BETTER * stays, 0.0, figures
    for pace in _PACES:
        levels = [figures[0]]
        for figure in figures[1:]:
            levels.append(levels[-1] + pace * (figure - levels[-1]))
        errors = [figure - before for figure, before in zip(figures[1:], levels, strict=False)]
        error = sum(map(abs, errors[_FROM - 1 :]))
        if error < best:
            best, level, off = error, levels[-1], errors
    return level, off


def ranked(figures: Sequence[float], share: float) -> float:
    """Return what a share of figures to come is expected to lie below, between two of those that were.

    Examples
    --------
    >>> ranked([1.0, 2.0, 3.0, 4.0], 0.5), ranked([1.0, 2.0, 3.0, 4.0], 0.01)
    (2.5, 1.0)
    """
    ordered = sorted(figures)
    place = min(max(share * (len(ordered) + 1) - 1, 0.0), len(ordered) - 1.0)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def usual(figures: Sequence[float]) -> float:
    """Return the figure that most of these, which are not negative, are within a fifth of: the middle of most.

    A run may hold one of two amounts, by who happens to be first; then that is better said than either, or the mean.

    Examples
    --------
    >>> round(usual([100.0, 100.0, 130.0])), round(usual([100.0, 500.0, 100.0, 101.0]))
    (114, 100)
    """
    ordered = sorted(figures)
    best: tuple[int, float] = (0, 0.0)
    for place, low in enumerate(ordered):
        near = [figure for figure in ordered[place:] if figure <= _NEAR * low]
        best = max(best, (len(near), math.sqrt(low * near[-1])))
    return best[1]


def _without_own(pool: Sequence[float], spread: float, outside: float) -> Quantiles:
    """Return what is expected of a graph that was never run."""
    if len(pool) >= ENOUGH:
        return Quantiles(*(spread * ranked(pool, share) for share in (outside / 2, 0.5, 1 - outside / 2)))
    from statistics import NormalDist  # which brings decimals and fractions along

    reach = spread * NormalDist().inv_cdf(1 - outside / 2)
    return Quantiles(-reach, 0.0, reach)


def _mixed(first: Quantiles, own: Sequence[float]) -> Quantiles:
    """Return the quantiles of a graph that was run a few times.

    How far its runs lie apart counts more with each of them. It is drawn towards what was expected before there were
    any, and does not go far beyond that: of two runs, one of which was disturbed, next to nothing follows.
    """
    count = len(own)
    weight = count / (count + 1.0)
    middle = (1 - weight) * first.middle + weight * median(own)
    mean = sum(own) / count
    sides = []
    for side in (first.middle - first.low, first.high - first.middle):
        reach = max(side, _LEAST_REACH)
        if count > 1:
            deviation = math.sqrt(sum((each - mean) ** 2 for each in own) / (count - 1))
            seen = max(deviation * _T90[count - 2] * math.sqrt(1 + 1 / count), _LEAST_REACH)
            trust = (count - 1) / (count - 1 + _PRIOR_RUNS)
            reach = math.exp((1 - trust) * math.log(reach) + trust * math.log(min(seen, _FARTHEST * reach)))
        sides.append(min(reach, _WIDEST))
    return Quantiles(middle - sides[0], middle, middle + sides[1])
