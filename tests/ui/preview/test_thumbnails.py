"""Small pictures: the right shape, the right colours, at a cost that hardly depends on the size."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure
from PySide6.QtCore import QSize

from shtairir.block.values import Audio
from shtairir_ui.preview import thumbnail

pytestmark = pytest.mark.usefixtures("qapp")
SIZE = QSize(192, 128)


def test_an_image_keeps_its_shape():
    small = thumbnail(np.zeros((1000, 3000, 3), np.float32), SIZE)
    assert (small.width(), small.height()) == (192, 64)


def test_a_small_image_is_not_blown_up():
    assert thumbnail(np.zeros((10, 20, 3), np.float32), SIZE).size() == QSize(20, 10)


def test_colours_are_kept():
    image = np.zeros((500, 500, 3), np.float32)
    image[..., 0] = 1
    small = thumbnail(image, SIZE)
    assert small.pixelColor(small.width() // 2, small.height() // 2).name() == "#ff0000"


def test_only_what_is_needed_of_a_large_image_is_read():
    # A view on one row, 100,000 × 100,000 pixels: converting it whole would take 40 GB.
    huge = np.broadcast_to(np.zeros((1, 100_000), np.float32), (100_000, 100_000))
    assert thumbnail(huge, SIZE, "image").size() == QSize(128, 128)


@pytest.mark.parametrize(
    "value",
    [
        np.arange(100.0),
        np.arange(100.0).reshape(10, 10),
        np.zeros((2, 3, 40, 50)),
        np.array([1.0, np.nan, 3.0]),
        np.full((30, 30), np.nan),
        Audio(np.zeros((1000, 2), np.float32), 8000),
        Figure(),
        [np.zeros((30, 30, 3), np.float32)] * 5,
    ],
    ids=["series", "grid", "four axes", "gap", "no numbers", "sound", "chart", "pictures"],
)
def test_what_can_be_seen_has_a_picture(value):
    small = thumbnail(value, SIZE)
    assert not small.isNull()
    assert small.width() <= 192
    assert small.height() <= 128


@pytest.mark.parametrize(
    "value", [None, 3, "text", [1, 2], {}, pl.DataFrame({"a": [1]}), np.zeros(0), np.zeros((0, 3))]
)
def test_what_cannot_be_seen_has_none(value):
    assert thumbnail(value, SIZE) is None
