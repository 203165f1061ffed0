"""What stands on the canvas while a graph is compared: rings with a sign, and ghosts of what is gone.

A sign says what a colour says, for those who do not see it: + came, − is gone, ~ is another, · only looks otherwise.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from shtairir.document.compared import Change
from shtairir_ui import theme
from shtairir_ui.canvas.look import BADGE, GAP, PAD, RADIUS, TITLE_HEIGHT, Look
from shtairir_ui.canvas.toolkit import Z_LINK, Z_MARK
from shtairir_ui.guard import guarded
from shtairir_ui.theme import Tokens

_OUT, _LINE = 4.0, 2.0
_SIGN = BADGE + 4
_ICON, _RATIO = 16, 3
_NEAR = 0.6
"""From here on, titles are written as large as on nodes."""

_FAR = 0.45
"""Seen from farther away than that, a ring is drawn thicker, so that it is not lost."""


def color_of(change: Change, tokens: Tokens) -> QColor:
    """Return the colour of a change."""
    return {
        "added": tokens.ok,
        "removed": tokens.error,
        "changed": tokens.warning,
        "looks": tokens.text_dim,
    }[change]


class _Mark(QGraphicsItem):
    """Something that is drawn and takes no mouse."""

    itemChange = QGraphicsItem.itemChange

    def __init__(self, change: Change, look: Look) -> None:
        super().__init__()
        self.change: Change = change
        self.look = look
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def color(self) -> QColor:
        """The colour of the change."""
        return color_of(self.change, self.look.tokens)

    def _paint_sign(self, painter: QPainter, center: QPointF, scale: float) -> None:
        """Draw the sign in a disc; from far away it is as large on the screen as it can be beside others."""
        radius = _SIGN / 2 * min(max(_FAR / max(scale, 0.05), 1.0), 3.0)
        paint_sign(painter, self.change, center, radius, self.look.tokens)


def paint_sign(painter: QPainter, change: Change, center: QPointF, radius: float, tokens: Tokens) -> None:
    """Draw the sign of a change in a disc of its colour."""
    color = color_of(change, tokens)
    painter.setPen(QPen(tokens.background, 1.5))
    painter.setBrush(color)
    painter.drawEllipse(center, radius, radius)
    ink = max((QColor("white"), QColor("black")), key=lambda ink: theme.contrast(ink, color))
    pen = QPen(ink, radius * 0.28)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_sign(change, center, radius * 0.5))


def sign_icon(change: Change) -> QIcon:
    """Return the sign as it stands on the canvas, for lists."""
    picture = QPixmap(_ICON * _RATIO, _ICON * _RATIO)
    picture.setDevicePixelRatio(_RATIO)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_sign(painter, change, QPointF(_ICON / 2, _ICON / 2), _ICON / 2 - 1, theme.current())
    painter.end()
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon


def _sign(change: Change, center: QPointF, arm: float) -> QPainterPath:
    path = QPainterPath()
    if change == "changed":
        path.moveTo(center.x() - arm, center.y() + arm * 0.25)
        path.cubicTo(
            center + QPointF(-arm * 0.4, -arm * 0.9), center + QPointF(arm * 0.4, arm * 0.9),
            center + QPointF(arm, -arm * 0.25),
        )  # fmt: skip
        return path
    if change == "looks":
        path.addEllipse(center, arm * 0.2, arm * 0.2)
        return path
    path.moveTo(center.x() - arm, center.y())
    path.lineTo(center.x() + arm, center.y())
    if change == "added":
        path.moveTo(center.x(), center.y() - arm)
        path.lineTo(center.x(), center.y() + arm)
    return path


class DiffRing(_Mark):
    """A ring around a node that came, or is another."""

    def __init__(self, change: Change, outline: QRectF, look: Look) -> None:
        super().__init__(change, look)
        self.setZValue(Z_MARK)
        self._rect = outline.adjusted(-_OUT, -_OUT, _OUT, _OUT)

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The ring and the sign."""
        return self._rect.adjusted(-40, -40, 40, 40)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the ring, and the sign at its upper left corner."""
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        style = Qt.PenStyle.DashLine if self.change == "looks" else Qt.PenStyle.SolidLine
        width = _LINE * max(1.0, _FAR / max(scale, 0.05))
        if self.change != "looks":
            painter.setPen(QPen(theme.with_alpha(self.color, 0.25), 3 * width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self._rect, RADIUS + _OUT, RADIUS + _OUT)
        painter.setPen(QPen(self.color, width, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self._rect, RADIUS + _OUT, RADIUS + _OUT)
        self._paint_sign(painter, self._rect.topLeft() + QPointF(2, 2), scale)


class DiffGhost(_Mark):
    """A node that is gone, where it was."""

    def __init__(self, outline: QRectF, title: str, look: Look) -> None:
        super().__init__("removed", look)
        self.setZValue(Z_LINK - 0.5)
        self.outline = outline
        self.title = title

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The outline and the sign."""
        return self.outline.adjusted(-40, -40, 40, 40)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw a broken outline, the title, and the sign."""
        tokens = self.look.tokens
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.color, 1.5 * max(1.0, _FAR / max(scale, 0.05)), Qt.PenStyle.DashLine))
        painter.setBrush(theme.mix(tokens.background, self.color, 0.1))
        painter.drawRoundedRect(self.outline, RADIUS, RADIUS)
        face = self.look.title if scale >= _NEAR else self.look.far
        room = self.outline.adjusted(PAD + GAP, 0, -PAD, 0)
        if scale >= _NEAR:
            room.setHeight(TITLE_HEIGHT)
        painter.setFont(face.font)
        painter.setPen(tokens.text_dim)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, face.elided(self.title, room.width()))
        self._paint_sign(painter, self.outline.topLeft(), scale)


class DiffLink(_Mark):
    """A link that came: a wide line under it; or one that is gone: a broken one where it was."""

    def __init__(self, change: Change, path: QPainterPath, look: Look) -> None:
        super().__init__(change, look)
        self.setZValue(Z_LINK - 0.5)
        self._path = path

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The line and the sign."""
        return self._path.boundingRect().adjusted(-40, -40, 40, 40)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the line, and the sign in its middle."""
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        wide = max(1.0, _FAR / max(scale, 0.05))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.change == "removed":
            painter.setPen(QPen(self.color, 2.0 * wide, Qt.PenStyle.DashLine))
        else:
            painter.setPen(QPen(theme.with_alpha(self.color, 0.5), 9.0 * wide))
        painter.drawPath(self._path)
        if scale >= _FAR:
            self._paint_sign(painter, self._path.pointAtPercent(0.5), scale)
