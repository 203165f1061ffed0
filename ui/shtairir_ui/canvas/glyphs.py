"""The small signs on nodes and links: status badges and port marks, as paths around (0, 0)."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from shtairir.events import NodeStatus
from shtairir_ui.theme import PortShape, Tokens

_Stroke = Sequence[tuple[float, float]]

# Drawn with a round pen inside a badge of radius 7; each status is told by its form before its colour.
_STROKES: dict[NodeStatus, tuple[_Stroke, ...]] = {
    NodeStatus.DONE: (((-3, 0.3), (-0.9, 2.5), (3.1, -2.2)),),
    NodeStatus.CACHED: (((0.8, -4), (-2.4, 0.7), (0, 0.7), (-0.8, 4), (2.4, -0.7), (0, -0.7), (0.8, -4)),),
    NodeStatus.FAILED: (((-2.4, -2.4), (2.4, 2.4)), ((-2.4, 2.4), (2.4, -2.4))),
    NodeStatus.TIMED_OUT: (((0, -3.4), (0, 0.4), (2.6, 1.8)),),
    NodeStatus.CANCELLED: (((-2.2, -2.2), (2.2, -2.2), (2.2, 2.2), (-2.2, 2.2), (-2.2, -2.2)),),
    NodeStatus.SKIPPED: (((-2.6, -2.6), (0.2, 0), (-2.6, 2.6)), ((2.6, -2.8), (2.6, 2.8))),
    NodeStatus.PAUSED: (((-1.6, -2.6), (-1.6, 2.6)), ((1.6, -2.6), (1.6, 2.6))),
    NodeStatus.COMPENSATED: (((2.8, 2), (2.8, -1.2), (-2.8, -1.2)), ((-0.6, -3.2), (-2.8, -1.2), (-0.6, 0.8))),
    NodeStatus.WAITING: (((0, -3), (0, 0.3), (2, 1.6)),),
    NodeStatus.READY: (((-1.4, -2.6), (2.4, 0), (-1.4, 2.6), (-1.4, -2.6)),),
    NodeStatus.RUNNING: (((-1.4, -2.6), (2.4, 0), (-1.4, 2.6), (-1.4, -2.6)),),
}

QUIET = frozenset({NodeStatus.WAITING, NodeStatus.READY, NodeStatus.SKIPPED, NodeStatus.CANCELLED})
"""Statuses whose badge is a ring: nothing was made, nothing is wrong."""

STOP_RADIUS = 7.5
"""Half the width of a breakpoint's sign."""


@functools.cache
def badge_path(status: NodeStatus) -> QPainterPath:
    """The sign inside the badge of a status."""
    path = QPainterPath()
    for stroke in _STROKES[status]:
        path.moveTo(QPointF(*stroke[0]))
        for point in stroke[1:]:
            path.lineTo(QPointF(*point))
    return path


@functools.cache
def stop_path(radius: float) -> QPainterPath:
    """The outline of a breakpoint's sign: eight corners, as the sign at the end of a road."""
    path = QPainterPath()
    angles = [math.radians(22.5 + 45 * corner) for corner in range(8)]
    _polygon(path, [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles])
    return path


def paint_stop(painter: QPainter, tokens: Tokens, center: QPointF, radius: float = STOP_RADIUS) -> None:
    """Draw the sign of a breakpoint; it is told by its form, not only by its red."""
    painter.save()
    painter.translate(center)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.background)
    painter.drawPath(stop_path(radius + 1.5))
    painter.setBrush(tokens.error)
    painter.drawPath(stop_path(radius))
    painter.setBrush(tokens.background)
    painter.drawRoundedRect(QRectF(-radius * 0.5, -radius * 0.16, radius, radius * 0.32), 1, 1)
    painter.restore()


@functools.cache
def port_path(shape: PortShape, radius: float) -> QPainterPath:
    """The mark of a port, of about equal weight in every shape."""
    path = QPainterPath()
    match shape:
        case "square":
            side = radius * 0.9
            path.addRoundedRect(QRectF(-side, -side, 2 * side, 2 * side), 1.5, 1.5)
        case "diamond":
            reach = radius * 1.2
            _polygon(path, [(0, -reach), (reach, 0), (0, reach), (-reach, 0)])
        case "triangle":
            corners = [math.radians(angle) for angle in (0, 120, 240)]
            _polygon(path, [(1.3 * radius * math.cos(a), 1.3 * radius * math.sin(a)) for a in corners])
        case _:
            path.addEllipse(QPointF(0, 0), radius, radius)
    return path


def _polygon(path: QPainterPath, points: _Stroke) -> None:
    path.moveTo(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))
    path.closeSubpath()
