"""Matplotlib figures as pictures for a panel of any size, and where things lie in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from shtairir.block.figures import paint_with

from .figure_map import AxesMap, Box, Limits, read_maps, read_positions, set_limits
from .pixels import Bytes, qimage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINTS_PER_INCH = 100
_SMALLEST = (440, 320)


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """A painted figure, where its axes lie in the picture, and where on its paper."""

    image: QImage
    axes: tuple[AxesMap, ...]
    positions: tuple[Box, ...]


def render(figure: Figure, width: int, height: int, ratio: float = 1.0) -> Bytes:
    """Draw a figure as (height × ratio, width × ratio, 4) ``uint8``. Any thread may call this.

    Labels would overlap in a small panel: below 440 × 320 points the chart is laid out for that size and
    its letters shrink with it.
    """
    return paint_with(figure, *_paper(width, height, ratio))[0]


def rendered(
    figure: Figure, size: tuple[int, int], ratio: float, limits: Limits, positions: Sequence[Box] = ()
) -> Rendered:
    """Draw a figure with other limits of its axes, and say where things lie.

    Parameters
    ----------
    positions
        Where the axes are to stay on the paper; they are laid out anew without.
    """
    inches, dpi = _paper(*size, ratio)
    pixels, read = paint_with(
        figure,
        inches,
        dpi,
        partial(set_limits, limits, positions),
        lambda painted: (read_maps(painted), read_positions(painted)),
    )
    assert read is not None  # it was asked for
    return Rendered(qimage(pixels), *read)


def _paper(width: int, height: int, ratio: float) -> tuple[tuple[float, float], float]:
    grow = max(_SMALLEST[0] / width, _SMALLEST[1] / height, 1.0)
    inches = (width * grow / _POINTS_PER_INCH, height * grow / _POINTS_PER_INCH)
    return inches, _POINTS_PER_INCH * ratio / grow
