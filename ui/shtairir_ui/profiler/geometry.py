"""Where things stand in the timeline: the ruler, a row for each lane, the memory below."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

GUTTER = 68.0
"""Room for the names of the lanes."""

RULER = 20.0
RIGHT = 8.0
_TALLEST_LANE, _LOWEST_LANE = 26.0, 3.0
_LANE_GAP = 2.0
_MEMORY_GAP = 6.0
_LOWEST_MEMORY = 44.0
_LANES_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Geometry:
    """The places of one size of the widget."""

    width: float
    height: float
    lanes: int

    @property
    def lane_height(self) -> float:
        """How high one lane is."""
        room = (self.height - RULER) * _LANES_SHARE if self.lanes > 1 else self.height - RULER
        room = min(room, self.height - RULER - _MEMORY_GAP - _LOWEST_MEMORY)
        return min(max(room / max(self.lanes, 1) - _LANE_GAP, _LOWEST_LANE), _TALLEST_LANE)

    @property
    def track(self) -> tuple[float, float]:
        """Where the axis of time begins, and how long it is."""
        return GUTTER, max(self.width - GUTTER - RIGHT, 1.0)

    def lane(self, number: int) -> QRectF:
        """Return the row of a lane, without its name."""
        left, width = self.track
        return QRectF(left, RULER + number * (self.lane_height + _LANE_GAP), width, self.lane_height)

    @property
    def memory(self) -> QRectF:
        """The lane of memory."""
        left, width = self.track
        top = RULER + self.lanes * (self.lane_height + _LANE_GAP) + _MEMORY_GAP
        return QRectF(left, top, width, max(self.height - top - 2.0, 1.0))

    def lane_at(self, y: float) -> int | None:
        """Return the lane at a height."""
        number = int((y - RULER) // (self.lane_height + _LANE_GAP))
        return number if y >= RULER and 0 <= number < self.lanes else None
