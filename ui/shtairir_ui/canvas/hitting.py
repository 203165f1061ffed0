"""What is under a place of the canvas."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsItem

from shtairir_ui.canvas.area_item import MOVES, AreaItem, Grip
from shtairir_ui.canvas.board import Board
from shtairir_ui.canvas.dot_item import DotItem
from shtairir_ui.canvas.face import PortFace
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.link_mark import LinkMark
from shtairir_ui.canvas.node_item import NodeItem
from shtairir_ui.canvas.pinned_item import PinnedItem
from shtairir_ui.canvas.view import CanvasView


@dataclass(frozen=True, slots=True)
class Hit:
    """What is under a place: a port of a node, a node or a preview pinned under it, a link, or nothing.

    Below all these: a frame or a note, and where it would be held.
    """

    node: NodeItem | None = None
    port: PortFace | None = None
    link: LinkItem | None = None
    dot: DotItem | None = None
    pinned: PinnedItem | None = None
    area: AreaItem | None = None
    grip: Grip = MOVES


def hit_at(board: Board, view: CanvasView, at: QPointF) -> Hit:
    """Return what is under a place of the viewport: ports before nodes, nodes before links, these before frames.

    Of nodes and pinned previews it is the one that is seen: those that lie upon others come first.
    """
    place, slack = view.to_scene(at), view.slack
    area = QRectF(place.x() - slack, place.y() - slack, 2 * slack, 2 * slack)
    found = board.scene.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
    for item in found:
        if isinstance(item, NodeItem):
            port = item.port_at(place, slack)
            if port is not None:
                return Hit(item, port)
            if item.outline.contains(place):
                return Hit(item)
        elif isinstance(item, PinnedItem) and item.outline.contains(place):
            return Hit(board.nodes.get(item.ref.node), pinned=item)
    on_link = _on_link(found, place, slack)
    if on_link is not None:
        return on_link
    held = board.areas.at(place, view.zoom)
    return Hit(area=held[0], grip=held[1]) if held is not None else Hit()


def _on_link(found: list[QGraphicsItem], place: QPointF, slack: float) -> Hit | None:
    dot = next((item for item in found if isinstance(item, DotItem) and item.covers(place, slack)), None)
    if dot is not None:
        return Hit(link=dot.link, dot=dot)
    mark = next((item for item in found if isinstance(item, LinkMark) and item.covers(place)), None)
    if mark is not None:
        return Hit(link=mark.link)
    links = (item for item in found if isinstance(item, LinkItem) and item.isVisible())
    near = next((link for link in links if link.is_near(place, slack)), None)
    return Hit(link=near) if near is not None else None
