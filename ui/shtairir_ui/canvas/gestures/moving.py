"""Drag the selected nodes."""

from __future__ import annotations

from functools import reduce

from PySide6.QtCore import QPointF, QRectF, Qt

from shtairir.document.edits import Batch, MoveNodes
from shtairir.ids import NodeId
from shtairir_ui.canvas.gestures.gesture import Stage
from shtairir_ui.canvas.gestures.rewiring import Rewiring
from shtairir_ui.canvas.snapping import Snapping


class MoveGesture:
    """Moves the items with the mouse, and tells the document once, at the end.

    Parameters
    ----------
    is_out
        Whether the nodes are pulled out from between those that they are linked with.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, stage: Stage, at: QPointF, nodes: tuple[NodeId, ...], *, is_out: bool = False) -> None:
        self._stage = stage
        self._start = stage.view.to_scene(at)
        self._from = {node: stage.board.nodes[node].pos() for node in nodes if node in stage.board.nodes}
        self._by = QPointF(0, 0)
        held = [stage.board.nodes[node].outline for node in self._from]
        self._around = reduce(QRectF.united, held, QRectF())
        self._snapping = Snapping(stage, tuple(self._from), ())
        self._rewiring = Rewiring(stage, self._from, is_out=is_out)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Put the items where the mouse takes them, by whole units so that the file stays readable."""
        by = self._stage.view.to_scene(at) - self._start
        by = self._snapping.snapped(self._around, by, modifiers)
        by = QPointF(round(by.x()), round(by.y()))
        if by != self._by:
            self._by = by
            self._stage.board.place({node: start + by for node, start in self._from.items()})
        self._rewiring.move(at, modifiers)

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Make it one edit of the document."""
        rewired = self._rewiring.edit()
        self._rewiring.end()
        moved = {node: start + self._by for node, start in self._from.items()}
        places = {node: (place.x(), place.y()) for node, place in moved.items()}
        if rewired is not None:
            self._stage.editor.apply(Batch((*rewired.edits, MoveNodes(places)), rewired.label))
        elif not self._by.isNull():
            self._stage.editor.move(places)
        self.cancel()

    def cancel(self) -> None:
        """Put the items where the document has the nodes."""
        self._snapping.end()
        self._rewiring.end()
        self._stage.board.restore(self._from)
