"""Blocks put onto the canvas: searched for, dropped from the palette, at the end of a link, in the middle of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from shtairir.block import compatibility
from shtairir.document import Link, Node
from shtairir.document.edits import AddNodes, Batch
from shtairir.ids import BlockId, NodeId, PortName, PortRef
from shtairir_ui.canvas.blockuses import BlockUses
from shtairir_ui.canvas.face import PortFace, Side
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.look import MIN_WIDTH, TITLE_HEIGHT
from shtairir_ui.canvas.search import BlockSearch
from shtairir_ui.rewiring import spliced

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas


class Placing:
    """The ways to new nodes.

    Attributes
    ----------
    uses
        Which blocks were placed lately, and how often: the search lists them first.
    """

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        self.uses = BlockUses()

    def search(
        self,
        at: QPointF,
        chosen: Callable[[str], object],
        partner: PortFace | None = None,
        words: str = "",
        fits: Callable[[str], bool] | None = None,
    ) -> None:
        """Open the search for a block at a place of the canvas.

        Parameters
        ----------
        partner
            The port that it is to be linked with.
        words
            What the empty field says instead of what it says for the partner.
        fits
            Leaves out blocks besides.
        """
        canvas, editor = self._canvas, self._canvas.editor

        def take(block: str) -> None:
            self.uses.note(block)
            chosen(block)

        popup = BlockSearch(canvas, editor.registry, partner, take, editor.own_blocks(), self.uses, words, fits)
        popup.open_at(canvas.view.viewport().mapToGlobal(canvas.view.to_viewport(at)))

    def put(self, block: str, at: QPointF) -> None:
        """Place a block with its title at a place; on a link that it fits, in the middle of that link."""
        x, y = at.x() - MIN_WIDTH / 2, at.y() - TITLE_HEIGHT / 2
        link = self.link_at(at)
        if link is None or not self.put_into(block, link.link.target, (round(x), round(y))):
            self._canvas.editor.add_block(block, round(x), round(y))

    def put_into(self, block: str, target: PortRef, place: tuple[float, float]) -> bool:
        """Place a block in the middle of the link into an input; says whether it fits there."""
        editor, node = self._canvas.editor, self._node(block, place)
        edit = spliced(editor.graph, editor.registry, node, target) if node is not None else None
        if node is None or edit is None:
            return False
        editor.apply(Batch((AddNodes((node,)), *edit.edits), edit.label))
        editor.select((node.id,))
        return True

    def fits_into(self, block: str, target: PortRef) -> bool:
        """Whether a block can be put into the middle of a link."""
        editor, node = self._canvas.editor, self._node(block, (0.0, 0.0))
        return node is not None and spliced(editor.graph, editor.registry, node, target) is not None

    def link_at(self, at: QPointF) -> LinkItem | None:
        """The link under a place of the canvas, where no node is in between."""
        return self._canvas.hand.hit(QPointF(self._canvas.view.to_viewport(at))).link

    def offer_partner(self, at: QPointF, start: PortRef, side: Side) -> None:
        """Open the search for a block that is then linked with a port."""
        face = self._canvas.board.port(start, side)
        if face is not None and face.type is not None:
            self.search(at, lambda block: self._put_linked(block, at, start, face), face)

    def insert(self, link: Link, at: QPointF) -> None:
        """Open the search for a block that is then put into the middle of a link."""
        place = (round(at.x() - MIN_WIDTH / 2), round(at.y() - TITLE_HEIGHT / 2))
        self.search(
            at,
            lambda block: self.put_into(block, link.target, place),
            words=f"Blocks that fit into {link}",
            fits=lambda block: self.fits_into(block, link.target),
        )

    def _put_linked(self, block: str, at: QPointF, start: PortRef, face: PortFace) -> None:
        """Add a block whose first fitting port lies at the mouse, linked, in one step."""
        graph = self._canvas.editor.graph
        definition = graph.definition(Node(NodeId("any"), BlockId(block)), self._canvas.editor.registry)
        if definition is None or face.type is None:
            return
        node = graph.free_id(block)
        if face.side == "out":
            partner = next((p.name for p in definition.inputs if compatibility(face.type, p.type).ok), None)
            x, ends = at.x(), (start, PortRef(node, PortName(partner or "")))
        else:
            partner = next((p.name for p in definition.outputs if compatibility(p.type, face.type).ok), None)
            x, ends = at.x() - MIN_WIDTH, (PortRef(node, PortName(partner or "")), start)
        place = (float(round(x)), float(round(at.y() - TITLE_HEIGHT - 18)))
        new = Node(node, BlockId(block), definition.version, position=place)
        self._canvas.editor.apply(AddNodes((new,), (Link(*ends),) if partner else (), f"add {node}"))
        self._canvas.editor.select((node,))

    def _node(self, block: str, place: tuple[float, float]) -> Node | None:
        editor = self._canvas.editor
        definition = editor.graph.definition(Node(NodeId("any"), BlockId(block)), editor.registry)
        if definition is None:
            return None
        return Node(editor.graph.free_id(block), BlockId(block), definition.version, position=place)
