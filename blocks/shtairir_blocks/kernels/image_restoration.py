"""Undoing what a lens, a sensor or a scratch did to an image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .image_color import Pixels, as_image, on_colors, require_pixels, within_unit
from .image_segments import as_mask
from .stats_samples import real

Kernel = NDArray[np.float64]


def point_spread(shape: str, radius: float, angle: float) -> Kernel:
    """What becomes of a single bright point, ``(size, size)`` with a sum of 1 and the point in the middle.

    ``gaussian``: the standard deviation is `radius`, cut at four of them; ``disk``: a lens out of focus; ``motion``:
    a line of twice the radius at `angle` degrees counter-clockwise from the horizontal.
    """
    reach = int(np.ceil(4 * radius if shape == "gaussian" else radius))
    # Each pixel is the mean of 15 × 15 places in it, so that disks and lines have soft edges.
    fine = (np.arange((2 * reach + 1) * 15) - ((2 * reach + 1) * 15 - 1) / 2) / 15
    x, y = np.meshgrid(fine, -fine)
    if shape == "gaussian":
        spread = np.exp(-(x**2 + y**2) / (2 * max(radius, 1e-3) ** 2))
    elif shape == "disk":
        spread = (x**2 + y**2 <= max(radius, 0.5) ** 2).astype(float)
    else:
        turn = np.deg2rad(angle)
        along, across = x * np.cos(turn) + y * np.sin(turn), -x * np.sin(turn) + y * np.cos(turn)
        spread = ((np.abs(along) <= max(radius, 0.5)) & (np.abs(across) <= 0.5)).astype(float)
    size = 2 * reach + 1
    kernel = spread.reshape(size, 15, size, 15).mean(axis=(1, 3))
    return np.asarray(kernel / kernel.sum())


def as_kernel(kernel: Any) -> Kernel:
    """Return a kernel as float64; refuses one that is not two-dimensional, is empty or holds missing values."""
    values = real(kernel, "kernel")
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"A kernel is an array of rows and columns; this one has the shape {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("The kernel holds missing or infinite values.")
    return values


def convolve(image: NDArray[Any], kernel: Any) -> NDArray[np.float32]:
    """Each pixel as the sum of those around it, weighted by the kernel turned upside down; borders are mirrored.

    Channel by channel, by Fourier transforms, so that a large kernel costs no more than a small one.
    """
    weights = as_kernel(kernel)
    pixels = as_image(image)
    require_pixels(pixels)
    if pixels.ndim == 2:
        return _convolved(pixels, weights)
    return np.stack([_convolved(pixels[:, :, channel], weights) for channel in range(pixels.shape[2])], axis=2)


def _convolved(plane: NDArray[Any], weights: Kernel) -> NDArray[np.float32]:
    from scipy import signal

    above, left = weights.shape[0] // 2, weights.shape[1] // 2
    below, right = weights.shape[0] - 1 - above, weights.shape[1] - 1 - left
    # The kernel is turned, so what lies below a pixel is weighted by the kernel's upper part.
    padded = np.pad(plane.astype(np.float64), ((below, above), (right, left)), mode="symmetric")
    return np.asarray(signal.fftconvolve(padded, weights, mode="valid"), np.float32)


def richardson_lucy(image: NDArray[Any], psf: Any, num_iter: int, report: Callable[[float], None]) -> Pixels:
    """Sharpen what a known point spread blurred (Richardson 1972, Lucy 1974).

    Each turn multiplies the estimate by the blurred ratio of what was seen to what the estimate would look like.
    """
    weights = as_kernel(psf)
    if (weights < 0).any() or weights.sum() <= 0:
        raise ValueError("A point spread has weights from 0 on, with a sum above 0. Make one with image.point_spread.")
    weights = weights / weights.sum()
    turned = weights[::-1, ::-1]

    def restored(values: Pixels) -> Pixels:
        seen = np.maximum(values, 0)
        estimate = np.full(seen.shape, np.float32(0.5))
        for turn in range(num_iter):
            blurred = np.maximum(convolve(estimate, weights), np.float32(1e-6))
            estimate = np.maximum(estimate * convolve(seen / blurred, turned), 0)
            report((turn + 1) / num_iter)
        return within_unit(estimate)

    return on_colors(image, restored)


def inpaint(image: NDArray[Any], mask: NDArray[Any]) -> Pixels:
    """Continue the surroundings smoothly into what the mask covers, by the biharmonic equation (Damelin 2018)."""
    from skimage import restoration

    pixels = as_image(image)
    require_pixels(pixels)
    covered = as_mask(mask)
    if covered.shape != pixels.shape[:2]:
        raise ValueError(f"The mask has the shape {covered.shape}, the image {pixels.shape[:2]}. They must be equal.")
    if covered.all():
        raise ValueError("The mask covers the whole image: there is nothing to continue.")
    if not covered.any():
        return pixels
    axis = None if pixels.ndim == 2 else 2
    # Places that nothing tells about hold any number, also none: they must not reach the equation.
    known = np.where(covered if axis is None else covered[:, :, np.newaxis], np.float32(0), pixels)
    return within_unit(restoration.inpaint_biharmonic(known, covered.copy(), channel_axis=axis))


def denoise(image: NDArray[Any], method: str, strength: float | None) -> Pixels:
    """Take noise away and keep edges.

    ``tv`` seeks few and sharp edges (Rudin, Osher & Fatemi 1992; Chambolle 2004); ``non-local means`` averages over
    places that look alike (Buades, Coll & Morel 2005). `strength` is about the standard deviation of the noise; unset,
    it is estimated (Donoho & Johnstone 1994).
    """
    pixels = as_image(image)
    require_pixels(pixels)
    if min(pixels.shape[:2]) < 8:
        raise ValueError(f"The image of {pixels.shape[1]} × {pixels.shape[0]} pixels is too small: 8 × 8 are needed.")
    return on_colors(pixels, lambda values: within_unit(_DENOISERS[method](values, _noise(values, strength))))


def _noise(values: Pixels, strength: float | None) -> float:
    """The standard deviation of the noise: the median of the finest diagonal details, scaled."""
    if strength is not None:
        return strength
    planes = values[:, :, np.newaxis] if values.ndim == 2 else values
    rows, columns = planes.shape[0] // 2 * 2, planes.shape[1] // 2 * 2
    block = planes[:rows, :columns]
    # Haar's diagonal detail: what neither rows nor columns explain.
    detail = (block[::2, ::2] - block[::2, 1::2] - block[1::2, ::2] + block[1::2, 1::2]) / 2
    return float(np.median(np.abs(detail)) / 0.6745)


def _total_variation(values: Pixels, noise: float) -> NDArray[Any]:
    from skimage import restoration

    axis = None if values.ndim == 2 else 2
    clean: Any = restoration.denoise_tv_chambolle(  # type: ignore[no-untyped-call]  # not annotated
        values, weight=max(noise, 1e-6), channel_axis=axis
    )
    return np.asarray(clean)


def _non_local_means(values: Pixels, noise: float) -> NDArray[Any]:
    from skimage import restoration

    axis = None if values.ndim == 2 else 2
    options = {"patch_size": 5, "patch_distance": 6, "fast_mode": True, "channel_axis": axis}
    return np.asarray(restoration.denoise_nl_means(values, h=0.8 * max(noise, 1e-6), sigma=noise, **options))


_DENOISERS: dict[str, Callable[[Pixels, float], NDArray[Any]]] = {
    "tv": _total_variation,
    "non-local means": _non_local_means,
}
