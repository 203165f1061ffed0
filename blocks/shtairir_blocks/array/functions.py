"""Functions of one array, element by element, with NumPy's names."""

from typing import Annotated

from shtairir.block import Array, Context, Param, block
from shtairir.block.elementwise import Kernel, Ufunc

_KERNELS = "shtairir_blocks.kernels.array_elementwise"


@block(category="Array/Functions", name="Square root", tags=("root",), elementwise=True, kernel=Ufunc("sqrt"))
def sqrt(ctx: Context, x: Array | int | float) -> Array:
    """The square root of each element. Below zero it is not a number, with a warning.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("sqrt", ctx, x)


@block(category="Array/Functions", name="Square", tags=("power",), elementwise=True, kernel=Ufunc("square"))
def square(ctx: Context, x: Array | int | float) -> Array:
    """Each element times itself.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("square", ctx, x)


@block(category="Array/Functions", name="Exponential", tags=("growth",), elementwise=True, kernel=Ufunc("exp"))
def exp(ctx: Context, x: Array | int | float) -> Array:
    """The exponential function e^x of each element.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("exp", ctx, x)


@block(category="Array/Functions", name="Natural logarithm", tags=("ln",), elementwise=True, kernel=Ufunc("log"))
def log(ctx: Context, x: Array | int | float) -> Array:
    """The natural logarithm of each element.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("log", ctx, x)


@block(
    category="Array/Functions", name="Logarithm to base 10", tags=("decibel",), elementwise=True, kernel=Ufunc("log10")
)
def log10(ctx: Context, x: Array | int | float) -> Array:
    """The logarithm to base 10 of each element.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("log10", ctx, x)


@block(category="Array/Functions", name="Sine", tags=("trigonometry",), elementwise=True, kernel=Ufunc("sin"))
def sin(ctx: Context, x: Array | int | float) -> Array:
    """The sine of each element.

    Parameters
    ----------
    x
        Angles in radians: array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("sin", ctx, x)


@block(category="Array/Functions", name="Cosine", tags=("trigonometry",), elementwise=True, kernel=Ufunc("cos"))
def cos(ctx: Context, x: Array | int | float) -> Array:
    """The cosine of each element.

    Parameters
    ----------
    x
        Angles in radians: array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("cos", ctx, x)


@block(category="Array/Functions", name="Hyperbolic tangent", tags=("sigmoid",), elementwise=True, kernel=Ufunc("tanh"))
def tanh(ctx: Context, x: Array | int | float) -> Array:
    """The hyperbolic tangent of each element.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("tanh", ctx, x)


@block(
    category="Array/Functions",
    name="Absolute value",
    tags=("abs", "magnitude"),
    elementwise=True,
    kernel=Ufunc("absolute"),
)
def absolute(ctx: Context, x: Array | int | float) -> Array:
    """The size of each element without its sign.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("absolute", ctx, x)


@block(category="Array/Functions", name="Negate", tags=("minus",), elementwise=True, kernel=Ufunc("negative"))
def negative(ctx: Context, x: Array | int | float) -> Array:
    """Each element with its sign turned round.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("negative", ctx, x)


@block(category="Array/Functions", name="Round down", tags=("integer",), elementwise=True, kernel=Ufunc("floor"))
def floor(ctx: Context, x: Array | int | float) -> Array:
    """The greatest whole number not above each element.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("floor", ctx, x)


@block(category="Array/Functions", name="Round up", tags=("integer",), elementwise=True, kernel=Ufunc("ceil"))
def ceil(ctx: Context, x: Array | int | float) -> Array:
    """The least whole number not below each element.

    Parameters
    ----------
    x
        Array or number.

    Returns
    -------
    out
        The results, of the same shape.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.apply("ceil", ctx, x)


@block(
    category="Array/Functions", name="Round", tags=("decimals",), elementwise=True, kernel=Kernel(_KERNELS, "round_to")
)
def round_(ctx: Context, a: Array | int | float, decimals: Annotated[int, Param(ge=-12, le=12)] = 0) -> Array:
    """Round each element to a number of decimals; halves go to the even neighbour.

    Parameters
    ----------
    a
        Array or number.
    decimals
        Digits after the point; negative ones round to tens, hundreds and so on.

    Returns
    -------
    out
        The rounded values, of the same shape and type.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    return kernels.into_buffer(kernels.round_to, ctx, a, decimals)


@block(
    category="Array/Functions", name="Clip", tags=("limit", "clamp"), elementwise=True, kernel=Kernel(_KERNELS, "clip")
)
def clip(
    ctx: Context,
    a: Array | int | float,
    a_min: Annotated[Array | int | float | None, Param(label="minimum")] = None,
    a_max: Annotated[Array | int | float | None, Param(label="maximum")] = None,
) -> Array:
    """Limit each element to a range.

    Parameters
    ----------
    a
        Array or number.
    a_min
        Smaller values become this; unset for no lower limit.
    a_max
        Larger values become this; unset for no upper limit.

    Returns
    -------
    out
        The limited values.
    """
    from shtairir_blocks.kernels import array_elementwise as kernels

    if a_min is None and a_max is None:
        return kernels.clip(a, None, None)  # the array itself: nothing to write
    return kernels.into_buffer(kernels.clip, ctx, a, a_min, a_max)
