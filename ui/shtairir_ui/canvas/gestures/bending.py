"""Drag a dot that a link is led over, or a new one out of the link."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from shtairir.document import Link
from shtairir.document.edits import Batch, SetVia
from shtairir.document.model import Point
from shtairir_ui.canvas.gestures.gesture import Stage
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.snapping import STEP

_LEVEL = 7.0
"""How near a dot must come to the height of what is before or after it to settle there."""


class DotGesture:
    """Moves one dot with the mouse, and tells the document once, at the end.

    Parameters
    ----------
    index
        Which dot; a new one comes before the dot that has this number now.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, stage: Stage, item: LinkItem, index: int, *, is_new: bool = False) -> None:
        self._stage = stage
        self._link = item.link
        self._index = index
        self._is_new = is_new
        self._via: tuple[Point, ...] = item.link.via

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Lead the line over where the mouse is; Alt lets it settle nowhere."""
        place = self._stage.view.to_scene(at)
        if not modifiers & Qt.KeyboardModifier.AltModifier:
            place = self._settled(place)
        self._via = with_dot(self._link, self._index, place, is_new=self._is_new)
        self._show(self._via)

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Make it one edit of the document."""
        self._show(self._link.via)
        if self._via != self._link.via:
            words = f"{'add a dot to' if self._is_new else 'move a dot of'} the link into {self._link.target}"
            self._stage.editor.apply(Batch((SetVia(self._link.target, self._via),), words))

    def cancel(self) -> None:
        """Show the line as the document has it."""
        self._show(self._link.via)

    def _show(self, via: tuple[Point, ...]) -> None:
        item = self._stage.board.links.get(self._link.target)
        if item is not None:
            self._stage.board.route(item, tuple(QPointF(*point) for point in via))

    def _settled(self, place: QPointF) -> QPointF:
        if self._stage.board.snaps.grid:
            place = QPointF(round(place.x() / STEP) * STEP, round(place.y() / STEP) * STEP)
        return QPointF(place.x(), self._level(place.y()))

    def _level(self, y: float) -> float:
        """The height of a neighbour along the line, if it is near."""
        board, link = self._stage.board, self._link
        others = [point for index, point in enumerate(link.via) if self._is_new or index != self._index]
        heights = [
            board.nodes[link.source.node].anchor("out", link.source.port).y(),
            *(point[1] for point in others),
            board.nodes[link.target.node].anchor("in", link.target.port).y(),
        ]
        nearest = min(heights, key=lambda height: abs(height - y))
        return nearest if abs(nearest - y) <= _LEVEL else y


def with_dot(link: Link, index: int, place: QPointF, *, is_new: bool) -> tuple[Point, ...]:
    """Return the dots of a link with one more, or with one elsewhere."""
    point = (float(round(place.x())), float(round(place.y())))
    return (*link.via[:index], point, *link.via[index + (not is_new) :])


def added_dot(item: LinkItem, at: QPointF) -> Batch:
    """Return the edit that leads a link over one more dot at a place."""
    via = with_dot(item.link, item.gap_at(at), at, is_new=True)
    return Batch((SetVia(item.link.target, via),), f"add a dot to the link into {item.link.target}")


def without_dot(link: Link, index: int) -> Batch:
    """Return the edit that takes a dot away."""
    via = (*link.via[:index], *link.via[index + 1 :])
    return Batch((SetVia(link.target, via),), f"remove a dot of the link into {link.target}")
