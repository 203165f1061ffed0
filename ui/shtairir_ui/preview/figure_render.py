"""Matplotlib figures as pictures.

Matplotlib is not made for threads: one lock holds for every drawing in this process. A figure is a value
that others may still hold, so its size and resolution are put back after it was drawn.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from .pixels import Bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RENDER_LOCK = threading.Lock()
_POINTS_PER_INCH = 100
_SMALLEST = (360, 260)


def render(figure: Figure, width: int, height: int, ratio: float = 1.0) -> Bytes:
    """Draw a figure as (height × ratio, width × ratio, 4) ``uint8``. Any thread may call this.

    A figure asked for in fewer than 360 × 260 points is drawn with that many and meant to be scaled
    down by whoever shows it: labels would overlap otherwise.
    """
    grow = max(_SMALLEST[0] / width, _SMALLEST[1] / height, 1.0)
    with RENDER_LOCK:
        return _draw(figure, width * grow, height * grow, ratio / grow if grow < 2 else ratio)


def _draw(figure: Figure, width: float, height: float, ratio: float) -> Bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    inch_width, inch_height = map(float, figure.get_size_inches())
    resolution, canvas = figure.dpi, figure.canvas
    try:
        figure.set_size_inches(width / _POINTS_PER_INCH, height / _POINTS_PER_INCH)
        figure.set_dpi(_POINTS_PER_INCH * ratio)
        agg = FigureCanvasAgg(figure)
        agg.draw()  # type: ignore[no-untyped-call]  # matplotlib has no types here
        return np.array(agg.buffer_rgba(), np.uint8)  # type: ignore[no-untyped-call]  # as above
    finally:
        figure.set_canvas(canvas)
        figure.set_dpi(resolution)
        figure.set_size_inches(inch_width, inch_height)
