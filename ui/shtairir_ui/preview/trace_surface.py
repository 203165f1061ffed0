"""Paints traces: one under the other, with their range and the value under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .trace import Trace

_MOST = 4
_MARGIN = 12
_LINE_WIDTH = 1.25
_Row = NDArray[np.float64]


class TraceSurface(QWidget):
    """Shows up to four traces in lanes of equal height."""

    pointed = Signal(float)
    """Where the cursor is along the series, 0..1; -1 when it is not over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAccessibleName("Curve")
        self.setMinimumSize(80, 64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._traces: tuple[Trace, ...] = ()
        self._color = QColor()
        self._cursor: float | None = None

    def show_traces(self, traces: Sequence[Trace], color: QColor) -> None:
        """Show these traces in this colour."""
        self._traces = tuple(traces[:_MOST])
        self._color = color
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint every lane."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().background)
        if not self._traces:
            return
        height = self.height() / len(self._traces)
        for number, trace in enumerate(self._traces):
            lane = QRectF(0, number * height, self.width(), height).adjusted(0, _MARGIN, 0, -_MARGIN)
            paint_trace(painter, trace, lane.adjusted(_MARGIN, 0, -_MARGIN, 0), self._color)
            self._paint_range(painter, trace, lane.adjusted(_MARGIN, 0, -_MARGIN, 0))
        if self._cursor is not None:
            painter.setPen(QPen(theme.current().border_strong, 1))
            painter.drawLine(QPointF(self._cursor, 0), QPointF(self._cursor, self.height()))

    def _paint_range(self, painter: QPainter, trace: Trace, lane: QRectF) -> None:
        tokens = theme.current()
        painter.setFont(theme.ui_font(tokens.size_small))
        for text, flag in (
            (f"{trace.top:.4g}", Qt.AlignmentFlag.AlignTop),
            (f"{trace.bottom:.4g}", Qt.AlignmentFlag.AlignBottom),
        ):
            place = painter.boundingRect(lane, flag | Qt.AlignmentFlag.AlignLeft, text)
            ground = QColor(tokens.background)
            ground.setAlphaF(0.75)
            painter.fillRect(place.adjusted(-2, 0, 2, 0), ground)
            painter.setPen(tokens.text_dim)
            painter.drawText(place, flag, text)

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell where along the series the cursor is."""
        self._cursor = event.position().x()
        along = (self._cursor - _MARGIN) / max(1, self.width() - 2 * _MARGIN)
        self.pointed.emit(along if 0 <= along <= 1 else -1.0)
        self.update()

    @guarded
    def leaveEvent(self, event: object) -> None:
        """The cursor is gone."""
        self._cursor = None
        self.pointed.emit(-1.0)
        self.update()


def paint_trace(painter: QPainter, trace: Trace, lane: QRectF, color: QColor) -> None:
    """Paint one trace into a rectangle; also used for thumbnails."""
    if trace.length == 0:
        return
    span = (trace.top - trace.bottom) or 1.0
    x = lane.left() + np.linspace(0, lane.width(), max(len(trace.low), 2))[: len(trace.low)]
    low = lane.bottom() - (trace.low - trace.bottom) / span * lane.height()
    high = lane.bottom() - (trace.high - trace.bottom) / span * lane.height()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, _LINE_WIDTH))
    for start, stop in _runs(np.isfinite(low) & np.isfinite(high)):
        # Single lines: Qt needs a hundred times as long for one line with as many joins.
        painter.drawLines(_lines(x[start:stop], low[start:stop], high[start:stop]))


def _lines(x: _Row, low: _Row, high: _Row) -> list[QLineF]:
    """Return a line from each column to the next, and down each column that stands for several values."""
    if len(x) == 1:
        return [QLineF(x[0] - 1.5, high[0], x[0] + 1.5, low[0])]
    across = zip(x[:-1], high[:-1], x[1:], high[1:], strict=True)
    columns = zip(x, low, x, high, strict=True) if not np.array_equal(low, high) else ()
    return [QLineF(*ends) for ends in (*across, *columns)]


def _runs(present: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the stretches without a gap, as (start, stop)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], present.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
