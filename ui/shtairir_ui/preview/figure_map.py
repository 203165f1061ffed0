"""Where things lie in a painted chart: its axes, their limits, and the points that were drawn in them.

Read on a worker from the copy that was painted (`shtairir.block.figures.paint_with`), and used on the Qt thread without
asking matplotlib again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .pixels import AnyArray
from .time_axis import moment_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Range = tuple[float, float]
Limits = Mapping[int, tuple[Range, Range]]
"""What is in sight, along and up, by the number of the axes."""

Box = tuple[float, float, float, float]

_MOST_POINTS = 60_000
_DAY_S = 86_400.0
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One direction: its limits, whether it is logarithmic, and how its numbers are written."""

    limits: Range
    is_log: bool = False
    is_time: bool = False
    names: Mapping[int, str] | None = None

    def words(self, value: float) -> str:
        """Return a number of this axis for people."""
        if self.is_time:
            return moment_text(round(value * _DAY_S, 3))
        if self.names is not None and round(value) in self.names:
            return self.names[round(value)]
        return f"{value:.6g}"

    def moved(self, share_low: float, share_high: float) -> Range:
        """Return the limits between two shares of what is in sight now, 0..1 and beyond."""
        low, high = (math.log10(end) if self.is_log else end for end in self.limits)
        span = high - low
        ends = (low + share_low * span, low + share_high * span)
        return (10 ** ends[0], 10 ** ends[1]) if self.is_log else ends

    def share(self, value: float) -> float:
        """Return where a value is between the limits, 0..1."""
        low, high, at = (math.log10(max(one, 1e-300)) if self.is_log else one for one in (*self.limits, value))
        return (at - low) / ((high - low) or 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """What was drawn: ``(n,)`` places in the picture, in pixels from its top left corner, and their values."""

    label: str
    across: Floats
    down: Floats
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A picture inside axes: its numbers, and the values at its left, right, bottom and top."""

    values: AnyArray
    extent: tuple[float, float, float, float]

    def at(self, x: float, y: float) -> Any:
        """Return the number at a place; None outside."""
        left, right, bottom, top = self.extent
        column = int((x - left) / ((right - left) or 1) * self.values.shape[1])
        row = int((top - y) / ((top - bottom) or 1) * self.values.shape[0])
        inside = 0 <= row < self.values.shape[0] and 0 <= column < self.values.shape[1]
        return self.values[row, column] if inside else None


@dataclass(frozen=True, slots=True, eq=False)
class AxesMap:
    """One pair of axes: the box in the picture (left, top, right, bottom, in pixels), and what is in it."""

    number: int
    box: tuple[float, float, float, float]
    x: Axis
    y: Axis
    points: tuple[Points, ...]
    grid: Grid | None = None

    def contains(self, across: float, down: float) -> bool:
        """Whether a place of the picture is in the box."""
        left, top, right, bottom = self.box
        return left <= across <= right and top <= down <= bottom

    def value_at(self, across: float, down: float) -> tuple[float, float]:
        """Return the values of the axes at a place of the picture."""
        left, top, right, bottom = self.box
        share_x, share_y = (across - left) / (right - left), (bottom - down) / (bottom - top)
        return self.x.moved(share_x, share_x)[0], self.y.moved(share_y, share_y)[0]

    def nearest(self, across: float, down: float, reach: float) -> tuple[Points, int] | None:
        """Return the point nearest to a place of the picture, within so many pixels."""
        best: tuple[float, Points, int] | None = None
        for points in self.points:
            distance = np.hypot(points.across - across, points.down - down)
            number = int(np.argmin(distance)) if distance.size else -1
            if number >= 0 and distance[number] <= reach and (best is None or distance[number] < best[0]):
                best = (float(distance[number]), points, number)
        return (best[1], best[2]) if best else None


def set_limits(limits: Limits, positions: Sequence[Box], figure: Figure) -> None:
    """Put other limits onto a figure's axes, which stay where they were: other labels must not move what one holds."""
    if limits and len(positions) == len(figure.axes):
        figure.set_layout_engine("none")
        for axes, position in zip(figure.axes, positions, strict=True):
            axes.set_position(position)
    for number, (x, y) in limits.items():
        if number < len(figure.axes):
            figure.axes[number].set_xlim(*x)
            figure.axes[number].set_ylim(*y)


def read_positions(figure: Figure) -> tuple[Box, ...]:
    """Return where all axes are on the paper, as shares of it: left, bottom, width, height."""
    return tuple(axes.get_position(original=True).bounds for axes in figure.axes)


def read_maps(figure: Figure) -> tuple[AxesMap, ...]:
    """Return where everything lies in a figure that was just painted; axes that are no rectangles are left out."""
    height = float(figure.bbox.height)
    return tuple(
        _map_of(number, axes, height)
        for number, axes in enumerate(figure.axes)
        if axes.name == "rectilinear" and axes.get_label() != "<colorbar>" and axes.get_visible()
    )


def _map_of(number: int, axes: Axes, height: float) -> AxesMap:
    box = axes.get_window_extent()
    return AxesMap(
        number,
        (float(box.x0), height - float(box.y1), float(box.x1), height - float(box.y0)),
        _axis(axes.xaxis, axes.get_xlim()),
        _axis(axes.yaxis, axes.get_ylim()),
        tuple(_all_points(axes, height)),
        _grid(axes),
    )


def _axis(axis: Any, limits: Range) -> Axis:
    converter = type(axis.get_converter() if hasattr(axis, "get_converter") else axis.converter).__name__
    mapping = getattr(axis.units, "_mapping", None)
    names = {int(place): str(name) for name, place in mapping.items()} if mapping else None
    low, high = float(limits[0]), float(limits[1])
    return Axis((low, high), axis.get_scale() == "log", "Date" in converter, names)


def _all_points(axes: Axes, height: float) -> list[Points]:
    from matplotlib.collections import PathCollection
    from matplotlib.patches import Rectangle

    found = [
        _placed(axes, str(line.get_label()), np.asarray(line.get_xydata(), np.float64), height) for line in axes.lines
    ]
    for cloud in axes.collections:
        offsets = np.ma.filled(np.ma.asarray(cloud.get_offsets(), np.float64), np.nan)
        if isinstance(cloud, PathCollection) and offsets.ndim == 2 and len(offsets):
            found.append(_placed(axes, str(cloud.get_label()), offsets, height))
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
    if bars:
        tops = [(bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height()) for bar in bars]
        found.append(_placed(axes, "", np.array(tops, np.float64), height))
    return [points for points in found if points.x.size]


def _placed(axes: Axes, label: str, places: Floats, height: float) -> Points:
    places = places[np.isfinite(places).all(axis=1)]
    places = places[:: max(-(-len(places) // _MOST_POINTS), 1)]
    seen = axes.transData.transform(places) if len(places) else places
    label = "" if label.startswith("_") else label
    return Points(label, seen[:, 0], height - seen[:, 1], places[:, 0], places[:, 1])


def _grid(axes: Axes) -> Grid | None:
    for image in axes.images:
        values = image.get_array()
        if values is not None and values.ndim >= 2:
            left, right, bottom, top = (float(end) for end in image.get_extent())
            return Grid(np.asarray(values), (left, right, bottom, top))
    return None
