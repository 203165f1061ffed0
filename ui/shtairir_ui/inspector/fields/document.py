"""Text of several lines, and code."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded
from shtairir_ui.highlight import CodeHighlighter
from shtairir_ui.inspector.fields.base import Field

TEXT_LINES, CODE_LINES = 4, 8
_NOTHING = object()


class DocumentField(Field):
    """Several lines of text; with a language, in a fixed-width font and coloured."""

    wide = True

    def __init__(self, language: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = _Editor(self)
        self.own(self.view)
        self.row.addWidget(self.view, 1)
        if language:
            self.view.setFont(theme.mono_font(theme.current().size_label))
            self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self._highlighter = CodeHighlighter(self.view.document(), language)
        metrics = self.view.fontMetrics()
        self.view.setTabStopDistance(4 * metrics.horizontalAdvance(" "))
        self.view.setFixedHeight((CODE_LINES if language else TEXT_LINES) * metrics.lineSpacing() + 18)
        self.view.textChanged.connect(lambda: self._on_text(self.view.toPlainText()))

    def _on_text(self, text: str) -> None:
        self.edited.emit(text)

    def show_value(self, value: Any) -> None:
        """Show a text; the cursor stays where it is while the text is the same."""
        text = value if isinstance(value, str) else ""
        if text != self.view.toPlainText():
            with QSignalBlocker(self.view):
                self.view.setPlainText(text)


class JsonField(DocumentField):
    """Entries, or whatever else JSON can write, over several lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("json", parent)

    def show_value(self, value: Any) -> None:
        """Show a value; a text that already means it is left as it was typed."""
        if value is None:
            super().show_value("")
        elif self._meant(self.view.toPlainText()) != value:
            super().show_value(json.dumps(value, ensure_ascii=False, indent=2))

    def _on_text(self, text: str) -> None:
        if not text.strip():
            self.edited.emit(None)
            return
        try:
            self.edited.emit(json.loads(text))
        except ValueError as error:
            where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
            self.refused.emit(f'This is not JSON{where}. Write for example {{"width": 3}}.')

    @staticmethod
    def _meant(text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError:
            return _NOTHING


class _Editor(QPlainTextEdit):
    """Says when it loses the keyboard, so that the next edit is a step of its own."""

    def __init__(self, field: DocumentField) -> None:
        super().__init__()
        self._field = field
        self.setTabChangesFocus(not field.wide)
        self.setUndoRedoEnabled(False)  # there is one history, the document's
        self.installEventFilter(self)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusOut:
            self._field.settled.emit()
        return False
