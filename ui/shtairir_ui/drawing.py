"""A graph's picture painted with Qt, on any thread: for lists of files and versions, where no canvas is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from shtairir.block.registry import Registry
from shtairir.document import Snapshot
from shtairir.export.picture import Box, Curve, Dot, Picture, Shape, Text, picture_of

LEAST_TEXT_PX = 5.0
"""Smaller letters cannot be read, and are left out."""
MOST_ZOOM = 1.0


def graph_picture(snapshot: Snapshot, registry: Registry, size: QSize, ratio: float, *, dark: bool) -> QImage:
    """Return a picture of a whole graph that fits into a size, with so many pixels for each unit of it."""
    return drawn(picture_of(snapshot, registry, "dark" if dark else "light"), size, ratio)


def drawn(picture: Picture, size: QSize, ratio: float) -> QImage:
    """Return a picture of shapes in the middle of a ground of the size given."""
    image = QImage(size * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(picture.background))
    zoom = min(size.width() / picture.width, size.height() / picture.height, MOST_ZOOM)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate((size.width() - picture.width * zoom) / 2, (size.height() - picture.height * zoom) / 2)
    painter.scale(zoom, zoom)
    for shape in picture.shapes:
        _paint(painter, shape, zoom)
    painter.end()
    return image


def _paint(painter: QPainter, shape: Shape, zoom: float) -> None:
    match shape:
        case Box():
            painter.setOpacity(shape.opacity)
            painter.setPen(QPen(QColor(shape.stroke), shape.line) if shape.stroke else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shape.fill) if shape.fill else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(shape.x, shape.y, shape.width, shape.height), shape.radius, shape.radius)
            painter.setOpacity(1.0)
        case Dot():
            painter.setPen(QPen(QColor(shape.stroke), 1.5))
            painter.setBrush(QColor(shape.fill))
            painter.drawEllipse(QPointF(shape.x, shape.y), shape.radius, shape.radius)
        case Curve():
            start, one, two, end = (QPointF(*point) for point in shape.points)
            path = QPainterPath(start)
            path.cubicTo(one, two, end)
            painter.strokePath(path, QPen(QColor(shape.color), max(shape.width, 1.0 / zoom)))
        case Text() if shape.size * zoom >= LEAST_TEXT_PX:
            _write(painter, shape)


def _write(painter: QPainter, text: Text) -> None:
    font = QFont(painter.font())
    font.setPixelSize(max(round(text.size), 1))
    font.setBold(text.bold)
    painter.setFont(font)
    painter.setPen(QColor(text.color))
    share = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor]
    wide = QFontMetricsF(font).horizontalAdvance(text.text)
    painter.drawText(QPointF(text.x - wide * share, text.y), text.text)
