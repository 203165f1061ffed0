"""Measurements against scikit-image, closed forms and loops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.image as image

RNG = np.random.default_rng(8)


def random_labels() -> np.ndarray[Any, Any]:
    """Ragged objects, some with holes, some of one pixel, some of two parts, some at the border; numbers have gaps."""
    labels = (RNG.integers(0, 5, (30, 40)) * 3).astype(np.int32)
    labels[RNG.random((30, 40)) < 0.3] = 0
    labels[5:12, 8:20] = 40
    labels[9, 12] = 41
    labels.setflags(write=False)
    return labels


def test_measurements_agree_with_scikit_image(ctx: Any) -> None:
    from skimage import measure

    labels, gray = random_labels(), RNG.random((30, 40), dtype=np.float32)
    table = image.measure(ctx, labels, gray)
    regions = measure.regionprops(labels, gray)
    assert table["label"].to_list() == [region.label for region in regions]
    for row, region in zip(table.to_dicts(), regions, strict=True):
        top, left, bottom, right = region.bbox
        assert row["area"] == region.area
        assert (row["y"], row["x"]) == pytest.approx(region.centroid)
        assert (row["left"], row["top"], row["width"], row["height"]) == (left, top, right - left, bottom - top)
        assert row["diameter"] == pytest.approx(math.sqrt(4 * region.area / math.pi))
        assert row["perimeter"] == pytest.approx(region.perimeter)
        values = gray[labels == region.label]
        assert row["mean"] == pytest.approx(values.mean(), rel=1e-5)
        assert row["std"] == pytest.approx(values.std(), abs=1e-6)
        assert (row["min"], row["max"]) == (values.min(), values.max())


@pytest.mark.parametrize(("width", "height"), [(12, 5), (5, 12), (1, 1), (7, 7)])
def test_the_ellipse_of_a_rectangle_has_its_second_moments(ctx: Any, width: int, height: int) -> None:
    labels = np.zeros((20, 30), np.int32)
    labels[3 : 3 + height, 4 : 4 + width] = 1
    row = image.measure(ctx, labels).to_dicts()[0]
    long, short = max(width, height), min(width, height)
    assert row["major_axis"] == pytest.approx(4 * long / math.sqrt(12))
    assert row["minor_axis"] == pytest.approx(4 * short / math.sqrt(12))
    assert row["eccentricity"] == pytest.approx(math.sqrt(1 - (short / long) ** 2))
    if width != height:
        assert abs(row["angle"]) == pytest.approx(0 if width > height else 90)


def test_angles_count_counter_clockwise(ctx: Any) -> None:
    rising = np.eye(20, dtype=np.int32)[::-1]
    assert image.measure(ctx, rising)["angle"][0] == pytest.approx(45)
    assert image.measure(ctx, rising[::-1])["angle"][0] == pytest.approx(-45)


def test_a_disk_is_round(ctx: Any) -> None:
    rows, columns = np.ogrid[:101, :101]
    labels = ((rows - 50) ** 2 + (columns - 50) ** 2 <= 40**2).astype(np.int32)
    row = image.measure(ctx, labels).to_dicts()[0]
    assert row["diameter"] == pytest.approx(80, rel=0.01)
    assert row["perimeter"] == pytest.approx(2 * math.pi * 40, rel=0.06)
    assert row["circularity"] == pytest.approx(1, abs=0.1)
    assert row["eccentricity"] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (1, 1), (4, 4)])
def test_no_objects_give_a_table_without_rows_but_with_columns(ctx: Any, shape: tuple[int, int]) -> None:
    empty = image.measure(ctx, np.zeros(shape, np.int32))
    one = image.measure(ctx, np.ones((1, 1), np.int32))
    assert empty.height == 0
    assert empty.columns == one.columns
    assert empty.dtypes == one.dtypes


def test_sizes_follow_the_size_of_a_pixel_and_positions_do_not(ctx: Any) -> None:
    labels = random_labels()
    plain, halved = image.measure(ctx, labels), image.measure(ctx, labels, pixel_size=0.5)
    assert_allclose(halved["area"], plain["area"] * 0.25)
    assert_allclose(halved["perimeter"], plain["perimeter"] * 0.5)
    assert_array_equal(halved["x"], plain["x"])
    assert_array_equal(halved["circularity"], plain["circularity"])
    assert plain["area"].dtype == pl.Int64


def test_a_mask_is_numbered_before_it_is_measured(ctx: Any) -> None:
    mask = np.zeros((5, 9), bool)
    mask[1, 1] = mask[3, 5:8] = True
    assert image.measure(ctx, mask)["area"].to_list() == [1, 3]


def test_an_image_of_another_size_is_refused(ctx: Any) -> None:
    with pytest.raises(ValueError, match="3 × 2 pixels and the labels have 4 × 4"):
        image.measure(ctx, np.ones((4, 4), np.int32), np.ones((2, 3), np.float32))
