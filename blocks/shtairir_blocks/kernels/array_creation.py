"""New arrays: from written numbers, from ranges and from seeded random generators."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shape = int | Sequence[int]


def parse_shape(shape: Shape) -> tuple[int, ...]:
    """Read a shape given as one length or as a list of lengths.

    Raises
    ------
    ValueError
        If a length is negative or not a whole number.
    """
    lengths = [shape] if isinstance(shape, int | float) else list(shape)
    if any(int(length) != length for length in lengths):
        raise ValueError(f"{shape!r} is not a shape. Write whole numbers, such as [3, 4].")
    if any(length < 0 for length in lengths):
        raise ValueError(f"The shape {shape!r} has a negative length. Lengths start at 0.")
    return tuple(int(length) for length in lengths)


def parse_text(text: str) -> Array:
    """Make an array of numbers written as text.

    Either a list in brackets (``"[[1, 2], [3, 4]]"``), or plain numbers: commas or spaces between columns,
    new lines or semicolons between rows (``"1 2; 3 4"``).

    Raises
    ------
    ValueError
        If something in it is no number, or rows differ in length.
    """
    try:
        array = np.asarray(_read_numbers(text.strip()))
    except (ValueError, SyntaxError):
        raise ValueError(
            f"{text!r} is not a table of numbers. Write 1, 2, 3 or, in rows of equal length, 1 2; 3 4 or "
            "[[1, 2], [3, 4]]."
        ) from None
    if array.dtype.kind not in "biufc":
        raise ValueError("An array holds numbers; this text holds something else too.")
    return array


def _read_numbers(text: str) -> Any:
    if text.startswith(("[", "(")):
        return ast.literal_eval(text)
    rows = [row.replace(",", " ").split() for row in text.replace(";", "\n").splitlines()]
    numbers = [[_number(word) for word in row] for row in rows if row]
    return numbers[0] if len(numbers) == 1 else numbers


def convert(value: Any, dtype: str | None) -> Array:
    """Give numbers another type; refuses those that the type cannot hold.

    Raises
    ------
    ValueError
        If a value is missing, infinite or out of range for whole numbers.
    """
    array = np.asarray(value)
    if dtype is None or array.dtype == dtype:
        return array
    wanted = np.dtype(dtype)
    if wanted.kind in "iu" and array.dtype.kind in "iuf" and array.size:
        limits = np.iinfo(wanted)
        low, high = array.min(), array.max()
        # Written so that a missing value, for which no comparison holds, is refused too.
        if not (limits.min <= low and high <= limits.max):
            raise ValueError(
                f"Values from {low:g} to {high:g} do not fit into {dtype}, which holds whole numbers from "
                f"{limits.min} to {limits.max}. Clip or scale them first, or choose another type."
            )
    return array.astype(wanted)


def cast(a: Any, dtype: str | None, out: Array | None = None) -> Array:
    """Convert as `convert` does, into a buffer if one is given."""
    converted = convert(a, dtype)
    if out is None:
        return converted
    np.copyto(out, converted)
    return out


def full(shape: Shape, value: float, dtype: str | None) -> Array:
    """An array that holds `value` everywhere."""
    return np.full(parse_shape(shape), value, dtype)


def arange(start: float, stop: float, step: float, dtype: str | None) -> Array:
    """Evenly stepped numbers from `start` up to, not including, `stop`; whole numbers stay whole."""
    if step == 0:
        raise ValueError("The step is 0, so the range would never end. Give a step above or below 0.")
    bounds = [_narrow(number) for number in (start, stop, step)]
    return np.arange(*bounds, dtype=dtype)


def random(shape: Shape, seed: int, distribution: str, low: float, high: float) -> Array:
    """Seeded random numbers, the same on every machine.

    `low` and `high` are the bounds (`uniform`, `integers`, both with `high` excluded), or the mean and the
    standard deviation (`normal`); `exponential` reads `high` as its scale.
    """
    lengths = parse_shape(shape)
    generator = np.random.default_rng(seed)
    if distribution == "normal":
        if high < 0:
            raise ValueError("The standard deviation (high) of a normal distribution cannot be below 0.")
        return generator.normal(low, high, lengths)
    if distribution == "exponential":
        if high < 0:
            raise ValueError("The scale (high) of an exponential distribution cannot be below 0.")
        return generator.exponential(high, lengths)
    if low > high or (distribution == "integers" and int(low) >= int(high)):
        raise ValueError(f"The lowest value ({low:g}) must be below the highest ({high:g}).")
    if distribution == "integers":
        return generator.integers(int(low), int(high), lengths)
    return generator.uniform(low, high, lengths)


def _narrow(number: float) -> int | float:
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _number(word: str) -> int | float:
    try:
        return int(word)
    except ValueError:
        return float(word)
