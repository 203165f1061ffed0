"""The form of a node: one row an input, rebuilt only when the rows themselves change."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from shtairir.document.packs import named_packs
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.inspector.policy import PolicySection
from shtairir_ui.inspector.policy.subject import NodesSubject
from shtairir_ui.inspector.row import ParameterRow
from shtairir_ui.inspector.values import port_state

LABEL_WIDTH = 104


class ParameterForm(QScrollArea):
    """Shows and edits the inputs of one node."""

    node_wanted = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("parameterForm")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._editor = editor
        self._node: NodeId | None = None
        self._shape: tuple[Any, ...] = ()
        self._more_open = False
        self._policy_open = False
        self.policy: PolicySection | None = None
        self._body: QWidget | None = None
        self.rows: dict[str, ParameterRow] = {}
        self._lay_out()

    def show_node(self, node: NodeId | None) -> None:
        """Show the inputs of a node; fields that stay the same are kept, with the cursor in them."""
        same = node == self._node
        self._node = node
        shape = self._find_shape()
        if not same or shape != self._shape:
            self._shape = shape
            self._build()
        else:
            for row in self.rows.values():
                row.refresh()
            if self.policy is not None:
                self.policy.refresh()

    def reread(self) -> None:
        """Show the document's values, also where something refused stands in a field."""
        for row in self.rows.values():
            row.refresh_from_outside()

    def focus_first(self) -> None:
        """Give the keyboard to the first field."""
        field = next((row.field for row in self.rows.values() if row.field is not None), None)
        if field is not None:
            field.setFocus()

    def _find_shape(self) -> tuple[Any, ...]:
        if self._node is None:
            return ()
        definition = self._editor.definition(self._node)
        graph = self._editor.graph
        if definition is None:
            return (self._node, None, tuple(graph.nodes[self._node].values))
        return (
            self._node,
            definition,
            tuple(port_state(graph, self._node, port).source for port in definition.inputs),
        )

    def _build(self) -> None:
        self.rows = {}
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().s2)
        if self._node is not None:
            self._fill(self._node, body, column)
        old, self._body = self._body, body
        self._column.insertWidget(0, body)
        body.show()  # now, and not when Qt comes to it
        if old is not None:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._show_policy()

    def _lay_out(self) -> None:
        """What stays when another node is shown; to put widgets into others dresses all of them anew."""
        tokens = theme.current()
        around = QWidget()
        around.setProperty("role", "panel")
        self._column = QVBoxLayout(around)
        self._column.setContentsMargins(tokens.s4, tokens.s3, tokens.s2, tokens.s4)
        self._column.setSpacing(tokens.s3)
        self._column.addStretch(1)
        self.setWidget(around)

    def _fill(self, node: NodeId, body: QWidget, column: QVBoxLayout) -> None:
        definition = self._editor.definition(node)
        if definition is None:
            self._say_missing(node, column)
            return
        if not definition.inputs:
            column.addWidget(_dim("This block has no inputs."))
            return
        plain = [port for port in definition.inputs if not port.param.advanced]
        advanced = [port for port in definition.inputs if port.param.advanced]
        column.addLayout(self._grid(node, plain, body))
        if advanced:
            self._add_more(node, advanced, body, column)

    def _show_policy(self) -> None:
        parts = (("", NodesSubject(self._editor, (self._node,))),) if self._node is not None else ()
        if self.policy is not None:
            if parts and self.policy.take(parts):
                return
            self._column.removeWidget(self.policy)
            self.policy.hide()
            self.policy.deleteLater()
            self.policy = None
        if parts:
            self.policy = PolicySection(parts, opened=self._policy_open)
            self.policy.toggled.connect(self._keep_policy_open)
            self._column.insertWidget(1, self.policy)
            self.policy.show()

    def _keep_policy_open(self, opened: bool) -> None:
        self._policy_open = opened

    def _grid(self, node: NodeId, ports: list[Any], body: QWidget) -> QGridLayout:
        tokens = theme.current()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.s2)
        grid.setVerticalSpacing(tokens.s1)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(0, 0)
        grid.setColumnStretch(1, 1)
        for port in ports:
            row = ParameterRow(self._editor, node, port, body)
            row.label.setFixedWidth(LABEL_WIDTH)
            row.node_wanted.connect(self.node_wanted)
            row.place(grid)
            self.rows[port.name] = row
        return grid

    def _add_more(self, node: NodeId, ports: list[Any], body: QWidget, column: QVBoxLayout) -> None:
        holder = QWidget(body)
        holder.setLayout(self._grid(node, ports, holder))
        button = QToolButton(body)
        button.setObjectName("moreButton")
        button.setText("More")
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.toggled.connect(lambda open_: self._show_more(open_, button, holder))
        column.addWidget(button)
        column.addWidget(holder)
        button.setChecked(self._more_open)
        self._show_more(self._more_open, button, holder)

    def _show_more(self, open_: bool, button: QToolButton, holder: QWidget) -> None:
        self._more_open = open_
        holder.setVisible(open_)
        theme.bind_icon(button, "chevron_down" if open_ else "chevron_right", "text_dim")

    def _say_missing(self, node: NodeId, column: QVBoxLayout) -> None:
        placed = self._editor.graph.nodes[node]
        pack = named_packs(self._editor.root).get(placed.block.partition(".")[0])
        how = (
            f"To run it, install the pack: pip install {pack}" if pack else "Install the pack that brings it to run it."
        )
        sentence = QLabel(
            f"The block {placed.block} is not installed. The node keeps its values and links, and is saved as it is. "
            f"{how}"
        )
        sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        sentence.setWordWrap(True)
        sentence.setProperty("role", "warning")
        column.addWidget(sentence)
        for name, value in placed.values.items():
            column.addWidget(_dim(f"{name} = {value!r}"))


def _dim(text: str) -> QLabel:
    label = QLabel(text, wordWrap=True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "dim")
    return label
