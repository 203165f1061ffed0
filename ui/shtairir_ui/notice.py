"""A bar across the top of the window that says what went wrong and what to do, without stopping work."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from shtairir_ui import theme
from shtairir_ui.iconlabel import IconLabel

Severity = Literal["info", "warning", "error"]


class NoticeBar(QFrame):
    """Hidden until there is something to say; stays until it is closed or no longer true."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeBar")
        self._icon = IconLabel(size=20)
        self._text = QLabel(wordWrap=True)
        self._text.setObjectName("noticeText")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton(autoRaise=True)
        self._close.setObjectName("noticeClose")
        self._close.setToolTip("Close this message")
        self._close.setAccessibleName("Close this message")
        theme.bind_icon(self._close, "close")
        self._close.clicked.connect(self.clear)
        self._lay_out()
        self._severity: Severity = "info"
        theme.changed.connect(self._dress)
        self.hide()

    @property
    def text(self) -> str:
        """What the bar says now."""
        return self._text.text()

    def say(self, text: str, severity: Severity = "error") -> None:
        """Show a message in place of the one before."""
        self._severity = severity
        self._text.setText(text)
        self._dress()
        self.show()

    def clear(self) -> None:
        """Take the message away."""
        self.hide()
        self._text.clear()
        self.closed.emit()

    def _lay_out(self) -> None:
        tokens = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.s4, tokens.s2, tokens.s2, tokens.s2)
        row.setSpacing(tokens.s3)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._close)

    def _dress(self) -> None:
        tokens = theme.current()
        color = tokens.accent if self._severity == "info" else tokens.color(self._severity)
        ground, line = tokens.tint(color, 0.16), tokens.tint(color, 0.45)
        self.setStyleSheet(
            f"#noticeBar {{ background: {ground.name()}; border: none;"
            f" border-bottom: 1px solid {line.name()}; }}"
            f"#noticeText {{ color: {tokens.css('text')}; background: transparent; }}"
        )
        self._icon.show_icon(self._severity, "accent" if self._severity == "info" else self._severity)
