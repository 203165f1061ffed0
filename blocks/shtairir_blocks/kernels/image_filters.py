"""Filters that mix neighbouring pixels. Edges are continued by reflection, so that borders do not darken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .image_color import Pixels, as_image, on_colors, on_premultiplied, require_pixels, to_gray, within_unit

_BAND_ROWS = 64


def gaussian_blur(image: NDArray[Any], sigma: float) -> Pixels:
    """Blur with a Gaussian of standard deviation `sigma` in pixels, cut at four of them."""
    from scipy import ndimage

    if sigma < 0:
        raise ValueError(f"The blur cannot be below 0 pixels: sigma is {sigma:g}.")
    pixels = as_image(image)
    if sigma == 0 or pixels.size == 0:
        return pixels
    return on_premultiplied(pixels, lambda values: ndimage.gaussian_filter(values, (sigma, sigma, 0)[: values.ndim]))


def median(image: NDArray[Any], size: int, report: Callable[[float], None]) -> Pixels:
    """The median of a `size` × `size` neighbourhood, channel by channel: takes away specks, keeps edges.

    Wide medians of large images take seconds, so the work goes by bands of rows; `report` is called with the
    fraction that is done after each, and may raise to stop.
    """
    pixels = as_image(image)
    if size < 1:
        raise ValueError(f"The neighbourhood must be at least 1 pixel wide, not {size}.")
    if size == 1 or pixels.size == 0:
        return pixels
    return on_colors(pixels, lambda values: _median_by_bands(values, size, report))


def _median_by_bands(values: Pixels, size: int, report: Callable[[float], None]) -> Pixels:
    from scipy import ndimage

    above, below = size // 2, size - size // 2 - 1
    border = [(above, below), (0, 0), (0, 0)][: values.ndim]
    padded = np.pad(values, border, mode="symmetric")
    result = np.empty(values.shape, np.float32)
    rows = len(values)
    for start in range(0, rows, _BAND_ROWS):
        stop = min(start + _BAND_ROWS, rows)
        band = ndimage.median_filter(padded[start : stop + above + below], size=(size, size, 1)[: values.ndim])
        result[start:stop] = band[above : above + stop - start]
        report(stop / rows)
    return result


def sharpen(image: NDArray[Any], radius: float, amount: float, threshold: float) -> Pixels:
    """Unsharp masking: add `amount` times the difference from a blurred copy, where it exceeds `threshold`."""
    from scipy import ndimage

    def change(values: Pixels) -> Pixels:
        blurred = ndimage.gaussian_filter(values, (radius, radius, 0)[: values.ndim])
        detail = values - blurred
        if threshold > 0:
            detail = np.where(np.abs(detail) >= threshold, detail, np.float32(0))
        return within_unit(values + np.float32(amount) * detail)

    return on_colors(image, change)


def remove_background(image: NDArray[Any], radius: float, objects: str) -> Pixels:
    """Take away uneven lighting: subtract the smoothed background, wider than `radius`.

    The background is the least value (for ``bright`` objects; the greatest for ``dark`` ones) in a square of
    twice the radius, smoothed by a Gaussian of half the radius. Objects become bright on a background of 0.
    """
    from scipy import ndimage

    gray = to_gray(image)
    require_pixels(gray)
    values = gray if objects == "bright" else np.float32(1) - gray
    window = max(1, round(2 * radius))
    background = ndimage.gaussian_filter(ndimage.minimum_filter(values, size=window), radius / 2)
    return within_unit(values - background)


def edges(image: NDArray[Any], method: str, sigma: float, low: float, high: float) -> Pixels:
    """The strength of edges, 0..1 (``sobel``, ``scharr``), or thin lines of 0 and 1 (``canny``).

    Sobel and Scharr give the length of the gradient, so scaled that a step from 0 to 1 gives 1 at most.
    `low` and `high` are Canny's hysteresis thresholds on the gradient.
    """
    gray = to_gray(image)
    require_pixels(gray)
    if method == "canny":
        return _canny(gray, sigma, low, high)
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(gray, sigma) if sigma > 0 else gray
    side = np.array([1, 2, 1] if method == "sobel" else [3, 10, 3], np.float32)
    side /= side.sum() * np.sqrt(np.float32(2))
    gradient = [
        ndimage.correlate1d(
            ndimage.correlate1d(smooth, np.array([-1, 0, 1], np.float32), axis=axis), side, axis=1 - axis
        )
        for axis in (0, 1)
    ]
    return within_unit(np.hypot(*gradient))


def _canny(gray: Pixels, sigma: float, low: float, high: float) -> Pixels:
    from skimage import feature

    if low > high:
        raise ValueError(f"The lower threshold of the edges ({low:g}) lies above the higher one ({high:g}). Swap them.")
    lines = feature.canny(gray, sigma=sigma, low_threshold=low, high_threshold=high)  # type: ignore[no-untyped-call]  # not annotated
    return np.asarray(lines, np.float32)
