"""A comparison on the canvas: marks on what is there, ghosts of what is not any more."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsItem

from shtairir.document import Snapshot
from shtairir.document.compared import Compared
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui import theme
from shtairir_ui.canvas.board import Board
from shtairir_ui.canvas.diff_items import DiffGhost, DiffLink, DiffRing
from shtairir_ui.canvas.door import CanvasEditor
from shtairir_ui.canvas.face import node_face
from shtairir_ui.canvas.layout import Layout, arrange
from shtairir_ui.canvas.link_item import curve


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be shown.

    Attributes
    ----------
    old
        The graph, or the definition, as it was; ``None`` if there was none.
    """

    found: Compared
    old: Snapshot | None


class DiffLayer(QObject):
    """Keeps the marks where the nodes are."""

    def __init__(self, editor: CanvasEditor, board: Board, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._board = board
        self._shown: Shown | None = None
        self.rings: dict[NodeId, DiffRing] = {}
        self.ghosts: dict[NodeId, DiffGhost] = {}
        self.links: list[DiffLink] = []
        self._layouts: dict[NodeId, tuple[QPointF, Layout]] = {}
        theme.changed.connect(self.refresh)

    def show(self, shown: Shown | None) -> None:
        """Show a comparison, or none any more."""
        self._shown = shown
        self.refresh()

    def refresh(self, _cause: object = None) -> None:
        """Put all marks to where things are now."""
        self._clear()
        if self._shown is None:
            return
        found, look = self._shown.found, self._board.look
        self._add_ghosts(self._shown)
        for node, change in found.nodes.items():
            item = self._board.nodes.get(node)
            if item is not None:
                self.rings[node] = ring = DiffRing(change, item.outline, look)
                self._add(ring)
        for target, change in found.links.items():
            drawn = self._board.links.get(target)
            if drawn is not None:
                self._add_link(DiffLink(change, drawn.path(), look))
        for link in found.unlinked:
            start, end = self._end(link.source, "out"), self._end(link.target, "in")
            if start is not None and end is not None:
                self._add_link(DiffLink("removed", curve(start, end), look))

    def outline(self, node: NodeId) -> QRectF | None:
        """Return where a node is, or was."""
        item, ghost = self._board.nodes.get(node), self.ghosts.get(node)
        return item.outline if item is not None else ghost.outline if ghost is not None else None

    # -- inside ------------------------------------------------------------------------------------

    def _add_ghosts(self, shown: Shown) -> None:
        if shown.old is None:
            return
        incoming: dict[NodeId, set[PortName]] = defaultdict(set)
        outgoing: dict[NodeId, set[PortName]] = defaultdict(set)
        for link in shown.old.links.values():
            incoming[link.target.node].add(link.target.port)
            outgoing[link.source.node].add(link.source.port)
        for id, node in shown.found.gone.items():
            definition = shown.old.definition(node, self._editor.registry)
            face = node_face(node, definition, incoming[id], outgoing[id])
            layout, place = arrange(face, self._board.look), QPointF(*node.position)
            self._layouts[id] = place, layout
            ghost = DiffGhost(layout.outline.translated(place), face.title, self._board.look)
            self.ghosts[id] = ghost
            self._add(ghost)

    def _end(self, port: PortRef, side: str) -> QPointF | None:
        """Return where a link that is gone met a port."""
        item = self._board.nodes.get(port.node)
        if item is not None:
            return item.anchor("out" if side == "out" else "in", port.port)
        ghost = self._layouts.get(port.node)
        if ghost is None:
            return None
        place, layout = ghost
        ports = layout.outputs if side == "out" else layout.inputs
        found = next((placed.center for placed in ports if placed.port.name == port.port), None)
        edge = QPointF(layout.outline.right() if side == "out" else layout.outline.left(), layout.outline.center().y())
        return place + (found if found is not None else edge)

    def _add_link(self, item: DiffLink) -> None:
        self.links.append(item)
        self._add(item)

    def _add(self, item: QGraphicsItem) -> None:
        self._board.scene.addItem(item)

    def _clear(self) -> None:
        for item in (*self.rings.values(), *self.ghosts.values(), *self.links):
            self._board.scene.removeItem(item)
        self.rings, self.ghosts, self.links, self._layouts = {}, {}, [], {}
