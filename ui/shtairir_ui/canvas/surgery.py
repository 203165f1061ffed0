"""What is done to selected nodes and chosen links besides moving them: rewired, replaced, put out of action, bent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from shtairir.document.edits import Edit, SetCollapsed, SetVia
from shtairir.document.model import NodeState
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.canvas.gestures import without_dot
from shtairir_ui.canvas.gestures.bending import added_dot
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.replacing import replaced
from shtairir_ui.rewiring import connected_in_order, detached, pulled_out, swappable, swapped, toggled

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas


class Surgery:
    """Verbs of the canvas; each is one step of undo, or a sentence that says why it cannot be."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas

    @property
    def _chosen(self) -> tuple[NodeId, ...]:
        return self._canvas.editor.selection

    def toggle_state(self, state: NodeState) -> None:
        """Bypass or disable the selected nodes; where all are already, let them work again."""
        if self._chosen:
            self._apply(toggled(self._canvas.editor.graph, self._chosen, state))

    def toggle_collapsed(self) -> None:
        """Show only the titles of the selected nodes; where all are so already, show all of them."""
        nodes = self._canvas.editor.graph.nodes
        if self._chosen:
            self._apply(SetCollapsed(self._chosen, not all(nodes[node].collapsed for node in self._chosen)))

    def connect_in_order(self) -> None:
        """Link each of the selected nodes to the next, in the order in which they were selected."""
        editor = self._canvas.editor
        self._apply(connected_in_order(editor.graph, editor.registry, self._chosen))

    def swap(self, one: PortRef | None = None, other: PortRef | None = None) -> None:
        """Let two inputs change what feeds them; by default the first two of the selected node that can."""
        editor = self._canvas.editor
        if one is None or other is None:
            node = self._chosen[-1] if self._chosen else None
            pair = swappable(editor.graph, editor.registry, node) if node is not None else None
            if pair is None:
                self._refuse("No two inputs here could take what feeds the other.")
                return
            one, other = pair
        self._apply(swapped(editor.graph, editor.registry, one, other))

    def pull_out(self) -> None:
        """Take the selected nodes out of the flow, and join what they were between."""
        editor = self._canvas.editor
        self._apply(pulled_out(editor.graph, editor.registry, self._chosen) or "They are linked to nothing else.")

    def detach(self) -> None:
        """Take away all links between the selected nodes and the rest."""
        self._apply(detached(self._canvas.editor.graph, self._chosen) or "They are linked to nothing else.")

    def ask_replacement(self) -> None:
        """Open the search for a block that takes the place of the selected node's."""
        editor, node = self._canvas.editor, self._chosen[-1] if self._chosen else None
        if node is None or node not in self._canvas.board.nodes:
            return
        item = self._canvas.board.nodes[node]
        block = editor.graph.nodes[node].block
        self._canvas.placing.search(
            item.outline.topRight() + QPointF(8, 0),
            lambda chosen: self.replace(node, chosen),
            words=f"Replace {item.face.title} by…",
            fits=lambda other: other != block,
        )

    def replace(self, node: NodeId, block: str) -> None:
        """Make a node one of another block, and keep what fits."""
        editor = self._canvas.editor
        found = replaced(editor.graph, editor.registry, node, block)
        if isinstance(found, str):
            self._refuse(found)
            return
        edit, name = found
        editor.apply(edit)
        editor.select((name,))

    # -- dots ----------------------------------------------------------------------------------

    def add_dot(self, item: LinkItem | None = None, at: QPointF | None = None) -> None:
        """Lead a link over a dot: the link under the mouse, else the chosen one at its middle."""
        canvas = self._canvas
        at = canvas.mouse_place() if at is None else at
        item = item or canvas.placing.link_at(at)
        if item is None and canvas.hand.chosen_links:
            item = canvas.board.links[canvas.hand.chosen_links[-1]]
            at = item.path().pointAtPercent(0.5)
        if item is None:
            self._refuse("There is no link under the mouse to lead over a dot.")
            return
        self._apply(added_dot(item, at))

    def remove_dot(self, target: PortRef, index: int) -> None:
        """Take a dot away."""
        link = self._canvas.editor.graph.links.get(target)
        if link is not None and index < len(link.via):
            self._apply(without_dot(link, index))

    def straighten(self, target: PortRef) -> None:
        """Take all dots of a link away."""
        self._apply(SetVia(target, ()))

    # -- inside --------------------------------------------------------------------------------

    def _apply(self, edit: Edit | str) -> None:
        if isinstance(edit, str):
            self._refuse(edit)
        else:
            self._canvas.editor.apply(edit)

    def _refuse(self, reason: str) -> None:
        self._canvas.editor.message.emit(reason)


def partners_to_swap(canvas: GraphCanvas, node: NodeId, port: str) -> Sequence[PortRef]:
    """Return the inputs of a node that one of its inputs can swap links with."""
    editor = canvas.editor
    definition = editor.definition(node)
    if definition is None:
        return ()
    one = PortRef(node, PortName(port))
    others = (PortRef(node, other.name) for other in definition.inputs if other.name != port)
    return [other for other in others if not isinstance(swapped(editor.graph, editor.registry, one, other), str)]
