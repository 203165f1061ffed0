"""The scene and its ground: a grid of dots that thins out as one zooms away."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsScene

from shtairir_ui import theme
from shtairir_ui.canvas.look import Look
from shtairir_ui.canvas.toolkit import NodeScene
from shtairir_ui.guard import guarded

GRID = 24
_CLOSEST_PX = 18.0
"""Dots nearer to each other on the screen than this are left out."""
_STRIP_EDGE = 4
"""How many pixels a row of dots has before its first and after its last."""


class CanvasScene(NodeScene):
    """Holds the items. Mouse events do not come here: the view hands them to gestures."""

    # NodeGraphQt's own handling of the mouse would start connections of its own.
    mousePressEvent = QGraphicsScene.mousePressEvent
    mouseMoveEvent = QGraphicsScene.mouseMoveEvent
    mouseReleaseEvent = QGraphicsScene.mouseReleaseEvent

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Qt's tree halves the scene rectangle, which is huge here: all items would lie in its innermost leaves, and
        # each change of an item would search them. A plain list paints as fast and changes at no cost.
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._look = look
        self._dot = QColor()
        self._strip: tuple[tuple[float, int, float], QPixmap] | None = None
        self.use(look)

    def use(self, look: Look) -> None:
        """Draw the ground in another theme."""
        self._look = look
        tokens = look.tokens
        self._dot = theme.mix(tokens.background, tokens.text_dim, 0.26 if tokens.is_dark else 0.34)
        self._strip = None
        self.setBackgroundBrush(tokens.background)
        self.update()

    @guarded
    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Fill the exposed part and set dots into it.

        One row of dots is drawn for each zoom and then copied: dots with smooth edges, one by one, took a third of the
        time of a frame.
        """
        rect = QRectF(rect)
        painter.fillRect(rect, self._look.tokens.background)
        scale = painter.worldTransform().m11()
        step, columns, rows = grid(rect, scale)
        pixels = scale * painter.device().devicePixelRatioF()
        strip = self._row(step * pixels, len(columns), painter.device().devicePixelRatioF())
        size = QSizeF(strip.width() / pixels, strip.height() / pixels)
        left = columns.start * step - _STRIP_EDGE / pixels
        whole = QRectF(strip.rect())
        for row in rows:
            painter.drawPixmap(QRectF(QPointF(left, row * step - size.height() / 2), size), strip, whole)

    def _row(self, step_px: float, dots: int, ratio: float) -> QPixmap:
        """So many dots beside each other; they begin after an edge."""
        key = (step_px, dots, ratio)
        if self._strip is None or self._strip[0] != key:
            high = 2 * math.ceil(1.6 * ratio) + 2
            strip = QPixmap(math.ceil(dots * step_px) + 2 * _STRIP_EDGE, high)
            strip.fill(self._look.tokens.background)
            painter = QPainter(strip)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._dot, 1.6 * ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints([QPointF(_STRIP_EDGE + dot * step_px, high / 2) for dot in range(dots)])
            painter.end()
            self._strip = (key, strip)
        return self._strip[1]


def grid(rect: QRectF, scale: float) -> tuple[float, range, range]:
    """How far the dots in a rectangle are from each other, and in which columns and rows they stand.

    The step is doubled until they stand apart on the screen.
    """
    step = GRID * 2 ** max(math.ceil(math.log2(_CLOSEST_PX / (GRID * max(scale, 1e-6)))), 0)
    columns = range(math.floor(rect.left() / step), math.ceil(rect.right() / step) + 1)
    rows = range(math.floor(rect.top() / step), math.ceil(rect.bottom() / step) + 1)
    return step, columns, rows
