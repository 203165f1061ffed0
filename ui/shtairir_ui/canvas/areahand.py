"""What the hand does with frames and notes: chooses them, takes hold of them, follows the links in notes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices

from shtairir_ui.canvas.area_item import AreaItem, Grip
from shtairir_ui.canvas.gestures.areas import AreaGesture
from shtairir_ui.canvas.gestures.gesture import Gesture, Stage
from shtairir_ui.canvas.note_item import NoteItem

Begin = Callable[[QPointF, Qt.KeyboardModifier], Gesture]


class AreaHand:
    """The part of the hand for what lies behind the nodes."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._hovered: AreaItem | None = None

    def plan(
        self, item: AreaItem, grip: Grip, at: QPointF, modifiers: Qt.KeyboardModifier
    ) -> tuple[Begin, Callable[[], None] | None]:
        """Choose an area; return what a drag would be, and what a click would do, if anything."""
        stage, areas = self._stage, self._stage.board.areas
        several = bool(modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier))
        if not several:
            stage.editor.select(())
            areas.choose((item.key,))
        elif item.key in areas.chosen:
            areas.choose(key for key in areas.chosen if key != item.key)
        else:
            areas.choose((*areas.chosen, item.key))
        alone = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        address = self.address_at(item, at) if grip.moves else None

        def begin(start: QPointF, _held: Qt.KeyboardModifier) -> Gesture:
            return AreaGesture(stage, start, item, grip, alone=alone)

        return begin, None if address is None else lambda: open_address(address)

    def address_at(self, item: AreaItem, at: QPointF) -> str | None:
        """The address that a note leads to at a place of the viewport."""
        return item.link_at(self._stage.view.to_scene(at)) if isinstance(item, NoteItem) else None

    def hover(self, item: AreaItem | None) -> None:
        """Show what the mouse would take hold of."""
        if self._hovered is not None and self._hovered is not item:
            self._hovered.mark(hovered=False)
        self._hovered = item
        if item is not None:
            item.mark(hovered=True)

    def cursor(self, item: AreaItem, grip: Grip, at: QPointF) -> Qt.CursorShape:
        """What the mouse looks like over an area."""
        if grip.moves and self.address_at(item, at) is not None:
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.ArrowCursor if grip.moves else grip.cursor


def open_address(address: str) -> None:
    """Have the system open an address in a browser, because a person clicked on it."""
    QDesktopServices.openUrl(QUrl(address))
