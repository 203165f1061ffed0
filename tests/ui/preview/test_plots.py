"""Plots: zoom, pan, values under the pointer; quick charts of tables; arrays by slices; sound."""

from __future__ import annotations

import datetime as dt
import math
import warnings
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from shtairir.block.values import Audio
from shtairir_ui.preview.jobs import Ticket
from shtairir_ui.preview.player import Player, sixteen_bit, write_wave
from shtairir_ui.preview.plot import Series, Style, drawn, histogram, tick_text, ticks
from shtairir_ui.preview.quick_chart import Sort, Wish, chart_of, first_wish
from shtairir_ui.preview.spectrogram import spectrogram_of
from shtairir_ui.preview.time_axis import date_text, time_ticks
from tests.ui import gestures

CTRL = Qt.KeyboardModifier.ControlModifier


def over(plot, x: float, y: float = 0.5) -> QPoint:
    """A place of the plot's first lane: x as a value, y as a share from above."""
    frame = plot.frame(0)
    return QPoint(round(frame.pixel_x(x)), round(frame.room.top() + y * frame.room.height()))


@pytest.fixture
def plot(show, qtbot):
    view = show(np.sin(np.arange(100_000) / 500.0), "array")
    qtbot.waitUntil(lambda: bool(view.line._drawn))
    return view.line


def test_no_peak_is_lost_however_long_the_series():
    values = np.zeros(3_000_000)
    values[1_234_567] = 7
    made = drawn(Series("", values), 0, 3e6, 400, Ticket())
    assert made.high.max() == 7
    assert len(made.high) <= 400


def test_zooming_in_shows_every_number():
    made = drawn(Series("", np.arange(1_000_000.0)), 500, 520, 400, Ticket())
    assert made.low.tolist() == list(range(499, 522))


def test_the_wheel_zooms_about_the_pointer(plot, qtbot):
    at = over(plot, 25_000)
    for _ in range(5):
        gestures.wheel(plot, at, 1)
    low, high = plot.seen
    assert high - low < 100_000 / 3
    assert plot.frame(0).value_x(at.x()) == pytest.approx(25_000, abs=200)


def test_a_drag_pans_and_a_double_click_shows_all(plot):
    plot.zoom(10, 50_000)
    before = plot.seen
    at = over(plot, 50_000)
    gestures.press(plot, at)
    gestures.move(plot, at + QPoint(60, 0), Qt.MouseButton.LeftButton)
    gestures.release(plot, at + QPoint(60, 0))
    assert plot.seen[0] < before[0]
    gestures.double_click(plot, at)
    assert plot.seen == (0, 99_999)


def test_one_cannot_leave_what_there_is(plot):
    plot.zoom(1e30)
    low, high = plot.seen
    assert high > low
    plot.zoom(1e-30)
    assert plot.seen == (0, 99_999)


def test_keys_zoom_and_pan(plot):
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    low, high = plot.seen
    assert high - low < 99_999
    QTest.keyClick(plot, Qt.Key.Key_0)
    assert plot.seen == (0, 99_999)


def test_ctrl_and_the_wheel_zoom_upwards(plot, qtbot):
    before = plot.frame(0)
    gestures.wheel(plot, over(plot, 50_000), 2, CTRL)
    after = plot.frame(0)
    assert after.top - after.bottom < before.top - before.bottom
    assert plot.seen == (0, 99_999)


def test_the_value_under_the_pointer_is_told(show, qtbot):
    view = show(np.array([0.0, 1.0, 4.0, 9.0, 16.0]), "array")
    qtbot.waitUntil(lambda: bool(view.line._drawn))
    gestures.move(view.line, over(view.line, 3.1))
    assert view.foot.full_text() == "[3]    9"
    gestures.leave(view.line) if hasattr(gestures, "leave") else view.line.leaveEvent(None)
    assert "mean 6" in view.foot.full_text()


def test_of_a_cloud_the_nearest_point_is_meant(show, qtbot):
    table = pl.DataFrame({"x": [0.0, 10.0, 10.0], "y": [0.0, 0.0, 10.0]})
    view = show(table)
    QTest.mouseClick(view.charting, Qt.MouseButton.LeftButton)
    view.chart.sort_box.setCurrentText("Points")
    view.chart.x_box.setCurrentText("x")
    view.chart.y_box.setCurrentText("y")
    plot = view.chart.plot
    qtbot.waitUntil(lambda: bool(plot._drawn) and plot._drawn[0][0].series.style is Style.POINTS)
    qtbot.waitUntil(lambda: plot._drawn[0][0].series.label == "y" and plot._drawn[0][0].x.max() == 10)
    frame = plot.frame(0)
    gestures.move(plot, QPoint(round(frame.pixel_x(10)) - 3, round(frame.pixel_y(10)) + 3))
    assert view.foot.full_text() == "y   10    10"


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(0),
        np.array([5.0]),
        np.full(5, np.nan),
        np.array([np.inf, -np.inf, 1.0]),
        np.array([1e308, -1e308]),
        np.array([1 + 1j, np.nan]),
        np.array([True, False]),
        np.arange(5, dtype=np.uint8),
        np.array([2**63 - 1, 0], np.int64),
        np.full(3, 1e-300),
    ],
    ids=lambda values: f"{values.dtype}{values[:2]}",
)
@pytest.mark.parametrize("counts", [False, True])
def test_hostile_series_are_painted(show, qtbot, values, counts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = show(values, "array")
        view.counts.setChecked(counts)
        qtbot.waitUntil(lambda: not view.jobs.tickets)
        view.grab()
        gestures.move(view.line, QPoint(150, 80))
        gestures.wheel(view.line, QPoint(150, 80), 3)
        qtbot.waitUntil(lambda: not view.jobs.tickets)
        view.grab()


@pytest.mark.parametrize(("low", "high", "most"), [(0, 1, 5), (-3.2, 8.9, 4), (1e-9, 3e-9, 6), (1e12, 1e12 + 5, 4)])
def test_ticks_are_round_and_apart(low, high, most):
    found = ticks(low, high, most)
    assert 1 <= len(found) <= most + 1
    assert all(low <= value <= high * (1 + 1e-9) for value in found)
    steps = {round((b - a) / (found[1] - found[0]), 6) for a, b in pairwise(found)}
    assert steps <= {1.0}


@pytest.mark.parametrize(("low", "high"), [(0, 0), (1, 0), (math.nan, 1), (0, math.inf)])
def test_no_range_has_no_ticks(low, high):
    assert ticks(low, high, 5) == []
    assert time_ticks(low, high, 5) == []


def test_numbers_at_ticks_have_the_places_they_need():
    assert [tick_text(value, 0.25) for value in (0.25, 0.5)] == ["0.2", "0.5"] or tick_text(0.2, 0.1) == "0.2"
    assert tick_text(-0.0, 1) == "0"
    assert tick_text(12_000, 2000) == "12,000"


def test_times_have_round_ticks():
    begin = dt.datetime(2019, 3, 1, tzinfo=dt.UTC).timestamp()
    years = time_ticks(begin, begin + 5 * 365 * 86_400, 5)
    assert [date_text(place, 3e7) for place in years] == ["2020", "2021", "2022", "2023", "2024"]
    hours = time_ticks(begin, begin + 86_400, 5)
    assert [date_text(place, 21_600) for place in hours] == ["00:00", "06:00", "12:00", "18:00", "00:00"]


def test_numbers_over_time_come_first():
    table = pl.DataFrame({"n": [1, 2], "when": [dt.date(2024, 1, 1), dt.date(2024, 1, 2)], "v": [1.0, 2.0]})
    assert first_wish(table) == Wish(Sort.LINES, "when", ("n",))
    assert first_wish(pl.DataFrame({"w": ["a"]})) == Wish(Sort.COUNTS, None, ("w",))
    assert first_wish(pl.DataFrame()) is None


def test_a_line_over_unsorted_places_is_put_in_order():
    table = pl.DataFrame({"x": [3.0, 1.0, None, 2.0], "y": [30.0, 10.0, 99.0, 20.0]})
    (series,) = chart_of(table, Wish(Sort.LINES, "x", ("y",)), Ticket()).series
    assert series.x.tolist() == [1, 2, 3]
    assert series.y.tolist() == [10, 20, 30]


def test_values_are_counted():
    chart = chart_of(pl.DataFrame({"w": ["b", "a", "b", None]}), Wish(Sort.COUNTS, None, ("w",)), Ticket())
    assert chart.series[0].y.tolist() == [2, 1, 1]
    assert chart.name_point(0.0) == "b"


def test_a_histogram_counts_every_finite_value_once():
    series = histogram("", np.array([0.0, 1.0, np.nan, np.inf, 1.0]), Ticket())
    assert series.y.sum() == 3


def test_all_columns_of_numbers_are_drawn_together(show, qtbot):
    view = show(pl.DataFrame({"a": [1, 2], "b": [3, 4], "w": ["x", "y"]}))
    QTest.mouseClick(view.charting, Qt.MouseButton.LeftButton)
    view.chart.y_box.setCurrentText("all")
    qtbot.waitUntil(lambda: bool(view.chart.plot.lanes) and len(view.chart.plot.lanes[0]) == 2)


def test_the_chart_follows_the_filter(show, qtbot):
    view = show(pl.DataFrame({"a": list(range(100))}))
    QTest.mouseClick(view.charting, Qt.MouseButton.LeftButton)
    view.filter.show_bar(True)
    view.filter.field.setText("a < 10")
    qtbot.waitUntil(lambda: bool(view.chart.plot.lanes) and len(view.chart.plot.lanes[0][0].y) == 10)


@pytest.mark.parametrize("table", [pl.DataFrame(), pl.DataFrame({"a": []}), pl.DataFrame({"l": [[1], None]})])
def test_tables_that_cannot_be_drawn_say_so(show, qtbot, table):
    view = show(table)
    QTest.mouseClick(view.charting, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not view.jobs.tickets)
    view.grab()


def test_axes_are_chosen_and_sliced(show, qtbot):
    cube = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    view = show(cube, "array")
    assert sorted(view.slices.sliders) == [0, 1]
    view.slices.sliders[0].setValue(1)
    view.slices.sliders[1].setValue(2)
    assert np.array_equal(view._slice, cube[1, 2])
    view.slices.axes.setCurrentIndex(view.slices.axes.findText("rows axis 0 (2), columns axis 2 (4)"))
    assert sorted(view.slices.sliders) == [1, 3]
    assert np.array_equal(view._slice, cube[:, 2, :, 0])
    qtbot.waitUntil(lambda: view.heat.picture_size == (4, 2))
    gestures.move(view.heat, view.heat.position_of(3, 1).toPoint())
    assert view.foot.full_text() == f"[1, 2, 3, 0]   {cube[1, 2, 3, 0]}"


@pytest.mark.parametrize("dtype", ["float64", "int8", "bool", "complex128", "U3", "O", "i4,f4", "datetime64[s]"])
def test_arrays_of_any_shape_and_type_are_shown(show, panel, qtbot, dtype):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for ndim in (0, 1, 2, 3, 4, 5, 9):
            value = np.zeros((2,) * ndim, dtype)
            view = show(value, "array", name=f"axes{ndim}")
            qtbot.waitUntil(lambda value=value: panel.pages._value is value and not panel.view.jobs.tickets)
            view = panel.view
            view.grab()
            for button in (getattr(view, "values", None), getattr(view, "counts", None)):
                if button is not None:
                    button.toggle()
                    qtbot.waitUntil(lambda view=view: not view.jobs.tickets)
                    view.grab()


def test_the_parts_of_complex_numbers_are_chosen(show, qtbot):
    view = show(np.array([[3 + 4j, 1j]]), "array")
    qtbot.waitUntil(lambda: "max 5" in view.foot.full_text())
    view.show_part("Imaginary part")
    assert view._slice.tolist() == [[4, 1]]


def test_the_colours_of_a_heat_map_are_set_by_the_histogram(show, qtbot):
    view = show(np.linspace(0, 10, 400).reshape(20, 20), "array")
    QTest.mouseClick(view.counts, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.levels.auto.isEnabled())
    view.levels.changed.emit((0.0, 1.0))
    qtbot.waitUntil(lambda: view._heat is not None and view._heat.span == (0.0, 1.0))


@pytest.fixture
def tone() -> Audio:
    seconds = np.arange(16_000) / 8000
    return Audio(np.sin(2 * np.pi * 1000 * seconds).astype(np.float32)[:, None], 8000)


def test_a_spectrogram_shows_the_tone(tone):
    spectrum = spectrogram_of(tone.samples[:, 0], tone.rate_hz, Ticket())
    assert spectrum is not None
    loudest = int(spectrum.levels.mean(axis=1).argmax())
    assert spectrum.highest_hz * (1 - loudest / (len(spectrum.levels) - 1)) == pytest.approx(1000, abs=10)


def test_the_spectrogram_tells_time_tone_and_loudness(show, tone, qtbot):
    view = show(tone)
    QTest.mouseClick(view.spectrum, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view._spectrum is not None)
    rows = view._spectrum.levels.shape[0]
    gestures.move(view.tones, view.tones.position_of(10, rows - 1 - rows // 4).toPoint())
    assert " Hz    " in view.foot.full_text()


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros((0, 1), np.float32),
        np.zeros((1, 1), np.float32),
        np.zeros((5, 2), np.float32),
        np.full((5000, 1), np.nan, np.float32),
        np.full((5000,), np.inf, np.float32),
        np.zeros((300, 9), np.float32),
    ],
    ids=lambda samples: str(samples.shape),
)
def test_odd_sounds_are_shown(show, qtbot, samples):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = show(Audio(samples, 8000))
        view.spectrum.setChecked(True)
        qtbot.waitUntil(lambda: not view.jobs.tickets)
        view.grab()


class Loudspeaker:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.played: list[tuple[int, int]] = []
        self.stops = 0

    def start(self, samples: np.ndarray, rate_hz: int) -> None:
        """Begin."""
        self.played.append((len(samples), rate_hz))

    def stop(self) -> None:
        """End."""
        self.stops += 1


def test_what_is_in_sight_is_played_and_stops_at_its_end(tone, qtbot):
    speaker = Loudspeaker()
    player = Player(speaker)
    player.play(tone, 0.5, 0.6)
    assert speaker.played == [(801, 8000)]
    qtbot.waitUntil(lambda: not player.is_playing)
    assert speaker.stops == 1


def test_space_plays_and_stops(show, tone, qtbot):
    view = show(tone)
    view.player.output = Loudspeaker()
    view.surface.setFocus()
    QTest.keyClick(view.surface, Qt.Key.Key_Space)
    assert view.player.is_playing
    QTest.keyClick(view.surface, Qt.Key.Key_Space)
    assert not view.player.is_playing


def test_a_machine_without_sound_says_so(show, tone, qtbot):
    view = show(tone)
    if view.player.output is None:
        assert "cannot play sound" in view.play_button.toolTip()
        assert not view.play_button.isEnabled()


def test_a_sound_is_written_with_its_rate(tone, tmp_path):
    import wave

    write_wave(tmp_path / "tone.wav", sixteen_bit(np.array([[0.0], [2.0], [np.nan]])), 8000)
    with wave.open(str(tmp_path / "tone.wav")) as file:
        assert (file.getframerate(), file.getnframes()) == (8000, 3)
        assert np.frombuffer(file.readframes(3), "<i2").tolist() == [0, 32767, 0]
