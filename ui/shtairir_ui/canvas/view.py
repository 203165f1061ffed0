"""The view of the canvas: pans, zooms, and hands mouse, keys and drops on.

The scene rectangle is fixed and huge, and panning moves the scroll bars: so Qt shifts the pixels that stay and
only the strip that comes into sight is drawn.
"""

from __future__ import annotations

import math
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGestureEvent, QGraphicsView, QPinchGesture, QWidget

from shtairir_ui.canvas.scene import CanvasScene
from shtairir_ui.canvas.toolkit import NodeViewer
from shtairir_ui.guard import guarded
from shtairir_ui.preferences import Preference

NAVIGATION = Preference(
    "navigation",
    "Canvas",
    "Moving about",
    "mouse",
    "With a mouse the wheel zooms; on a trackpad two fingers pan, and Ctrl zooms; with a pen the empty ground is "
    "dragged, and Shift draws a box",
    (("mouse", "Mouse"), ("trackpad", "Trackpad"), ("pen", "Pen")),
)
"""How a person gets about on the canvas."""

ZOOM_MIN, ZOOM_MAX = 0.02, 3.0
FIT_ZOOM_MAX = 1.0
FIT_MARGIN = 48.0
_WHEEL_STEP = 1.0015
_REACH = 2_000_000.0


class Handler(Protocol):
    """Who is told of what people do on the view."""

    def press(self, event: QMouseEvent) -> None: ...
    def move(self, event: QMouseEvent) -> None: ...
    def release(self, event: QMouseEvent) -> None: ...
    def double_click(self, event: QMouseEvent) -> None: ...
    def leave(self) -> None: ...
    def lose_focus(self) -> None: ...
    def key_press(self, event: QKeyEvent) -> bool: ...
    def key_release(self, event: QKeyEvent) -> bool: ...
    def wants_key(self, event: QKeyEvent) -> bool: ...
    def context_menu(self, event: QContextMenuEvent) -> None: ...
    def takes(self, event: QDropEvent) -> bool: ...
    def drag_over(self, event: QDropEvent) -> None: ...
    def drop(self, event: QDropEvent) -> None: ...
    def tool_tip(self, at: QPoint, event: QHelpEvent) -> None: ...


class CanvasView(NodeViewer):
    """NodeGraphQt's viewer, with its own navigation and without its state machine of flags."""

    # NodeGraphQt fills a hidden menu bar here, whose shortcuts would collide with the window's.
    focusInEvent = QGraphicsView.focusInEvent

    def __init__(self, scene: CanvasScene, parent: QWidget | None = None) -> None:
        self.handler: Handler | None = None
        super().__init__(parent)
        self._discard_leftovers()
        self.setScene(scene)
        scene.setParent(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("canvasView")
        self.setAccessibleName("Graph")
        self.setSceneRect(-_REACH, -_REACH, 2 * _REACH, 2 * _REACH)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.navigation = str(NAVIGATION.default)
        self.viewport().setMouseTracking(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        # The ground is always filled, so Qt may shift pixels without clearing under them.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, True)
        self.centerOn(0, 0)

    def _discard_leftovers(self) -> None:
        """Let go of what NodeGraphQt made and this canvas has its own of: the scene with its texts, the search."""
        self._search_widget.deleteLater()
        old = self.scene()
        if old is not None:
            for item in old.items():
                old.removeItem(item)
            old.deleteLater()

    # -- navigation ----------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Screen pixels for one unit of the canvas."""
        return self.transform().m11()

    @property
    def slack(self) -> float:
        """How far beyond a mark the mouse still catches it, in units of the canvas."""
        return min(7.0 / self.zoom, 14.0)

    def to_scene(self, at: QPointF | QPoint) -> QPointF:
        """A place on the viewport as a place on the canvas, without rounding to whole pixels."""
        return self.viewportTransform().inverted()[0].map(QPointF(at))

    def to_viewport(self, at: QPointF) -> QPoint:
        """A place on the canvas as a place on the viewport."""
        return self.viewportTransform().map(at).toPoint()

    def zoom_by(self, factor: float, at: QPointF) -> None:
        """Zoom by a factor, with the place under `at` (on the viewport) staying where it is."""
        self.zoom_to(self.zoom * factor, at)

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Set the zoom, within its limits."""
        zoom = min(max(zoom, ZOOM_MIN), ZOOM_MAX)
        if math.isclose(zoom, self.zoom, rel_tol=1e-9):
            return
        at = QPointF(self.viewport().rect().center()) if at is None else at
        fixed = self.to_scene(at)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        shift = self.viewportTransform().map(fixed) - at
        self.pan(-shift.x(), -shift.y())

    def pan(self, dx: float, dy: float) -> None:
        """Shift what is seen by pixels of the screen."""
        for bar, by in ((self.horizontalScrollBar(), dx), (self.verticalScrollBar(), dy)):
            bar.setValue(bar.value() - round(by))

    def frame(self, rect: QRectF) -> None:
        """Bring a rectangle of the canvas into sight, as large as it fits, but not beyond its own size."""
        if rect.isEmpty():
            self.zoom_to(1.0)
            self.centerOn(0, 0)
            return
        room = self.viewport().rect().adjusted(0, 0, -2 * round(FIT_MARGIN), -2 * round(FIT_MARGIN))
        scale = min(max(room.width(), 60) / rect.width(), max(room.height(), 60) / rect.height(), FIT_ZOOM_MAX)
        self.zoom_to(scale)
        self.centerOn(rect.center())

    def visible_rect(self) -> QRectF:
        """The part of the canvas that is in sight."""
        corner = self.viewport().rect()
        return QRectF(self.to_scene(corner.topLeft()), self.to_scene(corner.bottomRight() + QPoint(1, 1)))

    def show_band(self, rect: QRectF | None) -> None:
        """Show the rubber band around a rectangle of the viewport, or hide it."""
        if rect is None:
            self._rubber_band.hide()
        else:
            self._rubber_band.setGeometry(rect.normalized().toRect())
            self._rubber_band.show()

    def _update_scene(self) -> None:
        """NodeGraphQt would fit its own idea of a scene rectangle here."""

    # -- Qt ------------------------------------------------------------------------------------

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hand on."""
        if self.handler:
            self.handler.press(event)
            event.accept()

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hand on."""
        if self.handler:
            self.handler.move(event)
            event.accept()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Hand on."""
        if self.handler:
            self.handler.release(event)
            event.accept()

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Hand on."""
        if self.handler:
            self.handler.double_click(event)
            event.accept()

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse any more."""
        if self.handler:
            self.handler.leave()

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key held down will be let go elsewhere."""
        if self.handler:
            self.handler.lose_focus()
        QGraphicsView.focusOutEvent(self, event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand on; what is not for the canvas goes to the window."""
        if not (self.handler and self.handler.key_press(event)):
            event.ignore()

    @guarded
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Hand on; what is not for the canvas goes to the window."""
        if not (self.handler and self.handler.key_release(event)):
            event.ignore()

    @guarded(default=False)
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab opens the search here; Shift+Tab leaves the canvas."""
        return False if forward else QGraphicsView.focusNextPrevChild(self, forward)

    def use_navigation(self, navigation: str) -> None:
        """Move about as a mouse, a trackpad or a pen makes it easy."""
        self.navigation = navigation

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with a wheel; with a touchpad two fingers pan, and Ctrl zooms."""
        modifiers = event.modifiers()
        device = event.pointingDevice()
        touchpad = device is not None and device.type() == QInputDevice.DeviceType.TouchPad
        if (touchpad or self.navigation == "trackpad") and not modifiers & Qt.KeyboardModifier.ControlModifier:
            moved = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            self.pan(moved.x(), moved.y())
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.pan((event.angleDelta().y() or event.angleDelta().x()) / 2, 0)
        else:
            turned = event.angleDelta().y() or event.angleDelta().x()
            self.zoom_by(_WHEEL_STEP**turned, event.position())
        event.accept()

    @guarded(default=False)
    def viewportEvent(self, event: QEvent) -> bool:
        """Pinching on a touchpad or a screen zooms; tool tips are the handler's."""
        if isinstance(event, QGestureEvent):
            return self._pinched(event)
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_by(1.0 + event.value(), event.position())
                return True
        elif isinstance(event, QHelpEvent) and self.handler:
            self.handler.tool_tip(event.pos(), event)
            return True
        return bool(QGraphicsView.viewportEvent(self, event))

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        """Claim the canvas's own keys before the window's shortcuts get them."""
        if isinstance(event, QKeyEvent) and self._claims(event):
            event.accept()
            return True
        return bool(QGraphicsView.event(self, event))

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the zoom; NodeGraphQt would change it."""
        QGraphicsView.resizeEvent(self, event)

    @guarded
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Hand on."""
        if self.handler:
            self.handler.context_menu(event)
            event.accept()

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take blocks and files."""
        self._answer(event)

    @guarded
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Take blocks and files anywhere, and let be seen what they would come into."""
        self._answer(event)
        if self.handler:
            self.handler.drag_over(event)

    @guarded
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went elsewhere."""
        if self.handler:
            self.handler.leave()
        event.accept()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        """Hand on."""
        if self.handler and self.handler.takes(event):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.handler.drop(event)

    def _pinched(self, event: QGestureEvent) -> bool:
        """Two fingers on a screen zoom, and pan while they are at it."""
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(pinch, QPinchGesture):
            return False
        at = QPointF(self.viewport().mapFromGlobal(pinch.centerPoint().toPoint()))
        moved = pinch.centerPoint() - pinch.lastCenterPoint()
        if not pinch.lastCenterPoint().isNull():
            self.pan(moved.x(), moved.y())
        self.zoom_by(pinch.scaleFactor(), at)
        return True

    def _claims(self, event: QKeyEvent) -> bool:
        asked = event.type() == QEvent.Type.ShortcutOverride
        return asked and self.handler is not None and self.handler.wants_key(event)

    def _answer(self, event: QDropEvent) -> None:
        if self.handler and self.handler.takes(event):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
