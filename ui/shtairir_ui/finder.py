"""A popup to find one thing among many: type a few letters of it, choose with the arrows, Enter takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from shtairir_ui import theme
from shtairir_ui.guard import guarded

_WIDTH, _ROWS, _ROW, _ICON = 520, 12, 30, 16
_KEY = Qt.ItemDataRole.UserRole
_MORE = Qt.ItemDataRole.UserRole + 1
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS,
    Qt.Key.Key_PageUp: -_ROWS,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can be taken.

    Attributes
    ----------
    key
        What it is known by; given to who asked when it is taken.
    title, more
        What stands at the left, and dim at the right.
    tip
        What is said of it when the mouse rests on it; also searched.
    """

    key: str
    title: str
    more: str = ""
    tip: str = ""
    icon: QIcon | None = None
    enabled: bool = True


class Finder(QFrame):
    """A field, and the rows that match what is typed into it.

    Parameters
    ----------
    rows
        All there is, those first that are likelier wanted.
    chosen
        Is given the key of what is taken, after the popup has gone.
    """

    def __init__(self, parent: QWidget, name: str, prompt: str, rows: Sequence[Row], chosen: Callable[[str], None]):
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(prompt)
        self._rows = rows
        self._chosen = chosen
        self.field = QLineEdit(self, placeholderText=prompt)
        self.field.setObjectName("finderField")
        self.field.setAccessibleName(prompt)
        self.field.setClearButtonEnabled(True)
        self.list = QListWidget(self)
        self.list.setObjectName("finderList")
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(_ICON, _ICON))
        self.list.setItemDelegate(_RowPainter(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFixedHeight(_ROWS * _ROW)
        self.empty = QLabel("Nothing matches. Try another word.", self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setFixedHeight(_ROWS * _ROW)
        tokens = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s2, tokens.s2, tokens.s2, tokens.s2)
        column.setSpacing(tokens.s2)
        for widget in (self.field, self.list, self.empty):
            column.addWidget(widget)
        self.setFixedWidth(min(_WIDTH, max(parent.width() - 2 * tokens.s5, 280)))
        self.field.textChanged.connect(self._fill)
        self.list.itemClicked.connect(self._take)
        self._fill("")

    def open_over(self, widget: QWidget) -> None:
        """Show in the upper middle of a widget."""
        self.adjustSize()
        self.move(widget.mapToGlobal(QPoint((widget.width() - self.width()) // 2, widget.height() // 10)))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter takes, Escape closes."""
        key = Qt.Key(event.key())
        if key in _STEPS and self.list.count():
            row = self.list.currentRow() + _STEPS[key]
            self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.list.currentItem())
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            key = str(item.data(_KEY))
            self.close()
            self._chosen(key)

    def _fill(self, text: str) -> None:
        self.list.clear()
        for row in matching(self._rows, text):
            self.list.addItem(_item(row))
        self.list.setCurrentRow(0)
        self.list.setVisible(self.list.count() > 0)
        self.empty.setVisible(self.list.count() == 0)


def _item(row: Row) -> QListWidgetItem:
    item = QListWidgetItem(row.icon if row.icon is not None else _blank(), row.title)
    item.setData(_KEY, row.key)
    item.setData(_MORE, row.more)
    item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(part for part in (row.title, row.more) if part))
    item.setSizeHint(QSize(0, _ROW))
    item.setToolTip(row.tip)
    if not row.enabled:
        item.setFlags(Qt.ItemFlag.ItemIsSelectable)
    return item


def _blank() -> QIcon:
    """An icon of nothing, so that all titles begin at the same place."""
    picture = QPixmap(_ICON, _ICON)
    picture.fill(Qt.GlobalColor.transparent)
    return QIcon(picture)


def matching(rows: Iterable[Row], text: str) -> list[Row]:
    """Return the rows that hold every word, the best first; those that cannot be taken come last."""
    words = text.lower().split()
    found: list[tuple[bool, int, int, Row]] = []
    for place, row in enumerate(rows):
        rank = _rank(row.title.lower(), f"{row.more} {row.tip}".lower(), words)
        if rank is not None:
            found.append((not row.enabled, rank, place, row))
    return [entry[-1] for entry in sorted(found, key=lambda entry: entry[:3])]


def _rank(title: str, more: str, words: list[str]) -> int | None:
    """Return how far a row is from what was typed: 0 is the best; ``None`` if a word is nowhere."""
    worst = 0
    for word in words:
        if title.startswith(word):
            rank = 0
        elif any(part.startswith(word) for part in title.split()):
            rank = 1
        elif word in title:
            rank = 2
        elif word in more:
            rank = 3
        elif _in_order(word, title):
            rank = 4
        else:
            return None
        worst = max(worst, rank)
    return worst


def _in_order(letters: str, text: str) -> bool:
    """Whether the letters come in this order: ``ru`` and ``mks`` find "Make subgraph"."""
    rest = iter(text)
    return all(letter in rest for letter in letters)


class _RowPainter(QStyledItemDelegate):
    """Writes what else there is to say dim at the right."""

    @guarded
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row."""
        super().paint(painter, option, index)
        tokens = theme.current()
        room = option.rect.adjusted(0, 0, -tokens.s2, 0)
        painter.save()
        painter.setFont(theme.ui_font(tokens.size_small))
        enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
        painter.setPen(tokens.text_dim if enabled else tokens.text_disabled)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(index.data(_MORE)))
        painter.restore()
