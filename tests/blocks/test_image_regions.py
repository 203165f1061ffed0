"""Whole images divided into regions; the inner form of masks."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.image as image

RNG = np.random.default_rng(8)


def ridge() -> np.ndarray[Any, Any]:
    """Two dark valleys, parted by a bright wall that bends."""
    rows, columns = np.mgrid[:30, :40]
    return np.exp(-((columns - 20 - 3 * np.sin(rows / 5)) ** 2) / 8).astype(np.float32)


def test_waters_meet_on_the_crest() -> None:
    markers = np.zeros((30, 40), int)
    markers[15, 3], markers[15, 36] = 5, 9
    found = image.watershed(ridge(), markers)
    assert found.count == 2
    crest = 20 + 3 * np.sin(np.arange(30) / 5)
    border = (found.labels == 5).sum(axis=1)
    assert_allclose(border, crest + 0.5, atol=1.01)
    assert set(np.unique(found.labels)) == {5, 9}


def test_flooding_agrees_with_a_queue_by_brightness() -> None:
    relief = RNG.permutation(20 * 25).reshape(20, 25).astype(np.float32) / 500
    markers = np.zeros(relief.shape, np.int32)
    markers[2, 3], markers[17, 20], markers[5, 18] = 1, 2, 3
    expected = markers.copy()
    queue = [(relief[place], place) for place in map(tuple, np.argwhere(markers))]
    heapq.heapify(queue)
    while queue:
        level, (row, column) = heapq.heappop(queue)
        for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if 0 <= near[0] < 20 and 0 <= near[1] < 25 and not expected[near]:
                expected[near] = expected[row, column]
                heapq.heappush(queue, (max(level, relief[near]), near))
    assert (image.watershed(relief, markers).labels == expected).mean() > 0.95


def test_nothing_is_flooded_outside_of_the_mask() -> None:
    inside = np.zeros((30, 40), bool)
    inside[5:25, 5:35] = True
    found = image.watershed(ridge(), inside & (np.arange(40) < 7), inside)
    assert_array_equal(found.labels > 0, inside)


def test_superpixels_keep_to_edges() -> None:
    halves = np.where(np.arange(60) < 31, 0.2, 0.8).astype(np.float32)[np.newaxis].repeat(40, 0)
    for pixels in (halves, np.dstack([halves, 1 - halves, halves])):
        found = image.slic(pixels, 24, 1.0, 0.0)
        assert 12 <= found.count <= 36
        assert set(np.unique(found.labels)) == set(range(1, found.count + 1))
        assert not set(np.unique(found.labels[:, :31])) & set(np.unique(found.labels[:, 31:]))


def test_a_random_walker_shuns_a_weak_and_broken_edge() -> None:
    pixels = np.where(np.arange(40) < 22, 0.45, 0.55).astype(np.float32)[np.newaxis].repeat(30, 0).copy()
    pixels[12:15, 18:26] = 0.5
    pixels += RNG.normal(0, 0.01, pixels.shape).astype(np.float32)
    markers = np.zeros(pixels.shape, int)
    markers[15, 2], markers[15, 38] = 1, 2
    found = image.random_walker(pixels, markers, 3000.0)
    assert found.count == 2
    expected = np.where(np.arange(40) < 22, 1, 2)
    assert (found.labels == expected).mean() > 0.97


def test_in_an_even_image_the_walker_goes_to_the_nearer_marker() -> None:
    markers = np.zeros((11, 31), int)
    markers[:, 0], markers[:, 30] = 1, 2
    labels = image.random_walker(np.full((11, 31), 0.5, np.float32), markers).labels
    assert (labels[:, :15] == 1).all()
    assert (labels[:, 16:] == 2).all()
    assert_array_equal(image.random_walker(np.ones((2, 2)), np.array([[1, 2], [1, 1]])).labels, [[1, 2], [1, 1]])


def test_a_skeleton_is_thin_lies_inside_and_keeps_holes() -> None:
    rows, columns = np.ogrid[:41, :61]
    ring = (np.hypot(rows - 20, columns - 20) < 16) & (np.hypot(rows - 20, columns - 20) > 8)
    bar = (abs(rows - 20) < 4) & (columns > 30) & (columns < 58)
    mask = ring | bar
    mask.setflags(write=False)
    lines = image.skeletonize(mask)
    assert not (lines & ~mask).any()
    assert lines.sum() < mask.sum() / 6
    assert image.label(lines).count == 1
    assert image.label(~lines, 4).count == image.label(~mask, 4).count
    blocks = lines[:-1, :-1] & lines[1:, :-1] & lines[:-1, 1:] & lines[1:, 1:]
    assert blocks.sum() <= 2


def test_distances_are_those_to_the_nearest_pixel_outside() -> None:
    mask = RNG.random((13, 17)) < 0.8
    outside = np.argwhere(~mask)
    found = image.distance_transform(mask)
    for place in np.ndindex(mask.shape):
        expected = np.hypot(*(outside - place).T).min() if mask[place] else 0
        assert found[place] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: image.watershed(ridge(), np.zeros((30, 40), int)), "no marker"),
        (lambda: image.watershed(ridge(), np.ones((3, 4), int)), "differ in size"),
        (lambda: image.random_walker(ridge(), np.eye(30, 40, dtype=int) * 2), "1 kinds of markers; two are needed"),
        (lambda: image.distance_transform(np.ones((3, 3), bool)), "no background"),
    ],
)
def test_what_cannot_be_divided_is_said_in_a_sentence(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
