"""Escape stops a run, also where Escape has another meaning while nothing runs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from shtairir_ui.editor import Editor
from shtairir_ui.guard import guarded


class EscapeStops(QObject):
    """Keeps a widget from claiming Escape while a run goes on, so that it reaches the Stop command."""

    def __init__(self, editor: Editor, widget: QWidget) -> None:
        super().__init__(widget)
        self._editor = editor
        widget.installEventFilter(self)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.ShortcutOverride:
            return False
        stops = event.key() == Qt.Key.Key_Escape and self._editor.is_running
        if stops:
            event.ignore()
        return stops
