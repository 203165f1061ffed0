"""Samples: numbers of which the missing ones are left out, taken from arrays and from columns of tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

Numbers = NDArray[np.float64]


def sample(values: Any, name: str, least: int = 1) -> Numbers:
    """Return all elements that are not missing (NaN), in one row.

    Raises
    ------
    ValueError
        If they are no real numbers, infinite, or fewer than `least`.
    """
    numbers = real(values, name).ravel()
    present = numbers[~np.isnan(numbers)]
    if len(present) < least:
        raise ValueError(
            f"'{name}' holds {len(present)} values that are not missing; {least} are needed. Check what feeds it."
        )
    if np.isinf(present).any():
        raise ValueError(f"'{name}' holds infinite values. Take them out first.")
    return present


def pairs(x: Any, y: Any, names: tuple[str, str] = ("x", "y"), least: int = 2) -> tuple[Numbers, Numbers]:
    """Return the values of two samples that belong together; a pair of which one is missing is left out."""
    first, second = (real(values, name).ravel() for values, name in zip((x, y), names, strict=True))
    if len(first) != len(second):
        raise ValueError(
            f"'{names[0]}' holds {len(first)} values and '{names[1]}' {len(second)}: they belong together in pairs."
        )
    present = ~(np.isnan(first) | np.isnan(second))
    return sample(first[present], names[0], least), sample(second[present], names[1], least)


def real(values: Any, name: str) -> Numbers:
    """Return real numbers as float64."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"'{name}' must hold numbers, not {array.dtype}.")
    return array.astype(np.float64, copy=False)


def column_sample(column: pl.Series, least: int = 1) -> Numbers:
    """Return the numbers of a column that are not missing."""
    import polars as pl

    return sample(column.cast(pl.Float64).fill_null(float("nan")).to_numpy(), column.name, least)


def samples_by_group(
    table: pl.DataFrame, value: str, group: str, least: int = 2
) -> tuple[list[str], Sequence[Numbers]]:
    """Return the names of the groups, in order, and the values of each; rows that lack either are left out.

    Raises
    ------
    ValueError
        If there are fewer than two groups, or one has fewer than `least` values.
    """
    import polars as pl

    from .table_columns import column_named, numeric_named

    numeric_named(table, value, "column of values")
    column_named(table.columns, group, "column of groups")
    kept = table.select(pl.col(group).alias("group"), pl.col(value).cast(pl.Float64).fill_nan(None).alias("value"))
    parts = kept.drop_nulls().sort("group", maintain_order=True).partition_by("group", maintain_order=True)
    names = [str(part["group"][0]) for part in parts]
    if len(parts) < 2:
        raise ValueError(
            f"The column {group!r} has {len(parts)} group with values of {value!r}; a comparison needs two."
        )
    small = next((name for name, part in zip(names, parts, strict=True) if part.height < least), None)
    if small is not None:
        raise ValueError(f"The group {small!r} has fewer than {least} values of {value!r}. Leave it out first.")
    return names, [
        sample(part["value"].to_numpy(), f"{value} of {name}", least) for name, part in zip(names, parts, strict=True)
    ]
