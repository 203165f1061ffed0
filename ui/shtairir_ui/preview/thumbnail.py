"""Small pictures of values, for nodes and lists. Called on workers; never touches a widget."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from shtairir.block.values import Audio
from shtairir_ui import theme

from .kinds import Kind, is_array, is_figure, kind_of
from .pixels import AnyArray, fit_size, map_picture, qimage, thin_out, to_bytes
from .trace import Trace, channels_of, envelope


def thumbnail(value: object, size: QSize, family: str | None = None) -> QImage | None:
    """Return a picture of a value within `size` pixels, or None when it has none.

    Images and arrays are thinned out before anything else, so their size hardly matters. A chart is
    drawn and takes some ten milliseconds: call this from a worker.
    """
    match kind_of(value, family):
        case Kind.IMAGE if is_array(value):
            return _small_image(value, size)
        case Kind.ARRAY if is_array(value):
            return _small_array(value, size)
        case Kind.AUDIO if isinstance(value, Audio):
            first = channels_of(value)[:1]
            return _small_trace(envelope(first[0], size.width() // 2), size, "audio") if first else None
        case Kind.FIGURE if is_figure(value):
            from .figure_render import render

            drawn = qimage(render(value, size.width() * 3, size.height() * 3))
            return _scaled(drawn, size)
        case Kind.IMAGES if isinstance(value, list | tuple):
            return _mosaic(list(value[:4]), size)
        case _:
            return None


def _small_image(array: AnyArray, size: QSize) -> QImage:
    # Twice the size asked for is kept, so that the last step can average.
    return _scaled(qimage(to_bytes(thin_out(array, size.width() * 2, size.height() * 2))), size)


def _small_array(array: AnyArray, size: QSize) -> QImage | None:
    if array.size == 0 or array.dtype.kind not in "buifc":
        return None
    if array.ndim == 1:
        return _small_trace(envelope(array, size.width() // 2), size, "array") if len(array) > 1 else None
    while array.ndim > 2:
        array = array[0]
    return _scaled(qimage(map_picture(thin_out(array, size.width(), size.height()))), size)


def _small_trace(trace: Trace, size: QSize, family: str) -> QImage:
    from .plot_painter import paint_trace

    image = _blank(size)
    painter = QPainter(image)
    lane = QRectF(2, 4, size.width() - 4, size.height() - 8)
    paint_trace(painter, trace, lane, theme.current().type_color(family))
    painter.end()
    return image


def _mosaic(images: list[object], size: QSize) -> QImage | None:
    cell = QSize(size.width() // 2, size.height() // 2)
    picture = _blank(size)
    painter = QPainter(picture)
    for number, item in enumerate(images):
        small = thumbnail(item, QSize(cell.width() - 2, cell.height() - 2), "image")
        if small is not None:
            left = (number % 2) * cell.width() + (cell.width() - small.width()) // 2
            top = (number // 2) * cell.height() + (cell.height() - small.height()) // 2
            painter.drawImage(left, top, small)
    painter.end()
    return picture


def _blank(size: QSize) -> QImage:
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image


def _scaled(image: QImage, size: QSize) -> QImage:
    fitted = fit_size(image.width(), image.height(), size)
    smooth = Qt.TransformationMode.SmoothTransformation
    return image.scaled(fitted, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
