"""The scene and its ground: a grid of dots that thins out as one zooms away."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsScene

from shtairir_ui import theme
from shtairir_ui.canvas.look import Look
from shtairir_ui.canvas.toolkit import NodeScene
from shtairir_ui.guard import guarded

GRID = 24
_CLOSEST_PX = 18.0
"""Dots nearer to each other on the screen than this are left out."""


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
        self.use(look)

    def use(self, look: Look) -> None:
        """Draw the ground in another theme."""
        self._look = look
        tokens = look.tokens
        self._dot = theme.mix(tokens.background, tokens.text_dim, 0.26 if tokens.is_dark else 0.34)
        self.setBackgroundBrush(tokens.background)
        self.update()

    @guarded
    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Fill the exposed part and set dots into it."""
        rect = QRectF(rect)
        painter.fillRect(rect, self._look.tokens.background)
        scale = painter.worldTransform().m11()
        points = grid_points(rect, scale)
        if points:
            # Not a cosmetic pen: its width would be in device pixels, and so half as wide at 200 %.
            pen = QPen(self._dot, 1.6 / scale)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(pen)
            painter.drawPoints(points)


def grid_points(rect: QRectF, scale: float) -> list[QPointF]:
    """The dots inside a rectangle, their step doubled until they stand apart on the screen."""
    step = GRID * 2 ** max(math.ceil(math.log2(_CLOSEST_PX / (GRID * max(scale, 1e-6)))), 0)
    columns = range(math.floor(rect.left() / step), math.ceil(rect.right() / step) + 1)
    rows = range(math.floor(rect.top() / step), math.ceil(rect.bottom() / step) + 1)
    return [QPointF(column * step, row * step) for column in columns for row in rows]
