"""Values between those that were measured: along a line, over a plane, and in the place of missing ones.

Methods along a line: ``linear``; ``cubic``, the smoothest curve through all points (de Boor 1978); ``pchip``, which
never swings beyond its neighbours (Fritsch & Butland 1984); ``akima``, in between (Akima 1970); ``nearest`` and
``previous``, which keep to values that were measured.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .stats_samples import Numbers, pairs, real

Scattered = Literal["linear", "cubic", "nearest"]
_LEAST = {"linear": 2, "cubic": 2, "pchip": 2, "akima": 2, "nearest": 1, "previous": 1}


def curve(xp: Any, fp: Any, method: str) -> tuple[Callable[[Numbers], Numbers], float, float]:
    """Return the function through the points, and between which places it holds.

    Points need not be in order; missing ones are left out, and where several are at one place their mean counts.
    """
    x, y = pairs(numbers_of(xp), fp, ("xp", "fp"), _LEAST[method])
    places, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    if len(places) < _LEAST[method]:
        raise ValueError(f"The method '{method}' needs points at {_LEAST[method]} different places at least.")
    values = np.bincount(inverse, y) / counts
    return _through(places, values, method), float(places[0]), float(places[-1])


def _through(x: Numbers, y: Numbers, method: str) -> Callable[[Numbers], Numbers]:
    from scipy import interpolate

    if method == "linear":
        return lambda at: _straight(at, x, y)
    if method in ("nearest", "previous"):
        limits = (x[1:] + x[:-1]) / 2 if method == "nearest" else x[1:]
        # Half-way between two points belongs to the earlier one; a point itself is reached, not passed.
        side: Literal["left", "right"] = "left" if method == "nearest" else "right"
        return lambda at: y[np.searchsorted(limits, at, side)]
    if method == "cubic":
        # Fewer points than a cubic needs give a straight line or a parabola.
        degree = min(3, len(x) - 1)
        return interpolate.make_interp_spline(x, y, degree)
    return (interpolate.PchipInterpolator if method == "pchip" else interpolate.Akima1DInterpolator)(x, y)


def _straight(at: Numbers, x: Numbers, y: Numbers) -> Numbers:
    """Straight lines between the points; the first and the last go on beyond them."""
    after = np.clip(np.searchsorted(x, at), 1, len(x) - 1)
    slope = (y[after] - y[after - 1]) / (x[after] - x[after - 1])
    return np.asarray(y[after - 1] + slope * (at - x[after - 1]))


def interp(x: Any, xp: Any, fp: Any, method: str, outside: str) -> Numbers:
    """The curve through the points at the places `x`, of their shape; NaN where `x` is missing.

    ``outside`` says what stands beyond the points: ``nearest`` their first and last value, ``missing`` NaN,
    ``extend`` the curve, as it goes on.
    """
    at = numbers_of(x)
    function, first, last = curve(xp, fp, method)
    known = ~np.isnan(at)
    result = np.full(at.shape, np.nan)
    within = np.clip(at[known], first, last)
    beyond = within != at[known]
    found = np.asarray(function(within), np.float64)
    if outside == "missing":
        found[beyond] = np.nan
    elif outside == "extend" and beyond.any():
        found[beyond] = _extended(function, at[known][beyond], first, last, method)
    result[known] = found
    return result


def _extended(function: Any, at: Numbers, first: float, last: float, method: str) -> Numbers:
    if method in ("nearest", "previous", "linear"):
        return np.asarray(function(at))
    return np.asarray(function(at, extrapolate=True))


def numbers_of(values: Any) -> Numbers:
    """Return numbers, or moments as seconds since 1970, as float64."""
    array = np.asarray(values)
    if array.dtype.kind in "mM":
        numbers = array.astype(f"{array.dtype.kind}8[ns]").astype(np.int64) / 1e9
        return np.where(np.isnat(array), np.nan, numbers)
    return real(array, "x")


def smoothing_spline(x: Any, y: Any, at: Any, lam: float | None) -> Numbers:
    """A smooth curve that passes near the points, by generalised cross-validation if `lam` is unset (Woltring 1986)."""
    from scipy import interpolate

    first, second = pairs(numbers_of(x), y, least=5)
    places, inverse, counts = np.unique(first, return_inverse=True, return_counts=True)
    if len(places) < 5:
        raise ValueError(f"A smoothing spline needs points at 5 different places; there are {len(places)}.")
    means = np.bincount(inverse, second) / counts
    # On a scale of its own, so that `lam` means the same whatever the unit of x.
    span = float(places[-1] - places[0])
    # At 1000 the curve is a straight line already; far beyond, rounding errors bend it again.
    bending = None if lam is None else min(lam, 1000.0)
    spline: Any = interpolate.make_smoothing_spline((places - places[0]) / span, means, counts.astype(float), bending)
    wanted = numbers_of(x if at is None else at)
    return np.asarray(spline((np.clip(wanted, places[0], places[-1]) - places[0]) / span))


def resample(x: Any, y: Any, step: float | None, num: int, method: str) -> tuple[NDArray[Any], Numbers]:
    """Evenly spaced places from the first to the last, and the curve there.

    The places are `step` apart (seconds, for moments), or `num` of them; of moments, they are moments.
    """
    function, first, last = curve(x, y, method)
    even: NDArray[Any]
    if step is None:
        even = np.linspace(first, last, num)
    else:
        count = (last - first) / step
        if step <= 0 or count > 1e8:
            raise ValueError(f"A step of {step:g} from {first:g} to {last:g} is not possible. Give a larger one.")
        even = first + step * np.arange(int(np.floor(count + 1e-9)) + 1)
    result = np.asarray(function(np.clip(even, first, last)), np.float64)
    given = np.asarray(x)
    if given.dtype.kind == "M":
        return np.round(even * 1e6).astype(np.int64).astype("M8[us]"), result
    return even, result


def griddata(
    points: tuple[Any, Any], values: Any, size: tuple[int, int], method: Scattered
) -> tuple[Numbers, Numbers, Numbers]:
    """Values on a grid ``(height, width)`` over scattered points, and the places of its columns and rows.

    Triangles between the points (Delaunay), on which the surface is flat (``linear``) or smooth (``cubic``, Clough &
    Tocher 1965); outside of them the nearest point counts.
    """
    from scipy import interpolate, spatial

    x, y, z = (real(part, name).ravel() for part, name in zip((*points, values), ("x", "y", "values"), strict=True))
    if not len(x) == len(y) == len(z):
        raise ValueError(f"There are {len(x)} places along x, {len(y)} along y and {len(z)} values: give one for each.")
    present = np.isfinite(x) & np.isfinite(y) & np.isfinite(z)
    if not present.any():
        raise ValueError("There is no point with a value.")
    known = np.column_stack([x[present], y[present]])
    width, height = size
    columns = np.linspace(known[:, 0].min(), known[:, 0].max(), width)
    rows = np.linspace(known[:, 1].min(), known[:, 1].max(), height)
    across, down = np.meshgrid(columns, rows)
    # On a common scale, as the unit of x may be another than that of y.
    scale = np.where(np.ptp(known, axis=0) > 0, np.ptp(known, axis=0), 1)
    wanted = (across / scale[0], down / scale[1])
    nearest = interpolate.griddata(known / scale, z[present], wanted, "nearest")
    if method == "nearest":
        return np.asarray(nearest), columns, rows
    try:
        grid = interpolate.griddata(known / scale, z[present], wanted, method)
    except (spatial.QhullError, ValueError):
        raise ValueError("The points lie on a line, so there is no surface between them. Use 'nearest'.") from None
    return np.where(np.isnan(grid), nearest, grid), columns, rows


def fill_gaps(a: Any, x: Any, method: str, limit: int | None) -> tuple[Numbers, int]:
    """Numbers with the missing ones between two known ones filled, and how many were.

    Gaps of more than `limit` values stay, and so does what is missing at the ends.
    """
    values = real(a, "a")
    if values.ndim != 1:
        raise ValueError(f"A row of values is needed, not an array of shape {values.shape}. Take a column first.")
    places = np.arange(len(values), dtype=np.float64) if x is None else numbers_of(x)
    if len(places) != len(values):
        raise ValueError(f"'x' holds {len(places)} places for {len(values)} values.")
    missing = np.isnan(values)
    fillable = missing & _inside(missing, limit)
    result = values.copy()
    if fillable.any():
        function, first, last = curve(places, values, method)
        result[fillable] = function(np.clip(places[fillable], first, last))
    return result, int(fillable.sum())


def _inside(missing: NDArray[np.bool_], limit: int | None) -> NDArray[np.bool_]:
    """Which elements stand in a gap that has a known value on both sides and is not too long."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(np.int8)))
    allowed = np.zeros(len(missing), bool)
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        bounded = start > 0 and stop < len(missing)
        allowed[start:stop] = bounded and (limit is None or stop - start <= limit)
    return allowed
