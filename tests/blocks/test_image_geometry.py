"""Size, shape and position."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.image as image
from shtairir.block.values import Color

RNG = np.random.default_rng(5)
PHOTO = RNG.random((12, 18, 3), dtype=np.float32)
PHOTO.setflags(write=False)
RED = Color(1, 0, 0)


@pytest.mark.parametrize("shape", [(9, 12), (9, 12, 3), (9, 12, 4)])
@pytest.mark.parametrize("method", ["nearest", "box", "bilinear", "bicubic", "lanczos"])
def test_resize_gives_the_size_asked_for_and_keeps_a_flat_image_flat(shape: tuple[int, ...], method: str) -> None:
    flat = np.full(shape, 0.25, np.float32)
    result = image.resize(flat, 5, 7, keep_ratio=False, method=method)
    assert result.shape == (7, 5, *shape[2:])
    assert result.dtype == np.float32
    assert_allclose(result, 0.25, atol=1e-5)


def test_halving_by_box_is_the_mean_of_four() -> None:
    half = image.resize(PHOTO, scale=0.5, method="box")
    for row in range(6):
        for column in range(9):
            block = PHOTO[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            assert_allclose(half[row, column], block.mean((0, 1)), atol=1e-6)


def test_doubling_by_nearest_repeats_each_pixel() -> None:
    assert_array_equal(image.resize(PHOTO, scale=2, method="nearest"), PHOTO.repeat(2, 0).repeat(2, 1))


def test_shrinking_does_not_alias() -> None:
    stripes = np.tile(np.array([0, 1], np.float32), (64, 32))
    assert_allclose(image.resize(stripes, width=16)[4:-4, 4:-4], 0.5, atol=0.02)


def test_resize_follows_the_ratio_unless_told_otherwise() -> None:
    assert image.resize(PHOTO, width=9).shape == (6, 9, 3)
    assert image.resize(PHOTO, height=24).shape == (24, 36, 3)
    assert image.resize(PHOTO, width=9, height=9).shape == (6, 9, 3)
    assert image.resize(PHOTO, width=9, height=9, keep_ratio=False).shape == (9, 9, 3)
    assert image.resize(PHOTO, width=1).shape == (1, 1, 3)
    assert image.resize(PHOTO) is PHOTO


def test_colours_under_transparent_pixels_do_not_bleed() -> None:
    pixels = np.zeros((8, 8, 4), np.float32)
    pixels[:, :4] = (0, 1, 0, 1)
    pixels[:, 4:] = (1, 0, 0, 0)
    small = image.resize(pixels, scale=0.25, method="bilinear")
    seen = small[small[:, :, 3] > 0.05]
    assert seen[:, 0].max() < 1e-3
    assert_allclose(seen[:, 1], 1, atol=1e-3)


def test_absurd_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="larger than"):
        image.resize(PHOTO, 60000, 60000, keep_ratio=False)
    with pytest.raises(ValueError, match="empty"):
        image.resize(np.zeros((0, 4), np.float32), 3)


def test_crop_cuts_a_rectangle_and_stays_inside() -> None:
    assert_array_equal(image.crop(PHOTO, 2, 3, 4, 5), PHOTO[3:8, 2:6])
    assert_array_equal(image.crop(PHOTO, -4, -3), PHOTO[-3:, -4:])
    assert image.crop(PHOTO, 10, 10, 100, 100).shape == (2, 8, 3)
    assert image.crop(PHOTO, -100, 0, 90, 5).shape == (5, 8, 3)
    with pytest.raises(ValueError, match="outside the image of 18 × 12"):
        image.crop(PHOTO, 18, 0)


def test_quarter_turns_are_exact() -> None:
    assert_array_equal(image.rotate(PHOTO, 90), np.rot90(PHOTO))
    assert_array_equal(image.rotate(PHOTO, -90), np.rot90(PHOTO, -1))
    assert_array_equal(image.rotate(PHOTO, 180, expand=False), PHOTO[::-1, ::-1])
    assert image.rotate(PHOTO, 90, expand=False).shape == PHOTO.shape


def test_a_turned_image_is_turned_counter_clockwise() -> None:
    spot = np.zeros((41, 41), np.float32)
    spot[20, 35] = 1  # right of the middle
    turned = image.rotate(spot, 45, expand=False)
    row, column = np.unravel_index(turned.argmax(), turned.shape)
    assert row == pytest.approx(20 - 15 * 0.7071, abs=1)
    assert column == pytest.approx(20 + 15 * 0.7071, abs=1)


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_uncovered_corners_get_the_colour(channels: tuple[int, ...]) -> None:
    white = np.ones((20, 20, *channels), np.float32)
    turned = image.rotate(white, 45, fill=RED)
    assert turned.shape[0] == pytest.approx(20 * 2**0.5, abs=2)
    expected = {(): 0.2126, (3,): [1, 0, 0], (4,): [1, 0, 0, 1]}[channels]
    assert_allclose(turned[0, 0], expected, atol=1e-5)
    assert_allclose(turned[15, 15], 1, atol=1e-5)


def test_flip_mirrors() -> None:
    assert_array_equal(image.flip(PHOTO, "horizontal"), PHOTO[:, ::-1])
    assert_array_equal(image.flip(PHOTO, "vertical"), PHOTO[::-1])
    assert_array_equal(image.flip(PHOTO, "both"), PHOTO[::-1, ::-1])


def test_pad_adds_a_border_on_each_side() -> None:
    framed = image.pad(PHOTO, 1, 2, 3, 4, fill=RED)
    assert framed.shape == (19, 21, 3)
    assert_array_equal(framed[3:15, 1:19], PHOTO)
    assert framed[0, 0].tolist() == [1, 0, 0]
    assert_array_equal(image.pad(PHOTO, 0, 1, 0, 0, "edge")[:, -1], PHOTO[:, -1])
    assert_array_equal(image.pad(PHOTO, 1, 0, 0, 0, "mirror")[:, 0], PHOTO[:, 1])
    assert_array_equal(image.pad(PHOTO, 1, 0, 0, 0, "wrap")[:, 0], PHOTO[:, -1])
    assert image.pad(PHOTO[:1, :1], 2, 2, 2, 2, "mirror").shape == (5, 5, 3)
    assert_allclose(image.pad(PHOTO[:, :, 0], 1, 0, 0, 0, fill=RED)[0, 0], 0.2126)
