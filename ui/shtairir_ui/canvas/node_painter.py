"""Draws a node, from its outline to its badge, with as much detail as the zoom leaves room for.

Far away a node is a coloured card; nearer it has its title in large letters; near it shows everything. The
painter is in the node's own coordinates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from shtairir.events import NodeStatus
from shtairir_ui import theme
from shtairir_ui.canvas.footer import footer_texts
from shtairir_ui.canvas.glyphs import QUIET, STOP_RADIUS, badge_path, paint_stop, port_path
from shtairir_ui.canvas.layout import Layout, PlacedPort
from shtairir_ui.canvas.look import ALERT_LINE, BADGE, GAP, ICON, PAD, PORT, RADIUS, TITLE_HEIGHT, Look

if TYPE_CHECKING:
    from shtairir_ui.canvas.node_item import NodeItem

LOD_CARD = 0.28
LOD_DETAIL = 0.55

_WANDERER = 0.3
"""The part of the track that the bar of a node without progress takes."""
_COST_SHARE = 0.8
"""How much of the footer its right side may take, when it tells why a node waits."""
_FADED = 0.35
"""How much of its colour the state of a result that is out of date keeps."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FAILED = frozenset({NodeStatus.FAILED, NodeStatus.TIMED_OUT})


def paint_node(painter: QPainter, item: NodeItem, detail: float) -> None:
    """Draw a node; `detail` is how many screen pixels one unit of it covers."""
    if detail < LOD_CARD:
        _paint_card(painter, item)
        _paint_stop(painter, item, detail)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if detail < LOD_DETAIL:
        _paint_far_title(painter, item)
        _paint_far_status(painter, item)
    else:
        _paint_ground(painter, item)
        _paint_title(painter, item, detail)
        _paint_body(painter, item)
    _paint_progress(painter, item)
    _paint_outline(painter, item)
    for placed in item.layout.ports:
        _paint_port(painter, item, placed)
    _paint_stop(painter, item, detail)


def _paint_stop(painter: QPainter, item: NodeItem, detail: float) -> None:
    """At the left of the title, half outside; from far away as large as it may be without leaving the item."""
    if item.stops:
        far = detail < LOD_DETAIL
        center = QPointF(STOP_RADIUS if far else 0, TITLE_HEIGHT / 2)
        paint_stop(painter, item.look.tokens, center, 2 * STOP_RADIUS if far else STOP_RADIUS)


def _paint_card(painter: QPainter, item: NodeItem) -> None:
    look, outline = item.look, item.layout.outline
    status = item.runtime.status
    painter.fillRect(outline, look.absent_body if item.face.absence else look.card(item.face.category))
    if status is not None or item.concern is not None:
        band = QRectF(0, 0, outline.width(), TITLE_HEIGHT)
        painter.setOpacity(_FADED if item.runtime.stale else 1.0)
        painter.fillRect(band, _status_color(item))
        painter.setOpacity(1.0)
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
    painter.setBrush(look.absent_body if item.face.absence else look.body)
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
    else:
        pen = look.hover_outline if item.hovered else look.outline
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(item.layout.outline, RADIUS, RADIUS)


def _paint_title(painter: QPainter, item: NodeItem, detail: float) -> None:
    look, width = item.look, item.layout.size.width()
    category = item.face.category
    absent = bool(item.face.absence)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.absent_body if absent else look.band(category))
    painter.drawPath(_title_path(width))
    painter.setPen(look.rule)
    painter.drawLine(QPointF(0, TITLE_HEIGHT), QPointF(width, TITLE_HEIGHT))
    icon = look.category_icon(category, detail * painter.device().devicePixelRatioF(), dim=absent)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(QRectF(PAD - 2, (TITLE_HEIGHT - ICON) / 2, ICON, ICON), icon, QRectF(icon.rect()))
    left = PAD - 2 + ICON + GAP
    room = QRectF(left, 0, width - left - BADGE - 2 * GAP, TITLE_HEIGHT)
    painter.setFont(look.title.font)
    painter.setPen(look.tokens.text_dim if absent else look.tokens.text)
    painter.drawText(room, _LEFT, look.title.elided(item.face.title, room.width()))
    _paint_badge(painter, item, QPointF(width - GAP - BADGE / 2, TITLE_HEIGHT / 2))


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


def _paint_badge(painter: QPainter, item: NodeItem, center: QPointF) -> None:
    status = item.runtime.status
    look, color = item.look, _status_color(item)
    if status is None:
        if item.concern is not None:
            _paint_bang(painter, look, center, color)
        return
    painter.save()
    painter.translate(center)
    hollow = status in QUIET or item.runtime.stale
    painter.setPen(QPen(color, 1.4) if hollow else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else color)
    painter.drawEllipse(QPointF(0, 0), 7.0, 7.0)
    ink = color if hollow else look.tokens.background
    painter.setPen(QPen(ink, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    filled = status in (NodeStatus.RUNNING, NodeStatus.CACHED) and not hollow
    painter.setBrush(ink if filled else Qt.BrushStyle.NoBrush)
    if filled:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPath(badge_path(status))
    painter.restore()


def _paint_bang(painter: QPainter, look: Look, center: QPointF, color: QColor) -> None:
    """An exclamation mark in a disc: something is to be seen to before a run."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(center, 7.0, 7.0)
    painter.setBrush(look.tokens.background)
    painter.drawRoundedRect(QRectF(center.x() - 0.9, center.y() - 4, 1.8, 5), 0.9, 0.9)
    painter.drawEllipse(center + QPointF(0, 3.2), 1.1, 1.1)


def _paint_body(painter: QPainter, item: NodeItem) -> None:
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
        _paint_alert(painter, item, layout.alert)
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
    if item.face.absence or not _is_reachable(item, placed):
        return tokens.text_disabled
    finding = item.finding
    if finding is not None and placed.port.side == "in" and placed.port.name in finding.inputs:
        return tokens.error if finding.alert.severe else tokens.warning
    return tokens.text


def _is_reachable(item: NodeItem, placed: PlacedPort) -> bool:
    return item.fitting is None or (placed.port.side, placed.port.name) in item.fitting


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


def _paint_alert(painter: QPainter, item: NodeItem, box: QRectF) -> None:
    look, alert = item.look, item.alert
    severe = alert is not None and alert.severe
    color = look.tokens.error if severe else look.tokens.warning
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.alert_fill if severe else look.warning_fill)
    painter.drawRoundedRect(box, 4, 4)
    _paint_bang(painter, look, QPointF(box.left() + 14, box.top() + 6 + ALERT_LINE / 2), color)
    painter.setFont(look.small.font)
    painter.setPen(look.tokens.text)
    for number, line in enumerate(item.layout.alert_lines):
        row = QRectF(box.left() + 27, box.top() + 6 + number * ALERT_LINE, box.width() - 32, ALERT_LINE)
        painter.drawText(row, _LEFT, line)


def _paint_footer(painter: QPainter, item: NodeItem) -> None:
    look, room = item.look, item.layout.footer
    name, cost = footer_texts(item.face, item.runtime, item.running_s, item.wait_s)
    cost = look.small.elided(cost, room.width() * _COST_SHARE)
    painter.setFont(look.small.font)
    painter.setPen(look.tokens.text_dim)
    painter.drawText(room, _RIGHT, cost)
    painter.setPen(look.quiet)
    left = room.adjusted(0, 0, -(look.width(look.small, cost) + GAP) if cost else 0, 0)
    painter.drawText(left, _LEFT, look.small.elided(name, left.width()))


def _paint_progress(painter: QPainter, item: NodeItem) -> None:
    """A bar under the title while the node runs; a short one that wanders when nothing is reported."""
    if item.runtime.status is not NodeStatus.RUNNING:
        return
    color, track = item.look.tokens.running, progress_track(item.layout)
    painter.fillRect(track, theme.with_alpha(color, 0.25))
    fraction = item.runtime.progress
    if fraction is None:
        phase = 0.5 if item.phase is None else item.phase
        start = (1.0 + _WANDERER) * phase - _WANDERER
        fill = QRectF(track.width() * start, track.top(), track.width() * _WANDERER, track.height())
        painter.fillRect(fill & track, color)
    else:
        track.setWidth(track.width() * min(max(fraction, 0.0), 1.0))
        painter.fillRect(track, color)


def progress_track(layout: Layout) -> QRectF:
    """Where the bar of a running node is."""
    return QRectF(0, TITLE_HEIGHT - 1.5, layout.size.width(), 3)


def _paint_far_title(painter: QPainter, item: NodeItem) -> None:
    look, size = item.look, item.layout.size
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.absent_body if item.face.absence else look.band(item.face.category))
    painter.drawRoundedRect(item.layout.outline, RADIUS, RADIUS)
    if item.far_title is None:
        item.far_title = _far_lines(item.face.title, look, size.width() - 2 * PAD, 2 if size.height() > 80 else 1)
    painter.setFont(look.far.font)
    painter.setPen(look.tokens.text_dim if item.face.absence else look.tokens.text)
    top = max((size.height() - 30 * len(item.far_title)) / 2, 4)
    for number, line in enumerate(item.far_title):
        row = QRectF(PAD, top + 30 * number, size.width() - 2 * PAD, 30)
        painter.drawText(row, Qt.AlignmentFlag.AlignCenter, line)


def _far_lines(title: str, look: Look, width: float, most: int) -> tuple[str, ...]:
    words, lines = title.split(), [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and look.far.metrics.horizontalAdvance(longer) > width and len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(look.far.elided(line, width) for line in lines)


def _paint_far_status(painter: QPainter, item: NodeItem) -> None:
    if item.runtime.status is None and item.concern is None:
        return
    color, center = _status_color(item), QPointF(item.layout.size.width() - 14, 14)
    if item.runtime.stale:  # a ring, as the badge is one nearer by
        painter.setPen(QPen(theme.mix(item.look.body, color, 0.7), 3.0))
        painter.setBrush(item.look.body)
        painter.drawEllipse(center, 6.5, 6.5)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(center, 8.0, 8.0)


def _paint_port(painter: QPainter, item: NodeItem, placed: PlacedPort) -> None:
    look, port = item.look, placed.port
    key = (port.side, port.name)
    color = QColor(look.tokens.type_color(port.family))
    if not _is_reachable(item, placed):
        color = theme.mix(look.body, color, 0.25)
    hovered = item.hovered_port == key
    fits = item.fitting is not None and key in item.fitting
    shape = look.tokens.type_shape(port.family)
    painter.save()
    painter.translate(placed.center)
    if hovered or fits:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.with_alpha(color, 0.45 if hovered else 0.25))
        painter.drawEllipse(QPointF(0, 0), PORT + (5 if hovered else 4), PORT + (5 if hovered else 4))
    if hovered:
        painter.scale(1.25, 1.25)
    hollow = shape == "ring" or not port.linked
    painter.setPen(QPen(color, 2.0))
    painter.setBrush(look.tokens.background if hollow else color)
    painter.drawPath(port_path(shape, PORT))
    if shape == "ring" and port.linked:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QPointF(0, 0), 2.2, 2.2)
    painter.restore()


def _has_failed(item: NodeItem) -> bool:
    return item.runtime.status in _FAILED and not item.runtime.stale


def _status_color(item: NodeItem) -> QColor:
    tokens = item.look.tokens
    if item.runtime.status is not None:
        return tokens.status_color(item.runtime.status.value)
    concern = item.concern
    return tokens.error if concern is not None and concern.severe else tokens.warning
