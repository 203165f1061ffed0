"""Paints plots: axes, lines, points, bars; also the small lines of thumbnails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from shtairir_ui import theme

from .plot import Drawn, Floats, Style, tick_text, ticks
from .trace import Trace

_LINE_WIDTH = 1.25
_POINT = 2.5
_MARK = 4.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle, and which numbers its edges are."""

    room: QRectF
    left: float
    right: float
    bottom: float
    top: float

    def pixels_x(self, values: Floats) -> Floats:
        """Return where numbers are, across."""
        return self.room.left() + (values - self.left) * (self.room.width() / ((self.right - self.left) or 1.0))

    def pixels_y(self, values: Floats) -> Floats:
        """Return where numbers are, down."""
        return self.room.bottom() - (values - self.bottom) * (self.room.height() / ((self.top - self.bottom) or 1.0))

    def pixel_x(self, value: float) -> float:
        """Return where a number is, across."""
        return self.room.left() + (value - self.left) * (self.room.width() / ((self.right - self.left) or 1.0))

    def pixel_y(self, value: float) -> float:
        """Return where a number is, down."""
        return self.room.bottom() - (value - self.bottom) * (self.room.height() / ((self.top - self.bottom) or 1.0))

    def value_x(self, pixel: float) -> float:
        """Return the number at a place across."""
        return self.left + (pixel - self.room.left()) * (self.right - self.left) / max(self.room.width(), 1.0)

    def value_y(self, pixel: float) -> float:
        """Return the number at a place down."""
        return self.bottom + (self.room.bottom() - pixel) * (self.top - self.bottom) / max(self.room.height(), 1.0)


def paint_axes(
    painter: QPainter, frame: Frame, across: list[float], name: Callable[[float, float], str] | None
) -> None:
    """Paint the grid and the numbers at it; those along the bottom are left out where `name` is None."""
    tokens = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(theme.ui_font(tokens.size_small))
    room = frame.room
    grid = QPen(theme.mix(tokens.background, tokens.text_dim, 0.18), 1)
    up = ticks(frame.bottom, frame.top, max(int(room.height() / 32), 1))
    step = up[1] - up[0] if len(up) > 1 else (frame.top - frame.bottom) / 2
    for value in up:
        y = frame.pixel_y(value)
        painter.setPen(grid)
        painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
        painter.setPen(tokens.text_dim)
        place = QRectF(0, y - 8, room.left() - 6, 16)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick_text(value, step))
    step = across[1] - across[0] if len(across) > 1 else (frame.right - frame.left) / 2
    for value in across:
        x = frame.pixel_x(value)
        painter.setPen(grid)
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
        if name is not None:
            painter.setPen(tokens.text_dim)
            place = QRectF(x - 48, room.bottom() + 4, 96, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, name(value, step))
    painter.setPen(QPen(tokens.border_strong, 1))
    painter.drawLine(room.bottomLeft(), room.bottomRight())


def paint_drawn(painter: QPainter, drawn: Drawn, frame: Frame, color: QColor) -> None:
    """Paint one series."""
    x, low, high = frame.pixels_x(drawn.x), frame.pixels_y(drawn.low), frame.pixels_y(drawn.high)
    # Far outside of the window Qt's numbers end.
    low, high = np.clip(low, -1e5, 1e5), np.clip(high, -1e5, 1e5)
    match drawn.series.style:
        case Style.POINTS:
            _paint_points(painter, x, low, color)
        case Style.BARS:
            _paint_bars(painter, x, high, frame, color)
        case _:
            paint_line(painter, x, low, high, color)
            if len(x) < frame.room.width() / 12:
                _paint_points(painter, x, low, color)


def paint_line(painter: QPainter, x: Floats, low: Floats, high: Floats, color: QColor) -> None:
    """Paint a line through columns, each from its least to its greatest value."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, _LINE_WIDTH))
    for start, stop in _runs(np.isfinite(low) & np.isfinite(high)):
        # Single lines: Qt needs a hundred times as long for one line with as many joins.
        painter.drawLines(_lines(x[start:stop], low[start:stop], high[start:stop]))


def paint_trace(painter: QPainter, trace: Trace, lane: QRectF, color: QColor) -> None:
    """Paint one trace into a rectangle, without axes."""
    if trace.length == 0:
        return
    span = (trace.top - trace.bottom) or 1.0
    x = lane.left() + np.linspace(0, lane.width(), max(len(trace.low), 2))[: len(trace.low)]
    low = lane.bottom() - (trace.low - trace.bottom) / span * lane.height()
    high = lane.bottom() - (trace.high - trace.bottom) / span * lane.height()
    paint_line(painter, x, low, high, color)


def paint_legend(painter: QPainter, frame: Frame, labels: list[tuple[str, QColor]]) -> None:
    """Name the series at the top right."""
    tokens = theme.current()
    font = theme.ui_font(tokens.size_small)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    words = [(metrics.elidedText(label, Qt.TextElideMode.ElideRight, 140), color) for label, color in labels[:12]]
    width = max(metrics.horizontalAdvance(word) for word, _ in words) + 30
    height = metrics.height() + 2
    box = QRectF(frame.room.right() - width - 4, frame.room.top() + 4, width, height * len(words) + 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.with_alpha(tokens.surface, 0.86))
    painter.drawRoundedRect(box, tokens.radius, tokens.radius)
    for number, (word, color) in enumerate(words):
        y = box.top() + 3 + (number + 0.5) * height
        painter.setPen(QPen(color, 2))
        painter.drawLine(QPointF(box.left() + 6, y), QPointF(box.left() + 18, y))
        painter.setPen(tokens.text)
        painter.drawText(QPointF(box.left() + 24, y + metrics.ascent() / 2 - 1), word)


def paint_mark(painter: QPainter, frame: Frame, x: float, y: float, color: QColor) -> None:
    """Paint a ring around a point, and a line down to the axis."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    across, down = frame.pixel_x(x), frame.pixel_y(y)
    painter.setPen(QPen(theme.with_alpha(color, 0.4), 1))
    painter.drawLine(QPointF(across, frame.room.top()), QPointF(across, frame.room.bottom()))
    if np.isfinite(down) and frame.room.top() - 4 <= down <= frame.room.bottom() + 4:
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(theme.current().background)
        painter.drawEllipse(QPointF(across, down), _MARK, _MARK)


def _paint_points(painter: QPainter, x: Floats, y: Floats, color: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shown = np.isfinite(x) & np.isfinite(y)
    size = _POINT * 2 if len(x) < 5000 else _POINT
    pen = QPen(theme.with_alpha(color, 0.85 if len(x) < 2000 else 0.5), size)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    points = QPolygonF([QPointF(*place) for place in zip(x[shown].tolist(), y[shown].tolist(), strict=True)])
    painter.drawPoints(points)


def _paint_bars(painter: QPainter, x: Floats, top: Floats, frame: Frame, color: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    apart = float(np.min(np.diff(x))) if len(x) > 1 else frame.room.width() * 0.5
    width = max(apart - (1 if apart > 4 else 0), 1.0)
    base = frame.pixel_y(0.0)
    fill = theme.mix(theme.current().background, color, 0.75)
    for across, y in zip(x.tolist(), top.tolist(), strict=True):
        if np.isfinite(y):
            painter.fillRect(QRectF(across - width / 2, min(y, base), width, abs(base - y)), fill)


def _lines(x: Floats, low: Floats, high: Floats) -> list[QLineF]:
    """Return a line from each column to the next, and down each column that stands for several values."""
    if len(x) == 1:
        return [QLineF(x[0] - 1.5, high[0], x[0] + 1.5, low[0])]
    across = zip(x[:-1], high[:-1], x[1:], high[1:], strict=True)
    columns = zip(x, low, x, high, strict=True) if not np.array_equal(low, high) else ()
    return [QLineF(*ends) for ends in (*across, *columns)]


def _runs(present: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Return the stretches without a gap, as (start, stop)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], present.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
