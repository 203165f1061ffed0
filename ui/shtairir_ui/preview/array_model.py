"""The values of an array as Qt's item model; only the cells in sight are read."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from shtairir_ui.guard import guarded

from .pixels import AnyArray
from .table_model import MAX_ROWS, cell_text

_Index = QModelIndex | QPersistentModelIndex
_MAX_COLUMNS = 100_000


class ArrayModel(QAbstractTableModel):
    """Shows a 1-D array as one column and a 2-D array as rows and columns."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._array: AnyArray | None = None

    def show_array(self, array: AnyArray | None) -> None:
        """Show another array of one or two axes."""
        self.beginResetModel()
        self._array = array
        self.endResetModel()

    @guarded(default=0)
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the length of the first axis."""
        return 0 if parent.isValid() or self._array is None else min(self._array.shape[0], MAX_ROWS)

    @guarded(default=0)
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the length of the second axis."""
        if parent.isValid() or self._array is None:
            return 0
        return 1 if self._array.ndim == 1 else min(self._array.shape[1], _MAX_COLUMNS)

    @guarded
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text or alignment."""
        if self._array is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            array = self._array
            value = array[index.row()] if array.ndim == 1 else array[index.row(), index.column()]
            return cell_text(value.item() if hasattr(value, "item") else value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    @guarded
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the index along the axis."""
        if role != Qt.ItemDataRole.DisplayRole or self._array is None:
            return None
        if orientation == Qt.Orientation.Horizontal and self._array.ndim == 1:
            return "value"
        return f"{section:,}"
