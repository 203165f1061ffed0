"""A ring around a node that is spoken of elsewhere: in the plan, in a list of differences."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.canvas.board import Board
from shtairir_ui.canvas.look import RADIUS
from shtairir_ui.canvas.toolkit import Z_MARK
from shtairir_ui.canvas.view import CanvasView
from shtairir_ui.guard import guarded

LINGER_MS = 350
"""Who only passes over a list does not want the canvas to jump along."""

_OUT = 9.0
"""Outside of the ring that a comparison draws around a node."""

_LINE_PX = 3.0


class Ring(QGraphicsItem):
    """A ring of the same thickness at every zoom."""

    itemChange = QGraphicsItem.itemChange

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(Z_MARK - 0.5)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._rect = QRectF()
        self.setVisible(False)

    def surround(self, outline: QRectF) -> None:
        """Stand around a rectangle."""
        self.prepareGeometryChange()
        self._rect = outline.adjusted(-_OUT, -_OUT, _OUT, _OUT)
        self.setVisible(True)
        self.update()

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The ring, also where it is thick because one is far away."""
        return self._rect.adjusted(-60, -60, 60, 60)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the ring."""
        scale = max(option.levelOfDetailFromTransform(painter.worldTransform()), 0.05)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.with_alpha(theme.current().accent, 0.28), 3 * _LINE_PX / scale))
        painter.drawRoundedRect(self._rect, RADIUS + _OUT, RADIUS + _OUT)
        painter.setPen(QPen(theme.current().accent, _LINE_PX / scale))
        painter.drawRoundedRect(self._rect, RADIUS + _OUT, RADIUS + _OUT)


class Spotlight(QObject):
    """Shows where a node is; one that is out of sight is brought into it, if one stays with it for a moment."""

    def __init__(self, board: Board, view: CanvasView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._view = view
        self._ring: Ring | None = None
        self._node: NodeId | None = None
        self._timer = QTimer(self, singleShot=True, interval=LINGER_MS)
        self._timer.timeout.connect(self._bring_into_sight)
        editor = board.editor
        for signal in (editor.graph_changed, editor.graph_replaced, editor.place_changed):
            signal.connect(self._follow)

    @property
    def node(self) -> NodeId | None:
        """The node that has the ring."""
        return self._node

    def show(self, node: NodeId | None) -> None:
        """Put the ring around a node; take it away for None, or for one that is not here."""
        item = self._board.nodes.get(node) if node is not None else None
        self._node = node if item is not None else None
        self._timer.stop()
        self.show_around(item.outline if item is not None else None)
        if item is not None and not self._view.visible_rect().intersects(item.outline):
            self._timer.start()

    def show_around(self, outline: QRectF | None) -> None:
        """Put the ring around a place where there is no node; take it away for None."""
        if self._ring is None and outline is not None:
            self._ring = Ring()
            self._board.scene.addItem(self._ring)
        if self._ring is not None and outline is not None:
            self._ring.surround(outline)
        elif self._ring is not None:
            self._ring.setVisible(False)

    def _follow(self, _cause: object = None) -> None:
        """Stay with the node where it is now; go when it is gone."""
        self.show(self._node)

    def _bring_into_sight(self) -> None:
        item = self._board.nodes.get(self._node) if self._node is not None else None
        if item is not None:
            self._view.centerOn(item.outline.center())
