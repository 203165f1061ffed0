"""From the columns of a table to the numbers that learning wants, the same way every time.

A column of numbers stays one, its missing values filled with the median of the rows that were learnt from. Any other
becomes a column of 0 and 1 for each value that was seen; a value that was not seen is 0 in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .table_columns import columns_named

Matrix = NDArray[np.float64]

_MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Columns:
    """How columns become numbers.

    Attributes
    ----------
    names
        The columns.
    medians
        What stands for a missing number, by column of numbers.
    levels
        The values that have a column each, by any other column.
    """

    names: tuple[str, ...]
    medians: dict[str, float]
    levels: dict[str, tuple[str, ...]]

    @property
    def produced(self) -> list[str]:
        """The names of the columns of numbers that come out."""
        return [
            out
            for name in self.names
            for out in ([name] if name in self.medians else [f"{name} = {level}" for level in self.levels[name]])
        ]

    @property
    def origins(self) -> list[str]:
        """Which column each of the produced ones was made of."""
        return [name for name in self.names for _ in range(1 if name in self.medians else len(self.levels[name]))]

    def matrix(self, table: pl.DataFrame) -> Matrix:
        """Return the numbers of a table ``(rows, produced)``.

        Raises
        ------
        ValueError
            When a column is not there, or holds something else than it did.
        """
        columns_named(table.columns, self.names)
        parts = [part for name in self.names for part in self._parts(table[name])]
        return np.column_stack(parts) if parts else np.empty((table.height, 0))

    def _parts(self, column: pl.Series) -> list[Matrix]:
        if column.name in self.medians:
            if not _is_number(column):
                raise ValueError(f"The column {column.name!r} held numbers when the model learnt; now it does not.")
            return [_numbers(column).fill_null(self.medians[column.name]).to_numpy()]
        written = _written(column)
        return [(written == level).fill_null(False).to_numpy().astype(float) for level in self.levels[column.name]]


def learn_columns(table: pl.DataFrame, features: Sequence[str], target: str = "") -> Columns:
    """Find out how the columns of a table become numbers: those named, or all but the target.

    Raises
    ------
    ValueError
        When there is no such column, a column is empty, or one has too many different values.
    """
    named = columns_named(table.columns, features)
    names = [name for name in named or table.columns if name != target]
    if not names:
        raise ValueError("There is no column left to learn from.")
    medians, levels = {}, {}
    for name in names:
        column = table[name]
        if _is_number(column):
            median: Any = _numbers(column).median()
            if median is None:
                raise ValueError(f"The column {name!r} has no values. Leave it out.")
            medians[name] = float(median)
        else:
            levels[name] = _levels(column)
    return Columns(tuple(names), medians, levels)


def _levels(column: pl.Series) -> tuple[str, ...]:
    found = _written(column).drop_nulls().unique().sort().to_list()
    if not found:
        raise ValueError(f"The column {column.name!r} has no values. Leave it out.")
    if len(found) > _MOST_VALUES:
        raise ValueError(
            f"The column {column.name!r} has {len(found)} different values: too many to learn from (at most "
            f"{_MOST_VALUES}). Leave it out of the features, or group its values first."
        )
    return tuple(found)


def _is_number(column: pl.Series) -> bool:
    return column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null)


def _numbers(column: pl.Series) -> pl.Series:
    numbers = column.cast(pl.Float64).fill_nan(None)
    if numbers.is_infinite().any():
        raise ValueError(f"The column {column.name!r} holds infinite values. Take them out first.")
    return numbers


def _written(column: pl.Series) -> pl.Series:
    if column.dtype.is_nested():
        raise ValueError(f"The column {column.name!r} holds lists, which cannot be learnt from. Leave it out.")
    return column.cast(pl.String)
