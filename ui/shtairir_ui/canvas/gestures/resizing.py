"""Drag the corner of a pinned preview."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSizeF, Qt

from shtairir.document import SetShown
from shtairir_ui.canvas.gestures.gesture import Stage
from shtairir_ui.canvas.pinned_item import PinnedItem


class ResizeGesture:
    """Resizes the card with the mouse, and tells the document once, at the end."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, stage: Stage, at: QPointF, item: PinnedItem) -> None:
        self._stage = stage
        self._item = item
        self._start = stage.view.to_scene(at)
        self._size = QSizeF(item.size)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Take the corner along, by whole units so that the file stays readable."""
        by = self._stage.view.to_scene(at) - self._start
        self._item.resize(QSizeF(round(self._size.width() + by.x()), round(self._size.height() + by.y())))
        self._stage.board.pins.settle(self._item.ref.node)

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Make it one edit of the document."""
        ref, size = self._item.ref, self._item.size
        node = self._stage.editor.graph.nodes.get(ref.node)
        if node is not None and size != self._size:
            self._stage.editor.apply(SetShown(ref.node, node.shown, {ref.port: (size.width(), size.height())}))
        self.cancel()

    def cancel(self) -> None:
        """Take the size that the document has."""
        self._stage.board.pins.sync(self._item.ref.node)
