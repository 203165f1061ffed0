"""Line icons, tinted to the theme and crisp at every pixel ratio.

The drawings are SVG files in the assets, with strokes in ``currentColor``. They are rasterised once
for each colour and size; a `QIcon` then holds exact bitmaps for 100 % to 300 % displays.
"""

from __future__ import annotations

import difflib
import functools
import weakref
from typing import Protocol

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import shtairir_assets

from .state import STATE
from .tokens import CATEGORY_TYPES

_PIXEL_SIZES = (12, 14, 16, 18, 20, 24, 28, 30, 32, 36, 40, 48, 60, 64)
_APP_SIZES = (16, 24, 32, 48, 64, 128, 256)


class _HasIcon(Protocol):
    def setIcon(self, icon: QIcon, /) -> None: ...


def icon_names() -> list[str]:
    """Return the names that `icon` accepts."""
    return shtairir_assets.icon_names()


def icon(name: str, color: QColor | str | None = None) -> QIcon:
    """Return an icon, tinted to the current theme.

    Parameters
    ----------
    name
        One of `icon_names`.
    color
        A colour, or the name of a colour token such as ``"accent"``; default: the text colour.

    Raises
    ------
    KeyError
        There is no such icon; the message names the nearest ones.
    """
    tokens = STATE.tokens
    tint = _resolve(color)
    return _icon(name, tint.name(QColor.NameFormat.HexArgb), tokens.text_disabled.name())


def icon_pixmap(name: str, size: int, color: QColor | str | None = None, ratio: float = 1.0) -> QPixmap:
    """Return an icon as a pixmap of `size` device independent pixels, for painters."""
    pixmap = QPixmap(_raster(name, round(size * ratio), _resolve(color).name(QColor.NameFormat.HexArgb)))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def category_icon(category: str, tinted: bool = True) -> QIcon:
    """Return the icon of a block category, in the colour of the category."""
    family = category.partition("/")[0].strip().lower()
    name = family if family in CATEGORY_TYPES else "custom"
    return icon(name, STATE.tokens.category_color(category) if tinted else None)


def app_icon() -> QIcon:
    """Return the icon of the application. It keeps its own colours in both themes."""
    result = QIcon()
    drawing = _drawing("app", "")
    for size in _APP_SIZES:
        result.addPixmap(_rendered(drawing, size))
    return result


def bind_icon(target: _HasIcon, name: str, color: str | None = None) -> None:
    """Set the icon of an action or button, and set it again whenever the theme changes.

    Parameters
    ----------
    target
        A `QAction`, `QAbstractButton` or anything with ``setIcon``. It is held weakly.
    name
        One of `icon_names`; binding again replaces the earlier name.
    color
        The name of a colour token; default: the text colour.
    """
    target.setIcon(icon(name, color))
    _BOUND[target] = (name, color)


_BOUND: weakref.WeakKeyDictionary[_HasIcon, tuple[str, str | None]] = weakref.WeakKeyDictionary()


def _rebind(_tokens: object) -> None:
    for target, (name, color) in list(_BOUND.items()):
        try:
            target.setIcon(icon(name, color))
        except RuntimeError:  # Qt has deleted the widget, Python still holds its shell
            _BOUND.pop(target, None)


STATE.changed.connect(_rebind)


def _resolve(color: QColor | str | None) -> QColor:
    if isinstance(color, QColor):
        return color
    return STATE.tokens.color(color or "text")


@functools.lru_cache(maxsize=512)
def _icon(name: str, tint: str, disabled: str) -> QIcon:
    result = QIcon()
    for size in _PIXEL_SIZES:
        result.addPixmap(_raster(name, size, tint), QIcon.Mode.Normal)
        result.addPixmap(_raster(name, size, disabled), QIcon.Mode.Disabled)
    return result


@functools.lru_cache(maxsize=8192)
def _raster(name: str, size: int, tint: str) -> QPixmap:
    color = QColor(tint)
    pixmap = _rendered(_drawing(name, color.name()), size)
    return pixmap if color.alpha() == 255 else _faded(pixmap, color.alphaF())


@functools.lru_cache(maxsize=256)
def _drawing(name: str, color: str) -> QSvgRenderer:
    """An icon in a colour, read once for all its sizes."""
    try:
        svg = shtairir_assets.icon_svg(name)
    except KeyError:
        near = difflib.get_close_matches(name, icon_names(), n=3)
        hint = f" The nearest are {', '.join(near)}." if near else ""
        raise KeyError(f"There is no icon '{name}'.{hint}") from None
    return QSvgRenderer(QByteArray(svg.replace("currentColor", color).encode()))


def _rendered(drawing: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    drawing.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def _faded(pixmap: QPixmap, opacity: float) -> QPixmap:
    result = QPixmap(pixmap.size())
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setOpacity(opacity)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return result
