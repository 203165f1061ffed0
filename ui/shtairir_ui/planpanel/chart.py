"""The chart of a course: one widget, painted by itself; zoomed by the wheel, moved by dragging, walked by keys."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from shtairir.ids import NodeId
from shtairir.planning.schedule import Span
from shtairir_ui import theme
from shtairir_ui.guard import guarded
from shtairir_ui.planpanel.geometry import CourseGeometry, geometry_of
from shtairir_ui.planpanel.painting import Marks, paint_course
from shtairir_ui.planpanel.scene import Block, CourseScene, Item
from shtairir_ui.planpanel.words import item_lines, item_name, item_tip, memory_tip
from shtairir_ui.profiler.axis import TimeAxis
from shtairir_ui.profiler.chart import KEY_ZOOM, ZOOM_PER_NOTCH
from shtairir_ui.profiler.look import Look

_NOTCH, _STEP = 120.0, 60.0
_DRAG_PIXELS = 4.0
_SLACK_PIXELS = 2.0


class CourseChart(QWidget):
    """Shows a `CourseScene`.

    Signals
    -------
    node_clicked(str), node_chosen(str)
        A task, or what it holds, was clicked; or Enter was pressed on it.
    hovered(str)
        The node that is pointed at; empty for none.
    looked_elsewhere(object)
        The stretch of time that is seen is another now: its axis.
    """

    node_clicked = Signal(str)
    node_chosen = Signal(str)
    hovered = Signal(str)
    looked_elsewhere = Signal(object)

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(180, 80))
        self.scene = CourseScene()
        self.axis = TimeAxis()
        self._ceiling_bytes = 1
        self._look = Look(theme.current())
        self._pointed: Item | None = None
        self._chosen: Collection[NodeId] = ()
        self._cursor_s: float | None = None
        self._pressed: QPointF | None = None
        self._dragged = False
        theme.changed.connect(self._on_theme)

    # -- what is shown -----------------------------------------------------------------------------

    def show_scene(self, scene: CourseScene, whole_s: float, ceiling_bytes: int) -> None:
        """Show a course; two that stand side by side have one scale."""
        was_whole = self.axis.is_whole
        self.scene = scene
        self._ceiling_bytes = max(ceiling_bytes, 1)
        self._pointed = None
        if was_whole or whole_s != self.axis.whole_s:
            self.axis = self.axis.fitted(whole_s)
        self._place()
        self.update()

    def show_chosen(self, nodes: Collection[NodeId]) -> None:
        """Mark what belongs to the nodes that are selected."""
        self._chosen = frozenset(nodes)
        self.update()

    def look_as(self, axis: TimeAxis) -> None:
        """Show the stretch of time that another chart shows."""
        if axis.whole_s == self.axis.whole_s and (axis.from_s, axis.to_s) != (self.axis.from_s, self.axis.to_s):
            left, width = self.geometry_.track
            self.axis = axis.placed(left, width)
            self.update()

    def fit(self) -> None:
        """Show all of it."""
        self._look_at(self.axis.fitted())

    @property
    def geometry_(self) -> CourseGeometry:
        """Where things stand now."""
        return geometry_of(self.width(), self.height(), self.scene, self._ceiling_bytes)

    def item_at(self, at: QPointF) -> Item | None:
        """Return the task, or what is held, at a place of the widget."""
        geometry = self.geometry_
        left, width = geometry.track
        if not left <= at.x() <= left + width:
            return None
        row = geometry.row_at(at.y())
        if row is not None:
            slack_s = _SLACK_PIXELS / self.axis.width * self.axis.span_s
            return self.scene.span_at(row, self.axis.at(at.x()), slack_s)
        if geometry.has_memory and geometry.memory.contains(at):
            found = self.scene.block_at(self.axis.at(at.x()), geometry.bytes_at(at.y()))
            return found.holding if found is not None else None
        return None

    def place_of(self, item: Item) -> QPoint:
        """Return the middle of a task, or of what is held, as far as it is seen."""
        geometry = self.geometry_
        if isinstance(item, Span):
            place = geometry.bar(item, self.axis)
        else:
            place = next(
                (geometry.block(block, self.axis) for block in self.scene.blocks if block.holding is item),
                geometry.block(Block(item, 0), self.axis),
            )
        left, width = geometry.track
        begin, end = max(place.left(), left), min(place.right(), left + width)
        return QPointF((begin + end) / 2, place.center().y()).toPoint()

    # -- Qt ----------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw everything."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.tokens.surface)
        marks = Marks(self._pointed, self._chosen, self._cursor_s)
        paint_course(painter, self.scene, self.axis, self.geometry_, self._look, marks)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._look.focus)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the stretch of time that is seen."""
        self._place()

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the cursor; sideways, or with Shift, move along."""
        turned = event.angleDelta()
        sideways = turned.x() or (turned.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self._look_at(self.axis.panned(sideways / _NOTCH * _STEP))
        elif turned.y():
            self._look_at(self.axis.zoomed(ZOOM_PER_NOTCH ** (turned.y() / _NOTCH), event.position().x()))
        event.accept()
        self._point_at(event.position(), event.globalPosition().toPoint())

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag, or to click."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed, self._dragged = event.position(), False

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the time along, or say what is pointed at."""
        if self._pressed is None:
            self._point_at(event.position(), event.globalPosition().toPoint())
            return
        by = event.position().x() - self._pressed.x()
        if self._dragged or abs(by) >= _DRAG_PIXELS:
            if not self._dragged:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                QToolTip.hideText()
            self._dragged = True
            self._pressed = event.position()
            self._look_at(self.axis.panned(by))

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or click what is there."""
        pressed, self._pressed = self._pressed, None
        self.unsetCursor()
        if pressed is None or self._dragged or event.button() is not Qt.MouseButton.LeftButton:
            return
        item = self.item_at(event.position())
        if item is not None:
            self.node_clicked.emit(_node_of(item))

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all of it again."""
        self.fit()

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        self._cursor_s = None
        self._point(None)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrows, zoom with plus and minus, see all with Home, go to the node with Enter."""
        if not self._key(Qt.Key(event.key())):
            super().keyPressEvent(event)

    @guarded
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is here."""
        self.update()

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nothing is pointed at by keys any more."""
        self._point(None)

    # -- inside ------------------------------------------------------------------------------------

    def _on_theme(self, tokens: theme.Tokens) -> None:
        self._look = Look(tokens)
        self.update()

    def _place(self) -> None:
        self.axis = self.axis.placed(*self.geometry_.track)

    def _look_at(self, axis: TimeAxis) -> None:
        if (axis.from_s, axis.to_s) != (self.axis.from_s, self.axis.to_s):
            self.axis = axis
            self.looked_elsewhere.emit(axis)
        self.update()

    def _point_at(self, at: QPointF, on_screen: QPoint) -> None:
        item = self.item_at(at)
        left, width = self.geometry_.track
        self._cursor_s = self.axis.at(at.x()) if left <= at.x() <= left + width else None
        self._point(item)
        if item is not None:
            QToolTip.showText(on_screen, item_tip(item, self.scene.course.is_timed), self)
        elif self._cursor_s is not None and self.geometry_.memory.contains(at):
            QToolTip.showText(on_screen, memory_tip(self._cursor_s, self.scene.held_at(self._cursor_s)), self)
        else:
            QToolTip.hideText()

    def _point(self, item: Item | None) -> None:
        if item is not self._pointed:
            before, self._pointed = self._pointed, item
            node = _node_of(item) if item is not None else ""
            if node != (_node_of(before) if before is not None else ""):
                self.hovered.emit(node)
        self.update()

    def _key(self, key: Qt.Key) -> bool:
        middle = self.axis.left + self.axis.width / 2
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._look_at(self.axis.zoomed(KEY_ZOOM, middle))
        elif key == Qt.Key.Key_Minus:
            self._look_at(self.axis.zoomed(1 / KEY_ZOOM, middle))
        elif key == Qt.Key.Key_Home:
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed is not None:
            self.node_chosen.emit(_node_of(self._pointed))
        else:
            return self._walk(key)
        return True

    def _walk(self, key: Qt.Key) -> bool:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if key not in steps or self.scene.is_empty:
            return False
        item = self._pointed
        if item is None:
            item = self.scene.first()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            item = self.scene.beside(item, steps[key])
        else:
            item = self.scene.across(item, steps[key])
        if item is None:
            return False
        self._bring_into_sight(item)
        self._point(item)
        is_timed = self.scene.course.is_timed
        self.setAccessibleDescription(". ".join([item_name(item), *item_lines(item, is_timed)]))
        QToolTip.showText(self.mapToGlobal(self.place_of(item)), item_tip(item, is_timed), self)
        return True

    def _bring_into_sight(self, item: Item) -> None:
        left, right = self.axis.x(item.from_s), self.axis.x(item.to_s)
        if right < self.axis.left or left > self.axis.left + self.axis.width:
            self._look_at(self.axis.panned(self.axis.left + self.axis.width / 2 - (left + right) / 2))


def _node_of(item: Item) -> NodeId:
    return item.node if isinstance(item, Span) else item.owner
