"""Linear algebra, with NumPy's names. Products of matrices are `array.matmul`."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, Param, block
from shtairir_blocks.shapes import matrices

Cutoff = Annotated[float | None, Param(gt=0, lt=1, advanced=True)]


@block(category="Linalg/Solve", name="Solve equations", tags=("linear system",), infer=matrices.solved)
def solve(a: Array, b: Array) -> Array:
    """Solve a system of linear equations: find the x for which a times x is b.

    By LU decomposition with partial pivoting (LAPACK ``gesv``).

    Parameters
    ----------
    a
        The coefficients, a row for each equation, as many as there are unknowns.
    b
        The right side: a number for each equation, or a column for each of several systems.

    Returns
    -------
    out
        The unknowns, of the shape of b.
    """
    from shtairir_blocks.kernels import linalg as kernels

    return kernels.solve(a, b)


@block(category="Linalg/Solve", name="Inverse", tags=("invert",), infer=matrices.inverted)
def inv(a: Array) -> Array:
    """Find the matrix that undoes another. To solve equations, linalg.solve is faster and more exact.

    Parameters
    ----------
    a
        A matrix with as many rows as columns.

    Returns
    -------
    out
        The inverse: a times it is 1 on the diagonal and 0 elsewhere.
    """
    from shtairir_blocks.kernels import linalg as kernels

    return kernels.inverse(a)


@block(category="Linalg/Solve", name="Pseudo-inverse", tags=("Moore", "Penrose"), infer=matrices.transposed)
def pinv(a: Array, rcond: Cutoff = None) -> Array:
    """Find the matrix that undoes another as well as can be, whatever its shape or rank.

    The Moore–Penrose inverse, by singular value decomposition.

    Parameters
    ----------
    a
        Any matrix.
    rcond
        Singular values below this share of the largest count as 0; unset for the precision of the numbers.

    Returns
    -------
    out
        The pseudo-inverse.
    """
    from shtairir_blocks.kernels import linalg as kernels

    return kernels.pseudo_inverse(a, rcond)


class LeastSquares(NamedTuple):
    """The best answer to equations that have none.

    Attributes
    ----------
    x
        The unknowns.
    residual
        The sum of the squares that remain.
    rank
        How many of the columns of a are independent.
    singular_values
        The singular values of a, the largest first.
    """

    x: Array
    residual: float
    rank: int
    singular_values: Array


@block(category="Linalg/Solve", name="Least squares", tags=("overdetermined", "regression"))
def lstsq(a: Array, b: Array, rcond: Cutoff = None) -> LeastSquares:
    """Solve more equations than unknowns as well as can be: with the least sum of squared errors.

    By singular value decomposition (LAPACK ``gelsd``).

    Parameters
    ----------
    a
        The coefficients, a row for each equation.
    b
        The right side: a number for each equation, or a column for each of several systems.
    rcond
        Singular values below this share of the largest count as 0; unset for the precision of the numbers.
    """
    from shtairir_blocks.kernels import linalg as kernels

    return LeastSquares(*kernels.least_squares(a, b, rcond))


class Eigen(NamedTuple):
    """What a matrix only stretches, and how much.

    Attributes
    ----------
    eigenvalues
        The factors, the largest in size first; complex where a turns.
    eigenvectors
        The directions, each a column of length 1.
    """

    eigenvalues: Array
    eigenvectors: Array


@block(category="Linalg/Decompose", name="Eigenvalues", tags=("eigenvectors", "spectrum", "modes"))
def eig(a: Array) -> Eigen:
    """Find the directions that a matrix only stretches, and by how much.

    A symmetric matrix, such as one of covariances, is recognised and gets real answers (LAPACK ``syevd``, else
    ``geev``).

    Parameters
    ----------
    a
        A matrix with as many rows as columns.
    """
    from shtairir_blocks.kernels import linalg as kernels

    return Eigen(*kernels.eigen(a))


class Singular(NamedTuple):
    """The factors of a matrix: u, times s for each column, times vh.

    Attributes
    ----------
    u
        Directions among the rows, one in each column.
    s
        Their weights, the largest first.
    vh
        Directions among the columns, one in each row.
    """

    u: Array
    s: Array
    vh: Array


@block(
    category="Linalg/Decompose",
    name="Singular values",
    tags=("SVD", "principal components", "rank", "low rank"),
    infer=matrices.singular,
)
def svd(a: Array, full_matrices: bool = False) -> Singular:
    """Take a matrix apart into directions and their weights.

    Singular value decomposition (Golub & Kahan 1965; LAPACK ``gesdd``). Of columns with mean 0, the rows of vh are
    the principal components.

    Parameters
    ----------
    a
        Any matrix.
    full_matrices
        Make u and vh square, with directions of weight 0.
    """
    from shtairir_blocks.kernels import linalg as kernels

    return Singular(*kernels.singular_values(a, full_matrices))


@block(category="Linalg/Measure", name="Determinant", tags=("volume", "singular"))
def det(a: Array) -> float:
    """Find by which factor a matrix changes volumes; 0 if it flattens them.

    Parameters
    ----------
    a
        A matrix of real numbers with as many rows as columns.
    """
    from shtairir_blocks.kernels import linalg as kernels

    return kernels.determinant(a)  # type: ignore[no-any-return]  # a real matrix has a real determinant


@block(category="Linalg/Measure", name="Norm", tags=("length", "magnitude", "distance"))
def norm(x: Array, ord: Literal["2", "1", "inf", "-inf", "fro", "nuc"] = "2", axis: int | None = None) -> Array | float:
    """Measure the length of vectors, or the size of a matrix.

    Parameters
    ----------
    x
        A vector, a matrix, or with an axis any array.
    ord
        2 is the usual length, and the largest singular value of a matrix; 1 adds up sizes; inf takes the largest
        and -inf the smallest; fro and nuc are for matrices: the root of all squares, the sum of singular values.
    axis
        Axis along which the vectors lie; unset for one number.

    Returns
    -------
    out
        A number, or an array without that axis.
    """
    from shtairir_blocks.kernels import array_statistics
    from shtairir_blocks.kernels import linalg as kernels

    return array_statistics.plain(kernels.norm(x, ord, axis))
