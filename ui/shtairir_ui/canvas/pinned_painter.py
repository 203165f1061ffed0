"""How a pinned preview is drawn: a picture, a table, a number or a text, readable at any zoom.

Letters keep a size on the screen below which nobody reads: as one zooms out they grow on the card, and fewer of them
fit. What is written is laid out once for a size of letters and drawn from memory after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextOption

from shtairir_ui import theme
from shtairir_ui.canvas.look import RADIUS, Look

if TYPE_CHECKING:
    from shtairir_ui.canvas.pinned_item import PinnedItem
    from shtairir_ui.preview import Glance

HEADER, PAD = 24.0, 8.0
_READABLE_PX = 9.5
_NOTHING_READABLE = 0.16
_LETTERS = (12.0, 14.0, 17.0, 20.0, 24.0, 29.0, 35.0, 42.0, 50.0, 60.0)
_LINE = 1.4
_LARGEST_NUMBER = 44.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and where it stands."""

    text: str
    room: QRectF
    flags: Qt.AlignmentFlag
    is_quiet: bool = False
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What is written on a card, laid out for one size of letters."""

    glance: Glance
    letters: float
    font: QFont
    pieces: tuple[Piece, ...]


def paint_pinned(painter: QPainter, item: PinnedItem, detail: float) -> None:
    """Draw a card; `detail` is how many screen pixels one unit of it covers."""
    look = item.look
    card = QRectF(QPointF(0, 0), item.size)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.tokens.type_color(item.family), 1.0) if item.hovered else look.outline)
    painter.setBrush(look.body)
    painter.drawRoundedRect(card, RADIUS, RADIUS)
    letters = letters_for(detail)
    has_header = letters is not None and letters <= _LETTERS[2]
    glance = item.seen(detail * painter.device().devicePixelRatioF())
    if has_header:
        _paint_header(painter, item, glance.words if glance is not None else "")
    room = card.adjusted(PAD, HEADER if has_header else PAD, -PAD, -PAD)
    painter.setClipRect(room)
    painter.setOpacity(0.45 if item.stale else 1.0)
    if glance is None:
        _paint_words(painter, look, room, letters, "No result yet")
    elif glance.picture is not None:
        _paint_picture(painter, look, room, glance)
    elif letters is not None:
        _paint_written(painter, item, room, glance, letters)
    painter.setClipping(False)
    painter.setOpacity(1.0)
    if item.hovered:
        _paint_grip(painter, look, card)


def letters_for(detail: float) -> float | None:
    """Return how large letters must be on the card to be readable; None when no such letters make sense."""
    if detail < _NOTHING_READABLE:
        return None
    return next((size for size in _LETTERS if size * detail >= _READABLE_PX), _LETTERS[-1])


def _paint_header(painter: QPainter, item: PinnedItem, words: str) -> None:
    look, tokens = item.look, item.look.tokens
    room = QRectF(PAD, 0, item.size.width() - 2 * PAD, HEADER)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.type_color(item.family))
    painter.drawEllipse(QPointF(PAD + 3, HEADER / 2), 3.0, 3.0)
    painter.setFont(look.small.font)
    painter.setPen(tokens.text)
    label = look.small.elided(item.label, room.width() * 0.5)
    painter.drawText(room.adjusted(12, 0, 0, 0), _LEFT, label)
    rest = room.adjusted(12 + look.width(look.small, label) + PAD, 0, 0, 0)
    painter.setPen(tokens.text_dim)
    painter.drawText(rest, _RIGHT, look.small.elided(f"{words}, out of date" if item.stale else words, rest.width()))


def _paint_picture(painter: QPainter, look: Look, room: QRectF, glance: Glance) -> None:
    image = glance.picture
    assert image is not None
    painter.fillRect(room, look.well)
    scale = min(room.width() / image.width(), room.height() / image.height())
    place = QRectF(0, 0, image.width() * scale, image.height() * scale)
    place.moveCenter(room.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale * painter.worldTransform().m11() < 3)
    painter.drawImage(place, image)


def _paint_words(painter: QPainter, look: Look, room: QRectF, letters: float | None, words: str) -> None:
    if letters is not None:
        painter.setFont(_font(letters))
        painter.setPen(look.tokens.text_dim)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words)


def _paint_written(painter: QPainter, item: PinnedItem, room: QRectF, glance: Glance, letters: float) -> None:
    written = item.written
    if written is None or written.glance is not glance or written.letters != letters:
        written = item.written = _write(glance, room, letters)
    tokens = item.look.tokens
    painter.setFont(written.font)
    for piece in written.pieces:
        painter.setPen(tokens.text_dim if piece.is_quiet else tokens.text)
        if piece.wraps:
            painter.drawText(piece.room, piece.text, _wrapping())
        else:
            painter.drawText(piece.room, int(piece.flags), piece.text)


def _wrapping() -> QTextOption:
    option = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def _write(glance: Glance, room: QRectF, letters: float) -> Written:
    if glance.rows:
        font = _font(letters)
        return Written(glance, letters, font, _table(glance.rows, room, QFontMetricsF(font)))
    if glance.kind != "text" and len(glance.large) <= 40:
        font = _fitting(glance.large, room, letters)
        piece = Piece(
            QFontMetricsF(font).elidedText(glance.large, Qt.TextElideMode.ElideRight, room.width()),
            room,
            Qt.AlignmentFlag.AlignCenter,
        )
        return Written(glance, letters, font, (piece,))
    font = _font(letters)
    return Written(glance, letters, font, (Piece(_beginning(glance.large, room, letters), room, _LEFT, wraps=True),))


def _beginning(text: str, room: QRectF, letters: float) -> str:
    """As much of a text as can be seen; the rest would only be laid out."""
    lines = max(int(room.height() / (letters * 1.1)), 1)
    most = max(int(room.width() / (letters * 0.25)), 8)
    return "\n".join(line[: most * lines] for line in text.split("\n", lines)[:lines])


def _table(rows: tuple[tuple[str, ...], ...], room: QRectF, metrics: QFontMetricsF) -> tuple[Piece, ...]:
    """Place as many rows and columns as there is room for; a column is as wide as what it shows."""
    height = metrics.height() * _LINE / 1.2
    shown = rows[: max(int(room.height() / height), 1)]
    gap = metrics.averageCharWidth() * 1.6
    left, pieces = room.left(), []
    for column in range(len(rows[0])):
        if left > room.right() - gap:
            break
        cells = [row[column].partition("\n")[0] for row in shown]
        is_last = column == len(rows[0]) - 1
        widest = max(metrics.horizontalAdvance(cell[:40]) for cell in cells)
        width = min(widest, room.right() - left, room.width() if is_last else room.width() * 0.6)
        side = _RIGHT if _is_numeric(cells[1:]) else _LEFT
        for number, cell in enumerate(cells):
            words = metrics.elidedText(cell[:80], Qt.TextElideMode.ElideRight, width + 1)
            place = QRectF(left, room.top() + number * height, width, height)
            pieces.append(Piece(words, place, side, is_quiet=number == 0))
        left += width + gap
    return tuple(pieces)


def _is_numeric(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell != "–"]
    return bool(filled) and all(cell[:1].isdigit() or cell[:2].lstrip("-−").isdigit() for cell in filled)


def _fitting(text: str, room: QRectF, letters: float) -> QFont:
    """The largest letters in which one line fits."""
    size = min(_LARGEST_NUMBER, room.height() * 0.7)
    width = QFontMetricsF(_font(size)).horizontalAdvance(text)
    return _font(max(min(size, size * room.width() / max(width, 1.0)), letters))


def _font(size: float) -> QFont:
    font = theme.ui_font(max(round(size), 1))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _paint_grip(painter: QPainter, look: Look, card: QRectF) -> None:
    painter.setPen(QPen(QColor(look.tokens.text_dim), 1.2))
    corner = card.bottomRight() - QPointF(4, 4)
    for length in (4.0, 8.0):
        painter.drawLine(corner - QPointF(length, 0), corner - QPointF(0, length))
