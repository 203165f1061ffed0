"""Tables: filters, summaries of columns, copies and files of what is shown."""

from __future__ import annotations

import datetime as dt
import threading

import numpy as np
import polars as pl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from shtairir_ui.preview.jobs import OutdatedError, Ticket
from shtairir_ui.preview.saving import write
from shtairir_ui.preview.table_filter import FilterError, rows_where
from shtairir_ui.preview.table_summary import summary_of


@pytest.fixture
def birds() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "species": ["Gentoo", "Adelie", None, "Chinstrap", "Adélie"],
            "body mass": [5050.0, 3750.5, 3200.0, None, float("nan")],
            "year": [2007, 2008, 2009, 2007, 2008],
            "tagged": [True, False, None, True, False],
            "seen": [dt.date(2024, month, 1) for month in range(1, 6)],
            "notes": [["a"], [], None, ["b"], ["c"]],
        }
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("adelie", [1]),
        ("ADELIE", [1]),
        ("2008", [1, 4]),
        ("year > 2007", [1, 2, 4]),
        ("Year >= 2008 and year < 2009", [1, 4]),
        ("year = 2007 or year = 2009", [0, 2, 3]),
        ("year = 2007 and species = gentoo or year = 2009", [0, 2]),
        ("'body mass' > 4000", [0]),
        ("body mass is missing", [3]),
        ("species is not missing and tagged = true", [0, 3]),
        ("species ~ d", [1, 4]),
        ("species !~ d", [0, 3]),
        ("species != Gentoo", [1, 3, 4]),
        ("seen >= 2024-03-01", [2, 3, 4]),
        ("notes is missing", [2]),
        ('"salt and pepper"', []),
        ("nothing like it", []),
    ],
)
def test_a_filter_finds_rows(birds: pl.DataFrame, text: str, rows: list[int]) -> None:
    found = rows_where(birds, text, Ticket())
    assert found is not None
    assert found.to_list() == rows


def test_an_empty_filter_is_none(birds: pl.DataFrame) -> None:
    assert rows_where(birds, "  ", Ticket()) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mass > 3", "no column 'mass'"),
        ("year > soon", "'soon' is not a number"),
        ("tagged > true", "only = and !="),
        ("tagged = maybe", "true or false"),
        ("notes = a", "holds lists"),
    ],
)
def test_a_filter_that_makes_no_sense_says_why(birds: pl.DataFrame, text: str, words: str) -> None:
    with pytest.raises(FilterError, match=words):
        rows_where(birds, text, Ticket())


def test_a_search_that_nobody_wants_any_more_stops(birds: pl.DataFrame) -> None:
    ticket = Ticket()
    ticket.wanted = False
    with pytest.raises(OutdatedError):
        rows_where(birds, "adelie", ticket)


@pytest.mark.parametrize("table", [pl.DataFrame(), pl.DataFrame({"a": []}), pl.DataFrame({"o": [object()]})])
def test_odd_tables_can_be_searched_too(table: pl.DataFrame) -> None:
    found = rows_where(table, "x", Ticket())
    assert found is not None
    assert len(found) == 0


def column(view, index: int) -> list[str]:
    return [view.model.data(view.model.index(row, index)) for row in range(view.model.rowCount())]


def test_what_is_typed_filters_the_rows_and_escape_shows_all(show, birds, qtbot) -> None:
    view = show(birds)
    view.grid.setFocus()
    QTest.keyClick(view.grid, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert view.filter.isVisible()
    QTest.keyClicks(view.filter.field, "year = 2008")
    qtbot.waitUntil(lambda: column(view, 0) == ["Adelie", "Adélie"])
    assert "2 of 5 rows" in view.foot.full_text()
    assert [view.model.headerData(row, Qt.Orientation.Vertical) for row in range(2)] == ["1", "4"]
    QTest.keyClick(view.filter.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: view.model.rowCount() == 5)
    assert not view.filter.isVisible()


def test_a_filter_and_an_order_go_together(show, birds, qtbot) -> None:
    view = show(birds)
    view.filter.show_bar(True)
    view.filter.field.setText("year < 2009")
    view.header.setSortIndicator(1, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: view.model.rowCount() == 4)
    assert column(view, 0)[-1] == "Chinstrap", "what is missing stands last"


def test_a_wrong_filter_is_told_and_leaves_the_rows(show, birds, qtbot) -> None:
    view = show(birds)
    view.filter.show_bar(True)
    view.filter.field.setText("mass > 3")
    qtbot.waitUntil(lambda: "no column 'mass'" in view.foot.full_text())
    assert view.model.rowCount() == 5
    assert view.filter.field.property("invalid")


def test_summaries_tell_missing_values_and_how_numbers_are_spread(birds) -> None:
    summary = summary_of(birds["body mass"], Ticket())
    assert summary.missing == 2
    assert summary.facts[1] == "5 values, 1 missing"
    assert "3200 to 5050" in summary.facts
    assert max(summary.bars) == 1
    assert len(summary.bars) == 24


def test_frequent_texts_come_first() -> None:
    summary = summary_of(pl.Series("word", ["a"] * 3 + ["b"] * 6 + [None]), Ticket())
    assert summary.bars == (1.0, 0.5)
    assert "6 × b" in summary.facts


@pytest.mark.parametrize(
    "values",
    [
        pl.Series("x", [], dtype=pl.Float64),
        pl.Series("x", [None, None]),
        pl.Series("x", [float("inf"), float("nan")]),
        pl.Series("x", [5, 5, 5]),
        pl.Series("x", [[1], None]),
        pl.Series("x", [{"a": 1}]),
        pl.Series("x", [object()]),
        pl.Series("x", [dt.datetime(2020, 1, 1), None]),
        pl.Series("x", [dt.timedelta(seconds=3)]),
        pl.Series("x", ["a"], dtype=pl.Categorical),
        pl.Series("x", [b"bytes"]),
        pl.Series("x", [True, None]),
        pl.Series("x", [2**62, -(2**62)]),
    ],
    ids=lambda series: str(series.dtype),
)
def test_any_column_has_a_summary(values: pl.Series) -> None:
    assert summary_of(values, Ticket()).facts


def test_summaries_come_for_the_columns_in_sight_only(show, qtbot) -> None:
    view = show(pl.DataFrame({f"c{number}": np.arange(100) for number in range(200)}))
    QTest.mouseClick(view.summaries, Qt.MouseButton.LeftButton)
    view.grid.grab()
    qtbot.waitUntil(lambda: view.header.summary(0) is not None)
    assert view.header.summary(199) is None
    tip = view.model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "0 to 99" in tip


def test_without_a_selection_all_that_is_shown_is_copied(show, birds, qtbot) -> None:
    view = show(birds.select("species", "year"))
    view.filter.show_bar(True)
    view.filter.field.setText("year = 2007")
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    view.copy()
    assert QGuiApplication.clipboard().text() == "species\tyear\nGentoo\t2007\nChinstrap\t2007"


def test_what_is_saved_is_what_is_shown(show, birds, qtbot, tmp_path) -> None:
    view = show(birds)
    view.filter.show_bar(True)
    view.filter.field.setText("year = 2007")
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    for way in view.savings():
        write(view, way, tmp_path / f"birds{way.suffix}")
        qtbot.waitUntil(lambda way=way: f"Saved as birds{way.suffix}." == view.foot.full_text())
    assert pl.read_csv(tmp_path / "birds.csv")["species"].to_list() == ["Gentoo", "Chinstrap"]
    assert pl.read_parquet(tmp_path / "birds.parquet").height == 2


def test_a_file_that_cannot_be_written_is_told(show, birds, qtbot, tmp_path) -> None:
    view = show(birds)
    write(view, view.savings()[0], tmp_path / "nowhere" / "birds.csv")
    qtbot.waitUntil(lambda: "birds.csv could not be written" in view.foot.full_text())


def test_a_cell_is_opened_by_itself(show, birds, panel, qtbot) -> None:
    view = show(birds)
    place = view.grid.visualRect(view.model.index(0, 0)).center()
    QTest.mouseClick(view.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(view.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: panel.view is not view)
    assert panel.view.page.toPlainText() == "Gentoo"


def test_a_million_rows_are_filtered_beside_the_window(show, qtbot, monkeypatch) -> None:
    threads: list[bool] = []
    monkeypatch.setattr(
        "shtairir_ui.preview.table_view.rows_where",
        lambda *args: threads.append(threading.current_thread() is threading.main_thread()) or rows_where(*args),
    )
    rows = 1_000_000
    view = show(pl.DataFrame({"number": np.arange(rows), "name": [f"row {number % 977}" for number in range(rows)]}))
    view.filter.show_bar(True)
    view.filter.field.setText("name = 'row 5'")
    qtbot.waitUntil(lambda: view.model.rowCount() == 1024)
    assert threads
    assert not any(threads)
