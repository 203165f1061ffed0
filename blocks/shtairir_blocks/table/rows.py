"""Blocks that keep, order and draw rows."""

from typing import Annotated, Literal

from shtairir.block import Param, Table, block

Test = Literal[
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "contains",
    "starts with",
    "ends with",
    "is one of",
    "is not one of",
    "is missing",
    "is not missing",
]


@block(
    name="Filter rows", category="Table/Rows", tags=("where", "select", "query"), requires=("polars",), extra="table"
)
def filter_(table: Table, column: str, operator: Test = "==", value: str | float = "") -> Table:
    """Keep the rows whose value in a column passes a test.

    A missing value passes "!=", "is not one of" and "is missing" only.

    Parameters
    ----------
    table
        The table to take rows from.
    column
        The column to test.
    operator
        The test.
    value
        What to compare with, written as the column holds it: 4.5, Gentoo, true, 2024-05-31; several with commas
        for "is one of".
    """
    from shtairir_blocks.kernels import table_rows as kernels

    return kernels.filtered(table, column, operator, value)


@block(name="Sort rows", category="Table/Rows", tags=("order",), requires=("polars",), extra="table")
def sort(table: Table, by: list[str], descending: bool = False) -> Table:
    """Put the rows in order. Missing values come last; equal rows keep their order.

    Parameters
    ----------
    table
        The table to sort.
    by
        The columns to sort by, the most important first.
    descending
        Whether the largest comes first.
    """
    from shtairir_blocks.kernels import table_rows as kernels

    return kernels.ordered(table, by, descending)


@block(name="First rows", category="Table/Rows", tags=("head", "limit", "top"), requires=("polars",), extra="table")
def head(
    table: Table, rows: Annotated[int, Param(ge=0, le=10**9)] = 10, skip: Annotated[int, Param(ge=0, le=10**9)] = 0
) -> Table:
    """Keep the first rows.

    Parameters
    ----------
    table
        The table to take rows from.
    rows
        How many to keep.
    skip
        How many to pass over first.
    """
    return table.slice(skip, rows)


@block(name="Sample rows", category="Table/Rows", tags=("random", "draw"), requires=("polars",), extra="table")
def sample(
    table: Table,
    rows: Annotated[int, Param(ge=0, le=10**9)] = 100,
    seed: Annotated[int, Param(ge=0, le=2**31)] = 0,
) -> Table:
    """Keep rows drawn by chance, each at most once, in their order.

    Parameters
    ----------
    table
        The table to draw from.
    rows
        How many to draw; all are kept when there are fewer.
    seed
        The same number draws the same rows.
    """
    from shtairir_blocks.kernels import table_rows as kernels

    return kernels.sampled(table, rows, seed)


@block(category="Table/Rows", tags=("null", "NaN", "clean"), requires=("polars",), extra="table")
def drop_missing(table: Table, columns: list[str] | None = None) -> Table:
    """Leave out the rows in which a value is missing; NaN counts as missing.

    Parameters
    ----------
    table
        The table to clean.
    columns
        The columns to look at, all when unset; a star stands for any letters.
    """
    from shtairir_blocks.kernels import table_rows as kernels

    return kernels.without_missing(table, columns or [])


@block(name="Unique rows", category="Table/Rows", tags=("distinct", "duplicates"), requires=("polars",), extra="table")
def unique(table: Table, columns: list[str] | None = None, keep: Literal["first", "last", "none"] = "first") -> Table:
    """Keep one row of those that are equal.

    Parameters
    ----------
    table
        The table to clean.
    columns
        The columns that must be equal, all when unset.
    keep
        Which of the equal rows stays; none leaves only rows that have no equal.
    """
    from shtairir_blocks.kernels import table_rows as kernels

    return kernels.distinct(table, columns or [], keep)
