"""Charts of matplotlib: zoomed, panned and read point by point, without a change to the figure."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from matplotlib.figure import Figure
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from shtairir_ui.preview.saving import write
from tests.ui import gestures


@pytest.fixture
def figure() -> Figure:
    made = Figure(figsize=(5, 4), dpi=80)
    axes = made.subplots()
    axes.plot([0, 1, 2, 3], [10, 20, 15, 30], label="price")
    axes.set_xlim(0, 3)
    axes.set_ylim(0, 40)
    return made


@pytest.fixture
def view(show, figure, qtbot):
    shown = show(figure)
    qtbot.waitUntil(lambda: bool(shown.surface.axes) and not shown.jobs.tickets)
    return shown


def place(view, x: float, y: float, number: int = 0) -> QPoint:
    """Where values are in the widget."""
    axes = view.surface.axes[number]
    left, top, right, bottom = axes.box
    pixel = QPointF(left + axes.x.share(x) * (right - left), bottom - axes.y.share(y) * (bottom - top))
    return view.surface.from_picture(pixel).toPoint()


def test_the_nearest_point_is_told(view):
    gestures.move(view.surface, place(view, 1, 20) + QPoint(4, -3))
    assert view.foot.full_text() == "price   1    20"
    gestures.move(view.surface, place(view, 2.5, 2))
    assert view.foot.full_text().startswith("x 2.5")


def test_the_wheel_zooms_about_the_pointer_and_a_double_click_shows_all(view, qtbot, figure):
    at = place(view, 1, 20)
    for _ in range(3):
        gestures.wheel(view.surface, at, 1)
    qtbot.waitUntil(lambda: view.surface.axes[0].x.limits[1] - view.surface.axes[0].x.limits[0] < 2)
    qtbot.waitUntil(lambda: not view.jobs.tickets)
    low, high = view.surface.axes[0].x.limits
    assert low < 1 < high
    assert (place(view, 1, 20) - at).manhattanLength() < 6, "labels of another width must not move what one holds"
    assert "Zoomed" in view.foot.full_text()
    assert figure.axes[0].get_xlim() == (0, 3), "the figure itself stays as it is"
    gestures.double_click(view.surface, at)
    qtbot.waitUntil(lambda: view.surface.axes[0].x.limits == (0, 3))


def test_a_drag_pans(view, qtbot):
    start = place(view, 1, 20)
    gestures.press(view.surface, start)
    gestures.move(view.surface, start + QPoint(40, 0), Qt.MouseButton.LeftButton)
    gestures.move(view.surface, start + QPoint(60, 0), Qt.MouseButton.LeftButton)
    gestures.release(view.surface, start + QPoint(60, 0))
    qtbot.waitUntil(lambda: view.surface.axes[0].x.limits[0] < -0.2 and not view.jobs.tickets)
    low, high = view.surface.axes[0].x.limits
    assert high - low == pytest.approx(3)


def test_until_it_is_drawn_anew_the_old_picture_is_taken_along(view):
    before = view.surface.grab().toImage()
    gestures.wheel(view.surface, place(view, 1, 20), 3)
    assert view.surface._pending
    assert view.surface.grab().toImage() != before


def test_keys_zoom_and_reset(view, qtbot):
    QTest.keyClick(view.surface, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: bool(view.limits) and not view.jobs.tickets)
    QTest.keyClick(view.surface, Qt.Key.Key_0)
    assert not view.limits


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_what_is_in_sight_is_saved(view, qtbot, tmp_path, suffix):
    way = next(way for way in view.savings() if way.suffix == suffix)
    write(view, way, tmp_path / f"chart{suffix}")
    qtbot.waitUntil(lambda: "Saved" in view.foot.full_text())
    assert (tmp_path / f"chart{suffix}").stat().st_size > 500


def log_axes(figure: Figure) -> None:
    axes = figure.subplots()
    axes.loglog([1, 10, 1000], [1, 5, 9])


def dates(figure: Figure) -> None:
    axes = figure.subplots()
    axes.plot([dt.date(2024, 1, 1), dt.date(2024, 2, 1)], [1, 2])


def bars(figure: Figure) -> None:
    figure.subplots().bar(["Adelie", "Gentoo"], [3, 5])


def picture(figure: Figure) -> None:
    axes = figure.subplots()
    figure.colorbar(axes.imshow(np.arange(12).reshape(3, 4)))


def cloud(figure: Figure) -> None:
    figure.subplots().scatter([1, 2, np.nan], [1, 2, 3])


def polar(figure: Figure) -> None:
    figure.add_subplot(projection="polar").plot([0, 1], [1, 2])


def nothing(figure: Figure) -> None:
    """No axes at all."""


def hostile(figure: Figure) -> None:
    axes = figure.subplots(2)
    axes[0].plot([np.nan, np.inf], [1, 2])
    axes[1].set_title("雪 $x^2$")


@pytest.mark.parametrize("fill", [log_axes, dates, bars, picture, cloud, polar, nothing, hostile])
def test_any_chart_can_be_pointed_at_and_zoomed(show, qtbot, fill):
    figure = Figure(figsize=(4, 3), dpi=72)
    fill(figure)
    view = show(figure)
    qtbot.waitUntil(lambda: not view.surface.image.isNull() and not view.jobs.tickets)
    for x in range(20, 340, 16):
        gestures.move(view.surface, QPoint(x, 100))
    gestures.wheel(view.surface, view.surface.rect().center(), 2)
    qtbot.waitUntil(lambda: not view.jobs.tickets)
    view.grab()


def told(view, number: int, index: int) -> str:
    points = view.surface.axes[0].points[number]
    gestures.move(view.surface, view.surface.from_picture(QPointF(points.across[index], points.down[index])).toPoint())
    return str(view.foot.full_text())


def test_dates_and_names_are_written_as_such(show, qtbot):
    for fill, words in ((dates, "1 Feb 2024    2"), (bars, "Gentoo    5")):
        figure = Figure(figsize=(4, 3), dpi=72)
        fill(figure)
        view = show(figure)
        qtbot.waitUntil(lambda view=view, figure=figure: view._figure is figure and not view.jobs.tickets)
        assert told(view, 0, 1) == words


def test_the_value_of_a_picture_in_a_chart_is_told(show, qtbot):
    figure = Figure(figsize=(4, 3), dpi=72)
    picture(figure)
    view = show(figure)
    qtbot.waitUntil(lambda: bool(view.surface.axes) and not view.jobs.tickets)
    assert len(view.surface.axes) == 1, "a colour bar is not zoomed"
    gestures.move(view.surface, place(view, 3, 1))
    assert view.foot.full_text().endswith("value 7")
