"""All commands in one place: type a few letters of what is wanted, Enter does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
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
from shtairir_ui.commands import plain, written
from shtairir_ui.guard import guarded

if TYPE_CHECKING:
    from shtairir_ui.actions import Actions

_WIDTH, _ROWS, _ROW = 520, 12, 30
_NAME = Qt.ItemDataRole.UserRole
_MENU = Qt.ItemDataRole.UserRole + 1
_KEYS = Qt.ItemDataRole.UserRole + 2
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS,
    Qt.Key.Key_PageUp: -_ROWS,
}


class CommandPalette(QFrame):
    """A popup with a field and the commands that match it; those used last come first.

    Parameters
    ----------
    recent
        The names of commands used lately, the latest first.
    chosen
        Is given the name of the command, after the popup has gone.
    """

    def __init__(self, parent: QWidget, actions: Actions, recent: Iterable[str], chosen: Callable[[str], None]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("commandPalette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("Commands")
        self._actions = actions
        self._recent = list(recent)
        self._chosen = chosen
        self.field = QLineEdit(self, placeholderText="Type what you want to do")
        self.field.setObjectName("commandField")
        self.field.setAccessibleName("Search commands")
        self.field.setClearButtonEnabled(True)
        self.list = QListWidget(self)
        self.list.setObjectName("commandList")
        self.list.setAccessibleName("Commands")
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_RowPainter(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFixedHeight(_ROWS * _ROW)
        self.empty = QLabel("No command matches. Try another word.", self)
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

    def open_over(self, window: QWidget) -> None:
        """Show in the upper middle of a window."""
        self.adjustSize()
        corner = window.mapToGlobal(QPoint((window.width() - self.width()) // 2, window.height() // 10))
        self.move(corner)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter does it, Escape closes."""
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
            name = str(item.data(_NAME))
            self.close()
            self._chosen(name)

    def _fill(self, text: str) -> None:
        self.list.clear()
        for menu, name in found(self._actions, text, self._recent):
            self.list.addItem(self._row(menu, name))
        self.list.setCurrentRow(0)
        self.list.setVisible(self.list.count() > 0)
        self.empty.setVisible(self.list.count() == 0)

    def _row(self, menu: str, name: str) -> QListWidgetItem:
        action = self._actions[name]
        mark = "✓ " if action.isCheckable() and action.isChecked() else ""
        item = QListWidgetItem(action.icon(), mark + plain(action.text()))
        item.setData(_NAME, name)
        item.setData(_MENU, menu)
        item.setData(_KEYS, written(action))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{menu}: {plain(action.text())}, {written(action)}")
        item.setSizeHint(QSize(0, _ROW))
        item.setToolTip(self._actions.command(name).tip)
        if not action.isEnabled():
            item.setFlags(Qt.ItemFlag.ItemIsSelectable)
        return item


def found(actions: Actions, text: str, recent: list[str]) -> list[tuple[str, str]]:
    """Return menu and name of the commands that match, the best first; those that cannot be used now come last."""
    words = text.lower().split()
    rows: list[tuple[bool, int, int, int, str, str]] = []
    for place, (menu, group) in enumerate((menu, one) for menu, commands in actions.menus for one in commands):
        rank = _rank(plain(actions[group.name].text()).lower(), f"{menu} {group.tip}".lower(), words)
        if rank is not None:
            lately = recent.index(group.name) if group.name in recent else len(recent)
            rows.append((not actions[group.name].isEnabled(), rank, lately, place, menu, group.name))
    return [(row[4], row[5]) for row in sorted(rows)]


def _rank(title: str, more: str, words: list[str]) -> int | None:
    """Return how far a command is from what was typed: 0 is the best; ``None`` if a word is nowhere."""
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
    """Writes the menu dim behind the command, and its keys at the right."""

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
        words = "    ".join(part for part in (str(index.data(_MENU)), str(index.data(_KEYS))) if part)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()
