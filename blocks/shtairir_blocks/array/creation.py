"""New arrays, with NumPy's names."""

from typing import Annotated, Literal

from shtairir.block import Array, Param, block
from shtairir_blocks.shapes import arrays

ElementType = Literal["float64", "float32", "int64", "int32", "uint8", "bool"]


@block(category="Array/Create", name="Constant", tags=("literal", "value"), infer=arrays.converted)
def constant(value: Array | int | float = 0.0, dtype: ElementType | None = None) -> Array:
    """Give an array of written numbers.

    Parameters
    ----------
    value
        Numbers in brackets: ``[1, 2, 3]``, or in rows of equal length ``[[1, 2], [3, 4]]``.
    dtype
        Type of the elements; unset to take what the numbers need.

    Returns
    -------
    out
        The array.
    """
    from shtairir_blocks.kernels import array_creation as kernels

    return kernels.convert(value, dtype)


@block(category="Array/Create", name="Array from text", tags=("parse", "numbers"))
def from_text(text: Annotated[str, Param(multiline=True)] = "1 2 3") -> Array:
    """Read numbers that are written as text.

    Parameters
    ----------
    text
        Spaces or commas between columns, new lines or semicolons between rows; or nested lists in brackets.

    Returns
    -------
    out
        The numbers: one axis for one row, else rows and columns.
    """
    from shtairir_blocks.kernels import array_creation as kernels

    return kernels.parse_text(text)


@block(category="Array/Create", name="Range of numbers", tags=("sequence", "counter"), infer=arrays.counted)
def arange(
    start: int | float = 0, stop: int | float = 10, step: int | float = 1, dtype: ElementType | None = None
) -> Array:
    """Count from start up to, not including, stop.

    Parameters
    ----------
    start
        First number.
    stop
        Where the numbers end; it is not among them.
    step
        Distance between neighbours; below 0 to count down.
    dtype
        Type of the elements; unset for whole numbers if all three are whole.

    Returns
    -------
    out
        The numbers, one axis.
    """
    from shtairir_blocks.kernels import array_creation as kernels

    return kernels.arange(start, stop, step, dtype)


@block(category="Array/Create", name="Evenly spaced numbers", tags=("sequence", "interpolate"), infer=arrays.spaced)
def linspace(
    start: float = 0.0, stop: float = 1.0, num: Annotated[int, Param(ge=0)] = 50, endpoint: bool = True
) -> Array:
    """Divide an interval evenly.

    Parameters
    ----------
    start
        First number.
    stop
        Last number.
    num
        How many numbers.
    endpoint
        Whether stop is among them.

    Returns
    -------
    out
        The numbers, one axis.
    """
    import numpy as np

    return np.linspace(start, stop, num, endpoint=endpoint)


@block(category="Array/Create", name="Zeros", tags=("empty", "blank"), infer=arrays.filled)
def zeros(shape: list[int] | int = 10, dtype: ElementType = "float64") -> Array:
    """Make an array of zeros.

    Parameters
    ----------
    shape
        Length of each axis: ``[3, 4]`` for three rows of four, or one number.
    dtype
        Type of the elements.

    Returns
    -------
    out
        The zeros.
    """
    from shtairir_blocks.kernels import array_creation as kernels

    return kernels.full(shape, 0, dtype)


@block(category="Array/Create", name="Ones", tags=("fill",), infer=arrays.filled)
def ones(shape: list[int] | int = 10, dtype: ElementType = "float64") -> Array:
    """Make an array of ones.

    Parameters
    ----------
    shape
        Length of each axis: ``[3, 4]`` for three rows of four, or one number.
    dtype
        Type of the elements.

    Returns
    -------
    out
        The ones.
    """
    from shtairir_blocks.kernels import array_creation as kernels

    return kernels.full(shape, 1, dtype)


@block(category="Array/Create", name="Full", tags=("fill", "constant"), infer=arrays.filled)
def full(shape: list[int] | int = 10, fill_value: int | float = 0.0, dtype: ElementType | None = None) -> Array:
    """Make an array that holds one value everywhere.

    Parameters
    ----------
    shape
        Length of each axis: ``[3, 4]`` for three rows of four, or one number.
    fill_value
        The value.
    dtype
        Type of the elements; unset for the type of the value.

    Returns
    -------
    out
        The filled array.
    """
    from shtairir_blocks.kernels import array_creation as kernels

    return kernels.full(shape, fill_value, dtype)


@block(category="Array/Create", name="Random numbers", tags=("noise", "sample"), infer=arrays.drawn)
def random(
    shape: list[int] | int = 10,
    seed: Annotated[int, Param(ge=0)] = 0,
    distribution: Literal["uniform", "normal", "integers", "exponential"] = "uniform",
    low: float = 0.0,
    high: float = 1.0,
) -> Array:
    """Draw random numbers; the same seed always gives the same ones.

    Parameters
    ----------
    shape
        Length of each axis: ``[3, 4]`` for three rows of four, or one number.
    seed
        Start of the random sequence.
    distribution
        How the numbers are spread.
    low
        Lowest value; the mean of a normal distribution; not used by the exponential one.
    high
        Highest value, itself left out; the standard deviation of a normal distribution, the mean of an
        exponential one.

    Returns
    -------
    out
        The random numbers.
    """
    from shtairir_blocks.kernels import array_creation as kernels

    return kernels.random(shape, seed, distribution, low, high)
