"""Element-by-element arithmetic written into borrowed buffers.

A NumPy ufunc that allocates its own result pays for fresh pages on every call; one that is given a
recycled buffer does not. So every function here works out the shape and the type of its result first,
asks the workspace (a run's context) for a buffer of that kind, and lets NumPy write into it.

Plain numbers stay plain numbers: NumPy then keeps the array's own type (``float32 + 2.0`` is
``float32``), as it does when called by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
Operand = Array | float | int | bool

_POOLED_KINDS = "biufc"  # booleans and numbers; text, dates and objects keep NumPy's own memory

_FLOATING_POINT_TROUBLE = {
    "divide by zero": "division by zero or log of zero: some results are infinite",
    "overflow": "numbers grew past the largest value their type can hold: some results are infinite",
    "invalid value": "some results are not numbers (such as 0/0, or the root or log of a negative number)",
}


class Workspace(Protocol):
    """What a kernel needs from the run: buffers, and a place for warnings."""

    def empty(self, shape: tuple[int, ...], dtype: DTypeLike = ..., /) -> Array: ...

    def log(self, message: str, level: Literal["info", "warning"] = ..., /) -> None: ...


def apply(name: str, workspace: Workspace, *operands: Operand) -> Array:
    """Apply the NumPy ufunc called `name` to the operands, broadcast against each other.

    Returns an array of the broadcast shape and NumPy's result type; 0-d when every operand is a number.

    Raises
    ------
    ValueError
        If the shapes cannot be broadcast.
    TypeError
        If the function is not defined for the operands' types.
    """
    ufunc: np.ufunc = getattr(np, name)
    values = [as_operand(operand) for operand in operands]
    shape = broadcast_shape(*values)
    dtype = _result_type(ufunc, values)
    if dtype is None or shape == ():
        return np.asarray(_guarded(name, workspace, lambda: ufunc(*values)))
    out = workspace.empty(shape, dtype)
    _guarded(name, workspace, lambda: ufunc(*values, out=out))
    return out


def where(condition: Operand, x: Operand, y: Operand, out: Array | None = None) -> Array:
    """Take `x` where the condition holds, else `y`; the three are broadcast against each other."""
    chosen, otherwise = as_operand(x), as_operand(y)
    mask = np.asarray(condition).astype(bool, copy=False)
    if out is None:
        out = np.empty(broadcast_shape(mask, chosen, otherwise), np.result_type(chosen, otherwise))
    np.copyto(out, otherwise, casting="unsafe")
    np.copyto(out, chosen, where=mask, casting="unsafe")
    return out


def clip(a: Operand, a_min: Operand | None, a_max: Operand | None, out: Array | None = None) -> Array:
    """Limit the values of `a` to the closed interval from `a_min` to `a_max`; a missing limit is open."""
    array = np.asarray(a)
    low, high = (None if limit is None else as_operand(limit) for limit in (a_min, a_max))
    limits = [limit for limit in (low, high) if limit is not None]
    if limits:
        if out is None:
            out = np.empty(broadcast_shape(array, *limits), np.result_type(array, *limits))
        np.clip(array, low, high, out=out)
        return out
    return array if out is None else _copied(array, out)


def round_to(a: Operand, decimals: int, out: Array | None = None) -> Array:
    """Round to a number of decimals; halves go to the even neighbour, as IEEE 754 and NumPy have it."""
    array = np.asarray(a)
    if array.dtype.kind in "fc":
        # NumPy keeps a foreign byte order here, unless it is a single value: as elsewhere, the result is native.
        return np.asarray(np.round(array.astype(array.dtype.newbyteorder("="), copy=False), decimals, out=out))
    # Whole numbers are divided as floats, which no buffer takes back.
    rounded = array.astype(np.int64) if array.dtype.kind == "b" else np.asarray(np.round(array, decimals))
    rounded = rounded.astype(rounded.dtype.newbyteorder("="), copy=False)
    return rounded if out is None else _copied(rounded, out)


def into_buffer(kernel: Callable[..., Array], workspace: Workspace, *operands: Any) -> Array:
    """Have a kernel write into a borrowed buffer; its type is that of the kernel's result for empty arrays."""
    values = [value if value is None else as_operand(value) for value in operands]
    shape = broadcast_shape(*(value for value in values if isinstance(value, np.ndarray)))
    dtype = kernel(*(np.empty(0, value.dtype) if isinstance(value, np.ndarray) else value for value in values)).dtype
    if dtype.kind not in _POOLED_KINDS or shape == ():
        return kernel(*values)
    return kernel(*values, out=workspace.empty(shape, dtype))


def _copied(array: Array, out: Array) -> Array:
    np.copyto(out, array, casting="unsafe")
    return out


def as_operand(value: Operand) -> Operand:
    """Leave Python numbers alone, so that they do not widen the array beside them."""
    return value if type(value) in (bool, int, float) else np.asarray(value)


def broadcast_shape(*operands: Operand) -> tuple[int, ...]:
    """The common shape of the operands, or an error that names the shapes."""
    shapes = [np.shape(operand) for operand in operands]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = " and ".join(str(shape) for shape in shapes if shape)
        raise ValueError(
            f"Arrays of the shapes {listed} do not fit together: counted from the last axis, lengths must "
            "be equal or 1. Reshape, slice or transpose one of them."
        ) from None


def _result_type(ufunc: np.ufunc, values: list[Operand]) -> np.dtype[Any] | None:
    """The type of the result, or None where a pooled buffer would not do."""
    kinds = [_type_of(value) for value in values]
    try:
        dtype: np.dtype[Any] = ufunc.resolve_dtypes((*kinds, *[None] * ufunc.nout))[-1]
    except TypeError:
        return None  # the call itself then raises NumPy's own message
    return dtype if dtype.kind in _POOLED_KINDS else None


def _type_of(value: Operand) -> Any:
    if isinstance(value, bool):
        return np.dtype(bool)
    return value.dtype if isinstance(value, np.ndarray) else type(value)


def _guarded(name: str, workspace: Workspace, compute: Callable[[], Any]) -> Any:
    """Run `compute`, and turn NumPy's floating-point warnings into one log line each."""
    seen: set[str] = set()
    with np.errstate(divide="call", over="call", invalid="call", call=lambda kind, _flag: seen.add(kind)):
        result = compute()
    for kind in sorted(seen):
        workspace.log(f"{name}: {_FLOATING_POINT_TROUBLE.get(kind, kind)}.", "warning")
    return result
