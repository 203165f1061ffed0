"""The values that travel along links, and short descriptions of them.

Nothing here imports NumPy or polars: a value of theirs can only exist if somebody else did.
"""

from __future__ import annotations

import functools
import itertools
import math
import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

_SAMPLED_FROM = 1 << 16
"""Above this many elements, the range of an array is taken from an evenly spaced sample."""

_SAMPLED_PART = 1 << 9
"""One of so many elements is looked at, which takes no time beside what the array took to make."""

_LEAST_SAMPLED = 480
"""Of so few, NumPy finds the range without letting go of the interpreter, and so without waiting to get it back."""

_LOOKED_AT = 1000
"""Of how many items of a list the size is looked at; the others are taken to be as large."""

_DEEPEST = 50
"""How many lists inside lists are looked into."""

_SAMPLED_ROWS = 16
"""A sample is taken in so many pieces: single elements far apart would each cost a look into far memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Sound: samples and how fast they follow one another.

    Attributes
    ----------
    samples
        ``(frames, channels) float32``, -1..1.
    rate_hz
        Frames per second.
    """

    samples: numpy.ndarray[Any, Any]
    rate_hz: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz if self.rate_hz else 0.0


_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


@dataclass(frozen=True, slots=True)
class Color:
    """A colour in sRGB, each part in 0..1.

    Examples
    --------
    >>> Color.parse("#ff8000").hex
    '#ff8000'
    """

    r: float
    g: float
    b: float
    a: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Color:
        """Read ``#rgb``, ``#rrggbb`` or ``#rrggbbaa``.

        Raises
        ------
        ValueError
            When the text is none of these.
        """
        match = _HEX.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"'{text}' is not a colour: write it as #rrggbb, for example #ff8800.")
        digits = match[1] if len(match[1]) > 3 else "".join(digit * 2 for digit in match[1])
        return cls(*(int(digits[start : start + 2], 16) / 255 for start in range(0, len(digits), 2)))

    @property
    def hex(self) -> str:
        """The colour as ``#rrggbb``, with ``aa`` behind it unless it is opaque."""
        parts = (self.r, self.g, self.b) if self.a >= 1 else (self.r, self.g, self.b, self.a)
        return "#" + "".join(f"{round(min(max(part, 0), 1) * 255):02x}" for part in parts)


@dataclass(frozen=True, slots=True)
class ValueSummary:
    """What can be said of a value in a line, without keeping the value.

    Attributes
    ----------
    kind
        ``array``, ``table``, ``text``, ... : the family of its type.
    text
        The line.
    minimum, maximum
        The range of an array's numbers, of a sample when the array is large; ``None`` if there is none.
    """

    kind: str
    text: str
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    nbytes: int = 0
    length: int | None = None


def summarize(value: object, kind: str | None = None) -> ValueSummary:
    """Describe a value in bounded time.

    Parameters
    ----------
    kind
        The family of the port's type, where it is known: an image is told from an array by it.
    """
    size = nbytes_of(value)
    if _is_array(value):
        return _summarize_array(value, kind if kind == "image" else "array", size)
    if _is_table(value):
        rows, columns = value.shape  # type: ignore[attr-defined]
        text = f"table, {rows:,} rows × {columns:,} columns"
        return ValueSummary("table", text, shape=(rows, columns), nbytes=size, length=rows)
    if isinstance(value, Audio):
        text = f"audio, {value.duration_s:.2f} s at {value.rate_hz:,} Hz"
        return ValueSummary("audio", text, shape=tuple(value.samples.shape), nbytes=size)
    if isinstance(value, list | tuple | dict | set):
        noun = "entries" if isinstance(value, dict) else "items"
        text = f"{type(value).__name__} of {len(value):,} {noun}"
        family = "list" if isinstance(value, list | tuple) else "dict" if isinstance(value, dict) else "any"
        return ValueSummary(family, text, nbytes=size, length=len(value))
    if isinstance(value, str):
        return ValueSummary("text", describe(value), nbytes=size, length=len(value))
    return ValueSummary(kind or _scalar_kind(value), describe(value), nbytes=size)


def _scalar_kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, os.PathLike):
        return "path"
    return {"Color": "color", "Figure": "figure"}.get(type(value).__name__, "any")


def _summarize_array(array: Any, kind: str, size: int) -> ValueSummary:
    low, high = _range_of(array)
    shape = " × ".join(map(str, array.shape)) or "single value"
    span = f", {low:.4g} to {high:.4g}" if low is not None and high is not None else ""
    dtype = _named(array.dtype)
    return ValueSummary(
        kind,
        f"{kind}, {shape} {dtype}{span}",
        shape=tuple(array.shape),
        dtype=dtype,
        minimum=low,
        maximum=high,
        nbytes=size,
        length=len(array) if array.ndim else None,
    )


@functools.lru_cache(256)
def _named(dtype: Any) -> str:
    """Return the name of a type of elements, which NumPy puts together anew each time, in ten microseconds."""
    return str(dtype)


def _range_of(array: Any) -> tuple[float | None, float | None]:
    """Return the least and the greatest number, NaN left out, of a sample if the array is large."""
    if array.dtype.kind not in "biuf" or array.size == 0:
        return None, None
    import numpy as np

    pieces = _sample(array) if array.size > _SAMPLED_FROM else (array,)
    low = min((float(np.fmin.reduce(piece, axis=None)) for piece in pieces), key=_nan_last)
    high = max((float(np.fmax.reduce(piece, axis=None)) for piece in pieces), key=_nan_first)
    return (None, None) if math.isnan(low) else (low, high)


def _nan_last(number: float) -> float:
    return math.inf if math.isnan(number) else number


def _nan_first(number: float) -> float:
    return -math.inf if math.isnan(number) else number


def _sample(array: Any) -> tuple[Any, ...]:
    """Return pieces of a large array: a small part of it, and what rises or falls has its range at its ends."""
    wanted = max(array.size // _SAMPLED_PART, _LEAST_SAMPLED)
    if array.flags.c_contiguous or array.flags.f_contiguous:
        flat, width = array.ravel(order="K"), wanted // _SAMPLED_ROWS
        rows = flat[: flat.size // _SAMPLED_ROWS * _SAMPLED_ROWS].reshape(_SAMPLED_ROWS, -1)
        return rows[:, :width], flat[-width:]
    step = math.ceil((array.size / wanted) ** (1 / array.ndim))
    return (array[(slice(None, None, step),) * array.ndim],)


def describe(value: object) -> str:
    """Return a few words about a value, for an error message.

    Examples
    --------
    >>> describe("coins"), describe(3), describe([1, 2])
    ("the text 'coins'", 'the number 3', 'a list of 2 items')
    """
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text {_shorten(value)!r}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {_shorten(repr(value))}" if not _is_huge(value) else "a huge number"
    if _is_array(value):
        return f"an array of {value.dtype} with shape {value.shape}"  # type: ignore[attr-defined]
    if _is_table(value):
        return f"a table with {value.height:,} rows"  # type: ignore[attr-defined]
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)} items"
    if isinstance(value, dict):
        return f"a dictionary of {len(value)} entries"
    if isinstance(value, os.PathLike):
        return f"the path {os.fspath(value)!r}"
    if isinstance(value, Color):
        return f"the colour {value.hex}"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _is_huge(value: int | float) -> bool:
    # repr of an int with thousands of digits raises; its bit length is free to ask for.
    return isinstance(value, int) and value.bit_length() > 256


def _shorten(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def nbytes_of(value: object) -> int:
    """Return the memory that a value holds, in bytes; views count as what they show.

    A list or dictionary that stands in several places of the value counts once, however often it is come by.
    """
    if isinstance(value, list | tuple | dict):
        return _nbytes_with_items(value, set(), _DEEPEST)
    if _is_array(value):
        return int(value.nbytes)  # type: ignore[attr-defined]
    if _is_table(value):
        return int(value.estimated_size())  # type: ignore[attr-defined]
    if isinstance(value, Audio):
        return int(value.samples.nbytes)
    return sys.getsizeof(value)


def _nbytes_with_items(value: Any, seen: set[int], depth: int) -> int:
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if not depth:
        return sys.getsizeof(value)
    looked_at = 0
    for item in itertools.islice(value.values() if isinstance(value, dict) else value, _LOOKED_AT):
        if isinstance(item, list | tuple | dict):
            looked_at += _nbytes_with_items(item, seen, depth - 1)
        else:
            looked_at += nbytes_of(item)
    return sys.getsizeof(value) + looked_at * max(len(value), 1) // max(min(len(value), _LOOKED_AT), 1)


def read_only(value: object) -> object:
    """Return a view that cannot be written through, for an array; anything else as it is."""
    if _is_array(value) and hasattr(value, "setflags") and value.flags.writeable:  # type: ignore[attr-defined]
        view = value.view()  # type: ignore[attr-defined]
        view.setflags(write=False)
        return view
    return value


def _is_array(value: object) -> bool:
    return isinstance(value, (loaded_class("numpy", "ndarray"), loaded_class("numpy", "generic")))


def _is_table(value: object) -> bool:
    return isinstance(value, loaded_class("polars", "DataFrame"))


class _NoInstances:
    """Stands for the class of a library that is not there."""


def loaded_class(module: str, name: str) -> type[Any]:
    """Return a class of a library that is loaded, else a class without instances; nothing is imported.

    While another thread imports the library, its module is there but not yet its classes.
    """
    found: type[Any] = getattr(sys.modules.get(module), name, _NoInstances)
    return found
