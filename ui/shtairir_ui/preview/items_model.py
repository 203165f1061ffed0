"""A list as Qt's item model: a line about each item, and for pictures a thumbnail made when it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap

from shtairir.block.values import summarize
from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .jobs import Jobs
from .kinds import icon_of
from .thumbnail import thumbnail

_Index = QModelIndex | QPersistentModelIndex
THUMBNAIL = QSize(88, 66)
MAX_PICTURES = 2000
"""The grid of thumbnails places every item, so their number has an end; lines have none."""


class ItemsModel(QAbstractListModel):
    """Shows the items of a list, as lines or as pictures."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._items: Sequence[Any] = ()
        self._pictures = False
        self._icons: dict[int, QIcon | None] = {}

    def show_items(self, items: Sequence[Any], pictures: bool) -> None:
        """Show another list."""
        self.beginResetModel()
        self._items, self._pictures = items, pictures
        self._icons.clear()
        self.endResetModel()

    @guarded(default=0)
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of items."""
        if parent.isValid():
            return 0
        return min(len(self._items), MAX_PICTURES) if self._pictures else len(self._items)

    @guarded
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return an item's line, picture or tool tip."""
        if not index.isValid():
            return None
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return str(row) if self._pictures else item_text(self._items[row])
        if role == Qt.ItemDataRole.DecorationRole:
            return self._picture(row) if self._pictures else _type_icon(self._items[row])
        if role == Qt.ItemDataRole.ToolTipRole:
            return summarize(self._items[row], "image" if self._pictures else None).text
        return None

    @guarded
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the index of an item."""
        return f"{section:,}" if role == Qt.ItemDataRole.DisplayRole else None

    def _picture(self, row: int) -> QIcon:
        held = self._icons.get(row)
        if held is None and row not in self._icons:
            if len(self._icons) >= MAX_PICTURES:
                self._icons.clear()
            self._icons[row] = None
            item = self._items[row]
            self._jobs.submit(lambda: thumbnail(item, THUMBNAIL * 2, "image"), lambda image: self._store(row, image))
        return held if held is not None else theme.icon("image", "text_disabled")

    def _store(self, row: int, image: QImage | None) -> None:
        if image is not None:
            self._icons[row] = QIcon(QPixmap.fromImage(image))
            index = self.index(row)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


def item_text(value: object) -> str:
    """Return one line about a value: itself when it is short, else a summary."""
    if isinstance(value, str):
        line = value.replace("\n", " ")
        return line if len(line) <= 120 else line[:119] + "…"
    if isinstance(value, int) and value.bit_length() > 256:
        return "a huge number"
    if isinstance(value, bool | int | float | complex) or value is None:
        return str(value)
    text = getattr(value, "hex", None)
    if isinstance(text, str):
        return text
    return str(value) if hasattr(value, "__fspath__") else summarize(value).text


def _type_icon(value: object) -> QIcon:
    return theme.icon(icon_of(value), "text_dim")
