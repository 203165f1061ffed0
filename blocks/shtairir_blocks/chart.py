"""Charts. Each takes a table and names of columns, or an array."""

from typing import Annotated, Literal

from shtairir.block import Array, Figure, Image, Param, Table, block
from shtairir.block.values import Color

Label = Annotated[str, Param(advanced=True)]
Switch = Annotated[bool, Param(advanced=True)]


@block(
    name="Line chart",
    category="Chart",
    tags=("plot", "graph", "curve", "time series"),
    requires=("matplotlib", "polars"),
    extra="chart",
)
def line(
    data: Table | Array,
    x: str | Array | None = None,
    y: list[str] | None = None,
    group: str | None = None,
    title: str = "",
    x_label: Label = "",
    y_label: Label = "",
    color: Annotated[Color | None, Param(advanced=True)] = None,
    width: Annotated[float, Param(ge=0.2, le=10, step=0.2, advanced=True)] = 1.8,
    markers: Switch = False,
    marks: Array | None = None,
    log_x: Switch = False,
    log_y: Switch = False,
) -> Figure:
    """Draw values as lines.

    Parameters
    ----------
    data
        A table; or an array, of which each column is a line.
    x
        The column, or an array, of places along the axis; the number of the row when unset.
    y
        The columns to draw, all columns of numbers when unset.
    group
        A column: each of its values gets a line of its own.
    title
        What stands above the chart.
    x_label
        What stands at the axis; the column's name when empty.
    y_label
        What stands at the axis; the column's name when empty.
    color
        The colour of the first line.
    width
        How thick the lines are, in points.
    markers
        Whether each value gets a dot.
    marks
        Places along x where the first line gets a dot, such as the peaks of a signal.
    log_x, log_y
        Whether the axis is logarithmic.
    """
    from shtairir_blocks.kernels import chart_lines as kernels
    from shtairir_blocks.kernels.chart_style import Look

    look = Look(title, x_label, y_label, color.hex if color else "", log_x, log_y)
    return kernels.line(data, x, y or [], group, look, width=width, markers=markers, marks=marks)


@block(
    name="Scatter chart",
    category="Chart",
    tags=("plot", "points", "correlation"),
    requires=("matplotlib", "polars"),
    extra="chart",
)
def scatter(
    data: Table | Array,
    x: str | None = None,
    y: str | None = None,
    group: str | None = None,
    title: str = "",
    x_label: Label = "",
    y_label: Label = "",
    color: Annotated[Color | None, Param(advanced=True)] = None,
    size: Annotated[float, Param(ge=1, le=40, step=0.5, advanced=True)] = 5.0,
    opacity: Annotated[float, Param(ge=0, le=1, step=0.05, advanced=True)] = 0.8,
    log_x: Switch = False,
    log_y: Switch = False,
) -> Figure:
    """Draw rows as points.

    Parameters
    ----------
    data
        A table; or an array (points, 2).
    x
        The column along the axis.
    y
        The column up the axis.
    group
        A column that colours the points: by name, or along a scale when it holds numbers.
    title
        What stands above the chart.
    x_label
        What stands at the axis; the column's name when empty.
    y_label
        What stands at the axis; the column's name when empty.
    color
        The colour of the points, of the first group if there are several.
    size
        How large the points are.
    opacity
        1 hides what is behind a point, 0.2 shows where many lie.
    log_x, log_y
        Whether the axis is logarithmic.
    """
    from shtairir_blocks.kernels import chart_lines as kernels
    from shtairir_blocks.kernels.chart_style import Look

    look = Look(title, x_label, y_label, color.hex if color else "", log_x, log_y)
    return kernels.scatter(data, x, y, group, look, size=size, opacity=opacity)


@block(
    name="Bar chart",
    category="Chart",
    tags=("plot", "column", "amounts"),
    requires=("matplotlib", "polars"),
    extra="chart",
)
def bar(
    data: Table | Array,
    category: str | None = None,
    value: str | None = None,
    group: str | None = None,
    function: Literal["sum", "mean", "median", "min", "max", "count"] = "sum",
    title: str = "",
    x_label: Label = "",
    y_label: Label = "",
    color: Annotated[Color | None, Param(advanced=True)] = None,
    horizontal: bool = False,
    stacked: Switch = False,
    order: Annotated[Literal["as they come", "largest first", "smallest first"], Param(advanced=True)] = "as they come",
    log_y: Annotated[bool, Param(advanced=True, label="log amounts")] = False,
) -> Figure:
    """Draw a bar for each category.

    Parameters
    ----------
    data
        A table; or a one-dimensional array, of which each value is a bar.
    category
        The column that names the bars.
    value
        The column of amounts; the number of rows is drawn when unset.
    group
        A column: each of its values gets bars of its own.
    function
        How to make one amount of several rows.
    title
        What stands above the chart.
    x_label
        What stands at the axis; the column's name when empty.
    y_label
        What stands at the axis; the column's name when empty.
    color
        The colour of the bars, of the first group if there are several.
    horizontal
        Whether bars lie, which leaves room for long names.
    stacked
        Whether the bars of the groups stand on one another.
    order
        The order of the categories.
    log_y
        Whether the axis of the amounts is logarithmic.
    """
    from shtairir_blocks.kernels import chart_bars as kernels
    from shtairir_blocks.kernels.chart_style import Look

    logs = {"log_x": log_y and horizontal, "log_y": log_y and not horizontal}
    look = Look(title, x_label, y_label, color.hex if color else "", **logs)
    return kernels.bar(
        data, category, value, group, look, function=function, horizontal=horizontal, stacked=stacked, order=order
    )


@block(
    name="Histogram",
    category="Chart",
    tags=("plot", "distribution", "frequency"),
    requires=("matplotlib", "polars"),
    extra="chart",
)
def histogram(
    data: Table | Array,
    column: str | None = None,
    bins: Annotated[int, Param(ge=1, le=1000)] = 30,
    group: str | None = None,
    title: str = "",
    x_label: Label = "",
    y_label: Label = "",
    color: Annotated[Color | None, Param(advanced=True)] = None,
    low: Annotated[float | None, Param(advanced=True)] = None,
    high: Annotated[float | None, Param(advanced=True)] = None,
    density: Switch = False,
    log_x: Switch = False,
    log_y: Switch = False,
) -> Figure:
    """Draw how often numbers fall into each of some equal ranges.

    Parameters
    ----------
    data
        A table; or an array of any shape, such as an image.
    column
        The column of numbers; not needed when there is only one.
    bins
        How many ranges.
    group
        A column: each of its values gets a histogram of its own.
    title
        What stands above the chart.
    x_label
        What stands at the axis; the column's name when empty.
    y_label
        What stands at the axis.
    color
        The colour, of the first group if there are several.
    low, high
        Where the first range begins and the last one ends; the least and the largest number when unset.
    density
        Whether the areas add up to 1, so that groups of different size compare.
    log_x, log_y
        Whether the axis is logarithmic.
    """
    from shtairir_blocks.kernels import chart_bars as kernels
    from shtairir_blocks.kernels.chart_style import Look

    look = Look(title, x_label, y_label, color.hex if color else "", log_x, log_y)
    return kernels.histogram(data, column, group, look, bins=bins, density=density, low=low, high=high)


@block(
    name="Box chart",
    category="Chart",
    tags=("plot", "distribution", "quartiles", "whiskers"),
    requires=("matplotlib", "polars"),
    extra="chart",
)
def box(
    data: Table | Array,
    column: str | None = None,
    group: str | None = None,
    title: str = "",
    x_label: Label = "",
    y_label: Label = "",
    color: Annotated[Color | None, Param(advanced=True)] = None,
    points: Switch = True,
    log_y: Switch = False,
) -> Figure:
    """Draw the median and the quartiles of numbers as boxes.

    Parameters
    ----------
    data
        A table; or an array, of which each column is a box.
    column
        The column of numbers; not needed when there is only one.
    group
        A column: each of its values gets a box.
    title
        What stands above the chart.
    x_label
        What stands at the axis; the group's name when empty.
    y_label
        What stands at the axis; the column's name when empty.
    color
        The colour of the first box.
    points
        Whether numbers farther than 1.5 quartile ranges from the box are drawn.
    log_y
        Whether the axis is logarithmic.
    """
    from shtairir_blocks.kernels import chart_bars as kernels
    from shtairir_blocks.kernels.chart_style import Look

    look = Look(title, x_label, y_label, color.hex if color else "", log_y=log_y)
    return kernels.box(data, column, group, look, points=points)


@block(
    name="Heat map",
    category="Chart",
    tags=("plot", "matrix", "grid", "colour"),
    requires=("matplotlib", "polars"),
    extra="chart",
)
def heat_map(
    data: Table | Array,
    rows: str | None = None,
    columns: str | None = None,
    value: str | None = None,
    title: str = "",
    x_label: Label = "",
    y_label: Label = "",
    colors: Literal["viridis", "cividis", "magma", "gray", "coolwarm"] = "viridis",
    low: Annotated[float | None, Param(advanced=True)] = None,
    high: Annotated[float | None, Param(advanced=True)] = None,
    show_values: bool = False,
) -> Figure:
    """Draw a grid of numbers as colours.

    Parameters
    ----------
    data
        A two-dimensional array, with its first row on top; or a table.
    rows
        The column whose values name the rows.
    columns
        The column whose values name the columns; when unset, the table's columns of numbers are the grid.
    value
        The column that fills the cells; the mean is taken where several rows fall into one.
    title
        What stands above the chart.
    x_label
        What stands at the axis; the column's name when empty.
    y_label
        What stands at the axis; the column's name when empty.
    colors
        The scale of colours; coolwarm is for numbers on both sides of a middle.
    low, high
        The numbers at the ends of the scale; the least and the largest when unset.
    show_values
        Whether to write the numbers into the cells, when there are not too many.
    """
    from shtairir_blocks.kernels import chart_grid as kernels
    from shtairir_blocks.kernels.chart_style import Look

    look = Look(title, x_label, y_label)
    return kernels.heat_map(
        data, rows, columns, value, look, colors=colors, low=low, high=high, show_values=show_values
    )


@block(
    name="Chart picture",
    category="Chart",
    tags=("render", "image", "rasterise"),
    requires=("matplotlib",),
    extra="chart",
)
def picture(
    figure: Figure,
    width: Annotated[int, Param(ge=16, le=8000, unit="px")] = 960,
    height: Annotated[int, Param(ge=16, le=8000, unit="px")] = 600,
) -> Image:
    """Paint a chart as an image of any size.

    Parameters
    ----------
    figure
        The chart.
    width
        How wide the image is.
    height
        How high the image is; lines and letters grow with it.
    """
    import numpy as np

    from shtairir.block.figures import paint

    dpi = height / float(figure.get_size_inches()[1])
    return (paint(figure, (width / dpi, height / dpi), dpi)[..., :3] / np.float32(255)).astype(np.float32)
