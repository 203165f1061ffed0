"""The inputs that several nodes have in common, set for all of them in one step."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from shtairir.block import InputPort
from shtairir.document import Graph
from shtairir.document.edits import Batch, Edit, RemoveLinks, SetExposed, SetValue, UnsetValue, count_of
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui import theme
from shtairir_ui.canvas.face import short_value
from shtairir_ui.editor import Editor
from shtairir_ui.inspector.row import ParameterRow
from shtairir_ui.inspector.values import port_state

if TYPE_CHECKING:
    from collections.abc import Iterable

LABEL_WIDTH = 104
_VALUES_AT_MOST = 4


class Together:
    """The verbs that a row of the form uses, for several nodes at once."""

    def __init__(self, editor: Editor, nodes: Sequence[NodeId]) -> None:
        self._editor = editor
        self.nodes = tuple(nodes)

    @property
    def graph(self) -> Graph:
        """The graph that is shown."""
        return self._editor.graph

    def set_value(self, _node: NodeId, port: str, value: Any, merge: Hashable | None = None) -> None:
        """Give the input of all nodes a value."""
        edits = [SetValue(node, PortName(port), value) for node in self.nodes]
        self._do(edits, f"change {port}", merge)

    def unset_value(self, _node: NodeId, port: str, merge: Hashable | None = None) -> None:
        """Give the input of all nodes its default again."""
        placed = self.graph.nodes
        edits = [UnsetValue(node, PortName(port)) for node in self.nodes if port in placed[node].values]
        self._do(edits, f"reset {port}", merge)

    def expose(self, _node: NodeId, port: str, exposed: bool) -> None:
        """Show the input of all nodes as a port, or not."""
        edits = [SetExposed(node, PortName(port), exposed) for node in self.nodes]
        self._do(edits, f"{'show' if exposed else 'hide'} {port}", None)

    def unlink(self, target: PortRef) -> None:
        """Take away the links into the input of all nodes."""
        ends = (PortRef(node, target.port) for node in self.nodes)
        linked = tuple(end for end in ends if end in self.graph.links)
        self._do([RemoveLinks(linked)] if linked else [], f"unlink {target.port}", None)

    def _do(self, edits: Iterable[Edit], words: str, merge: Hashable | None) -> None:
        edits = tuple(edits)
        if edits:
            label = f"{words} of {count_of(len(self.nodes), 'node')}"
            self._editor.apply(Batch(edits, label), merge=None if merge is None else (merge, self.nodes))


def shared_inputs(editor: Editor, nodes: Sequence[NodeId]) -> list[InputPort]:
    """Return the inputs that all nodes have, by name and type, that can be set and that nothing feeds."""
    definitions = [editor.definition(node) for node in nodes]
    if any(definition is None for definition in definitions):
        return []
    links = editor.graph.links
    first, *others = (
        {port.name: port for port in definition.inputs} for definition in definitions if definition is not None
    )
    return [
        port
        for name, port in first.items()
        if port.editable
        and all(name in ports and ports[name].type.name == port.type.name for ports in others)
        and not any(PortRef(node, PortName(name)) in links for node in nodes)
    ]


class SharedForm(QWidget):
    """A row for each input that the nodes share, and below it the values where they differ."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sharedForm")
        self._editor = editor
        self._shape: tuple[Any, ...] = ()
        self._nodes: tuple[NodeId, ...] = ()
        self.rows: dict[str, ParameterRow] = {}
        self.notes: dict[str, QLabel] = {}
        self._body: QWidget | None = None
        self._around = QGridLayout(self)
        self._around.setContentsMargins(0, 0, 0, 0)

    def show_nodes(self, nodes: tuple[NodeId, ...]) -> None:
        """Show what these nodes share; fields that stay the same are kept, with the cursor in them."""
        ports = shared_inputs(self._editor, nodes)
        shape = (nodes, tuple((port.name, port.type.name) for port in ports))
        self._nodes = nodes
        if shape != self._shape:
            self._shape = shape
            self._build(ports)
        for row in self.rows.values():
            row.refresh()
        self._show_differences()
        self.setVisible(bool(ports))

    def _build(self, ports: Sequence[InputPort]) -> None:
        tokens = theme.current()
        body, old = QWidget(self), self._body
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.s2)
        grid.setVerticalSpacing(tokens.s1)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        # A row asks its editor for the graph and for verbs, which are all that is needed here.
        together = cast(Editor, Together(self._editor, self._nodes))
        self.rows, self.notes = {}, {}
        for port in ports:
            row = ParameterRow(together, self._nodes[0], port, body)
            row.label.setFixedWidth(LABEL_WIDTH)
            row.place(grid)
            self.rows[port.name] = row
            self.notes[port.name] = note = QLabel(body)
            note.setObjectName(f"differs_{port.name}")
            note.setProperty("role", "dim")
            note.setTextFormat(Qt.TextFormat.PlainText)
            note.setWordWrap(True)
            grid.addWidget(note, grid.rowCount(), 1, 1, 2)
        self._around.addWidget(body, 0, 0)
        self._body = body
        body.show()
        if old is not None:
            self._around.removeWidget(old)
            old.hide()
            old.deleteLater()

    def _show_differences(self) -> None:
        for name, row in self.rows.items():
            values = [port_state(self._editor.graph, node, row.port).value for node in self._nodes]
            words = list(dict.fromkeys(short_value(value, row.port.type.family) for value in values))
            if len(words) == 1 and any(value != values[0] for value in values):
                words.append("others")
            more = "" if len(words) <= _VALUES_AT_MOST else f" and {len(words) - _VALUES_AT_MOST} more"
            self.notes[name].setText(f"now {', '.join(words[:_VALUES_AT_MOST])}{more}" if len(words) > 1 else "")
            self.notes[name].setVisible(len(words) > 1)
