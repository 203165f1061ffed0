"""Draws a course: a thousand tasks and what they hold, in a few milliseconds.

What would fall on the pixel that is painted already is left out, and text is only set where a word of it fits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from shtairir.ids import NodeId
from shtairir.planning.schedule import Span
from shtairir_ui import theme
from shtairir_ui.planpanel.geometry import GUTTER, RULER, CourseGeometry
from shtairir_ui.planpanel.scene import Block, CourseScene, Item
from shtairir_ui.profiler.axis import TimeAxis
from shtairir_ui.profiler.look import Look
from shtairir_ui.quantities import size

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_TICKS_APART = 84.0
_LEAST_NAMED = 26.0
_LEAST_OUTLINED = 3.0
_LEAST_TEXT = 12.0
_NARROWEST, _LOWEST = 0.8, 1.0


@dataclass(frozen=True, slots=True)
class Marks:
    """What is pointed at and chosen."""

    pointed: Item | None = None
    chosen: Collection[NodeId] = ()
    cursor_s: float | None = None


def paint_course(
    painter: QPainter, scene: CourseScene, axis: TimeAxis, geometry: CourseGeometry, look: Look, marks: Marks
) -> None:
    """Draw all of it."""
    painter.setFont(look.font)
    _paint_grounds(painter, scene, geometry, look)
    _paint_ruler(painter, scene.course.is_timed, axis, geometry, look)
    painter.save()
    left, width = geometry.track
    painter.setClipRect(QRectF(left, 0, width, geometry.height))
    for row in scene.rows:
        _paint_row(painter, scene, row, axis, geometry, look)
    _paint_memory(painter, scene, axis, geometry, look)
    _paint_marked(painter, scene, axis, geometry, look, marks)
    if marks.cursor_s is not None:
        x = axis.x(marks.cursor_s)
        painter.setPen(look.hovered)
        painter.drawLine(QPointF(x, RULER), QPointF(x, geometry.height))
    painter.restore()


def _paint_grounds(painter: QPainter, scene: CourseScene, geometry: CourseGeometry, look: Look) -> None:
    painter.setPen(look.label)
    for number in range(len(scene.rows)):
        row = geometry.row(number)
        painter.fillRect(row, look.lane)
        if geometry.row_height >= _LEAST_TEXT:
            name = look.elided(f"worker {number + 1}", int(GUTTER - 12))
            painter.drawText(QRectF(8, row.top(), GUTTER - 12, row.height()), _LEFT, name)
    if geometry.has_memory:
        place = geometry.memory
        painter.fillRect(place, look.lane)
        room = QRectF(8, place.top(), GUTTER - 12, place.height())
        painter.drawText(room, _LEFT, "memory")
        right = Qt.AlignmentFlag.AlignRight
        painter.drawText(room, right | Qt.AlignmentFlag.AlignTop, size(geometry.ceiling_bytes))
        if place.height() > 3 * _LEAST_TEXT:
            painter.drawText(room, right | Qt.AlignmentFlag.AlignBottom, "0")


def _paint_ruler(painter: QPainter, is_timed: bool, axis: TimeAxis, geometry: CourseGeometry, look: Look) -> None:
    for at_s, label in axis.ticks(_TICKS_APART):
        words = label if is_timed else f"{at_s:g}"
        x = round(axis.x(at_s)) + 0.5
        painter.setPen(look.grid)
        painter.drawLine(QPointF(x, RULER - 4), QPointF(x, geometry.height))
        width = look.metrics.horizontalAdvance(words)
        room = geometry.track[0] + geometry.track[1]
        painter.setPen(look.label)
        painter.drawText(QRectF(min(x - width / 2, room - width), 1, width + 2, RULER - 5), _LEFT, words)


def _paint_row(
    painter: QPainter, scene: CourseScene, row: Sequence[Span], axis: TimeAxis, geometry: CourseGeometry, look: Look
) -> None:
    painted_to = geometry.track[0] - 1.0
    for span in row:
        if span.to_s < axis.from_s or span.from_s > axis.to_s:
            continue
        place = geometry.bar(span, axis)
        if place.right() <= painted_to and place.width() <= 1.0:
            continue
        painted_to = place.right()
        category = scene.category(span.node)
        inner = place.adjusted(0.5, 0, 0, 0) if place.width() > 3 else place
        painter.fillRect(inner, look.fill(category))
        if not span.is_known and place.width() >= _LEAST_OUTLINED:
            painter.fillRect(inner, Qt.BrushStyle.BDiagPattern)
        if (span.critical or span.is_bad) and place.width() >= _LEAST_OUTLINED:
            painter.setPen(look.bad if span.is_bad else look.critical)
            painter.drawRect(place.adjusted(1, 0.75, -0.75, -0.75))
        if place.height() >= _LEAST_TEXT:
            _paint_text(painter, span.label, place, geometry, look, category)


def _paint_text(
    painter: QPainter, text: str, place: QRectF, geometry: CourseGeometry, look: Look, category: str
) -> None:
    left, width = geometry.track
    seen = place.intersected(QRectF(left, place.top(), width, place.height())).adjusted(5, 0, -4, 0)
    if seen.width() >= _LEAST_NAMED - 9:
        painter.setPen(look.on_fill(category))
        painter.drawText(seen, _LEFT, look.elided(text, int(seen.width())))


# --- memory ---------------------------------------------------------------------------------------------------


def _paint_memory(painter: QPainter, scene: CourseScene, axis: TimeAxis, geometry: CourseGeometry, look: Look) -> None:
    if not geometry.has_memory:
        return
    for block in scene.blocks:
        if block.holding.to_s < axis.from_s or block.holding.from_s > axis.to_s:
            continue
        place = geometry.block(block, axis)
        if place.width() >= _NARROWEST and place.height() >= _LOWEST:
            _paint_block(painter, scene, block, place, geometry, look)
    _paint_peak(painter, scene, axis, geometry, look)


def _paint_block(
    painter: QPainter, scene: CourseScene, block: Block, place: QRectF, geometry: CourseGeometry, look: Look
) -> None:
    holding = block.holding
    category = scene.category(holding.owner)
    fill = look.fill(category)
    if not holding.is_pooled:  # a buffer of the pool is as dark as a task, a value lighter, what is at work striped
        fill = theme.mix(look.lane, fill, 0.55 if holding.port is not None else 0.3)
    painter.fillRect(place, fill)
    if place.width() >= _LEAST_OUTLINED and place.height() >= _LEAST_OUTLINED:
        edge = theme.mix(look.lane, look.tokens.category_color(category), 0.7)
        style = Qt.PenStyle.DotLine if holding.port is None else Qt.PenStyle.SolidLine
        painter.setPen(QPen(edge, 1, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
    if place.height() >= _LEAST_TEXT and place.width() >= _LEAST_NAMED:
        left, width = geometry.track
        seen = place.intersected(QRectF(left, place.top(), width, place.height())).adjusted(5, 0, -4, 0)
        if seen.width() >= _LEAST_NAMED - 9:
            painter.setPen(look.on_fill(category) if holding.is_pooled else look.tokens.text)
            painter.drawText(seen, _LEFT, look.elided(f"{holding.name}  {size(holding.nbytes)}", int(seen.width())))


def _paint_peak(painter: QPainter, scene: CourseScene, axis: TimeAxis, geometry: CourseGeometry, look: Look) -> None:
    course, place = scene.course, geometry.memory
    at_s = course.peak_at_s
    if at_s is None or not course.peak_bytes or not axis.from_s <= at_s <= axis.to_s:
        return
    x = axis.x(at_s)
    painter.setPen(QPen(look.tokens.text, 1.5))
    painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
    label = f"peak {size(course.peak_bytes)}"
    width = look.metrics.horizontalAdvance(label) + 10
    left = x + 4 if x + width + 4 < place.right() else x - width - 4
    ground = QRectF(left, place.top() + 2, width, 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme.with_alpha(look.tokens.background, 0.85))
    painter.drawRoundedRect(ground, 3, 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(look.tokens.text)
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, label)


# --- what is pointed at and chosen ------------------------------------------------------------------------------


def _paint_marked(
    painter: QPainter, scene: CourseScene, axis: TimeAxis, geometry: CourseGeometry, look: Look, marks: Marks
) -> None:
    if marks.pointed is None and not marks.chosen:
        return
    pointed = _owner(marks.pointed)
    for span in scene.course.spans:
        if span.node in marks.chosen:
            _ring(painter, geometry.bar(span, axis), look)
        elif span.node == pointed:
            _outline(painter, geometry.bar(span, axis), look, strong=span is marks.pointed)
    for block in scene.blocks if geometry.has_memory else ():
        if block.holding.owner in marks.chosen:
            _ring(painter, geometry.block(block, axis), look)
        elif block.holding.owner == pointed:
            _outline(painter, geometry.block(block, axis), look, strong=block.holding is marks.pointed)


def _owner(item: Item | None) -> NodeId | None:
    if item is None:
        return None
    return item.node if isinstance(item, Span) else item.owner


def _ring(painter: QPainter, place: QRectF, look: Look) -> None:
    """Draw a ring that is seen on every colour, its own too."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(look.chosen)
    painter.drawRect(place)
    painter.setPen(look.inner)
    painter.drawRect(place.adjusted(1.5, 1.5, -1.5, -1.5))


def _outline(painter: QPainter, place: QRectF, look: Look, *, strong: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(look.tokens.text, 2 if strong else 1))
    painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
