"""Masks and numbered objects, up to the coins of a photograph."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import shtairir_blocks.image as image

RNG = np.random.default_rng(7)
BLOBS = RNG.random((14, 17)) < 0.55
BLOBS.setflags(write=False)


def disk(shape: tuple[int, int], y: float, x: float, radius: float) -> np.ndarray[Any, Any]:
    """A filled circle."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def flood_areas(mask: np.ndarray[Any, Any], neighbors: int) -> list[set[tuple[int, int]]]:
    """The connected areas of a mask, by flooding from pixel to pixel."""
    left = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0)] + [(1, 1), (1, -1), (-1, 1), (-1, -1)] * (neighbors == 8)
    areas = []
    while left:
        queue = deque([left.pop()])
        area = set(queue)
        while queue:
            row, column = queue.popleft()
            for dy, dx in steps:
                near = (row + dy, column + dx)
                if near in left:
                    left.remove(near)
                    area.add(near)
                    queue.append(near)
        areas.append(area)
    return areas


def coins() -> np.ndarray[Any, Any]:
    """The photograph of 24 Greek coins from Pompeii that comes with scikit-image."""
    from skimage import data

    return data.coins().astype(np.float32) / 255


def test_otsu_separates_two_kinds_of_pixels_as_an_exhaustive_search_does() -> None:
    values = np.concatenate([RNG.normal(0.3, 0.05, 500), RNG.normal(0.7, 0.05, 300)]).astype(np.float32)
    pixels = values.reshape(20, 40)
    mask, level = image.threshold(pixels)

    def between(candidate: float) -> float:
        low, high = values[values <= candidate], values[values > candidate]
        return len(low) * len(high) * (low.mean() - high.mean()) ** 2 if len(low) and len(high) else 0.0

    best = max(between(candidate) for candidate in np.linspace(0.05, 0.95, 400))
    assert between(level) == pytest.approx(best, rel=0.01)
    assert_array_equal(mask, pixels > level)


@pytest.mark.parametrize("method", ["otsu", "li", "triangle", "yen", "isodata", "mean"])
def test_every_method_finds_a_level_between_dark_and_bright(method: Any) -> None:
    pixels = np.where(disk((40, 40), 20, 20, 9), 0.8, 0.2).astype(np.float32)
    pixels += RNG.normal(0, 0.02, pixels.shape).astype(np.float32)
    mask, level = image.threshold(pixels, method)
    assert type(level) is float
    assert mask[20, 20]
    assert image.threshold(pixels, method, objects="dark").mask[0, 39] == (not mask[0, 39])


def test_threshold_of_flat_missing_and_coloured_images() -> None:
    flat = np.full((3, 3), 0.4, np.float32)
    assert not image.threshold(flat).mask.any()
    assert image.threshold(flat, "manual", 0.3).level == 0.3
    gaps = np.array([[np.nan, 0.1, 0.9, 0.1]], np.float32)
    assert image.threshold(gaps, "mean").mask.tolist() == [[False, False, True, False]]
    assert image.threshold(np.ones((4, 5, 3), np.float32), "manual").mask.shape == (4, 5)
    with pytest.raises(ValueError, match="no pixel"):
        image.threshold(np.zeros((0, 4), np.float32))


@pytest.mark.parametrize("method", ["gaussian", "mean"])
def test_adaptive_threshold_ignores_a_slope_of_light(method: Any) -> None:
    scene = np.linspace(0.1, 0.7, 120, dtype=np.float32)[np.newaxis].repeat(40, 0).copy()
    spots = disk((40, 120), 20, 20, 4) | disk((40, 120), 20, 100, 4)
    scene[spots] += 0.2
    assert_array_equal(image.adaptive_threshold(scene, 31, 0.08, method), spots)
    assert_array_equal(image.adaptive_threshold(1 - scene, 31, 0.08, method, "dark"), spots)


@pytest.mark.parametrize("shape", ["disk", "square"])
@pytest.mark.parametrize("radius", [1, 2, 2.5])
def test_erosion_keeps_pixels_whose_whole_neighbourhood_is_inside(shape: Any, radius: float) -> None:
    eroded = image.morphology(BLOBS, "erode", radius, shape)
    dilated = image.morphology(BLOBS, "dilate", radius, shape)
    reach = int(radius)
    offsets = [
        (dy, dx)
        for dy in range(-reach, reach + 1)
        for dx in range(-reach, reach + 1)
        if shape == "square" or dy * dy + dx * dx <= radius**2
    ]
    height, width = BLOBS.shape
    for row in range(height):
        for column in range(width):
            near = [BLOBS[min(max(row + dy, 0), height - 1), min(max(column + dx, 0), width - 1)] for dy, dx in offsets]
            assert eroded[row, column] == all(near)
            assert dilated[row, column] == any(near)


def test_opening_removes_thin_parts_and_closing_fills_gaps() -> None:
    mask = disk((30, 30), 15, 15, 8)
    with_hair = mask.copy()
    with_hair[15, :] = True
    opened = image.morphology(with_hair, "open", 2)
    assert not opened[15, 1]
    assert opened[15, 15]
    with_crack = mask.copy()
    with_crack[15, :] = False
    assert image.morphology(with_crack, "close", 2)[15, 10:21].all()
    assert_array_equal(image.morphology(mask, "open", 0), mask)
    full = np.ones((4, 4), bool)
    assert image.morphology(full, "erode", 2).all()


def test_holes_are_filled_up_to_a_size() -> None:
    ring = disk((30, 30), 15, 15, 10) & ~disk((30, 30), 15, 15, 4)
    hole = int(disk((30, 30), 15, 15, 4).sum())
    assert_array_equal(image.fill_holes(ring), disk((30, 30), 15, 15, 10))
    assert_array_equal(image.fill_holes(ring, hole), disk((30, 30), 15, 15, 10))
    assert_array_equal(image.fill_holes(ring, hole - 1), ring)


@pytest.mark.parametrize("neighbors", [4, 8])
def test_labels_agree_with_flooding_from_pixel_to_pixel(neighbors: Any) -> None:
    labels, count = image.label(BLOBS, neighbors)
    areas = flood_areas(BLOBS, neighbors)
    assert count == len(areas)
    assert labels.dtype == np.int32
    assert_array_equal(labels > 0, BLOBS)
    for area in areas:
        assert len({int(labels[pixel]) for pixel in area}) == 1


@pytest.mark.parametrize("smallest", [1, 3, 30, 1000])
def test_small_objects_and_those_at_the_border_are_dropped(smallest: int) -> None:
    areas = flood_areas(BLOBS, 8)
    kept = {pixel for area in areas if len(area) >= smallest for pixel in area}
    cleaned = image.remove_small_objects(BLOBS, smallest)
    assert {(int(row), int(column)) for row, column in np.argwhere(cleaned)} == kept
    inside = {
        pixel
        for area in areas
        if not any(row in (0, 13) or column in (0, 16) for row, column in area)
        for pixel in area
    }
    assert {(int(row), int(column)) for row, column in np.argwhere(image.clear_border(BLOBS))} == inside


def test_touching_disks_are_cut_apart() -> None:
    mask = disk((60, 100), 30, 30, 15) | disk((60, 100), 30, 56, 15) | disk((60, 100), 20, 85, 8)
    labels, count = image.split_touching(mask, 8, 1)
    assert count == 3
    assert image.label(mask).count == 2
    assert_array_equal(labels > 0, mask)
    assert len({int(labels[30, 30]), int(labels[30, 56]), int(labels[20, 85])}) == 3
    sizes = np.bincount(labels.ravel())[1:]
    assert abs(int(sizes[labels[30, 30] - 1]) - int(sizes[labels[30, 56] - 1])) < 40


@pytest.mark.parametrize("smoothing", [0, 1, 5])
def test_splitting_loses_no_pixel_and_never_joins_areas(smoothing: float) -> None:
    labels, count = image.split_touching(BLOBS, 4, smoothing)
    assert_array_equal(labels > 0, BLOBS)
    assert set(np.unique(labels[BLOBS]).tolist()) == set(range(1, count + 1))
    areas, _ = image.label(BLOBS, 8)
    for number in range(1, count + 1):
        assert len(np.unique(areas[labels == number])) == 1


def test_labels_count_in_reading_order() -> None:
    mask = disk((40, 60), 10, 50, 5) | disk((40, 60), 12, 10, 5) | disk((40, 60), 30, 30, 5)
    labels, _ = image.split_touching(mask, 5, 0)
    assert [int(labels[10, 50]), int(labels[12, 10]), int(labels[30, 30])] == [1, 2, 3]


def test_objects_are_selected_by_size() -> None:
    mask = disk((40, 60), 10, 10, 3) | disk((40, 60), 20, 40, 8)
    labels, count = image.select_objects(image.label(mask).labels, smallest=100)
    assert count == 1
    assert labels[20, 40] == 1
    assert labels[10, 10] == 0
    assert image.select_objects(mask, largest=100).count == 1


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (1, 1), (4, 4)])
def test_nothing_to_find_is_no_error(shape: tuple[int, int]) -> None:
    nothing = np.zeros(shape, bool)
    assert image.label(nothing).count == 0
    assert image.split_touching(nothing).count == 0
    assert image.select_objects(nothing).count == 0
    for result in (
        image.fill_holes(nothing),
        image.remove_small_objects(nothing),
        image.clear_border(nothing),
        image.morphology(nothing, "open", 2),
        image.morphology(nothing, "erode", 1, "square"),
    ):
        assert result.shape == shape
        assert not result.any()


def test_a_mask_that_fills_the_image_is_one_object() -> None:
    full = np.ones((9, 9), bool)
    assert image.label(full).count == 1
    assert image.split_touching(full).count == 1
    assert image.label(np.ones((1, 1), bool)).count == 1
    assert image.split_touching(np.ones((1, 1), bool)).count == 1


def test_images_and_labels_serve_as_masks() -> None:
    gray = np.where(BLOBS, 0.9, 0.1).astype(np.float32)
    assert image.label(gray).count == image.label(BLOBS).count
    assert image.label(image.label(BLOBS).labels).count == image.label(BLOBS).count
    assert image.label(gray[:, :, np.newaxis].repeat(3, 2)).count == image.label(BLOBS).count


def test_labels_that_are_none_are_refused() -> None:
    for wrong, why in (
        (np.zeros((2, 2, 3)), r"shape \(2, 2, 3\)"),
        (np.array([[0.5]]), "whole numbers"),
        (np.array([[-1]]), "negative"),
    ):
        with pytest.raises(ValueError, match=why):
            image.select_objects(wrong)


def test_the_photograph_shows_24_coins() -> None:
    even = image.gaussian_blur(image.remove_background(coins(), 30), 1)
    mask = image.remove_small_objects(image.fill_holes(image.threshold(even).mask), 200)
    assert image.label(mask).count == 24
    assert image.split_touching(mask, 10, 1).count == 24
