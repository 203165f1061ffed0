"""What is drawn: series and columns, taken from a table or an array."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .table_columns import column_named, columns_named, kind_of, numeric_named
from .table_values import column_array

Data = pl.DataFrame | NDArray[Any]
MAX_SERIES = 40
THINNED_RUNS = 4000


@dataclass(frozen=True, slots=True)
class Series:
    """A run of points with a name."""

    name: str
    x: NDArray[Any]
    y: NDArray[Any]


def line_series(
    data: Data, x: str | NDArray[Any] | None, y: Sequence[str], group: str | None
) -> tuple[list[Series], str, str]:
    """Return the series to draw, and what the axes show.

    Of an array each column is a series. Of a table it is each column in `y` (with none: every column of
    numbers but `x`), or each value of `group`.
    """
    if not isinstance(data, pl.DataFrame):
        return _array_series(np.asarray(data), x)
    x_name = column_named(data.columns, x, "column for x") if isinstance(x, str) and x else None
    names = [numeric_named(data, name) for name in columns_named(data.columns, y)]
    if not names:
        names = [name for name, dtype in data.schema.items() if dtype.is_numeric() and name not in (x_name, group)]
    if not names:
        raise ValueError("The table has no column of numbers to draw. Choose one for y.")
    given = None if x is None or isinstance(x, str) else np.asarray(x)
    series = []
    for part_name, part in groups(data, group):
        along = column_array(part, x_name) if x_name else _along(given, part.height)
        for name in names:
            label = name if not part_name else part_name if len(names) == 1 else f"{part_name}, {name}"
            series.append(Series(label, along, column_array(part, name)))
    _check_count(series)
    return series, x_name or "", names[0] if len(names) == 1 else ""


def _array_series(array: NDArray[Any], x: str | NDArray[Any] | None) -> tuple[list[Series], str, str]:
    if isinstance(x, str) and x:
        raise ValueError(f"An array has no column {x!r}. Link an array to x, or leave it empty.")
    columns = array[:, None] if array.ndim == 1 else array
    if columns.ndim != 2 or columns.dtype.kind not in "biuf":
        raise ValueError(f"An array of {array.dtype} with shape {array.shape} is not a line. Give 1 or 2 dimensions.")
    given = None if x is None or isinstance(x, str) else np.asarray(x)
    along = _along(given, len(columns))
    labels = [""] if array.ndim == 1 else [f"column {index + 1}" for index in range(columns.shape[1])]
    series = [Series(label, along, columns[:, index]) for index, label in enumerate(labels)]
    _check_count(series)
    return series, "", ""


def _along(given: NDArray[Any] | None, count: int) -> NDArray[Any]:
    if given is None:
        return np.arange(count)
    if given.shape != (count,):
        raise ValueError(f"x has the shape {given.shape}, but there are {count} values for y. Make them equally many.")
    return given


def _check_count(series: Sequence[Series]) -> None:
    if len(series) > MAX_SERIES:
        raise ValueError(
            f"There are {len(series)} series; {MAX_SERIES} can be told apart. Choose fewer columns or groups."
        )


def thinned(series: Series) -> Series:
    """Return the series with at most twice `THINNED_RUNS` points, which looks the same on any screen.

    Of each run of neighbours the least and the greatest value stay, in their order: many runs fall onto one
    column of pixels, and there a line covers what lies between. A figure is painted again and again, so
    it must not hold millions of points.
    """
    count = len(series.y)
    if count <= 4 * THINNED_RUNS or series.x.dtype.kind not in "biufM":
        return series
    if not (series.x[1:] >= series.x[:-1]).all():
        return series
    size = -(-count // THINNED_RUNS)
    whole = count // size * size
    runs = np.asarray(series.y[:whole], dtype=np.float64).reshape(-1, size)
    least = np.where(np.isnan(runs), np.inf, runs).argmin(axis=1)
    greatest = np.where(np.isnan(runs), -np.inf, runs).argmax(axis=1)
    kept = np.stack([least, greatest], axis=1) + np.arange(0, whole, size)[:, None]
    # What does not fill a run at the end is kept as it is, and the first point too.
    indices = np.unique(np.concatenate([[0], kept.ravel(), np.arange(whole, count)]))
    return Series(series.name, series.x[indices], series.y[indices])


def groups(table: pl.DataFrame, group: str | None) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the name and the rows of each value of `group`, sorted; without it the whole table, unnamed."""
    if not group:
        yield "", table
        return
    column_named(table.columns, group, "column to group by")
    values = table.get_column(group).unique().sort(nulls_last=True)
    if len(values) > MAX_SERIES:
        raise ValueError(
            f"{group!r} has {len(values)} different values; {MAX_SERIES} can be told apart. Group by another column."
        )
    for value in values.to_list():
        yield label_of(value), table.filter(pl.col(group).eq_missing(pl.lit(value, dtype=table.schema[group])))


def label_of(value: object) -> str:
    """Return a value as it stands on an axis or in a legend."""
    if value is None:
        return "missing"
    return f"{value:g}" if isinstance(value, float) else str(value)


def numbers_of(data: Data, column: str | None) -> NDArray[np.float64]:
    """Return the numbers, 1-D float64 without NaN and infinity, of a column or of a whole array."""
    if isinstance(data, pl.DataFrame):
        values = column_array(data, numeric_named(data, chosen_number(data, column)))
    else:
        values = np.asarray(data)
        if values.dtype.kind not in "biuf":
            raise ValueError(f"An array of {values.dtype} holds no numbers to draw.")
    flat = np.asarray(values, dtype=np.float64).ravel()
    return flat[np.isfinite(flat)]


def chosen_number(table: pl.DataFrame, column: str | None) -> str:
    """Return `column`, or the only column of numbers where none is chosen."""
    if column:
        return numeric_named(table, column)
    numbers = [name for name, dtype in table.schema.items() if dtype.is_numeric()]
    return numbers[0] if len(numbers) == 1 else column_named(numbers, "", "column")


def is_text(table: pl.DataFrame, column: str) -> bool:
    """Whether a column holds names rather than numbers or times."""
    return kind_of(table.schema[column]) in ("text", "true or false")
