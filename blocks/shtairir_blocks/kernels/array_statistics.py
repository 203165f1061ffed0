"""Reductions and summaries of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .array_layout import check_axis

Array = NDArray[Any]

_NEEDS_ELEMENTS = {"min", "max", "argmax", "argmin", "mean", "std", "var", "median", "percentile"}


def reduce(name: str, a: Array, axis: int | None, *, ignore_nan: bool = False, **options: Any) -> Array:
    """Apply a NumPy reduction along one axis, or over all elements when `axis` is None.

    Returns an array without that axis; 0-d when nothing is left. With `ignore_nan` missing values are left
    out.

    Raises
    ------
    ValueError
        If the axis does not exist, or there is no element to take a minimum or a mean of.
    """
    array = np.asarray(a)
    position = check_axis(array, axis)
    length = array.size if position is None else array.shape[position]
    needs_elements = name in _NEEDS_ELEMENTS
    if length == 0 and needs_elements:
        raise ValueError(f"An empty array (shape {array.shape}) has no {name}. Check what feeds this node.")
    if ignore_nan and array.dtype.kind in "fc":
        if needs_elements and bool(np.isnan(array).all(axis=position).any()):
            raise ValueError(f"There are only missing values (NaN) to take the {name} of.")
        name = f"nan{name}"
    # Infinities may cancel to NaN and sums may overflow: the result says so itself.
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(getattr(np, name)(array, axis=position, **options))


def total(a: Array) -> Any:
    """The sum of all elements of a piece; whole numbers grow to the widest type."""
    return np.add.reduce(a, axis=None)


def least(a: Array) -> Any:
    """The smallest element of a piece."""
    return np.minimum.reduce(a, axis=None)


def greatest(a: Array) -> Any:
    """The largest element of a piece."""
    return np.maximum.reduce(a, axis=None)


def some(a: Array) -> Any:
    """Whether an element of a piece is true."""
    return np.logical_or.reduce(a, axis=None)


def every(a: Array) -> Any:
    """Whether all elements of a piece are true."""
    return np.logical_and.reduce(a, axis=None)


def as_number(value: Any, size: int) -> Any:
    """The value of a reduction over all elements as its block gives it."""
    return plain(np.asarray(value))


def as_mean(value: Any, size: int) -> Any:
    """The mean, from the sum of so many elements."""
    return plain(np.asarray(value.dtype.type(value / size)))


def as_truth(value: Any, size: int) -> Any:
    """A truth value as its block gives it."""
    return plain(np.asarray(value), kinds="b")


def plain(result: Array, kinds: str = "iuf") -> Array | Any:
    """A 0-d result of one of the dtype kinds as a plain number, so that it can feed a number; else the array."""
    return result.item() if result.ndim == 0 and result.dtype.kind in kinds else result


def sort(a: Array, axis: int, descending: bool) -> Array:
    """Sorted along an axis, missing values last either way."""
    array = np.asarray(a)
    position = check_axis(array, axis)
    if not descending:
        return np.sort(array, axis=position)
    if array.dtype.kind == "f":
        return -np.sort(-array, axis=position)
    return np.flip(np.sort(array, axis=position), axis=position)


def histogram(
    a: Array, bins: int, low: float | None, high: float | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Count the finite values that fall in each of `bins` equal intervals.

    Returns the counts ``(bins,)`` and the edges ``(bins + 1,)``; the last interval includes its upper edge.
    """
    values = np.asarray(a).ravel()
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    elif values.dtype.kind == "b":
        values = values.astype(np.uint8)
    bounds = _histogram_bounds(values, low, high)
    counts, edges = np.histogram(values, bins=bins, range=bounds)
    return counts.astype(np.int64), edges.astype(np.float64)


def _histogram_bounds(values: Array, low: float | None, high: float | None) -> tuple[float, float]:
    first = float(low) if low is not None else float(values.min()) if values.size else 0.0
    last = float(high) if high is not None else float(values.max()) if values.size else 1.0
    if first > last:
        raise ValueError(f"The lower end of the histogram ({first:g}) lies above its upper end ({last:g}).")
    return first, last


def summary(a: Array) -> list[tuple[str, str | float | int]]:
    """Name and value of what one wants to know first about an array.

    NaN and infinite values are counted, and left out of the other figures.
    """
    array = np.asarray(a)
    facts: list[tuple[str, str | float | int]] = [
        ("shape", " × ".join(str(length) for length in array.shape) or "single value"),
        ("type", str(array.dtype)),
        ("values", int(array.size)),
    ]
    if array.dtype.kind not in "biuf":
        return facts
    finite = array[np.isfinite(array)] if array.dtype.kind == "f" else array.ravel()
    facts.append(("not finite", int(array.size - finite.size)))
    if finite.size == 0:
        return facts
    numbers = finite.astype(np.float64, copy=False)
    quarter, median, three_quarters = np.percentile(numbers, [25, 50, 75])
    return [
        *facts,
        ("minimum", float(numbers.min())),
        ("25 %", float(quarter)),
        ("median", float(median)),
        ("75 %", float(three_quarters)),
        ("maximum", float(numbers.max())),
        ("mean", float(numbers.mean())),
        ("standard deviation", float(numbers.std())),
        ("sum", float(numbers.sum())),
    ]


def unique(a: Array) -> tuple[Array, NDArray[np.int64]]:
    """The distinct values in ascending order, and how often each occurs."""
    values, counts = np.unique(np.asarray(a), return_counts=True)
    return values, counts.astype(np.int64)
