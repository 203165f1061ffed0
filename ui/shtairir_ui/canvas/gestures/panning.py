"""Drag the ground."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from shtairir_ui.canvas.view import CanvasView


class PanGesture:
    """What was under the mouse stays under it."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: CanvasView, at: QPointF) -> None:
        self._view = view
        self._at = at

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Shift what is seen."""
        self._view.pan(at.x() - self._at.x(), at.y() - self._at.y())
        self._at = at

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The view stays where it is."""

    def cancel(self) -> None:
        """The view stays where it is."""
