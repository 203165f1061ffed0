"""Tables: only the rows in sight are read, sorting keeps the table as it is."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from shtairir_ui.preview.table_model import TableModel


@pytest.fixture
def birds() -> pl.DataFrame:
    return pl.DataFrame({"species": ["Gentoo", "Adelie", None, "Chinstrap"], "mass": [5050.0, 3750.5, 3200.0, None]})


def column(view, index: int) -> list[str]:
    return [view.model.data(view.model.index(row, index)) for row in range(view.model.rowCount())]


def click_header(view, index: int) -> None:
    header = view.grid.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(index) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_headers_tell_name_and_type(show, birds):
    view = show(birds)
    header = [view.model.headerData(index, Qt.Orientation.Horizontal) for index in range(2)]
    assert header == ["species\ntext", "mass\nfloat64"]
    assert view.info.full_text().startswith("4 rows × 2 columns")


def test_numbers_stand_right_and_missing_values_are_dashes(show, birds):
    view = show(birds)
    assert column(view, 1) == ["5050", "3750.5", "3200", "–"]
    align = view.model.data(view.model.index(0, 1), Qt.ItemDataRole.TextAlignmentRole)
    assert align & Qt.AlignmentFlag.AlignRight


def test_clicks_on_a_header_sort_up_then_down_then_not_at_all(show, birds, qtbot):
    view = show(birds)
    click_header(view, 1)
    qtbot.waitUntil(lambda: column(view, 1) == ["3200", "3750.5", "5050", "–"])
    click_header(view, 1)
    qtbot.waitUntil(lambda: column(view, 1) == ["5050", "3750.5", "3200", "–"])
    click_header(view, 1)
    qtbot.waitUntil(lambda: column(view, 0)[0] == "Gentoo" and column(view, 1)[1] == "3750.5")
    assert birds["mass"].to_list() == [5050.0, 3750.5, 3200.0, None]


def test_sorted_rows_keep_their_numbers(show, birds, qtbot):
    view = show(birds)
    click_header(view, 1)
    qtbot.waitUntil(lambda: column(view, 1)[0] == "3200")
    numbers = [view.model.headerData(row, Qt.Orientation.Vertical) for row in range(4)]
    assert numbers == ["2", "1", "0", "3"]


def test_copied_cells_go_to_a_spreadsheet(show, birds):
    view = show(birds)
    view.grid.selectAll()
    view.copy()
    assert QGuiApplication.clipboard().text() == "Gentoo\t5050.0\nAdelie\t3750.5\n\t3200.0\nChinstrap\t"


def test_a_million_rows_are_shown_without_reading_them(show, monkeypatch, qtbot):
    fetched: list[int] = []
    fetch = TableModel._fetch
    monkeypatch.setattr(TableModel, "_fetch", lambda self, block: fetched.append(block) or fetch(self, block))
    rows = 1_000_000
    view = show(pl.DataFrame({"number": np.arange(rows), "square": np.arange(rows, dtype=np.float64) ** 2}))
    assert view.model.rowCount() == rows
    view.grid.scrollToBottom()
    view.grid.grab()
    assert view.model.data(view.model.index(rows - 1, 0)) == "999999"
    assert len(fetched) <= 6


def test_a_new_table_with_the_same_columns_keeps_the_place(show, qtbot):
    table = pl.DataFrame({"number": range(500)})
    view = show(table)
    view.grid.verticalScrollBar().setValue(200)
    show(table.with_columns(pl.col("number") + 1))
    qtbot.waitUntil(lambda: view.model.data(view.model.index(0, 0)) == "1")
    assert view.grid.verticalScrollBar().value() == 200


@pytest.mark.parametrize("table", [pl.DataFrame(), pl.DataFrame({"a": []}), pl.DataFrame({"l": [[1, 2], None]})])
def test_odd_tables_are_shown_too(show, table):
    view = show(table)
    assert view.model.rowCount() == table.height
    view.grid.grab()
