"""Charts, arrays, sound, text, lists, dictionaries and single values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication

from shtairir.block.values import Audio, Color
from shtairir_ui import theme
from shtairir_ui.preview.array_facts import facts_of
from shtairir_ui.preview.figure_render import render
from shtairir_ui.preview.jobs import Ticket
from shtairir_ui.preview.kinds import Kind, kind_of
from shtairir_ui.preview.scalar_view import ScalarView, words_for
from shtairir_ui.preview.trace import envelope


@pytest.mark.parametrize(
    ("value", "family", "kind"),
    [
        (np.zeros((9, 9), np.float32), "image", Kind.IMAGE),
        (np.zeros((9, 9), np.float32), "array", Kind.ARRAY),
        (np.zeros((9, 9), np.float32), None, Kind.IMAGE),
        (np.zeros((9, 9), np.float64), None, Kind.ARRAY),
        (np.zeros((9, 9, 3), np.uint8), None, Kind.IMAGE),
        (np.zeros(9), None, Kind.ARRAY),
        (np.float64(2), None, Kind.SCALAR),
        (pl.DataFrame(), None, Kind.TABLE),
        (Figure(), None, Kind.FIGURE),
        (Audio(np.zeros((4, 1), np.float32), 8000), None, Kind.AUDIO),
        ("text", None, Kind.TEXT),
        ([1, 2], None, Kind.LIST),
        ([], None, Kind.LIST),
        ([np.zeros((9, 9, 3), np.float32)], None, Kind.IMAGES),
        ({"a": 1}, None, Kind.TREE),
        (None, None, Kind.SCALAR),
    ],
)
def test_a_value_is_shown_by_its_kind(value, family, kind):
    assert kind_of(value, family) is kind


@pytest.fixture
def figure() -> Figure:
    made = Figure(figsize=(4, 3), dpi=72)
    made.subplots().plot([1, 3, 2])
    return made


def test_a_chart_is_drawn_at_the_size_and_ratio_asked_for(figure):
    assert render(figure, 400, 300, 2.0).shape == (600, 800, 4)
    assert render(figure, 200, 150, 1.0).shape == (150, 200, 4), "small ones are drawn larger inside"


def test_drawing_leaves_the_figure_as_it_was(figure):
    canvas = figure.canvas
    render(figure, 400, 300, 2.0)
    assert (tuple(figure.get_size_inches()), figure.dpi) == ((4, 3), 72)
    assert figure.canvas is canvas


def test_a_chart_is_shown_and_drawn_anew_for_another_size(show, panel, figure, qtbot):
    view = show(figure)
    qtbot.waitUntil(lambda: not view.surface.image.isNull(), timeout=10_000)
    before = view.surface.image.width()
    panel.resize(620, 480)
    qtbot.waitUntil(lambda: view.surface.image.width() > before + 100, timeout=10_000)


def test_a_figure_that_cannot_be_drawn_says_so(show, figure, qtbot):
    figure.axes[0].set_title("$\\broken{$")
    view = show(figure)
    qtbot.waitUntil(lambda: "could not be drawn" in view.foot.full_text(), timeout=10_000)


def test_statistics_are_those_of_numpy():
    values = np.random.default_rng(1).normal(5, 2, 10_001)
    values[:3] = np.nan, np.inf, np.nan
    facts, finite = facts_of(values, Ticket()), values[np.isfinite(values)]
    assert facts.minimum == finite.min()
    assert facts.maximum == finite.max()
    assert facts.mean == pytest.approx(finite.mean())
    assert facts.deviation == pytest.approx(finite.std())
    assert (facts.nan_count, facts.inf_count) == (2, 1)


@pytest.mark.parametrize("values", [np.zeros((0, 3)), np.full(4, np.nan), np.array(["a"]), np.array([True, False])])
def test_arrays_without_numbers_have_a_sentence_too(values):
    assert facts_of(values, Ticket()).sentence()


def test_no_peak_is_lost_in_a_long_series():
    values = np.zeros(1_000_003)
    values[765_432] = 9
    trace = envelope(values, 500)
    assert trace.high.max() == 9
    assert trace.top == 9
    assert len(trace.high) == 500


def test_a_gap_stays_a_gap():
    trace = envelope(np.array([1.0, np.nan, 3.0]))
    assert np.isnan(trace.low).tolist() == [False, True, False]


def test_an_array_shows_statistics_picture_and_values(show, qtbot):
    values = np.arange(12.0).reshape(3, 4)
    view = show(values, "array")
    qtbot.waitUntil(lambda: view.stack.currentWidget() is view.picture)
    qtbot.waitUntil(lambda: "min 0   max 11   mean 5.5" in view.foot.full_text())
    qtbot.mouseClick(view.values, Qt.MouseButton.LeftButton)
    assert view.stack.currentWidget() is view.grid
    assert view.model.data(view.model.index(1, 2)) == "6"


def test_a_series_is_a_line(show, qtbot):
    view = show(np.sin(np.arange(5000.0)), "array")
    qtbot.waitUntil(lambda: view.stack.currentWidget() is view.line)


def test_an_array_of_three_axes_is_shown_slice_by_slice(show, qtbot):
    values = np.arange(24).reshape(2, 3, 4)
    view = show(values, "array")
    assert view.model.data(view.model.index(0, 0)) == "0"
    view.slices.sliders[0].setValue(1)
    assert view.model.data(view.model.index(0, 0)) == "12"


@pytest.mark.parametrize("values", [np.zeros((0,)), np.zeros((3, 0)), np.array(["a", "b"]), np.zeros((2, 0, 3))])
def test_odd_arrays_are_shown_too(show, qtbot, values):
    view = show(values, "array")
    qtbot.waitUntil(lambda: view.foot.full_text() != "")
    view.grab()


def test_sound_tells_length_rate_and_peak(show, qtbot):
    samples = np.zeros((22_050, 2), np.float32)
    samples[100, 1] = -0.75
    view = show(Audio(samples, 44_100))
    assert view.info.full_text() == "0.500 s  44,100 Hz  2 channels"
    qtbot.waitUntil(lambda: view.foot.full_text().startswith("peak 0.750"))


def test_a_long_text_without_lines_comes_in_portions_and_is_copied_whole(show, panel, qtbot):
    text = "0123456789" * 120_000
    view = show(text)
    assert len(view.page.toPlainText()) < 900_000, "the rest comes between other events"
    qtbot.waitUntil(lambda: view.page.toPlainText().replace("\n", "") == text[:1_000_000])
    assert view.page.blockCount() > 400, "one line of that length would take Qt a minute"
    assert "first 1,000,000 characters" in view.foot.full_text()
    qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == text


def test_the_lines_of_a_long_text_are_not_torn(show, qtbot):
    text = "\n".join(f"line {number}" for number in range(20_000))
    view = show(text)
    qtbot.waitUntil(lambda: view.page.toPlainText() == text)


def test_a_text_that_is_replaced_while_it_comes_leaves_nothing(show, qtbot):
    show("a" * 500_000)
    view = show("short")
    qtbot.wait(50)
    assert view.page.toPlainText() == "short"


def test_lines_wrap_unless_one_says_otherwise(show, qtbot):
    view = show("word " * 200)
    assert not view.page.horizontalScrollBar().isVisible()
    qtbot.mouseClick(view.wrap, Qt.MouseButton.LeftButton)
    assert view.page.horizontalScrollBar().maximum() > 0


def test_a_list_has_a_line_for_each_item(show):
    view = show([3, "two\nlines", np.zeros((2, 2)), None])
    lines = [view.model.data(view.model.index(row)) for row in range(4)]
    assert lines[:2] == ["3", "two lines"]
    assert "2 × 2 float64" in lines[2]


def test_a_million_items_are_lines_without_delay(show, patience):
    view = show(list(range(1_000_000)))
    assert view.stack.currentWidget() is view.lines
    assert view.model.rowCount() == 1_000_000
    shown: list[bool] = []
    assert patience(lambda: bool(shown) or shown.append(view.lines.grab().isNull())) < 0.4  # type: ignore[func-returns-value]


def test_of_very_many_pictures_the_first_are_shown(show):
    view = show([np.zeros((9, 9, 3), np.float32)] * 5000)
    assert view.model.rowCount() == 2000
    assert view.foot.full_text() == "Only the first 2,000 are shown"


def test_pictures_of_a_list_are_made_when_they_are_seen(show, qtbot):
    view = show([np.full((40, 60, 3), shade, np.float32) for shade in (0.0, 1.0)])
    view.grab()
    white = view.model.index(1)

    def middle() -> str:
        icon = view.model.data(white, Qt.ItemDataRole.DecorationRole)
        image = icon.pixmap(60, 40).toImage()
        return image.pixelColor(image.width() // 2, image.height() // 2).name()

    qtbot.waitUntil(lambda: middle() == "#ffffff")


def test_branches_of_a_tree_are_filled_when_they_open(show):
    view = show({"name": "coins", "nodes": [{"id": "blur"}, {"id": "count"}], "empty": []})
    nodes = view.tree.topLevelItem(1)
    assert nodes.text(1) == "2 items"
    view.tree.expandItem(nodes)
    assert [nodes.child(index).text(0) for index in range(nodes.childCount())] == ["0", "1"]
    assert view.tree.topLevelItem(2).childCount() == 0


def test_a_value_that_holds_itself_does_not_hang_the_tree(show):
    value: dict[str, object] = {}
    value["me"] = value
    view = show(value)
    view.tree.expandItem(view.tree.topLevelItem(0))
    assert view.tree.topLevelItem(0).child(0).text(1) == "1 entry"


@pytest.mark.parametrize(
    ("value", "large"),
    [
        (24, "24"),
        (1234567, "1,234,567"),
        (0.1 + 0.2, "0.3"),
        (float("nan"), "nan"),
        (True, "true"),
        (None, "nothing"),
        (Color.parse("#ff8800"), "#ff8800"),
        (Path("/data/coins.png"), "coins.png"),
    ],
)
def test_single_values_are_written_large(value, large):
    assert words_for(value)[0] == large


@pytest.mark.parametrize(
    ("value", "large", "detail"),
    [
        (10**5000, "100,000…000000", "5,001 digits; copied and saved in hexadecimal"),
        (10**5000 - 1, "999,999…999999", "5,000 digits; copied and saved in hexadecimal"),
        (-(10**30) - 7, "-100,000…000007", "31 digits"),
    ],
    ids=["power", "nines", "negative"],  # pytest cannot write the numbers either
)
def test_a_huge_number_is_told_by_its_ends_and_its_digits(value, large, detail):
    assert words_for(value)[:2] == (large, detail)


def test_a_long_word_does_not_widen_the_panel(show, qtbot):
    narrow = show(7).minimumSizeHint().width()
    view = show(Path("y" * 200) / ("x" * 200), "path")
    assert isinstance(view, ScalarView)
    qtbot.waitUntil(lambda: view.label.text() == "x" * 200)
    assert view.minimumSizeHint().width() <= narrow


@pytest.mark.parametrize(
    ("array", "labels"),
    [
        (np.arange(65536, dtype=np.uint16).reshape(256, 256), ("0", "32,768", "65,535")),
        (np.full((4, 4), 2.5), ("2.5",)),
        (np.linspace(-5, 1000, 2500).reshape(50, 50), ("-5", "498", "1,000")),
    ],
)
def test_the_colours_of_an_array_are_told_in_full(show, qtbot, array, labels):
    view = show(array)
    qtbot.waitUntil(lambda: view.colors.labels == labels)
    letters = QFontMetrics(theme.ui_font(theme.current().size_small))
    assert view.colors.width() >= 20 + max(map(letters.horizontalAdvance, labels))


def test_an_array_without_a_number_has_no_colours_to_tell(show, qtbot):
    view = show(np.full((8, 8), np.nan))
    qtbot.waitUntil(lambda: view._heat is not None)
    assert view.colors.isHidden()


def test_a_path_tells_whether_it_is_there(show, tmp_path, qtbot):
    view = show(tmp_path / "missing.png", "path")
    qtbot.waitUntil(lambda: "no such file" in view.detail.text())
