"""A short sentence beside the mouse, while something is being dragged."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from shtairir_ui.canvas.look import Look

_WIDTH = 320
_OFFSET = QPoint(18, 20)


class Bubble(QLabel):
    """Says why a link is refused, or what dropping it would do."""

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self._view = parent
        self.setObjectName("canvasBubble")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._look = look
        self.hide()

    def use(self, look: Look) -> None:
        """Take the colours of another theme."""
        self._look = look

    def say(self, text: str, at: QPoint, *, refused: bool) -> None:
        """Show a sentence near a place of the parent; nothing when it is empty."""
        if not text:
            self.hide()
            return
        tokens = self._look.tokens
        edge = tokens.css("error") if refused else tokens.css("border_strong")
        self.setStyleSheet(
            f"QLabel {{ background: {tokens.css('surface')}; color: {tokens.css('text')};"
            f" border: 1px solid {edge}; border-radius: {tokens.radius}px;"
            f" padding: {tokens.s1}px {tokens.s2}px; font-size: {tokens.size_label}px; }}"
        )
        self.setText(text)
        self._fit()
        room = self._view.rect()
        place = at + _OFFSET
        x = min(place.x(), room.right() - self.width() - 4)
        y = place.y() if place.y() + self.height() < room.bottom() else at.y() - self.height() - 8
        self.move(max(x, 4), max(y, 4))
        self.show()
        self.raise_()

    def _fit(self) -> None:
        """As wide as the text on one line, up to a limit; then it wraps."""
        self.setMinimumWidth(0)
        self.setMaximumWidth(_WIDTH)
        margins = 2 * (self._look.tokens.s2 + 2)
        width = min(self.fontMetrics().horizontalAdvance(self.text()) + margins + 8, _WIDTH)
        self.setFixedWidth(width)
        self.setFixedHeight(self.heightForWidth(width))
