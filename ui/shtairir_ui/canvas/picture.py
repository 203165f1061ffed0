"""A picture of the canvas as it is seen, of any size: with values, states and thumbnails, without what is selected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from shtairir_ui.canvas.canvas import GraphCanvas

MARGIN = 32.0
MOST_PIXELS = 64_000_000


def canvas_image(canvas: GraphCanvas, area: QRectF, scale: float) -> QImage:
    """Return a picture of a part of the canvas.

    Parameters
    ----------
    scale
        Pixels for each unit of the canvas. Less is taken where the picture would have more than `MOST_PIXELS`.
    """
    size = picture_size(area, scale)
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(canvas.scene.backgroundBrush().color())
    with _at_rest(canvas):
        painter = QPainter(image)
        _render(canvas, painter, QRectF(image.rect()), area)
        painter.end()
    return image


def canvas_svg(canvas: GraphCanvas, area: QRectF, title: str) -> bytes:
    """Return the text of an SVG of a part of the canvas."""
    size = picture_size(area, 1.0)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawing = QSvgGenerator()
    drawing.setOutputDevice(buffer)
    drawing.setSize(size)
    drawing.setViewBox(QRect(0, 0, size.width(), size.height()))
    drawing.setTitle(title)
    with _at_rest(canvas):
        painter = QPainter(drawing)
        _render(canvas, painter, QRectF(0, 0, size.width(), size.height()), area)
        painter.end()
    return bytes(buffer.data().data())


def picture_size(area: QRectF, scale: float) -> QSize:
    """Return how many pixels a picture of a part of the canvas has, with its margin."""
    wide, high = area.width() + 2 * MARGIN, area.height() + 2 * MARGIN
    scale = min(scale, (MOST_PIXELS / (wide * high)) ** 0.5)
    return QSize(max(round(wide * scale), 1), max(round(high * scale), 1))


def _render(canvas: GraphCanvas, painter: QPainter, target: QRectF, area: QRectF) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    canvas.scene.render(painter, target, area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))


@contextmanager
def _at_rest(canvas: GraphCanvas) -> Iterator[None]:
    """Draw nothing as selected meanwhile."""
    links = list(canvas.hand.chosen_links)
    canvas.hand.choose_links([])
    canvas.board.show_selection(())
    try:
        yield
    finally:
        canvas.board.show_selection(canvas.editor.selection)
        canvas.hand.choose_links(links)
