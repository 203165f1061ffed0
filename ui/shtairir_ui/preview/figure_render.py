"""Matplotlib figures as pictures, at the size in which they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.block.figures import paint

from .pixels import Bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINTS_PER_INCH = 100
_SMALLEST = (360, 260)


def render(figure: Figure, width: int, height: int, ratio: float = 1.0) -> Bytes:
    """Draw a figure as (height × ratio, width × ratio, 4) ``uint8``. Any thread may call this.

    A figure asked for in fewer than 360 × 260 points is drawn with that many and meant to be scaled
    down by whoever shows it: labels would overlap otherwise.
    """
    grow = max(_SMALLEST[0] / width, _SMALLEST[1] / height, 1.0)
    size_inches = (width * grow / _POINTS_PER_INCH, height * grow / _POINTS_PER_INCH)
    return paint(figure, size_inches, _POINTS_PER_INCH * (ratio / grow if grow < 2 else ratio))
