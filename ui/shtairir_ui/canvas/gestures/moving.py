"""Drag the selected nodes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from shtairir.ids import NodeId
from shtairir_ui.canvas.gestures.gesture import Stage


class MoveGesture:
    """Moves the items with the mouse, and tells the document once, at the end."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, stage: Stage, at: QPointF, nodes: tuple[NodeId, ...]) -> None:
        self._stage = stage
        self._start = stage.view.to_scene(at)
        self._from = {node: stage.board.nodes[node].pos() for node in nodes if node in stage.board.nodes}
        self._by = QPointF(0, 0)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Put the items where the mouse takes them, by whole units so that the file stays readable."""
        by = self._stage.view.to_scene(at) - self._start
        by = QPointF(round(by.x()), round(by.y()))
        if by != self._by:
            self._by = by
            self._stage.board.place({node: start + by for node, start in self._from.items()})

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Make it one edit of the document."""
        if not self._by.isNull():
            places = {node: start + self._by for node, start in self._from.items()}
            self._stage.editor.move({node: (place.x(), place.y()) for node, place in places.items()})
        self.cancel()

    def cancel(self) -> None:
        """Put the items where the document has the nodes."""
        self._stage.board.restore(self._from)
