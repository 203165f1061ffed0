"""Colour and tone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.image as image

RNG = np.random.default_rng(4)
SHAPES = [(6, 9), (6, 9, 3), (6, 9, 4), (1, 1), (1, 1, 4)]


def picture(shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Random pixels that cannot be written to."""
    pixels = RNG.random(shape, dtype=np.float32)
    pixels.setflags(write=False)
    return pixels


@pytest.mark.parametrize("shape", SHAPES)
def test_every_tone_block_keeps_shape_type_range_and_alpha(shape: tuple[int, ...]) -> None:
    pixels = picture(shape)
    for result in (
        image.adjust(pixels, 0.3, 1.5, 0.8, 1.4),
        image.invert(pixels),
        image.stretch(pixels),
        image.equalize(pixels, "global"),
        image.equalize(pixels, "adaptive"),
    ):
        assert result.shape == shape
        assert result.dtype == np.float32
        assert result.min() >= 0
        assert result.max() <= 1
        if shape[-1] == 4:
            assert_array_equal(result[:, :, 3], pixels[:, :, 3])


def test_grey_is_the_weighted_sum_of_the_colours() -> None:
    pixels = picture((3, 4, 4))
    gray = image.to_gray(pixels)
    for row in range(3):
        for column in range(4):
            red, green, blue, _ = pixels[row, column].tolist()
            assert gray[row, column] == pytest.approx(0.2126 * red + 0.7152 * green + 0.0722 * blue, abs=1e-6)
    assert_array_equal(image.to_gray(gray), gray)
    assert_allclose(image.to_gray(np.ones((2, 2, 3), np.float32)), 1, rtol=1e-6)


def test_neutral_settings_change_nothing() -> None:
    pixels = picture((5, 5, 3))
    assert_allclose(image.adjust(pixels), pixels, atol=1e-6)
    assert_allclose(image.stretch(pixels, 0, 100), (pixels - pixels.min()) / np.ptp(pixels), atol=1e-6)
    assert_allclose(image.invert(image.invert(pixels)), pixels, atol=1e-6)


def test_adjust_changes_tone_as_it_says() -> None:
    gray = np.array([[0.25, 0.5]], np.float32)
    assert_allclose(image.adjust(gray, brightness=0.1), [[0.35, 0.6]], atol=1e-6)
    assert_allclose(image.adjust(gray, contrast=2), [[0.0, 0.5]], atol=1e-6)
    assert_allclose(image.adjust(gray, gamma=2), [[0.5, 0.5**0.5]], atol=1e-6)
    flat = image.adjust(picture((4, 4, 3)), saturation=0)
    assert_allclose(flat[:, :, 0], flat[:, :, 2], atol=1e-6)


def test_equalized_values_are_spread_evenly() -> None:
    dark = RNG.random((64, 64), dtype=np.float32) ** 3
    spread = image.equalize(dark, "global")
    assert np.histogram(spread, 4, (0, 1))[0] / spread.size == pytest.approx([0.25] * 4, abs=0.03)


def test_a_constant_image_survives_stretch_and_equalize() -> None:
    flat = np.full((8, 8), 0.5, np.float32)
    assert_array_equal(image.stretch(flat), flat)
    assert np.isfinite(image.equalize(flat, "global")).all()


def test_channels_are_split_and_merged_back() -> None:
    pixels = picture((3, 5, 4))
    assert_array_equal(image.merge_channels(*image.split_channels(pixels)), pixels)
    red, green, blue, alpha = image.split_channels(pixels[:, :, 0])
    assert_array_equal(red, blue)
    assert (alpha == 1).all()
    assert image.merge_channels(red, green, blue).shape == (3, 5, 3)
    with pytest.raises(ValueError, match="5 × 3, 5 × 3, 5 × 2 pixels"):
        image.merge_channels(red, green, blue[:2])


def test_rgb_of_grey_has_three_equal_channels() -> None:
    gray = picture((2, 3))
    rgb = image.to_rgb(gray)
    assert rgb.shape == (2, 3, 3)
    assert_array_equal(rgb[:, :, 1], gray)
    assert image.to_rgb(picture((2, 3, 4))).shape == (2, 3, 3)


def test_whole_numbers_are_read_as_pixels() -> None:
    assert_allclose(image.to_gray(np.array([[0, 255]], np.uint8)), [[0, 1]])
    assert_allclose(image.to_gray(np.array([[0, 65535]], np.uint16)), [[0, 1]])
    assert image.to_gray(np.zeros((2, 2, 1))).shape == (2, 2)


def test_what_is_no_image_is_refused_by_its_shape() -> None:
    for shape in ((3,), (2, 2, 2), (1, 2, 3, 4)):
        with pytest.raises(ValueError, match="An image is"):
            image.invert(np.zeros(shape, np.float32))
    with pytest.raises(ValueError, match="empty"):
        image.stretch(np.zeros((0, 3), np.float32))
