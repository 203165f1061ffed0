"""Links: the curves between ports, and the one that follows the mouse."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from shtairir.document import Link
from shtairir_ui import theme
from shtairir_ui.canvas.look import Look
from shtairir_ui.canvas.toolkit import Z_LINK, Z_LIVE, PipeItem

FLOW_DASHES = (3.0, 2.0)
"""Of a link whose value is being worked on: dash and gap, in widths of the line."""


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """The path of a link from an output to an input: leaves to the right, arrives from the left."""
    reach = end.x() - start.x()
    # A link that runs backwards swings out further, so that it does not hide behind its nodes.
    pull = max(32.0, reach * 0.5) if reach >= 0 else min(48.0 - reach * 0.6, 220.0)
    pull = min(pull, 220.0)
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x() + pull, start.y()), QPointF(end.x() - pull, end.y()), end)
    return path


def route(start: QPointF, end: QPointF, via: Sequence[QPointF] = ()) -> QPainterPath:
    """The path of a link that is led over dots: smooth at each, and without any the plain curve."""
    if not via:
        return curve(start, end)
    points = [start, *via, end]
    ways = [QPointF(1, 0), *(_unit(b - a) for a, b in zip(points, points[2:], strict=False)), QPointF(1, 0)]
    path = QPainterPath(start)
    for index in range(len(points) - 1):
        a, b = points[index], points[index + 1]
        pull = min(math.hypot(b.x() - a.x(), b.y() - a.y()) * 0.4, 220.0)
        path.cubicTo(a + ways[index] * pull, b - ways[index + 1] * pull, b)
    return path


def _unit(way: QPointF) -> QPointF:
    length = math.hypot(way.x(), way.y())
    return way / length if length else QPointF(1, 0)


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
        self.flow: float | None = None
        self._reach: QPainterPath | None = None
        self._points: tuple[QPointF, ...] = ()
        self._restyle()

    def run_between(self, start: QPointF, end: QPointF, via: Sequence[QPointF] = ()) -> None:
        """Draw from an output over the dots to an input, given where they are."""
        if self._points != (start, *via, end):
            self._points = (QPointF(start), *map(QPointF, via), QPointF(end))
            self._reach = None
            self.setPath(route(start, end, via))

    @property
    def via(self) -> tuple[QPointF, ...]:
        """Where its dots are drawn."""
        return self._points[1:-1]

    def gap_at(self, at: QPointF) -> int:
        """Between which of its ends and dots a place on the curve lies: where a new dot goes among the others."""
        points = self._points
        reaches = [_distance(at, a, b) for a, b in itertools.pairwise(points)]
        return reaches.index(min(reaches)) if reaches else 0

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

    def show_flow(self, phase: float | None) -> None:
        """Show that the node at its end is at work on what comes along here; the dashes run as the phase grows.

        None when it is not any more.
        """
        if phase != self.flow:
            self.flow = phase
            self._restyle()

    def is_near(self, at: QPointF, within: float) -> bool:
        """Whether a place on the canvas is on the curve, give or take."""
        return self.crosses(QRectF(at.x() - within, at.y() - within, 2 * within, 2 * within))

    def crosses(self, area: QRectF) -> bool:
        """Whether part of the curve lies in a rectangle of the canvas."""
        if self._reach is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(1.0)
            self._reach = stroker.createStroke(self.path())
        return self._reach.intersects(area)

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
        pen = QPen(color, width, style, Qt.PenCapStyle.RoundCap)
        if self.flow is not None and not self.broken:
            pen = QPen(color if self.chosen or self.hovered else tokens.running, max(width, 3.0))
            pen.setDashPattern(FLOW_DASHES)
            pen.setDashOffset(-sum(FLOW_DASHES) * self.flow)
        self.setPen(pen)
        raised = self.chosen or self.hovered or self.lit or self.flow is not None
        self.setZValue(Z_LINK + (0.5 if raised else 0.0))


def _distance(at: QPointF, a: QPointF, b: QPointF) -> float:
    """How far a place is from the line between two others."""
    way, to = b - a, at - a
    length = way.x() ** 2 + way.y() ** 2
    share = min(max(QPointF.dotProduct(way, to) / length, 0.0), 1.0) if length else 0.0
    off = to - way * share
    return math.hypot(off.x(), off.y())


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
