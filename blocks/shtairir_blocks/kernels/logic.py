"""Equality and emptiness of any value that can travel along a link."""

from __future__ import annotations

import math
import sys
from typing import Any


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same: element by element for arrays, tables and lists.

    Missing values (NaN) in the same place count as the same. An array equals another of the same shape and
    values, whatever its type.
    """
    if a is b:
        return True
    arrays = _loaded("numpy", "ndarray")
    if isinstance(a, arrays) or isinstance(b, arrays):
        return _same_arrays(a, b)
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b):
        return True
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(one, other) for one, other in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    tables = _loaded("polars", "DataFrame")
    if isinstance(a, tables):
        return isinstance(b, tables) and bool(a.equals(b))
    if hasattr(a, "samples") and hasattr(b, "samples"):
        return bool(a.rate_hz == b.rate_hz) and _same_arrays(a.samples, b.samples)
    return bool(a == b)


def _loaded(module: str, name: str) -> Any:
    # While another thread imports the library, its module is there but not yet its classes.
    return getattr(sys.modules.get(module), name, ())


def is_empty(value: Any) -> bool:
    """Whether there is nothing in a value: nothing at all, or no element, row, sample or character."""
    if value is None:
        return True
    for size in ("size", "height"):  # of arrays, of tables
        count = getattr(value, size, None)
        if isinstance(count, int):
            return count == 0
    samples = getattr(value, "samples", value)
    return len(samples) == 0 if hasattr(samples, "__len__") else False


def _same_arrays(a: Any, b: Any) -> bool:
    import numpy as np

    if not all(isinstance(value, np.ndarray | np.generic | int | float | complex) for value in (a, b)):
        return False
    left, right = np.asarray(a), np.asarray(b)
    floats = left.dtype.kind in "fc" and right.dtype.kind in "fc"
    return bool(np.array_equal(left, right, equal_nan=floats))
