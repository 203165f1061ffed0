"""Blocks that tell about a table."""

from shtairir.block import Table, block


@block(
    name="Describe table", category="Table/Facts", tags=("summary", "statistics"), requires=("polars",), extra="table"
)
def describe(table: Table) -> Table:
    """Tell about each column what it holds, how many values are missing, and its mean, spread and quartiles.

    Parameters
    ----------
    table
        The table to describe.
    """
    from shtairir_blocks.kernels import table_shape as kernels

    return kernels.described(table)


@block(category="Table/Facts", tags=("frequency", "histogram", "tally"), requires=("polars",), extra="table")
def count_values(table: Table, column: str) -> Table:
    """Count how often each value of a column occurs, the most frequent first.

    Parameters
    ----------
    table
        The table to look at.
    column
        The column to count.
    """
    from shtairir_blocks.kernels import table_shape as kernels

    return kernels.counted(table, column)


@block(
    name="Count rows", category="Table/Facts", tags=("length", "size", "height"), requires=("polars",), extra="table"
)
def row_count(table: Table) -> int:
    """Count the rows of a table.

    Parameters
    ----------
    table
        The table to count.
    """
    return table.height
