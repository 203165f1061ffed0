"""Conversions that a link may apply: each an explicit, registered function.

A conversion is only registered when it loses nothing a person would miss; everything else is a block, so that
it can be seen on the canvas.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from shtairir.block.annotations import Array, Figure, Image
from shtairir.block.values import Color

if TYPE_CHECKING:
    import numpy

_C = TypeVar("_C", bound=Callable[[Any], Any])


@dataclass(frozen=True, slots=True)
class Conversion:
    """A named function from one family of types to another."""

    source: str
    target: str
    function: Callable[[Any], Any]

    @property
    def name(self) -> str:
        """``int → float``."""
        return f"{self.source} → {self.target}"

    def apply(self, value: Any) -> Any:
        """Convert a value.

        Raises
        ------
        ValueError, TypeError
            When this value cannot be converted, with a sentence.
        """
        return self.function(value)


_registered: dict[tuple[str, str], Conversion] = {}


def conversion(source: str, target: str) -> Callable[[_C], _C]:
    """Register a function as the conversion from one family of types to another."""

    def register(function: _C) -> _C:
        _registered[source, target] = Conversion(source, target, function)
        return function

    return register


def find_conversion(source: str, target: str) -> Conversion | None:
    """Return the conversion between two families, or ``None``."""
    return _registered.get((source, target))


@conversion("bool", "int")
def int_from_bool(value: bool) -> int:
    """False is 0, true is 1."""
    return int(value)


@conversion("bool", "float")
@conversion("int", "float")
def float_from_number(value: float) -> float:
    """A whole number is a number."""
    return float(value)


@conversion("bool", "text")
@conversion("int", "text")
@conversion("float", "text")
def text_from_number(value: object) -> str:
    """A number as it is written; NumPy's numbers like Python's own."""
    item = getattr(value, "item", None)
    return str(item() if item is not None else value)


@conversion("enum", "text")
def text_from_choice(value: object) -> str:
    """A choice by its name."""
    return str(getattr(value, "value", value))


@conversion("path", "text")
def text_from_path(value: os.PathLike[str] | str) -> str:
    """A path as it is written."""
    return os.fspath(value)


@conversion("text", "path")
def path_from_text(value: str) -> Path:
    """A text that names a file or folder."""
    return Path(value)


@conversion("color", "text")
def text_from_color(value: Color) -> str:
    """A colour as ``#rrggbb``."""
    return value.hex


@conversion("text", "color")
def color_from_text(value: str) -> Color:
    """A text such as ``#ff8800``."""
    return Color.parse(value)


@conversion("bool", "array")
@conversion("int", "array")
@conversion("float", "array")
def array_from_number(value: float) -> Array:
    """A number as an array without axes."""
    import numpy as np

    return np.asarray(value)


@conversion("list", "array")
def array_from_list(value: list[Any]) -> Array:
    """A list of numbers, or of lists of equal length."""
    import numpy as np

    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError("The rows of the list differ in length, so it is not an array.") from None
    if array.dtype.kind not in "biufc":
        raise ValueError("The list holds something other than numbers, so it is not an array.")
    return array


@conversion("image", "array")
def array_from_image(value: Image) -> Array:
    """An image is an array ``(height, width[, channel]) float32``."""
    return value


@conversion("array", "image")
def image_from_array(value: Array) -> Image:
    """An array ``(height, width[, 1, 3 or 4])`` as an image.

    Truth values become 0 and 1, whole numbers of 8 or 16 bits are scaled to 0..1, and floating-point numbers must
    lie in 0..1 already (a rounding error of a thousandth is cut off).
    """
    import numpy as np

    if value.ndim not in (2, 3) or (value.ndim == 3 and value.shape[2] not in (1, 3, 4)):
        raise ValueError(
            f"An image has the shape (height, width) or (height, width, 3 or 4); this array has {value.shape}."
        )
    if value.dtype.kind == "b":
        return value.astype(np.float32)
    if value.dtype in (np.uint8, np.uint16):
        return (value / np.float32(np.iinfo(value.dtype).max)).astype(np.float32)
    if value.dtype.kind not in "iuf":
        raise ValueError(f"An image holds real numbers, not {value.dtype}.")
    return _within_unit_range(value)


def _within_unit_range(value: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    import numpy as np

    low, high = (float(np.min(value)), float(np.max(value))) if value.size else (0.0, 0.0)
    if not (low >= -1e-3 and high <= 1 + 1e-3):
        raise ValueError(
            f"The numbers of an image lie in 0..1; this array holds {low:.4g} to {high:.4g}. "
            "Rescale it first, for example with math.remap or array.clip."
        )
    image = value.astype(np.float32, copy=False)
    return np.clip(image, 0, 1) if low < 0 or high > 1 else image


@conversion("figure", "image")
def image_from_figure(value: Figure) -> Image:
    """A chart, painted at its own size and resolution."""
    import numpy as np

    from shtairir.block.figures import paint

    return (paint(value)[..., :3] / np.float32(255)).astype(np.float32)
