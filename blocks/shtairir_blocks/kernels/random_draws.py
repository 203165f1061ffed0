"""Draws of chance that a seed repeats: the same seed gives the same bits, on every machine and in every run.

All of them come from NumPy's ``Generator`` over PCG64 (O'Neill 2014), one for each call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .array_creation import Shape, parse_shape
from .array_layout import check_axis

if TYPE_CHECKING:
    import polars as pl

Array = NDArray[Any]


def generator(seed: int) -> np.random.Generator:
    """The source of chance that a seed names."""
    return np.random.Generator(np.random.PCG64(seed))


def normal(loc: Any, scale: Any, size: Shape | None, seed: int) -> Array | float:
    """Normal draws; see `_draw` for the shape."""
    _require(np.asarray(scale) >= 0, "The deviation 'scale' cannot be below 0.")
    return _draw(size, (loc, scale), lambda shape: generator(seed).normal(loc, scale, shape))


def uniform(low: Any, high: Any, size: Shape | None, seed: int) -> Array | float:
    """Draws from ``low`` up to, not including, ``high``."""
    _require(np.asarray(low) <= np.asarray(high), "'low' must not lie above 'high'. Swap them.")
    return _draw(size, (low, high), lambda shape: generator(seed).uniform(low, high, shape))


def integers(low: int, high: int, size: Shape, seed: int, endpoint: bool) -> Array:
    """Whole numbers from ``low`` up to ``high``, which may come itself if ``endpoint``."""
    _require(np.asarray(low < high + endpoint), f"There is no whole number from {low} up to {high} to draw.")
    return generator(seed).integers(low, high, parse_shape(size), endpoint=endpoint)


def poisson(lam: Any, size: Shape | None, seed: int) -> Array | float:
    """Counts of events of which ``lam`` are expected."""
    _require(np.asarray(lam) >= 0, "The expected number 'lam' cannot be below 0 or missing.")
    return _draw(size, (lam,), lambda shape: generator(seed).poisson(lam, shape))


def _draw(size: Shape | None, parameters: Sequence[Any], draw: Any) -> Array | float:
    """Draw as many as ``size`` says, or as the parameters have together: a plain number for plain numbers."""
    shapes = [np.shape(parameter) for parameter in parameters]
    wanted = None if size is None else parse_shape(size)
    try:
        shape = np.broadcast_shapes(*shapes) if wanted is None else wanted
        fits = np.broadcast_shapes(*shapes, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"Parameters of shape {' and '.join(map(str, shapes))} do not fit the size {size}.")
    drawn: Array = np.asarray(draw(shape))
    return drawn if shape else float(drawn)


def _require(holds: Any, otherwise: str) -> None:
    if not np.all(holds):
        raise ValueError(otherwise)


def shares(weights: Any, count: int) -> Array | None:
    """Weights, which may be any numbers from 0, as shares that add up to 1."""
    if weights is None:
        return None
    values = np.asarray(weights, np.float64)
    if values.shape != (count,):
        raise ValueError(f"There are {values.size} weights for {count} values. Give one for each.")
    if not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
        raise ValueError("Weights are numbers from 0 on, and one at least is above 0.")
    return np.asarray(values / values.sum())


def positions(count: int, size: int, replace: bool, weights: Any, seed: int) -> NDArray[np.int64]:
    """Positions of ``size`` draws among ``count``, by weight if given."""
    p = shares(weights, count)
    able = count if p is None else int(np.count_nonzero(p))
    if size and (able == 0 or (not replace and size > able)):
        raise ValueError(f"{size} cannot be drawn from {able}. Draw fewer, or set 'replace'.")
    return generator(seed).choice(count, size, replace, p) if count else np.empty(0, np.int64)


def choice(a: Any, size: int, replace: bool, p: Any, seed: int) -> Any:
    """Draw from a list, which gives a list, or from the first axis of an array."""
    if isinstance(a, list):
        return [a[place] for place in positions(len(a), size, replace, p, seed).tolist()]
    array = np.atleast_1d(a)
    return array[positions(len(array), size, replace, p, seed)]


def shuffled(a: Any, axis: int, seed: int) -> Any:
    """The same items in an order of chance."""
    if isinstance(a, list):
        return [a[place] for place in generator(seed).permutation(len(a)).tolist()]
    array = np.asarray(a)
    return generator(seed).permutation(array, check_axis(array, axis) or 0)


def rows(
    table: pl.DataFrame, size: int | None, fraction: float, replace: bool, weights: str | None, seed: int
) -> pl.DataFrame:
    """Rows drawn by chance, by weight if a column of weights is named, in the order in which they were drawn."""
    from .table_columns import numeric_named

    wanted = round(fraction * table.height) if size is None else size
    column = table[numeric_named(table, weights, "column of weights")].fill_null(0).to_numpy() if weights else None
    return table[positions(table.height, wanted, replace, column, seed)]
