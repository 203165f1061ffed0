"""A titled, coloured rectangle behind nodes, as the document has it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from shtairir.document import Frame
from shtairir_ui import theme
from shtairir_ui.canvas.area_item import FAR, AreaItem, AreaKey
from shtairir_ui.canvas.frame_state import FrameState, paint_far_frame_state, paint_frame_state
from shtairir_ui.canvas.look import PAD, RADIUS, TITLE_HEIGHT, Look
from shtairir_ui.guard import guarded

Z_FRAME = -3
_FAR_PX, _FAR_MOST = 13.0, 130.0
"""How tall a title is written from far away, on the screen and at most in units of the canvas."""


class FrameItem(AreaItem):
    """Shows a frame. It is taken by its title and its edges; what is in it is reached as if it were not there.

    The larger a frame, the farther behind it lies, so that one in another is reached too.
    """

    def __init__(self, frame: Frame, look: Look) -> None:
        self.frame = frame
        self.state: FrameState | None = None
        super().__init__(AreaKey("frame", frame.id), frame.rect, frame.color, look, _depth(frame))

    def show_frame(self, frame: Frame) -> None:
        """Show what the document has now."""
        if frame != self.frame or QRectF(*frame.rect) != self.rect:
            self.frame = frame
            self.show_rect(QRectF(*frame.rect))
            self.setZValue(_depth(frame))
            self.show_color(frame.color)

    def show_state(self, state: FrameState | None) -> None:
        """Show how the nodes in it are doing, all together."""
        if state != self.state:
            self.prepareGeometryChange()
            self.state = state
            self.update()

    @property
    def handle(self) -> QRectF:
        """The title."""
        return QRectF(self.rect.left(), self.rect.top(), self.rect.width(), TITLE_HEIGHT)

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The frame with its outline, and the title above it that is seen from far away."""
        return self.rect.adjusted(-3, -3 - (1.5 * _FAR_MOST if self.frame.title or self.state else 0.0), 3, 3)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the ground, the outline and the title."""
        tokens, zoom = self.look.tokens, option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._outline())
        painter.setBrush(self.ground((0.14 if tokens.is_dark else 0.11) if self.frame.color else 0.07))
        painter.drawRoundedRect(self.rect, RADIUS, RADIUS)
        if zoom < FAR:
            self._paint_far(painter, zoom)
            if self.state is not None:
                paint_far_frame_state(painter, self.look, self.state, self.rect, zoom)
            return
        face = self.look.title
        painter.setFont(face.font)
        painter.setPen(tokens.text if self.hovered or self.chosen else theme.mix(tokens.text_dim, tokens.text, 0.5))
        room = self.handle.adjusted(PAD, 0, -PAD, 0)
        if self.state is not None:
            pen = painter.pen()
            room.adjust(0, 0, -paint_frame_state(painter, self.look, self.state, room, zoom), 0)
            painter.setFont(face.font)
            painter.setPen(pen)
        painter.drawText(room, _LEFT, face.elided(self.frame.title, room.width()))

    def _outline(self) -> QPen:
        tokens = self.look.tokens
        if self.chosen:
            return QPen(tokens.accent, 2.0)
        return QPen(self.ground(0.85 if self.hovered else 0.5), 1.5 if self.hovered else 1.0)

    def _paint_far(self, painter: QPainter, zoom: float) -> None:
        """Write the title above the frame, where no node can cover it."""
        height = min(_FAR_PX / zoom, _FAR_MOST)
        font = QFont(self.look.far.font)
        scale = height / self.look.far.metrics.height()
        painter.save()
        painter.translate(self.rect.topLeft() - QPointF(0, height * 1.15))
        painter.scale(scale, scale)
        painter.setFont(font)
        painter.setPen(self.look.tokens.text_dim)
        room = self.rect.width() - (height if self.state is not None else 0.0)  # the corner is the disc's
        text = self.look.far.elided(self.frame.title, room / scale)
        painter.drawText(QPointF(0, self.look.far.metrics.ascent()), text)
        painter.restore()


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def _depth(frame: Frame) -> float:
    return Z_FRAME - min(frame.rect[2] * frame.rect[3] * 1e-10, 0.9)
