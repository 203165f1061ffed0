"""Tables: the rows in sight, column types in the header, sorting by a click on the header."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from shtairir_ui.quantities import count, size

from .jobs import Workers
from .table_model import MAX_ROWS, TableModel, as_text, cell_text
from .view import View

if TYPE_CHECKING:
    import polars

_SAMPLED_ROWS = 60
_SIZED_COLUMNS = 100
_COPIED_CELLS = 200_000


class Grid(QTableView):
    """A quiet table: fixed row height, sort marks off until a header is clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setShowGrid(True)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.verticalHeader().setDefaultSectionSize(24)
        self.verticalHeader().setMinimumSectionSize(24)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setHighlightSections(False)


class TableView(View):
    """Shows a polars table."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self.model = TableModel(self)
        self.grid = Grid()
        self.grid.setModel(self.model)
        header = self.grid.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorClearable(True)
        header.sortIndicatorChanged.connect(self._sort)
        self.body.addWidget(self.grid, 1)
        self.add_tool("copy", "Copy the selected cells (Ctrl+C)", self.copy)
        shortcut = QShortcut(QKeySequence.StandardKey.Copy, self.grid)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self.copy)

    def show_value(self, value: polars.DataFrame) -> None:
        """Show a table. When the columns are the same, their widths and the scroll position stay."""
        self.jobs.forget()
        before = self.model.table
        same = before is not None and before.schema == value.schema
        place = self.grid.verticalScrollBar().value()
        self.grid.horizontalHeader().blockSignals(True)
        self.grid.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.grid.horizontalHeader().blockSignals(False)
        self.grid.setSortingEnabled(False)
        self.grid.horizontalHeader().setSortIndicatorShown(True)
        self.model.show_table(value)
        if same:
            self.grid.verticalScrollBar().setValue(place)
        else:
            self._size_columns(value)
        rows, columns = count(value.height, "row"), count(value.width, "column")
        self.info.setText(f"{rows} × {columns}  {size(int(value.estimated_size()))}")
        self._tell("")

    def clear(self) -> None:
        """Let the table go."""
        super().clear()
        self.model.show_table(None)

    def copy(self) -> None:
        """Put the selected cells on the clipboard as tab-separated text."""
        cells = self.grid.selectionModel().selectedIndexes()
        if 0 < len(cells) <= _COPIED_CELLS:
            QGuiApplication.clipboard().setText(as_text(self.model, cells))

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        table = self.model.table
        self.jobs.forget()
        if table is None:
            return
        if column < 0 or column >= table.width:
            self.model.show_order(None)
            self._tell("")
            return
        name = table.columns[column]
        descending = order == Qt.SortOrder.DescendingOrder
        self._tell(f"Sorting by {name} …")
        self.jobs.submit(
            lambda: table[name].arg_sort(descending=descending, nulls_last=True),
            lambda index: self._show_order(index, f"Sorted by {name}, {'falling' if descending else 'rising'}"),
            lambda _error: self._tell(f"The column {name} cannot be sorted."),
        )

    def _show_order(self, order: polars.Series, words: str) -> None:
        self.model.show_order(order)
        self.grid.scrollToTop()
        self._tell(words)

    def _tell(self, words: str) -> None:
        table = self.model.table
        cut = table is not None and table.height > MAX_ROWS
        self.say(f"Only the first {MAX_ROWS:,} rows are shown. {words}" if cut else words or "Click a header to sort")

    def _size_columns(self, table: polars.DataFrame) -> None:
        sample = table.head(_SAMPLED_ROWS)
        measure = self.grid.fontMetrics().horizontalAdvance
        for column, (name, dtype) in enumerate(islice(table.schema.items(), _SIZED_COLUMNS)):
            widest = max((measure(cell_text(value)) for value in sample[name]), default=0)
            wide = max(widest + 24, measure(name) + 36, measure(str(dtype)) + 24)
            self.grid.setColumnWidth(column, min(max(wide, 56), 280))
