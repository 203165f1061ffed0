"""Reductions: from many elements to few, with NumPy's names.

Without an axis they take all elements and give one plain number.
"""

from typing import Annotated, NamedTuple

from shtairir.block import Array, Param, block
from shtairir.block.elementwise import Kernel, Reduction, Ufunc
from shtairir.block.infer import like
from shtairir_blocks.shapes import arrays

_KERNELS = "shtairir_blocks.kernels.array_statistics"
_NUMBER = Kernel(_KERNELS, "as_number")
_EVERY_ELEMENT = {"axis": None, "ignore_nan": False}


@block(
    category="Array/Statistics",
    name="Sum",
    tags=("total",),
    reduction=Reduction(Kernel(_KERNELS, "total"), Ufunc("add"), _NUMBER, _EVERY_ELEMENT),
    infer=arrays.reduced(arrays.sum_type),
)
def sum_(a: Array, axis: int | None = None, ignore_nan: bool = False) -> Array | float:
    """Add up the elements.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.
    ignore_nan
        Leave missing values (NaN) out.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("sum", a, axis, ignore_nan=ignore_nan))


@block(category="Array/Statistics", name="Product", tags=("product",), infer=arrays.reduced(arrays.sum_type))
def prod(a: Array, axis: int | None = None, ignore_nan: bool = False) -> Array | float:
    """Multiply the elements.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.
    ignore_nan
        Leave missing values (NaN) out.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("prod", a, axis, ignore_nan=ignore_nan))


@block(
    category="Array/Statistics",
    name="Mean",
    tags=("average",),
    reduction=Reduction(
        Kernel(_KERNELS, "total"), Ufunc("add"), Kernel(_KERNELS, "as_mean"), _EVERY_ELEMENT, kinds="f"
    ),
    infer=arrays.reduced(arrays.mean_type),
)
def mean(a: Array, axis: int | None = None, ignore_nan: bool = False) -> Array | float:
    """The arithmetic mean of the elements.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.
    ignore_nan
        Leave missing values (NaN) out.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("mean", a, axis, ignore_nan=ignore_nan))


@block(category="Array/Statistics", name="Median", tags=("middle",), infer=arrays.reduced(arrays.mean_type))
def median(a: Array, axis: int | None = None, ignore_nan: bool = False) -> Array | float:
    """The middle of the sorted elements.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.
    ignore_nan
        Leave missing values (NaN) out.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("median", a, axis, ignore_nan=ignore_nan))


@block(
    category="Array/Statistics",
    name="Standard deviation",
    tags=("spread", "deviation"),
    infer=arrays.reduced(arrays.mean_type),
)
def std(
    a: Array, axis: int | None = None, ddof: Annotated[int, Param(ge=0, advanced=True)] = 0, ignore_nan: bool = False
) -> Array | float:
    """How far the elements lie from their mean: the root of the mean square distance.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.
    ddof
        Taken off the number of elements in the divisor: 0 for all there is, 1 for a sample.
    ignore_nan
        Leave missing values (NaN) out.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("std", a, axis, ignore_nan=ignore_nan, ddof=ddof))


@block(
    category="Array/Statistics",
    name="Smallest",
    tags=("minimum",),
    reduction=Reduction(Kernel(_KERNELS, "least"), Ufunc("minimum"), _NUMBER, _EVERY_ELEMENT, any_order=True),
    infer=arrays.reduced(arrays.same_type),
)
def min_(a: Array, axis: int | None = None, ignore_nan: bool = False) -> Array | float:
    """The smallest element.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.
    ignore_nan
        Leave missing values (NaN) out.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("min", a, axis, ignore_nan=ignore_nan))


@block(
    category="Array/Statistics",
    name="Largest",
    tags=("maximum",),
    reduction=Reduction(Kernel(_KERNELS, "greatest"), Ufunc("maximum"), _NUMBER, _EVERY_ELEMENT, any_order=True),
    infer=arrays.reduced(arrays.same_type),
)
def max_(a: Array, axis: int | None = None, ignore_nan: bool = False) -> Array | float:
    """The largest element.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.
    ignore_nan
        Leave missing values (NaN) out.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("max", a, axis, ignore_nan=ignore_nan))


@block(
    category="Array/Statistics",
    name="Position of the smallest",
    tags=("index",),
    infer=arrays.reduced(arrays.position_type),
)
def argmin(a: Array, axis: int | None = None) -> Array | int:
    """The position of the smallest element, counted from 0; of equal ones the first.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("argmin", a, axis))


@block(
    category="Array/Statistics",
    name="Position of the largest",
    tags=("index",),
    infer=arrays.reduced(arrays.position_type),
)
def argmax(a: Array, axis: int | None = None) -> Array | int:
    """The position of the largest element, counted from 0; of equal ones the first.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("argmax", a, axis))


@block(
    category="Array/Statistics",
    name="Any",
    tags=("exists",),
    reduction=Reduction(
        Kernel(_KERNELS, "some"), Ufunc("logical_or"), Kernel(_KERNELS, "as_truth"), {"axis": None}, any_order=True
    ),
    infer=arrays.reduced(arrays.truth_type),
)
def any_(a: Array, axis: int | None = None) -> Array | bool:
    """Whether at least one element is true, or not 0.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("any", a, axis), kinds="b")


@block(
    category="Array/Statistics",
    name="All",
    tags=("every",),
    reduction=Reduction(
        Kernel(_KERNELS, "every"), Ufunc("logical_and"), Kernel(_KERNELS, "as_truth"), {"axis": None}, any_order=True
    ),
    infer=arrays.reduced(arrays.truth_type),
)
def all_(a: Array, axis: int | None = None) -> Array | bool:
    """Whether every element is true, or not 0.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("all", a, axis), kinds="b")


@block(
    category="Array/Statistics",
    name="Percentile",
    tags=("quantile", "quartile"),
    infer=arrays.reduced(arrays.mean_type),
)
def percentile(
    a: Array,
    axis: int | None = None,
    q: Annotated[float, Param(ge=0, le=100, unit="%", label="percent")] = 50.0,
    ignore_nan: bool = False,
) -> Array | float:
    """The value below which a given share of the elements lies.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to reduce, -1 for the last; unset for all elements.
    q
        Share of the elements, 50 for the median.
    ignore_nan
        Leave missing values (NaN) out.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.plain(kernels.reduce("percentile", a, axis, ignore_nan=ignore_nan, q=q))


@block(category="Array/Statistics", name="Running sum", tags=("cumulative",), infer=arrays.running)
def cumsum(a: Array, axis: int | None = None) -> Array:
    """Add up the elements step by step.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to add, -1 for the last; unset for all elements in a row.

    Returns
    -------
    out
        The sums up to and including each element.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.reduce("cumsum", a, axis)


@block(category="Array/Statistics", name="Sort", tags=("order",), infer=like("a"))
def sort(a: Array, axis: int = -1, descending: bool = False) -> Array:
    """Put the elements in order, missing values last.

    Parameters
    ----------
    a
        The numbers.
    axis
        Axis along which to sort, -1 for the last.
    descending
        Largest first.

    Returns
    -------
    out
        The sorted elements, of the same shape.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return kernels.sort(a, axis, descending)


class Unique(NamedTuple):
    """Distinct values.

    Attributes
    ----------
    values
        Each value once, in ascending order.
    counts
        How often each occurs.
    """

    values: Array
    counts: Array


@block(category="Array/Statistics", name="Unique", tags=("distinct", "count"))
def unique(a: Array) -> Unique:
    """Find the distinct values and how often each occurs.

    Parameters
    ----------
    a
        The values.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    return Unique(*kernels.unique(a))


class Histogram(NamedTuple):
    """Counts by interval.

    Attributes
    ----------
    counts
        How many values fall in each interval.
    edges
        The limits of the intervals, one more than there are counts.
    centers
        The middles of the intervals.
    """

    counts: Array
    edges: Array
    centers: Array


@block(category="Array/Statistics", name="Histogram", tags=("distribution", "bins"), infer=arrays.histogram)
def histogram(
    a: Array,
    bins: Annotated[int, Param(ge=1, le=65536)] = 10,
    low: float | None = None,
    high: float | None = None,
) -> Histogram:
    """Count how many values fall in each of several equal intervals.

    Parameters
    ----------
    a
        The values; missing and infinite ones are left out.
    bins
        Number of intervals.
    low
        Lower end of the first interval; unset for the smallest value.
    high
        Upper end of the last interval, which belongs to it; unset for the largest value.
    """
    from shtairir_blocks.kernels import array_statistics as kernels

    counts, edges = kernels.histogram(a, bins, low, high)
    return Histogram(counts, edges, (edges[:-1] + edges[1:]) / 2)
