"""What all gestures have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, Qt

from shtairir.ids import PortRef
from shtairir_ui.canvas.board import Board
from shtairir_ui.canvas.bubble import Bubble
from shtairir_ui.canvas.door import CanvasEditor
from shtairir_ui.canvas.face import Side
from shtairir_ui.canvas.view import CanvasView


@dataclass(frozen=True, slots=True)
class Stage:
    """Where gestures happen.

    Attributes
    ----------
    offer_blocks
        Opens the search for a block to put at a place of the canvas and to link with a port.
    """

    editor: CanvasEditor
    board: Board
    view: CanvasView
    bubble: Bubble
    offer_blocks: Callable[[QPointF, PortRef, Side], None]


class Gesture(Protocol):
    """From press to release. Positions are on the viewport."""

    cursor: Qt.CursorShape

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The mouse went on."""

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The button was let go."""

    def cancel(self) -> None:
        """It shall not have happened."""
