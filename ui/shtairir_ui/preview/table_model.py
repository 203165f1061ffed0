"""A polars table as Qt's item model. Only the rows in sight are ever converted.

Rows are fetched in blocks, so a million of them open without delay. Sorting is an index over the rows,
worked out off the Qt thread by the view; the table itself is never copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from shtairir_ui import theme
from shtairir_ui.guard import guarded

if TYPE_CHECKING:
    import polars

MAX_ROWS = 20_000_000
"""More rows than this do not fit Qt's coordinates; the rest is not shown, and the view says so."""

_BLOCK_ROWS = 256
_BLOCKS_HELD = 8
_Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class TableModel(QAbstractTableModel):
    """Shows a polars table, in its own order or in that of an index."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: polars.DataFrame | None = None
        self._order: polars.Series | None = None
        self._blocks: dict[int, list[tuple[Any, ...]]] = {}
        self._titles: list[str] = []
        self._numeric: list[bool] = []
        self._tips: dict[int, str] = {}
        self._count = 0

    @property
    def table(self) -> polars.DataFrame | None:
        """The table shown."""
        return self._table

    def show_table(self, table: polars.DataFrame | None) -> None:
        """Show another table, in its own order."""
        self.beginResetModel()
        self._table, self._order = table, None
        self._blocks.clear()
        self._tips.clear()
        # Asked for once: polars lists the types of all columns each time.
        schema = table.schema if table is not None else {}
        self._titles = [f"{name}\n{dtype_text(dtype)}" for name, dtype in schema.items()]
        self._numeric = [dtype.is_numeric() for dtype in schema.values()]
        self._count = self._rows(None)  # asked for at every turn, and polars takes its time for it
        self.endResetModel()

    @property
    def order(self) -> polars.Series | None:
        """The numbers of the rows that are shown, in their order; None for all in the table's own."""
        return self._order

    def show_order(self, order: polars.Series | None) -> None:
        """Show these rows, by their numbers in the table; None for all in its own order."""
        rows = self._rows(order)
        if rows != self._count:
            self.beginResetModel()
            self._order, self._count = order, rows
            self._blocks.clear()
            self.endResetModel()
            return
        # Not a change of the layout, for which Qt walks through all rows: every cell shows another value.
        self._order = order
        self._blocks.clear()
        if rows and self.columnCount():
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, self.columnCount() - 1))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, rows - 1)

    def shown_table(self) -> polars.DataFrame | None:
        """Return the rows that are shown, in their order, as a table."""
        return self._table if self._table is None or self._order is None else self._table[self._order]

    def _rows(self, order: polars.Series | None) -> int:
        if self._table is None:
            return 0
        return min(self._table.height if order is None else len(order), MAX_ROWS)

    def row_number(self, row: int) -> int:
        """Return where the shown row stands in the table."""
        return row if self._order is None else int(self._order[row])

    def value(self, row: int, column: int) -> Any:
        """Return the value in a cell."""
        block = row // _BLOCK_ROWS
        if block not in self._blocks:
            while len(self._blocks) >= _BLOCKS_HELD:
                self._blocks.pop(next(iter(self._blocks)))
            self._blocks[block] = self._fetch(block)
        return self._blocks[block][row % _BLOCK_ROWS][column]

    def _fetch(self, block: int) -> list[tuple[Any, ...]]:
        assert self._table is not None
        start = block * _BLOCK_ROWS
        if self._order is None:
            return self._table.slice(start, _BLOCK_ROWS).rows()
        return self._table[self._order.slice(start, _BLOCK_ROWS)].rows()

    # -- Qt ------------------------------------------------------------------------------------

    @guarded(default=0)
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else self._count

    @guarded(default=0)
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() or self._table is None else self._table.width

    @guarded
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, alignment, colour or tool tip."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(self.value(index.row(), index.column()))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self._numeric[index.column()] else _LEFT
        if role == Qt.ItemDataRole.ForegroundRole:
            missing = self.value(index.row(), index.column()) is None
            return theme.current().text_disabled if missing else None
        if role == Qt.ItemDataRole.ToolTipRole:
            value = self.value(index.row(), index.column())
            return None if value is None or len(str(value)) <= 16 else str(value)[:2000]
        return None

    @guarded(default=False)
    def setHeaderData(
        self, section: int, orientation: Qt.Orientation, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Keep the tool tip of a column."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.ToolTipRole:
            return False
        self._tips[section] = str(value)
        return True

    @guarded
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name and type, or a row's number in the table."""
        if self._table is None:
            return None
        if orientation == Qt.Orientation.Vertical:
            return f"{self.row_number(section):,}" if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tips.get(section, self._titles[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self._numeric[section] else _LEFT
        if role == Qt.ItemDataRole.FontRole:
            return theme.ui_font(theme.current().size_small, QFont.Weight.Medium)
        return None


def cell_text(value: Any) -> str:
    """Return a value as a cell shows it; a missing one is a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return text.replace("\n", " ")[:200]


def dtype_text(dtype: polars.DataType) -> str:
    """Return the name of a column's type, in lower case as polars prints it."""
    return {"String": "text", "Boolean": "bool"}.get(str(dtype), str(dtype).lower())


def as_text(model: TableModel, cells: Sequence[_Index]) -> str:
    """Return selected cells as tab-separated text, as spreadsheets take it."""
    rows: dict[int, dict[int, str]] = {}
    for cell in cells:
        value = model.value(cell.row(), cell.column())
        rows.setdefault(cell.row(), {})[cell.column()] = "" if value is None else str(value)
    columns = sorted({column for row in rows.values() for column in row})
    return "\n".join("\t".join(rows[row].get(column, "") for column in columns) for row in sorted(rows))
