"""Tables: the rows in sight, sorted by a click on a header, filtered by a condition, with summaries of columns."""

from __future__ import annotations

from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget, QTableView, QWidget

from shtairir_ui.quantities import count, size

from .chart_pane import ChartPane
from .jobs import Ticket, Workers
from .searchbar import SearchBar
from .table_filter import rows_where
from .table_header import SummaryHeader
from .table_model import MAX_ROWS, TableModel, as_text, cell_text
from .table_summary import Summary, summary_of
from .view import Saving, View

if TYPE_CHECKING:
    import polars

_SAMPLED_ROWS = 60
_SIZED_COLUMNS = 100
_COPIED_CELLS = 200_000
_SETTLE_MS = 250
"""Typing goes on: the rows are looked for once it rests."""
HINT = "Filter: words, or mass > 4000 and species = Gentoo"


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

    opened = Signal(tuple)
    """The row and the column of the cell that the person wants to see by itself, as a way of one step."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self.model = TableModel(self)
        self.grid = Grid()
        self.header = SummaryHeader(self.grid)
        self.header.setHighlightSections(False)
        self.grid.setHorizontalHeader(self.header)
        self.grid.setModel(self.model)
        self.header.setSectionsClickable(True)
        self.header.setSectionsMovable(True)
        self.header.setSortIndicatorClearable(True)
        self.header.sortIndicatorChanged.connect(self._arrange)
        self.header.wanted.connect(self._summarize)
        self.grid.doubleClicked.connect(self._on_opened)
        self.filter = SearchBar(HINT)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._arrange)
        self.filter.changed.connect(lambda _text: self._settle.start())
        self.filter.closed.connect(self.grid.setFocus)
        self.chart = ChartPane(self.jobs)
        self.chart.told.connect(self._on_chart_told)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.grid)
        self.stack.addWidget(self.chart)
        self.body.addWidget(self.filter)
        self.body.addWidget(self.stack, 1)
        self.filter_switch = self.add_switch("filter", "Filter the rows (Ctrl+F)", self.filter.show_bar)
        self.filter.shown.connect(self.filter_switch.setChecked)
        self.summaries = self.add_switch("stats", "Summaries of the columns", self.header.show_summaries)
        self.charting = self.add_switch("chart", "Chart of the columns", self._on_charting)
        self.listen("Ctrl+F", lambda: self.filter.show_bar(True))
        self.listen("Ctrl+C", self.copy)
        self.setFocusProxy(self.stack)

    # -- the value -----------------------------------------------------------------------------

    def show_value(self, value: polars.DataFrame) -> None:
        """Show a table. When the columns are the same, widths, place, order and filter stay."""
        self.jobs.forget()
        before = self.model.table
        same = before is not None and before.schema == value.schema
        place = self.grid.verticalScrollBar().value()
        if not same:
            self.header.blockSignals(True)
            self.header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.header.blockSignals(False)
            self.filter.show_bar(False)
        self.grid.setSortingEnabled(False)
        self.header.setSortIndicatorShown(True)
        self.header.forget()
        self.model.show_table(value)
        rows, columns = count(value.height, "row"), count(value.width, "column")
        self.info.setText(f"{rows} × {columns}  {size(int(value.estimated_size()))}")
        if not same:
            self._size_columns(value)
        self._arrange()
        if same:
            self.grid.verticalScrollBar().setValue(place)

    def clear(self) -> None:
        """Let the table go."""
        super().clear()
        self._settle.stop()
        self.filter.show_bar(False)
        self.header.forget()
        self.model.show_table(None)
        self.chart.show_table(None)

    def copy(self) -> None:
        """Put the selected cells on the clipboard as tab-separated text, all that is shown without a selection.

        Of a chart, a picture.
        """
        if self.charting.isChecked():
            QGuiApplication.clipboard().setPixmap(self.chart.plot.grab())
            return
        cells = self.grid.selectedIndexes() if self.grid.selectionModel().hasSelection() else []
        if not cells:
            self._copy_all()
            return
        QGuiApplication.clipboard().setText(as_text(self.model, cells[:_COPIED_CELLS]))
        cut = len(cells) > _COPIED_CELLS
        self.say(f"The first {_COPIED_CELLS:,} cells were copied." if cut else f"{count(len(cells), 'cell')} copied")

    def _copy_all(self) -> None:
        table = self.model.shown_table()
        if table is None or not table.width:
            return
        rows = max(_COPIED_CELLS // table.width, 1)
        part = table.head(rows)
        lines = ["\t".join(part.columns)]
        lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in part.iter_rows()]
        QGuiApplication.clipboard().setText("\n".join(lines))
        cut = f" of {table.height:,}" if part.height < table.height else ""
        self.say(f"{part.height:,}{cut} rows copied, with the names of the columns")

    def savings(self) -> tuple[Saving, ...]:
        """The rows that are shown, in the order in which they are shown."""
        shown = self.model.shown_table()
        if shown is None:
            return ()
        return (
            Saving("Comma-separated values", ".csv", partial(_write_csv, shown)),
            Saving("Parquet", ".parquet", shown.write_parquet),
            Saving("JSON", ".json", shown.write_json),
        )

    # -- order and filter ------------------------------------------------------------------------

    def _arrange(self, *_cause: object) -> None:
        """Work out which rows are shown, in which order."""
        table = self.model.table
        if table is None:
            return
        column, text = self.header.sortIndicatorSection(), self.filter.text
        name = table.columns[column] if 0 <= column < table.width else None
        falling = self.header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        if name is None and not text.strip():
            self.jobs.drop("order")
            if self.model.order is not None:
                self.model.show_order(None)
            self._tell("")
            self._draw()
            return
        sorting = f"Sorted by {name}, {'falling' if falling else 'rising'}" if name is not None else ""
        self._tell("Looking for the rows …" if text.strip() else f"Sorting by {name} …")
        self.jobs.latest(
            "order",
            lambda ticket: order_of(table, text, name, falling, ticket),
            lambda order: self._show_order(order, sorting),
            lambda error: self._on_refused(error, name),
        )

    def _show_order(self, order: polars.Series | None, words: str) -> None:
        self.filter.complain("")
        self.model.show_order(order)
        self.grid.clearSelection()
        self.grid.scrollToTop()
        self._tell(words)
        self._draw()

    def _on_charting(self, shown: bool) -> None:
        self.stack.setCurrentWidget(self.chart if shown else self.grid)
        self._draw()

    def _draw(self) -> None:
        """Draw the rows that are shown, while a chart is wanted."""
        if self.charting.isChecked() and self.model.table is not None:
            self.chart.show_table(self.model.shown_table())

    def _on_chart_told(self, words: str) -> None:
        if self.charting.isChecked():
            self._tell(words)

    def _on_refused(self, error: Exception, name: str | None) -> None:
        if isinstance(error, ValueError) and self.filter.text.strip():
            self.filter.complain(str(error))
            self._tell(str(error))
        else:
            self._tell(f"The column {name} cannot be sorted.")

    def _tell(self, words: str) -> None:
        table = self.model.table
        if table is None:
            return
        parts = [words]
        if self.model.order is not None and len(self.model.order) < table.height:
            parts.insert(0, f"{len(self.model.order):,} of {table.height:,} rows")
        if table.height > MAX_ROWS:
            parts.insert(0, f"Only the first {MAX_ROWS:,} rows are shown")
        self.say(
            "   ".join(part for part in parts if part)
            or ("" if self.charting.isChecked() else "Click a header to sort")
        )

    # -- columns ---------------------------------------------------------------------------------

    def _summarize(self, column: int) -> None:
        table = self.model.table
        if table is not None and column < table.width:
            values = table.to_series(column)
            done = partial(self._show_summary, column)
            self.jobs.latest(("summary", column), lambda ticket: summary_of(values, ticket), done)

    def _show_summary(self, column: int, summary: Summary) -> None:
        self.header.put(column, summary)
        self.model.setHeaderData(
            column, Qt.Orientation.Horizontal, "\n".join(summary.facts), Qt.ItemDataRole.ToolTipRole
        )

    def _size_columns(self, table: polars.DataFrame) -> None:
        sample = table.head(_SAMPLED_ROWS)
        measure = self.grid.fontMetrics().horizontalAdvance
        for column, (name, dtype) in enumerate(islice(table.schema.items(), _SIZED_COLUMNS)):
            widest = max((measure(cell_text(value)) for value in sample[name]), default=0)
            wide = max(widest + 24, measure(name) + 52, measure(str(dtype)) + 36)
            self.grid.setColumnWidth(column, min(max(wide, 56), 280))

    def _on_opened(self, index: QModelIndex) -> None:
        self.opened.emit(((self.model.row_number(index.row()), index.column()),))


def order_of(
    table: polars.DataFrame, text: str, name: str | None, falling: bool, ticket: Ticket
) -> polars.Series | None:
    """Return the numbers of the rows that meet a condition, sorted by a column; None for all as they are."""
    rows = rows_where(table, text, ticket)
    ticket.step()
    if name is None:
        return rows
    column = table[name] if rows is None else table[name].gather(rows)
    order = column.arg_sort(descending=falling, nulls_last=True)
    return order if rows is None else rows.gather(order)


def _write_csv(table: polars.DataFrame, path: Path) -> None:
    """Lists and structures have no place in this format: they are written as texts."""
    import polars as pl

    nested = [name for name, dtype in table.schema.items() if dtype.is_nested()]
    table.with_columns(
        pl.Series(name, [str(item) for item in table[name].to_list()], dtype=pl.String) for name in nested
    ).write_csv(path)
