"""The timeline of a run: one widget, painted by itself; zoomed by the wheel, moved by dragging, walked by keys."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.guard import guarded
from shtairir_ui.profiler.axis import TimeAxis
from shtairir_ui.profiler.geometry import Geometry
from shtairir_ui.profiler.lanes import Bar, Scene
from shtairir_ui.profiler.look import Look
from shtairir_ui.profiler.painting import Marks, paint_timeline
from shtairir_ui.profiler.words import bar_lines, bar_tip, memory_tip

ZOOM_PER_NOTCH = 1.25
KEY_ZOOM = 1.5
_NOTCH = 120.0
_DRAG_PIXELS = 4.0
_SLACK_PIXELS = 2.0


class TimelineChart(QWidget):
    """Shows a `Scene`.

    Signals
    -------
    node_clicked(str)
        A bar was clicked.
    node_chosen(str)
        The person wants to go to a node: Enter on its bar.
    hovered(str)
        The node that is pointed at; empty for none.
    """

    node_clicked = Signal(str)
    node_chosen = Signal(str)
    hovered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profilerTimeline")
        self.setAccessibleName("Timeline of the last run")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(220, 96))
        self.scene = Scene()
        self.axis = TimeAxis()
        self.titles: dict[NodeId, str] = {}
        self._busy_s = 0.0
        self._look = Look(theme.current())
        self._hovered: NodeId | None = None
        self._chosen: Collection[NodeId] = ()
        self._cursor_s: float | None = None
        self._pressed: QPointF | None = None
        self._dragged = False
        theme.changed.connect(self._on_theme)

    # -- what is shown -----------------------------------------------------------------------------

    def show_scene(self, scene: Scene, titles: dict[NodeId, str] | None = None) -> None:
        """Show a run. Who sees all of it goes on to see all of it while it becomes longer."""
        whole = self.axis.is_whole or scene.duration_s < self.axis.from_s
        self.scene = scene
        self.titles = titles or {}
        self._busy_s = sum(bar.profile.elapsed_s for bar in scene.bars)
        if whole:
            self.axis = self.axis.fitted(scene.duration_s)
        self._place()
        self.update()

    def show_chosen(self, nodes: Collection[NodeId]) -> None:
        """Mark the bars of the nodes that are selected."""
        self._chosen = frozenset(nodes)
        self.update()

    def fit(self) -> None:
        """Show all of the run."""
        self.axis = self.axis.fitted(self.scene.duration_s)
        self.update()

    @property
    def geometry_(self) -> Geometry:
        """Where things stand now."""
        return Geometry(self.width(), self.height(), len(self.scene.lanes))

    def bar_at(self, at: QPointF) -> Bar | None:
        """Return the bar at a place of the widget."""
        number = self.geometry_.lane_at(at.y())
        left, width = self.geometry_.track
        if number is None or not left <= at.x() <= left + width:
            return None
        slack_s = _SLACK_PIXELS / self.axis.width * self.axis.span_s
        return self.scene.lanes[number].at(self.axis.at(at.x()), slack_s)

    def place_of(self, node: NodeId) -> QPoint | None:
        """Return the middle of a node's bar, as far as it is seen."""
        bar = self.scene.bar(node)
        if bar is None:
            return None
        left, width = self.geometry_.track
        begin, end = max(self.axis.x(bar.from_s), left), min(self.axis.x(bar.to_s), left + width)
        return QPointF((begin + end) / 2, self.geometry_.lane(bar.lane).center().y()).toPoint()

    # -- Qt ----------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw everything."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.tokens.surface)
        marks = Marks(self._hovered, self._chosen, self._cursor_s)
        paint_timeline(painter, self.scene, self.axis, self.geometry_, self._look, marks)
        if self.hasFocus():
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
            self.axis = self.axis.panned(sideways / _NOTCH * 60)
        elif turned.y():
            self.axis = self.axis.zoomed(ZOOM_PER_NOTCH ** (turned.y() / _NOTCH), event.position().x())
        event.accept()
        self._point_at(event.position(), event.globalPosition().toPoint())
        self.update()

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
            self.axis = self.axis.panned(by)
            self.update()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or click the bar."""
        pressed, self._pressed = self._pressed, None
        self.unsetCursor()
        if pressed is None or self._dragged or event.button() is not Qt.MouseButton.LeftButton:
            return
        bar = self.bar_at(event.position())
        if bar is not None:
            self.node_clicked.emit(bar.node)

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all of the run again."""
        self.fit()

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        self._hover(None)
        self._cursor_s = None
        self.update()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from bar to bar with the arrows, zoom with plus and minus, see all with Home, go there with Enter."""
        if not self._key(Qt.Key(event.key())):
            super().keyPressEvent(event)

    @guarded
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is here."""
        self.update()

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is elsewhere."""
        self.update()

    # -- inside ------------------------------------------------------------------------------------

    def _on_theme(self, tokens: theme.Tokens) -> None:
        self._look = Look(tokens)
        self.update()

    def _place(self) -> None:
        self.axis = self.axis.placed(*self.geometry_.track)

    def _point_at(self, at: QPointF, on_screen: QPoint) -> None:
        bar = self.bar_at(at)
        self._hover(bar)
        left, width = self.geometry_.track
        self._cursor_s = self.axis.at(at.x()) if left <= at.x() <= left + width else None
        if bar is not None:
            QToolTip.showText(on_screen, bar_tip(bar, self.titles.get(bar.node, ""), self._busy_s), self)
        elif self._cursor_s is not None and self.geometry_.memory.contains(at):
            sample = self.scene.sample(self._cursor_s)
            if sample is not None:
                QToolTip.showText(on_screen, memory_tip(sample), self)
        else:
            QToolTip.hideText()
        self.update()

    def _hover(self, bar: Bar | None) -> None:
        node = bar.node if bar is not None else None
        if node != self._hovered:
            self._hovered = node
            self.hovered.emit(node or "")

    def _key(self, key: Qt.Key) -> bool:
        middle = self.axis.left + self.axis.width / 2
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.axis = self.axis.zoomed(KEY_ZOOM, middle)
        elif key == Qt.Key.Key_Minus:
            self.axis = self.axis.zoomed(1 / KEY_ZOOM, middle)
        elif key == Qt.Key.Key_Home:
            self.axis = self.axis.fitted()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._hovered is None:
                return False
            self.node_chosen.emit(self._hovered)
        elif not self._walk(key):
            return False
        self.update()
        return True

    def _walk(self, key: Qt.Key) -> bool:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if key not in steps or self.scene.is_empty:
            return False
        bar = self.scene.bar(self._hovered) if self._hovered is not None else None
        if bar is None:
            bar = min(self.scene.bars, key=lambda bar: bar.from_s)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            bar = self.scene.beside(bar, steps[key])
        else:
            bar = self.scene.across(bar, steps[key])
        self._hover(bar)
        self._bring_into_sight(bar)
        self.setAccessibleDescription(". ".join([bar.node, *bar_lines(bar, self._busy_s)]))
        place = self.place_of(bar.node)
        if place is not None:
            tip = bar_tip(bar, self.titles.get(bar.node, ""), self._busy_s)
            QToolTip.showText(self.mapToGlobal(place), tip, self)
        return True

    def _bring_into_sight(self, bar: Bar) -> None:
        left, right = self.axis.x(bar.from_s), self.axis.x(bar.to_s)
        if right < self.axis.left or left > self.axis.left + self.axis.width:
            self.axis = self.axis.panned(self.axis.left + self.axis.width / 2 - (left + right) / 2)
