"""A dot that a link is led over. Only links with dots have such items; all others stay plain curves that C++ paints."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.toolkit import Z_MARK
from shtairir_ui.guard import guarded

DOT = 5.0
_GLOW = 4.0


class DotItem(QGraphicsItem):
    """One dot of a link.

    Attributes
    ----------
    link, index
        The link, and which of its dots this is, counted from the output.
    """

    itemChange = QGraphicsItem.itemChange

    def __init__(self, link: LinkItem, index: int) -> None:
        super().__init__()
        self.setZValue(Z_MARK - 0.5)
        self.link = link
        self.index = index
        self.hovered = False
        self.chosen = False

    def mark(self, *, hovered: bool | None = None, chosen: bool | None = None) -> None:
        """Change how the dot looks for now."""
        self.hovered = self.hovered if hovered is None else hovered
        self.chosen = self.chosen if chosen is None else chosen
        self.update()

    def covers(self, at: QPointF, slack: float) -> bool:
        """Whether a place on the canvas is on the dot, give or take."""
        away = at - self.pos()
        return max(abs(away.x()), abs(away.y())) <= DOT + slack

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The rectangle that painting stays in."""
        reach = DOT + _GLOW
        return QRectF(-reach, -reach, 2 * reach, 2 * reach)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the dot in the colour of its link, in a ring of the ground."""
        tokens, color = self.link.look.tokens, self.link.pen().color()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.background, 2.0))
        painter.setBrush(tokens.accent if self.chosen else color)
        radius = DOT + (2.0 if self.hovered or self.chosen else 0.0)
        painter.drawEllipse(QPointF(0, 0), radius, radius)
        if self.chosen:
            painter.setPen(QPen(tokens.accent, 1.5, Qt.PenStyle.SolidLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(0, 0), radius + 2.0, radius + 2.0)
