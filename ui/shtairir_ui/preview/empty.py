"""The quiet page that says why there is nothing to see, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from shtairir_ui import theme

from .state import Empty

_ICON = 32
_LONGEST = 600


class EmptyPage(QWidget):
    """An icon, a sentence and a hint, in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tokens = theme.current()
        self._shown = Empty("")
        self.icon = QLabel()
        self.icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = QLabel()
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title.setWordWrap(True)
        self.hint = QLabel()
        self.hint.setProperty("role", "dim")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        for label in (self.title, self.hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s5, tokens.s4, tokens.s5, tokens.s4)
        column.setSpacing(tokens.s2)
        column.addStretch(1)
        for widget in (self.icon, self.title, self.hint):
            column.addWidget(widget)
        column.addStretch(1)
        theme.changed.connect(self._paint_icon)

    def show_empty(self, empty: Empty) -> None:
        """Say this."""
        self._shown = empty
        self.title.setText(empty.title)
        self.hint.setText(empty.hint[:_LONGEST])
        self.hint.setVisible(bool(empty.hint))
        self._paint_icon()

    def _paint_icon(self, _tokens: object = None) -> None:
        ratio = self.devicePixelRatioF()
        if self._shown.title:
            self.icon.setPixmap(theme.icon_pixmap(self._shown.icon, _ICON, self._shown.role, ratio))
