"""Which columns of a table are meant, and what to say when there is no such column."""

import difflib
import fnmatch
from collections.abc import Sequence

import polars as pl


def column_named(existing: Sequence[str], name: str, role: str = "column") -> str:
    """Return `name` if it is there; else raise an error with the closest match and the choices."""
    if name in existing:
        return name
    if not name:
        raise ValueError(f"No {role} is chosen. Choose one of: {_listed(existing)}.")
    # Case is the most common slip, so it is looked at before the spelling.
    folded = {column.casefold(): column for column in reversed(existing)}
    close = difflib.get_close_matches(name.strip().casefold(), folded, n=1, cutoff=0.6)
    hint = f" Did you mean {folded[close[0]]!r}?" if close else ""
    raise ValueError(f"The table has no column {name!r}.{hint} Its columns are: {_listed(existing)}.")


def columns_named(existing: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the columns that `names` mean, each once, in the order asked for.

    A name that is no column itself may be a pattern: ``bill_*`` means every column that begins so.
    """
    found: dict[str, None] = {}
    for name in names:
        if name not in existing and any(sign in name for sign in "*?["):
            fitting = fnmatch.filter(existing, name)
            if not fitting:
                raise ValueError(f"No column fits {name!r}. The columns are: {_listed(existing)}.")
            found.update(dict.fromkeys(fitting))
        else:
            found[column_named(existing, name)] = None
    return list(found)


def numeric_named(table: pl.DataFrame, name: str, role: str = "column") -> str:
    """Return `name` if it is a column of numbers; else raise an error that says what it holds."""
    column_named(table.columns, name, role)
    dtype = table.schema[name]
    if not (dtype.is_numeric() or dtype == pl.Boolean or dtype == pl.Null):
        numbers = [column for column, kind in table.schema.items() if kind.is_numeric()]
        raise ValueError(
            f"The column {name!r} holds {kind_of(dtype)}, not numbers. Columns with numbers: {_listed(numbers)}."
        )
    return name


def kind_of(dtype: pl.DataType) -> str:
    """Return what a column holds, in a word for people."""
    if dtype.is_integer():
        return "whole numbers"
    if dtype.is_numeric():
        return "numbers"
    if dtype == pl.Boolean:
        return "true or false"
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return "text"
    if dtype == pl.Date:
        return "dates"
    if dtype.is_temporal():
        return "times"
    return "lists" if dtype.is_nested() else str(dtype).lower()


def _listed(names: Sequence[str], limit: int = 30) -> str:
    shown = ", ".join(names[:limit]) or "(none)"
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
