"""Cut links with a stroke."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from shtairir.document.edits import RemoveLinks
from shtairir_ui.canvas.gestures.gesture import Stage
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.toolkit import Z_LIVE, SlicerPipeItem


class SliceGesture:
    """A straight stroke; the links that it crosses are removed in one step."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: Stage, at: QPointF) -> None:
        self._stage = stage
        self._start = stage.view.to_scene(at)
        self._line = SlicerPipeItem()
        self._line.setZValue(Z_LIVE)
        stage.board.scene.addItem(self._line)
        self._cut: list[LinkItem] = []

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Draw the stroke and mark what it would cut."""
        end = self._stage.view.to_scene(at)
        self._line.draw_path(self._start, end)
        path = QPainterPath(self._start)
        path.lineTo(end)
        self._cut = [link for link in self._stage.board.links.values() if link.meets(path)]
        for link in self._stage.board.links.values():
            link.mark(dimmed=link in self._cut)

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Remove the marked links."""
        targets = tuple(link.link.target for link in self._cut)
        self.cancel()
        if targets:
            self._stage.editor.apply(RemoveLinks(targets))

    def cancel(self) -> None:
        """Nothing is cut."""
        self._stage.board.scene.removeItem(self._line)
        for link in self._stage.board.links.values():
            link.mark(dimmed=False)
