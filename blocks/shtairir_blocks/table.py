"""Tables."""

from typing import Annotated, Any, Literal

from shtairir.block import Array, Param, Table, block

Aggregate = Literal["mean", "sum", "min", "max", "median", "std", "count", "unique", "first", "last"]
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
    from .kernels import table_rows as kernels

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
    from .kernels import table_rows as kernels

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
    from .kernels import table_rows as kernels

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
    from .kernels import table_rows as kernels

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
    from .kernels import table_rows as kernels

    return kernels.distinct(table, columns or [], keep)


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
    from .kernels import table_columns as kernels

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
    from .kernels import table_columns as kernels

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
    from .kernels import table_values as kernels

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
    from .kernels import table_values as kernels

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
    from .kernels import table_values as kernels

    return kernels.filled(table, columns or [], how, value)


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
    from .kernels import table_values as kernels

    return kernels.with_column(table, name, values)


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
    from .kernels import table_shape as kernels

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
    from .kernels import table_shape as kernels

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
    from .kernels import table_shape as kernels

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
    from .kernels import table_shape as kernels

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
    from .kernels import table_shape as kernels

    return kernels.unpivoted(table, keep, columns or [], names, values)


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
    from .kernels import table_shape as kernels

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
    from .kernels import table_shape as kernels

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
    from .kernels import table_values as kernels

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
    from .kernels import table_values as kernels

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
    from .kernels import table_values as kernels

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
    from .kernels import table_values as kernels

    return kernels.from_columns(names, [part for part in (a, b, c, d) if part is not None])
