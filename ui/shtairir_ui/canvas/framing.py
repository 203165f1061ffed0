"""The verbs of frames and notes, each one step of undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF

from shtairir.document import Frame, Note
from shtairir.document.edits import (
    Batch,
    Edit,
    MoveNodes,
    PutFrame,
    PutNote,
    RemoveFrame,
    RemoveNodes,
    RemoveNote,
    count_of,
)
from shtairir.document.naming import free_name
from shtairir.document.placement import FRAME_PAD, FRAME_TITLE
from shtairir_ui.canvas.area_item import AreaKey, as_rect
from shtairir_ui.canvas.gestures.areas import area_of, put, words_of
from shtairir_ui.canvas.look import PAD
from shtairir_ui.canvas.note_item import rendered
from shtairir_ui.canvas.textfields import FrameTitleField, NoteField

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas

NOTE_WIDTH, NOTE_HEIGHT = 240.0, 96.0
EMPTY_FRAME = (360.0, 240.0)


class Framing:
    """Makes, changes and removes the frames and notes of one canvas."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        self.field: FrameTitleField | NoteField | None = None
        self._typed_into: AreaKey | None = None

    @property
    def chosen(self) -> tuple[AreaKey, ...]:
        """What was clicked."""
        return self._canvas.board.areas.chosen

    # -- making --------------------------------------------------------------------------------

    def frame_selection(self) -> None:
        """Put a frame around the selected nodes, or an empty one in the middle of the view, and ask for its title."""
        canvas = self._canvas
        chosen = canvas.editor.selection
        if chosen:
            rect = _padded(canvas.board.extent(chosen))
        else:
            middle = canvas.view.visible_rect().center()
            rect = QRectF(0, 0, *EMPTY_FRAME)
            rect.moveCenter(middle)
        frame = Frame(free_name("frame", {one.id for one in canvas.editor.graph.frames}), rect=as_rect(rect))
        words = f"frame {count_of(len(chosen), 'node')}" if chosen else "add frame"
        canvas.editor.apply(Batch((PutFrame(frame),), words))
        key = AreaKey("frame", frame.id)
        canvas.board.areas.choose((key,))
        self.edit(key)

    def add_note(self, at: QPointF | None = None) -> None:
        """Begin to write a note; it is there once something is written."""
        canvas = self._canvas
        place = canvas.mouse_place() if at is None else at
        rect = QRectF(round(place.x()), round(place.y()), NOTE_WIDTH, NOTE_HEIGHT)

        def done(text: str) -> None:
            if text.strip():
                taken = {one.id for one in canvas.editor.graph.notes}
                note = Note(free_name("note", taken), text, as_rect(self._tall_enough(rect, text)))
                canvas.editor.apply(Batch((PutNote(note),), "add note"))

        self._open(NoteField(canvas.view, rect, "", done), None)

    # -- changing ------------------------------------------------------------------------------

    def edit(self, key: AreaKey) -> None:
        """Type a frame's title or a note's text in place."""
        canvas, graph = self._canvas, self._canvas.editor.graph
        item, area = canvas.board.areas.item(key), area_of(graph, key)
        if item is None or area is None:
            return
        if not canvas.view.visible_rect().intersects(item.handle):
            canvas.view.centerOn(item.rect.center())
        if isinstance(area, Frame):
            done = partial(self._set_title, key)
            self._open(FrameTitleField(canvas.view, item.rect, area.title, done), key)
        else:
            self._open(NoteField(canvas.view, item.rect, area.text, partial(self._set_text, key)), key)

    def recolor(self, keys: Sequence[AreaKey], color: str | None) -> None:
        """Give frames and notes another colour, or none of their own."""
        graph = self._canvas.editor.graph
        areas = [area for key in keys if (area := area_of(graph, key)) is not None]
        self._apply([put(replace(area, color=color)) for area in areas], f"colour {self._words(keys)}")

    def shrink(self, keys: Sequence[AreaKey]) -> None:
        """Make frames as small as their nodes allow, and notes as tall as their text."""
        graph, areas = self._canvas.editor.graph, self._canvas.board.areas
        edits = []
        for key in keys:
            area, rect = area_of(graph, key), self._fitting(key)
            if area is not None and rect is not None and areas.item(key) is not None:
                edits.append(put(replace(area, rect=as_rect(rect))))
        self._apply(edits, f"fit {self._words(keys)}")

    def nudge(self, dx: float, dy: float) -> None:
        """Move what is chosen a little, frames with all that is in them."""
        graph, areas = self._canvas.editor.graph, self._canvas.board.areas
        frames = [key for key in self.chosen if key.kind == "frame"]
        keys = dict.fromkeys((*self.chosen, *(inner for frame in frames for inner in areas.areas_in(frame.id))))
        nodes = dict.fromkeys(node for frame in frames for node in areas.nodes_in(frame.id))
        places = {node: graph.nodes[node].position for node in nodes}
        edits: list[Edit] = [MoveNodes({node: (x + dx, y + dy) for node, (x, y) in places.items()})] if places else []
        for key in keys:
            area = area_of(graph, key)
            if area is not None:
                edits.append(put(replace(area, rect=as_rect(QRectF(*area.rect).translated(dx, dy)))))
        self._apply(edits, f"move {self._words(self.chosen)}")

    def select_nodes(self, key: AreaKey) -> None:
        """Select the nodes that a frame carries."""
        self._canvas.editor.select(self._canvas.board.areas.nodes_in(key.id))

    def remove(self, keys: Sequence[AreaKey], *, with_nodes: bool = False) -> None:
        """Remove frames and notes; of frames the nodes stay, unless they are to go too."""
        areas = self._canvas.board.areas
        nodes = dict.fromkeys(
            node for key in keys if with_nodes and key.kind == "frame" for node in areas.nodes_in(key.id)
        )
        edits: list[Edit] = [RemoveNodes(tuple(nodes))] if nodes else []
        edits += [RemoveFrame(key.id) if key.kind == "frame" else RemoveNote(key.id) for key in keys]
        more = f" with {count_of(len(nodes), 'node')}" if nodes else ""
        self._apply(edits, f"remove {self._words(keys)}{more}")

    def abandon(self) -> None:
        """Let go of what is being typed: another graph is shown."""
        if self.field is not None:
            self.field.finish(keep=False)

    def follow(self) -> None:
        """Let go of what is being typed when that frame or note is there no more: its making was undone."""
        key = self._typed_into
        if key is not None and area_of(self._canvas.editor.graph, key) is None:
            self.abandon()

    # -- inside --------------------------------------------------------------------------------

    def _set_title(self, key: AreaKey, title: str) -> None:
        frame = area_of(self._canvas.editor.graph, key)
        if isinstance(frame, Frame):
            self._apply([PutFrame(replace(frame, title=title))], f"name frame {title}".rstrip())

    def _set_text(self, key: AreaKey, text: str) -> None:
        note = area_of(self._canvas.editor.graph, key)
        if not isinstance(note, Note):
            return
        if text.strip():
            rect = as_rect(self._tall_enough(QRectF(*note.rect), text))
            self._apply([PutNote(replace(note, text=text, rect=rect))], "write note")
        else:
            self._apply([RemoveNote(note.id)], "remove note")

    def _tall_enough(self, rect: QRectF, text: str) -> QRectF:
        wanted = rendered(text, self._canvas.board.look, rect.width() - 2 * PAD).size().height() + 2 * PAD
        return QRectF(rect.x(), rect.y(), rect.width(), max(rect.height(), wanted))

    def _fitting(self, key: AreaKey) -> QRectF | None:
        board = self._canvas.board
        if key.kind == "note":
            note = board.areas.notes.get(key.id)
            return (
                None if note is None else QRectF(note.rect.topLeft(), QSizeF(note.rect.width(), note.fitting_height()))
            )
        inner = [board.nodes[node].outline for node in board.areas.nodes_in(key.id)]
        inner += [item.rect for one in board.areas.areas_in(key.id) if (item := board.areas.item(one)) is not None]
        around = QRectF()
        for rect in inner:
            around = around.united(rect)
        return _padded(around) if inner else None

    def _words(self, keys: Sequence[AreaKey]) -> str:
        if len(keys) == 1:
            return words_of(self._canvas.editor.graph, keys[0])
        kinds = {key.kind for key in keys}
        return count_of(len(keys), kinds.pop() if len(kinds) == 1 else "thing")

    def _apply(self, edits: Sequence[Edit], words: str) -> None:
        if edits:
            self._canvas.editor.apply(Batch(tuple(edits), words))

    def _open(self, field: FrameTitleField | NoteField, key: AreaKey | None) -> None:
        self.field, self._typed_into = field, key
        field.destroyed.connect(self._forgetting(field))

    def _forgetting(self, field: FrameTitleField | NoteField) -> Callable[[], None]:
        def forget() -> None:
            if self.field is field:
                self.field = self._typed_into = None

        return forget


def _padded(rect: QRectF) -> QRectF:
    return rect.adjusted(-FRAME_PAD, -FRAME_TITLE, FRAME_PAD, FRAME_PAD)
