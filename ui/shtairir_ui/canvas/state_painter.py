"""How a node shows that it is bypassed or disabled: by a line that goes past it, or by hatching, not only by colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from shtairir.document.model import ACTIVE, BYPASSED
from shtairir_ui import theme
from shtairir_ui.canvas.look import RADIUS, TITLE_HEIGHT

if TYPE_CHECKING:
    from shtairir_ui.canvas.node_item import NodeItem

_HEAD = 7.0
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
    """A line from the first input to the first output, as what comes in goes out again."""
    inputs, outputs = item.layout.inputs, item.layout.outputs
    middle = TITLE_HEIGHT if not item.face.collapsed else outline.center().y()
    start = inputs[0].center if inputs else QPointF(outline.left(), middle)
    end = outputs[0].center if outputs else QPointF(outline.right(), middle)
    color = QColor(item.look.tokens.type_color(outputs[0].port.family if outputs else "any"))
    pen = QPen(theme.mix(item.look.body, color, 0.75), 3.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    pull = (end.x() - start.x()) * 0.4
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(pull, 0), end - QPointF(pull, 0), end)
    painter.drawPath(path)
    center = path.pointAtPercent(0.5)
    head = QPainterPath(center + QPointF(-_HEAD * 0.5, -_HEAD))
    head.lineTo(center + QPointF(_HEAD * 0.5, 0))
    head.lineTo(center + QPointF(-_HEAD * 0.5, _HEAD))
    painter.drawPath(head)
