"""How a row of the outline looks: icon, title, a dim line below it, and the state of the node at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from shtairir.events import NodeStatus
from shtairir_ui import theme
from shtairir_ui.guard import guarded
from shtairir_ui.outline.entries import Entry
from shtairir_ui.outline.model import ENTRY
from shtairir_ui.runtime import NodeRuntime

Index = QModelIndex | QPersistentModelIndex
_ICON, _STATUS = 16, 14
_ICONS = {"frame": "frame", "note": "note", "bookmark": "bookmark", "scope": "subgraphs"}
STATUS_ICONS = {
    NodeStatus.WAITING: "waiting",
    NodeStatus.READY: "waiting",
    NodeStatus.RUNNING: "running",
    NodeStatus.DONE: "ok",
    NodeStatus.CACHED: "cached",
    NodeStatus.SKIPPED: "skipped",
    NodeStatus.FAILED: "error",
    NodeStatus.TIMED_OUT: "error",
    NodeStatus.CANCELLED: "cancelled",
    NodeStatus.PAUSED: "pause",
    NodeStatus.COMPENSATED: "undo",
}


class OutlineDelegate(QStyledItemDelegate):
    """Paints entries.

    Parameters
    ----------
    runtime_of
        Tells what a node does or did, asked whenever its row is painted.
    """

    def __init__(self, runtime_of: Callable[[Entry], NodeRuntime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runtime_of = runtime_of

    @guarded(default=lambda: QSize(80, 36))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for two lines, for one where there is no second."""
        tokens, entry = theme.current(), index.data(ENTRY)
        high = bool(isinstance(entry, Entry) and entry.detail)
        return QSize(80, tokens.size_body + (tokens.size_small + 18 if high else 14))

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        entry = index.data(ENTRY)
        if not isinstance(entry, Entry):
            return
        self.initStyleOption(option, index)
        option.text, option.icon = "", QIcon()
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        tokens, rect = theme.current(), option.rect
        painter.save()
        x = rect.left() + tokens.s1
        line = QRect(x, rect.top(), _ICON, rect.height() if not entry.detail else tokens.size_body + 14)
        self._icon(entry).paint(painter, QRect(x, line.center().y() - _ICON // 2 + 1, _ICON, _ICON))
        right = rect.right() - tokens.s2
        state = self._runtime_of(entry).status if entry.kind == "node" else None
        status = STATUS_ICONS.get(state) if state is not None else None
        if status is not None:
            right -= _STATUS + tokens.s1
            self._paint_status(
                painter, entry, status, QRect(right + tokens.s1, line.center().y() - 6, _STATUS, _STATUS)
            )
        x += _ICON + tokens.s2
        room = QRect(x, rect.top(), right - x, line.height())
        self._write(painter, room, entry.title, tokens.size_body, "text")
        if entry.detail:
            below = QRect(x, rect.top() + tokens.size_body + 7, right - x, tokens.size_small + 8)
            self._write(painter, below, entry.detail, tokens.size_small, "text_dim")
        painter.restore()

    def _icon(self, entry: Entry) -> QIcon:
        if entry.kind == "node":
            return theme.category_icon(entry.category)
        return theme.icon(_ICONS.get(entry.kind, "graph"), "text_dim")

    def _paint_status(self, painter: QPainter, entry: Entry, name: str, rect: QRect) -> None:
        runtime = self._runtime_of(entry)
        status = runtime.status.value if runtime.status is not None else None
        color = theme.current().text_disabled if runtime.stale else theme.current().status_color(status)
        theme.icon(name, color).paint(painter, rect)

    def _write(self, painter: QPainter, room: QRect, text: str, size: int, color: str) -> None:
        painter.setFont(theme.ui_font(size))
        painter.setPen(theme.current().color(color))
        short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, short)
