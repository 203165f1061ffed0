"""A preview that is pinned to the canvas: what an output holds, on a card under its node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from shtairir.ids import PortRef
from shtairir_ui.canvas.look import Look
from shtairir_ui.canvas.pinned_painter import HEADER, PAD, Written, paint_pinned
from shtairir_ui.guard import guarded

if TYPE_CHECKING:
    from shtairir_ui.preview import Glance

SMALLEST = QSizeF(96.0, 56.0)
LARGEST = QSizeF(2000.0, 2000.0)
GRIP = 14.0
_SIZES = {
    "image": QSizeF(240, 204),
    "figure": QSizeF(288, 240),
    "array": QSizeF(240, 184),
    "audio": QSizeF(240, 120),
    "table": QSizeF(336, 208),
    "list": QSizeF(240, 168),
    "dict": QSizeF(240, 168),
    "text": QSizeF(240, 144),
    "any": QSizeF(240, 144),
}
_SMALL = QSizeF(176, 76)
_SHADOW = 6.0


class GlanceSource(Protocol):
    """Who knows what outputs hold."""

    def glance(self, ref: PortRef, size: QSize) -> Glance | None:
        """Return what there is to see, with pictures about as large as `size` pixels."""


def usual_size(family: str) -> QSizeF:
    """Return how large a preview is before anybody resizes it."""
    return QSizeF(_SIZES.get(family, _SMALL))


class PinnedItem(QGraphicsItem):
    """Paints one preview. Where it stands, and for how long, is a matter of `pinning.Pins`.

    Attributes
    ----------
    ref, family, label
        The output, the family of its type, and what it is called.
    stale
        The value is of an earlier state of the graph.
    """

    itemChange = QGraphicsItem.itemChange

    def __init__(self, ref: PortRef, family: str, label: str, look: Look) -> None:
        super().__init__()
        self.ref, self.family, self.label = ref, family, label
        self.look = look
        self.size = usual_size(family)
        self.stale = False
        self.hovered = False
        self.source: GlanceSource | None = None
        self.written: Written | None = None
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def outline(self) -> QRectF:
        """The card on the canvas."""
        return QRectF(self.pos(), self.size)

    def resize(self, size: QSizeF) -> None:
        """Take another size, within what makes sense."""
        bounded = size.expandedTo(SMALLEST).boundedTo(LARGEST)
        if bounded != self.size:
            self.prepareGeometryChange()
            self.size = bounded
            self.written = None
            self.update()

    def show_state(self, look: Look, *, stale: bool) -> None:
        """Show in this theme, and whether the value is out of date."""
        if look is not self.look:
            self.written = None
        self.look, self.stale = look, stale
        self.update()

    def set_hover(self, hovered: bool) -> None:
        """Show the corner to resize it by."""
        if hovered != self.hovered:
            self.hovered = hovered
            self.update()

    def on_grip(self, at: QPointF, slack: float = 0.0) -> bool:
        """Whether a place on the canvas is the corner that resizes."""
        reach = GRIP + slack / 2
        corner = self.outline.bottomRight()
        return self.outline.contains(at) and at.x() > corner.x() - reach and at.y() > corner.y() - reach

    def seen(self, pixels: float) -> Glance | None:
        """What there is to see, fine enough for so many device pixels a unit."""
        if self.source is None:
            return None
        room = (self.size - QSizeF(2 * PAD, HEADER + PAD)) * pixels
        # In steps, so that zooming does not ask for a picture at each turn of the wheel.
        step = 64
        wide, high = (max(-(-round(length) // step), 1) * step for length in (room.width(), room.height()))
        return self.source.glance(self.ref, QSize(wide, high))

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The card with its shadow."""
        return QRectF(QPointF(0, 0), self.size).adjusted(-_SHADOW, -_SHADOW, _SHADOW, _SHADOW)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the card."""
        painter.save()
        try:
            paint_pinned(painter, self, option.levelOfDetailFromTransform(painter.worldTransform()))
        finally:
            painter.restore()
