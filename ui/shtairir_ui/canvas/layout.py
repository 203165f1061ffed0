"""Where things are on a node: a pure function from what it shows to a frozen arrangement.

Coordinates are the node's own, with (0, 0) at its top left corner. From top to bottom: title, one row for each
pair of ports, the note with values, the thumbnail, the alert with the cause of a failure, the footer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF

from shtairir_ui.canvas.face import NodeFace, PortFace
from shtairir_ui.canvas.look import (
    ALERT_LINE,
    BADGE,
    FLAKE,
    FOOTER_HEIGHT,
    GAP,
    ICON,
    MAX_WIDTH,
    MIN_WIDTH,
    NOTE_HEIGHT,
    PAD,
    ROW_HEIGHT,
    THUMBNAIL_HEIGHT,
    TITLE_HEIGHT,
    Look,
)

_BODY_MARGIN = 6.0


@dataclass(frozen=True, slots=True)
class PlacedPort:
    """A port, the centre of its mark, and the room its label may take."""

    port: PortFace
    center: QPointF
    label: QRectF


@dataclass(frozen=True, slots=True)
class Layout:
    """The arrangement of one node."""

    size: QSizeF
    inputs: tuple[PlacedPort, ...]
    outputs: tuple[PlacedPort, ...]
    note: QRectF | None
    thumbnail: QRectF | None
    alert: QRectF | None
    alert_lines: tuple[str, ...]
    footer: QRectF

    @property
    def outline(self) -> QRectF:
        """The node's rectangle."""
        return QRectF(QPointF(0, 0), self.size)

    @property
    def ports(self) -> tuple[PlacedPort, ...]:
        """All ports that are shown, inputs first."""
        return (*self.inputs, *self.outputs)


def arrange(face: NodeFace, look: Look, thumbnail: QSizeF | None = None, alert: str = "") -> Layout:
    """Return where everything on a node is.

    Parameters
    ----------
    thumbnail
        Size of the picture to show, if there is one; only its proportions count.
    alert
        The sentence to show as the cause of a failure; empty for none.
    """
    if face.collapsed:
        return _collapsed(face, look)
    width = _width(face, look)
    rows = max(len(face.inputs), len(face.outputs))
    top = TITLE_HEIGHT + _BODY_MARGIN
    inputs = tuple(_place(port, look, row, width, face) for row, port in enumerate(face.inputs))
    outputs = tuple(_place(port, look, row, width, face) for row, port in enumerate(face.outputs))
    top += rows * ROW_HEIGHT
    note = picture = box = None
    lines: tuple[str, ...] = ()
    if _shares_row(face):
        used = look.width(look.label, face.outputs[0].label) + 2 * GAP
        note = QRectF(PAD, TITLE_HEIGHT + _BODY_MARGIN, width - 2 * PAD - used, ROW_HEIGHT)
    elif face.note:
        note = QRectF(PAD, top, width - 2 * PAD, NOTE_HEIGHT)
        top += NOTE_HEIGHT
    if thumbnail is not None:
        picture = QRectF(GAP, top + 4, width - 2 * GAP, _thumbnail_height(thumbnail, width - 2 * GAP))
        top = picture.bottom() + GAP
    if alert:
        lines = wrapped(alert, look, width - 2 * GAP - 34, 3)
        box = QRectF(GAP, top + 4, width - 2 * GAP, len(lines) * ALERT_LINE + 12)
        top = box.bottom() + GAP
    top = max(top, TITLE_HEIGHT + _BODY_MARGIN) + (0 if alert or thumbnail is not None else 2)
    footer = QRectF(PAD, top, width - 2 * PAD, FOOTER_HEIGHT)
    return Layout(QSizeF(width, footer.bottom()), inputs, outputs, note, picture, box, lines, footer)


def _collapsed(face: NodeFace, look: Look) -> Layout:
    """Only the title; all inputs in one place at its left, all outputs in one at its right."""
    width, middle = _width(face, look), TITLE_HEIGHT / 2
    inputs = tuple(PlacedPort(port, QPointF(0, middle), QRectF()) for port in face.inputs)
    outputs = tuple(PlacedPort(port, QPointF(width, middle), QRectF()) for port in face.outputs)
    return Layout(QSizeF(width, TITLE_HEIGHT), inputs, outputs, None, None, None, (), QRectF())


def wrapped(text: str, look: Look, width: float, most: int) -> tuple[str, ...]:
    """Break a text into at most `most` lines of the small font, the last one shortened if need be."""
    words, lines = text.split(), [""]
    for index, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or look.small.metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        elif len(lines) == most:
            lines[-1] = " ".join([lines[-1], *words[index:]])
            break
        else:
            lines.append(word)
    return tuple(look.small.elided(line, width) for line in lines)


def _shares_row(face: NodeFace) -> bool:
    """Whether the note stands in the first row: a constant has nothing else to its left."""
    return bool(face.note) and not face.inputs and bool(face.outputs)


def _width(face: NodeFace, look: Look) -> float:
    title = look.width(look.title, face.title) + PAD + ICON + GAP + GAP + BADGE + GAP
    title += FLAKE + GAP if face.frozen else 0
    wants = [MIN_WIDTH, title]
    if face.collapsed:
        return min(math.ceil(max(wants) / 8) * 8, MAX_WIDTH)
    for row in range(max(len(face.inputs), len(face.outputs))):
        left = _label_width(face.inputs[row], look) if row < len(face.inputs) else 0.0
        right = _label_width(face.outputs[row], look) if row < len(face.outputs) else 0.0
        wants.append(left + right + 2 * PAD + (2 * GAP if left and right else 0))
    if _shares_row(face):
        label, value = face.note[0]
        pair = look.width(look.small, label) + look.width(look.small, value) + GAP
        wants.append(pair + look.width(look.label, face.outputs[0].label) + 2 * PAD + 2 * GAP)
    return min(math.ceil(max(wants) / 8) * 8, MAX_WIDTH)


def _label_width(port: PortFace, look: Look) -> float:
    value = look.width(look.label, port.value) + GAP if port.value else 0.0
    return look.width(look.label, port.label) + min(value, 96.0)


def _place(port: PortFace, look: Look, row: int, width: float, face: NodeFace) -> PlacedPort:
    y = TITLE_HEIGHT + _BODY_MARGIN + row * ROW_HEIGHT
    center_y = y + ROW_HEIGHT / 2
    room = width - 2 * PAD
    # The output's name comes first: it is short, and it is what one links from.
    right = min(_label_width(face.outputs[row], look) + 1, room * 0.6) if row < len(face.outputs) else 0.0
    if port.side == "in":
        left = room - right - GAP if right else room
        return PlacedPort(port, QPointF(0, center_y), QRectF(PAD, y, left, ROW_HEIGHT))
    if row >= len(face.inputs):
        right = room
    return PlacedPort(port, QPointF(width, center_y), QRectF(width - PAD - right, y, right, ROW_HEIGHT))


def _thumbnail_height(picture: QSizeF, width: float) -> float:
    if picture.width() <= 0:
        return THUMBNAIL_HEIGHT
    return min(THUMBNAIL_HEIGHT, max(32.0, width * picture.height() / picture.width()))
