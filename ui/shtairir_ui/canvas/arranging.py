"""The verbs that put nodes in order on a canvas, each one step of undo."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QRectF

from shtairir.document import Graph
from shtairir.document.edits import Batch, Edit, MoveNodes, count_of
from shtairir.document.placement import Scene, arrangement, has_no_places
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.bridge import Background
from shtairir_ui.canvas.aligning import Axis, Places, Side, aligned, distributed, straightened
from shtairir_ui.canvas.boxes import boxes_in, boxes_on, scene_of
from shtairir_ui.canvas.canvas import GraphCanvas
from shtairir_ui.canvas.glide import Glide, places_of

LARGE = 250
"""As many nodes are laid out in the background."""


class Arranging:
    """Puts the nodes of one canvas in order.

    Parameters
    ----------
    background
        Lays out large graphs, so that the window does not stand still meanwhile.
    """

    def __init__(self, canvas: GraphCanvas, background: Background | None = None) -> None:
        self._canvas = canvas
        self._background = background
        self.glide = Glide(canvas.board, canvas)
        canvas.view.viewport().installEventFilter(self.glide)
        canvas.view.installEventFilter(self.glide)
        canvas.editor.graph_changed.connect(lambda _change: self.glide.finish())
        canvas.editor.graph_replaced.connect(self.glide.finish)
        canvas.editor.place_changed.connect(lambda _place: self.glide.finish())

    def arrange(self, nodes: Collection[NodeId] | None = None) -> None:
        """Lay out these nodes, or all, from left to right."""
        graph, boxes = self._canvas.editor.graph, boxes_on(self._canvas.board)
        if self._background is None or len(boxes) < LARGE:
            self._arranged(arrangement(scene_of(graph), boxes, nodes), fit=nodes is None)
            return
        now, revision = graph.snapshot(), graph.revision
        scene = Scene(now.nodes, now.links, now.header.frames, now.header.notes)

        def done(edit: Edit | None) -> None:
            if self._canvas.editor.graph is not graph:
                return  # one looks at another by now
            if graph.revision == revision:
                self._arranged(edit, fit=nodes is None)
            else:
                self.arrange(nodes)

        self._background.submit(lambda: arrangement(scene, boxes, nodes), done)

    def _arranged(self, edit: Edit | None, *, fit: bool) -> None:
        if edit is not None:
            self._do(edit, fit=fit)

    def arrange_selection(self) -> None:
        """Lay out the selected nodes around where they are."""
        self.arrange(self._canvas.editor.selection)

    def align(self, side: Side) -> None:
        """Put the selected nodes in one line."""
        self._move(aligned(self._rects(), side), f"align {self._count()} at the {side}")

    def distribute(self, axis: Axis) -> None:
        """Leave the same gap between the selected nodes."""
        self._move(distributed(self._rects(), axis), f"distribute {self._count()} {axis}")

    def straighten(self) -> None:
        """Make the links into the selected nodes level, as far as the nodes can move."""
        board, chosen = self._canvas.board, set(self._canvas.editor.selection)
        ends = [
            (link.source.node, item.path().pointAtPercent(0), link.target.node, item.path().currentPosition())
            for item in board.links.values()
            if (link := item.link).target.node in chosen and (link.source.node in chosen or len(chosen) == 1)
        ]
        self._move(straightened(ends, self._rects()), "straighten links")

    def _rects(self) -> dict[NodeId, QRectF]:
        nodes = self._canvas.board.nodes
        return {node: nodes[node].outline for node in self._canvas.editor.selection if node in nodes}

    def _count(self) -> str:
        return count_of(len(self._canvas.editor.selection), "node")

    def _move(self, places: Places, words: str) -> None:
        graph = self._canvas.editor.graph
        moved = {node: place for node, place in places.items() if graph.nodes[node].position != place}
        if moved:
            self._do(Batch((MoveNodes(moved),), words))

    def _do(self, edit: Edit, *, fit: bool = False) -> None:
        canvas = self._canvas
        before = places_of(canvas.board, canvas.editor.graph.nodes)
        canvas.editor.apply(edit)
        if fit:  # while the nodes are where they will be
            canvas.fit()
        moved = {
            node: place
            for node, place in before.items()
            if node in canvas.board.nodes and canvas.board.nodes[node].pos() != place
        }
        if moved and canvas.isVisible() and not theme.motion.reduced():
            self.glide.begin(moved)


def give_places(canvas: GraphCanvas) -> bool:
    """Lay out what has no places in a file that was just opened, as if the file had them; says whether there was any.

    It is no edit: nothing is to be undone or saved.
    """
    root = canvas.editor.graph.root
    edits: dict[Graph, Edit] = {}
    for graph in (root, *root.subgraphs.values()):
        if has_no_places(graph.nodes.values()):
            boxes = boxes_in(graph, canvas.editor.registry, canvas.board.look)
            edit = arrangement(scene_of(graph), boxes)
            if edit is not None:
                edits[graph] = edit
    if edits:
        root.take_up(edits, "arrange what had no places")
    return bool(edits)
