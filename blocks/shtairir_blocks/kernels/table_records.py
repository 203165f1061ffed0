"""Dictionaries as rows of a table, and back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from .io_text import plain


def row_of(table: pl.DataFrame, row: int) -> dict[str, Any]:
    """Return a row with the names of the columns; negative rows count from the end."""
    if not -table.height <= row < table.height:
        raise IndexError(f"There is no row {row}: the table has {table.height} rows, counted from 0.")
    return table.row(row, named=True)


def table_of(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return a table with a row for each record, its columns in the order in which their names first appear.

    A column whose values are of different kinds becomes text, since a column has one kind.
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    return pl.DataFrame([_column(name, [record.get(name) for record in records]) for name in names])


def _column(name: str, values: list[Any]) -> pl.Series:
    try:
        return pl.Series(name, values, strict=True)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        pass
    if all(value is None or isinstance(value, int | float) for value in values):
        return pl.Series(name, [None if value is None else float(value) for value in values])
    return pl.Series(name, [None if value is None else str(value) for value in values])


def flattened(records: Sequence[Any], separator: str, depth: int) -> pl.DataFrame:
    """Return a table of records, with the entries of a record inside a record as columns of their own.

    >>> flattened([{"name": "Ada", "born": {"year": 1815}}], ".", 10).to_dicts()
    [{'name': 'Ada', 'born.year': 1815}]
    """
    for number, record in enumerate(records):
        if not isinstance(record, Mapping):
            raise ValueError(
                f"Item {number} of the list is a {type(record).__name__}, not a record of names and values. "
                "Pick the list of records first, with json.get."
            )
    return table_of([_opened(record, separator, depth) for record in records])


def _opened(record: Mapping[str, Any], separator: str, depth: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping) and depth and value:
            inner = _opened(value, separator, depth - 1)
            result.update({f"{name}{separator}{key}": item for key, item in inner.items()})
        else:
            result[name] = json.dumps(plain(value), ensure_ascii=False) if isinstance(value, Mapping | list) else value
    return result


def table_of_columns(columns: Mapping[str, list[Any]]) -> pl.DataFrame:
    """Return a table of columns of equal length; a column whose values are of different kinds becomes text."""
    return pl.DataFrame([_column(name, values) for name, values in columns.items()])
