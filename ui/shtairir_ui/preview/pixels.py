"""NumPy arrays as pictures. Everything here is pure and may be called from any thread.

A picture that is to be shown small is thinned out before it is converted, so a thumbnail of a large
array costs about as much as one of a small array.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

Bytes = NDArray[np.uint8]
AnyArray = NDArray[Any]

# A ramp from dark blue over teal to pale yellow: lightness rises evenly, so it also reads in grey.
_RAMP = (
    (0.00, (38, 24, 74)),
    (0.25, (52, 78, 140)),
    (0.50, (33, 139, 141)),
    (0.75, (108, 194, 107)),
    (1.00, (250, 231, 85)),
)
_GROUND = (24, 26, 31)
NAN_COLOR = (214, 64, 92)
"""Shown where a heat map has no number."""


def is_image_shaped(array: AnyArray) -> bool:
    """Return whether the array has the shape and type of an image: (height, width[, 3 or 4])."""
    if array.size == 0 or array.dtype.kind not in "buif":
        return False
    return array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))


def thin_out(array: AnyArray, width: int, height: int) -> AnyArray:
    """Return every n-th row and column, so that at least `width` × `height` remain where there are."""
    step = max(1, min(array.shape[0] // max(height, 1), array.shape[1] // max(width, 1)))
    return array[::step, ::step] if step > 1 else array


def to_bytes(image: AnyArray) -> Bytes:
    """Return image values as ``uint8``; floats are 0..1, ``uint16`` its full range, booleans black and white."""
    if image.dtype == np.uint8:
        return np.ascontiguousarray(image)
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)
    if image.dtype == np.uint16:
        return (image >> 8).astype(np.uint8)
    scaled = np.multiply(image, 255, dtype=np.float32)
    np.nan_to_num(scaled, copy=False, nan=0, posinf=255, neginf=0)
    scaled += 0.5
    return np.clip(scaled, 0, 255, out=scaled).astype(np.uint8)


def qimage(pixels: Bytes) -> QImage:
    """Return ``uint8`` pixels (height, width[, 3 or 4]) as a `QImage` that owns its memory."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    formats = {
        1: QImage.Format.Format_Grayscale8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888,
    }
    return QImage(pixels.data, width, height, width * channels, formats[channels]).copy()


def halved(pixels: Bytes) -> Bytes:
    """Return the picture at half its size, each pixel the mean of four."""
    height, width = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    even = pixels[:height, :width].astype(np.uint16)
    total = even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]
    return ((total + 2) >> 2).astype(np.uint8)


def heat_map(array: AnyArray, low: float | None = None, high: float | None = None) -> Bytes:
    """Return a 2-D array as RGB, `low` dark and `high` bright, places that are not numbers red."""
    values = np.asarray(np.abs(array) if array.dtype.kind == "c" else array, np.float32)
    finite = np.isfinite(values)
    if low is None or high is None:
        low, high = finite_range(values)
    span = (high - low) or 1.0
    levels = np.clip((values - low) * (255 / span), 0, 255, where=finite, out=np.zeros_like(values))
    picture = color_ramp()[levels.astype(np.uint8)]
    picture[~finite] = NAN_COLOR
    return picture


def finite_range(values: AnyArray) -> tuple[float, float]:
    """Return the least and greatest finite value, ``(0, 0)`` when there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def map_picture(array: AnyArray) -> Bytes:
    """Return a 2-D array as a picture: masks black and white, numbered objects in colours, else a heat map."""
    if array.dtype == np.bool_:
        return to_bytes(array)
    return label_map(array) if looks_like_labels(array) else heat_map(array)


def looks_like_labels(array: AnyArray) -> bool:
    """Return whether whole numbers are likely to be the numbers of objects on a background of zeros."""
    if array.dtype.kind != "i" or min(array.shape) < 32:
        return False
    zeros = float(np.mean(array == 0))
    return 0.05 < zeros < 1 and int(array.min()) == 0


def label_map(labels: AnyArray) -> Bytes:
    """Return numbered objects as RGB, neighbouring numbers in colours far apart, the background dark."""
    # Steps of the golden ratio around the circle of hues never come close to an earlier hue soon.
    hue = (labels * 0.6180339887) % 1.0 * 6.0
    channels = [np.clip(np.abs((hue + offset) % 6 - 3) - 1, 0, 1) for offset in (0.0, 4.0, 2.0)]
    picture = np.stack(channels, axis=-1) * 150 + 80
    picture[labels == 0] = _GROUND
    return picture.astype(np.uint8)


@cache
def color_ramp() -> Bytes:
    """Return the 256 colours of heat maps, (256, 3)."""
    stops = [stop for stop, _ in _RAMP]
    columns = [np.interp(np.linspace(0, 1, 256), stops, [color[channel] for _, color in _RAMP]) for channel in range(3)]
    return np.stack(columns, axis=1).round().astype(np.uint8)


def fit_size(width: int, height: int, bounds: QSize) -> QSize:
    """Return the largest size of the same shape within the bounds, never larger than the picture."""
    scale = min(bounds.width() / max(width, 1), bounds.height() / max(height, 1), 1.0)
    return QSize(max(1, math.floor(width * scale)), max(1, math.floor(height * scale)))
