"""What a drag does to links: a node put onto one is led into it; shaken, or dragged with Alt, it leaves its own."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPointF, QRectF, Qt

from shtairir.document.edits import Batch
from shtairir.ids import NodeId
from shtairir_ui.canvas.gestures.gesture import Stage
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.rewiring import pulled_out, spliced

_SWING_PX = 24.0
_SWINGS = 4
"""So many turns, each after a way of so many pixels on the screen, are a shake."""


class Shake:
    """Tells a shake of the hand from a way that just bends."""

    def __init__(self) -> None:
        self._turn: QPointF | None = None
        self._last = QPointF()
        self._swings = 0
        self._way = 0.0

    def went_to(self, at: QPointF) -> bool:
        """Whether going there makes it a shake."""
        if self._turn is None:
            self._turn = self._last = QPointF(at)
            return False
        step = at.x() - self._last.x()
        if step * self._way < 0:  # it goes back
            if abs(self._last.x() - self._turn.x()) >= _SWING_PX:
                self._swings += 1
            self._turn = QPointF(self._last)
        if step:
            self._way = step
            self._last = QPointF(at)
        return self._swings >= _SWINGS


class Rewiring:
    """The links of what is dragged, while it is dragged.

    Parameters
    ----------
    is_out
        Whether the nodes leave their links from the beginning.
    """

    def __init__(self, stage: Stage, nodes: Collection[NodeId], *, is_out: bool = False) -> None:
        self._stage = stage
        self._nodes = tuple(nodes)
        self._shake = Shake()
        self._hidden: list[LinkItem] = []
        self._over: LinkItem | None = None
        self._pull: Batch | None = None
        self._links = {link.link.target: link for node in nodes for link in stage.board.links_at(node)}
        self._is_alone = len(self._nodes) == 1 and not self._links
        if is_out:
            self._leave()

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Follow the hand; Ctrl lets a node lie on a link without being led into it."""
        if self._pull is None and self._links and self._shake.went_to(at):
            self._leave()
        if self._is_alone:
            free = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
            self._mark(None if free else self._under(self._stage.board.nodes[self._nodes[0]].outline))

    def edit(self) -> Batch | None:
        """What is to be done to the links, if anything."""
        if self._pull is not None:
            return self._pull
        if self._over is None:
            return None
        editor = self._stage.editor
        return spliced(editor.graph, editor.registry, editor.graph.nodes[self._nodes[0]], self._over.link.target)

    def end(self) -> None:
        """Show the links as the document has them."""
        self._mark(None)
        for link in self._hidden:
            self._stage.board.show_link(link, True)
        self._hidden = []

    def _leave(self) -> None:
        editor, chosen = self._stage.editor, set(self._nodes)
        self._pull = pulled_out(editor.graph, editor.registry, self._nodes)
        if self._pull is not None:
            crossing = (self._links[one] for one in self._links)
            self._hidden = [item for item in crossing if not {item.link.source.node, item.link.target.node} <= chosen]
            for item in self._hidden:
                self._stage.board.show_link(item, False)

    def _under(self, outline: QRectF) -> LinkItem | None:
        editor = self._stage.editor
        node = editor.graph.nodes.get(self._nodes[0])
        inner = outline.adjusted(outline.width() / 4, outline.height() / 4, -outline.width() / 4, -outline.height() / 4)
        for item in self._stage.board.scene.items(inner, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
            if not isinstance(item, LinkItem) or node is None or not item.crosses(inner):
                continue
            if spliced(editor.graph, editor.registry, node, item.link.target) is not None:
                return item
        return None

    def _mark(self, item: LinkItem | None) -> None:
        if self._over is not item:
            if self._over is not None:
                self._over.mark(hovered=False)
            if item is not None:
                item.mark(hovered=True)
            self._over = item
