"""What can be said of a block's outputs before it runs: kind, shape, type of elements and size.

A block declares it with ``@block(infer=...)``: a function that takes the block's arguments by name, without the
context, and returns what its outputs will be: one, or a tuple with one for each. Each argument is either its
value, where that is known while planning (set by hand, or worked out), or a `Spec`. Each output is a `Spec`, or
the very value where that is known, or ``None`` where nothing can be said.

Such a function must be quick, must not read data (the header of a file is fine), and need not be careful: if it
raises, for want of a shape for instance, then nothing is known of the outputs. What it says decides memory and
order, never a result.

``elementwise`` blocks with a kernel need none: their shape is the broadcast one, and their type is what the kernel
makes of empty arrays.

Examples
--------
>>> def transposed(a, axes=None):
...     return array(tuple(reversed(a.shape)), a.dtype, view_of="a")
>>> transposed(array((2, 3), "float32"))
Spec(kind='array', shape=(3, 2), dtype='float32', nbytes=24, length=3, view_of='a', exact=True)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shtairir.block.values import nbytes_of

_ITEM_BYTES = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint64": 8,
    "uint32": 4,
    "uint16": 2,
    "uint8": 1,
    "bool": 1,
    "complex128": 16,
    "complex64": 8,
}


@dataclass(frozen=True, slots=True)
class Spec:
    """What is known of a value that is not there yet.

    Attributes
    ----------
    kind
        The family of its type: ``array``, ``image``, ``table``, ``float`` ...
    dtype
        NumPy's name of the type of its elements.
    nbytes
        The memory that it takes.
    length
        The number of its rows or items.
    view_of
        The argument whose memory it shows, if it takes none of its own.
    exact
        Whether the size is certain. One that is not gives way to what earlier runs say.
    """

    kind: str
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    nbytes: int | None = None
    length: int | None = None
    view_of: str | None = None
    exact: bool = True

    @property
    def ndim(self) -> int:
        """The number of axes; raises if they are not known."""
        return len(_known(self.shape))

    @property
    def size(self) -> int:
        """The number of elements; raises if it is not known."""
        return math.prod(_known(self.shape))


def array(shape: Sequence[int], dtype: str, *, kind: str = "array", view_of: str | None = None) -> Spec:
    """Return the spec of an array.

    Examples
    --------
    >>> array((480, 640, 3), "float32", kind="image").nbytes
    3686400
    """
    axes = tuple(int(length) for length in shape)
    if min(axes, default=0) < 0:
        raise ValueError(f"There is no shape {axes}.")
    return Spec(kind, axes, dtype, math.prod(axes) * item_bytes(dtype), axes[0] if axes else None, view_of)


def image(height: int, width: int, channels: int = 1, *, view_of: str | None = None) -> Spec:
    """Return the spec of an image; with one channel it has two axes."""
    shape = (height, width) if channels == 1 else (height, width, channels)
    return array(shape, "float32", kind="image", view_of=view_of)


def item_bytes(dtype: str) -> int:
    """Return the size of an element in bytes."""
    found = _ITEM_BYTES.get(dtype)
    if found is None:
        import numpy as np

        found = _ITEM_BYTES[dtype] = np.dtype(dtype).itemsize
    return found


def spec_of(value: object, kind: str | None = None) -> Spec:
    """Return the spec of a value that is there.

    Examples
    --------
    >>> spec_of([1, 2, 3]).length
    3
    """
    if isinstance(value, Spec):
        return value
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if isinstance(shape, tuple) and dtype is not None:
        return array(shape, str(dtype), kind=kind or "array")
    length = len(value) if isinstance(value, list | tuple | str | dict) else None
    return Spec(kind or type(value).__name__, nbytes=nbytes_of(value), length=length)


def like(argument: str, dtype: str | None = None, kind: str | None = None) -> Callable[..., Spec]:
    """Return an ``infer`` for a block whose output has the shape, and unless told otherwise the type, of an input.

    Examples
    --------
    >>> like("mask", "bool")(mask=array((4, 5), "float64"), radius=2).nbytes
    20
    """

    def infer(**arguments: Any) -> Spec:
        source = spec_of(arguments[argument])
        found = dtype if dtype is not None else source.dtype
        if found is None:
            raise ValueError("The type of the elements is not known.")
        return array(_known(source.shape), found, kind=kind or source.kind)

    return infer


def broadcast(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the shape that arrays have together.

    Raises
    ------
    ValueError
        When they do not fit.

    Examples
    --------
    >>> broadcast([(4, 1, 3), (5, 1), ()])
    (4, 5, 3)
    """
    result = max(shapes, key=len, default=())
    for shape in shapes:
        if shape != result:
            result = _broadcast_two(result, shape)
    return result


def _broadcast_two(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    padded = (1,) * (len(one) - len(other)) + other
    for left, right in zip(one, padded, strict=True):
        if left != right and left != 1 and right != 1:
            raise ValueError(f"The shapes {one} and {other} do not fit together.")
    return tuple(right if left == 1 else left for left, right in zip(one, padded, strict=True))


def elementwise(kernel: Callable[..., Any], operands: Sequence[object]) -> Spec:
    """Return what a kernel makes of operands: Python numbers, arrays, or specs of them.

    Raises
    ------
    Exception
        Whatever the kernel raises, and `ValueError` when a shape is not known or the shapes do not fit.
    """
    import numpy as np

    shapes = [_known(operand.shape) for operand in map(_array_spec, operands) if operand is not None]
    with np.errstate(all="ignore"):
        made = np.asarray(kernel(*map(_stand_in, operands)))
    return array(broadcast(shapes), str(made.dtype))


_NUMBERS = {"bool": True, "int": 1, "float": 1.0}


def _array_spec(operand: object) -> Spec | None:
    """Return the spec of an operand that is an array, ``None`` for a plain number."""
    if isinstance(operand, Spec):
        return None if operand.kind in _NUMBERS else operand
    return spec_of(operand) if hasattr(operand, "dtype") else None


def _stand_in(operand: object) -> Any:
    """Return something of the type of an operand that takes no memory: a plain number, or an empty array."""
    import numpy as np

    if isinstance(operand, Spec) and operand.kind in _NUMBERS:
        return _NUMBERS[operand.kind]
    spec = _array_spec(operand)
    if spec is None:
        return operand
    return np.empty(0, spec.dtype) if spec.shape else np.ones((), spec.dtype)


def _known(shape: tuple[int, ...] | None) -> tuple[int, ...]:
    if shape is None:
        raise ValueError("The shape is not known.")
    return shape
