"""Images: zoom about the cursor, pan, 100 %, and true values under the cursor."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from shtairir_ui.preview.picture import picture_of
from shtairir_ui.preview.pixels import halved, heat_map, map_picture, to_bytes
from tests.ui import gestures


@pytest.fixture
def picture() -> np.ndarray:
    ramp = np.linspace(0, 1, 400 * 300, dtype=np.float32).reshape(300, 400)
    return np.stack([ramp, 1 - ramp, np.full_like(ramp, 0.25)], axis=2)


@pytest.fixture
def view(show, picture, qtbot):
    shown = show(picture, "image")
    qtbot.waitUntil(lambda: shown.surface.picture_size == (400, 300))
    return shown


def test_the_line_tells_size_mode_and_type(view):
    assert view.info.full_text() == "400 × 300  RGB  float32  1.4 MB"


def test_a_picture_is_fitted_first(view):
    assert view.surface.is_fitting
    middle = view.surface.position_of(200, 150) - QPointF(view.surface.width() / 2, view.surface.height() / 2)
    assert middle.manhattanLength() < 2


def test_the_wheel_keeps_the_pixel_under_the_cursor(view):
    at = view.surface.position_of(100, 80)
    before = view.surface.pixel_at(at)
    for _ in range(4):
        gestures.wheel(view.surface, at.toPoint(), 1)
    assert view.surface.scale > 1
    x, y = view.surface.pixel_at(at)
    assert abs(x - before[0]) <= 1
    assert abs(y - before[1]) <= 1


def test_a_drag_moves_the_picture_with_the_hand(view):
    view.surface.zoom(4)
    start = QPoint(150, 100)
    grabbed = view.surface.pixel_at(start.toPointF())
    gestures.press(view.surface, start)
    gestures.move(view.surface, start + QPoint(37, 21), Qt.MouseButton.LeftButton)
    gestures.release(view.surface, start + QPoint(37, 21))
    assert view.surface.pixel_at((start + QPoint(37, 21)).toPointF()) == grabbed


def test_a_picture_cannot_be_lost_by_panning(view):
    for _ in range(60):
        QTest.keyClick(view.surface, Qt.Key.Key_Left)
    left = view.surface.position_of(0, 0)
    right = view.surface.position_of(399, 299)
    assert left.x() < view.surface.width()
    assert right.x() > 0


def test_the_values_under_the_cursor_are_the_array_s_own(view, picture):
    at = view.surface.position_of(123, 45)
    gestures.move(view.surface, at.toPoint())
    x, y = view.surface.pixel_at(at.toPoint().toPointF())
    expected = "  ".join(f"{part:.3f}" for part in picture[y, x])
    assert view.foot.full_text() == f"x {x}  y {y}    {expected}"


def test_keys_go_to_full_size_and_back(view):
    view.surface.setFocus()
    QTest.keyClick(view.surface, Qt.Key.Key_1)
    assert view.surface.scale == 1
    QTest.keyClick(view.surface, Qt.Key.Key_0)
    assert view.surface.is_fitting


def test_a_new_picture_of_the_same_size_keeps_the_place(view, show, picture, qtbot):
    view.surface.zoom(8, QPointF(60, 60))
    before = view.surface.pixel_at(QPointF(60, 60))
    show(1 - picture, "image")
    qtbot.wait(100)
    assert view.surface.pixel_at(QPointF(60, 60)) == before


def test_copy_puts_the_picture_on_the_clipboard(view):
    view.copy()
    assert QGuiApplication.clipboard().image().size() == QSize(400, 300)


def test_what_is_painted_are_the_pixels(show, qtbot):
    blocks = np.zeros((2, 2, 3), np.float32)
    blocks[0, 0], blocks[1, 1] = (1, 0, 0), (0, 0, 1)
    view = show(blocks, "image")
    qtbot.waitUntil(lambda: view.surface.picture_size == (2, 2))
    painted = view.surface.grab().toImage()
    assert painted.pixelColor(view.surface.position_of(0, 0).toPoint()).name() == "#ff0000"
    assert painted.pixelColor(view.surface.position_of(1, 1).toPoint()).name() == "#0000ff"


def test_a_large_picture_does_not_hold_up_the_window(editor, panel, patience):
    editor.put("large", {"out": "image"}, {"out": np.ones((3000, 4000, 3), np.float32)})
    editor.select("large")
    longest = patience(lambda: panel.view is not None and panel.view.surface.picture_size == (4000, 3000))
    # A stop of half a second would be the conversion itself; the exact time is for the benchmarks.
    assert longest < 0.4


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[-3.0, np.nan, 7.0]], np.float32), [0, 0, 255]),
        (np.array([[False, True, True]]), [0, 255, 255]),
        (np.array([[0, 256, 65535]], np.uint16), [0, 1, 255]),
    ],
)
def test_values_become_bytes(values, expected):
    assert to_bytes(values).tolist() == [expected]


def test_half_size_is_the_mean_of_four():
    assert halved(np.array([[0, 10], [20, 30]], np.uint8)).tolist() == [[15]]


def test_smaller_copies_reach_down_to_the_size_of_a_panel():
    levels = picture_of(np.zeros((1500, 4000), np.float32)).levels
    assert [level.width() for level in levels] == [4000, 2000, 1000, 500]


def test_a_heat_map_is_brighter_where_values_are_larger_and_marks_what_is_no_number():
    picture = heat_map(np.array([[0.0, 1.0, np.nan]]))
    assert picture[0, 0].sum() < picture[0, 1].sum()
    assert picture[0, 2].tolist() == [214, 64, 92]


def test_a_mask_is_black_and_white():
    assert map_picture(np.array([[True, False]])).tolist() == [[255, 0]]


def test_numbered_objects_get_colours_of_their_own():
    labels = np.zeros((40, 40), np.int32)
    labels[5:15, 5:15], labels[20:35, 20:35] = 1, 2
    picture = map_picture(labels)
    ground, one, two = (picture[place].astype(int) for place in ((0, 0), (6, 6), (21, 21)))
    assert np.abs(one - two).sum() > 100
    assert ground.sum() < min(one.sum(), two.sum())


def test_counts_are_a_heat_map_and_not_objects():
    counts = np.arange(1, 1601).reshape(40, 40)
    assert np.array_equal(map_picture(counts), heat_map(counts))


def test_of_a_huge_image_every_nth_pixel_is_shown_with_its_own_place(show, qtbot, monkeypatch):
    monkeypatch.setattr("shtairir_ui.preview.image_view._MOST_PIXELS", 3000)
    values = np.arange(100 * 120, dtype=np.float32).reshape(100, 120) / 12_000
    view = show(values, "image")
    qtbot.waitUntil(lambda: view.surface.picture_size == (60, 50))
    assert "every second pixel is shown" in view.foot.full_text()
    gestures.move(view.surface, view.surface.position_of(30, 20).toPoint())
    assert view.foot.full_text() == f"x 60  y 40    {values[40, 60]:.3f}"
