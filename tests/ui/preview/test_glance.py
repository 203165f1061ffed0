"""What a value is at a glance: facts, and something to look at, for every kind and for hostile ones."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from PySide6.QtCore import QSize

from shtairir.block.values import Audio, Color
from shtairir_ui.preview import glance

pytestmark = pytest.mark.usefixtures("qapp")
SIZE = QSize(200, 150)


def test_an_image_is_its_picture_with_size_type_and_range() -> None:
    image = np.linspace(0, 1, 400 * 300 * 3, dtype=np.float32).reshape(300, 400, 3)
    seen = glance(image, SIZE, "image")
    assert seen.words == "400 × 300  RGB  float32  0 to 1"
    assert seen.picture is not None
    assert seen.picture.size() == QSize(200, 150)


def test_a_table_is_its_head() -> None:
    seen = glance(pl.DataFrame({"name": ["Gentoo", None], "mass": [5050.5, 3200.0]}), SIZE)
    assert seen.rows == (("name\ntext", "mass\nfloat64"), ("Gentoo", "5050.5"), ("–", "3200"))


def test_of_a_million_rows_and_a_thousand_columns_only_the_beginning_is_read() -> None:
    wide = pl.DataFrame({f"c{number}": np.zeros(1000) for number in range(1000)})
    seen = glance(wide, SIZE)
    assert (len(seen.rows), len(seen.rows[0])) == (61, 24)


@pytest.mark.parametrize(
    ("value", "large"),
    [(24, "24"), (0.25, "0.25"), (True, "true"), ("Grüße 雪", "Grüße 雪"), (Color(1, 0, 0), "#ff0000")],
)
def test_a_single_value_is_written_large(value: object, large: str) -> None:
    assert glance(value, SIZE).large == large


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "x" * 3_000_000,
        [],
        {},
        {"a": {"b": 1}},
        list(range(100_000)),
        np.zeros((0, 3)),
        np.array(3.0),
        np.full((5, 5), np.nan),
        np.array([["a", "b"]]),
        np.array([1 + 2j, np.inf]),
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((2, 2, 2, 2, 2)),
        np.array([object()]),
        pl.DataFrame(),
        pl.DataFrame({"l": [[1, 2], None]}),
        Audio(np.zeros((0, 1), np.float32), 8000),
        10**6000,
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_hostile_values_have_something_to_see(value: object) -> None:
    seen = glance(value, SIZE)
    assert seen.words
    assert seen.picture is not None or seen.large or seen.rows or value == ""
