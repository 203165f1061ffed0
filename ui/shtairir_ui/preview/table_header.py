"""The header of a table: name and type of each column and, if wanted, how its values are spread."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .table_summary import Summary

_BAND = 38
_SMALL = 14


class SummaryHeader(QHeaderView):
    """A horizontal header with a band for summaries.

    Attributes
    ----------
    wanted
        A column has come into sight of which no summary is known.
    """

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._shown = False
        self._summaries: dict[int, Summary | None] = {}

    def show_summaries(self, shown: bool) -> None:
        """Show the band, or hide it."""
        self._shown = shown
        self.headerDataChanged(Qt.Orientation.Horizontal, 0, max(self.count() - 1, 0))
        self.updateGeometry()
        self.viewport().update()

    def forget(self) -> None:
        """Other columns are shown now."""
        self._summaries.clear()
        self.viewport().update()

    def put(self, column: int, summary: Summary) -> None:
        """Show what is known of a column now."""
        self._summaries[column] = summary
        self.updateSection(column)

    def summary(self, column: int) -> Summary | None:
        """Return what is known of a column."""
        return self._summaries.get(column)

    @guarded(default=lambda: QSize(80, 24))
    def sectionSizeFromContents(self, logicalIndex: int) -> QSize:
        """Leave room for the band."""
        size = super().sectionSizeFromContents(logicalIndex)
        return QSize(size.width(), size.height() + (_BAND if self._shown else 0))

    @guarded
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Draw name and type, and the band below them."""
        if not self._shown:
            super().paintSection(painter, rect, logicalIndex)
            return
        painter.save()
        super().paintSection(painter, QRect(rect.x(), rect.y(), rect.width(), rect.height() - _BAND), logicalIndex)
        painter.restore()
        band = QRect(rect.x(), rect.bottom() + 1 - _BAND, rect.width(), _BAND)
        tokens = theme.current()
        painter.fillRect(band, tokens.surface)
        painter.setPen(tokens.border)
        painter.drawLine(band.bottomLeft(), band.bottomRight())
        painter.drawLine(band.topRight(), band.bottomRight())
        if logicalIndex not in self._summaries:
            self._summaries[logicalIndex] = None
            self.wanted.emit(logicalIndex)
        summary = self._summaries[logicalIndex]
        if summary is not None:
            _paint_summary(painter, QRectF(band).adjusted(8, 3, -8, -3), summary)


def _paint_summary(painter: QPainter, room: QRectF, summary: Summary) -> None:
    tokens = theme.current()
    bars = QRectF(room.left(), room.top(), room.width(), room.height() - _SMALL)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    color = theme.mix(tokens.surface, tokens.type_color("table" if summary.ranked else "float"), 0.75)
    width = bars.width() / max(len(summary.bars), 1)
    for number, height in enumerate(summary.bars):
        tall = max(height * bars.height(), 1.0 if height else 0.0)
        gap = 1.0 if width > 3 else 0.0
        painter.fillRect(QRectF(bars.left() + number * width, bars.bottom() - tall, width - gap, tall), color)
    painter.setFont(theme.ui_font(tokens.size_small - 1))
    painter.setPen(tokens.warning if summary.missing else tokens.text_dim)
    words = f"{summary.missing:,} missing" if summary.missing else "complete"
    line = QRectF(room.left(), bars.bottom(), room.width(), _SMALL)
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(line.width()))
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
