"""What the colours of a heat map stand for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPaintEvent
from PySide6.QtWidgets import QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .levels import Range
from .painting import painting
from .pixels import color_ramp

_WIDTH, _BAR = 60, 12


class ColorBar(QWidget):
    """The ramp of colours from the least value at the bottom to the greatest at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(_WIDTH)
        self._span: Range = (0.0, 1.0)

    def show_span(self, span: Range) -> None:
        """Show these values at the ends."""
        self._span = span
        self.setAccessibleName(f"Colours from {span[0]:.4g} to {span[1]:.4g}")
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ramp and numbers."""
        tokens = theme.current()
        with painting(self) as painter:
            painter.fillRect(self.rect(), tokens.background)
            room = QRectF(4, 20, _BAR, max(self.height() - 40, 1))
            ramp = QLinearGradient(QPointF(0, room.bottom()), QPointF(0, room.top()))
            for stop, color in enumerate(color_ramp()[::17].tolist()):
                ramp.setColorAt(min(stop / 15, 1.0), QColor(*color))
            painter.fillRect(room, ramp)
            painter.setFont(theme.ui_font(tokens.size_small))
            painter.setPen(tokens.text_dim)
            low, high = self._span
            for share, value in ((0.0, low), (0.5, (low + high) / 2), (1.0, high)):
                y = room.bottom() - share * room.height()
                place = QRectF(_BAR + 8, y - 8, _WIDTH - _BAR - 8, 16)
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"{value:.3g}")
