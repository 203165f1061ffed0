"""Reading parts of arrays and arranging them anew. Views are returned wherever NumPy can give one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .array_creation import parse_shape

Array = NDArray[Any]


def check_axis(a: Array, axis: int | None) -> int | None:
    """Return `axis` counted from the front, or raise a ValueError that says which axes there are."""
    if axis is None:
        return None
    if a.ndim == 0:
        raise ValueError("A single number has no axis. Leave the axis unset.")
    if not -a.ndim <= axis < a.ndim:
        raise ValueError(
            f"There is no axis {axis}: an array of shape {a.shape} has the axes 0 to {a.ndim - 1}, and -1 for the last."
        )
    return axis % a.ndim


def slice_axis(a: Array, start: int | None, stop: int | None, step: int, axis: int) -> Array:
    """A view of every `step`-th element along one axis; limits past the end are cut, as in Python."""
    if step == 0:
        raise ValueError("The step of a slice cannot be 0. Use 1 for every element, -1 to reverse.")
    position = check_axis(a, axis)
    assert position is not None
    index = [slice(None)] * a.ndim
    index[position] = slice(start, stop, step)
    return a[tuple(index)]


def take(a: Array, indices: int | Sequence[int] | Array, axis: int | None) -> Array:
    """The elements at the given positions, along an axis or of the flattened array."""
    position = check_axis(a, axis)
    wanted = np.asarray(indices)
    if wanted.size == 0:
        wanted = wanted.astype(np.intp)
    if wanted.dtype.kind == "f" and np.array_equal(wanted, np.trunc(wanted)):
        wanted = wanted.astype(np.intp)
    if wanted.dtype.kind not in "iu":
        raise ValueError(f"Indices must be whole numbers, not {wanted.dtype}.")
    length = a.size if position is None else a.shape[position]
    if wanted.size and (wanted.min() < -length or wanted.max() >= length):
        raise ValueError(
            f"An index is outside the array: there are {length} elements along this axis, "
            f"and the indices run from {wanted.min()} to {wanted.max()}."
        )
    return np.asarray(np.take(a, wanted, axis=position))


def select(a: Array, condition: Array) -> Array:
    """The elements, or the parts along the first axes, for which the condition is not 0."""
    mask = np.asarray(condition).astype(bool, copy=False)
    if mask.ndim == 0 or mask.shape != a.shape[: mask.ndim]:
        raise ValueError(
            f"A condition of shape {mask.shape} does not fit an array of shape {a.shape}: it must have the same "
            "shape, or the same number of rows."
        )
    return np.asarray(a[mask])


def reshape(a: Array, newshape: int | Sequence[int]) -> Array:
    """The same elements in another shape; one length may be -1, which stands for "what is left"."""
    lengths = _parse_open_shape(newshape)
    try:
        return a.reshape(lengths)
    except ValueError:
        raise ValueError(
            f"{a.size} elements of shape {a.shape} cannot be arranged as {lengths}: the product of the "
            "lengths must stay the same. Use -1 for one length to have it worked out."
        ) from None


def transpose(a: Array, axes: Sequence[int]) -> Array:
    """Reverse the axes, or put them in the given order."""
    if not axes:
        return a.transpose()
    order = [int(axis) for axis in axes]
    if sorted(order) != list(range(a.ndim)):
        raise ValueError(f"The axes {order} must name each of 0 to {a.ndim - 1} once for an array of shape {a.shape}.")
    return a.transpose(order)


def join(arrays: Sequence[Array], axis: int, *, new_axis: bool) -> Array:
    """Concatenate along an existing axis, or stack along a new one."""
    parts = [np.asarray(array) for array in arrays]
    if not parts:
        raise ValueError("There is nothing to join: the list of arrays is empty.")
    try:
        return np.asarray(np.stack(parts, axis=axis) if new_axis else np.concatenate(parts, axis=axis))
    except ValueError as error:
        shapes = ", ".join(str(part.shape) for part in parts[:6])
        rule = "all the same shape" if new_axis else "the same shape except along the joined axis"
        raise ValueError(
            f"These arrays cannot be joined along axis {axis}: their shapes are {shapes}, and they must have {rule}."
        ) from error


def matmul(a: Array, b: Array) -> Array:
    """The matrix product; for two vectors their inner product (0-d)."""
    if a.ndim == 0 or b.ndim == 0:
        return np.asarray(np.multiply(a, b))
    inner = b.shape[-2] if b.ndim > 1 else b.shape[0]
    if a.shape[-1] != inner:
        raise ValueError(
            f"Arrays of the shapes {a.shape} and {b.shape} cannot be multiplied as matrices: the first has "
            f"{a.shape[-1]} columns, the second {inner} rows. Transpose one of them?"
        )
    return np.asarray(np.matmul(a, b))


def _parse_open_shape(newshape: int | Sequence[int]) -> tuple[int, ...]:
    """A shape in which one length may be -1."""
    lengths = [newshape] if isinstance(newshape, int) else [int(length) for length in newshape]
    parse_shape([0 if length == -1 else length for length in lengths])
    if lengths.count(-1) > 1:
        raise ValueError(f"The shape {tuple(lengths)} leaves more than one length open. Use -1 only once.")
    return tuple(lengths)
