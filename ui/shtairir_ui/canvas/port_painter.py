"""Draws the mark of a port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from shtairir_ui import theme
from shtairir_ui.canvas.glyphs import port_path
from shtairir_ui.canvas.layout import PlacedPort
from shtairir_ui.canvas.look import PORT

if TYPE_CHECKING:
    from shtairir_ui.canvas.node_item import NodeItem


def paint_port(painter: QPainter, item: NodeItem, placed: PlacedPort) -> None:
    """Draw a port: filled where it is linked, brighter under the mouse, faint where a new link cannot go."""
    look, port = item.look, placed.port
    key = (port.side, port.name)
    color = QColor(look.tokens.type_color(port.family))
    if not is_reachable(item, placed):
        color = theme.mix(look.body, color, 0.25)
    hovered = item.hovered_port == key
    fits = item.fitting is not None and key in item.fitting
    shape = look.tokens.type_shape(port.family)
    painter.save()
    painter.translate(placed.center)
    if hovered or fits:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.with_alpha(color, 0.45 if hovered else 0.25))
        painter.drawEllipse(QPointF(0, 0), PORT + (5 if hovered else 4), PORT + (5 if hovered else 4))
    if hovered:
        painter.scale(1.25, 1.25)
    hollow = shape == "ring" or not port.linked
    painter.setPen(QPen(color, 2.0))
    painter.setBrush(look.tokens.background if hollow else color)
    painter.drawPath(port_path(shape, PORT))
    if shape == "ring" and port.linked:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QPointF(0, 0), 2.2, 2.2)
    painter.restore()


def is_reachable(item: NodeItem, placed: PlacedPort) -> bool:
    """Whether the link that is drawn now may go to a port; any while none is drawn."""
    return item.fitting is None or (placed.port.side, placed.port.name) in item.fitting
