"""Draws what an overlay says of a node: its colour, the figure in words, and a bar as long as the figure is large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from shtairir_ui.canvas.look import GAP, PAD, Look

if TYPE_CHECKING:
    from shtairir_ui.canvas.heat import Heat
    from shtairir_ui.canvas.node_item import NodeItem

_CHIP_HEIGHT, _CHIP_RADIUS = 18.0, 5.0
_BAR_PART = 0.16
"""How much of a card's height its bar takes."""


def paint_heat_card(painter: QPainter, item: NodeItem, heat: Heat) -> None:
    """A card in the colour of the figure, with a bar at its bottom."""
    outline = item.layout.outline
    painter.fillRect(outline, heat.ground)
    if heat.share:
        height = outline.height() * _BAR_PART
        painter.fillRect(QRectF(0, outline.height() - height, outline.width() * heat.share, height), heat.ink)


def paint_heat_chip(painter: QPainter, look: Look, heat: Heat, room: QRectF) -> float:
    """The figure at the right of the last line of a node, on its colour; returns how wide that is."""
    text = look.small.elided(heat.text, room.width() - 2 * GAP)
    width = look.width(look.small, text) + 2 * GAP
    chip = QRectF(room.right() - width + 4, room.center().y() - _CHIP_HEIGHT / 2, width, _CHIP_HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(heat.ground)
    painter.drawRoundedRect(chip, _CHIP_RADIUS, _CHIP_RADIUS)
    painter.setFont(look.small.font)
    painter.setPen(QPen(heat.ink))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
    return width


def paint_heat_figure(painter: QPainter, item: NodeItem, heat: Heat) -> None:
    """The figure below the title, where a node shows that only."""
    look, size = item.look, item.layout.size
    room = QRectF(PAD, size.height() - 34, size.width() - 2 * PAD, 28)
    painter.setFont(look.far_figure.font)
    painter.setPen(heat.ink)
    text = look.far_figure.elided(heat.text, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
