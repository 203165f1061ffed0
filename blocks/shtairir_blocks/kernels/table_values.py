"""New and changed columns, and the way between tables and arrays."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .table_columns import column_named, columns_named, kind_of, numeric_named

OPERATIONS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "**": lambda left, right: left.cast(pl.Float64) ** right,
    "min": lambda left, right: pl.min_horizontal(left, right),
    "max": lambda left, right: pl.max_horizontal(left, right),
}


def renamed(table: pl.DataFrame, old: Sequence[str], new: Sequence[str]) -> pl.DataFrame:
    """Return the table with each name in `old` replaced by its partner in `new`."""
    if len(old) != len(new):
        raise ValueError(f"There are {len(old)} old names and {len(new)} new ones. Give one new name for each old one.")
    names = {column_named(table.columns, name): to for name, to in zip(old, new, strict=True)}
    result = [names.get(name, name) for name in table.columns]
    twice = next((name for name in result if result.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"Two columns would be called {twice!r}. Choose another name.")
    if "" in result:
        raise ValueError("A column needs a name that is not empty.")
    return table.rename(names)


def derived(table: pl.DataFrame, name: str, left: str, operation: str, right: str | float) -> pl.DataFrame:
    """Return the table with the column `name`: `left` and `right` combined, row by row.

    `right` is a column, or a number. Two text columns can be joined by ``+``, where a `right` that
    is no column is taken as text.
    """
    if not name:
        raise ValueError("Give the new column a name.")
    column_named(table.columns, left, "left column")
    if kind_of(table.schema[left]) == "text":
        return table.with_columns(_joined(table, left, operation, right).alias(name))
    numeric_named(table, left)
    return table.with_columns(OPERATIONS[operation](_signed(table, left), _operand(table, right)).alias(name))


def _joined(table: pl.DataFrame, left: str, operation: str, right: str | float) -> pl.Expr:
    if operation != "+":
        raise ValueError(f"The column {left!r} holds text, for which only + is defined.")
    other = pl.col(str(right)) if right in table.columns else pl.lit(str(right))
    return pl.concat_str([pl.col(left).cast(pl.String), other.cast(pl.String)])


def _operand(table: pl.DataFrame, right: str | float) -> pl.Expr:
    if not isinstance(right, str):
        return pl.lit(right)
    if right in table.columns:
        return _signed(table, numeric_named(table, right))
    try:
        return pl.lit(float(right))
    except ValueError:
        column_named(table.columns, right, "right column")
        raise


def _signed(table: pl.DataFrame, name: str) -> pl.Expr:
    """Return the column so that ``1 - 2`` is -1: unsigned and boolean columns would wrap round."""
    dtype = table.schema[name]
    small = dtype == pl.Boolean or (dtype.is_integer() and dtype != pl.UInt64)
    return pl.col(name).cast(pl.Int64) if small else pl.col(name)


def filled(table: pl.DataFrame, columns: Sequence[str], how: str, value: str | float) -> pl.DataFrame:
    """Return the table with its missing values (NaN too) filled, in the columns named or in all that fit.

    `how` is value, mean, median, minimum, maximum, previous or next.
    """
    named = columns_named(table.columns, columns)
    numeric = how in ("mean", "median", "minimum", "maximum")
    chosen = [numeric_named(table, name) for name in named] if numeric else named
    if not named:
        chosen = [name for name in table.columns if _can_fill(table.schema[name], how, value)]
    return table.with_columns([_fill(name, table.schema[name], how, value) for name in chosen])


def _can_fill(dtype: pl.DataType, how: str, value: str | float) -> bool:
    if how in ("previous", "next"):
        return True
    if how == "value":
        return _is_number(value) if dtype.is_numeric() else kind_of(dtype) == "text"
    return dtype.is_numeric()


def _fill(name: str, dtype: pl.DataType, how: str, value: str | float) -> pl.Expr:
    column = pl.col(name).fill_nan(None) if dtype.is_float() else pl.col(name)
    if how == "previous":
        return column.forward_fill()
    if how == "next":
        return column.backward_fill()
    if how == "value":
        if kind_of(dtype) == "text":
            return column.cast(pl.String).fill_null(str(value))
        if dtype.is_numeric() and _is_number(value):
            return column.fill_null(_narrow(float(value)))
        raise ValueError(f"{value!r} cannot fill {name!r}, which holds {kind_of(dtype)}. Give a fitting value.")
    return column.fill_null(_FIGURES[how](column))


_FIGURES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "mean": pl.Expr.mean,
    "median": pl.Expr.median,
    "minimum": pl.Expr.min,
    "maximum": pl.Expr.max,
}


def _is_number(value: str | float) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _narrow(number: float) -> float | int:
    # Filling whole numbers with 0.0 would turn the column into floats.
    return int(number) if number.is_integer() else number


_WRITTEN = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def converted(table: pl.DataFrame, columns: Sequence[str], to: str, strict: bool) -> pl.DataFrame:
    """Return the table with columns turned into numbers, whole numbers, text, or true and false.

    Raises
    ------
    ValueError
        When a value cannot be turned and `strict` does not let it become missing; the message shows some of them.
    """
    chosen = columns_named(table.columns, columns)
    if not chosen:
        raise ValueError("Choose at least one column to convert.")
    return table.with_columns([_converted(table[name], to, strict) for name in chosen])


def _converted(column: pl.Series, to: str, strict: bool) -> pl.Series:
    if column.dtype.is_nested():
        raise ValueError(f"The column {column.name!r} holds {kind_of(column.dtype)}, which cannot be converted.")
    result = _CONVERSIONS[to](column)
    refused = column.filter(result.is_null() & column.is_not_null())
    if strict and len(refused):
        shown = ", ".join(repr(value) for value in refused.unique(maintain_order=True).head(3))
        raise ValueError(
            f"{len(refused):,} values of the column {column.name!r} are no {to}, such as {shown}. Correct them, or "
            "switch strict off to leave them missing."
        )
    return result


def _as_numbers(column: pl.Series) -> pl.Series:
    plain = column.cast(pl.String).str.strip_chars() if kind_of(column.dtype) == "text" else column
    return plain.cast(pl.Float64, strict=False)


def _as_whole(column: pl.Series) -> pl.Series:
    if column.dtype.is_integer():
        return column
    numbers = _as_numbers(column)
    whole = (numbers == numbers.round()) & numbers.is_finite()
    return numbers.set(~whole.fill_null(False), None).cast(pl.Int64, strict=False)


def _as_truth(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Boolean:
        return column
    if kind_of(column.dtype) != "text":
        return (_as_numbers(column) != 0).alias(column.name)
    written = column.cast(pl.String).str.strip_chars().str.to_lowercase()
    return written.replace_strict(_WRITTEN, default=None, return_dtype=pl.Boolean)


_CONVERSIONS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "numbers": _as_numbers,
    "whole numbers": _as_whole,
    "text": lambda column: column.cast(pl.String),
    "true or false": _as_truth,
}


def column_array(table: pl.DataFrame, name: str) -> NDArray[Any]:
    """Return a column as a 1-D array.

    Numbers with missing values become floats with NaN there, true and false too; text becomes
    NumPy text with ``""`` there, dates become datetime64 with NaT.
    """
    column = table[column_named(table.columns, name)]
    dtype = column.dtype
    if kind_of(dtype) == "text":
        return np.array(column.cast(pl.String).fill_null("").to_list(), dtype=np.str_)
    if dtype.is_nested() or dtype in (pl.Object, pl.Binary):
        raise ValueError(f"The column {name!r} holds {kind_of(dtype)}, which cannot become an array.")
    if dtype == pl.Null or (dtype == pl.Boolean and column.null_count()) or dtype.is_decimal():
        column = column.cast(pl.Float64)
    if dtype == pl.Time:
        return column.cast(pl.Int64).to_numpy().astype("timedelta64[ns]")
    return column.to_numpy()


def matrix(table: pl.DataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    """Return columns of numbers as (rows, columns) float64, missing ones as NaN; with none named, all numeric ones."""
    names = [numeric_named(table, name) for name in columns_named(table.columns, columns)]
    if not names:
        names = [name for name, dtype in table.schema.items() if dtype.is_numeric()]
    if not names:
        return np.empty((table.height, 0))
    return table.select(pl.col(names).cast(pl.Float64)).to_numpy().astype(np.float64, copy=False)


def from_columns(names: Sequence[str], columns: Sequence[Any]) -> pl.DataFrame:
    """Return a table of columns of equal length; a single value is repeated."""
    if len(names) != len(columns):
        raise ValueError(f"There are {len(columns)} columns and {len(names)} names. Give one name for each column.")
    if len(set(names)) != len(names):
        raise ValueError("Two columns have the same name. Give each its own.")
    series = [_series(name, column) for name, column in zip(names, columns, strict=True)]
    lengths = {one.name: len(one) for one in series if len(one) != 1}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"The columns differ in length: {told}. Make them equally long.")
    rows = next(iter(lengths.values()), 1 if series else 0)
    return pl.DataFrame([one if len(one) == rows else one.new_from_index(0, rows) for one in series])


def _series(name: str, column: Any) -> pl.Series:
    array = np.atleast_1d(np.asarray(column))
    if array.ndim != 1:
        raise ValueError(f"The column {name!r} has the shape {array.shape}. Give a 1-D array or a list.")
    if array.dtype.kind in "OU":
        return pl.Series(name, array.tolist(), strict=False)
    return pl.Series(name, np.ascontiguousarray(array))


def from_array(array: NDArray[Any], names: Sequence[str]) -> pl.DataFrame:
    """Return a table with a column for each column of a 2-D array, or one for a 1-D array.

    Columns without a name are called ``column_1`` and so on.
    """
    if array.ndim not in (1, 2):
        raise ValueError(f"An array of shape {array.shape} is not a table. Give 1 or 2 dimensions.")
    columns = array[:, None] if array.ndim == 1 else array
    if len(names) > columns.shape[1]:
        raise ValueError(f"There are {len(names)} names for {columns.shape[1]} columns. Leave some out.")
    all_names = [*names, *(f"column_{number}" for number in range(len(names) + 1, columns.shape[1] + 1))]
    return from_columns(all_names, [columns[:, index] for index in range(columns.shape[1])])


def with_column(table: pl.DataFrame, name: str, values: Any) -> pl.DataFrame:
    """Return the table with one more column; it replaces a column of that name."""
    if not name:
        raise ValueError("Give the new column a name.")
    column = _series(name, values)
    if not table.width:
        return column.to_frame()
    if len(column) == 1:
        return table.with_columns(column.new_from_index(0, table.height))
    if len(column) != table.height:
        raise ValueError(f"There are {len(column)} values for {table.height} rows. Make them equally many.")
    return table.with_columns(column)
