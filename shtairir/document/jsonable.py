"""From Python values to what a graph file can hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import PurePath

from shtairir.document.model import JsonValue, Point
from shtairir.errors import EditError

MAX_DEPTH = 64
"""How deeply lists and objects may be nested; the same limit holds for reading a file."""

MAX_INT_DIGITS = 308
_LARGEST_INT = 10**MAX_INT_DIGITS

_LINK_IT = "Link the input to a node that makes the value instead."


def to_json(value: object, *, depth: int = 48) -> JsonValue:
    """Return ``value`` as JSON, sharing nothing that can change with the caller.

    Paths, enums, colours, NumPy scalars and arrays, tuples and sets of text are accepted. The default depth leaves
    room for the levels of the file around the value.

    Raises
    ------
    EditError
        When a graph file cannot hold the value.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return to_json(value.value, depth=depth)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float):
        return _number(value)
    if depth == 0:
        raise EditError("The value is nested too deeply for a graph file.", hint=_LINK_IT)
    if isinstance(value, Mapping):
        return {_key(key): to_json(item, depth=depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item, depth=depth - 1) for item in value]
    return _foreign(value, depth)


def to_point(position: Iterable[object]) -> Point:
    """Return two numbers as a place on the canvas.

    Raises
    ------
    EditError
        When they are something else.
    """
    numbers = to_json(list(position))
    if isinstance(numbers, list) and len(numbers) == 2:
        x, y = numbers
        if isinstance(x, int | float) and isinstance(y, int | float):
            return (float(x), float(y))
    raise EditError("A position is two numbers, x and y.", hint="For example (120, 40).")


def _number(value: int | float) -> int | float:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise EditError(f"A graph file cannot hold the number {value}.", hint="Use a finite number.")
        return float(value)
    if not -_LARGEST_INT < value < _LARGEST_INT:
        raise EditError(f"The whole number has more than {MAX_INT_DIGITS} digits.", hint="Use a smaller number.")
    return int(value)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise EditError(f"A graph file cannot hold {key!r} as the name of a field.", hint="Use text as keys.")
    return str(key)


def _foreign(value: object, depth: int) -> JsonValue:
    """Values of other libraries, told by what they can do so that none is imported."""
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(text := getattr(value, "hex", None), str):
        return text
    if callable(convert := getattr(value, "tolist", None)):
        converted = convert()
        if type(converted) is not type(value):
            return to_json(converted, depth=depth)
    raise EditError(f"A graph file cannot hold a value of type {type(value).__name__}.", hint=_LINK_IT)


def same_json(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are written alike: unlike ``==`` it tells ``1`` from ``1.0`` and ``True``."""
    return repr(one) == repr(other)
