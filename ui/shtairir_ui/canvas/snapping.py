"""What is dragged settles on lines with its neighbours, on level links, or on the grid; Ctrl lets it go anywhere.

The lines of all others are gathered once, when the drag begins; each move then looks for the nearest among them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from shtairir.ids import NodeId
from shtairir_ui.canvas.area_item import AreaKey
from shtairir_ui.canvas.scene import GRID
from shtairir_ui.canvas.toolkit import Z_LIVE
from shtairir_ui.guard import guarded

if TYPE_CHECKING:
    from shtairir_ui.canvas.gestures.gesture import Stage

STEP = GRID / 2
"""Between two dots of the ground there is one more place to settle on."""
_CATCH_PX, _CATCH_MOST = 7.0, 16.0
_BEYOND = 16.0


@dataclass(slots=True)
class Snaps:
    """To what things that are dragged settle, as a person has chosen."""

    grid: bool = False
    neighbours: bool = False


class _Line(NamedTuple):
    """A line that something can settle on: where it is, and from where to where the other one reaches along it."""

    at: float
    start: float
    end: float


class Guides(QGraphicsItem):
    """The lines that something has settled on."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage
        self._lines: list[QLineF] = []
        self.setZValue(Z_LIVE)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def lines(self) -> Sequence[QLineF]:
        """What is shown."""
        return tuple(self._lines)

    def show_lines(self, lines: Iterable[QLineF]) -> None:
        """Show these lines, and no others."""
        lines = list(lines)
        if lines != self._lines:
            self.prepareGeometryChange()
            self._lines = lines

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """Around all lines."""
        rect = QRectF()
        for line in self._lines:
            rect = rect.united(QRectF(line.p1(), line.p2()).normalized().adjusted(-4, -4, 4, 4))
        return rect

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw thin lines of the accent's colour, as wide at any zoom."""
        zoom = max(option.levelOfDetailFromTransform(painter.worldTransform()), 1e-3)
        painter.setPen(QPen(self._stage.board.look.tokens.accent, 1.2 / zoom))
        painter.drawLines(self._lines)


class Snapping:
    """Settles one drag.

    Parameters
    ----------
    nodes, areas
        What is dragged, and so is no neighbour.
    """

    def __init__(self, stage: Stage, nodes: Sequence[NodeId], areas: Sequence[AreaKey]) -> None:
        self._stage = stage
        self._snaps = stage.board.snaps
        self._guides = Guides(stage)
        self._xs: list[_Line] = []
        self._ys: list[_Line] = []
        self._levels: list[float] = []
        if self._snaps.neighbours:
            self._gather(set(nodes), set(areas))
        if len(nodes) == 1:
            self._levels = self._level_steps(nodes[0])

    def snapped(
        self, rect: QRectF, by: QPointF, modifiers: Qt.KeyboardModifier, sides: tuple[int, int] = (0, 0)
    ) -> QPointF:
        """Return by how much to move instead of `by`, and show the lines that this settles on.

        Parameters
        ----------
        rect
            What is dragged, where it was at first.
        sides
            Which side is pulled, of an edge that is dragged: -1 the left or upper one, 1 the right or lower one.
        """
        free = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if free or not (self._snaps.grid or self._snaps.neighbours):
            self._show([])
            return by
        catch = min(_CATCH_PX / self._stage.view.zoom, _CATCH_MOST)
        x = self._nearest(self._xs, _sides(rect.left(), rect.right(), sides[0], any(sides)), by.x(), catch)
        y = self._level(by.y(), catch) if not any(sides) else None
        if y is None:
            y = self._nearest(self._ys, _sides(rect.top(), rect.bottom(), sides[1], any(sides)), by.y(), catch)
        if self._snaps.grid:
            x = _on_grid(rect.right() if sides[0] > 0 else rect.left(), by.x()) if x is None else x
            y = _on_grid(rect.bottom() if sides[1] > 0 else rect.top(), by.y()) if y is None else y
        settled = QPointF(by.x() if x is None else x, by.y() if y is None else y)
        self._show(self._lines(rect.translated(settled)) if not any(sides) else [])
        return settled

    def end(self) -> None:
        """Show no lines any more."""
        if self._guides.scene() is not None:
            self._stage.board.scene.removeItem(self._guides)

    # -- inside --------------------------------------------------------------------------------

    def _gather(self, nodes: set[NodeId], areas: set[AreaKey]) -> None:
        board, seen = self._stage.board, self._stage.view.visible_rect()
        rects = [item.outline for node, item in board.nodes.items() if node not in nodes]
        rects += [area.rect for area in board.areas if area.key not in areas]
        for rect in rects:
            if rect.intersects(seen):
                self._xs += [_Line(at, rect.top(), rect.bottom()) for at in _three(rect.left(), rect.right())]
                self._ys += [_Line(at, rect.left(), rect.right()) for at in _three(rect.top(), rect.bottom())]
        self._xs.sort()
        self._ys.sort()

    def _level_steps(self, node: NodeId) -> list[float]:
        """By how much a node must go down or up for each of its links to be level."""
        if not self._snaps.neighbours:
            return []
        steps = []
        for item in self._stage.board.links_at(node):
            if item.link.source.node != item.link.target.node:
                down = item.path().currentPosition().y() - item.path().pointAtPercent(0).y()
                steps.append(down if item.link.source.node == node else -down)
        return steps

    def _level(self, by: float, catch: float) -> float | None:
        near = [step for step in self._levels if abs(step - by) <= catch]
        return min(near, key=lambda step: abs(step - by)) if near else None

    def _nearest(self, lines: list[_Line], sides: Sequence[float], by: float, catch: float) -> float | None:
        best: float | None = None
        for side in sides:
            index = bisect_left(lines, (side + by,))
            for line in lines[max(index - 1, 0) : index + 1]:
                step = line.at - side
                if abs(step - by) <= catch and (best is None or abs(step - by) < abs(best - by)):
                    best = step
        return best

    def _lines(self, rect: QRectF) -> list[QLineF]:
        """The lines of neighbours that a rectangle lies on, from the farthest of them to it."""
        found = []
        for at in _three(rect.left(), rect.right()):
            met = [line for line in self._xs if abs(line.at - at) < 0.5]
            if met:
                start = min(rect.top(), *(line.start for line in met)) - _BEYOND
                end = max(rect.bottom(), *(line.end for line in met)) + _BEYOND
                found.append(QLineF(at, start, at, end))
        for at in _three(rect.top(), rect.bottom()):
            met = [line for line in self._ys if abs(line.at - at) < 0.5]
            if met:
                start = min(rect.left(), *(line.start for line in met)) - _BEYOND
                end = max(rect.right(), *(line.end for line in met)) + _BEYOND
                found.append(QLineF(start, at, end, at))
        return found

    def _show(self, lines: list[QLineF]) -> None:
        if lines and self._guides.scene() is None:
            self._stage.board.scene.addItem(self._guides)
        self._guides.show_lines(lines)


def _three(low: float, high: float) -> tuple[float, float, float]:
    return (low, (low + high) / 2, high)


def _sides(low: float, high: float, side: int, resizes: bool) -> Sequence[float]:
    """What may settle: both edges and the middle of what moves, else the edge that is pulled."""
    if not resizes:
        return _three(low, high)
    return (low,) if side < 0 else (high,) if side > 0 else ()


def _on_grid(edge: float, by: float) -> float:
    return round((edge + by) / STEP) * STEP - edge
