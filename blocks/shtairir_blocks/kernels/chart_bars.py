"""Charts of amounts: bars, histograms, boxes."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .chart_data import Data, chosen_number, groups, label_of, numbers_of
from .chart_style import INK, Look, add_legend, finish, new_axes
from .table_columns import column_named, numeric_named
from .table_shape import aggregate

MAX_BARS = 200


def bar(
    data: Data,
    category: str | None,
    value: str | None,
    group: str | None,
    look: Look,
    *,
    function: str = "sum",
    horizontal: bool = False,
    stacked: bool = False,
    order: str = "as they come",
) -> Figure:
    """Return a bar for each category: its values taken together or, without `value`, its number of rows."""
    if not isinstance(data, pl.DataFrame):
        data, category, value = _numbered(np.asarray(data)), "index", "value"
    table, category = data, column_named(data.columns, category or "", "column of categories")
    names, rows, grid = bar_heights(table, category, value, group, function)
    if len(names) > MAX_BARS:
        raise ValueError(f"{category!r} has {len(names)} different values, too many bars. Take a part with table.head.")
    if order != "as they come":
        total = np.nansum(grid, axis=0)
        ranks = np.argsort(total if order == "smallest first" else -total, kind="stable")
        names, grid = [names[rank] for rank in ranks], grid[:, ranks]
    figure, axes = new_axes()
    _draw_bars(axes, names, rows, grid, look.colors(len(rows)), horizontal, stacked)
    if group:
        add_legend(axes, rows, group)
    amount = "count" if not value else value if function == "sum" else f"{value} ({function})"
    labels = (amount, category) if horizontal else (category, amount)
    return finish(figure, axes, look, *labels)


def _numbered(values: NDArray[np.generic]) -> pl.DataFrame:
    if values.ndim != 1:
        raise ValueError(f"An array of shape {values.shape} is not a row of bars. Give 1 dimension.")
    return pl.DataFrame({"index": np.arange(len(values)), "value": values})


def bar_heights(
    table: pl.DataFrame, category: str, value: str | None, group: str | None, function: str
) -> tuple[list[str], list[str], NDArray[np.float64]]:
    """Return the categories in the order of their first rows, the groups, and (groups, categories) heights.

    Where a group has no row in a category, the height is NaN.
    """
    parts = list(groups(table, group))
    height = aggregate(table, numeric_named(table, value), function) if value else pl.len()
    seen = table.get_column(category).unique(maintain_order=True).to_list()
    places = {name: index for index, name in enumerate(seen)}
    grid = np.full((len(parts), len(seen)), np.nan)
    for row, (_, part) in enumerate(parts):
        cells = part.group_by(category).agg(height.cast(pl.Float64).alias("__height"))
        for name, amount in cells.iter_rows():
            grid[row, places[name]] = np.nan if amount is None else amount
    return [label_of(name) for name in seen], [name for name, _ in parts], grid


def _draw_bars(
    axes: Axes,
    names: list[str],
    rows: list[str],
    grid: NDArray[np.float64],
    colors: list[str],
    horizontal: bool,
    stacked: bool,
) -> None:
    places = np.arange(len(names))
    thickness = 0.74 if stacked else 0.74 / max(len(rows), 1)
    # What is above and below zero is stacked apart, so that no bar hides another.
    above, below = np.zeros(len(names)), np.zeros(len(names))
    for row, (label, color) in enumerate(zip(rows, colors, strict=True)):
        lengths = np.nan_to_num(grid[row])
        at = places if stacked else places + (row - (len(rows) - 1) / 2) * thickness
        start = np.where(lengths >= 0, above, below) if stacked else np.zeros(len(names))
        if horizontal:
            axes.barh(at, lengths, thickness * 0.96, left=start, color=color, label=label)
        else:
            axes.bar(at, lengths, thickness * 0.96, bottom=start, color=color, label=label)
        above, below = above + np.maximum(lengths, 0), below + np.minimum(lengths, 0)
    _name_places(axes, names, horizontal)


def _name_places(axes: Axes, names: list[str], horizontal: bool) -> None:
    places = np.arange(len(names))
    if horizontal:
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.grid(False, axis="y")
        return
    crowded = sum(len(name) for name in names) > 70 or len(names) > 15
    axes.set_xticks(places, names, rotation=40 if crowded else 0, ha="right" if crowded else "center")
    axes.grid(False, axis="x")


def histogram(
    data: Data,
    column: str | None,
    group: str | None,
    look: Look,
    *,
    bins: int = 30,
    density: bool = False,
    low: float | None = None,
    high: float | None = None,
) -> Figure:
    """Return how many numbers fall into each of `bins` equal ranges between `low` and `high`."""
    if isinstance(data, pl.DataFrame):
        column = chosen_number(data, column)
        parts = [(name, numbers_of(part, column)) for name, part in groups(data, group)]
    else:
        parts = [("", numbers_of(data, None))]
    edges = bin_edges(np.concatenate([np.empty(0), *(values for _, values in parts)]), bins, low, high, look.log_x)
    figure, axes = new_axes()
    for (name, values), color in zip(parts, look.colors(len(parts)), strict=True):
        counts = np.histogram(values, edges)[0]
        heights = counts / max(int(counts.sum()), 1) / np.diff(edges) if density else counts
        axes.stairs(heights, edges, fill=True, color=color, alpha=0.85 if len(parts) == 1 else 0.45)
        axes.stairs(heights, edges, color=color, linewidth=1.2, label=name)
    axes.grid(False, axis="x")
    if group:
        add_legend(axes, [name for name, _ in parts], group)
    return finish(figure, axes, look, column or "value", "density" if density else "count")


def bin_edges(
    values: NDArray[np.float64], bins: int, low: float | None, high: float | None, log: bool
) -> NDArray[np.float64]:
    """Return the `bins` + 1 edges, of equal width or, for a logarithmic axis, of equal ratio."""
    if log:
        values = values[values > 0]
        if low is not None and low <= 0:
            raise ValueError("A logarithmic axis begins above 0. Set low above 0, or switch log_x off.")
    start = low if low is not None else float(values.min()) if values.size else 0.0
    stop = high if high is not None else float(values.max()) if values.size else 1.0
    if low is not None and high is not None and low >= high:
        raise ValueError(f"low ({low:g}) must be less than high ({high:g}).")
    if start >= stop:
        spread = abs(start) * 0.5 or 0.5
        start, stop = (start - spread, start + spread) if high is None else (stop - spread, stop)
    return np.geomspace(start, stop, bins + 1) if log else np.linspace(start, stop, bins + 1)


def box(data: Data, column: str | None, group: str | None, look: Look, *, points: bool = True) -> Figure:
    """Return a box for each group: median, quartiles, whiskers to 1.5 quartile ranges, and what lies beyond."""
    if isinstance(data, pl.DataFrame):
        column = chosen_number(data, column)
        parts = [(name, numbers_of(part, column)) for name, part in groups(data, group)]
    else:
        array = np.asarray(data)
        columns = [array] if array.ndim == 1 else list(np.atleast_2d(array).T)
        parts = [
            (f"column {index + 1}" if array.ndim > 1 else "", numbers_of(one, None))
            for index, one in enumerate(columns)
        ]
    figure, axes = new_axes()
    drawn = axes.boxplot(
        [values for _, values in parts],
        patch_artist=True,
        widths=0.55,
        showfliers=points,
        medianprops={"color": INK, "linewidth": 1.4},
        whiskerprops={"color": INK},
        capprops={"color": INK},
        flierprops={"marker": "o", "markersize": 3.5, "markerfacecolor": "none", "markeredgecolor": "#6a707b"},
    )
    for patch, color in zip(drawn["boxes"], look.colors(len(parts)), strict=True):
        patch.set(facecolor=color, alpha=0.75, edgecolor=INK)
    axes.set_xticks(np.arange(1, len(parts) + 1), [name for name, _ in parts])
    axes.grid(False, axis="x")
    return finish(figure, axes, look, group or "", column or "value")
