"""Quick charts of the columns of a table. Pure; runs on a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from .plot import Floats, Series, Style, histogram, tick_text, ticks
from .time_axis import date_text, moment_text, time_ticks

if TYPE_CHECKING:
    import polars

    from .jobs import Ticket

MOST_SERIES = 8
_MOST_COUNTED = 30


class Sort(StrEnum):
    """The charts there are."""

    LINES = "Lines"
    POINTS = "Points"
    HISTOGRAM = "Histogram"
    COUNTS = "Counts"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn: along `x` (None: the number of the row), the columns `y`."""

    sort: Sort
    x: str | None
    y: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuickChart:
    """Series to draw, how places are written, and what there is to say."""

    series: tuple[Series, ...]
    name_x: Callable[[float, float], str] = tick_text
    words: str = ""
    ticks_x: Callable[[float, float, int], list[float]] = ticks
    name_point: Callable[[float], str] = "{:.6g}".format


def numeric_columns(table: polars.DataFrame) -> list[str]:
    """Return the columns that can be drawn upwards."""
    return [name for name, dtype in table.schema.items() if dtype.is_numeric()]


def placing_columns(table: polars.DataFrame) -> list[str]:
    """Return the columns that can be drawn along."""
    return [name for name, dtype in table.schema.items() if dtype.is_numeric() or dtype.is_temporal()]


def counted_columns(table: polars.DataFrame) -> list[str]:
    """Return the columns whose values can be counted."""
    return [name for name, dtype in table.schema.items() if not dtype.is_nested() and str(dtype) != "Object"]


def first_wish(table: polars.DataFrame) -> Wish | None:
    """Return a chart to begin with: numbers over time, else over the rows; None when nothing can be drawn."""
    numbers = numeric_columns(table)
    time = next((name for name, dtype in table.schema.items() if dtype.is_temporal()), None)
    if numbers:
        return Wish(Sort.LINES, time, tuple(numbers[:1]))
    counted = counted_columns(table)
    return Wish(Sort.COUNTS, None, tuple(counted[:1])) if counted else None


def chart_of(table: polars.DataFrame, wish: Wish, ticket: Ticket) -> QuickChart:
    """Return the chart that is wished for; columns that are not there any more are left out."""
    names = [name for name in wish.y if name in table.columns][:MOST_SERIES]
    if wish.sort is Sort.COUNTS:
        return _counts(table[names[0]]) if names else QuickChart(())
    if wish.sort is Sort.HISTOGRAM:
        return QuickChart(tuple(histogram(name, numbers(table[name]), ticket) for name in names))
    along = table[wish.x] if wish.x in table.columns and wish.x is not None else None
    x = numbers(along) if along is not None else None
    ticket.step(0.3)
    jumps = x is not None and wish.sort is Sort.LINES and bool(np.any(np.diff(x) < 0))
    order = np.argsort(x, kind="stable") if x is not None and jumps else None
    style = Style.POINTS if wish.sort is Sort.POINTS else Style.LINE
    series = []
    for number, name in enumerate(names):
        ticket.step(0.3 + 0.7 * number / len(names))
        y = numbers(table[name])
        present = ~np.isnan(x) if x is not None else None
        series.append(_series(name, x, y, order, present, style))
    if along is not None and along.dtype.is_temporal():
        return QuickChart(tuple(series), date_text, ticks_x=time_ticks, name_point=moment_text)
    return QuickChart(tuple(series))


def _series(
    name: str, x: Floats | None, y: Floats, order: np.ndarray | None, present: np.ndarray | None, style: Style
) -> Series:
    if x is None or present is None:
        return Series(name, y, style=style)
    if order is not None:
        x, y, present = x[order], y[order], present[order]
    return Series(name, y[present], x[present], style=style)


def numbers(column: polars.Series) -> Floats:
    """Return a column as ``float64``; times are seconds since 1970, what is missing is NaN."""
    import polars as pl

    dtype = column.dtype
    if dtype in (pl.Date, pl.Datetime):
        micros = column.cast(pl.Datetime("us")).to_physical().cast(pl.Float64).to_numpy()
        return np.asarray(micros / 1e6, np.float64)
    if dtype == pl.Duration:
        return np.asarray(column.cast(pl.Duration("us")).to_physical().cast(pl.Float64).to_numpy() / 1e6, np.float64)
    if dtype == pl.Time:
        return np.asarray(column.to_physical().cast(pl.Float64).to_numpy() / 1e9, np.float64)
    return np.asarray(column.cast(pl.Float64, strict=False).to_numpy(), np.float64)


def _counts(column: polars.Series) -> QuickChart:
    counts = column.value_counts(sort=True, name="·count")
    shown = counts.head(_MOST_COUNTED)
    labels = ["missing" if value is None else str(value) for value in shown[:, 0].to_list()]
    heights = shown[:, 1].to_numpy()

    def name(place: float, _step: float) -> str:
        index = round(place)
        return labels[index][:18] if 0 <= index < len(labels) and abs(place - index) < 0.01 else ""

    rest = counts.height - shown.height
    words = f"The {shown.height} most frequent of {counts.height:,} values are drawn" if rest > 0 else ""
    places = np.arange(len(heights), dtype=np.float64)
    bars = Series(column.name, heights, places, style=Style.BARS)
    return QuickChart((bars,), name, words, name_point=lambda place: name(place, 1.0))
