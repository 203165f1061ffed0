"""A titled, coloured rectangle behind nodes, as the document has it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from shtairir.document import Frame
from shtairir_ui import theme
from shtairir_ui.canvas.look import PAD, RADIUS, TITLE_HEIGHT, Look
from shtairir_ui.guard import guarded

_Z_FRAME = -3
_READABLE = 0.35


class FrameItem(QGraphicsItem):
    """Shows a frame. It takes no mouse: nodes and links in it are reached as if it were not there."""

    def __init__(self, frame: Frame, look: Look) -> None:
        super().__init__()
        self.frame = frame
        self._look = look
        self._rect = QRectF(*frame.rect)
        given = QColor(frame.color) if frame.color else QColor()
        self._color = given if given.isValid() else QColor(look.tokens.text_dim)
        self.setZValue(_Z_FRAME)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The frame with its outline."""
        return self._rect.adjusted(-1, -1, 1, 1)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the ground, the outline and the title."""
        tokens = self._look.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.mix(tokens.background, self._color, 0.45), 1.0))
        painter.setBrush(theme.mix(tokens.background, self._color, 0.1))
        painter.drawRoundedRect(self._rect, RADIUS, RADIUS)
        if option.levelOfDetailFromTransform(painter.worldTransform()) < _READABLE:
            return
        face = self._look.title
        room = QRectF(self._rect.topLeft() + QPointF(PAD, 0), self._rect.bottomRight() - QPointF(PAD, 0))
        room.setHeight(TITLE_HEIGHT)
        painter.setFont(face.font)
        painter.setPen(tokens.text_dim)
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, side, face.elided(self.frame.title, room.width()))
