"""Colour arithmetic of the theme: contrast as WCAG 2.2 defines it, and mixing.

The tests hold every pair of text and surface to 4.5 : 1, and every port and link colour to 3 : 1
against the canvas.
"""

from __future__ import annotations

from PySide6.QtGui import QColor


def luminance(color: QColor) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white), as in WCAG 2.2."""
    red, green, blue = (_linear(c) for c in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two opaque colours, 1 to 21, as in WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(one: QColor, other: QColor, share: float) -> QColor:
    """Return `one` with `share` (0..1) of `other` mixed in."""
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * share,
        one.greenF() + (other.greenF() - one.greenF()) * share,
        one.blueF() + (other.blueF() - one.blueF()) * share,
    )


def with_alpha(color: QColor, alpha: float) -> QColor:
    """Return the colour at the given opacity, 0..1."""
    result = QColor(color)
    result.setAlphaF(alpha)
    return result


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
