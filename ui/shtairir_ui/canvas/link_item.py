"""Links: the curves between ports, and the one that follows the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from shtairir.document import Link
from shtairir_ui import theme
from shtairir_ui.canvas.look import Look
from shtairir_ui.canvas.toolkit import Z_LINK, Z_LIVE, PipeItem


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """The path of a link from an output to an input: leaves to the right, arrives from the left."""
    reach = end.x() - start.x()
    # A link that runs backwards swings out further, so that it does not hide behind its nodes.
    pull = max(32.0, reach * 0.5) if reach >= 0 else min(48.0 - reach * 0.6, 220.0)
    pull = min(pull, 220.0)
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x() + pull, start.y()), QPointF(end.x() - pull, end.y()), end)
    return path


class LinkItem(PipeItem):
    """A link of the document. C++ paints it; hovering and selection only change its pen."""

    paint = QGraphicsPathItem.paint
    itemChange = QGraphicsPathItem.itemChange
    hoverEnterEvent = QGraphicsPathItem.hoverEnterEvent
    hoverLeaveEvent = QGraphicsPathItem.hoverLeaveEvent

    def __init__(self, link: Link, color: QColor, look: Look) -> None:
        # PipeItem's own constructor makes an arrow item for each pipe and needs port items.
        QGraphicsPathItem.__init__(self)
        self.setZValue(Z_LINK)
        self.link = link
        self.look = look
        self.color = color
        self.broken = False
        self.dimmed = False
        self.chosen = False
        self.hovered = False
        self.lit = False
        self._reach: QPainterPath | None = None
        self._ends: tuple[QPointF, QPointF] | None = None
        self._restyle()

    def run_between(self, start: QPointF, end: QPointF) -> None:
        """Draw from an output to an input, given where they are."""
        if self._ends != (start, end):
            self._ends = (QPointF(start), QPointF(end))
            self._reach = None
            self.setPath(curve(start, end))

    def show_as(self, *, color: QColor | None = None, look: Look | None = None, broken: bool | None = None) -> None:
        """Change how the link looks for good."""
        self.color = self.color if color is None else color
        self.look = self.look if look is None else look
        self.broken = self.broken if broken is None else broken
        self._restyle()

    def mark(
        self,
        *,
        chosen: bool | None = None,
        hovered: bool | None = None,
        lit: bool | None = None,
        dimmed: bool | None = None,
    ) -> None:
        """Change how the link looks for now; `lit` stands for a selected node at one of its ends."""
        before = (self.chosen, self.hovered, self.lit, self.dimmed)
        self.chosen = self.chosen if chosen is None else chosen
        self.hovered = self.hovered if hovered is None else hovered
        self.lit = self.lit if lit is None else lit
        self.dimmed = self.dimmed if dimmed is None else dimmed
        if before != (self.chosen, self.hovered, self.lit, self.dimmed):
            self._restyle()

    def is_near(self, at: QPointF, within: float) -> bool:
        """Whether a place on the canvas is on the curve, give or take."""
        if self._reach is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(1.0)
            self._reach = stroker.createStroke(self.path())
        spot = QRectF(at.x() - within, at.y() - within, 2 * within, 2 * within)
        return self._reach.intersects(spot)

    def meets(self, area: QPainterPath) -> bool:
        """Whether the curve crosses a thin path, such as the line of the slicer."""
        stroker = QPainterPathStroker()
        stroker.setWidth(1.0)
        return stroker.createStroke(self.path()).intersects(area)

    def _restyle(self) -> None:
        tokens = self.look.tokens
        color = QColor(tokens.error if self.broken else self.color)
        width = 2.0
        if self.chosen:
            color, width = QColor(tokens.accent), 3.5
        elif self.hovered:
            width = 3.5
        elif self.lit:
            width = 3.0
        # Mixed, not translucent: Qt strokes opaque lines ten times as fast.
        if self.dimmed:
            color = theme.mix(color, tokens.background, 0.78)
        elif not (self.chosen or self.hovered or self.lit or self.broken):
            color = theme.mix(color, tokens.background, 0.15)
        style = Qt.PenStyle.DashLine if self.broken else Qt.PenStyle.SolidLine
        self.setPen(QPen(color, width, style, Qt.PenCapStyle.RoundCap))
        self.setZValue(Z_LINK + (0.5 if self.chosen or self.hovered or self.lit else 0.0))


class LiveLink(QGraphicsPathItem):
    """The link that follows the mouse while it is drawn."""

    paint = QGraphicsPathItem.paint

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(Z_LIVE)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable, False)
        self.setVisible(False)

    def run_between(self, start: QPointF, end: QPointF, color: QColor, *, refused: bool, settled: bool) -> None:
        """Draw from output to input; dashed until it would hold, and in the refusal's colour when it would not."""
        style = Qt.PenStyle.SolidLine if settled and not refused else Qt.PenStyle.DashLine
        self.setPen(QPen(color, 2.5, style, Qt.PenCapStyle.RoundCap))
        self.setPath(curve(start, end))
        self.setVisible(True)
