"""Images laid on one another."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.image as image


@cache
def coins() -> np.ndarray[Any, Any]:
    """A photograph with many corners."""
    from skimage import data

    return data.coins().astype(np.float32) / 255


def moved(pixels: np.ndarray[Any, Any], matrix: Any) -> np.ndarray[Any, Any]:
    """What a camera sees in which the place p of the scene lies at matrix @ p."""
    return image.warp(pixels, np.linalg.inv(matrix))


def turned(angle: float, size: float, x: float, y: float) -> np.ndarray[Any, Any]:
    c, s = size * np.cos(angle), size * np.sin(angle)
    return np.array([[c, -s, x], [s, c, y], [0, 0, 1]])


@pytest.mark.parametrize(("right", "down"), [(0, 0), (7, -12), (-20, 3)])
def test_a_shift_by_whole_pixels_is_found_and_undone(right: int, down: int) -> None:
    scene = coins()
    window = scene[60:220, 60:260]
    other = scene[60 - down : 220 - down, 60 - right : 260 - right]
    found = image.phase_cross_correlation(window, other)
    assert (found.x, found.y) == (pytest.approx(-right, abs=0.11), pytest.approx(-down, abs=0.11))
    assert found.error < 0.02
    inner = (slice(25, -25), slice(25, -25))
    assert np.abs(found.aligned - window)[inner].mean() < 0.01


def test_parts_of_a_pixel_are_found() -> None:
    rows, columns = np.mgrid[:80, :100]
    blob = np.exp(-((rows - 40) ** 2 + (columns - 50) ** 2) / 60).astype(np.float32)
    other = np.exp(-((rows - 41.25) ** 2 + (columns - 47.6) ** 2) / 60).astype(np.float32)
    found = image.phase_cross_correlation(blob, other, 100)
    assert (found.x, found.y) == (pytest.approx(2.4, abs=0.02), pytest.approx(-1.25, abs=0.02))


def test_images_that_have_nothing_in_common_differ_by_about_one() -> None:
    random = np.random.default_rng(1).random((2, 64, 64)).astype(np.float32)
    assert image.phase_cross_correlation(*random).error > 0.7


@pytest.mark.parametrize(
    ("transform", "matrix"),
    [
        ("euclidean", turned(0.12, 1.0, 20, -12)),
        ("similarity", turned(-0.08, 1.07, -5, 20)),
        ("affine", np.array([[1.05, 0.06, 6], [-0.04, 0.96, 9], [0, 0, 1]])),
        ("projective", np.array([[1.0, 0.02, 4], [0.01, 1.03, -6], [1e-4, -5e-5, 1]])),
    ],
)
def test_the_transformation_is_found_again_and_undone(transform: Any, matrix: Any) -> None:
    found = image.align(coins(), moved(coins(), matrix), transform)
    corners = np.array([[80, 60, 1], [300, 60, 1], [300, 240, 1], [80, 240, 1.0]]).T
    expected, places = matrix @ corners, found.matrix @ corners
    assert_allclose(places[:2] / places[2], expected[:2] / expected[2], atol=1.0)
    assert found.matches > 40
    inner = (slice(60, -60), slice(60, -60))
    assert np.abs(found.aligned - coins())[inner].mean() < 0.02
    assert_array_equal(image.warp(moved(coins(), matrix), found.matrix), found.aligned)


def test_the_same_seed_finds_the_same_and_colours_are_kept() -> None:
    colors = np.dstack([coins(), coins() ** 2, 1 - coins()])
    seen = np.clip(moved(colors, turned(0.05, 1.0, 5, 5)), 0, 1)
    first, second = (image.align(colors, seen, seed=3) for _ in range(2))
    assert_array_equal(first.matrix, second.matrix)
    assert first.aligned.shape == colors.shape


def test_warping_takes_each_pixel_from_where_the_matrix_says() -> None:
    pixels = np.random.default_rng(2).random((6, 9)).astype(np.float32)
    assert_allclose(image.warp(pixels, np.eye(3)), pixels, atol=1e-6)
    shifted = image.warp(pixels, np.array([[1.0, 0, 2], [0, 1, 1], [0, 0, 1]]), fill=0.5)
    assert_allclose(shifted[:5, :7], pixels[1:, 2:], atol=1e-6)
    assert_allclose(shifted[5:], 0.5)
    assert image.warp(pixels, np.eye(3)[:2], 4, 3).shape == (3, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: image.phase_cross_correlation(coins(), coins()[:-1]), "must be of one size"),
        (lambda: image.phase_cross_correlation(coins(), np.full_like(coins(), 0.5)), "same brightness everywhere"),
        (lambda: image.align(coins(), np.full_like(coins(), 0.5)), "no corners"),
        (lambda: image.warp(coins(), np.eye(4)), "3 × 3 numbers"),
        (lambda: image.warp(coins(), np.zeros((3, 3))), "presses the image flat"),
    ],
)
def test_what_cannot_be_laid_on_another_is_said_in_a_sentence(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
