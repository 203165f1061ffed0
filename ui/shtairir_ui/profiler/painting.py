"""Draws the timeline: a thousand bars in a few milliseconds.

Bars are plain rectangles; those that would fall on the same pixel as the one before are left out, and text is only
set where a word of it fits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from shtairir.ids import NodeId
from shtairir.memory.timeline import MemorySample
from shtairir_ui import theme
from shtairir_ui.profiler.axis import TimeAxis
from shtairir_ui.profiler.geometry import GUTTER, RULER, Geometry
from shtairir_ui.profiler.lanes import Bar, MemoryScale, Scene, memory_scale
from shtairir_ui.profiler.look import Look
from shtairir_ui.quantities import size

_Measure: TypeAlias = Callable[[MemorySample], int]

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_TICKS_APART = 84.0
_LEAST_NAMED = 26.0
_LEAST_OUTLINED = 3.0
_LEAST_TEXT_HEIGHT = 12.0
_DOT = 3.0


@dataclass(frozen=True, slots=True)
class Marks:
    """What is pointed at and chosen."""

    hovered: NodeId | None = None
    chosen: Collection[NodeId] = ()
    cursor_s: float | None = None


def paint_timeline(
    painter: QPainter, scene: Scene, axis: TimeAxis, geometry: Geometry, look: Look, marks: Marks
) -> None:
    """Draw all of it."""
    painter.setFont(look.font)
    _paint_grounds(painter, scene, geometry, look)
    _paint_ruler(painter, axis, geometry, look)
    painter.save()
    left, width = geometry.track
    painter.setClipRect(QRectF(left, 0, width, geometry.height))
    for lane in scene.lanes:
        _paint_bars(painter, lane.bars, axis, geometry, look)
    _paint_marked(painter, scene, axis, geometry, look, marks)
    _paint_memory(painter, scene, axis, geometry, look)
    if marks.cursor_s is not None:
        x = axis.x(marks.cursor_s)
        painter.setPen(look.hovered)
        painter.drawLine(QPointF(x, RULER), QPointF(x, geometry.height))
    painter.restore()


def _paint_grounds(painter: QPainter, scene: Scene, geometry: Geometry, look: Look) -> None:
    painter.setPen(look.label)
    named = geometry.lane_height >= _LEAST_TEXT_HEIGHT
    for number, lane in enumerate(scene.lanes):
        row = geometry.lane(number)
        painter.fillRect(row, look.lane)
        if named:
            name = look.elided(lane.name, int(GUTTER - 14))
            painter.drawText(QRectF(8, row.top(), GUTTER - 14, row.height()), _LEFT, name)
    place = geometry.memory
    painter.fillRect(place, look.lane)
    room = QRectF(8, place.top(), GUTTER - 14, place.height())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "memory")
    if scene.samples:
        top = memory_scale(scene.samples, scene.peak_bytes).top_bytes
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, size(top))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, "0")


def _paint_ruler(painter: QPainter, axis: TimeAxis, geometry: Geometry, look: Look) -> None:
    for at_s, label in axis.ticks(_TICKS_APART):
        x = round(axis.x(at_s)) + 0.5
        painter.setPen(look.grid)
        painter.drawLine(QPointF(x, RULER - 4), QPointF(x, geometry.height))
        width = look.metrics.horizontalAdvance(label)
        room = geometry.track[0] + geometry.track[1]
        painter.setPen(look.label)
        painter.drawText(QRectF(min(x - width / 2, room - width), 1, width + 2, RULER - 5), _LEFT, label)


def _paint_bars(painter: QPainter, bars: Sequence[Bar], axis: TimeAxis, geometry: Geometry, look: Look) -> None:
    if not bars:
        return
    row = geometry.lane(bars[0].lane)
    named = row.height() >= _LEAST_TEXT_HEIGHT
    painted_to = row.left() - 1.0
    for bar in bars:
        if bar.to_s < axis.from_s or bar.from_s > axis.to_s:
            continue
        left, right = axis.x(bar.from_s), axis.x(bar.to_s)
        if right <= painted_to and right - left < 1.0:
            continue  # on the pixel that is painted already
        place = QRectF(left, row.top(), max(right - left, 1.0), row.height())
        painted_to = place.right()
        # A hair of ground on the left tells neighbours apart.
        painter.fillRect(place.adjusted(0.5, 0, 0, 0) if place.width() > 3 else place, look.fill(bar.category))
        if (bar.critical or bar.is_bad) and place.width() >= _LEAST_OUTLINED:
            painter.setPen(look.bad if bar.is_bad else look.critical)
            painter.drawRect(place.adjusted(1, 0.75, -0.75, -0.75))
        if named and place.width() >= _LEAST_NAMED:
            _paint_name(painter, bar, place, geometry, look)


def _paint_name(painter: QPainter, bar: Bar, place: QRectF, geometry: Geometry, look: Look) -> None:
    left, width = geometry.track
    seen = place.intersected(QRectF(left, place.top(), width, place.height())).adjusted(5, 0, -4, 0)
    if seen.width() < _LEAST_NAMED - 9:
        return
    painter.setPen(look.on_fill(bar.category))
    painter.drawText(seen, _LEFT, look.elided(bar.node, int(seen.width())))


def _paint_marked(
    painter: QPainter, scene: Scene, axis: TimeAxis, geometry: Geometry, look: Look, marks: Marks
) -> None:
    if marks.hovered is None and not marks.chosen:
        return
    named = geometry.lane_height >= _LEAST_TEXT_HEIGHT
    for bar in scene.bars:
        is_chosen = bar.node in marks.chosen
        if not is_chosen and bar.node != marks.hovered:
            continue
        row = geometry.lane(bar.lane)
        left, right = axis.x(bar.from_s), axis.x(bar.to_s)
        place = QRectF(left, row.top(), max(right - left, 2.0), row.height())
        painter.fillRect(place, look.lit(bar.category))
        if named and place.width() >= _LEAST_NAMED:
            _paint_name(painter, bar, place, geometry, look)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if is_chosen:  # a ring that is seen on every colour, its own too
            painter.setPen(look.chosen)
            painter.drawRect(place)
            painter.setPen(look.inner)
            painter.drawRect(place.adjusted(1.5, 1.5, -1.5, -1.5))
        else:
            painter.setPen(look.critical)
            painter.drawRect(place.adjusted(0.5, 1, -0.5, -1))


# --- memory ---------------------------------------------------------------------------------------------------


def _paint_memory(painter: QPainter, scene: Scene, axis: TimeAxis, geometry: Geometry, look: Look) -> None:
    samples = _seen(scene.samples, axis)
    if not samples:
        return
    place = geometry.memory
    scale = memory_scale(scene.samples, scene.peak_bytes)
    columns = _columns(samples, axis)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.idle)
    painter.drawPolygon(_area(columns, place, scale.top_bytes, lambda s: s.live_bytes + s.idle_bytes))
    painter.setBrush(look.values)
    painter.drawPolygon(_area(columns, place, scale.top_bytes, lambda s: s.live_bytes))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(look.resident)
    painter.drawPolyline(_line(columns, place, scale.resident_top_bytes, lambda s: s.resident_bytes))
    _paint_peak(painter, scene, axis, place, scale, look)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _seen(samples: Sequence[MemorySample], axis: TimeAxis) -> list[MemorySample]:
    """Return the samples in sight, and one more on either side so that lines go on to the edge."""
    inside = [place for place, sample in enumerate(samples) if axis.from_s <= sample.at_s <= axis.to_s]
    if not inside:
        before = [place for place, sample in enumerate(samples) if sample.at_s < axis.from_s]
        inside = before[-1:]
    return list(samples[max(inside[0] - 1, 0) : inside[-1] + 2]) if inside else []


def _columns(samples: Sequence[MemorySample], axis: TimeAxis) -> list[tuple[float, MemorySample]]:
    """Return one sample for each pixel, the one with most values."""
    columns: list[tuple[float, MemorySample]] = []
    for sample in samples:
        x = round(axis.x(sample.at_s) * 2) / 2
        if columns and columns[-1][0] == x:
            if sample.live_bytes > columns[-1][1].live_bytes:
                columns[-1] = x, sample
        else:
            columns.append((x, sample))
    columns.append((max(axis.x(axis.whole_s), columns[-1][0]), columns[-1][1]))
    return columns


def _line(columns: Sequence[tuple[float, MemorySample]], place: QRectF, top_bytes: int, of: _Measure) -> QPolygonF:
    """Return steps: what was seen at one moment is taken to hold until the next."""
    points: list[QPointF] = []
    for x, sample in columns:
        y = place.bottom() - of(sample) / top_bytes * place.height()
        if points:
            points.append(QPointF(x, points[-1].y()))
        points.append(QPointF(x, y))
    return QPolygonF(points)


def _area(columns: Sequence[tuple[float, MemorySample]], place: QRectF, top_bytes: int, of: _Measure) -> QPolygonF:
    line = _line(columns, place, top_bytes, of)
    line.append(QPointF(columns[-1][0], place.bottom()))
    line.append(QPointF(columns[0][0], place.bottom()))
    return line


def _paint_peak(painter: QPainter, scene: Scene, axis: TimeAxis, place: QRectF, scale: MemoryScale, look: Look) -> None:
    if scene.peak_at_s is None or not scene.peak_bytes or not axis.from_s <= scene.peak_at_s <= axis.to_s:
        return
    point = QPointF(axis.x(scene.peak_at_s), place.bottom() - scene.peak_bytes / scale.top_bytes * place.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.tokens.text)
    painter.drawEllipse(point, _DOT, _DOT)
    label = f"peak {size(scene.peak_bytes)}"
    width = look.metrics.horizontalAdvance(label) + 8
    left = point.x() + 7 if point.x() + width + 7 < place.right() else point.x() - width - 7
    ground = QRectF(left, min(max(point.y() - 8, place.top() + 1), place.bottom() - 17), width, 16)
    painter.setBrush(theme.with_alpha(look.tokens.background, 0.8))
    painter.drawRoundedRect(ground, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(look.tokens.text)
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, label)
