"""Colour channels: grey, alpha, and tone.

Images are ``(height, width)`` grey, or ``(height, width, 3 or 4)`` RGB and RGBA, float32, sRGB-encoded, 0..1.
Tone is changed on the encoded values, as image editors do; alpha is never touched by tone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""The weights of Rec. ITU-R BT.709, applied to encoded values."""


def as_image(values: NDArray[Any], name: str = "image") -> Pixels:
    """Return `values` as float32 pixels; whole numbers of 8 or 16 bit and truth values are scaled to 0..1.

    A last axis of length 1 is dropped. Nothing is copied when the image is float32 already.

    Raises
    ------
    ValueError
        If the array has not the shape of an image.
    """
    array = np.asarray(values)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ValueError(
            f"The {name} has the shape {array.shape}. An image is (height, width), or (height, width, 3 or 4)."
        )
    if array.dtype in (np.uint8, np.uint16):
        return array.astype(np.float32) / np.float32(np.iinfo(array.dtype).max)
    return array.astype(np.float32, copy=False)


def require_pixels(image: NDArray[Any]) -> None:
    """Raise a ValueError if the image has no pixel."""
    if image.size == 0:
        raise ValueError(f"The image is empty (shape {image.shape}). Check what feeds this node.")


def within_unit(values: NDArray[Any]) -> Pixels:
    """The values with what lies outside 0..1 cut off."""
    return np.asarray(np.clip(values, 0, 1), np.float32)


def to_gray(image: NDArray[Any]) -> Pixels:
    """The luma of an image ``(height, width)``; alpha is dropped."""
    pixels = as_image(image)
    return pixels if pixels.ndim == 2 else np.asarray(pixels[:, :, :3] @ LUMA)


def to_rgb(image: NDArray[Any]) -> Pixels:
    """Three equal channels of a grey image; of RGBA the colours, alpha dropped."""
    pixels = as_image(image)
    if pixels.ndim == 2:
        return np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
    return pixels[:, :, :3]


def to_rgba(image: NDArray[Any]) -> Pixels:
    """Four channels; alpha is 1 where there was none."""
    pixels = as_image(image)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        return pixels
    opaque = np.ones((*pixels.shape[:2], 4), np.float32)
    opaque[:, :, :3] = to_rgb(pixels)
    return opaque


def on_colors(image: NDArray[Any], change: Callable[[Pixels], Pixels]) -> Pixels:
    """Apply `change` to grey or colour values and leave alpha as it is."""
    pixels = as_image(image)
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return change(pixels).astype(np.float32, copy=False)
    result = np.empty_like(pixels, order="C")
    result[:, :, :3] = change(pixels[:, :, :3])
    result[:, :, 3] = pixels[:, :, 3]
    return result


def on_premultiplied(image: NDArray[Any], change: Callable[[Pixels], Pixels]) -> Pixels:
    """Apply a filter that mixes neighbours, so that colours under transparent pixels do not bleed out."""
    pixels = as_image(image)
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return change(pixels).astype(np.float32, copy=False)
    premultiplied = pixels.copy()
    premultiplied[:, :, :3] *= pixels[:, :, 3:]
    result = np.array(change(premultiplied), np.float32)
    alpha = result[:, :, 3:]
    np.divide(result[:, :, :3], alpha, out=result[:, :, :3], where=alpha > 1e-6)
    return result


def adjust(image: NDArray[Any], brightness: float, contrast: float, gamma: float, saturation: float) -> Pixels:
    """Change the tone: gamma, then contrast about mid-grey, then brightness added; saturation about luma."""
    if gamma <= 0:
        raise ValueError(f"Gamma must be above 0, not {gamma:g}. 1 leaves the image as it is.")

    def change(colors: Pixels) -> Pixels:
        result = np.clip(colors, 0, 1) ** np.float32(1 / gamma)
        result = (result - 0.5) * np.float32(contrast) + np.float32(0.5 + brightness)
        if saturation != 1 and result.ndim == 3:
            luma = (result @ LUMA)[:, :, np.newaxis]
            result = luma + (result - luma) * np.float32(saturation)
        return within_unit(result)

    return on_colors(image, change)


def invert(image: NDArray[Any]) -> Pixels:
    """The negative: 1 minus each colour value."""
    return on_colors(image, lambda colors: np.subtract(np.float32(1), colors))


def stretch(image: NDArray[Any], low_percent: float, high_percent: float) -> Pixels:
    """Map the given percentiles of all colour values to 0 and 1, and clip what lies beyond."""

    def change(colors: Pixels) -> Pixels:
        low, high = np.nanpercentile(colors, [low_percent, high_percent])
        if high <= low:
            return within_unit(colors)
        return within_unit((colors - np.float32(low)) / np.float32(high - low))

    require_pixels(image)
    return on_colors(image, change)


def equalize(image: NDArray[Any], method: str, clip_limit: float) -> Pixels:
    """Spread the luma evenly over 0..1, over the whole image (``global``) or locally (``adaptive``).

    ``adaptive`` is contrast-limited adaptive histogram equalization (Zuiderveld 1994). Colours keep the
    ratios of their channels.
    """
    from skimage import exposure

    require_pixels(image)

    def change(colors: Pixels) -> Pixels:
        luma = within_unit(to_gray(colors))
        if method == "adaptive":
            spread = exposure.equalize_adapthist(luma, clip_limit=clip_limit)
        else:
            spread = exposure.equalize_hist(luma)  # type: ignore[no-untyped-call]  # not annotated
        if colors.ndim == 2:
            return np.asarray(spread, np.float32)
        gain = np.divide(spread, luma, out=np.ones_like(luma), where=luma > 1e-6, casting="unsafe")
        return within_unit(colors * gain[:, :, np.newaxis])

    return on_colors(image, change)


def split_channels(image: NDArray[Any]) -> tuple[Pixels, Pixels, Pixels, Pixels]:
    """Red, green, blue and alpha, each ``(height, width)``."""
    rgba = to_rgba(image)
    return rgba[:, :, 0], rgba[:, :, 1], rgba[:, :, 2], rgba[:, :, 3]


def merge_channels(red: NDArray[Any], green: NDArray[Any], blue: NDArray[Any], alpha: NDArray[Any] | None) -> Pixels:
    """One image of three or four grey ones of the same size."""
    channels = [to_gray(channel) for channel in (red, green, blue, alpha) if channel is not None]
    if len({channel.shape for channel in channels}) > 1:
        sizes = ", ".join(size_text(channel) for channel in channels)
        raise ValueError(f"The channels differ in size: {sizes} pixels. Resize them to one size first.")
    return np.stack(channels, axis=2)


def size_text(image: NDArray[Any]) -> str:
    """Width × height, as people name the size of a picture."""
    return f"{image.shape[1]} × {image.shape[0]}"
