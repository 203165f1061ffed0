"""Where a link may go: which ports fit one that is being linked, and what a place on the canvas means for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt

from shtairir.block import Compatibility, compatibility
from shtairir.document import Link
from shtairir.ids import NodeId, PortRef
from shtairir_ui.canvas.board import Board
from shtairir_ui.canvas.door import CanvasEditor
from shtairir_ui.canvas.face import PortFace, Side
from shtairir_ui.canvas.node_item import NodeItem, PlacedKey


@dataclass(frozen=True, slots=True)
class Aim:
    """What letting go here would do.

    Attributes
    ----------
    at
        Where the link's free end is drawn.
    port
        The port that it would reach; None over the ground, or where it is refused.
    text
        A sentence to show beside the mouse; empty when all is plain.
    """

    at: QPointF
    port: PortRef | None = None
    refused: bool = False
    text: str = ""


class Aiming:
    """Finds partners for one port.

    What may be linked with it is found once, when the gesture begins: types are compared by pair, and nodes that
    would close a circle are collected in one walk. The editor has the last word on the port under the mouse.
    """

    def __init__(self, editor: CanvasEditor, board: Board, start: PortRef, side: Side) -> None:
        self._editor = editor
        self._board = board
        self.start = start
        self.side = side
        self.wanted: Side = "in" if side == "out" else "out"
        self.face = board.port(start, side)
        self._barred = _reachable(editor.graph.links.values(), start.node, against=side == "out")
        self._verdicts: dict[tuple[object, object], Compatibility] = {}

    def fitting(self, item: NodeItem) -> frozenset[PlacedKey]:
        """The ports of a node that may be linked with the start, shown ones and hidden ones."""
        keys = {(port.side, port.name) for port in self._candidates(item) if self._verdict(port).ok}
        if item.node == self.start.node:
            keys.add((self.side, self.start.port))
        return frozenset(keys)

    def aim(self, at: QPointF, slack: float) -> Aim:
        """What letting go at a place of the canvas would do."""
        item = self._item_at(at, slack)
        if item is None:
            return Aim(at)
        port = item.port_at(at, slack)
        if port is not None:
            return self._aim_at_port(item, port)
        if not item.outline.contains(at):
            return Aim(at)
        return self._aim_at_body(item, at)

    def ends(self, other: PortRef) -> tuple[PortRef, PortRef]:
        """Start and partner as output and input."""
        return (self.start, other) if self.side == "out" else (other, self.start)

    def _aim_at_port(self, item: NodeItem, port: PortFace) -> Aim:
        ref, at = item.ref(port), item.anchor(port.side, port.name)
        if ref == self.start and port.side == self.side:
            return Aim(at)
        if port.side == self.side:
            return Aim(at, refused=True, text=_SAME_SIDE[self.side])
        verdict = self._editor.can_connect(*self.ends(ref))
        if not verdict.ok:
            return Aim(at, refused=True, text=verdict.reason)
        return Aim(at, ref, text=verdict.reason)

    def _aim_at_body(self, item: NodeItem, at: QPointF) -> Aim:
        if item.node == self.start.node:
            return Aim(at)
        fitting = [port for port in self._candidates(item) if self._verdict(port).ok]
        free = [port for port in fitting if port.side == "out" or not port.linked]
        if free:
            port = min(free, key=lambda port: self._preference(item, port))
            verdict = self._editor.can_connect(*self.ends(item.ref(port)))
            if verdict.ok:
                text = f"Links to {port.label}. {verdict.reason}".strip()
                return Aim(item.anchor(port.side, port.name), item.ref(port), text=text)
            return Aim(at, refused=True, text=verdict.reason)
        return Aim(at, refused=True, text=self._why_none(item, fitting))

    def _preference(self, item: NodeItem, port: PortFace) -> tuple[bool, bool]:
        """Ports in sight come before hidden ones, a value that goes through as it is before a converted one."""
        return (port in item.face.hidden, self._verdict(port).conversion is not None)

    def _why_none(self, item: NodeItem, fitting: list[PortFace]) -> str:
        if fitting:
            return (
                f"Every input of “{item.face.title}” that could take this is linked already. "
                "Drop on an input to replace its link."
            )
        shown = item.face.inputs if self.wanted == "in" else item.face.outputs
        if not shown:
            return f"“{item.face.title}” has no {'input' if self.wanted == 'in' else 'output'}."
        if len(shown) == 1 or item.node in self._barred:
            return self._editor.can_connect(*self.ends(item.ref(shown[0]))).reason
        own = self.face.type_name if self.face else "this"
        if self.wanted == "in":
            return f"No input of “{item.face.title}” takes {own}."
        return f"No output of “{item.face.title}” gives {own}."

    def _candidates(self, item: NodeItem) -> Iterable[PortFace]:
        if item.node in self._barred:
            return ()
        return item.face.outputs if self.wanted == "out" else (*item.face.inputs, *item.face.hidden)

    def _verdict(self, port: PortFace) -> Compatibility:
        own = self.face.type if self.face is not None else None
        if own is None or port.type is None:
            return Compatibility(False)
        key = (own, port.type) if self.side == "out" else (port.type, own)
        found = self._verdicts.get(key)
        if found is None:
            found = self._verdicts[key] = compatibility(*key)
        return found

    def _item_at(self, at: QPointF, slack: float) -> NodeItem | None:
        area = QRectF(at.x() - slack, at.y() - slack, 2 * slack, 2 * slack)
        found = self._board.scene.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        items = [item for item in found if isinstance(item, NodeItem)]
        with_port = next((item for item in items if item.port_at(at, slack) is not None), None)
        return with_port or next((item for item in items if item.outline.contains(at)), None)


_SAME_SIDE = {
    "out": "An output can only be linked to an input.",
    "in": "An input can only be linked to an output.",
}


def _reachable(links: Iterable[Link], start: NodeId, *, against: bool) -> frozenset[NodeId]:
    """The nodes that feed `start` (`against` the flow) or are fed by it, and itself."""
    neighbours: dict[NodeId, list[NodeId]] = {}
    for link in links:
        a, b = link.source.node, link.target.node
        neighbours.setdefault(b if against else a, []).append(a if against else b)
    seen, waiting = {start}, [start]
    while waiting:
        for node in neighbours.get(waiting.pop(), ()):
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return frozenset(seen)
