"""Paints charts: the one place in this process that does, since Matplotlib is not made for threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

    from shtairir.block.types import Figure

_PAINTING = threading.Lock()


def paint(
    figure: Figure, size_inches: tuple[float, float] | None = None, dpi: float | None = None
) -> numpy.ndarray[Any, Any]:
    """Return a figure as a picture ``(height, width, 4) uint8``. Any thread may call this.

    The figure is a value that others hold too: its own size and resolution are put back.

    Parameters
    ----------
    size_inches
        Width and height; the figure's own when left out.
    dpi
        Pixels per inch; the figure's own when left out.
    """
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with _PAINTING:
        own_size, own_dpi, own_canvas = tuple(figure.get_size_inches()), figure.dpi, figure.canvas
        try:
            figure.set_size_inches(*(size_inches or own_size))
            figure.set_dpi(dpi or own_dpi)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()  # type: ignore[no-untyped-call]  # Matplotlib leaves its backends untyped
            return np.array(canvas.buffer_rgba(), np.uint8)  # type: ignore[no-untyped-call]
        finally:
            figure.set_canvas(own_canvas)
            figure.set_dpi(own_dpi)
            figure.set_size_inches(*own_size)
