"""Filters against direct sums over neighbourhoods."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.image as image
from shtairir.errors import RunCancelledError

RNG = np.random.default_rng(6)
GRAY = RNG.random((9, 11), dtype=np.float32)
GRAY.setflags(write=False)


def reflected(index: int, length: int) -> int:
    """The position that a reflecting border shows at `index`: ... 1 0 | 0 1 2 ..."""
    index %= 2 * length
    return index if index < length else 2 * length - 1 - index


def test_gaussian_blur_is_the_weighted_sum_of_the_neighbours() -> None:
    sigma = 0.8
    reach = int(4 * sigma + 0.5)
    weights = [math.exp(-(offset**2) / (2 * sigma**2)) for offset in range(-reach, reach + 1)]
    total = sum(weights)
    blurred = image.gaussian_blur(GRAY, sigma)
    for row in range(9):
        for column in range(11):
            expected = sum(
                weights[dy + reach] * weights[dx + reach] * GRAY[reflected(row + dy, 9), reflected(column + dx, 11)]
                for dy in range(-reach, reach + 1)
                for dx in range(-reach, reach + 1)
            )
            assert blurred[row, column] == pytest.approx(expected / total**2, abs=1e-5)


def test_median_is_the_middle_of_the_neighbourhood(ctx: Any) -> None:
    result = image.median(ctx, GRAY, 3)
    for row in range(9):
        for column in range(11):
            around = [
                float(GRAY[reflected(row + dy, 9), reflected(column + dx, 11)])
                for dy in (-1, 0, 1)
                for dx in (-1, 0, 1)
            ]
            assert result[row, column] == pytest.approx(statistics.median(around))


@pytest.mark.parametrize("shape", [(7, 8), (7, 8, 3), (7, 8, 4), (1, 1), (1, 1, 3)])
def test_filters_keep_shape_and_flat_images(ctx: Any, shape: tuple[int, ...]) -> None:
    flat = np.full(shape, 0.5, np.float32)
    flat.setflags(write=False)
    for result in (image.gaussian_blur(flat, 2), image.median(ctx, flat, 5), image.sharpen(flat)):
        assert result.shape == shape
        assert result.dtype == np.float32
        assert_allclose(result, 0.5, atol=1e-6)


def test_channels_do_not_mix(ctx: Any) -> None:
    pixels = np.zeros((5, 5, 3), np.float32)
    pixels[2, 2, 1] = 1
    assert image.gaussian_blur(pixels, 1)[:, :, [0, 2]].max() == 0
    assert image.median(ctx, pixels, 3).max() == 0


@pytest.mark.parametrize("size", [2, 3, 6, 51])
def test_a_median_by_bands_is_that_of_the_whole(ctx: Any, size: int) -> None:
    from scipy import ndimage

    tall = RNG.random((150, 9), dtype=np.float32)
    assert_array_equal(image.median(ctx, tall, size), ndimage.median_filter(tall, size))
    assert ctx.fractions == [64 / 150, 128 / 150, 1]


def test_a_median_stops_when_the_run_is_cancelled(ctx: Any) -> None:
    ctx.cancel_after = 1
    with pytest.raises(RunCancelledError):
        image.median(ctx, np.zeros((500, 4), np.float32), 3)
    assert len(ctx.fractions) == 1


def test_no_blur_gives_the_image_itself(ctx: Any) -> None:
    assert image.gaussian_blur(GRAY, 0) is GRAY
    assert image.median(ctx, GRAY, 1) is GRAY
    assert image.gaussian_blur(np.zeros((0, 4), np.float32), 2).shape == (0, 4)


def test_filters_see_views_as_they_are() -> None:
    view = GRAY[::2, ::-1]
    assert_array_equal(image.gaussian_blur(view, 1), image.gaussian_blur(view.copy(), 1))


def test_sharpen_raises_the_contrast_of_an_edge() -> None:
    edge = np.full((8, 8), 0.25, np.float32)
    edge[:, 4:] = 0.75
    sharp = image.sharpen(edge, 1, 1)
    assert sharp[4, 4] > 0.8
    assert sharp[4, 3] < 0.2
    assert_allclose(sharp[:, 0], 0.25, atol=1e-3)
    assert_allclose(image.sharpen(edge, 1, 1, threshold=0.9), edge)
    assert_allclose(image.sharpen(edge, 1, 0), edge)


@pytest.mark.parametrize("objects", ["bright", "dark"])
def test_uneven_lighting_is_taken_away(objects: Any) -> None:
    light = np.linspace(0.2, 0.6, 100, dtype=np.float32)[np.newaxis].repeat(60, 0)
    scene = light.copy()
    scene[20:30, 10:20] += 0.3
    scene[20:30, 80:90] += 0.3
    result = image.remove_background(scene if objects == "bright" else 1 - scene, 15, objects)
    assert result[22:28, 12:18].min() > 0.25
    assert result[22:28, 82:88].min() > 0.25
    assert result[50:, 30:70].max() < 0.1


@pytest.mark.parametrize("method", ["sobel", "scharr", "canny"])
def test_edges_lie_where_brightness_changes(method: Any) -> None:
    step = np.zeros((20, 20), np.float32)
    step[:, 10:] = 1
    found = image.edges(step, method, sigma=0 if method != "canny" else 1)
    assert found[2:-2, 9:11].max(axis=1).min() > 0.5
    assert found[:, :7].max() == 0
    assert found.max() <= 1


def test_sobel_is_the_length_of_the_gradient() -> None:
    result = image.edges(GRAY, "sobel", 0)
    kernel = ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))
    for row in range(1, 8):
        for column in range(1, 10):
            gx = sum(kernel[dy][dx] * float(GRAY[row + dy - 1, column + dx - 1]) for dy in range(3) for dx in range(3))
            gy = sum(kernel[dx][dy] * float(GRAY[row + dy - 1, column + dx - 1]) for dy in range(3) for dx in range(3))
            assert result[row, column] == pytest.approx(math.hypot(gx, gy) / 4 / math.sqrt(2), abs=1e-5)


def test_impossible_settings_are_explained() -> None:
    with pytest.raises(ValueError, match="Swap them"):
        image.edges(GRAY, "canny", 1, 0.5, 0.1)
    with pytest.raises(ValueError, match="empty"):
        image.edges(np.zeros((0, 0), np.float32))
