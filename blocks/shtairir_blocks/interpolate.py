"""Values between those that were measured."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, DType, Param, Shape, block
from shtairir.block.infer import array, like
from shtairir_blocks.shapes.arrays import NUMBER

Row = Annotated[Array, DType("float64"), Shape("n")]
Method = Literal["linear", "cubic", "pchip", "akima", "nearest", "previous"]


@block(
    category="Interpolate",
    name="Interpolate",
    tags=("curve", "spline", "linear", "cubic", "pchip", "lookup"),
    requires=("scipy",),
    extra="stats",
    infer=like("x", "float64"),
)
def interp(
    x: Array,
    xp: Array,
    fp: Array,
    method: Method = "linear",
    outside: Literal["nearest", "missing", "extend"] = "nearest",
) -> Array:
    """Read values off a curve through points.

    Parameters
    ----------
    x
        Where values are wanted, of any shape; numbers or moments.
    xp
        The places of the points, in any order.
    fp
        The value at each place.
    method
        linear draws straight lines; cubic the smoothest curve (de Boor 1978); pchip one that never swings beyond
        its neighbours (Fritsch & Butland 1984); akima (1970) is in between; nearest and previous keep to values
        that were measured.
    outside
        What stands beyond the points: the nearest value, a missing one, or the curve as it goes on.

    Returns
    -------
    out
        The values, in the shape of x.
    """
    from shtairir_blocks.kernels import interpolation as kernels

    return kernels.interp(x, xp, fp, method, outside)


@block(
    category="Interpolate",
    name="Smoothing spline",
    tags=("smooth", "curve", "noise", "trend"),
    requires=("scipy",),
    extra="stats",
)
def smoothing_spline(
    x: Array, y: Array, at: Array | None = None, lam: Annotated[float | None, Param(ge=0, le=1000, step=0.0001)] = None
) -> Array:
    """Draw a smooth curve that passes near noisy points.

    A cubic spline that weighs closeness against bending; how much of each, cross-validation finds (Woltring 1986).

    Parameters
    ----------
    x
        The places of the points, in any order; numbers or moments.
    y
        The value at each place.
    at
        Where the curve is wanted; unset for the places of the points.
    lam
        How much bending costs: 0 passes through every point, 1000 is a straight line; unset to find it from the data.

    Returns
    -------
    out
        The curve.
    """
    from shtairir_blocks.kernels import interpolation as kernels

    return kernels.smoothing_spline(x, y, at, lam)


class Resampled(NamedTuple):
    """A series at even distances.

    Attributes
    ----------
    x
        The places, or moments.
    y
        The value at each.
    """

    x: Array
    y: Row


@block(
    category="Interpolate",
    name="Resample series",
    tags=("irregular", "regular", "time series", "even"),
    requires=("scipy",),
    extra="stats",
)
def resample(
    x: Array,
    y: Array,
    step: Annotated[float | None, Param(gt=0)] = None,
    num: Annotated[int, Param(ge=1, le=100_000_000)] = 100,
    method: Method = "linear",
) -> Resampled:
    """Bring a series that was measured at odd places or moments to even distances.

    Parameters
    ----------
    x
        The places, in any order; numbers or moments.
    y
        The value at each; missing ones are left out.
    step
        The distance between neighbours, in seconds for moments; unset to go by their number.
    num
        How many places from the first to the last.
    method
        How the values between are found, see interpolate.interp.
    """
    from shtairir_blocks.kernels import interpolation as kernels

    return Resampled(*kernels.resample(x, y, step, num, method))


class Surface(NamedTuple):
    """Values on a grid.

    Attributes
    ----------
    grid
        The values, rows from the least y on.
    x
        The place of each column.
    y
        The place of each row.
    """

    grid: Annotated[Array, DType("float64"), Shape("height", "width")]
    x: Row
    y: Row


@block(
    category="Interpolate",
    name="Grid from points",
    tags=("scattered", "map", "surface", "kriging", "contour", "2D"),
    requires=("scipy",),
    extra="stats",
    infer=lambda width, height, **_: (
        array((height, width), "float64"),
        array((width,), "float64"),
        array((height,), "float64"),
    ),
)
def griddata(
    x: Array,
    y: Array,
    values: Array,
    width: Annotated[int, Param(ge=1, le=20_000)] = 100,
    height: Annotated[int, Param(ge=1, le=20_000)] = 100,
    method: Literal["linear", "cubic", "nearest"] = "linear",
) -> Surface:
    """Make a map of values that were measured at scattered places.

    Between the points triangles are drawn (Delaunay), flat ones or smooth ones (Clough & Tocher 1965); outside of
    them the nearest point counts.

    Parameters
    ----------
    x
        Where each point lies from left to right.
    y
        Where each point lies from bottom to top.
    values
        What was measured at each.
    width
        Columns of the grid.
    height
        Rows of the grid.
    method
        linear has flat triangles, cubic a smooth surface, nearest a patch around each point.
    """
    from shtairir_blocks.kernels import interpolation as kernels

    return Surface(*kernels.griddata((x, y), values, (width, height), method))


class Filled(NamedTuple):
    """Values without gaps.

    Attributes
    ----------
    out
        The values.
    number
        How many were filled.
    """

    out: Row
    number: int


@block(
    category="Interpolate",
    name="Fill gaps",
    tags=("missing", "NaN", "repair", "time series"),
    requires=("scipy",),
    extra="stats",
    infer=lambda a, **_: (array(a.shape, "float64"), NUMBER),
)
def fill_gaps(
    a: Array,
    x: Array | None = None,
    method: Method = "linear",
    limit: Annotated[int | None, Param(ge=1, le=10**9)] = None,
) -> Filled:
    """Put values into the gaps of a series, as those around them suggest.

    What is missing before the first and after the last known value stays missing.

    Parameters
    ----------
    a
        A row of values, some of them missing (NaN).
    x
        The place or moment of each; unset for even distances.
    method
        How values are found, see interpolate.interp.
    limit
        Leave longer gaps alone; unset to fill all.
    """
    from shtairir_blocks.kernels import interpolation as kernels

    return Filled(*kernels.fill_gaps(a, x, method, limit))
