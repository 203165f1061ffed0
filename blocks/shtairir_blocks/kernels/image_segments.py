"""From grey values to masks, and from masks to numbered objects.

A *mask* is ``(height, width) bool``, true inside objects. *Labels* are ``(height, width) int32``: 0 for the
background, 1..n for the objects, numbered in reading order of their first pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .image_color import Pixels, require_pixels, to_gray

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

_STEPS = {"erode": "e", "dilate": "d", "open": "ed", "close": "de"}


def threshold_level(image: NDArray[Any], method: str, level: float) -> float:
    """The level that separates dark from bright: the given one (``manual``), or chosen by the method.

    otsu (Otsu 1979), li (Li & Lee 1993), triangle (Zack 1977), yen (Yen 1995), isodata (Ridler 1978), mean.
    Values that are not finite are left out.
    """
    if method == "manual":
        return level
    from skimage import filters

    gray = to_gray(image)
    finite = gray[np.isfinite(gray)]
    if finite.size == 0:
        raise ValueError("The image has no pixel from which a level could be chosen. Check what feeds this node.")
    lowest = float(finite.min())
    if lowest == float(finite.max()):
        return lowest
    return float(getattr(filters, f"threshold_{method}")(finite))


def threshold(image: NDArray[Any], level: float, objects: str) -> Mask:
    """True where a pixel is brighter than the level (``bright`` objects) or at most as bright (``dark``)."""
    gray = to_gray(image)
    return gray > level if objects == "bright" else gray <= level


def adaptive_threshold(image: NDArray[Any], size: int, offset: float, method: str, objects: str) -> Mask:
    """Compare each pixel with the mean around it, shifted by `offset` towards the objects."""
    from scipy import ndimage

    gray = to_gray(image)
    if gray.size == 0:
        return np.zeros(gray.shape, bool)
    if method == "gaussian":
        around = ndimage.gaussian_filter(gray, (size - 1) / 6)
    else:
        around = ndimage.uniform_filter(gray, size)
    return gray > around + offset if objects == "bright" else gray < around - offset


def as_mask(mask: NDArray[Any]) -> Mask:
    """Any two-dimensional picture as a mask: an image above half, labels and numbers above 0."""
    values = np.asarray(mask)
    if values.dtype.kind == "b" and values.ndim == 2:
        return values
    if values.ndim == 2 and values.dtype.kind in "iu":
        return values > 0
    return to_gray(values) > 0.5


def as_labels(labels: NDArray[Any]) -> Labels:
    """Labels as int32; a mask is one object per connected area.

    Raises
    ------
    ValueError
        If the array is not two-dimensional, holds fractions, or negative numbers.
    """
    values = np.asarray(labels)
    if values.ndim != 2:
        raise ValueError(
            f"Labels are an array (height, width); this one has the shape {values.shape}. "
            "Make them with image.label or image.split_touching."
        )
    if values.dtype.kind == "b":
        return label(values, 8)[0]
    if values.dtype.kind == "f" and not np.array_equal(values, np.trunc(values)):
        raise ValueError("Labels are whole numbers. Make them of a mask with image.label.")
    if values.size and values.min() < 0:
        raise ValueError("Labels cannot be negative: 0 is the background, objects count from 1.")
    return values.astype(np.int32, copy=False)


def morphology(mask: NDArray[Any], operation: str, radius: float, shape: str) -> Mask:
    """Erode, dilate, open or close a mask with a disk or square; beyond the border is what the border is."""
    from scipy import ndimage

    objects = as_mask(mask)
    reach = int(radius)
    if reach == 0 or objects.size == 0:
        return objects
    if shape == "disk":
        return _with_disk(objects, operation, radius)
    padded = np.pad(objects, 2 * reach, mode="edge")
    square = np.ones((2 * reach + 1, 2 * reach + 1), bool)
    for step in _STEPS[operation]:
        change = ndimage.binary_erosion if step == "e" else ndimage.binary_dilation
        padded = np.asarray(change(padded, square), np.bool_)
    inner = slice(2 * reach, -2 * reach)
    return padded[inner, inner]


def _with_disk(objects: Mask, operation: str, radius: float) -> Mask:
    """By the distance to the nearest pixel of the other kind: any radius costs the same."""
    reach = int(radius)
    padded = np.pad(objects, 2 * reach, mode="edge")
    for step in _STEPS[operation]:
        padded = _eroded(padded, radius) if step == "e" else ~_eroded(~padded, radius)
    inner = slice(2 * reach, -2 * reach)
    return padded[inner, inner]


def _eroded(objects: Mask, radius: float) -> Mask:
    from scipy import ndimage

    if objects.all():
        return objects
    return np.asarray(ndimage.distance_transform_edt(objects) > radius, bool)


def fill_holes(mask: NDArray[Any], largest: int | None) -> Mask:
    """Fill background areas that do not touch the border, up to `largest` pixels (None: any size)."""
    from scipy import ndimage

    objects = as_mask(mask)
    filled = np.asarray(ndimage.binary_fill_holes(objects), bool)
    if largest is None:
        return filled
    large = remove_small(filled & ~objects, largest + 1)
    return np.asarray(filled & ~large, np.bool_)


def remove_small(mask: NDArray[Any], smallest: int) -> Mask:
    """Drop connected areas of fewer than `smallest` pixels; diagonal neighbours are connected."""
    numbered, count = label(mask, 8)
    sizes = np.bincount(numbered.ravel(), minlength=count + 1)
    keep = sizes >= smallest
    keep[0] = False
    return np.asarray(keep[numbered], bool)


def clear_border(mask: NDArray[Any]) -> Mask:
    """Drop the areas that touch the border of the image: they are cut off, so their size means nothing."""
    numbered, count = label(mask, 8)
    keep = np.ones(count + 1, bool)
    keep[0] = False
    if numbered.size:
        edges = (numbered[0], numbered[-1], numbered[:, 0], numbered[:, -1])
        keep[np.concatenate(edges)] = False
    return np.asarray(keep[numbered], bool)


def label(mask: NDArray[Any], connectivity: int) -> tuple[Labels, int]:
    """Number the connected areas; 4 or 8 neighbours connect. Returns the labels and how many there are."""
    from scipy import ndimage

    objects = as_mask(mask)
    structure = np.ones((3, 3), bool) if connectivity == 8 else None
    numbered, count = ndimage.label(objects, structure)
    return np.asarray(numbered, np.int32), int(count)


def split_touching(mask: NDArray[Any], min_distance: int, smoothing: float) -> tuple[Labels, int]:
    """Number roundish objects, cutting those that touch at their waists.

    Watershed of the distance to the background (Beucher & Lantuéjoul 1979): each peak of the distance at
    least `min_distance` pixels from a higher one is an object's middle; `smoothing` takes away false peaks.
    """
    from scipy import ndimage
    from skimage import feature, segmentation

    objects = as_mask(mask)
    if not objects.any():
        return np.zeros(objects.shape, np.int32), 0
    # A background outside the picture: else an object that fills it has no distance at all.
    distance: Pixels = ndimage.distance_transform_edt(np.pad(objects, 1))[1:-1, 1:-1].astype(np.float32)
    if smoothing > 0:
        distance = np.where(objects, ndimage.gaussian_filter(distance, smoothing), 0)
    areas, _ = label(objects, 8)
    peaks = feature.peak_local_max(  # type: ignore[no-untyped-call]  # not annotated
        distance, min_distance=max(1, min_distance), threshold_abs=0, labels=areas, exclude_border=False
    )
    markers = np.zeros(objects.shape, np.int32)
    markers[tuple(peaks[np.lexsort((peaks[:, 1], peaks[:, 0]))].T)] = np.arange(1, len(peaks) + 1)
    labels = segmentation.watershed(  # type: ignore[no-untyped-call]  # not annotated
        -distance, markers, mask=objects, connectivity=2
    )
    return relabel(np.asarray(labels, np.int32))


def relabel(labels: Labels) -> tuple[Labels, int]:
    """Number the objects 1..n without gaps, in reading order of their first pixel."""
    require_pixels(labels)
    values, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(first[values > 0])
    ranks = np.zeros(len(values), np.int32)
    ranks[np.flatnonzero(values > 0)[order]] = np.arange(1, len(order) + 1)
    return ranks[inverse.reshape(labels.shape)], len(order)


def select_objects(labels: NDArray[Any], smallest: int, largest: int | None) -> tuple[Labels, int]:
    """Keep the objects whose area in pixels lies within the limits, numbered anew."""
    numbered = as_labels(labels)
    if numbered.size == 0:
        return numbered, 0
    sizes = np.bincount(numbered.ravel())
    keep = sizes >= smallest
    if largest is not None:
        keep &= sizes <= largest
    keep[0] = False
    return relabel(np.where(keep[numbered], numbered, 0).astype(np.int32))
