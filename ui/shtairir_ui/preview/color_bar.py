"""What the colours of a heat map stand for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QLinearGradient, QPaintEvent
from PySide6.QtWidgets import QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .levels import Range
from .painting import painting
from .pixels import color_ramp

_BAR, _GAP, _EDGE = 12, 8, 4
_LEAST = 60


class ColorBar(QWidget):
    """The ramp of colours from the least value at the bottom to the greatest at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: tuple[str, ...] = ()
        self.show_span((0.0, 1.0))

    def show_span(self, span: Range) -> None:
        """Show these values at the ends, and the one between; of a single value there is one colour."""
        low, high = span
        self.labels = tuple(map(_written, (low, (low + high) / 2, high) if low < high else (low,)))
        self.setAccessibleName(f"Colours from {low:.4g} to {high:.4g}" if low < high else f"One colour for {low:.4g}")
        letters = QFontMetrics(theme.ui_font(theme.current().size_small))
        self.setFixedWidth(max(_LEAST, _BAR + _GAP + _EDGE + max(map(letters.horizontalAdvance, self.labels))))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ramp and numbers."""
        tokens = theme.current()
        with painting(self) as painter:
            painter.fillRect(self.rect(), tokens.background)
            room = QRectF(4, 20, _BAR, max(self.height() - 40, 1))
            painter.fillRect(room, self._ramp(room))
            painter.setFont(theme.ui_font(tokens.size_small))
            painter.setPen(tokens.text_dim)
            shares = (0.0, 0.5, 1.0) if len(self.labels) > 1 else (0.5,)
            for share, label in zip(shares, self.labels, strict=True):
                y = room.bottom() - share * room.height()
                place = QRectF(_BAR + _GAP, y - 8, self.width() - _BAR - _GAP, 16)
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)

    def _ramp(self, room: QRectF) -> QBrush:
        colors = [QColor(*color) for color in color_ramp()[::17].tolist()]
        if len(self.labels) == 1:
            return QBrush(colors[0])
        ramp = QLinearGradient(QPointF(0, room.bottom()), QPointF(0, room.top()))
        for stop, color in enumerate(colors):
            ramp.setColorAt(min(stop / 15, 1.0), color)
        return QBrush(ramp)


def _written(value: float) -> str:
    """A number as short as it can be read; thousands in full, for people know them so."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
