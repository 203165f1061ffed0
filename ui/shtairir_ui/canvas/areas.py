"""Frames and notes on the canvas: one way, from the document to items; and what a frame carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QPointF, QRectF

from shtairir.document import Change, Frame, Note
from shtairir.ids import NodeId
from shtairir_ui.canvas.area_item import AreaItem, AreaKey, Grip
from shtairir_ui.canvas.frame_item import FrameItem
from shtairir_ui.canvas.note_item import NoteItem

if TYPE_CHECKING:
    from shtairir_ui.canvas.board import Board

_Item = TypeVar("_Item", bound=AreaItem)


class Areas:
    """Keeps the items of frames and notes equal to the editor's graph.

    Attributes
    ----------
    chosen
        What was clicked, and what Delete is about; the document knows nothing of it.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self.frames: dict[str, FrameItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.chosen: tuple[AreaKey, ...] = ()

    def __iter__(self) -> Iterator[AreaItem]:
        yield from self.frames.values()
        yield from self.notes.values()

    def item(self, key: AreaKey) -> AreaItem | None:
        """The item of a frame or a note."""
        return self.frames.get(key.id) if key.kind == "frame" else self.notes.get(key.id)

    # -- document to scene ---------------------------------------------------------------------

    def show(self) -> None:
        """Show the frames and notes of the editor's graph."""
        graph = self._board.editor.graph
        self._drop(self.frames, {frame.id for frame in graph.frames})
        self._drop(self.notes, {note.id for note in graph.notes})
        for frame in graph.frames:
            if frame.id in self.frames:
                self.frames[frame.id].show_frame(frame)
            else:
                self.frames[frame.id] = self._added(FrameItem(frame, self._board.look))
        for note in graph.notes:
            if note.id in self.notes:
                self.notes[note.id].show_note(note)
            else:
                self.notes[note.id] = self._added(NoteItem(note, self._board.look))
        self.frames = {frame.id: self.frames[frame.id] for frame in graph.frames}
        self.choose(self.chosen)

    def apply(self, change: Change) -> None:
        """Show what an edit changed."""
        if change.frames_changed or change.notes_changed:
            self.show()

    def use(self) -> None:
        """Draw everything in another theme."""
        for frame in self.frames.values():
            frame.show_look(self._board.look, frame.frame.color)
        for note in self.notes.values():
            note.show_look(self._board.look, note.note.color)

    def clear(self) -> None:
        """Take everything off the scene."""
        self.chosen = ()
        self._drop(self.frames, set())
        self._drop(self.notes, set())

    def restore(self, keys: Iterable[AreaKey]) -> None:
        """Put items to where the document has them."""
        graph = self._board.editor.graph
        rects = {AreaKey("frame", one.id): one.rect for one in graph.frames}
        rects.update({AreaKey("note", one.id): one.rect for one in graph.notes})
        for key in keys:
            item = self.item(key)
            if item is not None and key in rects:
                item.show_rect(QRectF(*rects[key]))

    def disagreements(self) -> list[str]:
        """Where items differ from the document."""
        graph = self._board.editor.graph
        found = []
        if [item.frame for item in self.frames.values()] != list(graph.frames):
            found.append("frames differ")
        if {item.note.id: item.note for item in self.notes.values()} != {note.id: note for note in graph.notes}:
            found.append("notes differ")
        rects = [(one.key, one.rect, QRectF(*_of(one).rect)) for one in self]
        return found + [f"{key}: at {rect}, document {wanted}" for key, rect, wanted in rects if rect != wanted]

    # -- questions -----------------------------------------------------------------------------

    def at(self, place: QPointF, zoom: float) -> tuple[AreaItem, Grip] | None:
        """The uppermost area that a press at a place would take hold of, and where."""
        for item in sorted(self, key=lambda one: one.zValue(), reverse=True):
            grip = item.grip_at(place, zoom)
            if grip is not None:
                return item, grip
        return None

    def choose(self, keys: Iterable[AreaKey]) -> None:
        """Mark these areas, and only these, as chosen."""
        self.chosen = tuple(key for key in dict.fromkeys(keys) if self.item(key) is not None)
        for item in self:
            item.mark(chosen=item.key in self.chosen)

    def nodes_in(self, frame: str) -> tuple[NodeId, ...]:
        """The nodes that a frame carries: those whose middle lies in it."""
        rect = self.frames[frame].rect
        return tuple(node for node, item in self._board.nodes.items() if rect.contains(item.outline.center()))

    def areas_in(self, frame: str) -> tuple[AreaKey, ...]:
        """The notes and smaller frames that a frame carries."""
        rect = self.frames[frame].rect
        held = (item for item in self if item.key != AreaKey("frame", frame))
        return tuple(item.key for item in held if rect.contains(item.rect) and item.rect != rect)

    # -- inside --------------------------------------------------------------------------------

    def _added(self, item: _Item) -> _Item:
        self._board.scene.addItem(item)
        return item

    def _drop(self, items: dict[str, _Item], kept: set[str]) -> None:
        for key in items.keys() - kept:
            self._board.scene.removeItem(items.pop(key))


def _of(item: AreaItem) -> Frame | Note:
    if isinstance(item, FrameItem):
        return item.frame
    assert isinstance(item, NoteItem)
    return item.note
