"""Series as they are drawn in a plot. Pure; any thread may call this.

A series of a hundred million values is drawn from the extremes of a few hundred columns of what is in sight, so a peak
is never lost and zooming in shows ever more of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .jobs import Ticket
from .pixels import AnyArray, finite_range
from .trace import envelope

Floats = NDArray[np.float64]
Range = tuple[float, float]
MOST_POINTS = 40_000
"""So many points are drawn of a cloud; of more, every n-th."""


class Style(StrEnum):
    """How a series is drawn."""

    LINE = "line"
    POINTS = "points"
    BARS = "bars"


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Numbers to be drawn.

    Attributes
    ----------
    y
        ``(n,)`` numbers; of complex ones the magnitude is drawn.
    x
        ``(n,)`` places; rising for lines. When left out, the numbers follow one another in steps of `step`.
    """

    label: str
    y: AnyArray
    x: AnyArray | None = None
    step: float = 1.0
    style: Style = Style.LINE

    def place(self, index: int) -> float:
        """Return where a number stands."""
        return index * self.step if self.x is None else float(self.x[index])

    def extent(self) -> Range:
        """Return the first and the last place."""
        if not len(self.y):
            return (0.0, 0.0)
        if self.x is None:
            return (0.0, (len(self.y) - 1) * self.step)
        low, high = finite_range(np.asarray(self.x, np.float64))
        margin = (high - low) * 0.03 if self.style is Style.POINTS else 0.0
        half = (high - low) / max(len(self.y) - 1, 1) / 2 if self.style is Style.BARS else 0.0
        return (low - margin - half, high + margin + half)

    def nearest(self, place: float) -> int | None:
        """Return the index of the number nearest to a place; None when there is none. For lines and bars."""
        length, places = len(self.y), self.x
        if not length:
            return None
        if places is None:
            return min(max(round(place / self.step), 0), length - 1)
        after = int(np.searchsorted(places, place))
        near = [index for index in (after - 1, after) if 0 <= index < length]
        return min(near, key=lambda index: abs(float(places[index]) - place))


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What is left of a series for painting: ``(columns,) float64`` places, and the least and greatest value there.

    Attributes
    ----------
    index
        For points: which of the series each one is.
    """

    series: Series
    x: Floats
    low: Floats
    high: Floats
    index: NDArray[np.intp] | None = None

    @property
    def span(self) -> Range:
        """The least and greatest finite value."""
        return finite_range(np.concatenate([self.low, self.high])) if len(self.low) else (0.0, 0.0)


def drawn(series: Series, left: float, right: float, columns: int, ticket: Ticket) -> Drawn:
    """Return what is to be painted of a series between two places."""
    ticket.step()
    if series.style is Style.POINTS:
        return _points(series)
    start, stop = _between(series, left, right)
    part = series.y[start:stop]
    if series.style is Style.BARS or len(part) <= columns or series.x is not None:
        return _single(series, start, stop, columns)
    trace = envelope(part, columns)
    edges = np.linspace(start, stop, len(trace.low), endpoint=False)
    return Drawn(series, np.asarray(edges * series.step, np.float64), trace.low, trace.high)


def _between(series: Series, left: float, right: float) -> tuple[int, int]:
    """The numbers in sight, and one more at each side, to which lines lead."""
    if series.x is None:
        return max(math.floor(left / series.step) - 1, 0), min(math.ceil(right / series.step) + 2, len(series.y))
    start, stop = np.searchsorted(series.x, [left, right])
    return max(int(start) - 1, 0), min(int(stop) + 2, len(series.y))


def _single(series: Series, start: int, stop: int, columns: int) -> Drawn:
    values = _finite(series.y[start:stop])
    if series.x is None:
        return Drawn(series, np.arange(start, stop, dtype=np.float64) * series.step, values, values)
    places = np.asarray(series.x[start:stop], np.float64)
    if len(values) <= 2 * columns or series.style is Style.BARS:
        return Drawn(series, places, values, values)
    edges = np.linspace(0, len(values), columns, endpoint=False).astype(np.intp)
    low, high = np.fmin.reduceat(values, edges), np.fmax.reduceat(values, edges)
    return Drawn(series, places[edges], low, high)


def _points(series: Series) -> Drawn:
    index = np.arange(0, len(series.y), max(-(-len(series.y) // MOST_POINTS), 1))
    values = _finite(series.y[index])
    places = index * series.step if series.x is None else np.asarray(series.x[index], np.float64)
    return Drawn(series, np.asarray(places, np.float64), values, values, index)


_GREATEST = 1e300
"""What is greater is drawn as this: the difference of two such numbers is one still."""


def _finite(values: AnyArray) -> Floats:
    plain = np.asarray(np.abs(values) if values.dtype.kind == "c" else values, np.float64)
    return np.asarray(np.where(np.isfinite(plain), np.clip(plain, -_GREATEST, _GREATEST), np.nan), np.float64)


def histogram(label: str, values: AnyArray, ticket: Ticket, bins: int = 60) -> Series:
    """Return how often values occur, as bars; what is no number is left out."""
    ticket.step()
    finite = _finite(values)
    finite = finite[~np.isnan(finite)]
    try:
        counts, edges = np.histogram(finite, min(bins, max(len(finite), 1)))
    except ValueError:  # the numbers are too close to be told apart
        counts, edges = np.array([len(finite)]), np.array([finite.min() - 0.5, finite.max() + 0.5])
    return Series(label, counts, (edges[:-1] + edges[1:]) / 2, style=Style.BARS)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers within a range, at most so many."""
    span = high - low
    if not (span > 0 and math.isfinite(span)) or most < 1:
        return []
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 5, 10) if factor * power >= rough), 10 * power)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_text(value: float, step: float) -> str:
    """Return a tick as people write it, with as many places as the step between ticks needs."""
    if value != 0 and (abs(value) >= 1e6 or step < 1e-5):
        return f"{value:.6g}"
    places = max(-math.floor(math.log10(step) + 1e-9), 0) if step > 0 else 0
    return f"{value + 0.0:,.{places}f}"


def extent_of(lanes: Sequence[Sequence[Series]]) -> Range:
    """Return the places that all series take together."""
    ends = [series.extent() for lane in lanes for series in lane if len(series.y)]
    if not ends:
        return (0.0, 1.0)
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    return (low, high) if low < high else (low - 0.5, high + 0.5)
