"""How a node shows that it is bypassed or disabled: by an arrow through it, or by hatching, not only by colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from shtairir.document.model import ACTIVE, BYPASSED
from shtairir_ui import theme
from shtairir_ui.canvas.look import BADGE, GAP, ICON, PAD, RADIUS

if TYPE_CHECKING:
    from shtairir_ui.canvas.node_item import NodeItem

_HEAD = 6.0
_CARD_PX = 2.0


def paint_state(painter: QPainter, item: NodeItem) -> None:
    """Draw over the node's body what state it is in, if it does not just work."""
    if item.face.state == ACTIVE:
        return
    outline = item.layout.outline
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if item.face.state == BYPASSED:
        _paint_way_past(painter, item, outline)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(theme.with_alpha(item.look.tokens.text_dim, 0.28), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(outline, RADIUS, RADIUS)


def state_pen(item: NodeItem) -> QPen | None:
    """The outline of a node that does not just work; ``None`` for the usual one."""
    if item.face.state == ACTIVE:
        return None
    style = Qt.PenStyle.DashLine if item.face.state == BYPASSED else Qt.PenStyle.DotLine
    return QPen(item.look.tokens.text_dim, 1.5, style)


def paint_state_on_card(painter: QPainter, item: NodeItem, detail: float) -> None:
    """From far away: a line across for a bypassed node, a cross for a disabled one."""
    if item.face.state == ACTIVE:
        return
    box = item.layout.outline
    painter.setPen(QPen(item.look.tokens.text_dim, _CARD_PX / detail))
    if item.face.state == BYPASSED:
        painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()))
    else:
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.drawLine(box.bottomLeft(), box.topRight())


def _paint_way_past(painter: QPainter, item: NodeItem, outline: QRectF) -> None:
    """An arrow from the first input to the first output, as what comes in goes out again; it leaves the texts free."""
    outputs = item.layout.outputs
    color = QColor(item.look.tokens.type_color(outputs[0].port.family if outputs else "any"))
    pen = QPen(theme.mix(item.look.body, color, 0.85), 3.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    left, right, y = _free_way(item, outline)
    if right - left > 2 * _HEAD:
        painter.drawLine(QPointF(left, y), QPointF(right, y))
    tip = QPointF(max(right, left + _HEAD), y)
    head = QPainterPath(tip + QPointF(-_HEAD, -_HEAD))
    head.lineTo(tip)
    head.lineTo(tip + QPointF(-_HEAD, _HEAD))
    painter.drawPath(head)


def _free_way(item: NodeItem, outline: QRectF) -> tuple[float, float, float]:
    """From where to where, and at what height, there is nothing written in the row of the first ports."""
    look, face, inputs, outputs = item.look, item.face, item.layout.inputs, item.layout.outputs
    if face.collapsed:
        title = min(look.width(look.title, face.title), outline.width() - BADGE - 5 * GAP - ICON)
        return PAD + ICON + 2 * GAP + title, outline.right() - 2 * GAP - BADGE, outline.center().y()
    row = (*inputs, *outputs)
    y = row[0].center.y() if row else outline.center().y()
    left, right = outline.left() + PAD, outline.right() - PAD
    if inputs:
        port = inputs[0].port
        value = look.width(look.label, port.value) + GAP if port.value else 0.0
        left = inputs[0].label.left() + min(look.width(look.label, port.label) + value, inputs[0].label.width()) + GAP
    if outputs:
        right = outputs[0].label.right() - look.width(look.label, outputs[0].port.label) - GAP
    return left, right, y
