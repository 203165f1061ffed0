"""Matplotlib figures as pictures for a panel of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.block.figures import paint

from .pixels import Bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINTS_PER_INCH = 100
_SMALLEST = (440, 320)


def render(figure: Figure, width: int, height: int, ratio: float = 1.0) -> Bytes:
    """Draw a figure as (height × ratio, width × ratio, 4) ``uint8``. Any thread may call this.

    Labels would overlap in a small panel: below 440 × 320 points the chart is laid out for that size and
    its letters shrink with it.
    """
    grow = max(_SMALLEST[0] / width, _SMALLEST[1] / height, 1.0)
    inches = (width * grow / _POINTS_PER_INCH, height * grow / _POINTS_PER_INCH)
    return paint(figure, inches, _POINTS_PER_INCH * ratio / grow)
