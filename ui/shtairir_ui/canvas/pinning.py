"""The previews that are pinned to the canvas: which there are, where they stand, and how they come and go.

The document says which outputs of a node are shown; the cards stand under the node, one below the other, and move
with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtWidgets import QMenu

from shtairir.document import Batch, Edit, Graph, SetShown
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui import theme
from shtairir_ui.canvas.pinned_item import GlanceSource, PinnedItem, usual_size
from shtairir_ui.canvas.toolkit import Z_NODE
from shtairir_ui.runtime import IDLE

if TYPE_CHECKING:
    from shtairir.block import BlockDefinition, OutputPort
    from shtairir_ui.canvas.board import Board
    from shtairir_ui.canvas.canvas import GraphCanvas

GAP = 10.0
_OVER_NODES = Z_NODE + 0.5
"""Over what stands below its node, or little of it would be seen; a node that is selected comes before it."""


class Pins:
    """The pinned previews of one board.

    Attributes
    ----------
    items
        The cards, by output.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._source: GlanceSource | None = None
        self.items: dict[PortRef, PinnedItem] = {}

    def show_from(self, source: GlanceSource) -> None:
        """Take what is seen from here."""
        self._source = source
        for item in self.items.values():
            item.source = source
            item.update()

    def clear(self) -> None:
        """Take all cards off the canvas."""
        for item in self.items.values():
            self._board.scene.removeItem(item)
        self.items.clear()

    def sync(self, node: NodeId) -> None:
        """Have the cards under a node that the document wants there."""
        placed = self._board.editor.graph.nodes.get(node)
        wanted = () if placed is None or node not in self._board.nodes else placed.shown
        for ref in [ref for ref in self.items if ref.node == node and ref.port not in wanted]:
            self._board.scene.removeItem(self.items.pop(ref))
        if placed is None or not wanted:
            return
        for port in wanted:
            ref = PortRef(node, port)
            item = self.items.get(ref) or self._add(ref)
            size = placed.shown_sizes.get(port)
            item.resize(QSizeF(*size) if size is not None else usual_size(item.family))
        self.settle(node)
        self.show_runtime(node)

    def settle(self, node: NodeId) -> None:
        """Put the cards of a node under it."""
        if not self.items:
            return
        placed, drawn = self._board.editor.graph.nodes.get(node), self._board.nodes.get(node)
        if placed is None or drawn is None:
            return
        corner = drawn.outline.bottomLeft()
        for port in placed.shown:
            item = self.items.get(PortRef(node, port))
            if item is not None:
                corner += QPointF(0, GAP)
                item.setPos(corner)
                corner += QPointF(0, item.size.height())

    def show_runtime(self, node: NodeId) -> None:
        """Show whether what a node made still holds."""
        if self.items:
            stale = self._board.editor.runtime.get(node, IDLE).stale
            for item in self.of(node):
                item.show_state(self._board.look, stale=stale)

    def show_value(self, ref: PortRef) -> None:
        """There is something new to see of an output."""
        item = self.items.get(ref)
        if item is not None:
            item.update()

    def use_look(self) -> None:
        """Draw all cards in the board's theme."""
        for node in {ref.node for ref in self.items}:
            self.show_runtime(node)

    def of(self, node: NodeId) -> list[PinnedItem]:
        """The cards of a node."""
        return [item for ref, item in self.items.items() if ref.node == node]

    def extent(self, node: NodeId) -> QRectF:
        """The rectangle around the cards of a node; none where it has none."""
        rect = QRectF()
        for item in self.of(node):
            rect = rect.united(item.outline)
        return rect

    def disagreements(self) -> list[str]:
        """Where the cards differ from the document."""
        nodes = self._board.editor.graph.nodes
        wanted = {PortRef(node.id, port) for node in nodes.values() for port in node.shown}
        return [] if wanted == set(self.items) else [f"pinned: {sorted(map(str, wanted ^ set(self.items)))}"]

    def _add(self, ref: PortRef) -> PinnedItem:
        port = _output(self._board.editor.definition(ref.node), ref.port)
        family, label = (port.type.family, port.label or port.name) if port is not None else ("any", str(ref.port))
        item = self.items[ref] = PinnedItem(ref, family, label, self._board.look)
        item.source = self._source
        item.setZValue(_OVER_NODES)
        self._board.scene.addItem(item)
        return item


def toggled(graph: Graph, nodes: Mapping[NodeId, Sequence[PortName]]) -> Edit | None:
    """Return the edit that pins these outputs, or takes them off where all of them are pinned; None without any."""
    ports = [(node, port) for node, names in nodes.items() for port in names]
    if not ports:
        return None
    off = all(port in graph.nodes[node].shown for node, port in ports)
    edits = []
    for node, names in nodes.items():
        shown = graph.nodes[node].shown
        kept = tuple(port for port in shown if port not in names)
        edits.append(SetShown(node, kept if off else (*shown, *(port for port in names if port not in shown))))
    if len(edits) == 1:
        return edits[0]
    words = "take previews off the canvas" if off else f"show {len(edits)} results on the canvas"
    return Batch(tuple(edits), words)


def pinned_entries(canvas: GraphCanvas, menu: QMenu, node: NodeId, port: PortName | None = None) -> None:
    """Put into a menu what pins the outputs of a node to the canvas, or one of them only."""
    editor = canvas.editor
    definition = editor.definition(node)
    outputs = [one for one in (definition.outputs if definition else ()) if port is None or one.name == port]
    if not outputs:
        return
    single = len(outputs) == 1
    target = menu if single else menu.addMenu(theme.icon("pin"), "Show on the canvas")
    for output in outputs:
        name = PortName(output.name)
        action = target.addAction("Show the result on the canvas" if single else output.label or output.name)
        if single:
            action.setIcon(theme.icon("pin"))
        action.setCheckable(True)
        action.setChecked(name in editor.graph.nodes[node].shown)
        action.triggered.connect(partial(_toggle, canvas, node, name))


def _toggle(canvas: GraphCanvas, node: NodeId, port: PortName, _checked: bool = False) -> None:
    edit = toggled(canvas.editor.graph, {node: (port,)})
    if edit is not None:
        canvas.editor.apply(edit)


def _output(definition: BlockDefinition | None, port: PortName) -> OutputPort | None:
    outputs = definition.outputs if definition is not None else ()
    return next((one for one in outputs if one.name == port), None)
