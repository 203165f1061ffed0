"""Which rows of a table stay, and in which order."""

import datetime
from collections.abc import Callable

import numpy as np
import polars as pl

from .table_columns import column_named, columns_named, kind_of

Value = str | float | int | bool

COMPARISONS: dict[str, Callable[[pl.Expr, object], pl.Expr]] = {
    "==": lambda column, value: column.eq(value),
    # A missing value differs from every value, as it does in a spreadsheet's filter.
    "!=": lambda column, value: column.ne_missing(value),
    "<": lambda column, value: column.lt(value),
    "<=": lambda column, value: column.le(value),
    ">": lambda column, value: column.gt(value),
    ">=": lambda column, value: column.ge(value),
}
_TEXT_TESTS: dict[str, Callable[[pl.Expr, str], pl.Expr]] = {
    "contains": lambda column, part: column.str.contains(part, literal=True),
    "starts with": lambda column, part: column.str.starts_with(part),
    "ends with": lambda column, part: column.str.ends_with(part),
}


def filtered(table: pl.DataFrame, column: str, operator: str, value: Value) -> pl.DataFrame:
    """Return the rows whose `column` passes the test, in their order."""
    column_named(table.columns, column)
    return table.filter(condition(column, table.schema[column], operator, value))


def condition(column: str, dtype: pl.DataType, operator: str, value: Value) -> pl.Expr:
    """Return the test as a polars expression; `value` is read as what the column holds."""
    # For polars NaN is the greatest number; here it is a missing one.
    held = pl.col(column).fill_nan(None) if dtype.is_float() else pl.col(column)
    if operator in ("is missing", "is not missing"):
        missing = missing_in(column, dtype)
        return missing if operator == "is missing" else ~missing
    if dtype in (pl.Categorical, pl.Enum):
        held, dtype = held.cast(pl.String), pl.String()
    if operator in ("is one of", "is not one of"):
        values = [_as_held(part.strip(), dtype, column) for part in str(value).split(",")]
        found = held.is_in(values).fill_null(False)
        return found if operator == "is one of" else ~found
    if operator in _TEXT_TESTS:
        # Any column can be searched as it is written.
        return _TEXT_TESTS[operator](held.cast(pl.String), str(value))
    return COMPARISONS[operator](held, _as_held(value, dtype, column))


def missing_in(column: str, dtype: pl.DataType) -> pl.Expr:
    """Return an expression that is true where the value is missing; NaN counts as missing."""
    missing = pl.col(column).is_null()
    return missing | pl.col(column).is_nan().fill_null(False) if dtype.is_float() else missing


def _as_held(value: Value, dtype: pl.DataType, column: str) -> object:
    """Return `value` in the type of the column, so that "4.5" from a text field meets numbers."""
    if dtype.is_nested():
        raise ValueError(f"The column {column!r} holds lists, which cannot be compared. Choose another one.")
    try:
        return _parsed(value, dtype)
    except (ValueError, KeyError):
        raise ValueError(
            f"{value!r} cannot be compared with {column!r}, which holds {kind_of(dtype)}: give {_example(dtype)}."
        ) from None


def _parsed(value: Value, dtype: pl.DataType) -> object:
    text = str(value).strip()
    if dtype == pl.Boolean:
        return _TRUTH[text.casefold()]
    if dtype.is_numeric():
        return value if isinstance(value, bool | int | float) else _number(text)
    if dtype == pl.Date:
        return datetime.date.fromisoformat(text)
    if dtype == pl.Time:
        return datetime.time.fromisoformat(text)
    if isinstance(dtype, pl.Datetime):
        moment = datetime.datetime.fromisoformat(text)
        # A time is meant in the column's zone unless it names its own.
        if moment.tzinfo is None:
            return pl.lit(moment).dt.replace_time_zone(dtype.time_zone)
        if dtype.time_zone is None:
            raise ValueError("the column knows no time zones")
        return pl.lit(moment).dt.convert_time_zone(dtype.time_zone)
    return str(value)


_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _example(dtype: pl.DataType) -> str:
    if dtype == pl.Boolean:
        return "true or false"
    if dtype.is_numeric():
        return "a number"
    if dtype == pl.Time:
        return "a time such as 14:30"
    return "a date such as 2024-05-31" if dtype == pl.Date else "a time such as 2024-05-31 14:30"


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def ordered(table: pl.DataFrame, by: list[str], descending: bool) -> pl.DataFrame:
    """Return the rows sorted by columns, the first first; equal rows keep their order, missing ones come last."""
    if not by:
        raise ValueError("Choose at least one column to sort by.")
    names = columns_named(table.columns, by)
    keys = [
        # NaN is the greatest number for polars; as a missing value it goes last in both directions.
        pl.col(name).fill_nan(None) if table.schema[name].is_float() else pl.col(name)
        for name in names
    ]
    return table.sort(keys, descending=descending, nulls_last=True, maintain_order=True)


def sampled(table: pl.DataFrame, rows: int, seed: int) -> pl.DataFrame:
    """Return that many rows drawn without replacement, in the table's order; the same seed draws the same."""
    if rows >= table.height:
        return table
    # NumPy's generator gives the same rows in every release of polars.
    chosen = np.random.default_rng(seed).choice(table.height, size=rows, replace=False)
    return table.select(pl.all().gather(np.sort(chosen)))


def without_missing(table: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Return the rows with a value in all the columns named, or with none named in all columns."""
    names = columns_named(table.columns, columns) if columns else table.columns
    if not names:
        return table
    return table.filter(~pl.any_horizontal([missing_in(name, table.schema[name]) for name in names]))


def distinct(table: pl.DataFrame, columns: list[str], keep: str) -> pl.DataFrame:
    """Return one row for each combination of values, in the table's order; `keep` is first, last or none."""
    names = columns_named(table.columns, columns) if columns else None
    if keep == "first":
        return table.unique(names, keep="first", maintain_order=True)
    return table.unique(names, keep="last" if keep == "last" else "none", maintain_order=True)
