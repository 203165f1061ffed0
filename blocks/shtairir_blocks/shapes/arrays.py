"""Shapes of arrays that are made, reduced and rearranged."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from shtairir.block.infer import Spec, array, spec_of

NUMBER = Spec("float", nbytes=24)


def lengths(shape: int | Sequence[int]) -> tuple[int, ...]:
    """The shape that is written as one length or as a list of them."""
    return (int(shape),) if isinstance(shape, int | float) else tuple(int(length) for length in shape)


def filled(shape: Any, dtype: str | None = None, fill_value: Any = 0.0) -> Spec:
    """An array of one value."""
    return array(lengths(shape), dtype or ("int64" if type(fill_value) is int else "float64"))


def drawn(shape: Any, distribution: str, **_: Any) -> Spec:
    """Random numbers."""
    return array(lengths(shape), "int64" if distribution == "integers" else "float64")


def counted(start: float, stop: float, step: float, dtype: str | None) -> Spec:
    """A range of numbers: whole ones if all three are."""
    count = max(math.ceil((stop - start) / step), 0)
    whole = all(float(number).is_integer() for number in (start, stop, step))
    return array((count,), dtype or ("int64" if whole else "float64"))


def spaced(num: int, **_: Any) -> Spec:
    """So many evenly spaced numbers."""
    return array((num,), "float64")


def converted(dtype: str | None, **source: Any) -> Spec:
    """The same elements in another type, or the very same array."""
    ((name, value),) = source.items()
    given = spec_of(value)
    if isinstance(value, int | float):
        return array((), dtype or ("int64" if isinstance(value, int) else "float64"))
    if given.shape is None or given.dtype is None:
        raise ValueError("The shape is not known.")
    same = dtype is None or dtype == given.dtype
    return array(given.shape, dtype or given.dtype, view_of=name if same else None)


def reduced(dtype: Callable[[str], str]) -> Callable[..., Spec]:
    """Return the ``infer`` of a reduction; ``dtype`` tells the type of its results from that of the elements."""

    def infer(a: Spec, axis: int | None, **_: Any) -> Spec:
        if axis is None:
            return NUMBER
        shape = list(a.shape or ())
        del shape[axis]
        return array(shape, dtype(_dtype(a))) if shape else NUMBER

    return infer


def mean_type(dtype: str) -> str:
    """The type of an average: floating-point stays as it is."""
    return dtype if dtype.startswith(("float", "complex")) else "float64"


def sum_type(dtype: str) -> str:
    """The type of a sum: small whole numbers are added up in large ones."""
    return {"bool": "int64", "int": "int64", "uint": "uint64"}.get(dtype.rstrip("0123456789"), dtype)


def same_type(dtype: str) -> str:
    """The type of one of the elements."""
    return dtype


def position_type(dtype: str) -> str:
    """The type of positions."""
    return "int64"


def truth_type(dtype: str) -> str:
    """The type of answers."""
    return "bool"


def running(a: Spec, axis: int | None) -> Spec:
    """Sums up to each element; in one row without an axis."""
    shape = a.shape if axis is not None else (a.size,)
    return array(shape or (), sum_type(_dtype(a)))


def histogram(bins: int, **_: Any) -> tuple[Spec, Spec, Spec]:
    """Counts, limits and middles of intervals."""
    return array((bins,), "int64"), array((bins + 1,), "float64"), array((bins,), "float64")


def sliced(a: Spec, start: int | None, stop: int | None, step: int, axis: int) -> Spec:
    """A range along an axis, which is a view."""
    shape = list(a.shape or ())
    shape[axis] = len(range(*slice(start, stop, step).indices(shape[axis])))
    return array(shape, _dtype(a), view_of="a")


def taken(a: Spec, indices: Any, axis: int | None) -> Spec:
    """The elements at given positions."""
    wanted = () if isinstance(indices, int) else spec_of(indices).shape
    if wanted is None:
        raise ValueError("The number of positions is not known.")
    shape = list(a.shape or ()) if axis is not None else [a.size]
    place = range(len(shape))[axis or 0]
    shape[place : place + 1] = wanted
    return array(shape, _dtype(a)) if shape else NUMBER


def reshaped(a: Spec, newshape: Any = -1) -> Spec:
    """The same elements in another shape: a view, unless the array itself is one, which may have to be copied."""
    shape = lengths(newshape)
    if -1 in shape:
        rest = math.prod(length for length in shape if length != -1)
        shape = tuple(a.size // max(rest, 1) if length == -1 else length for length in shape)
    return array(shape, _dtype(a), view_of="a" if a.view_of is None else None)


def transposed(a: Spec, axes: Sequence[int] | None) -> Spec:
    """The axes in another order, which is a view."""
    shape = a.shape or ()
    order = axes or range(len(shape))[::-1]
    return array([shape[axis] for axis in order], _dtype(a), view_of="a")


def joined(a: Spec, b: Spec, axis: int) -> Spec:
    """Two arrays of one type, one behind the other."""
    if a.dtype != b.dtype or b.shape is None:
        raise ValueError("The common type is not known.")
    shape = list(a.shape or ())
    shape[axis] += b.shape[axis]
    return array(shape, _dtype(a))


def multiplied(x1: Spec, x2: Spec) -> Spec:
    """A product of matrices of one type; a number for two vectors."""
    first, second = x1.shape or (), x2.shape or ()
    if x1.dtype != x2.dtype or not first or not second or max(len(first), len(second)) > 2:
        raise ValueError("The result is not known.")
    shape = (*first[:-1], *(second[1:] if len(second) == 2 else ()))
    return array(shape, _dtype(x1)) if shape else NUMBER


def extent(a: Spec) -> tuple[list[int], int, int]:
    """The extent of an array is known before its elements are."""
    return [*(a.shape or ())], a.ndim, a.size


def _dtype(spec: Spec) -> str:
    if spec.dtype is None or spec.shape is None:
        raise ValueError("The type or the shape is not known.")
    return spec.dtype
