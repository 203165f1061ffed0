"""How a node is doing, at every zoom: a disc in the colour of its status with a sign in it.

Far away the disc is the largest thing on the card, and stays as large on the screen as it can; near, it sits in the
title. Discs are drawn once for each size and then copied: a thousand of them must not cost a frame.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from shtairir.events import NodeStatus
from shtairir_ui import theme
from shtairir_ui.canvas.glyphs import QUIET, badge_path
from shtairir_ui.canvas.layout import Layout
from shtairir_ui.canvas.look import BADGE, FLAKE, GAP, LOD_DETAIL, TITLE_HEIGHT, Look

if TYPE_CHECKING:
    from shtairir_ui.canvas.node_item import Alert, NodeItem
    from shtairir_ui.runtime import NodeRuntime

SIGN_RADIUS = 7.0
FAR_PX, CARD_PX = 7.0, 6.5
"""How large the disc is on the screen, from its middle, where a node shows its title only, and where not even that."""

_WANDERER = 0.3
"""The part of the track that the bar of a node without progress takes."""
_BANG = "bang"
_FILLED = frozenset({NodeStatus.RUNNING, NodeStatus.CACHED})
Sign = tuple[str, str, bool]
"""What is drawn in a disc: a status or an exclamation mark, its colour, and whether it is out of date."""


def sign_of(runtime: NodeRuntime, concern: Alert | None, look: Look) -> Sign | None:
    """The disc of a node; None for one that has not run and is well."""
    if runtime.status is not None:
        color = look.tokens.status_color(runtime.status.value)
        return runtime.status.value, color.name(), runtime.stale
    if concern is None:
        return None
    return _BANG, look.tokens.css("error" if concern.severe else "warning"), False


def paint_near(painter: QPainter, item: NodeItem, center: QPointF, detail: float) -> None:
    """The disc in the title of a node."""
    sign = item.sign
    if sign is not None:
        paint_sign(painter, item.look, sign, center, SIGN_RADIUS, detail)


def paint_far(painter: QPainter, item: NodeItem, detail: float) -> None:
    """The disc at the corner of a node that shows its title in large letters."""
    sign = item.sign
    if sign is not None:
        radius = min(FAR_PX / detail, 15.0)
        corner = QPointF(item.layout.size.width() - radius - 3, radius + 3)
        paint_sign(painter, item.look, sign, corner, radius, detail)


def paint_on_card(painter: QPainter, item: NodeItem, detail: float) -> None:
    """The disc in the middle of a node that is too small for its title."""
    sign = item.sign
    if sign is not None:
        box = item.box
        paint_sign(painter, item.look, sign, box.center(), min(CARD_PX / detail, box.height() * 0.42), detail)


def paint_sign(painter: QPainter, look: Look, sign: Sign, center: QPointF, radius: float, detail: float) -> None:
    """Copy a disc to where it belongs, pixel for pixel."""
    scale = detail * painter.device().devicePixelRatioF()
    pixels = max(math.ceil(radius * scale), 2)
    disc = look.signs.get((sign, pixels))
    if disc is None:
        disc = look.keep_sign(sign, pixels, _drawn(look, sign, pixels))
    whole = 2.0 * (pixels + 1)
    side = whole / scale
    room = QRectF(center.x() - side / 2, center.y() - side / 2, side, side)
    painter.drawPixmap(room, disc, QRectF(0.0, 0.0, whole, whole))


def _drawn(look: Look, sign: Sign, pixels: int) -> QPixmap:
    """A disc with a radius of so many pixels, in a thin ring of the ground, which keeps it apart from any colour."""
    kind, name, stale = sign
    color = QColor(name)
    side = 2 * (pixels + 1)
    disc = QPixmap(side, side)
    disc.fill(Qt.GlobalColor.transparent)
    painter = QPainter(disc)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(side / 2, side / 2)
    painter.scale(pixels / SIGN_RADIUS, pixels / SIGN_RADIUS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.body)
    painter.drawEllipse(QPointF(0, 0), SIGN_RADIUS * side / (2 * pixels), SIGN_RADIUS * side / (2 * pixels))
    status = None if kind == _BANG else NodeStatus(kind)
    hollow = stale or status in QUIET
    painter.setPen(QPen(color, 1.4) if hollow else Qt.PenStyle.NoPen)
    painter.setBrush(look.body if hollow else color)
    radius = SIGN_RADIUS - (0.7 if hollow else 0.0)
    painter.drawEllipse(QPointF(0, 0), radius, radius)
    ink = color if hollow else look.tokens.background
    if status is None:
        _draw_bang(painter, ink)
    elif pixels >= 3:
        _draw_status(painter, status, ink, filled=status in _FILLED and not hollow)
    painter.end()
    return disc


def _draw_status(painter: QPainter, status: NodeStatus, ink: QColor, *, filled: bool) -> None:
    painter.setPen(QPen(ink, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(ink if filled else Qt.BrushStyle.NoBrush)
    if filled:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPath(badge_path(status))


def _draw_bang(painter: QPainter, ink: QColor) -> None:
    """An exclamation mark: something is to be seen to before a run."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(QRectF(-0.9, -4, 1.8, 5), 0.9, 0.9)
    painter.drawEllipse(QPointF(0, 3.2), 1.1, 1.1)


def paint_frozen(painter: QPainter, item: NodeItem, detail: float) -> None:
    """A flake of snow on a frozen node: beside the disc in the title, at the corner from far away."""
    size = item.layout.size
    if detail >= LOD_DETAIL:
        side = FLAKE
        room = QRectF(size.width() - 2 * GAP - BADGE - side, (TITLE_HEIGHT - side) / 2, side, side)
    else:
        side = min(2 * CARD_PX / detail, size.height() * 0.5)
        room = QRectF(1, 1, side, side)
    pixels = max(round(side * detail * painter.device().devicePixelRatioF()), 4)
    heat = item.heat
    flake = theme.icon_pixmap("freeze", pixels, heat.ink if heat is not None else item.look.tokens.cached)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(room, flake, QRectF(flake.rect()))


def paint_bang(painter: QPainter, look: Look, center: QPointF, *, severe: bool, detail: float) -> None:
    """An exclamation mark in a disc."""
    sign = (_BANG, look.tokens.css("error" if severe else "warning"), False)
    paint_sign(painter, look, sign, center, SIGN_RADIUS, detail)


def paint_progress(painter: QPainter, item: NodeItem, *, far: bool) -> None:
    """A bar under the title (from far away at the bottom) while the node runs; a short one wanders when none is told.

    For who wants less motion it does not wander, but takes the whole track in part of its colour.
    """
    if item.runtime.status is not NodeStatus.RUNNING:
        return
    color, track = item.look.tokens.running, progress_track(item.layout, far=far)
    painter.fillRect(track, theme.with_alpha(color, 0.25))
    fraction = item.runtime.progress
    if fraction is not None:
        track.setWidth(track.width() * min(max(fraction, 0.0), 1.0))
        painter.fillRect(track, color)
    elif theme.motion.reduced():
        painter.fillRect(track, theme.with_alpha(color, 0.6))
    else:
        phase = 0.5 if item.phase is None else item.phase
        start = (1.0 + _WANDERER) * phase - _WANDERER
        fill = QRectF(track.width() * start, track.top(), track.width() * _WANDERER, track.height())
        painter.fillRect(fill & track, color)


def progress_track(layout: Layout, *, far: bool = False) -> QRectF:
    """Where the bar of a running node is; from far away the title stands where it would be."""
    width, height = layout.size.width(), layout.size.height()
    return QRectF(4, height - 9, width - 8, 7) if far else QRectF(0, TITLE_HEIGHT - 1.5, width, 3)
