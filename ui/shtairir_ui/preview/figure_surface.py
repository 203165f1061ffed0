"""The surface of a chart: zoom about the pointer, pan, the nearest point. Until a new drawing is there, the old one is
shown moved and stretched, so that the hand is never waited for.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .figure_map import AxesMap, Range
from .figure_render import Rendered
from .painting import painting

MARGIN = 8
_STEP = 1.25
_REACH = 24.0


class FigureSurface(QWidget):
    """Shows the drawn chart, whole and centred.

    Attributes
    ----------
    resized
        The chart is to be drawn in another size.
    moved
        Axes, by their number, and what is to be in sight along and up.
    pointed
        Words about what is under the pointer; empty where nothing is.
    """

    resized = Signal()
    moved = Signal(int, tuple, tuple)
    reset_wanted = Signal()
    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 80)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Chart")
        self.image = QImage()
        self.axes: tuple[AxesMap, ...] = ()
        self._pending: dict[int, tuple[Range, Range]] = {}
        self._held: tuple[QPointF, AxesMap, Range, Range] | None = None
        self._mark: QPointF | None = None

    def show_rendered(self, rendered: Rendered | None) -> None:
        """Show a drawn chart; None shows nothing."""
        self.image = rendered.image if rendered is not None else QImage()
        self.axes = rendered.axes if rendered is not None else ()
        self._pending.clear()
        self._mark = None
        self.update()

    def place(self) -> QRectF:
        """Return where the picture is in the widget."""
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        if self.image.isNull():
            return room
        scale = min(room.width() / self.image.width(), room.height() / self.image.height())
        place = QRectF(0, 0, self.image.width() * scale, self.image.height() * scale)
        place.moveCenter(room.center())
        return place

    def to_picture(self, at: QPointF) -> QPointF:
        """Return the pixel of the picture at a place of the widget."""
        place = self.place()
        scale = self.image.width() / max(place.width(), 1e-9)
        return (at - place.topLeft()) * scale

    def from_picture(self, at: QPointF) -> QPointF:
        """Return the place of the widget at a pixel of the picture."""
        place = self.place()
        return place.topLeft() + at * (place.width() / max(self.image.width(), 1))

    def axes_at(self, at: QPointF) -> AxesMap | None:
        """Return the axes at a place of the widget."""
        pixel = self.to_picture(at)
        # Later ones lie above: an inset, or a second axis along the other side.
        return next((axes for axes in reversed(self.axes) if axes.contains(pixel.x(), pixel.y())), None)

    # -- moving --------------------------------------------------------------------------------

    def zoom(self, factor: float, at: QPointF) -> None:
        """Zoom the axes at a place, which stays where it is."""
        axes = self.axes_at(at)
        if axes is None:
            return
        pixel = self.to_picture(at)
        left, top, right, bottom = axes.box
        along, up = (pixel.x() - left) / (right - left), (bottom - pixel.y()) / (bottom - top)
        self._move(axes, *(self._about(share, factor) for share in (along, up)))

    @staticmethod
    def _about(share: float, factor: float) -> Range:
        return (share - share / factor, share + (1 - share) / factor)

    def _move(self, axes: AxesMap, along: Range, up: Range) -> None:
        """Bring shares of what the picture shows into sight, with what is not drawn yet taken along."""
        before = self._pending.get(axes.number)
        if before is not None:
            along, up = (
                (start + (end - start) * share[0], start + (end - start) * share[1])
                for (start, end), share in zip(
                    (
                        (axes.x.share(before[0][0]), axes.x.share(before[0][1])),
                        (axes.y.share(before[1][0]), axes.y.share(before[1][1])),
                    ),
                    (along, up),
                    strict=True,
                )
            )
        x, y = axes.x.moved(*along), axes.y.moved(*up)
        self._pending[axes.number] = (x, y)
        self._mark = None
        self.moved.emit(axes.number, x, y)
        self.update()

    # -- Qt ------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chart; a card of its own ground, as it will be saved."""
        tokens = theme.current()
        with painting(self) as painter:
            painter.fillRect(self.rect(), tokens.background)
            if self.image.isNull():
                return
            place = self.place()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self.image)
            for axes in self.axes:
                if axes.number in self._pending:
                    self._paint_moved(painter, axes)
            if self._mark is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(tokens.background, 4))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(self._mark, 6.0, 6.0)
                painter.setPen(QPen(tokens.accent, 2))
                painter.drawEllipse(self._mark, 6.0, 6.0)

    def _paint_moved(self, painter: QPainter, axes: AxesMap) -> None:
        left, top, right, bottom = axes.box
        (x0, x1), (y0, y1) = self._pending[axes.number]
        wide, high = right - left, bottom - top
        box = QRectF(self.from_picture(QPointF(left, top)), self.from_picture(QPointF(right, bottom)))
        from_x, to_x = left + axes.x.share(x0) * wide, left + axes.x.share(x1) * wide
        from_y, to_y = bottom - axes.y.share(y1) * high, bottom - axes.y.share(y0) * high
        source = QRectF(QPointF(from_x, from_y), QPointF(to_x, to_y))
        inside = source.intersected(QRectF(left, top, wide, high))
        painter.fillRect(box, self.image.pixelColor(min(int(left) + 2, self.image.width() - 1), int(top) + 2))
        if inside.isEmpty():
            return
        scale_x, scale_y = box.width() / source.width(), box.height() / source.height()
        target = QRectF(
            box.left() + (inside.left() - source.left()) * scale_x,
            box.top() + (inside.top() - source.top()) * scale_y,
            inside.width() * scale_x,
            inside.height() * scale_y,
        )
        painter.drawImage(target, self.image, inside)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for a drawing of the new size."""
        self.resized.emit()

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        self.zoom(_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the axes."""
        axes = self.axes_at(event.position())
        if axes is not None and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            x, y = self._pending.get(axes.number, (axes.x.limits, axes.y.limits))
            self._held = (event.position(), axes, x, y)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while held; tell what is under the pointer."""
        if self._held is not None and event.buttons():
            self._pan(event.position())
        else:
            self._point_to(event.position())

    def _pan(self, at: QPointF) -> None:
        assert self._held is not None
        start, held, x, y = self._held
        axes = next((one for one in self.axes if one.number == held.number), held)
        by = self.to_picture(at) - self.to_picture(start)
        left, top, right, bottom = held.box
        # From where it was taken: a drawing that arrives meanwhile changes nothing.
        ends_x, ends_y = (axes.x.share(end) for end in x), (axes.y.share(end) for end in y)
        from_x, from_y = tuple(ends_x), tuple(ends_y)
        across = by.x() / (right - left) * (from_x[1] - from_x[0])
        up = by.y() / (bottom - top) * (from_y[1] - from_y[0])
        self._pending.pop(axes.number, None)
        self._move(axes, (from_x[0] - across, from_x[1] - across), (from_y[0] + up, from_y[1] + up))

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = None
        self.unsetCursor()

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all again."""
        self.reset_wanted.emit()

    @guarded
    def leaveEvent(self, event: object) -> None:
        """Nothing is pointed at any more."""
        self._mark = None
        self.pointed.emit("")
        self.update()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom the axes in the middle; 0 shows all."""
        key, middle = Qt.Key(event.key()), QPointF(self.rect().center())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_STEP, middle)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _STEP, middle)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.reset_wanted.emit()
        else:
            event.ignore()

    def _point_to(self, at: QPointF) -> None:
        axes = self.axes_at(at)
        self._mark = None
        if axes is None or axes.number in self._pending:
            self.pointed.emit("")
        else:
            pixel = self.to_picture(at)
            reach = _REACH * self.image.width() / max(self.place().width(), 1)
            near = axes.nearest(pixel.x(), pixel.y(), reach)
            self.pointed.emit(self._words(axes, pixel, near))
        self.update()

    def _words(self, axes: AxesMap, pixel: QPointF, near: object) -> str:
        x, y = axes.value_at(pixel.x(), pixel.y())
        if isinstance(near, tuple):
            points, number = near
            self._mark = self.from_picture(QPointF(points.across[number], points.down[number]))
            label = f"{points.label}   " if points.label else ""
            return f"{label}{axes.x.words(points.x[number])}    {axes.y.words(points.y[number])}"
        value = axes.grid.at(x, y) if axes.grid is not None else None
        beyond = f"    value {value}" if value is not None else ""
        return f"x {axes.x.words(x)}    y {axes.y.words(y)}{beyond}"
