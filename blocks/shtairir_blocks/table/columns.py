"""Blocks that choose, change and add columns."""

from typing import Any, Literal

from shtairir.block import Array, Table, block


@block(name="Select columns", category="Table/Columns", tags=("keep", "reorder"), requires=("polars",), extra="table")
def select(table: Table, columns: list[str]) -> Table:
    """Keep some columns, in the order given.

    Parameters
    ----------
    table
        The table to take columns from.
    columns
        The names; bill_* stands for every name that begins so.
    """
    from shtairir_blocks.kernels import table_columns as kernels

    return table.select(kernels.columns_named(table.columns, columns))


@block(name="Drop columns", category="Table/Columns", tags=("remove", "delete"), requires=("polars",), extra="table")
def drop(table: Table, columns: list[str]) -> Table:
    """Leave out some columns.

    Parameters
    ----------
    table
        The table to take columns from.
    columns
        The names; bill_* stands for every name that begins so.
    """
    from shtairir_blocks.kernels import table_columns as kernels

    return table.drop(kernels.columns_named(table.columns, columns))


@block(name="Rename columns", category="Table/Columns", tags=("name",), requires=("polars",), extra="table")
def rename(table: Table, old: list[str], new: list[str]) -> Table:
    """Give columns other names.

    Parameters
    ----------
    table
        The table to change.
    old
        The names that are there.
    new
        The names to give, one for each old one.
    """
    from shtairir_blocks.kernels import table_values as kernels

    return kernels.renamed(table, old, new)


@block(
    name="Derive column",
    category="Table/Columns",
    tags=("compute", "calculate", "add"),
    requires=("polars",),
    extra="table",
)
def derive(
    table: Table,
    name: str,
    left: str,
    operation: Literal["+", "-", "*", "/", "//", "%", "**", "min", "max"],
    right: str | float,
) -> Table:
    """Compute a new column from a column and another column or a number, row by row.

    Parameters
    ----------
    table
        The table to extend.
    name
        What to call the new column; a column of that name is replaced.
    left
        The column on the left of the sign.
    operation
        What to do: // is division without remainder, % the remainder, ** a power. Text can be joined by +.
    right
        The column, or the number, on the right of the sign.
    """
    from shtairir_blocks.kernels import table_values as kernels

    return kernels.derived(table, name, left, operation, right)


@block(category="Table/Columns", tags=("null", "NaN", "impute", "clean"), requires=("polars",), extra="table")
def fill_missing(
    table: Table,
    columns: list[str] | None = None,
    how: Literal["value", "mean", "median", "minimum", "maximum", "previous", "next"] = "value",
    value: str | float = 0.0,
) -> Table:
    """Put something in the place of missing values; NaN counts as missing.

    Parameters
    ----------
    table
        The table to clean.
    columns
        The columns to fill; when unset, all that can hold the filling.
    how
        A value of your own, a figure of the column, or the row before or after.
    value
        What to put, when how is value.
    """
    from shtairir_blocks.kernels import table_values as kernels

    return kernels.filled(table, columns or [], how, value)


@block(
    name="Convert columns",
    category="Table/Columns",
    tags=("cast", "type", "text to number", "parse"),
    requires=("polars",),
    extra="table",
)
def convert(
    table: Table,
    columns: list[str],
    to: Literal["numbers", "whole numbers", "text", "true or false"] = "numbers",
    strict: bool = True,
) -> Table:
    """Turn columns into another kind of values, such as texts that write numbers into numbers.

    Parameters
    ----------
    table
        The table to change.
    columns
        The columns to turn; a star stands for any letters.
    to
        What they shall hold. True may be written true, yes or 1 in a text, false as false, no or 0.
    strict
        Whether a value that cannot be turned is an error; otherwise it is missing.
    """
    from shtairir_blocks.kernels import table_values as kernels

    return kernels.converted(table, columns, to, strict)


@block(category="Table/Columns", tags=("append", "insert", "array"), requires=("polars",), extra="table")
def add_column(table: Table, name: str, values: Array | float | str | list[Any]) -> Table:
    """Put an array into a table as a column.

    Parameters
    ----------
    table
        The table to extend.
    name
        What to call the column; a column of that name is replaced.
    values
        A value for each row, or one for all.
    """
    from shtairir_blocks.kernels import table_values as kernels

    return kernels.with_column(table, name, values)
