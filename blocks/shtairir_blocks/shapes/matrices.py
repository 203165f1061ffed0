"""Shapes of what linear algebra makes of matrices."""

from typing import Any

from shtairir.block.infer import Spec, array
from shtairir_blocks.shapes.arrays import mean_type


def solved(a: Spec, b: Spec) -> Spec:
    """Unknowns, as many as there are right sides."""
    if a.dtype != b.dtype:
        raise ValueError("The common type is not known.")
    return array(_extent(b), _number_type(b))


def inverted(a: Spec) -> Spec:
    """A matrix of the same size."""
    return array(_extent(a), _number_type(a))


def transposed(a: Spec, **_: Any) -> Spec:
    """A matrix with rows for columns."""
    rows, columns = _extent(a)
    return array((columns, rows), _number_type(a))


def singular(a: Spec, full_matrices: bool) -> tuple[Spec, Spec, Spec]:
    """The three factors of a matrix."""
    rows, columns = _extent(a)
    rank, dtype = min(rows, columns), _number_type(a)
    high, wide = (rows, columns) if full_matrices else (rank, rank)
    real = {"complex128": "float64", "complex64": "float32"}.get(dtype, dtype)
    return array((rows, high), dtype), array((rank,), real), array((wide, columns), dtype)


def _extent(spec: Spec) -> tuple[int, ...]:
    if spec.shape is None:
        raise ValueError("The shape is not known.")
    return spec.shape


def _number_type(spec: Spec) -> str:
    if spec.dtype is None or spec.dtype == "float16":
        raise ValueError("The type is not known.")
    return mean_type(spec.dtype)
