"""Blocks that make a table of groups, of several tables, or of another shape."""

from typing import Annotated, Literal

from shtairir.block import Param, Table, block

Aggregate = Literal["mean", "sum", "min", "max", "median", "std", "count", "unique", "first", "last"]


@block(
    name="Group rows", category="Table/Combine", tags=("aggregate", "summarise"), requires=("polars",), extra="table"
)
def group(
    table: Table,
    by: list[str],
    columns: list[str] | None = None,
    function: Aggregate = "mean",
    count: bool = True,
) -> Table:
    """Make one row of all rows that are equal in some columns, sorted by them.

    The figure of the column mass is called mass_mean. Missing values do not count.

    Parameters
    ----------
    table
        The table to group.
    by
        The columns in which rows must be equal.
    columns
        The columns to take together, all columns of numbers when unset; a star stands for any letters.
    function
        The figure to take.
    count
        Whether to add the number of rows as a column.
    """
    from shtairir_blocks.kernels import table_shape as kernels

    return kernels.grouped(table, by, columns or [], function, count)


@block(
    name="Join tables", category="Table/Combine", tags=("merge", "lookup", "match"), requires=("polars",), extra="table"
)
def join(
    left: Table,
    right: Table,
    on: list[str] | None = None,
    how: Literal["inner", "left", "right", "full", "semi", "anti", "cross"] = "inner",
    right_on: Annotated[list[str] | None, Param(advanced=True)] = None,
) -> Table:
    """Match the rows of two tables.

    A column of the right table whose name is taken gets the ending _right. Missing values match nothing.

    Parameters
    ----------
    left
        The table whose order is kept.
    right
        The table to match with.
    on
        The columns that must be equal; not needed for cross.
    how
        inner keeps matches; left, right and full keep all rows of that side; semi and anti keep the left rows
        with and without a match; cross pairs every row with every row.
    right_on
        What the columns are called in the right table, when they differ.
    """
    from shtairir_blocks.kernels import table_shape as kernels

    return kernels.joined(left, right, on or [], right_on or [], how)


@block(
    name="Add tables",
    category="Table/Combine",
    tags=("append", "stack", "union", "concatenate"),
    requires=("polars",),
    extra="table",
)
def concat(first: Table, second: Table, how: Literal["rows", "rows, fill gaps", "columns"] = "rows") -> Table:
    """Put one table below, or beside, another.

    Parameters
    ----------
    first, second
        The tables, in order.
    how
        rows needs the same columns in both; fill gaps puts missing values where one has no such column;
        columns needs equally many rows.
    """
    from shtairir_blocks.kernels import table_shape as kernels

    return kernels.stacked(first, second, how)


@block(
    name="Pivot table", category="Table/Shape", tags=("wide", "crosstab", "spread"), requires=("polars",), extra="table"
)
def pivot(table: Table, rows: list[str], columns: str, values: str, function: Aggregate = "mean") -> Table:
    """Turn the values of one column into columns.

    Parameters
    ----------
    table
        The table to turn.
    rows
        The columns that name the rows.
    columns
        The column whose values become the heads.
    values
        The column that fills the cells.
    function
        How to make one value of several that fall into one cell.
    """
    from shtairir_blocks.kernels import table_shape as kernels

    return kernels.pivoted(table, rows, columns, values, function)


@block(
    name="Unpivot table", category="Table/Shape", tags=("long", "melt", "gather"), requires=("polars",), extra="table"
)
def unpivot(
    table: Table,
    keep: list[str],
    columns: list[str] | None = None,
    names: str = "name",
    values: str = "value",
) -> Table:
    """Turn columns into rows: a row for each cell, with the name of its column.

    Parameters
    ----------
    table
        The table to turn.
    keep
        The columns that stay.
    columns
        The columns to turn, all others when unset.
    names
        What to call the column with the names.
    values
        What to call the column with the values.
    """
    from shtairir_blocks.kernels import table_shape as kernels

    return kernels.unpivoted(table, keep, columns or [], names, values)
