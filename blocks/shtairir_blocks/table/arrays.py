"""Blocks between tables and arrays."""

from typing import Any

from shtairir.block import Array, Table, block


@block(name="Take column", category="Table/Arrays", tags=("extract", "values"), requires=("polars",), extra="table")
def column(table: Table, name: str) -> Array:
    """Take a column out of a table as an array; where a number is missing, the array holds NaN.

    Parameters
    ----------
    table
        The table to take from.
    name
        The column.
    """
    from shtairir_blocks.kernels import table_values as kernels

    return kernels.column_array(table, name)


@block(name="Table to array", category="Table/Arrays", tags=("matrix", "numpy"), requires=("polars",), extra="table")
def to_array(table: Table, columns: list[str] | None = None) -> Array:
    """Make an array (rows, columns) of the numbers in a table; what is missing is NaN.

    Parameters
    ----------
    table
        The table to take from.
    columns
        The columns to take, all columns of numbers when unset.
    """
    from shtairir_blocks.kernels import table_values as kernels

    return kernels.matrix(table, columns or [])


@block(name="Table from array", category="Table/Arrays", tags=("matrix", "numpy"), requires=("polars",), extra="table")
def from_array(array: Array, names: list[str] | None = None) -> Table:
    """Make a table of an array: each of its columns becomes one of the table.

    Parameters
    ----------
    array
        One or two dimensions.
    names
        What to call the columns; those without a name are numbered.
    """
    from shtairir_blocks.kernels import table_values as kernels

    return kernels.from_array(array, names or [])


@block(name="Table from columns", category="Table/Arrays", tags=("build", "zip"), requires=("polars",), extra="table")
def from_columns(
    names: list[str],
    a: Array | list[Any],
    b: Array | list[Any] | None = None,
    c: Array | list[Any] | None = None,
    d: Array | list[Any] | None = None,
) -> Table:
    """Make a table of up to four arrays or lists of equal length.

    Parameters
    ----------
    names
        What to call the columns, in order.
    a, b, c, d
        The columns.
    """
    from shtairir_blocks.kernels import table_values as kernels

    return kernels.from_columns(names, [part for part in (a, b, c, d) if part is not None])
