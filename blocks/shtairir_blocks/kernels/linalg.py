"""Linear algebra on dense matrices, by LAPACK through NumPy; every answer is checked before it is handed on.

A *matrix* is ``(rows, columns)`` of finite real or complex numbers. Vectors of eigenvectors and singular vectors are
turned so that their largest part is positive: else their sign would be the library's whim.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_ORDERS: dict[str, Any] = {"2": 2, "1": 1, "inf": np.inf, "-inf": -np.inf, "fro": "fro", "nuc": "nuc"}


def as_matrix(values: Array, name: str, *, square: bool = False) -> Array:
    """Return `values` as a matrix of finite floating-point numbers.

    Raises
    ------
    ValueError
        If it has not two axes, is empty, holds missing or infinite values, or is not square though it must be.
    """
    matrix = np.asarray(values)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ValueError(f"'{name}' must be a matrix of rows and columns; its shape is {matrix.shape}.")
    if square and matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"'{name}' must have as many rows as columns; its shape is {matrix.shape}.")
    return _finite(matrix, name)


def _finite(values: Array, name: str) -> Array:
    numbers = values.astype(np.float64) if values.dtype.kind in "biu" else values
    if numbers.dtype.kind not in "fc":
        raise ValueError(f"'{name}' must hold numbers, not {values.dtype}.")
    if not np.isfinite(numbers).all():
        raise ValueError(f"'{name}' holds missing or infinite values. Fill or drop them first.")
    return numbers.astype(np.float64) if numbers.dtype == np.float16 else numbers


def _right_side(b: Array, rows: int) -> Array:
    values = np.asarray(b)
    if values.ndim not in (1, 2) or len(values) != rows:
        raise ValueError(
            f"'b' must have a value, or a row of values, for each of the {rows} rows of 'a'; its shape is "
            f"{values.shape}."
        )
    return _finite(values, "b")


def solve(a: Array, b: Array) -> Array:
    """The x for which ``a @ x == b``, by LU decomposition with partial pivoting."""
    matrix = as_matrix(a, "a", square=True)
    right = _right_side(b, len(matrix))
    _require_regular(matrix)
    return np.asarray(np.linalg.solve(matrix, right))


def inverse(a: Array) -> Array:
    """The matrix that undoes `a`."""
    matrix = as_matrix(a, "a", square=True)
    _require_regular(matrix)
    return np.asarray(np.linalg.inv(matrix))


def _require_regular(matrix: Array) -> None:
    """Refuse a matrix whose condition number leaves no correct digit, singular ones among them."""
    condition = float(np.linalg.cond(matrix))
    if not condition < 1 / np.finfo(matrix.dtype).eps:
        raise ValueError(
            "The matrix 'a' is singular: its rows depend on one another, so there is no single answer. "
            "Use linalg.pinv or linalg.lstsq for the best one."
        )


def pseudo_inverse(a: Array, rcond: float | None) -> Array:
    """The Moore–Penrose inverse, by singular value decomposition (Golub & Kahan 1965)."""
    matrix = as_matrix(a, "a")
    cutoff = max(matrix.shape) * np.finfo(matrix.dtype).eps if rcond is None else rcond
    return np.asarray(np.linalg.pinv(matrix, rtol=cutoff))


def least_squares(a: Array, b: Array, rcond: float | None) -> tuple[Array, float, int, Array]:
    """The x with the least ``|a @ x - b|²``, that sum, the rank and the singular values of `a`.

    Of several such x it is the shortest. The sum is worked out here: LAPACK leaves it out for deficient ranks.
    """
    matrix = as_matrix(a, "a")
    right = _right_side(b, len(matrix))
    x, _, rank, singular = np.linalg.lstsq(matrix, right, rcond=rcond)
    rest = matrix @ x - right
    return np.asarray(x), float(np.vdot(rest, rest).real), int(rank), np.asarray(singular)


def eigen(a: Array) -> tuple[Array, Array]:
    """Eigenvalues, the largest in size first, and the eigenvectors, one in each column.

    A symmetric (Hermitian) matrix gives real eigenvalues and vectors at right angles; any other, complex ones where
    they are needed, and real numbers where they are not.
    """
    matrix = as_matrix(a, "a", square=True)
    symmetric = np.allclose(matrix, matrix.conj().T, rtol=1e-12, atol=1e-14 * float(np.abs(matrix).max()))
    values, vectors = np.linalg.eigh(matrix) if symmetric else np.linalg.eig(matrix)
    order = np.argsort(-np.abs(values), kind="stable")
    return np.asarray(values)[order], _turned(np.asarray(vectors)[:, order])


def _turned(columns: Array) -> Array:
    """Columns multiplied by a sign (a phase, for complex ones) so that their largest part is positive."""
    largest = columns[np.abs(columns).argmax(axis=0), np.arange(columns.shape[1])]
    size = np.abs(largest)
    return columns * np.where(size > 0, np.conj(largest) / np.where(size > 0, size, 1), 1)


def singular_values(a: Array, full_matrices: bool) -> tuple[Array, Array, Array]:
    """The factors u, s, vh of ``a == u * s @ vh``, with u's columns turned and vh's rows to match."""
    matrix = as_matrix(a, "a")
    u, s, vh = np.linalg.svd(matrix, full_matrices=full_matrices)
    turned = _turned(u)
    # A column and its row turn together, or the product would change; columns beyond the rank have no such row.
    both = len(s)
    phase = np.sum(turned[:, :both].conj() * u[:, :both], axis=0)
    rows = vh.copy()
    rows[:both] *= phase[:, np.newaxis]
    return turned, np.asarray(s), rows


def determinant(a: Array) -> Any:
    """The determinant; infinite where it is too large for a number."""
    with np.errstate(over="ignore", under="ignore"):
        return np.linalg.det(as_matrix(a, "a", square=True)).item()


def norm(x: Array, ord: str, axis: int | None) -> Array:
    """The length of a vector or the size of a matrix; along an axis, the length of each vector."""
    values = _finite(np.asarray(x), "x")
    vectors = axis is not None or values.ndim == 1
    if vectors and ord in ("fro", "nuc"):
        raise ValueError(f"The norm '{ord}' is one of matrices. For vectors, choose 2, 1, inf or -inf.")
    if axis is not None and not -values.ndim <= axis < values.ndim:
        raise ValueError(f"There is no axis {axis} in an array of shape {values.shape}.")
    if axis is None and values.ndim not in (1, 2):
        raise ValueError(f"An array of shape {values.shape} is neither a vector nor a matrix: give an axis.")
    return np.asarray(np.linalg.norm(values, _ORDERS[ord], axis))
