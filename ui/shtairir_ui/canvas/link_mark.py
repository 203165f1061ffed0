"""What stands on a link: a breakpoint, and the value that it carries, if somebody watches it.

Only links that are marked have such an item; all others stay plain curves that C++ paints.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from shtairir_ui import theme
from shtairir_ui.canvas.glyphs import STOP_RADIUS, paint_stop
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.look import GAP, Look
from shtairir_ui.canvas.toolkit import Z_MARK
from shtairir_ui.guard import guarded

_HEIGHT, _EYE = 20.0, 12.0
_WIDEST, _NARROWEST = 168.0, 56.0
_EDGE = 3.0


@dataclass(frozen=True, slots=True)
class Watched:
    """The value of a link as it is told; `quiet` when there is none, or one that is out of date.

    A picture of it is seen on the node that makes it.
    """

    text: str
    quiet: bool = False


class LinkMark(QGraphicsItem):
    """Sits in the middle of a link."""

    itemChange = QGraphicsItem.itemChange

    def __init__(self, link: LinkItem, look: Look) -> None:
        super().__init__()
        self.setZValue(Z_MARK)
        self.link = link
        self.look = look
        self.stops = False
        self.watched: Watched | None = None
        self._box = QRectF()
        self._arrange()

    def show_mark(self, look: Look, stops: bool, watched: Watched | None) -> None:
        """Show other things."""
        self.look, self.stops, self.watched = look, stops, watched
        self.follow()
        self.update()

    def follow(self) -> None:
        """Stay in the middle of the link, in the room that it leaves."""
        self.prepareGeometryChange()
        self._arrange()
        self.setPos(self.link.path().pointAtPercent(0.5))

    def covers(self, at: QPointF) -> bool:
        """Whether a place on the canvas is on the mark."""
        return self._box.translated(self.pos()).contains(at)

    def _arrange(self) -> None:
        width = STOP_RADIUS * 2 + 2 * _EDGE if self.stops else 0.0
        if self.watched is not None:
            text = min(self.look.width(self.look.small, self.watched.text), _WIDEST)
            wanted = width + _EYE + text + 3 * GAP
            width = max(min(wanted, self._room()), width + _EYE + _NARROWEST)
        self._box = QRectF(-width / 2, -_HEIGHT / 2, width, _HEIGHT)

    def _room(self) -> float:
        """How much lies between the two nodes: more would hide their ports."""
        path = self.link.path()
        reach = path.currentPosition().x() - path.pointAtPercent(0).x()
        return reach - 4 * GAP if reach > 0 else _WIDEST

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The rectangle that painting stays in."""
        return self._box.adjusted(-1, -1, 1, 1)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the breakpoint, and the value in a box of its own."""
        painter.save()
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            left = self._box.left()
            if self.watched is not None:
                self._paint_box(painter)
            if self.stops:
                x = left + _EDGE + STOP_RADIUS
                paint_stop(painter, self.look.tokens, QPointF(x, 0))
                left = x + STOP_RADIUS
            if self.watched is not None:
                self._paint_value(painter, left, self.watched)
        finally:
            painter.restore()

    def _paint_box(self, painter: QPainter) -> None:
        tokens = self.look.tokens
        painter.setPen(QPen(self.link.color if not self.link.broken else tokens.error, 1.2))
        painter.setBrush(theme.mix(tokens.raised, tokens.background, 0.35))
        painter.drawRoundedRect(self._box, 6, 6)

    def _paint_value(self, painter: QPainter, left: float, watched: Watched) -> None:
        tokens = self.look.tokens
        ratio = 2 * painter.device().devicePixelRatioF()
        eye = theme.icon_pixmap("eye", round(_EYE), tokens.text_dim, ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(QRectF(left + GAP / 2, -_EYE / 2, _EYE, _EYE), eye, QRectF(eye.rect()))
        room = QRectF(left + GAP + _EYE, -_HEIGHT / 2, self._box.right() - left - GAP - _EYE - GAP / 2, _HEIGHT)
        painter.setFont(self.look.small.font)
        painter.setPen(tokens.text_dim if watched.quiet else tokens.text)
        text = self.look.small.elided(watched.text, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
