"""Math blocks: calculation with single numbers."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Literal

from shtairir.block import Param, block

Operand = Annotated[float, Param(port=True)]


@block(category="Math/Value", name="Number", tags=("constant", "literal", "float"))
def number(value: float = 0.0) -> float:
    """Give a number.

    Parameters
    ----------
    value
        The number.

    Returns
    -------
    out
        The same number.
    """
    return value


@block(category="Math/Value", name="Whole number", tags=("constant", "literal", "int"))
def integer(value: int = 0) -> int:
    """Give a whole number.

    Parameters
    ----------
    value
        The number.

    Returns
    -------
    out
        The same number.
    """
    return value


@block(category="Math/Value", name="Mathematical constant", tags=("pi", "e", "tau"))
def constant(which: Literal["pi", "e", "tau", "golden ratio", "square root of 2"] = "pi") -> float:
    """Give a well-known number.

    Parameters
    ----------
    which
        Which one.

    Returns
    -------
    out
        Its value, to 16 digits.
    """
    values = {
        "pi": math.pi,
        "e": math.e,
        "tau": math.tau,
        "golden ratio": (1 + math.sqrt(5)) / 2,
        "square root of 2": math.sqrt(2),
    }
    return values[which]


@block(category="Math/Value", name="Random number", tags=("dice", "chance"))
def random(seed: int = 0, low: float = 0.0, high: float = 1.0) -> float:
    """Draw a random number; the same seed always gives the same one.

    Parameters
    ----------
    seed
        Another seed gives another number.
    low
        Lowest value.
    high
        Highest value.

    Returns
    -------
    out
        The number.
    """
    from random import Random

    if low > high:
        raise ValueError(f"The lowest value ({low:g}) lies above the highest ({high:g}). Swap them.")
    return Random(seed).uniform(low, high)


@block(category="Math/Arithmetic", name="Add", tags=("plus", "sum"))
def add(a: Operand = 0.0, b: Operand = 0.0) -> float:
    """Add two numbers.

    Parameters
    ----------
    a
        First number.
    b
        Second number.

    Returns
    -------
    out
        Their sum.
    """
    return a + b


@block(category="Math/Arithmetic", name="Subtract", tags=("minus", "difference"))
def subtract(a: Operand = 0.0, b: Operand = 0.0) -> float:
    """Subtract the second number from the first.

    Parameters
    ----------
    a
        First number.
    b
        Number to take away.

    Returns
    -------
    out
        Their difference.
    """
    return a - b


@block(category="Math/Arithmetic", name="Multiply", tags=("times", "product"))
def multiply(a: Operand = 1.0, b: Operand = 1.0) -> float:
    """Multiply two numbers.

    Parameters
    ----------
    a
        First number.
    b
        Second number.

    Returns
    -------
    out
        Their product.
    """
    return a * b


@block(category="Math/Arithmetic", name="Divide", tags=("quotient", "ratio"))
def divide(a: Operand = 1.0, b: Operand = 1.0) -> float:
    """Divide the first number by the second.

    Parameters
    ----------
    a
        Number to divide.
    b
        Number to divide by, not 0.

    Returns
    -------
    out
        Their quotient.
    """
    if b == 0:
        raise ValueError(f"{a:g} cannot be divided by 0. Check what feeds b.")
    return a / b


@block(category="Math/Arithmetic", name="Remainder", tags=("modulo", "mod"))
def modulo(a: Operand = 0.0, b: Operand = 1.0) -> float:
    """Give what is left of a division, with the sign of the divisor.

    Parameters
    ----------
    a
        Number to divide.
    b
        Number to divide by, not 0.

    Returns
    -------
    out
        The remainder, such as 1 for 7 and 3.
    """
    if b == 0:
        raise ValueError(f"{a:g} divided by 0 has no remainder. Check what feeds b.")
    return a % b


@block(category="Math/Arithmetic", name="Power", tags=("exponent", "square", "raise"))
def power(base: Operand = 2.0, exponent: Operand = 2.0) -> float:
    """Raise a number to a power.

    Parameters
    ----------
    base
        Number to raise.
    exponent
        The power: 2 for the square, 0.5 for the square root.

    Returns
    -------
    out
        The result.
    """
    try:
        return math.pow(base, exponent)
    except ValueError:
        raise ValueError(
            f"{base:g} to the power of {exponent:g} is not a number: a base below 0 needs a whole exponent, "
            "and a base of 0 one above 0."
        ) from None
    except OverflowError:
        raise ValueError(f"{base:g} to the power of {exponent:g} is too large for a number.") from None


@block(category="Math/Functions", name="Function", tags=("sqrt", "log", "exp", "sin", "cos", "tan"))
def function(
    x: Operand = 1.0,
    which: Literal[
        "square root",
        "exponential",
        "natural logarithm",
        "logarithm to base 10",
        "sine",
        "cosine",
        "tangent",
        "reciprocal",
    ] = "square root",
) -> float:
    """Apply a mathematical function to a number.

    Parameters
    ----------
    x
        The number; an angle in radians for sine, cosine and tangent.
    which
        The function.

    Returns
    -------
    out
        Its value.
    """
    functions: dict[str, Callable[[float], float]] = {
        "square root": math.sqrt,
        "exponential": math.exp,
        "natural logarithm": math.log,
        "logarithm to base 10": math.log10,
        "sine": math.sin,
        "cosine": math.cos,
        "tangent": math.tan,
        "reciprocal": lambda number: 1 / number,
    }
    try:
        return functions[which](x)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"The {which} of {x:g} is not defined. Check what feeds x.") from None
    except OverflowError:
        raise ValueError(f"The {which} of {x:g} is too large for a number.") from None


@block(category="Math/Functions", name="Absolute value", tags=("magnitude", "sign"))
def abs_(x: Operand = 0.0) -> float:
    """Drop the sign of a number.

    Parameters
    ----------
    x
        The number.

    Returns
    -------
    out
        Its size.
    """
    return math.fabs(x)


@block(category="Math/Functions", name="Negate", tags=("minus", "sign"))
def negate(x: Operand = 0.0) -> float:
    """Turn the sign of a number round.

    Parameters
    ----------
    x
        The number.

    Returns
    -------
    out
        Its negative.
    """
    return -x


@block(category="Math/Functions", name="Round", tags=("integer", "floor", "ceil"))
def round_(
    x: Operand = 0.0,
    digits: Annotated[int, Param(ge=-12, le=15)] = 0,
    direction: Literal["nearest", "down", "up", "toward zero"] = "nearest",
) -> int | float:
    """Round a number.

    Parameters
    ----------
    x
        The number.
    digits
        Digits to keep after the point; 0 gives a whole number.
    direction
        Which way; nearest rounds halves to the even neighbour.

    Returns
    -------
    out
        The rounded number, a whole one unless digits are kept.
    """
    if not math.isfinite(x):
        raise ValueError(f"{x} cannot be rounded. Check what feeds x.")
    if digits == 0:
        return _whole(x, direction)
    if direction == "nearest":
        rounded = round(x, digits)
    else:
        # In decimal, so that 0.29 rounded down to two digits is not 0.28.
        factor = Decimal(10) ** digits
        rounded = float(_whole(Decimal(repr(float(x))) * factor, direction) / factor)
    return int(rounded) if digits < 0 else rounded


@block(category="Math/Functions", name="Smaller", tags=("minimum", "least"))
def min_(a: Operand = 0.0, b: Operand = 0.0) -> float:
    """Give the smaller of two numbers.

    Parameters
    ----------
    a
        First number.
    b
        Second number.

    Returns
    -------
    out
        The smaller one.
    """
    return min(a, b)


@block(category="Math/Functions", name="Larger", tags=("maximum", "greatest"))
def max_(a: Operand = 0.0, b: Operand = 0.0) -> float:
    """Give the larger of two numbers.

    Parameters
    ----------
    a
        First number.
    b
        Second number.

    Returns
    -------
    out
        The larger one.
    """
    return max(a, b)


@block(category="Math/Functions", name="Clamp", tags=("limit", "clip", "range"))
def clamp(x: Operand = 0.0, low: float = 0.0, high: float = 1.0) -> float:
    """Keep a number within limits.

    Parameters
    ----------
    x
        The number.
    low
        Lower limit.
    high
        Upper limit.

    Returns
    -------
    out
        The number, or the limit that it would pass.
    """
    if low > high:
        raise ValueError(f"The lower limit ({low:g}) lies above the upper one ({high:g}). Swap them.")
    return min(max(x, low), high)


@block(category="Math/Functions", name="Remap", tags=("scale", "range", "map", "lerp"))
def remap(
    x: Operand = 0.5,
    from_low: float = 0.0,
    from_high: float = 1.0,
    to_low: float = 0.0,
    to_high: float = 100.0,
    clamp: bool = False,
) -> float:
    """Carry a number from one range over to another.

    Parameters
    ----------
    x
        The number.
    from_low
        This becomes to_low.
    from_high
        This becomes to_high.
    to_low
        Lower end of the new range.
    to_high
        Upper end of the new range.
    clamp
        Keep the result within the new range.

    Returns
    -------
    out
        The number in the new range.
    """
    if from_low == from_high:
        raise ValueError(f"The range to map from is a single point ({from_low:g}). Give two different ends.")
    share = (x - from_low) / (from_high - from_low)
    if clamp:
        share = min(max(share, 0.0), 1.0)
    return to_low + share * (to_high - to_low)


def _whole(x: float | Decimal, direction: str) -> int:
    if direction == "down":
        return math.floor(x)
    if direction == "up":
        return math.ceil(x)
    return math.trunc(x) if direction == "toward zero" else round(x)
