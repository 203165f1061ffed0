"""A picture as the viewer paints it: the full size and ever smaller copies of it.

Painting a picture of 100 megapixels into 300 points must not read 100 megapixels every frame, so the
viewer picks the smallest copy that is still fine enough. Building them happens off the Qt thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtGui import QImage

from .levels import Shade
from .pixels import AnyArray, Bytes, halved, qimage

AS_IT_IS = Shade()
_SMALLEST = 512


@dataclass(frozen=True, slots=True)
class Picture:
    """Levels of one picture, each half as large as the one before."""

    levels: tuple[QImage, ...]

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.levels[0].width()

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.levels[0].height()

    def level_for(self, scale: float) -> QImage:
        """Return the smallest level that has at least one pixel per device pixel at this scale."""
        index = 0
        while index + 1 < len(self.levels) and scale * 2 ** (index + 1) <= 1:
            index += 1
        return self.levels[index]


def picture_of(image: AnyArray, shade: Shade = AS_IT_IS) -> Picture:
    """Return the picture of an image array."""
    return picture_of_bytes(shade.bytes_of(image))


def picture_of_bytes(pixels: Bytes) -> Picture:
    """Return the picture of ``uint8`` pixels."""
    levels = [qimage(pixels)]
    while max(pixels.shape[:2]) > _SMALLEST and min(pixels.shape[:2]) >= 2:
        pixels = halved(pixels)
        levels.append(qimage(pixels))
    return Picture(tuple(levels))


def describe_pixel(array: AnyArray, x: int, y: int) -> str:
    """Return the place and the value of one pixel, for people."""
    return f"x {x}  y {y}    {values_at(array, x, y)}"


def values_at(array: AnyArray, x: int, y: int) -> str:
    """Return the value of one pixel, channel by channel."""
    value: Any = array[y, x]
    return "  ".join(_number(part) for part in (value if isinstance(value, np.ndarray) else [value]))


def _number(value: Any) -> str:
    if isinstance(value, np.floating):
        return f"{value:.3f}" if abs(value) < 1000 else f"{value:.4g}"
    return str(value)
