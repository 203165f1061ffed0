"""Heat maps."""

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from .chart_data import Data, is_text
from .chart_style import Look, add_color_bar, finish, new_axes
from .table_columns import column_named, numeric_named
from .table_shape import pivoted
from .table_values import matrix

MAX_LABELS = 40


def heat_map(
    data: Data,
    rows: str | None,
    columns: str | None,
    value: str | None,
    look: Look,
    *,
    colors: str = "viridis",
    low: float | None = None,
    high: float | None = None,
    show_values: bool = False,
) -> Figure:
    """Return a grid of coloured cells.

    An array is drawn as it is, its first row on top. Of a table, either `rows`, `columns` and `value` name
    three columns (cells are means), or its columns of numbers are the grid.
    """
    grid, row_names, column_names = heat_cells(data, rows, columns, value)
    if not grid.size:
        raise ValueError("There is nothing to draw: no rows, or no columns of numbers.")
    figure, axes = new_axes()
    axes.grid(False)
    image = axes.imshow(grid, cmap=colors, vmin=low, vmax=high, aspect="auto", interpolation="nearest")
    _name_cells(axes, row_names, column_names)
    if show_values and grid.size <= MAX_LABELS * 15:
        _write_values(axes, image, grid)
    add_color_bar(figure, axes, image, value or "")
    return finish(figure, axes, look, columns or "", rows or "")


def heat_cells(
    data: Data, rows: str | None, columns: str | None, value: str | None
) -> tuple[NDArray[Any], list[str], list[str]]:
    """Return the grid (rows, columns) and the names of both; no names where they would be plain numbers."""
    if not isinstance(data, pl.DataFrame):
        grid = np.asarray(data)
        if grid.ndim != 2 or grid.dtype.kind not in "biuf":
            raise ValueError(f"An array of {grid.dtype} with shape {grid.shape} is not a grid. Give 2 dimensions.")
        return grid, [], []
    if value or columns:
        row_name = column_named(data.columns, rows or "", "column for the rows")
        column_name = column_named(data.columns, columns or "", "column for the columns")
        cells = pivoted(data, [row_name], column_name, numeric_named(data, value or ""), "mean")
        heads = [name for name in cells.columns if name != row_name]
        return matrix(cells, heads), _texts(cells, row_name), heads
    names = rows or next((name for name in data.columns if is_text(data, name)), None)
    heads = [name for name, dtype in data.schema.items() if dtype.is_numeric() and name != names]
    return matrix(data.select(heads), heads), _texts(data, names) if names else [], heads


def _texts(table: pl.DataFrame, name: str) -> list[str]:
    column_named(table.columns, name)
    return ["missing" if text is None else text for text in table.get_column(name).cast(pl.String).to_list()]


def _name_cells(axes: Axes, rows: list[str], columns: list[str]) -> None:
    if rows and len(rows) <= MAX_LABELS:
        axes.set_yticks(np.arange(len(rows)), rows)
    if columns and len(columns) <= MAX_LABELS:
        crowded = sum(len(name) for name in columns) > 60
        axes.set_xticks(
            np.arange(len(columns)), columns, rotation=40 if crowded else 0, ha="right" if crowded else "center"
        )


def _write_values(axes: Axes, image: AxesImage, grid: NDArray[Any]) -> None:
    # Dark text on light cells and the other way round (luma of the cell's own colour).
    lumas = image.to_rgba(grid)[..., :3] @ np.array([0.299, 0.587, 0.114])
    for (row, column), number in np.ndenumerate(grid):
        if np.isfinite(number):
            ink = "#1a1d23" if lumas[row, column] > 0.5 else "white"
            axes.text(column, row, f"{number:.3g}", ha="center", va="center", fontsize=7.5, color=ink)
