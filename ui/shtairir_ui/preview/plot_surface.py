"""A plot that one can zoom, pan and read values from: lanes of series one under the other, over the same places.

The wheel zooms along about the pointer, with Ctrl up and down; a drag pans; a double click shows all again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .painting import painting
from .plot import Drawn, Range, Series, Style, extent_of, tick_text, ticks
from .plot_painter import Frame, paint_axes, paint_drawn, paint_legend, paint_mark

_STEP = 1.25
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 12.0, 10.0, 24.0
_CATCH = 24.0
_DEEPEST = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One number of a series under the pointer."""

    lane: int
    series: Series
    index: int

    @property
    def x(self) -> float:
        """Where it stands."""
        return self.series.place(self.index)


class PlotSurface(QWidget):
    """Shows series.

    Attributes
    ----------
    wanted
        Another part is in sight, for which the series are to be worked out: its first and last place.
    pointed
        The `Point` under the pointer, or None.
    name_x, ticks_x
        How a place is written, and which places are.
    """

    wanted = Signal(float, float)
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAccessibleName("Plot")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._lanes: Sequence[Sequence[Series]] = ()
        self._drawn: Sequence[Sequence[Drawn]] = ()
        self._whole: Range = (0.0, 1.0)
        self._seen: Range = (0.0, 1.0)
        self._heights: list[Range | None] = []
        self._point: Point | None = None
        self._held: tuple[QPointF, Range, list[Range | None]] | None = None
        self._played: float | None = None
        self.colors: Sequence[QColor] = ()
        self.name_x: Callable[[float, float], str] = tick_text
        self.ticks_x: Callable[[float, float, int], list[float]] = ticks

    # -- what is shown -------------------------------------------------------------------------

    @property
    def lanes(self) -> Sequence[Sequence[Series]]:
        """The series that are shown, lane by lane."""
        return self._lanes

    @property
    def seen(self) -> Range:
        """The first and the last place in sight."""
        return self._seen

    @property
    def columns(self) -> int:
        """How many columns of pixels a series is drawn into."""
        return max(int((self.width() - _LEFT - _RIGHT) * self.devicePixelRatioF()), 16)

    def show_lanes(self, lanes: Sequence[Sequence[Series]], colors: Sequence[QColor], *, keep: bool = False) -> None:
        """Show other series. With `keep`, what is in sight stays in sight."""
        before, self._lanes, self.colors = self._whole, lanes, colors
        self._whole = extent_of(lanes)
        if not (keep and self._whole == before):
            self._seen, self._drawn = self._whole, ()
            self._heights = [None] * len(lanes)
        self._point = None
        self.setCursor(Qt.CursorShape.CrossCursor if lanes else Qt.CursorShape.ArrowCursor)
        self._want()

    def show_drawn(self, drawn: Sequence[Sequence[Drawn]]) -> None:
        """Show what was worked out for what is in sight."""
        self._drawn = drawn
        self.update()

    def show_played(self, place: float | None) -> None:
        """Show how far something is that is played."""
        self._played = place
        self.update()

    def reset(self) -> None:
        """Show all."""
        self._look(self._whole)
        self._heights = [None] * len(self._lanes)

    def zoom(self, factor: float, about: float | None = None) -> None:
        """Zoom along by a factor, with the place `about` staying where it is."""
        low, high = self._seen
        about = (low + high) / 2 if about is None else about
        width = (high - low) / factor
        whole = self._whole[1] - self._whole[0]
        width = min(max(width, whole / _DEEPEST), whole)
        share = (about - low) / ((high - low) or 1.0)
        self._look((about - share * width, about + (1 - share) * width))

    def frame(self, lane: int) -> Frame:
        """Return where a lane is drawn, and which numbers its edges are."""
        height = (self.height() - _BOTTOM) / max(len(self._lanes), 1)
        room = QRectF(_LEFT, lane * height + _TOP, self.width() - _LEFT - _RIGHT, height - _TOP)
        bottom, top = self._height(lane)
        return Frame(room, self._seen[0], self._seen[1], bottom, top)

    def _height(self, lane: int) -> Range:
        chosen = self._heights[lane] if lane < len(self._heights) else None
        if chosen is not None:
            return chosen
        spans = [one.span for one in (self._drawn[lane] if lane < len(self._drawn) else ()) if len(one.low)]
        if not spans:
            return (0.0, 1.0)
        low, high = min(span[0] for span in spans), max(span[1] for span in spans)
        if any(one.series.style is Style.BARS for one in self._drawn[lane]):
            low, high = min(low, 0.0), max(high, 0.0)
        margin = (high - low) * 0.05 or abs(high) * 0.1 or 0.5
        return (low if low == 0 else low - margin, high + margin)

    def _look(self, seen: Range) -> None:
        low, high = seen
        width = min(high - low, self._whole[1] - self._whole[0])
        low = min(max(low, self._whole[0]), self._whole[1] - width)
        if (low, low + width) != self._seen:
            self._seen = (low, low + width)
            self._want()

    def _want(self) -> None:
        self.update()
        if self._lanes:
            self.wanted.emit(*self._seen)

    # -- what is under the pointer -------------------------------------------------------------

    def point_at(self, at: QPointF) -> Point | None:
        """Return the number that is meant at a place of the widget."""
        for lane, series in enumerate(self._lanes):
            frame = self.frame(lane)
            if not frame.room.adjusted(-4, -_TOP, 4, _TOP).contains(at):
                continue
            clouds = [one for one in (self._drawn[lane] if lane < len(self._drawn) else ()) if one.index is not None]
            if clouds:
                return self._in_clouds(lane, clouds, frame, at)
            near = [(one, one.nearest(frame.value_x(at.x()))) for one in series]
            found = [Point(lane, one, index) for one, index in near if index is not None]
            return min(found, key=lambda point: abs(_y_of(point, frame) - at.y()), default=None)
        return None

    def _in_clouds(self, lane: int, clouds: list[Drawn], frame: Frame, at: QPointF) -> Point | None:
        best: tuple[float, Point] | None = None
        for cloud in clouds:
            distance = np.hypot(frame.pixels_x(cloud.x) - at.x(), frame.pixels_y(cloud.low) - at.y())
            if np.isnan(distance).all():
                continue
            number = int(np.nanargmin(distance))
            assert cloud.index is not None  # clouds have one
            if distance[number] <= _CATCH and (best is None or distance[number] < best[0]):
                best = (float(distance[number]), Point(lane, cloud.series, int(cloud.index[number])))
        return best[1] if best else None

    def _point_to(self, at: QPointF | None) -> None:
        self._point = None if at is None else self.point_at(at)
        self.pointed.emit(self._point)
        self.update()

    # -- Qt ------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint every lane with its axes, and the point under the pointer."""
        with painting(self) as painter:
            tokens = theme.current()
            painter.fillRect(self.rect(), tokens.background)
            if not self._lanes:
                return
            across = self.ticks_x(*self._seen, max(int((self.width() - _LEFT) / 84), 1))
            for lane in range(len(self._lanes)):
                frame = self.frame(lane)
                last = lane == len(self._lanes) - 1
                paint_axes(painter, frame, across, self.name_x if last else None)
                painter.save()
                painter.setClipRect(frame.room)
                for number, one in enumerate(self._drawn[lane] if lane < len(self._drawn) else ()):
                    paint_drawn(painter, one, frame, self._color(number))
                painter.restore()
                if len(self._lanes[lane]) > 1:
                    labels = [(one.label, self._color(number)) for number, one in enumerate(self._lanes[lane])]
                    paint_legend(painter, frame, labels)
                if self._point is not None and self._point.lane == lane:
                    paint_mark(painter, frame, self._point.x, _value_of(self._point), tokens.text)
                if self._played is not None:
                    x = frame.pixel_x(self._played)
                    painter.setPen(QPen(tokens.accent, 1.5))
                    painter.drawLine(QPointF(x, frame.room.top()), QPointF(x, frame.room.bottom()))
            if self.hasFocus():
                painter.setPen(tokens.focus)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _color(self, number: int) -> QColor:
        return self.colors[number % len(self.colors)] if self.colors else theme.current().accent

    def _lane_at(self, y: float) -> int:
        return min(max(int(y / max((self.height() - _BOTTOM) / max(len(self._lanes), 1), 1)), 0), len(self._lanes) - 1)

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom along about the pointer; with Ctrl, or over the numbers at the side, up and down; clouds both ways."""
        if not self._lanes:
            return
        factor = _STEP ** (event.angleDelta().y() / 120)
        at = event.position()
        lane = self._lane_at(at.y())
        upright = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier) or at.x() < _LEFT
        cloud = any(series.style is Style.POINTS for series in self._lanes[lane])
        if upright or cloud:
            self._zoom_height(lane, factor, self.frame(lane).value_y(at.y()))
        if not upright:
            self.zoom(factor, self.frame(lane).value_x(at.x()))
        self._point_to(at)
        event.accept()

    def _zoom_height(self, lane: int, factor: float, about: float) -> None:
        low, high = self._height(lane)
        self._heights[lane] = (about - (about - low) / factor, about + (high - about) / factor)
        self.update()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) and self._lanes:
            self._held = (event.position(), self._seen, list(self._heights))

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while held; tell the point under the pointer."""
        if self._held is not None and event.buttons():
            self._pan(event.position())
        self._point_to(event.position())

    def _pan(self, at: QPointF) -> None:
        assert self._held is not None
        start, seen, heights = self._held
        lane = self._lane_at(start.y())
        room = self.frame(lane).room
        across = (at.x() - start.x()) / max(room.width(), 1) * (seen[1] - seen[0])
        self._look((seen[0] - across, seen[1] - across))
        height = heights[lane]
        if height is not None:
            up = (at.y() - start.y()) / max(room.height(), 1) * (height[1] - height[0])
            self._heights[lane] = (height[0] + up, height[1] + up)
            self.update()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = None

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all."""
        self.reset()

    @guarded
    def leaveEvent(self, event: object) -> None:
        """Nothing is pointed at any more."""
        self._point_to(None)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width shows more, or less."""
        self._want()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus, minus and the arrows; 0 shows all."""
        key = Qt.Key(event.key())
        width = self._seen[1] - self._seen[0]
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _STEP)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.reset()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            by = width / 10 * (1 if key == Qt.Key.Key_Right else -1)
            self._look((self._seen[0] + by, self._seen[1] + by))
        else:
            event.ignore()


def _value_of(point: Point) -> float:
    values = point.series.y
    return float(np.abs(values[point.index])) if values.dtype.kind == "c" else float(values[point.index])


def _y_of(point: Point, frame: Frame) -> float:
    y = frame.pixel_y(_value_of(point))
    return y if np.isfinite(y) else 1e9
