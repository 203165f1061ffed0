"""Levels, channels and the comparison of two images."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from shtairir_ui.preview.jobs import OutdatedError, Ticket
from shtairir_ui.preview.levels import Shade, histogram_of, nominal
from tests.ui import gestures


@pytest.fixture
def view(show, qtbot):
    grey = np.linspace(0, 1, 100 * 80, dtype=np.float32).reshape(80, 100)
    shown = show(np.stack([grey, 1 - grey, np.full_like(grey, 0.5)], axis=2), "image")
    qtbot.waitUntil(lambda: shown.surface.picture_size == (100, 80))
    return shown


def color_at(view, x: int, y: int) -> str:
    return view.surface.grab().toImage().pixelColor(view.surface.position_of(x, y).toPoint()).name()


def test_every_value_is_counted_once():
    values = np.random.default_rng(1).random((70, 90, 3), np.float32)
    histogram = histogram_of(values, Ticket(), (0.0, 1.0))
    assert histogram.counts.sum(axis=1).tolist() == [6300] * 3
    assert histogram.span == (values.min(), values.max())


def test_what_is_no_number_is_told_and_not_counted():
    values = np.array([[0.5, np.nan], [np.inf, 2.0]], np.float32)
    histogram = histogram_of(values, Ticket(), (0.0, 1.0))
    assert (histogram.strange, histogram.counts.sum()) == (2, 2)
    assert histogram.clipped == 0.5


@pytest.mark.parametrize(
    "values", [np.full((3, 3), np.nan, np.float32), np.zeros((1, 1), np.uint8), np.full((2, 2), 7, np.int64)]
)
def test_odd_images_have_a_histogram_too(values):
    histogram = histogram_of(values, Ticket())
    assert histogram.edges[0] < histogram.edges[1]


def test_counting_stops_when_nobody_wants_it_any_more():
    ticket = Ticket()
    ticket.wanted = False
    with pytest.raises(OutdatedError):
        histogram_of(np.zeros((500, 500), np.float32), ticket)


def test_the_automatic_levels_leave_out_a_few_extremes():
    values = np.random.default_rng(2).normal(0.5, 0.01, (400, 400)).astype(np.float32)
    values[0, 0], values[0, 1] = 0, 1
    low, high = histogram_of(values, Ticket(), (0.0, 1.0)).auto
    assert 0.4 < low < 0.49
    assert 0.51 < high < 0.6


@pytest.mark.parametrize(
    ("image", "shade", "expected"),
    [
        (np.array([[-1.0, 0.0, 1.0, 3.0]], np.float32), Shade((-1.0, 1.0)), [0, 128, 255, 255]),
        (np.array([[0, 100, 200]], np.uint8), Shade((0, 100)), [0, 255, 255]),
        (np.array([[0, 255]], np.int64), Shade(), [0, 255]),
        (np.array([[-5, 5]], np.int32), Shade(), [0, 255]),
        (np.array([[0.0, np.nan, np.inf]], np.float32), Shade((0, 2)), [0, 0, 255]),
    ],
)
def test_levels_say_what_is_black_and_white(image, shade, expected):
    assert shade.bytes_of(image).tolist() == [expected]


def test_opacity_is_no_matter_of_levels():
    image = np.full((2, 2, 4), 0.5, np.float32)
    assert Shade((0.0, 0.5)).bytes_of(image)[0, 0].tolist() == [255, 255, 255, 128]


def test_the_range_of_a_type_is_known():
    assert nominal(np.zeros((2, 2), np.uint16)) == (0.0, 65535.0)
    assert nominal(np.full((2, 2), 1e9, np.float32)) == (0.0, 1.0)


def test_a_mark_is_dragged_and_the_picture_follows(view, qtbot):
    QTest.mouseClick(view.levels_switch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view._histogram is not None)
    bar = view.levels.bar
    start = QPoint(round(bar.place_of(1.0)), 20)
    gestures.press(bar, start)
    gestures.move(bar, QPoint(round(bar.place_of(0.5)), 20), Qt.MouseButton.LeftButton)
    gestures.release(bar, QPoint(round(bar.place_of(0.5)), 20))
    assert bar.span[1] == pytest.approx(0.5, abs=0.02)
    qtbot.waitUntil(lambda: color_at(view, 50, 78).startswith("#ff"))
    QTest.mouseClick(view.levels.plain, Qt.MouseButton.LeftButton)
    assert bar.span == (0.0, 1.0)


def test_marks_are_moved_with_the_keyboard(view, qtbot):
    view.levels_switch.setChecked(True)
    qtbot.waitUntil(lambda: view._histogram is not None)
    QTest.keyClick(view.levels.bar, Qt.Key.Key_Right)
    QTest.keyClick(view.levels.bar, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    low, high = view.levels.bar.span
    assert (low, high) == pytest.approx((0.01, 0.99))


def test_one_channel_is_seen_as_grey(view, qtbot):
    view.show_channel(0)
    qtbot.waitUntil(lambda: color_at(view, 98, 78)[1:3] == color_at(view, 98, 78)[3:5] == color_at(view, 98, 78)[5:7])
    assert int(color_at(view, 98, 78)[1:3], 16) > 240


def test_values_outside_of_black_and_white_are_told(show, qtbot):
    view = show(np.full((10, 10), 100.0, np.float32), "image")
    view.levels_switch.setChecked(True)
    qtbot.waitUntil(lambda: "100 % lie outside of black and white" in view.foot.full_text())
    QTest.mouseClick(view.levels.auto, Qt.MouseButton.LeftButton)
    assert "outside" not in view.foot.full_text()


@pytest.fixture
def compared(editor, show, qtbot):
    black, white = np.zeros((40, 60, 3), np.float32), np.ones((20, 30, 3), np.float32)
    editor.put("white", {"out": "image"}, {"out": white})
    editor.put("words", {"out": "text"}, {"out": "no picture"})
    view = show(black, "image")
    qtbot.waitUntil(lambda: view.surface.picture_size == (60, 40))
    (other,) = view._others()
    view.compare_with(other)
    qtbot.waitUntil(lambda: view.surface.other is not None)
    return view


def test_two_images_are_compared_with_a_divider(compared):
    assert color_at(compared, 5, 5) == "#000000"
    assert color_at(compared, 55, 5) == "#ffffff"
    at = QPoint(round(compared.surface.divider), compared.surface.height() // 2)
    to = QPoint(round(compared.surface.position_of(58, 5).x()), at.y())
    gestures.press(compared.surface, at)
    gestures.move(compared.surface, to, Qt.MouseButton.LeftButton)
    gestures.release(compared.surface, to)
    assert color_at(compared, 55, 5) == "#000000"
    assert compared.surface.is_fitting, "the divider was moved, not the picture"


def test_the_values_of_both_are_told(compared):
    gestures.move(compared.surface, compared.surface.position_of(10, 8).toPoint())
    assert compared.foot.full_text() == "x 10  y 8    0.000  0.000  0.000    │    1.000  1.000  1.000"


def test_a_picture_that_is_gone_is_compared_no_longer(compared, editor, panel, qtbot):
    editor.results = {ref: value for ref, value in editor.results.items() if ref.node != "white"}
    editor.put("node", {"out": "image"}, {"out": np.zeros((40, 60, 3), np.float32)})
    editor.run_finished.emit(None)
    qtbot.waitUntil(lambda: compared.surface.other is None)
