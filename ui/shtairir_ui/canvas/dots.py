"""The dots that links are led over: one way, from the document to items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from shtairir.document import Change, Link
from shtairir.ids import PortRef
from shtairir_ui.canvas.dot_item import DotItem
from shtairir_ui.canvas.link_item import LinkItem

if TYPE_CHECKING:
    from shtairir_ui.canvas.board import Board


class Dots:
    """Keeps the items of dots equal to the editor's graph.

    Attributes
    ----------
    items
        By the input that the link feeds, from its output on.
    chosen
        The dot that was clicked, and that Delete is about; the document knows nothing of it.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self.items: dict[PortRef, list[DotItem]] = {}
        self.chosen: tuple[PortRef, int] | None = None

    def clear(self) -> None:
        """Take all dots off the scene."""
        for target in list(self.items):
            self.drop(target)

    def drop(self, target: PortRef) -> None:
        """Take the dots of a link off the scene."""
        for item in self.items.pop(target, ()):
            self._board.scene.removeItem(item)
        if self.chosen is not None and self.chosen[0] == target:
            self.chosen = None

    def apply(self, change: Change) -> None:
        """Lead links over other dots."""
        for link in change.links_bent:
            item = self._board.links.get(link.target)
            if item is not None:
                item.link = link
                self._board.route(item)

    def via(self, link: Link) -> tuple[QPointF, ...]:
        """Where the dots of a link are: with its nodes, while both are dragged alike."""
        if not link.via:
            return ()
        shift = self._shift(link)
        return tuple(QPointF(*point) + shift for point in link.via)

    def follow(self, item: LinkItem) -> None:
        """Put the items of a link's dots to where its line is led."""
        via, items = item.via, self.items.get(item.link.target, [])
        if len(items) != len(via):
            self.drop(item.link.target)
            items = [DotItem(item, index) for index in range(len(via))]
            for dot in items:
                self._board.scene.addItem(dot)
            if items:
                self.items[item.link.target] = items
        for dot, place in zip(items, via, strict=True):
            dot.link = item
            dot.setPos(place)

    def choose(self, chosen: tuple[PortRef, int] | None) -> None:
        """Mark this dot, and only this, as chosen."""
        self.chosen = chosen
        for target, items in self.items.items():
            for dot in items:
                dot.mark(chosen=(target, dot.index) == chosen)

    def disagreements(self) -> list[str]:
        """Where the dots on the scene differ from those of the document."""
        graph, found = self._board.editor.graph, []
        for target, item in self._board.links.items():
            wanted = graph.links[target].via if target in graph.links else ()
            shown = tuple((dot.x(), dot.y()) for dot in self.items.get(target, ()))
            drawn = tuple((place.x(), place.y()) for place in item.via)
            if not wanted == shown == drawn:
                found.append(f"{item.link}: dots at {shown}, line over {drawn}, document {wanted}")
        astray = self.items.keys() - self._board.links.keys()
        return [*found, *(f"dots of no link: {target}" for target in astray)]

    def _shift(self, link: Link) -> QPointF:
        board, nodes = self._board, self._board.editor.graph.nodes
        shifts = [
            board.nodes[end.node].pos() - QPointF(*nodes[end.node].position)
            for end in (link.source, link.target)
            if end.node in board.nodes and end.node in nodes
        ]
        return shifts[0] if len(shifts) == 2 and shifts[0] == shifts[1] else QPointF(0, 0)
