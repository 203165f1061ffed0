"""Paints charts: the one place in this process that does, since Matplotlib is not made for threads."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy

    from shtairir.block.annotations import Figure

_Read = TypeVar("_Read")
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
    return paint_with(figure, size_inches, dpi)[0]


def paint_with(
    figure: Figure,
    size_inches: tuple[float, float] | None = None,
    dpi: float | None = None,
    prepare: Callable[[Figure], object] = lambda _figure: None,
    read: Callable[[Figure], _Read] | None = None,
) -> tuple[numpy.ndarray[Any, Any], _Read | None]:
    """Paint a figure as `paint` does, and read from it where things came to lie.

    Parameters
    ----------
    prepare, read
        Called with a copy of the figure: before it is painted, to change it, and after, to ask it something.

    Returns
    -------
    The picture, and what `read` returned.
    """
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with _PAINTING:
        # A copy, because others hold the figure too, and painting changes it.
        copied = _copy_of(figure)
        if size_inches is not None:
            copied.set_size_inches(*size_inches)
            # Its margins were measured for its own size; letters do not shrink with the paper.
            if _can_be_laid_out(copied):
                copied.set_layout_engine("constrained")
        copied.set_dpi(dpi or figure.dpi)
        prepare(copied)
        canvas = FigureCanvasAgg(copied)
        canvas.draw()  # type: ignore[no-untyped-call]  # Matplotlib leaves its backends untyped
        pixels = np.array(canvas.buffer_rgba(), np.uint8)  # type: ignore[no-untyped-call]
        return pixels, None if read is None else read(copied)


def _copy_of(figure: Figure) -> Figure:
    """Copy a figure, with the counters of axes that name categories made anew: Python 3.14 no longer copies such."""
    memo: dict[int, Any] = {}
    for axes in figure.axes:
        for axis in (getattr(axes, "xaxis", None), getattr(axes, "yaxis", None)):
            units = getattr(axis, "units", None)
            counter = getattr(units, "_counter", None)
            if isinstance(counter, itertools.count):
                memo[id(counter)] = itertools.count(len(getattr(units, "_mapping", ())))
    return copy.deepcopy(figure, memo)


def _can_be_laid_out(figure: Figure) -> bool:
    """Whether its axes can be placed anew: colour bars that were given a place in another way keep to it."""
    engine = figure.get_layout_engine()
    if engine is not None:
        return not engine.colorbar_gridspec
    return all(axes.get_label() != "<colorbar>" for axes in figure.axes)


def write(figure: Figure, path: Path, prepare: Callable[[Figure], object] = lambda _figure: None) -> None:
    """Write a figure to a file at its own size; the suffix says in which format. The figure itself stays as it is."""
    with _PAINTING:
        copied = _copy_of(figure)
        prepare(copied)
        copied.savefig(path)
