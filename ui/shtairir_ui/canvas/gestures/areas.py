"""Drag a frame, with all that is in it, or a note; pull at an edge to make it larger or smaller."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt

from shtairir.document import Frame, Graph, Note
from shtairir.document.edits import Batch, Edit, MoveNodes, PutFrame, PutNote
from shtairir_ui.canvas.area_item import AreaItem, AreaKey, Grip, as_rect
from shtairir_ui.canvas.gestures.gesture import Stage
from shtairir_ui.canvas.snapping import Snapping


class AreaGesture:
    """Moves or resizes one area, and tells the document once, at the end.

    Parameters
    ----------
    alone
        Move a frame without what is in it.
    """

    def __init__(self, stage: Stage, at: QPointF, item: AreaItem, grip: Grip, *, alone: bool = False) -> None:
        self._stage = stage
        self._key, self._grip = item.key, grip
        self.cursor = grip.cursor
        self._start = stage.view.to_scene(at)
        board = stage.board
        carries = grip.moves and item.key.kind == "frame" and not alone
        nodes = board.areas.nodes_in(item.key.id) if carries else ()
        inner = board.areas.areas_in(item.key.id) if carries else ()
        self._nodes = {node: board.nodes[node].pos() for node in nodes}
        rects = ((key, board.areas.item(key)) for key in (item.key, *inner))
        self._rects = {key: QRectF(one.rect) for key, one in rects if one is not None}
        self._by = QPointF(0, 0)
        self._snapping = Snapping(stage, nodes, tuple(self._rects))

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Put the items where the mouse takes them."""
        by = self._stage.view.to_scene(at) - self._start
        rect, grip = self._rects[self._key], self._grip
        by = self._snapping.snapped(rect, by, modifiers, (grip.x, grip.y))
        self._by = QPointF(round(by.x()), round(by.y()))
        areas = self._stage.board.areas
        for key, before in self._rects.items():
            item = areas.item(key)
            if item is not None:
                item.show_rect(grip.pulled(before, self._by) if key == self._key else before.translated(self._by))
        self._stage.board.place({node: start + self._by for node, start in self._nodes.items()})

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Make it one edit of the document."""
        edit = None if self._by.isNull() else self._edit()
        if edit is not None:
            self._stage.editor.apply(edit)
        self.cancel()

    def cancel(self) -> None:
        """Put the items where the document has them."""
        self._snapping.end()
        self._stage.board.restore(self._nodes)
        self._stage.board.areas.restore(self._rects)

    def _edit(self) -> Edit:
        graph, areas = self._stage.editor.graph, self._stage.board.areas
        edits: list[Edit] = []
        if self._nodes:
            places = {node: start + self._by for node, start in self._nodes.items()}
            edits.append(MoveNodes({node: (place.x(), place.y()) for node, place in places.items()}))
        for key in self._rects:
            item, one = areas.item(key), area_of(graph, key)
            if item is not None and one is not None:
                edits.append(put(replace(one, rect=as_rect(item.rect))))
        verb = "move" if self._grip.moves else "resize"
        return Batch(tuple(edits), f"{verb} {words_of(graph, self._key)}")


def area_of(graph: Graph, key: AreaKey) -> Frame | Note | None:
    """The frame or note that a key names."""
    found: tuple[Frame, ...] | tuple[Note, ...] = graph.frames if key.kind == "frame" else graph.notes
    return next((one for one in found if one.id == key.id), None)


def put(area: Frame | Note) -> Edit:
    """The edit that puts a frame or a note in place of the one it was made from."""
    return PutFrame(area) if isinstance(area, Frame) else PutNote(area)


def words_of(graph: Graph, key: AreaKey) -> str:
    """A frame or a note in words: ``frame Clean``, ``note``."""
    area = area_of(graph, key)
    title = area.title if isinstance(area, Frame) else ""
    return f"{key.kind} {title}".strip()
