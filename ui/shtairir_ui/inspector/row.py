"""One input of the selected node: label, field, menu, and the sentence when something does not fit."""

from __future__ import annotations

import itertools
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from shtairir.block import InputPort
from shtairir.ids import NodeId, PortRef
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.inspector.fields import Field, FieldContext, make_field
from shtairir_ui.inspector.style import restyle
from shtairir_ui.inspector.values import port_state, refusal

_bursts = itertools.count()


class ParameterRow(QObject):
    """The widgets of one input, placed into the form's grid, and what they do."""

    node_wanted = Signal(str)

    def __init__(self, editor: Editor, node: NodeId, port: InputPort, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor = editor
        self._node = node
        self.port = port
        self._burst = next(_bursts)
        self._refused = False
        self.label = _Label(port, parent)
        self.error = QLabel(wordWrap=True, parent=parent)
        self.error.setProperty("role", "error")
        self.error.setObjectName(f"error_{port.name}")
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.hide()
        self.state = port_state(editor.graph, node, port)
        self.field = self._make_field(parent)
        self.body: QWidget = self.field or self._make_source(parent)
        self.menu = self._make_menu(parent) if port.editable else None
        self.refresh()

    def place(self, grid: QGridLayout) -> None:
        """Take the next rows of the grid."""
        row = grid.rowCount()
        top = Qt.AlignmentFlag.AlignTop
        if self.field is not None and self.field.wide:
            grid.addWidget(self.label, row, 0, 1, 2)
            grid.addWidget(self.body, row + 1, 0, 1, 3)
            grid.addWidget(self.error, row + 2, 0, 1, 3)
        else:
            grid.addWidget(self.label, row, 0, top)
            grid.addWidget(self.body, row, 1)
            grid.addWidget(self.error, row + 1, 1, 1, 2)
        if self.menu is not None:
            grid.addWidget(self.menu, row, 2, top)

    def refresh(self) -> None:
        """Show what the document holds now, after an edit from anywhere."""
        self.state = port_state(self._editor.graph, self._node, self.port)
        self.label.show_changed(self.state.is_set)
        if self.field is not None and not self._refused:
            self.field.show_value(self.state.value)
            self._say(refusal(self.port, self.state.value) if self.state.is_set else None)

    def refresh_from_outside(self) -> None:
        """As `refresh`, and give up what stands in the field but was not taken: undo, for example."""
        self._refused = False
        self.refresh()

    def _make_field(self, parent: QWidget) -> Field | None:
        if self.state.source is not None or not self.port.editable:
            return None
        field = make_field(self.port, FieldContext(lambda: self._editor.graph.base_dir))
        field.setParent(parent)
        field.setObjectName(f"field_{self.port.name}")
        for part in (field, *field.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)):
            if not part.accessibleName():
                part.setAccessibleName(self.port.label or self.port.name)
        field.setToolTip(self.port.help)
        field.edited.connect(self._on_edited)
        field.refused.connect(self._on_refused)
        field.settled.connect(self._on_settled)
        self.label.setBuddy(field)
        return field

    def _make_source(self, parent: QWidget) -> QWidget:
        """What feeds the input, in place of a field."""
        source = self.state.source
        if source is None:
            text = "needs a link" if self.port.required else "not linked"
            label = QLabel(text, parent)
            label.setProperty("role", "warning" if self.port.required else "dim")
            label.setMinimumHeight(theme.current().control_height)
            return label
        button = QPushButton(f"from {source}", parent)
        button.setObjectName(f"source_{self.port.name}")
        button.setProperty("role", "link")
        button.setFlat(True)
        button.setToolTip(f"Go to {source.node}")
        theme.bind_icon(button, "link", "text_dim")
        button.clicked.connect(lambda _checked=False: self.node_wanted.emit(str(source.node)))
        return button

    def _make_menu(self, parent: QWidget) -> QToolButton:
        button = QToolButton(parent)
        button.setObjectName(f"menu_{self.port.name}")
        button.setToolTip("Reset, or show as a port")
        button.setAccessibleName(f"More for {self.port.label or self.port.name}")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setProperty("role", "more")
        theme.bind_icon(button, "more", "text_dim")
        menu = QMenu(button)
        self.reset_action = menu.addAction("Reset to default")
        self.reset_action.triggered.connect(lambda _checked=False: self._reset())
        self.expose_action = menu.addAction("Show as a port on the node")
        self.expose_action.setCheckable(True)
        self.expose_action.triggered.connect(lambda checked: self._editor.expose(self._node, self.port.name, checked))
        self.unlink_action = menu.addAction("Remove the link")
        self.unlink_action.triggered.connect(lambda _checked=False: self._unlink())
        menu.aboutToShow.connect(self._prepare_menu)
        button.setMenu(menu)
        return button

    def _prepare_menu(self) -> None:
        linked = self.state.source is not None
        self.reset_action.setEnabled(self.state.is_set and not linked)
        always = self.port.required or self.port.param.port
        self.expose_action.setChecked(self.state.exposed or linked or always)
        self.expose_action.setEnabled(not linked and not always)
        self.unlink_action.setVisible(linked)

    def _on_edited(self, value: Any) -> None:
        if value is None and not self.port.optional:
            self._reset_keeping_text()
            return
        sentence = refusal(self.port, value)
        if sentence is not None:
            self._on_refused(sentence)
            return
        self._accept()
        self._editor.set_value(self._node, self.port.name, value, merge=self._merge)

    @property
    def _merge(self) -> tuple[object, ...]:
        """Names the burst of edits that make one undo step."""
        return ("value", self._node, self.port.name, self._burst)

    def _reset_keeping_text(self) -> None:
        """An emptied field means the default; the field stays empty while it is being typed in."""
        if self.port.required and self.state.is_set:
            self._accept()
        elif self.port.required:
            return
        self._refused = True  # keeps `refresh` from writing the default under the cursor
        self._say(None)
        self._editor.unset_value(self._node, self.port.name, merge=self._merge)

    def _on_refused(self, sentence: str) -> None:
        self._refused = True
        self._say(sentence)

    def _on_settled(self) -> None:
        self._burst = next(_bursts)
        if self._refused and self.error.isHidden():
            self.refresh_from_outside()

    def _accept(self) -> None:
        self._refused = False
        self._say(None)

    def _reset(self) -> None:
        self._refused = False
        self._editor.unset_value(self._node, self.port.name)
        self.refresh()

    def _unlink(self) -> None:
        self._editor.unlink(PortRef(self._node, self.port.name))

    def _say(self, sentence: str | None) -> None:
        self.error.setText(sentence or "")
        self.error.setVisible(bool(sentence))
        if self.field is not None:
            self.field.show_invalid(bool(sentence))


class _Label(QLabel):
    """The input's name and unit; brighter when the value is not the default."""

    def __init__(self, port: InputPort, parent: QWidget) -> None:
        super().__init__(parent)
        name = port.label or port.name
        self.setText(f"{name} ({port.param.unit})" if port.param.unit else name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setMinimumHeight(theme.current().control_height)
        self.setToolTip(_tip(port))
        self.setObjectName(f"label_{port.name}")

    def show_changed(self, changed: bool) -> None:
        """Say whether the value differs from the default."""
        restyle(self, "" if changed else "dim")


def _tip(port: InputPort) -> str:
    bounds = []
    if port.param.ge is not None or port.param.gt is not None:
        bounds.append(f"from {port.param.ge if port.param.ge is not None else port.param.gt:g}")
    if port.param.le is not None or port.param.lt is not None:
        bounds.append(f"to {port.param.le if port.param.le is not None else port.param.lt:g}")
    facts = " ".join([port.type.name, *bounds, port.param.unit]).strip()
    return f"{port.help}\n{port.name}: {facts}" if port.help else f"{port.name}: {facts}"
