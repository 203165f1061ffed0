"""Paints charts: the one place in this process that does, since Matplotlib is not made for threads."""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

    from shtairir.block.annotations import Figure

_PAINTING = threading.Lock()


def paint(
    figure: Figure, size_inches: tuple[float, float] | None = None, dpi: float | None = None
) -> numpy.ndarray[Any, Any]:
    """Return a figure as a picture ``(height, width, 4) uint8``. Any thread may call this.

    The figure itself stays as it is.

    Parameters
    ----------
    size_inches
        Width and height, for which the chart is laid out anew; the figure's own when left out.
    dpi
        Pixels per inch; the figure's own when left out.
    """
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with _PAINTING:
        # A copy, because others hold the figure too, and painting changes it.
        copied = copy.deepcopy(figure)
        if size_inches is not None:
            copied.set_size_inches(*size_inches)
            # Its margins were measured for its own size; letters do not shrink with the paper.
            copied.set_layout_engine("constrained")
        copied.set_dpi(dpi or figure.dpi)
        canvas = FigureCanvasAgg(copied)
        canvas.draw()  # type: ignore[no-untyped-call]  # Matplotlib leaves its backends untyped
        return np.array(canvas.buffer_rgba(), np.uint8)  # type: ignore[no-untyped-call]
