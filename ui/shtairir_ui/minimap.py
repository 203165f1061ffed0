"""The whole graph, small: what is in sight, and how the nodes are doing. Click or drag to look elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QWidget

from shtairir.events import NodeStatus
from shtairir_ui import theme
from shtairir_ui.canvas import GraphCanvas
from shtairir_ui.canvas.node_item import NodeItem
from shtairir_ui.guard import guarded

HEIGHT = 148
_MARGIN, _BEYOND, _LEAST = 8.0, 120.0, 2.0
_LOUD = frozenset({NodeStatus.FAILED, NodeStatus.TIMED_OUT, NodeStatus.RUNNING, NodeStatus.CANCELLED})


class Minimap(QFrame):
    """Shows a canvas. The nodes are drawn into a picture once; while one pans, only the view's frame is drawn anew."""

    def __init__(self, canvas: GraphCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("minimap")
        self.setAccessibleName("Minimap")
        self.setAccessibleDescription("The whole graph; click or drag to look elsewhere")
        self.setToolTip("Click or drag to look elsewhere, turn the wheel to zoom")
        self.setMinimumHeight(80)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._canvas = canvas
        self._picture: QPixmap | None = None
        self._extent = QRectF()
        self._soon = QTimer(self, singleShot=True, interval=50)
        self._soon.timeout.connect(self._outdate)
        editor, view = canvas.editor, canvas.view
        for signal in (
            editor.graph_replaced,
            editor.graph_changed,
            editor.place_changed,
            editor.runtime_changed,
            editor.selection_changed,
        ):
            signal.connect(self._wait)
        theme.changed.connect(self._wait)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(lambda _value: self.update())

    @guarded(default=lambda: QSize(200, HEIGHT))
    def sizeHint(self) -> QSize:
        """As high as it is wide, nearly."""
        return QSize(200, HEIGHT)

    def place_of(self, at: QPointF) -> QPointF:
        """The place of the canvas that is shown at a place of the map."""
        scale, left, top = self._measure()
        return QPointF((at.x() - left) / scale, (at.y() - top) / scale)

    def point_of(self, place: QPointF) -> QPointF:
        """Where a place of the canvas is on the map."""
        scale, left, top = self._measure()
        return QPointF(left + place.x() * scale, top + place.y() * scale)

    @property
    def seen(self) -> QRectF:
        """Where what is in sight is on the map."""
        rect = self._canvas.view.visible_rect()
        return QRectF(self.point_of(rect.topLeft()), self.point_of(rect.bottomRight()))

    # -- inside --------------------------------------------------------------------------------

    def _wait(self, _what: object = None) -> None:
        if not self._soon.isActive() and self.isVisible():
            self._soon.start()

    def _outdate(self) -> None:
        self._picture = None
        self.update()

    def _measure(self) -> tuple[float, float, float]:
        """Pixels for a unit of the canvas, and where its origin lies."""
        if self._picture is None:
            self._extent = self._canvas.board.extent()
        extent = self._extent.adjusted(-_BEYOND, -_BEYOND, _BEYOND, _BEYOND)
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        scale = min(room.width() / max(extent.width(), 600.0), room.height() / max(extent.height(), 400.0))
        corner = room.center() - extent.center() * scale
        return max(scale, 1e-6), corner.x(), corner.y()

    def _drawn(self) -> QPixmap:
        """Draw frames, links' ends and nodes; a thousand of them take about 3 ms."""
        ratio, tokens = self.devicePixelRatioF(), theme.current()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(tokens.background)
        self._extent = self._canvas.board.extent()
        scale, left, top = self._measure()
        painter = QPainter(picture)
        painter.setPen(Qt.PenStyle.NoPen)
        for area in self._canvas.board.areas:
            painter.fillRect(_small(area.rect, scale, left, top), area.ground(0.22))
        for item in self._canvas.board.nodes.values():
            painter.fillRect(_small(item.outline, scale, left, top), self._color(item))
        painter.end()
        return picture

    def _color(self, item: NodeItem) -> QColor:
        tokens, status = theme.current(), item.runtime.status
        if item.isSelected():
            return tokens.accent
        if status is None:
            return theme.mix(tokens.background, tokens.text_dim, 0.55)
        color = tokens.status_color(status.value)
        return color if status in _LOUD and not item.runtime.stale else theme.mix(tokens.background, color, 0.7)

    def _go(self, at: QPointF) -> None:
        self._canvas.view.centerOn(self.place_of(at))

    # -- Qt ------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, and what is in sight."""
        if self._picture is None:
            self._picture = self._drawn()
        tokens, painter = theme.current(), QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.with_alpha(tokens.accent, 0.1))
        painter.setPen(QPen(tokens.accent, 1.5))
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(self.seen.intersected(inside), 2, 2)
        painter.setPen(QPen(tokens.border, 1.0))
        painter.drawLine(QPointF(0, 0.5), QPointF(self.width(), 0.5))

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Look along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the canvas around its middle."""
        view = self._canvas.view
        view.zoom_by(1.0015 ** event.angleDelta().y(), QPointF(view.viewport().rect().center()))
        self.update()
        event.accept()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new size."""
        super().resizeEvent(event)
        self._outdate()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """What changed while nobody looked is shown now."""
        super().showEvent(event)
        self._outdate()


def _small(rect: QRectF, scale: float, left: float, top: float) -> QRectF:
    """A rectangle of the canvas on the map, large enough to be seen."""
    width, height = max(rect.width() * scale, _LEAST), max(rect.height() * scale, _LEAST)
    return QRectF(left + rect.x() * scale, top + rect.y() * scale, width, height)
