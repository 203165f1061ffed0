"""Nodes that were put elsewhere all at once go there in sight, so that one can follow them with the eye."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPointF, QVariantAnimation

from shtairir.ids import NodeId
from shtairir_ui.canvas.board import Board
from shtairir_ui.guard import guarded

LASTS_MS = 180
AT_MOST = 120
"""With more nodes a step of the movement would take too long to look smooth."""


class Glide(QObject):
    """Moves items from where they were to where the document has them.

    The document is there at once: whatever happens meanwhile ends the movement.
    """

    def __init__(self, board: Board, parent: QObject) -> None:
        super().__init__(parent)
        self._board = board
        self._from: dict[NodeId, QPointF] = {}
        self._animation = QVariantAnimation(self, duration=LASTS_MS, startValue=0.0, endValue=1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._show)
        self._animation.finished.connect(self.finish)

    @property
    def is_moving(self) -> bool:
        """Whether the movement goes on."""
        return bool(self._from)

    def begin(self, places: Mapping[NodeId, QPointF]) -> None:
        """Go from these places to those of the document."""
        self.finish()
        if len(places) <= AT_MOST:
            self._from = dict(places)
            self._show(0.0)
            self._animation.start()

    def finish(self) -> None:
        """Put everything where the document has it."""
        moving, self._from = self._from, {}
        self._animation.stop()
        self._board.restore(moving)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press on the canvas means what the document has."""
        if self._from and event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.Wheel):
            self.finish()
        return False

    def _show(self, share: object) -> None:
        if not isinstance(share, float):
            return
        nodes = self._board.editor.graph.nodes
        self._board.place(
            {
                node: start + (QPointF(*nodes[node].position) - start) * share
                for node, start in self._from.items()
                if node in nodes
            }
        )


def places_of(board: Board, nodes: Iterable[NodeId]) -> dict[NodeId, QPointF]:
    """Where items are now."""
    return {node: board.nodes[node].pos() for node in nodes if node in board.nodes}
