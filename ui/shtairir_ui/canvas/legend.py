"""What the colours of an overlay stand for: a strip below the canvas.

Beside the canvas and not on it: what lies over the view would have all of it drawn again at each move.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from shtairir_ui import theme
from shtairir_ui.canvas.heat import Mark, Overlay, ramp
from shtairir_ui.guard import guarded

_RAMP_WIDTH, _SWATCH, _HEIGHT = 320, 12, 30


class Legend(QFrame):
    """The overlay's name, its colours with their figures, and a button that puts it away."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overlayLegend")
        theme.changed.connect(self._dress)
        self._dress()
        tokens = theme.current()
        self._title = QLabel()
        self._title.setObjectName("overlayTitle")
        self._title.setProperty("role", "heading")
        self.scale = Scale()
        self._close = QToolButton(autoRaise=True)
        self._close.setToolTip("Hide the overlay")
        self._close.setAccessibleName("Hide the overlay")
        theme.bind_icon(self._close, "close", "text_dim")
        self._close.clicked.connect(lambda _checked=False: self.closed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.s3, 2, tokens.s2, 2)
        row.setSpacing(tokens.s3)
        row.addWidget(self._title)
        row.addWidget(self.scale, 1)
        row.addWidget(self._close)
        self.hide()

    def _dress(self, _tokens: object = None) -> None:
        tokens = theme.current()
        self.setStyleSheet(
            f"QFrame#overlayLegend {{ background: {tokens.css('surface')};"
            f" border: none; border-top: 1px solid {tokens.css('border')}; }}"
        )

    def show_overlay(self, overlay: Overlay | None, marks: tuple[Mark, ...] = ()) -> None:
        """Show what the colours of an overlay mean, or nothing."""
        self.setVisible(overlay is not None)
        if overlay is not None:
            self._title.setText(overlay.title)
            self.scale.show_marks(marks, is_ramp=overlay.figure is not None)


class Scale(QWidget):
    """A ramp with its figures, or a row of swatches with their names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marks: tuple[Mark, ...] = ()
        self._is_ramp = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """What is written beside the colours."""
        return ", ".join(mark.text for mark in self._marks) or NOTHING

    def show_marks(self, marks: tuple[Mark, ...], *, is_ramp: bool) -> None:
        """Show these."""
        self._marks, self._is_ramp = marks, is_ramp
        self.setAccessibleDescription(self.text)
        self.update()

    @guarded(default=QSize)
    def sizeHint(self) -> QSize:
        """As high as one line."""
        return QSize(_RAMP_WIDTH, _HEIGHT)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ramp or the swatches."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.ui_font(theme.current().size_small))
        painter.setPen(theme.current().text_dim)
        if not self._marks:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, NOTHING)
        elif self._is_ramp:
            self._paint_ramp(painter)
        else:
            self._paint_swatches(painter)

    def _paint_ramp(self, painter: QPainter) -> None:
        tokens = theme.current()
        room = QRectF(1, 4, min(self.width() - 2, _RAMP_WIDTH), 8)
        gradient = QLinearGradient(room.topLeft(), room.topRight())
        for step in range(9):
            gradient.setColorAt(step / 8, ramp(step / 8, tokens))
        painter.setPen(tokens.border_strong)
        painter.setBrush(gradient)
        painter.drawRoundedRect(room, 3, 3)
        painter.setPen(tokens.text_dim)
        for mark in self._marks:
            width = painter.fontMetrics().horizontalAdvance(mark.text)
            left = room.left() + mark.place * (room.width() - width)
            painter.drawText(QPointF(left, self.height() - 4), mark.text)

    def _paint_swatches(self, painter: QPainter) -> None:
        tokens, left = theme.current(), 0.0
        middle = self.height() / 2
        for mark in self._marks:
            width = _SWATCH + 6 + painter.fontMetrics().horizontalAdvance(mark.text)
            if left + width > self.width():
                painter.drawText(QRectF(left, 0, 20, self.height()), Qt.AlignmentFlag.AlignVCenter, "…")
                return
            painter.setPen(tokens.border_strong)
            painter.setBrush(mark.color)
            painter.drawRoundedRect(QRectF(left + 0.5, middle - _SWATCH / 2, _SWATCH, _SWATCH), 2, 2)
            painter.setPen(tokens.text_dim)
            room = QRectF(left + _SWATCH + 6, 0, width, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, mark.text)
            left += width + tokens.s4


NOTHING = "There are no figures yet: run the graph."
