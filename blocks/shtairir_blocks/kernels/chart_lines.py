"""Charts of points along x and y: lines and scatters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .chart_data import Data, Series, groups, is_text, line_series, thinned
from .chart_style import Look, add_color_bar, add_legend, finish, new_axes
from .table_columns import column_named, numeric_named
from .table_values import column_array


def line(
    data: Data,
    x: str | NDArray[Any] | None,
    y: Sequence[str],
    group: str | None,
    look: Look,
    *,
    width: float = 1.8,
    markers: bool = False,
    marks: NDArray[Any] | None = None,
) -> Figure:
    """Return lines; `marks` are places along x where the first line gets a dot."""
    series, x_name, y_name = line_series(data, x, y, group)
    figure, axes = new_axes()
    for one, color in zip(map(thinned, series), look.colors(len(series)), strict=True):
        axes.plot(
            one.x, one.y, color=color, linewidth=width, label=one.name, marker="o" if markers else "", markersize=3.5
        )
    if marks is not None and len(marks):
        _mark(axes, series[0], np.asarray(marks))
    axes.margins(x=0.01)
    if group or len(series) > 1:
        add_legend(axes, [one.name for one in series], group or "")
    return finish(figure, axes, look, x_name, y_name)


def _mark(axes: Axes, series: Series, marks: NDArray[Any]) -> None:
    if series.x.dtype.kind not in "biuf":
        raise ValueError("Dots can be put only where x holds numbers. Choose another x.")
    order = np.argsort(series.x)
    heights = np.interp(marks, series.x[order], series.y[order].astype(np.float64))
    axes.plot(
        marks, heights, linestyle="", marker="o", markersize=5, color="#d55e00", markeredgecolor="white", zorder=3
    )


def scatter(
    table: Data, x: str | None, y: str | None, group: str | None, look: Look, *, size: float = 5.0, opacity: float = 0.8
) -> Figure:
    """Return points; `group` colours them by name, or along a scale where it holds numbers."""
    figure, axes = new_axes()
    if not isinstance(table, pl.DataFrame):
        points = np.asarray(table)
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"An array of shape {points.shape} is not a list of points. Give (points, 2).")
        table, x, y = pl.DataFrame({"x": points[:, 0], "y": points[:, 1]}), "x", "y"
    x_name = column_named(table.columns, x or "", "column for x")
    y_name = column_named(table.columns, y or "", "column for y")
    if group and not is_text(table, column_named(table.columns, group, "column for the colour")):
        _scale_points(figure, axes, table, (x_name, y_name, group), size, opacity)
        return finish(figure, axes, look, x_name, y_name)
    parts = list(groups(table, group))
    for (name, part), color in zip(parts, look.colors(len(parts)), strict=True):
        axes.scatter(
            column_array(part, x_name),
            column_array(part, y_name),
            s=size**2,
            color=color,
            alpha=opacity,
            edgecolors="white",
            linewidths=0.5,
            label=name,
        )
    if group:
        add_legend(axes, [name for name, _ in parts], group)
    return finish(figure, axes, look, x_name, y_name)


def _scale_points(
    figure: Figure, axes: Axes, table: pl.DataFrame, names: tuple[str, str, str], size: float, opacity: float
) -> None:
    x, y, group = names
    values = column_array(table, numeric_named(table, group)).astype(np.float64)
    points = axes.scatter(
        column_array(table, x), column_array(table, y), s=size**2, c=values, cmap="viridis", alpha=opacity, linewidths=0
    )
    add_color_bar(figure, axes, points, group)
