"""What there is to say about one column of a table. Pure; runs on a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shtairir_ui.quantities import count

from .table_model import cell_text, dtype_text

if TYPE_CHECKING:
    import polars

    from .jobs import Ticket

BINS = 24
_TOP = 8


@dataclass(frozen=True, slots=True)
class Summary:
    """A column in short.

    Attributes
    ----------
    missing
        How many values are not there, or are no numbers.
    bars
        Heights, 0..1: how often values occur from the least to the greatest; or how often the most frequent ones do.
    facts
        Lines for people, from the type on.
    """

    missing: int
    bars: tuple[float, ...]
    facts: tuple[str, ...]
    ranked: bool = False


def summary_of(column: polars.Series, ticket: Ticket) -> Summary:
    """Return what there is to say about a column, whatever it holds."""
    ticket.step(0.0)
    missing = column.null_count()
    facts = [f"{column.name}: {dtype_text(column.dtype)}", f"{count(len(column), 'value')}, {missing:,} missing"]
    if column.dtype.is_numeric() or column.dtype.is_temporal():
        nan = int(column.is_nan().sum() or 0) if column.dtype.is_float() else 0
        if nan:
            facts.append(f"{nan:,} are no numbers")
        bars, more = _spread(column)
        return Summary(missing + nan, bars, (*facts, *more))
    if column.dtype.is_nested() or str(column.dtype) in ("Object", "Binary"):
        return Summary(missing, (), tuple(facts))
    bars, more = _ranked(column, ticket)
    return Summary(missing, bars, (*facts, *more), ranked=True)


def _spread(column: polars.Series) -> tuple[tuple[float, ...], list[str]]:
    """Least, greatest and mean, and how often values occur between them."""
    import polars as pl

    values = column.drop_nulls()
    if column.dtype.is_float():
        values = values.filter(values.is_finite())
    if not len(values):
        return (), ["no numbers"]
    facts = [f"{cell_text(values.min())} to {cell_text(values.max())}"]
    if column.dtype.is_numeric():
        mean, deviation = values.mean(), values.std()
        facts.append(
            f"mean {cell_text(mean)}" + (f", deviation {cell_text(deviation)}" if deviation is not None else "")
        )
        facts.append(f"median {cell_text(values.median())}")
    numbers = values.to_physical().cast(pl.Float64, strict=False).drop_nulls().to_numpy()
    return _bars(numbers), facts


def _bars(numbers: NDArray[np.float64]) -> tuple[float, ...]:
    """How often numbers occur from the least to the greatest; one bar where they are too close to be told apart."""
    if not numbers.size:
        return ()
    try:
        counts = np.histogram(numbers, BINS)[0]
    except ValueError:  # there are not that many numbers between the two
        return (1.0,)
    return tuple((counts / max(counts.max(initial=0), 1)).tolist())


def _ranked(column: polars.Series, ticket: Ticket) -> tuple[tuple[float, ...], list[str]]:
    """How many different values there are, and which occur most."""
    different = column.n_unique()
    ticket.step(0.5)
    facts = [f"{count(different, 'different value')}"]
    if different > max(len(column) * 0.9, 50):
        return (), facts  # nearly all differ: there are no frequent ones
    counts = column.drop_nulls().value_counts(sort=True, name="·count").head(_TOP)
    if not counts.height:
        return (), facts
    names, numbers = counts[:, 0].to_list(), counts[:, 1].to_list()
    facts += [f"{number:,} × {cell_text(name)[:40]}" for name, number in zip(names, numbers, strict=True)]
    return tuple(number / max(numbers[0], 1) for number in numbers), facts
