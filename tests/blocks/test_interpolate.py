"""Values between those that were measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.interpolate as interpolate

RNG = np.random.default_rng(5)
METHODS = ("linear", "cubic", "pchip", "akima", "nearest", "previous")
NAN = np.nan


@pytest.mark.parametrize("method", METHODS)
def test_the_curve_passes_through_its_points_in_whatever_order_they_come(method: Any) -> None:
    places = np.sort(RNG.uniform(0, 10, 12))
    values = RNG.normal(size=12)
    order = RNG.permutation(12)
    assert_allclose(interpolate.interp(places, places[order], values[order], method), values, atol=1e-12)


@pytest.mark.parametrize("method", ["linear", "cubic", "pchip", "akima"])
def test_a_straight_line_stays_one(method: Any) -> None:
    places = np.array([0.0, 1.0, 2.5, 4.0, 7.0])
    at = np.linspace(0, 7, 29)
    assert_allclose(interpolate.interp(at, places, 3 * places - 1, method), 3 * at - 1, atol=1e-12)
    assert_allclose(interpolate.interp(np.array([-2.0, 9.0]), places, 3 * places - 1, method, "extend"), [-7, 26])


def test_linear_agrees_with_numpy_and_cubic_follows_a_cubic() -> None:
    places, at = np.sort(RNG.uniform(0, 10, 30)), RNG.uniform(-1, 11, (4, 50))
    values = RNG.normal(size=30)
    assert_allclose(interpolate.interp(at, places, values), np.interp(at, places, values), atol=1e-12)
    inside = np.linspace(places[0], places[-1], 40)
    cubic = places**3 - 2 * places
    assert_allclose(interpolate.interp(inside, places, cubic, "cubic"), inside**3 - 2 * inside, rtol=1e-9, atol=1e-6)


def test_pchip_never_leaves_the_range_of_its_neighbours() -> None:
    places, values = np.arange(6.0), np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    at = np.linspace(0, 5, 201)
    assert np.ptp(interpolate.interp(at, places, values, "pchip")) == 1
    assert np.ptp(interpolate.interp(at, places, values, "cubic")) > 1.05


def test_nearest_and_previous_keep_to_values_that_were_measured() -> None:
    places, values = np.array([0.0, 1.0, 3.0]), np.array([10.0, 20.0, 30.0])
    at = np.array([-1, 0, 0.4, 0.5, 0.6, 1, 1.9, 2.1, 3, 8])
    assert_array_equal(interpolate.interp(at, places, values, "nearest"), [10, 10, 10, 10, 20, 20, 20, 30, 30, 30])
    assert_array_equal(interpolate.interp(at, places, values, "previous"), [10, 10, 10, 10, 10, 20, 20, 20, 30, 30])


def test_what_is_missing_stays_out_and_equal_places_count_by_their_mean() -> None:
    places, values = np.array([0.0, 1.0, 1.0, NAN, 2.0]), np.array([0.0, 4.0, 6.0, 99.0, NAN])
    found = interpolate.interp(np.array([0.5, 1.0, NAN, 2.0]), places, values, outside="missing")
    assert_array_equal(found, [2.5, 5.0, NAN, NAN])


def test_moments_are_places_too() -> None:
    days = np.array(["2024-03-01", "2024-03-03", "2024-03-07"], "M8[D]")
    wanted = np.array(["2024-03-02", "NaT", "2024-03-05"], "M8[D]")
    assert_allclose(interpolate.interp(wanted, days, np.array([0.0, 2.0, 6.0])), [1, NAN, 4])
    found = interpolate.resample(days, np.array([0.0, 2.0, 6.0]), step=86400)
    assert found.x.dtype.kind == "M"
    assert str(found.x[3])[:10] == "2024-03-04"
    assert_allclose(found.y, range(7))


def test_resampling_is_even_from_the_first_to_the_last() -> None:
    places = np.array([3.0, 0.0, 1.0])
    x, y = interpolate.resample(places, places * 2, step=0.5)
    assert_allclose(x, np.arange(0, 3.01, 0.5))
    assert_allclose(y, 2 * x)
    assert_allclose(interpolate.resample(places, places, num=4).x, [0, 1, 2, 3])
    with pytest.raises(ValueError, match="larger one"):
        interpolate.resample(places, places, step=1e-12)


def test_a_smoothing_spline_finds_the_wave_below_the_noise_and_without_smoothing_every_point() -> None:
    x = np.sort(RNG.uniform(0, 10, 200))
    y = np.sin(x) + RNG.normal(0, 0.3, 200)
    smooth = interpolate.smoothing_spline(x, y)
    assert np.sqrt(np.mean((smooth - np.sin(x)) ** 2)) < 0.12
    assert_allclose(interpolate.smoothing_spline(x, y, lam=0.0), y, atol=1e-9)
    stiff = interpolate.smoothing_spline(x, y, lam=1e6)
    assert_allclose(stiff, np.polyval(np.polyfit(x, y, 1), x), atol=2e-3)
    scaled = interpolate.smoothing_spline(x * 1000, y, at=x * 1000)
    assert_allclose(scaled, smooth, atol=1e-6)


@pytest.mark.parametrize("method", ["linear", "cubic", "nearest"])
def test_a_plane_is_found_again_from_scattered_points(method: Any) -> None:
    x, y = RNG.uniform(0, 1, 300), RNG.uniform(0, 1000, 300)
    x[:4], y[:4] = [0, 0, 1, 1], [0, 1000, 0, 1000]
    grid, columns, rows = interpolate.griddata(x, y, 2 * x + y / 500, 15, 11, method)
    expected = 2 * columns[np.newaxis] + rows[:, np.newaxis] / 500
    assert grid.shape == (11, 15)
    assert_allclose(grid, expected, atol=1e-6 if method != "nearest" else 0.5)


def test_outside_of_all_triangles_the_nearest_point_counts() -> None:
    x, y = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    grid = interpolate.griddata(x, y, np.array([1.0, 2.0, 3.0]), 3, 3).grid
    assert np.isfinite(grid).all()
    assert grid[2, 2] in (2.0, 3.0)
    with pytest.raises(ValueError, match="on a line"):
        interpolate.griddata(np.arange(4.0), np.arange(4.0), np.arange(4.0))


def test_gaps_are_filled_up_to_a_length_and_never_at_the_ends() -> None:
    series = np.array([NAN, 1, NAN, 3, NAN, NAN, 6, NAN])
    assert_array_equal(interpolate.fill_gaps(series).out, [NAN, 1, 2, 3, 4, 5, 6, NAN])
    short = interpolate.fill_gaps(series, limit=1)
    assert_array_equal(short.out, [NAN, 1, 2, 3, NAN, NAN, 6, NAN])
    assert short.number == 1
    uneven = interpolate.fill_gaps(np.array([0.0, NAN, 10.0]), np.array([0.0, 1.0, 10.0]))
    assert_array_equal(uneven.out, [0, 1, 10])
    assert interpolate.fill_gaps(np.full(3, NAN)).number == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: interpolate.interp(np.zeros(1), np.array([1.0]), np.array([1.0])), "2 are needed"),
        (lambda: interpolate.interp(np.zeros(1), np.ones(3), np.ones(3)), "2 different places"),
        (lambda: interpolate.interp(np.zeros(1), np.ones(3), np.ones(2)), "belong together in pairs"),
        (lambda: interpolate.smoothing_spline(np.arange(4.0), np.arange(4.0)), "5 are needed"),
        (lambda: interpolate.fill_gaps(np.ones((2, 2))), "Take a column first"),
        (lambda: interpolate.fill_gaps(np.ones(2), np.ones(3)), "3 places for 2 values"),
        (lambda: interpolate.griddata(np.ones(2), np.ones(3), np.ones(2)), "give one for each"),
    ],
)
def test_too_little_to_go_by_is_said_in_a_sentence(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
