"""Regular expressions and tables."""

from typing import Any

import polars as pl

from . import patterns
from .table_columns import column_named, kind_of


def matches(pattern: Any, text: str) -> pl.DataFrame:
    """Return a row for each match of a compiled pattern: start, end, match and a column for each group."""
    found = list(patterns.matches(pattern, text))
    names = _group_names(pattern.groups, pattern.groupindex)
    return pl.DataFrame(
        {
            "start": [match.start() for match in found],
            "end": [match.end() for match in found],
            "match": [match[0] for match in found],
            **{name: [match[number] for match in found] for number, name in enumerate(names, 1)},
        },
        schema={"start": pl.Int64, "end": pl.Int64, "match": pl.String, **dict.fromkeys(names, pl.String)},
    )


def _group_names(count: int, named: Any) -> list[str]:
    by_number = {number: name for name, number in named.items()}
    return [by_number.get(number, f"group_{number}") for number in range(1, count + 1)]


def extracted(table: pl.DataFrame, column: str, pattern: str, keep: bool) -> pl.DataFrame:
    """Return the table with a column for each group of a pattern; what does not match is missing there.

    The matching is polars' own, which needs time in proportion to the text whatever the pattern is.
    """
    column_named(table.columns, column)
    if kind_of(table.schema[column]) != "text":
        raise ValueError(f"The column {column!r} holds {kind_of(table.schema[column])}, not text. Choose another.")
    try:
        groups = table.select(pl.col(column).cast(pl.String).str.extract_groups(pattern).alias("groups"))
    except pl.exceptions.ComputeError as error:
        reason = str(error).partition("error: ")[2].strip() or str(error)
        raise ValueError(f"{pattern!r} is not a regular expression that columns can use: {reason}.") from None
    parts = groups["groups"].struct
    if not parts.fields:
        raise ValueError(f"{pattern!r} has no groups. Put what you want into round brackets: (\\d+) or (?P<year>\\d+).")
    names = {field: f"group_{field}" if field.isdecimal() else field for field in parts.fields}
    rest = table if keep else table.drop(column)
    taken = [name for name in names.values() if name in rest.columns]
    if taken:
        raise ValueError(f"The table has a column {taken[0]!r} already. Give the group another name.")
    return rest.with_columns(*(parts.field(field).alias(name) for field, name in names.items()))
