"""Comparisons and conditions, element by element, with NumPy's names. Their results are true or false."""

from shtairir.block import Array, Context, block
from shtairir.block.elementwise import Kernel, Ufunc

_KERNELS = "shtairir_blocks.kernels.array_elementwise"


@block(category="Array/Logic", name="Greater", tags=("compare",), elementwise=True, kernel=Ufunc("greater"))
def greater(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Where the first is greater than the second.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("greater", ctx, x1, x2)


@block(
    category="Array/Logic", name="Greater or equal", tags=("compare",), elementwise=True, kernel=Ufunc("greater_equal")
)
def greater_equal(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Where the first is greater than or equal to the second.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("greater_equal", ctx, x1, x2)


@block(category="Array/Logic", name="Less", tags=("compare",), elementwise=True, kernel=Ufunc("less"))
def less(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Where the first is less than the second.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("less", ctx, x1, x2)


@block(category="Array/Logic", name="Less or equal", tags=("compare",), elementwise=True, kernel=Ufunc("less_equal"))
def less_equal(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Where the first is less than or equal to the second.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("less_equal", ctx, x1, x2)


@block(category="Array/Logic", name="Equal", tags=("compare",), elementwise=True, kernel=Ufunc("equal"))
def equal(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Where the two are equal. Not-a-number equals nothing, not even itself.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("equal", ctx, x1, x2)


@block(category="Array/Logic", name="Not equal", tags=("compare",), elementwise=True, kernel=Ufunc("not_equal"))
def not_equal(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Where the two differ.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("not_equal", ctx, x1, x2)


@block(category="Array/Logic", name="And", tags=("mask",), elementwise=True, kernel=Ufunc("logical_and"))
def logical_and(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Where both hold; numbers other than 0 count as true.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("logical_and", ctx, x1, x2)


@block(category="Array/Logic", name="Or", tags=("mask",), elementwise=True, kernel=Ufunc("logical_or"))
def logical_or(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Where at least one holds; numbers other than 0 count as true.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("logical_or", ctx, x1, x2)


@block(category="Array/Logic", name="Not", tags=("mask", "invert"), elementwise=True, kernel=Ufunc("logical_not"))
def logical_not(ctx: Context, x: Array | int | float) -> Array:
    """Where it does not hold; numbers other than 0 count as true.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("logical_not", ctx, x)


@block(category="Array/Logic", name="Is finite", tags=("nan", "missing"), elementwise=True, kernel=Ufunc("isfinite"))
def isfinite(ctx: Context, x: Array | int | float) -> Array:
    """Where a value is a number, neither infinite nor missing (NaN).

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        True or false for each element.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("isfinite", ctx, x)


@block(
    category="Array/Logic",
    name="Where",
    tags=("if", "select", "mask"),
    elementwise=True,
    kernel=Kernel(_KERNELS, "where"),
)
def where(ctx: Context, condition: Array | bool, x: Array | int | float = 1.0, y: Array | int | float = 0.0) -> Array:
    """Choose between two arrays, element by element.

    Parameters
    ----------
    condition
        Numbers other than 0 count as true.
    x
        Taken where the condition holds: array or number.
    y
        Taken elsewhere: array or number.

    Returns
    -------
    out
        The chosen values, of the common shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.into_buffer(kernels.where, ctx, condition, x, y)
