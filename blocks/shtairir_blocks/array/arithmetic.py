"""Arithmetic on arrays, element by element, with NumPy's names.

Each block broadcasts its inputs and writes into a pooled buffer of the run.
"""

from shtairir.block import Array, Context, block
from shtairir.block.elementwise import Ufunc


@block(category="Array/Arithmetic", name="Add", tags=("plus", "sum"), elementwise=True, kernel=Ufunc("add"))
def add(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Add two arrays, or an array and a number, element by element.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        The results, of the common shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("add", ctx, x1, x2)


@block(
    category="Array/Arithmetic",
    name="Subtract",
    tags=("minus", "difference"),
    elementwise=True,
    kernel=Ufunc("subtract"),
)
def subtract(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Subtract the second from the first, element by element.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number to subtract.

    Returns
    -------
    out
        The results, of the common shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("subtract", ctx, x1, x2)


@block(
    category="Array/Arithmetic", name="Multiply", tags=("times", "product"), elementwise=True, kernel=Ufunc("multiply")
)
def multiply(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Multiply two arrays, or an array and a number, element by element.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        The results, of the common shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("multiply", ctx, x1, x2)


@block(category="Array/Arithmetic", name="Divide", tags=("quotient",), elementwise=True, kernel=Ufunc("divide"))
def divide(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Divide the first by the second, element by element. Division by zero gives infinity and a warning.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number to divide by.

    Returns
    -------
    out
        The quotients, always floating-point.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("divide", ctx, x1, x2)


@block(category="Array/Arithmetic", name="Power", tags=("exponent",), elementwise=True, kernel=Ufunc("power"))
def power(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """Raise the first to the power of the second, element by element.

    Parameters
    ----------
    x1
        The bases: array or number.
    x2
        The exponents: array or number.

    Returns
    -------
    out
        The results, of the common shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("power", ctx, x1, x2)


@block(
    category="Array/Arithmetic", name="Remainder", tags=("modulo", "mod"), elementwise=True, kernel=Ufunc("remainder")
)
def remainder(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """The remainder of a division, element by element, with the sign of the divisor.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number to divide by.

    Returns
    -------
    out
        The remainders, of the common shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("remainder", ctx, x1, x2)


@block(category="Array/Arithmetic", name="Maximum of two", tags=("larger",), elementwise=True, kernel=Ufunc("maximum"))
def maximum(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """The larger of two, element by element. Not a number if either is not.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        The results, of the common shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("maximum", ctx, x1, x2)


@block(category="Array/Arithmetic", name="Minimum of two", tags=("smaller",), elementwise=True, kernel=Ufunc("minimum"))
def minimum(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """The smaller of two, element by element. Not a number if either is not.

    Parameters
    ----------
    x1
        Array or number.
    x2
        Array or number.

    Returns
    -------
    out
        The results, of the common shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("minimum", ctx, x1, x2)


@block(category="Array/Arithmetic", name="Angle", tags=("atan2", "arctan"), elementwise=True, kernel=Ufunc("arctan2"))
def arctan2(ctx: Context, x1: Array | int | float, x2: Array | int | float) -> Array:
    """The angle of the point (x2, x1) seen from the x axis, in radians, -π to π.

    Parameters
    ----------
    x1
        The y coordinates.
    x2
        The x coordinates.

    Returns
    -------
    out
        The angles in radians.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("arctan2", ctx, x1, x2)
