"""Where things stand in a chart of a course: the ruler, a row for each worker, the memory below."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from shtairir.planning.schedule import Span
from shtairir_ui.planpanel.scene import Block, CourseScene
from shtairir_ui.profiler.axis import TimeAxis

GUTTER, RULER, RIGHT = 64.0, 20.0, 6.0
_TALLEST, _LOWEST = 24.0, 3.0
_GAP, _MEMORY_GAP = 2.0, 6.0
_LEAST_MEMORY = 40.0
_ROWS_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class CourseGeometry:
    """The places of one size of the widget."""

    width: float
    height: float
    rows: int
    has_memory: bool
    ceiling_bytes: int = 1

    @property
    def row_height(self) -> float:
        """How high one row is."""
        room = self.height - RULER
        if self.has_memory:
            room = min(room * _ROWS_SHARE, room - _MEMORY_GAP - _LEAST_MEMORY) if self.rows > 1 else room * _ROWS_SHARE
        return min(max(room / max(self.rows, 1) - _GAP, _LOWEST), _TALLEST)

    @property
    def track(self) -> tuple[float, float]:
        """Where the axis of time begins, and how long it is."""
        return GUTTER, max(self.width - GUTTER - RIGHT, 1.0)

    def row(self, number: int) -> QRectF:
        """Return the row of a worker, without its name."""
        left, width = self.track
        return QRectF(left, RULER + number * (self.row_height + _GAP), width, self.row_height)

    @property
    def memory(self) -> QRectF:
        """The lane of memory; of no height where nothing is held."""
        left, width = self.track
        top = RULER + self.rows * (self.row_height + _GAP) + _MEMORY_GAP
        return QRectF(left, top, width, max(self.height - top - 2.0, 1.0) if self.has_memory else 0.0)

    def row_at(self, y: float) -> int | None:
        """Return the row at a height."""
        number = int((y - RULER) // (self.row_height + _GAP))
        return number if y >= RULER and 0 <= number < self.rows else None

    def bytes_at(self, y: float) -> float:
        """Return how many bytes above the ground of the memory a height is."""
        place = self.memory
        return (place.bottom() - y) / max(place.height(), 1.0) * self.ceiling_bytes

    def bar(self, span: Span, axis: TimeAxis) -> QRectF:
        """Return the rectangle of a task."""
        row, left = self.row(span.worker), axis.x(span.from_s)
        return QRectF(left, row.top(), max(axis.x(span.to_s) - left, 1.0), row.height())

    def block(self, block: Block, axis: TimeAxis) -> QRectF:
        """Return the rectangle of what is held."""
        place, holding = self.memory, block.holding
        scale = place.height() / self.ceiling_bytes
        height = holding.nbytes * scale
        left = axis.x(holding.from_s)
        top = place.bottom() - block.place * scale - height
        return QRectF(left, top, max(axis.x(holding.to_s) - left, 1.0), height)


def geometry_of(width: float, height: float, scene: CourseScene, ceiling_bytes: int) -> CourseGeometry:
    """Return where a scene stands in a widget."""
    return CourseGeometry(width, height, len(scene.rows), bool(scene.blocks), max(ceiling_bytes, 1))
