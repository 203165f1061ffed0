"""Blur that is described, added and taken away; noise and scratches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.image as image
from shtairir.errors import RunCancelledError

RNG = np.random.default_rng(4)


def scene() -> np.ndarray[Any, Any]:
    """Bright shapes with sharp edges on grey, 64 × 80."""
    pixels = np.full((64, 80), 0.2, np.float32)
    pixels[10:30, 12:40] = 0.8
    pixels[40:44, 5:75] = 0.6
    rows, columns = np.ogrid[:64, :80]
    pixels[(rows - 30) ** 2 + (columns - 60) ** 2 < 81] = 0.9
    return pixels


def difference(a: Any, b: Any) -> float:
    """The root mean square difference."""
    return float(np.sqrt(np.mean((np.asarray(a, float) - b) ** 2)))


@pytest.mark.parametrize("shape", ["gaussian", "disk", "motion"])
@pytest.mark.parametrize("radius", [0.0, 0.4, 1.0, 3.7])
def test_a_point_spread_adds_up_to_one_around_its_middle(shape: Any, radius: float) -> None:
    kernel = image.point_spread(shape, radius)
    assert kernel.sum() == pytest.approx(1)
    assert kernel.shape[0] == kernel.shape[1]
    assert kernel.shape[0] % 2 == 1
    assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-12)
    assert kernel[len(kernel) // 2, len(kernel) // 2] == pytest.approx(kernel.max())


def test_a_motion_has_a_length_and_a_direction() -> None:
    across = image.point_spread("motion", 4.0, 0.0)
    assert across[4].sum() == pytest.approx(1)
    assert_allclose(image.point_spread("motion", 4.0, 90.0), across.T, atol=1e-12)
    rising = image.point_spread("motion", 4.0, 45.0)
    assert rising[2, 6] > 10 * rising[2, 2]


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (4, 3), (2, 5)])
def test_convolution_is_the_sum_over_the_mirrored_neighbourhood(shape: tuple[int, int]) -> None:
    pixels, kernel = RNG.random((9, 11)), RNG.normal(size=shape)
    padded = np.pad(pixels, 6, mode="symmetric")
    found = image.convolve(pixels, kernel)
    for row in range(9):
        for column in range(11):
            expected = sum(
                kernel[i, j] * padded[row + 6 + shape[0] // 2 - i, column + 6 + shape[1] // 2 - j]
                for i in range(shape[0])
                for j in range(shape[1])
            )
            assert found[row, column] == pytest.approx(expected, abs=1e-5)


def test_convolution_goes_channel_by_channel_and_keeps_even_light() -> None:
    colors = np.dstack([scene(), 1 - scene(), np.full((64, 80), 0.5, np.float32)])
    blurred = image.convolve(colors, image.point_spread("disk", 3.0))
    assert_allclose(blurred[:, :, 2], 0.5, atol=1e-6)
    assert_allclose(blurred[:, :, 0], image.convolve(scene(), image.point_spread("disk", 3.0)))
    assert blurred.dtype == np.float32


@pytest.mark.parametrize("shape", ["gaussian", "disk", "motion"])
def test_deblurring_comes_nearer_to_the_truth_with_every_turn(ctx: Any, shape: Any) -> None:
    psf = image.point_spread(shape, 2.5, 30)
    blurred = image.convolve(scene(), psf)
    errors = [difference(image.richardson_lucy(ctx, blurred, psf, turns), scene()) for turns in (1, 5, 25, 100)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.75 * difference(blurred, scene())
    assert ctx.fractions[-1] == 1


def test_light_is_neither_made_nor_lost_by_deblurring(ctx: Any) -> None:
    psf = image.point_spread("gaussian", 1.5)
    flat = np.full((20, 30, 3), 0.37, np.float32)
    assert_allclose(image.richardson_lucy(ctx, flat, 5 * psf, 10), 0.37, atol=1e-4)
    with_alpha = np.dstack([flat, np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30)])
    assert_array_equal(image.richardson_lucy(ctx, with_alpha, psf, 2)[:, :, 3], with_alpha[:, :, 3])


def test_deblurring_stops_when_it_is_asked_to(ctx: Any) -> None:
    ctx.cancel_after = 3
    with pytest.raises(RunCancelledError):
        image.richardson_lucy(ctx, scene(), np.ones((3, 3)), 1000)
    assert len(ctx.fractions) == 3


def test_a_scratch_on_a_slope_disappears() -> None:
    slope = np.linspace(0.2, 0.8, 60, dtype=np.float32)[np.newaxis].repeat(40, 0).copy()
    scratch = np.zeros(slope.shape, bool)
    scratch[18:21, 5:55] = True
    broken = np.where(scratch, np.float32(np.nan), slope)
    assert_allclose(image.inpaint(broken, scratch), slope, atol=0.01)
    colors = np.dstack([slope, slope, 1 - slope])
    assert_allclose(image.inpaint(np.where(scratch[:, :, np.newaxis], 1, colors), scratch), colors, atol=0.01)
    assert_array_equal(image.inpaint(slope, np.zeros(slope.shape, bool)), slope)


@pytest.mark.parametrize("method", ["tv", "non-local means"])
@pytest.mark.parametrize("deviation", [0.05, 0.15])
def test_noise_goes_and_edges_stay(method: Any, deviation: float) -> None:
    clean = np.kron(scene(), np.ones((2, 2), np.float32))
    noisy = np.clip(clean + RNG.normal(0, deviation, clean.shape), 0, 1).astype(np.float32)
    found = image.denoise(noisy, method)
    assert difference(found, clean) < 0.6 * difference(noisy, clean)
    edge = np.abs(np.diff(found[40, 10:40])).max()
    assert edge > 0.2


@pytest.mark.parametrize("method", ["tv", "non-local means"])
def test_a_clean_image_is_left_almost_alone(method: Any) -> None:
    assert difference(image.denoise(scene(), method), scene()) < 0.01
    colors = np.dstack([scene()] * 4)
    assert image.denoise(colors, method, 0.1).shape == (64, 80, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: image.convolve(scene(), np.ones(3)), "rows and columns"),
        (lambda: image.convolve(scene(), np.full((3, 3), np.nan)), "missing or infinite"),
        (lambda: image.richardson_lucy(None, scene(), -np.ones((3, 3))), "weights from 0 on"),
        (lambda: image.inpaint(scene(), np.ones((64, 80), bool)), "whole image"),
        (lambda: image.inpaint(scene(), np.ones((4, 4), bool)), "must be equal"),
        (lambda: image.denoise(scene()[:4]), "too small"),
    ],
)
def test_what_cannot_be_restored_is_said_in_a_sentence(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
