"""The canvas for screen readers: a list of nodes, each with its ports, by name, state, links and place on the screen.

The items are drawn, not widgets, so Qt knows nothing of them. It asks for an interface of the view when somebody
listens; it costs nothing until then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import ReferenceType, WeakKeyDictionary, ref

from PySide6.QtCore import QObject, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from shtairir.ids import NodeId, PortRef
from shtairir_ui.canvas.face import PortFace
from shtairir_ui.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas

_canvases: WeakKeyDictionary[QObject, ReferenceType[GraphCanvas]] = WeakKeyDictionary()
_SIZE = 10


def make_accessible(canvas: GraphCanvas) -> None:
    """Have the nodes and ports of a canvas be read aloud, and say which one is selected as that changes."""
    if not _canvases:
        QAccessible.installFactory(_interface_of)
    _canvases[canvas.view] = ref(canvas)
    teller = _Teller(canvas)
    canvas.editor.selection_changed.connect(teller.tell)


class _Teller(QObject):
    """Tells screen readers of the selection, as long as the canvas is there."""

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas

    def tell(self, selection: tuple[NodeId, ...]) -> None:
        """Say which node has the keyboard now."""
        nodes = list(self._canvas.board.nodes)
        if selection and QAccessible.isActive() and selection[-1] in nodes:
            event = QAccessibleEvent(self._canvas.view, QAccessible.Event.Focus)
            event.setChild(nodes.index(selection[-1]))
            QAccessible.updateAccessibility(event)


def _interface_of(_kind: str, asked: QObject) -> QAccessibleInterface | None:
    found = _canvases.get(asked)
    canvas = found() if found is not None else None
    if canvas is None:
        return None
    # Qt holds on to it without telling Python, so it must live as long as the canvas.
    if canvas.accessible is None:
        canvas.accessible = CanvasInterface(canvas)
    return canvas.accessible


class CanvasInterface(QAccessibleWidget):
    """The canvas: its children are the nodes, in the order of the document."""

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__(canvas.view, QAccessible.Role.List, "Graph")
        self.canvas = canvas
        self._made: dict[NodeId, NodeInterface] = {}

    def of(self, node: NodeId) -> NodeInterface:
        """The interface of a node, the same each time."""
        return self._made.setdefault(node, NodeInterface(self, node))

    def childCount(self) -> int:
        return len(self.canvas.board.nodes)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        nodes = list(self.canvas.board.nodes)
        return self.of(nodes[index]) if 0 <= index < len(nodes) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        nodes = list(self.canvas.board.nodes)
        return nodes.index(child.node) if isinstance(child, NodeInterface) and child.node in nodes else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        found = (self.of(node) for node in self.canvas.board.nodes)
        return next((one for one in found if one.rect().contains(x, y)), None)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        selection = self.canvas.editor.selection
        return self.of(selection[-1]) if selection and self.canvas.view.hasFocus() else None

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return "Graph"
        if kind == QAccessible.Text.Description:
            graph = self.canvas.editor.graph
            return f"{len(graph.nodes)} nodes, {len(graph.links)} links. Alt and arrows go from node to node."
        return ""


class _DrawnInterface(QAccessibleInterface):
    """Something that is drawn on the canvas."""

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return None

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """It is changed in the inspector."""


class NodeInterface(_DrawnInterface):
    """A node: its children are the ports that are shown, inputs first."""

    def __init__(self, canvas: CanvasInterface, node: NodeId) -> None:
        super().__init__()
        self.node = node
        self._around = canvas
        self._ports: dict[tuple[str, str], PortInterface] = {}

    @property
    def item(self) -> NodeItem | None:
        """What is drawn, while the node is there."""
        return self._around.canvas.board.nodes.get(self.node)

    @property
    def ports(self) -> list[PortFace]:
        """The ports that are shown."""
        return [*self.item.face.inputs, *self.item.face.outputs] if self.item is not None else []

    def isValid(self) -> bool:
        return self.item is not None

    def parent(self) -> QAccessibleInterface:
        return self._around

    def childCount(self) -> int:
        return len(self.ports)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        ports = self.ports
        if not 0 <= index < len(ports):
            return None
        key = (ports[index].side, ports[index].name)
        return self._ports.setdefault(key, PortInterface(self, key))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        keys: list[object] = [(port.side, port.name) for port in self.ports]
        return keys.index(child.key) if isinstance(child, PortInterface) and child.key in keys else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return next(
            (one for n in range(self.childCount()) if (one := self.child(n)) and one.rect().contains(x, y)), None
        )

    def rect(self) -> QRect:
        return self.on_screen(self.item.outline) if self.item is not None else QRect()

    def on_screen(self, area: QRectF) -> QRect:
        """Where something of the canvas is on the screen."""
        view = self._around.canvas.view
        inside = view.mapFromScene(area).boundingRect()
        return QRect(view.viewport().mapToGlobal(inside.topLeft()), inside.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        canvas, state = self._around.canvas, QAccessible.State()
        state.selectable = state.focusable = state.multiSelectable = True
        state.selected = self.node in canvas.editor.selection
        state.focused = state.selected and self.node == canvas.editor.selection[-1] and canvas.view.hasFocus()
        state.offscreen = self.item is None or not canvas.view.visible_rect().intersects(self.item.outline)
        return state

    def text(self, kind: QAccessible.Text) -> str:
        item = self.item
        if item is None:
            return ""
        if kind == QAccessible.Text.Name:
            return f"{item.face.title}, {self.node}" if item.face.title != self.node else item.face.title
        if kind == QAccessible.Text.Value:
            return item.runtime.status.value.replace("_", " ") if item.runtime.status is not None else "not run"
        if kind == QAccessible.Text.Description:
            concern = item.concern.text if item.concern is not None else item.runtime.reason
            return " ".join(part for part in (self._links(), concern, item.face.summary) if part)
        return ""

    def link_of(self, port: PortFace) -> str:
        """What a port is linked with, in words."""
        ref, links = PortRef(self.node, port.name), self._around.canvas.editor.graph.links
        if port.side == "in":
            return f"fed by {links[ref].source}" if ref in links else ""
        fed = [str(link.target) for link in links.values() if link.source == ref]
        return f"feeds {', '.join(fed)}" if fed else ""

    def _links(self) -> str:
        said = [f"{port.label or port.name} {link}" for port in self.ports if (link := self.link_of(port))]
        return "; ".join(said).capitalize() + "." if said else "Not linked."


class PortInterface(_DrawnInterface):
    """An input or output of a node."""

    def __init__(self, node: NodeInterface, key: tuple[str, str]) -> None:
        super().__init__()
        self.key = key
        self._node = node

    @property
    def face(self) -> PortFace | None:
        """What is shown of it, while it is there."""
        return next((port for port in self._node.ports if (port.side, port.name) == self.key), None)

    def isValid(self) -> bool:
        return self.face is not None

    def parent(self) -> QAccessibleInterface:
        return self._node

    def childCount(self) -> int:
        return 0

    def child(self, _index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        return -1

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def rect(self) -> QRect:
        item, face = self._node.item, self.face
        if item is None or face is None:
            return QRect()
        middle = item.anchor(face.side, face.name)
        return self._node.on_screen(QRectF(middle.x() - _SIZE / 2, middle.y() - _SIZE / 2, _SIZE, _SIZE))

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.StaticText

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.readOnly = True
        return state

    def text(self, kind: QAccessible.Text) -> str:
        face = self.face
        if face is None:
            return ""
        if kind == QAccessible.Text.Name:
            return f"{'Input' if face.side == 'in' else 'Output'} {face.label or face.name}, {face.type_name}"
        if kind == QAccessible.Text.Value:
            return self._node.link_of(face) or face.value or ("required" if face.required else "not linked")
        return face.help if kind == QAccessible.Text.Description else ""
