"""What frames and notes have in common: a rectangle that is moved, and made larger or smaller by its edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsItem

from shtairir.document.model import Rect
from shtairir_ui import theme
from shtairir_ui.canvas.look import Look
from shtairir_ui.guard import guarded

Kind = Literal["frame", "note"]

MIN_WIDTH: Final = 96.0
MIN_HEIGHT: Final = 48.0
_EDGE_PX, _EDGE_MOST = 6.0, 12.0
FAR: Final = 0.45
"""Below this zoom the title of a frame is written above it, as large as texts of the window are."""

COLORS: Final = (
    ("Blue", "#3f7fe0"),
    ("Teal", "#1f9d94"),
    ("Green", "#4b9b45"),
    ("Yellow", "#c79a1c"),
    ("Orange", "#d9722e"),
    ("Red", "#cf4b4b"),
    ("Pink", "#c2559f"),
    ("Violet", "#7d63d6"),
)
"""They are mixed into the ground, so that one colour does for both themes."""


class AreaKey(NamedTuple):
    """Names a frame or a note of a graph."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Grip:
    """Where an area is held: at an edge (-1 left or upper, 1 right or lower), or to be moved (neither)."""

    x: int = 0
    y: int = 0

    @property
    def moves(self) -> bool:
        """Whether all of it goes along."""
        return not (self.x or self.y)

    @property
    def cursor(self) -> Qt.CursorShape:
        """What the mouse looks like there."""
        if self.moves:
            return Qt.CursorShape.SizeAllCursor
        if not self.y:
            return Qt.CursorShape.SizeHorCursor
        if not self.x:
            return Qt.CursorShape.SizeVerCursor
        return Qt.CursorShape.SizeFDiagCursor if self.x == self.y else Qt.CursorShape.SizeBDiagCursor

    def pulled(self, rect: QRectF, by: QPointF, least: tuple[float, float] = (MIN_WIDTH, MIN_HEIGHT)) -> QRectF:
        """Return the rectangle after the mouse went on by so much."""
        if self.moves:
            return rect.translated(by)
        left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
        width, height = least
        if self.x < 0:
            left = min(left + by.x(), right - width)
        elif self.x > 0:
            right = max(right + by.x(), left + width)
        if self.y < 0:
            top = min(top + by.y(), bottom - height)
        elif self.y > 0:
            bottom = max(bottom + by.y(), top + height)
        return QRectF(QPointF(left, top), QPointF(right, bottom))


MOVES: Final = Grip()


class AreaItem(QGraphicsItem):
    """A rectangle behind the nodes. It takes no mouse itself: the hand finds it and moves it.

    Attributes
    ----------
    chosen, hovered
        Whether it is marked to be acted upon, and whether the mouse is on what can be dragged of it.
    """

    def __init__(self, key: AreaKey, rect: Rect, color: str | None, look: Look, z: float) -> None:
        super().__init__()
        self.key = key
        self.look = look
        self.rect = QRectF(*rect)
        self.color = self._color(color)
        self.chosen = self.hovered = False
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_rect(self, rect: QRectF) -> None:
        """Be somewhere else, or of another size; the document may not know yet."""
        if rect != self.rect:
            self.prepareGeometryChange()
            self.rect = QRectF(rect)

    def show_color(self, color: str | None) -> None:
        """Have another colour."""
        self.color = self._color(color)
        self.update()

    def show_look(self, look: Look, color: str | None) -> None:
        """Draw with another theme."""
        self.look = look
        self.show_color(color)

    def mark(self, *, chosen: bool | None = None, hovered: bool | None = None) -> None:
        """Show that it is chosen, or that the mouse is on it."""
        before = (self.chosen, self.hovered)
        self.chosen = self.chosen if chosen is None else chosen
        self.hovered = self.hovered if hovered is None else hovered
        if (self.chosen, self.hovered) != before:
            self.update()

    def grip_at(self, place: QPointF, zoom: float) -> Grip | None:
        """What a press at a place of the canvas would take hold of; None where it goes through."""
        edge = min(_EDGE_PX / zoom, _EDGE_MOST)
        rect = self.rect
        if not rect.adjusted(-edge, -edge, edge, edge).contains(place):
            return None
        x = -1 if place.x() - rect.left() < edge else 1 if rect.right() - place.x() < edge else 0
        y = -1 if place.y() - rect.top() < edge else 1 if rect.bottom() - place.y() < edge else 0
        if x or y:
            # Near a corner both directions are meant.
            corner = 2.5 * edge
            x = x or (-1 if place.x() - rect.left() < corner else 1 if rect.right() - place.x() < corner else 0)
            y = y or (-1 if place.y() - rect.top() < corner else 1 if rect.bottom() - place.y() < corner else 0)
            return Grip(x, y)
        return Grip() if self._is_handle(place) else None

    @property
    def handle(self) -> QRectF:
        """Where it is taken to be moved, on the canvas."""
        raise NotImplementedError

    def _is_handle(self, place: QPointF) -> bool:
        return self.handle.contains(place)

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The area with its outline."""
        return self.rect.adjusted(-3, -3, 3, 3)

    def _color(self, given: str | None) -> QColor:
        color = QColor(given) if given else QColor()
        return color if color.isValid() else QColor(self.look.tokens.text_dim)

    def ground(self, share: float) -> QColor:
        """The canvas with so much of the area's colour."""
        return theme.mix(self.look.tokens.background, self.color, share)


def as_rect(rect: QRectF) -> Rect:
    """A rectangle as the document has it, in whole units."""
    return (float(round(rect.x())), float(round(rect.y())), float(round(rect.width())), float(round(rect.height())))
