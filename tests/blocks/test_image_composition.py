"""Images made of several, and drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.image as image
from shtairir.block.values import Color
from shtairir.errors import RunCancelledError

RNG = np.random.default_rng(9)
RED, BLUE = Color(1, 0, 0), Color(0, 0, 1)


def flat(*values: float, size: tuple[int, int] = (4, 6)) -> np.ndarray[Any, Any]:
    """An image of one colour."""
    pixels = np.empty((*size, len(values)), np.float32)
    pixels[...] = values
    pixels.setflags(write=False)
    return pixels[:, :, 0] if len(values) == 1 else pixels


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("normal", 0.6),
        ("multiply", 0.12),
        ("screen", 0.68),
        ("overlay", 0.24),
        ("add", 0.8),
        ("difference", 0.4),
        ("darken", 0.2),
        ("lighten", 0.6),
    ],
)
def test_blend_modes_follow_their_formulas(mode: Any, expected: float) -> None:
    base, top = flat(0.2), flat(0.6)
    assert_allclose(image.blend(base, top, mode, 1.0), expected, atol=1e-6)
    assert_allclose(image.blend(base, top, mode, 0.5), (0.2 + expected) / 2, atol=1e-6)
    assert_allclose(image.blend(base, top, mode, 0.0), 0.2, atol=1e-6)


def test_blend_respects_transparency() -> None:
    result = image.blend(flat(0, 0, 1), flat(1, 0, 0, 0.25), "normal", 1.0)
    assert_allclose(result[0, 0], [0.25, 0, 0.75, 1], atol=1e-6)
    glass = image.blend(flat(0, 0, 1, 0), flat(1, 0, 0, 0.5), "normal", 1.0)
    assert_allclose(glass[0, 0], [1, 0, 0, 0.5], atol=1e-6)
    nothing = image.blend(flat(0, 0, 1, 0), flat(1, 0, 0, 0), "normal", 1.0)
    assert np.isfinite(nothing).all()
    assert image.blend(flat(0.1), flat(1, 0, 0)).shape == (4, 6, 3)
    with pytest.raises(ValueError, match="6 × 4 and 3 × 2 pixels"):
        image.blend(flat(0.1), flat(0.1, size=(2, 3)))


def test_a_mask_cuts_an_image_out() -> None:
    mask = np.zeros((4, 6), bool)
    mask[1:3, 2:4] = True
    cut = image.apply_mask(flat(0.5), mask)
    assert cut.shape == (4, 6, 4)
    assert_array_equal(cut[:, :, 3] > 0, mask)
    on_red = image.apply_mask(flat(0.5), mask, RED)
    assert on_red.shape == (4, 6, 3)
    assert on_red[0, 0].tolist() == [1, 0, 0]
    assert on_red[1, 2].tolist() == [0.5, 0.5, 0.5]


def test_outlines_run_along_the_inner_border() -> None:
    labels = np.zeros((12, 12), np.int32)
    labels[2:6, 2:10] = 1
    labels[6:10, 2:10] = 2
    drawn = image.outline(flat(0.0, size=(12, 12)), labels, RED, thickness=1, fill=0)
    lines = drawn[:, :, 0] > 0.5
    for row in range(12):
        for column in range(12):
            around = labels[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
            expected = labels[row, column] > 0 and len(np.unique(around)) > 1
            assert lines[row, column] == expected
    assert drawn[:, :, 1].max() == 0
    tinted = image.outline(flat(0.0, size=(12, 12)), labels, RED, thickness=1, fill=0.25)
    assert tinted[4, 5, 0] == pytest.approx(0.25)
    assert_array_equal(image.outline(flat(0.5), np.zeros((4, 6), bool)), image.to_rgb(flat(0.5)))


def test_outlines_accept_masks_and_refuse_other_sizes() -> None:
    mask = np.zeros((4, 6), np.float32)
    mask[1:3, 1:5] = 1
    assert image.outline(flat(0.5), mask)[1, 1, 0] > 0.9
    with pytest.raises(ValueError, match="differ in size"):
        image.outline(flat(0.5), np.zeros((3, 3), bool))
    with pytest.raises(ValueError, match="mask or labels"):
        image.outline(flat(0.5), np.zeros((4, 6, 3), bool))


def test_each_label_has_a_colour_of_its_own() -> None:
    labels = np.arange(40, dtype=np.int32).reshape(4, 10)
    colored = image.color_labels(labels)
    assert colored[0, 0].tolist() == [0, 0, 0]
    assert len({tuple(color) for color in colored.reshape(-1, 3).round(4).tolist()}) == 40
    assert colored.min() >= 0
    assert colored.max() <= 1
    assert image.color_labels(np.zeros((0, 0), np.int32)).shape == (0, 0, 3)


@pytest.mark.parametrize("shape", [(60, 80), (60, 80, 3), (60, 80, 4)])
def test_numbers_are_written_where_they_belong(shape: tuple[int, ...]) -> None:
    black = np.zeros(shape, np.float32)
    black.setflags(write=False)
    table = pl.DataFrame({"x": [20.0, 60.0, None], "y": [30.0, 30.0, 1.0], "label": [1, 23, 4]})
    drawn = image.annotate(black, table, size=20, color=BLUE)
    assert drawn.shape == (60, 80, 4 if shape[-1] == 4 else 3)
    ink = np.argwhere(drawn[:, :, 2] > 0.5)
    for x in (20, 60):
        near = ink[abs(ink[:, 1] - x) < 20]
        assert near.mean(axis=0) == pytest.approx([30, x], abs=4)
    if shape[-1] == 4:
        assert drawn[:, :, 3].max() == 0


def test_numbers_are_rounded_and_columns_are_named() -> None:
    black = np.zeros((40, 120), np.float32)
    table = pl.DataFrame({"x": [60.0], "y": [20.0], "size": [3.14159]})
    short, long = (image.annotate(black, table, "size", decimals=digits).sum() for digits in (0, 4))
    assert long > 1.5 * short
    with pytest.raises(ValueError, match=r"no column 'label'\. It has: x, y, size"):
        image.annotate(black, table)


def test_text_starts_at_its_place_and_may_leave_the_image() -> None:
    black = np.zeros((60, 200), np.float32)
    drawn = image.draw_text(black, "Hi\nthere", x=50, y=10, size=20)
    ink = np.argwhere(drawn[:, :, 0] > 0.5)
    assert ink[:, 1].min() == pytest.approx(50, abs=3)
    assert ink[:, 0].min() == pytest.approx(14, abs=6)
    assert ink[:, 0].max() > 30
    assert image.draw_text(black, "far away", x=-500, y=9000).max() == 0
    assert_array_equal(image.draw_text(black, ""), image.to_rgb(black))


def test_outlined_text_stands_out_from_its_own_colour() -> None:
    white = np.ones((60, 200), np.float32)
    assert image.draw_text(white, "Hi").min() == 1
    assert image.draw_text(white, "Hi", outlined=True).min() < 0.4


def test_a_sheet_holds_each_image_in_its_place(ctx: Any) -> None:
    pictures = [flat(1, 0, 0, size=(60, 80)), flat(0, 1, 0, size=(80, 20)), flat(0.5, size=(6, 8))]
    sheet = image.contact_sheet(ctx, pictures, columns=2, size=40, gap=10, background=BLUE)
    assert sheet.shape == (2 * 40 + 10, 2 * 50 + 10, 3)
    assert sheet[25, 30].tolist() == pytest.approx([1, 0, 0], abs=1e-5)
    assert sheet[25, 80].tolist() == pytest.approx([0, 1, 0], abs=1e-5)
    assert sheet[25, 65].tolist() == [0, 0, 1]
    assert sheet[65, 30].tolist() == pytest.approx([0.5] * 3)
    assert sheet[65, 12].tolist() == [0, 0, 1]  # small images are not enlarged
    assert ctx.fractions == pytest.approx([1 / 3, 2 / 3, 1])


def test_captions_take_room_and_long_ones_are_shortened(ctx: Any) -> None:
    pictures = [flat(0.5, size=(30, 40))] * 2
    plain = image.contact_sheet(ctx, pictures, columns=2, size=40, gap=4)
    titled = image.contact_sheet(ctx, pictures, ["a", "a very long name of a picture.png"], columns=2, size=40, gap=4)
    assert titled.shape[0] > plain.shape[0]
    assert titled[-20:].max() > 0.8
    assert titled[-20:, :4].max() < 0.2
    with pytest.raises(ValueError, match="1 captions for 2 images"):
        image.contact_sheet(ctx, pictures, ["a"])
    with pytest.raises(ValueError, match="no images for a sheet"):
        image.contact_sheet(ctx, [])


def test_a_sheet_stops_when_the_run_is_cancelled(ctx: Any) -> None:
    ctx.cancel_after = 1
    with pytest.raises(RunCancelledError):
        image.contact_sheet(ctx, [flat(0.5)] * 5)
    assert len(ctx.fractions) == 1
