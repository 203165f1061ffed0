"""The histogram under an image, with the two marks for what is black and what is white."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .levels import Histogram, Range
from .painting import painting

_MARGIN = 12
_GRIP = 5
_REACH = 10
_STEP = 0.01
_CHANNEL_COLORS = ("#e5484d", "#46a758", "#3b82f6")


class HistogramBar(QWidget):
    """Draws a histogram; its two marks are dragged, or moved with the arrow keys (the upper one with Shift)."""

    moved = Signal(float, float)
    """The values that are to be black and white."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Histogram")
        self.setFixedHeight(72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._histogram: Histogram | None = None
        self._span: Range = (0.0, 1.0)
        self._held: int | None = None

    @property
    def span(self) -> Range:
        """The values of the two marks."""
        return self._span

    def show_histogram(self, histogram: Histogram | None, span: Range) -> None:
        """Show a histogram and where its marks are."""
        self._histogram, self._span = histogram, span
        self.update()

    def place_of(self, value: float) -> float:
        """Return where a value is, across the widget."""
        low, high = self._edges()
        share = (value - low) / ((high - low) or 1.0)
        return _MARGIN + min(max(share, 0.0), 1.0) * (self.width() - 2 * _MARGIN)

    def value_at(self, x: float) -> float:
        """Return the value at a place across the widget."""
        low, high = self._edges()
        share = (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1)
        return low + min(max(share, 0.0), 1.0) * (high - low)

    def _edges(self) -> Range:
        return self._histogram.edges if self._histogram is not None else (0.0, 1.0)

    def _move(self, mark: int, value: float) -> None:
        low, high = self._span
        least = (self._edges()[1] - self._edges()[0]) / 512
        self._span = (min(value, high - least), high) if mark == 0 else (low, max(value, low + least))
        self.moved.emit(*self._span)
        self.update()

    # -- Qt ------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the counts, dim what is cut off, and the marks."""
        tokens = theme.current()
        with painting(self) as painter:
            painter.fillRect(self.rect(), tokens.surface)
            room = QRectF(_MARGIN, 4, self.width() - 2 * _MARGIN, self.height() - 4 - 2 * _GRIP)
            painter.fillRect(room, tokens.background)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._histogram is not None:
                self._paint_counts(painter, room, self._histogram)
            low, high = (self.place_of(value) for value in self._span)
            veil = theme.with_alpha(tokens.surface, 0.72)
            painter.fillRect(QRectF(room.left(), room.top(), low - room.left(), room.height()), veil)
            painter.fillRect(QRectF(high, room.top(), room.right() - high, room.height()), veil)
            for x in (low, high):
                self._paint_mark(painter, x, room)

    def _paint_counts(self, painter: QPainter, room: QRectF, histogram: Histogram) -> None:
        # Square roots: a background of one value would flatten everything else.
        heights = np.sqrt(histogram.counts.astype(np.float64))
        heights /= max(float(heights[:, 1:-1].max(initial=0)), float(heights.max()) / 4, 1e-9)
        x = np.linspace(room.left(), room.right(), heights.shape[1] + 1)
        for number, row in enumerate(np.minimum(heights, 1.0)):
            color = QColor(_CHANNEL_COLORS[number]) if len(heights) > 1 else theme.current().text_dim
            top = room.bottom() - row * (room.height() - 2)
            points = [QPointF(x[0], room.bottom())]
            for index, y in enumerate(top):
                points += [QPointF(x[index], y), QPointF(x[index + 1], y)]
            points.append(QPointF(x[-1], room.bottom()))
            painter.setPen(QPen(color, 1))
            painter.setBrush(theme.with_alpha(color, 0.3))
            painter.drawPolygon(QPolygonF(points))

    def _paint_mark(self, painter: QPainter, x: float, room: QRectF) -> None:
        tokens = theme.current()
        color = tokens.focus if self.hasFocus() else tokens.text
        painter.setPen(QPen(color, 1))
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
        painter.setBrush(color)
        tip = room.bottom()
        painter.drawPolygon(
            QPolygonF([QPointF(x, tip), QPointF(x - _GRIP, tip + 2 * _GRIP), QPointF(x + _GRIP, tip + 2 * _GRIP)])
        )

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the nearer mark."""
        if event.button() == Qt.MouseButton.LeftButton:
            x = event.position().x()
            low, high = (self.place_of(value) for value in self._span)
            nearer = abs(x - low) <= abs(x - high) if low != high else x < low
            self._held = 0 if nearer else 1
            self._move(self._held, self.value_at(x))

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Take the mark along."""
        x = event.position().x()
        if self._held is not None:
            self._move(self._held, self.value_at(x))
        near = any(abs(x - self.place_of(value)) <= _REACH for value in self._span)
        self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)
        self.setToolTip(f"{self.value_at(x):.4g}")

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        self._held = None

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move the lower mark, with Shift the upper one."""
        turn = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if turn is None:
            event.ignore()
            return
        mark = 1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        low, high = self._edges()
        self._move(mark, min(max(self._span[mark] + turn * _STEP * (high - low), low), high))


class LevelsBar(QWidget):
    """The histogram with its numbers, and what to do with them."""

    changed = Signal(object)
    """The values for black and white; None for those of the image's type."""

    def __init__(self, plain: str = "As it is") -> None:
        super().__init__()
        tokens = theme.current()
        self.bar = HistogramBar()
        self.bar.moved.connect(self._on_moved)
        self._histogram: Histogram | None = None
        self._normal: Range = (0.0, 1.0)
        self.low, self.high = QLabel(), QLabel()
        for label in (self.low, self.high):
            label.setProperty("role", "small")
        self.plain = _button(plain, "What the type of the values takes for black and white", lambda: self._use(None))
        self.all = _button("All", "From the least to the greatest value", lambda: self._use("span"))
        self.auto = _button("Auto", "So that nearly all values can be told apart", lambda: self._use("auto"))
        row = QHBoxLayout()
        row.setContentsMargins(tokens.s3, 0, tokens.s3, tokens.s1)
        row.setSpacing(tokens.s1)
        row.addWidget(self.low)
        row.addStretch(1)
        for button in (self.plain, self.all, self.auto):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.high)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.bar)
        column.addLayout(row)

    def show_histogram(self, histogram: Histogram | None, normal: Range, span: Range | None) -> None:
        """Show how values are spread, and what is black and white: `span`, else `normal`."""
        self._histogram, self._normal = histogram, normal
        self._show(span)
        for button in (self.all, self.auto):
            button.setEnabled(histogram is not None)

    def _use(self, what: str | None) -> None:
        histogram = self._histogram
        span = None if what is None or histogram is None else getattr(histogram, what)
        if span is not None and span[0] == span[1]:
            span = (span[0], span[0] + 1e-6)
        self._show(span)
        self.changed.emit(span)

    def _on_moved(self, low: float, high: float) -> None:
        self._name(low, high)
        self.changed.emit((low, high))

    def _show(self, span: Range | None) -> None:
        shown = span or self._normal
        self.bar.show_histogram(self._histogram, shown)
        self._name(*shown)

    def _name(self, low: float, high: float) -> None:
        self.low.setText(f"{low:.4g}")
        self.high.setText(f"{high:.4g}")


def _button(text: str, tip: str, action: object) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setProperty("role", "small")
    button.setFixedHeight(24)
    button.clicked.connect(action)
    return button
