"""The steps that can be undone and done again, as a list to jump in."""

from __future__ import annotations

import functools

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.guard import guarded

_ROW = 26
_SLICE = 12
"""So many steps are gone at once; then others have their turn, for a long way may take a while."""

Index = QModelIndex | QPersistentModelIndex


class StepsModel(QAbstractListModel):
    """The state at the beginning, and each step: those done, then those undone."""

    def __init__(self, editor: Editor, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor = editor
        self._words: tuple[str, ...] = ()
        self.done = 0
        self.saved: int | None = None
        self.refresh()

    def refresh(self) -> bool:
        """Follow the document; returns whether the steps are other ones."""
        graph = self._editor.root
        words, done, saved = (*graph.history, *graph.undone), len(graph.history), graph.saved_at
        other = words != self._words
        if other:
            self.beginResetModel()
        self._words, self.done, self.saved = words, done, saved
        if other:
            self.endResetModel()
        elif words:
            self.dataChanged.emit(self.index(0), self.index(len(words)))
        return other

    @guarded(default=0)
    def rowCount(self, parent: Index | None = None) -> int:
        """One more than there are steps, if there are any."""
        return len(self._words) + 1 if self._words else 0

    @guarded(default=None)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a row shows: what is undone is dim, what is in the file says so."""
        row, tokens = index.row(), theme.current()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(row)
        if role == Qt.ItemDataRole.ForegroundRole:
            return tokens.text_disabled if row > self.done else tokens.text
        if role == Qt.ItemDataRole.FontRole and row == self.done:
            return theme.ui_font(tokens.size_body, QFont.Weight.DemiBold)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row)
        if role == Qt.ItemDataRole.DecorationRole:
            return theme.icon("save", "text_dim") if row == self.saved else _blank()
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(80, _ROW)
        return None

    def _text(self, row: int) -> str:
        words = "as it was opened" if row == 0 else self._words[row - 1]
        return words[:1].upper() + words[1:]

    def _tip(self, row: int) -> str:
        where = "Where you are" if row == self.done else "Undone; click to do it again" if row > self.done else ""
        saved = "This is in the file" if row == self.saved else ""
        return "\n".join(part for part in (self._text(row), where or "Click to go back to here", saved) if part)


@functools.cache
def _blank() -> QPixmap:
    """Nothing, as wide as an icon: so all rows begin at the same place."""
    pixmap = QPixmap(16, 16)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


class StepsPanel(QWidget):
    """Click a step, or press Enter on it, to go back or forth to the state right after it."""

    arrived = Signal()

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._editor = editor
        self.model = StepsModel(editor, self)
        self.list = QListView()
        self.list.setObjectName("stepsList")
        self.list.setAccessibleName("Steps of editing")
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._empty = EmptyState("history", "Nothing to undo", "Each change of the graph becomes a step here.")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        self.list.clicked.connect(lambda index: self.go_to(index.row()))
        self.list.activated.connect(lambda index: self.go_to(index.row()))
        self._goal: int | None = None
        self._walk = QTimer(self, interval=0)
        self._walk.timeout.connect(self._step)
        self._soon = QTimer(self, singleShot=True, interval=30)
        self._soon.timeout.connect(self._show)
        for signal in (editor.title_changed, editor.graph_replaced, editor.past_changed):
            signal.connect(self._soon.start)
        theme.changed.connect(self._soon.start)
        self._show()

    def go_to(self, steps: int) -> None:
        """Undo or redo until so many steps are done."""
        if self._editor.past is None and steps != len(self._editor.root.history):
            self._goal = steps
            self._walk.start()
            self._step()

    @property
    def is_on_the_way(self) -> bool:
        """Whether there are steps to go still."""
        return self._goal is not None

    def _step(self) -> None:
        for _ in range(_SLICE):
            done = len(self._editor.root.history)
            goal = self._goal
            ahead = self._editor.root.can_redo if goal is not None and goal > done else self._editor.root.can_undo
            if goal is None or goal == done or not ahead or self._editor.past is not None:
                self._goal = None
                self._walk.stop()
                self._show()
                self.arrived.emit()
                return
            (self._editor.undo if goal < done else self._editor.redo)()

    def _show(self) -> None:
        if self._goal is not None:
            return
        self.model.refresh()
        some = self.model.rowCount() > 0
        self._stack.setCurrentWidget(self.list if some else self._empty)
        if some:
            current = self.model.index(self.model.done)
            self.list.setCurrentIndex(current)
            self.list.scrollTo(current)
