"""Draws a node, from its outline to its badge, with as much detail as the zoom leaves room for.

Far away a node is a coloured card; nearer it has its title in large letters; near it shows everything. The
painter is in the node's own coordinates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from shtairir.document.model import ACTIVE
from shtairir.events import NodeStatus
from shtairir_ui.canvas.footer import footer_texts
from shtairir_ui.canvas.glyphs import STOP_RADIUS, paint_stop
from shtairir_ui.canvas.heat_painter import paint_heat_card, paint_heat_chip, paint_heat_figure
from shtairir_ui.canvas.layout import PlacedPort
from shtairir_ui.canvas.look import (
    ALERT_LINE,
    BADGE,
    FLAKE,
    GAP,
    ICON,
    LOD_CARD,
    LOD_DETAIL,
    PAD,
    RADIUS,
    TITLE_HEIGHT,
    Look,
)
from shtairir_ui.canvas.port_painter import is_reachable, paint_port
from shtairir_ui.canvas.state_painter import paint_state, paint_state_on_card, state_pen
from shtairir_ui.canvas.status_painter import (
    paint_bang,
    paint_far,
    paint_frozen,
    paint_near,
    paint_on_card,
    paint_progress,
)

if TYPE_CHECKING:
    from shtairir_ui.canvas.node_item import NodeItem

_COST_SHARE = 0.8
"""How much of the footer its right side may take, when it tells why a node waits."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FAILED = frozenset({NodeStatus.FAILED, NodeStatus.TIMED_OUT})


def paint_node(painter: QPainter, item: NodeItem, detail: float) -> None:
    """Draw a node; `detail` is how many screen pixels one unit of it covers."""
    if detail < LOD_CARD:
        _paint_card(painter, item, detail)
        if item.stops:
            _paint_stop(painter, item, detail)
        if item.face.frozen:
            paint_frozen(painter, item, detail)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if detail < LOD_DETAIL:
        _paint_far_title(painter, item)
        paint_far(painter, item, detail)
    else:
        _paint_ground(painter, item)
        _paint_title(painter, item, detail)
        if not item.face.collapsed:
            _paint_body(painter, item, detail)
    paint_progress(painter, item, far=detail < LOD_DETAIL)
    paint_state(painter, item)
    if item.face.frozen:
        paint_frozen(painter, item, detail)
    _paint_outline(painter, item)
    for placed in item.layout.ports:
        paint_port(painter, item, placed)
    _paint_stop(painter, item, detail)


def _paint_stop(painter: QPainter, item: NodeItem, detail: float) -> None:
    """At the left of the title, half outside; from far away as large as it may be without leaving the item."""
    if item.stops:
        far = detail < LOD_DETAIL
        center = QPointF(STOP_RADIUS if far else 0, TITLE_HEIGHT / 2)
        paint_stop(painter, item.look.tokens, center, 2 * STOP_RADIUS if far else STOP_RADIUS)


def _paint_card(painter: QPainter, item: NodeItem, detail: float) -> None:
    look, outline = item.look, item.box
    if item.heat is not None:
        paint_heat_card(painter, item, item.heat)
    else:
        painter.fillRect(outline, look.absent_body if item.face.is_idle else look.card(item.face.category))
    if item.face.state != ACTIVE:
        paint_state_on_card(painter, item, detail)
    paint_on_card(painter, item, detail)
    if item.isSelected():
        painter.setPen(QPen(look.tokens.accent, 0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(outline)


def _paint_ground(painter: QPainter, item: NodeItem) -> None:
    look, outline = item.look, item.layout.outline
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.shadow)
    painter.drawRoundedRect(outline.adjusted(-2, 0, 2, 4), RADIUS + 2, RADIUS + 2)
    if item.face.opens:  # a sheet behind it: there is more inside
        painter.setPen(look.outline)
        painter.setBrush(look.well)
        painter.drawRoundedRect(outline.adjusted(5, 5, 5, 5), RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
    if item.isSelected():
        painter.setBrush(look.glow)
        painter.drawRoundedRect(outline.adjusted(-4, -4, 4, 4), RADIUS + 4, RADIUS + 4)
    painter.setBrush(look.absent_body if item.face.is_idle else look.body)
    painter.drawRoundedRect(outline, RADIUS, RADIUS)


def _paint_outline(painter: QPainter, item: NodeItem) -> None:
    look = item.look
    if item.isSelected():
        pen = look.selected_outline
    elif _has_failed(item):
        pen = QPen(look.tokens.error, 1.5)
    elif item.runtime.status is NodeStatus.PAUSED:
        pen = QPen(look.tokens.warning, 2.0)
    elif item.face.absence:
        pen = look.absent_outline
    elif (in_state := state_pen(item)) is not None:
        pen = in_state
    else:
        pen = look.hover_outline if item.hovered else look.outline
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(item.layout.outline, RADIUS, RADIUS)


def _paint_title(painter: QPainter, item: NodeItem, detail: float) -> None:
    look, width = item.look, item.layout.size.width()
    category = item.face.category
    absent = item.face.is_idle
    painter.setPen(Qt.PenStyle.NoPen)
    heat = item.heat
    painter.setBrush(heat.ground if heat is not None else look.absent_body if absent else look.band(category))
    if item.face.collapsed:
        painter.drawRoundedRect(item.layout.outline, RADIUS, RADIUS)
    else:
        painter.drawPath(_title_path(width))
        painter.setPen(look.rule)
        painter.drawLine(QPointF(0, TITLE_HEIGHT), QPointF(width, TITLE_HEIGHT))
    left = PAD - 2.0
    if heat is None:  # else it would have to be read on any colour
        icon = look.category_icon(category, detail * painter.device().devicePixelRatioF(), dim=absent)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(QRectF(left, (TITLE_HEIGHT - ICON) / 2, ICON, ICON), icon, QRectF(icon.rect()))
        left += ICON + GAP
    signs = BADGE + 2 * GAP + (FLAKE + GAP if item.face.frozen else 0)
    room = QRectF(left, 0, width - left - signs, TITLE_HEIGHT)
    painter.setFont(look.title.font)
    painter.setPen(heat.ink if heat is not None else look.tokens.text_dim if absent else look.tokens.text)
    painter.drawText(room, _LEFT, look.title.elided(item.face.title, room.width()))
    paint_near(painter, item, QPointF(width - GAP - BADGE / 2, TITLE_HEIGHT / 2), detail)


def _title_path(width: float) -> QPainterPath:
    """The title's ground: round above, straight below."""
    path = QPainterPath(QPointF(0, TITLE_HEIGHT))
    path.lineTo(0, RADIUS)
    path.quadTo(0, 0, RADIUS, 0)
    path.lineTo(width - RADIUS, 0)
    path.quadTo(width, 0, width, RADIUS)
    path.lineTo(width, TITLE_HEIGHT)
    path.closeSubpath()
    return path


def _paint_body(painter: QPainter, item: NodeItem, detail: float) -> None:
    look, layout = item.look, item.layout
    painter.setFont(look.label.font)
    for placed in layout.inputs:
        _paint_input_label(painter, item, placed)
    for placed in layout.outputs:
        painter.setPen(_label_color(item, placed))
        painter.drawText(placed.label, _RIGHT, look.label.elided(placed.port.label, placed.label.width()))
    if layout.note is not None:
        _paint_note(painter, item, layout.note)
    if layout.thumbnail is not None and item.thumbnail is not None:
        _paint_thumbnail(painter, item, layout.thumbnail)
    if layout.alert is not None:
        _paint_alert(painter, item, layout.alert, detail)
    _paint_footer(painter, item)


def _paint_input_label(painter: QPainter, item: NodeItem, placed: PlacedPort) -> None:
    look, port, room = item.look, placed.port, placed.label
    label = look.label.elided(port.label, room.width())
    painter.setPen(_label_color(item, placed))
    painter.drawText(room, _LEFT, label)
    left = look.width(look.label, label) + GAP
    if port.value and room.width() - left > 14:
        painter.setPen(look.tokens.text_disabled if item.face.absence else look.tokens.text_dim)
        rest = room.adjusted(left, 0, 0, 0)
        painter.drawText(rest, _LEFT, look.label.elided(port.value, rest.width()))


def _paint_note(painter: QPainter, item: NodeItem, room: QRectF) -> None:
    """Label and value by turns; a pair that does not fit whole is left out, but for the first."""
    look = item.look
    painter.setFont(look.small.font)
    for number, (label, value) in enumerate(item.face.note):
        label_width = look.width(look.small, label) + 5
        width = label_width + look.width(look.small, value)
        if number and width > room.width():
            painter.setPen(look.quiet)
            painter.drawText(room, _LEFT, "…")
            return
        painter.setPen(look.quiet)
        painter.drawText(room, _LEFT, look.small.elided(label, room.width()))
        rest = room.adjusted(label_width, 0, 0, 0)
        painter.setPen(look.tokens.text_dim)
        if number or rest.width() > 12:
            painter.drawText(rest, _LEFT, look.small.elided(value, rest.width()))
        room = room.adjusted(width + 12, 0, 0, 0)
        if room.width() < 12:
            return


def _label_color(item: NodeItem, placed: PlacedPort) -> QColor:
    tokens = item.look.tokens
    if item.face.absence or not is_reachable(item, placed):
        return tokens.text_disabled
    finding = item.finding
    if finding is not None and placed.port.side == "in" and placed.port.name in finding.inputs:
        return tokens.error if finding.alert.severe else tokens.warning
    return tokens.text


def _paint_thumbnail(painter: QPainter, item: NodeItem, room: QRectF) -> None:
    image = item.thumbnail
    assert image is not None
    scale = min(room.width() / image.width(), room.height() / image.height())
    size = QRectF(0, 0, image.width() * scale, image.height() * scale)
    size.moveCenter(room.center())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(item.look.well)
    painter.drawRoundedRect(room, 4, 4)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setOpacity(0.4 if item.runtime.stale else 1.0)
    painter.drawImage(size, image)
    painter.setOpacity(1.0)


def _paint_alert(painter: QPainter, item: NodeItem, box: QRectF, detail: float) -> None:
    look, alert = item.look, item.alert
    severe = alert is not None and alert.severe
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.alert_fill if severe else look.warning_fill)
    painter.drawRoundedRect(box, 4, 4)
    paint_bang(painter, look, QPointF(box.left() + 14, box.top() + 6 + ALERT_LINE / 2), severe=severe, detail=detail)
    painter.setFont(look.small.font)
    painter.setPen(look.tokens.text)
    for number, line in enumerate(item.layout.alert_lines):
        row = QRectF(box.left() + 27, box.top() + 6 + number * ALERT_LINE, box.width() - 32, ALERT_LINE)
        painter.drawText(row, _LEFT, line)


def _paint_footer(painter: QPainter, item: NodeItem) -> None:
    look, room = item.look, item.layout.footer
    name, cost = footer_texts(item.face, item.runtime, item.running_s, item.wait_s)
    painter.setFont(look.small.font)
    if item.heat is not None:
        taken = paint_heat_chip(painter, look, item.heat, room)
    else:
        cost = look.small.elided(cost, room.width() * _COST_SHARE)
        painter.setPen(look.tokens.text_dim)
        painter.drawText(room, _RIGHT, cost)
        taken = look.width(look.small, cost)
    painter.setPen(look.quiet)
    left = room.adjusted(0, 0, -(taken + GAP) if taken else 0, 0)
    painter.drawText(left, _LEFT, look.small.elided(name, left.width()))


def _paint_far_title(painter: QPainter, item: NodeItem) -> None:
    look, size = item.look, item.layout.size
    painter.setPen(Qt.PenStyle.NoPen)
    heat, idle = item.heat, item.face.is_idle
    painter.setBrush(heat.ground if heat is not None else look.absent_body if idle else look.band(item.face.category))
    painter.drawRoundedRect(item.layout.outline, RADIUS, RADIUS)
    height = size.height() - (30 if heat is not None else 0)
    if item.far_title is None:
        item.far_title = _far_lines(item.face.title, look, size.width() - 2 * PAD, 2 if height > 80 else 1)
    painter.setFont(look.far.font)
    painter.setPen(heat.ink if heat is not None else look.tokens.text_dim if idle else look.tokens.text)
    top = max((height - 30 * len(item.far_title)) / 2, 4)
    for number, line in enumerate(item.far_title):
        row = QRectF(PAD, top + 30 * number, size.width() - 2 * PAD, 30)
        painter.drawText(row, Qt.AlignmentFlag.AlignCenter, line)
    if heat is not None:
        paint_heat_figure(painter, item, heat)


def _far_lines(title: str, look: Look, width: float, most: int) -> tuple[str, ...]:
    words, lines = title.split(), [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and look.far.metrics.horizontalAdvance(longer) > width and len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(look.far.elided(line, width) for line in lines)


def _has_failed(item: NodeItem) -> bool:
    return item.runtime.status in _FAILED and not item.runtime.stale
