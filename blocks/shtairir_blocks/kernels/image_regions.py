"""Dividing whole images into regions, and the inner form of masks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .image_color import as_image, require_pixels, to_gray, to_rgb
from .image_segments import Labels, Mask, as_labels, as_mask, relabel


def watershed(
    image: NDArray[Any], markers: NDArray[Any], mask: NDArray[Any] | None, compactness: float
) -> tuple[Labels, int]:
    """Flood the image from numbered markers, dark places first, until the waters meet (Beucher & Lantuéjoul 1979).

    With `compactness` regions are rounder (Neubert & Protzel 2014). Markers keep their numbers.
    """
    from skimage import segmentation

    height, seeds = to_gray(image), as_labels(markers)
    _same_size(height, seeds, "markers")
    inside = None if mask is None else as_mask(mask)
    if inside is not None:
        _same_size(height, inside, "mask")
    if not seeds.any():
        raise ValueError("There is no marker to flood from. Make some with image.label.")
    labels: Any = segmentation.watershed(  # type: ignore[no-untyped-call]  # not annotated
        height, seeds, mask=inside, compactness=compactness
    )
    result = np.asarray(labels, np.int32)
    return result, len(np.unique(result[result > 0]))


def _same_size(image: NDArray[Any], other: NDArray[Any], name: str) -> None:
    require_pixels(image)
    if other.shape != image.shape[:2]:
        raise ValueError(f"The {name} and the image differ in size: {other.shape} and {image.shape[:2]}.")


def slic(image: NDArray[Any], n_segments: int, compactness: float, sigma: float) -> tuple[Labels, int]:
    """Divide an image into pieces of about equal size and one colour (SLIC, Achanta et al. 2012), numbered from 1."""
    from skimage import segmentation

    pixels = as_image(image)
    require_pixels(pixels)
    colors = to_rgb(pixels) if pixels.ndim == 3 else pixels
    if not np.isfinite(colors).all():
        raise ValueError("The image holds missing or infinite values. Fill them first.")
    labels: Any = segmentation.slic(
        colors,
        n_segments=n_segments,
        compactness=compactness,
        sigma=sigma,
        start_label=1,
        channel_axis=2 if colors.ndim == 3 else None,
    )
    return relabel(np.asarray(labels, np.int32))


def random_walker(image: NDArray[Any], labels: NDArray[Any], beta: float) -> tuple[Labels, int]:
    """Give each pixel the marker that a random walker who shuns edges reaches first (Grady 2006)."""
    from skimage import segmentation

    pixels, seeds = as_image(image), as_labels(labels)
    _same_size(pixels, seeds, "labels")
    count = len(np.unique(seeds[seeds > 0]))
    if count < 2:
        raise ValueError(f"There are {count} kinds of markers; two are needed: for the object and for the background.")
    if not (seeds == 0).any():
        return seeds, count
    colors = pixels if pixels.ndim == 2 else to_rgb(pixels)
    relief = colors.astype(np.float64)
    if np.ptp(relief) == 0:
        # Differences are weighed by their deviation, which must not be 0; this one is too small to matter.
        relief[0, 0] += 1e-6
    found: Any = segmentation.random_walker(
        relief,
        seeds,
        beta=beta,
        # Solved at once: conjugate gradients took ten times as long on a photograph.
        mode="bf",
        channel_axis=None if colors.ndim == 2 else 2,
    )
    return np.asarray(found, np.int32), count


def skeletonize(mask: NDArray[Any]) -> Mask:
    """Thin objects down to lines of one pixel that keep their form and holes (Zhang & Suen 1984)."""
    from skimage import morphology

    objects = as_mask(mask)
    if objects.size == 0:
        return objects
    # scikit-image asks for memory that it may write to, which inputs are not.
    lines: Any = morphology.skeletonize(objects.copy())  # type: ignore[no-untyped-call]  # not annotated
    return np.asarray(lines, np.bool_)


def distance_transform(mask: NDArray[Any]) -> NDArray[np.float32]:
    """How far each pixel of an object lies from the background, in pixels; 0 outside (Maurer et al. 2003)."""
    from scipy import ndimage

    objects = as_mask(mask)
    if objects.all():
        raise ValueError("The mask is true everywhere: there is no background to measure from.")
    return np.asarray(ndimage.distance_transform_edt(objects), np.float32)
