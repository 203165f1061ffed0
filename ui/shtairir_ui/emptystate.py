"""What a panel shows when it has nothing to show: one quiet line and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.iconlabel import IconLabel


class EmptyState(QWidget):
    """An icon, a line and a hint, centred."""

    def __init__(self, icon: str, title: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tokens = theme.current()
        centre = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s4, tokens.s4, tokens.s4, tokens.s4)
        column.setSpacing(tokens.s1)
        column.addStretch(1)
        column.addWidget(IconLabel(icon, size=20, color="text_disabled"), alignment=centre)
        self._title = self._line(column, title, "")
        self._hint = self._line(column, hint, "dim")
        column.addStretch(2)

    def say(self, title: str, hint: str = "") -> None:
        """Change what is said."""
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def _line(self, column: QVBoxLayout, text: str, role: str) -> QLabel:
        label = QLabel(text, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        column.addWidget(label)
        label.setVisible(bool(text))  # not before it is in its place: it would be a window of the desktop
        return label
