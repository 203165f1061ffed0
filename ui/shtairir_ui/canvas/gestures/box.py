"""Draw a box around nodes to select them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt

from shtairir_ui.canvas.gestures.gesture import Stage


class BoxGesture:
    """Selects the nodes that the box touches; Shift adds them, Ctrl takes them out."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, stage: Stage, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._stage = stage
        self._start = stage.view.to_scene(at)
        self._before = stage.editor.selection
        self._adds = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._takes = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if not (self._adds or self._takes):
            stage.editor.select(())

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Draw the box and select what it touches."""
        stage = self._stage
        box = QRectF(self._start, stage.view.to_scene(at)).normalized()
        stage.view.show_band(QRectF(stage.view.to_viewport(self._start), at))
        touched = [node for node, item in stage.board.nodes.items() if item.outline.intersects(box)]
        if self._takes:
            stage.editor.select(node for node in self._before if node not in touched)
        else:
            stage.editor.select((*(self._before if self._adds else ()), *touched))

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Keep the selection."""
        self._stage.view.show_band(None)

    def cancel(self) -> None:
        """Select what was selected before."""
        self._stage.view.show_band(None)
        self._stage.editor.select(self._before)
