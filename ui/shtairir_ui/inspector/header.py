"""Which node is shown, and how it is doing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.foreseeing import Foresight
from shtairir_ui.iconlabel import IconLabel
from shtairir_ui.inspector.prospect import next_words
from shtairir_ui.inspector.style import restyle
from shtairir_ui.quantities import duration, size
from shtairir_ui.replaying import open_script
from shtairir_ui.runtime import IDLE, NodeRuntime, tries

STATUS: dict[NodeStatus | None, tuple[str, str, str]] = {
    None: ("", "text_dim", "Not run yet"),
    NodeStatus.WAITING: ("clock", "text_dim", "Waiting"),
    NodeStatus.READY: ("clock", "text_dim", "Ready"),
    NodeStatus.RUNNING: ("running", "running", "Running"),
    NodeStatus.DONE: ("ok", "ok", "Done"),
    NodeStatus.CACHED: ("cached", "cached", "Cached"),
    NodeStatus.SKIPPED: ("skipped", "text_dim", "Skipped"),
    NodeStatus.FAILED: ("error", "error", "Failed"),
    NodeStatus.TIMED_OUT: ("clock", "error", "Timed out"),
    NodeStatus.CANCELLED: ("cancelled", "warning", "Stopped"),
    NodeStatus.PAUSED: ("pause", "warning", "Paused"),
    NodeStatus.COMPENSATED: ("undo", "warning", "Undone"),
}


def status_text(state: NodeRuntime) -> str:
    """A node's state in a few words.

    Examples
    --------
    >>> status_text(NodeRuntime(status=NodeStatus.DONE, elapsed_s=0.042, output_bytes=3_100_000))
    'Done · 42 ms · 3.1 MB'
    """
    parts = ["Waits for its next attempt" if state.due_s is not None else STATUS[state.status][2]]
    if tries(state):
        parts.append(tries(state))
    if state.status is NodeStatus.RUNNING and state.progress is not None:
        parts.append(f"{state.progress:.0%}")
    if state.elapsed_s is not None:
        parts.append(duration(state.elapsed_s))
    if state.output_bytes:
        parts.append(size(state.output_bytes))
    if state.coarse:
        parts.append("a quick look")
    if state.stale:
        parts.append("changed since")
    return " · ".join(parts)


class NodeHeader(QWidget):
    """The node's title, to be changed in place; its block and id; its status."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._node: NodeId | None = None
        self._icon = QLabel()
        self.title = QLineEdit()
        self.title.setObjectName("nodeTitle")
        self.title.setAccessibleName("Title of the node")
        self.title.setToolTip("Title of the node")
        self.title.setProperty("role", "title")
        self._block = QLabel()
        self._block.setObjectName("nodeBlock")
        self._block.setProperty("role", "dim")
        self._block.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._status_icon = IconLabel(size=14)
        self._status = QLabel()
        self._status.setObjectName("nodeStatus")
        self._status.setProperty("role", "dim")
        self._cause = QLabel(wordWrap=True)
        self._cause.setObjectName("nodeCause")
        self._cause.setTextFormat(Qt.TextFormat.PlainText)
        self._prospect = QLabel(wordWrap=True)
        self._prospect.setObjectName("nodeProspect")
        self._prospect.setProperty("role", "small")
        self._prospect.setTextFormat(Qt.TextFormat.PlainText)
        self._foresight: Foresight | None = None
        self.script_button = QPushButton("Open as script")
        self.script_button.setObjectName("openScript")
        self.script_button.setProperty("role", "link")
        self.script_button.setToolTip("Open a Python program that calls this block alone, with what it failed with")
        self._lay_out()
        self.script_button.clicked.connect(lambda _checked=False: self._open_script())
        self.title.editingFinished.connect(self._rename)
        theme.changed.connect(self._on_theme)

    def show_node(self, node: NodeId | None) -> None:
        """Show a node as the document and the run have it."""
        self._node = node
        if node is None or node not in self._editor.graph.nodes:
            return
        placed, definition = self._editor.graph.nodes[node], self._editor.definition(node)
        name = definition.name if definition is not None else str(placed.block)
        if not self.title.hasFocus() or not self.title.isModified():
            self.title.setText(placed.title or name)
        self.title.setPlaceholderText(name)
        category = definition.category if definition is not None else ""
        self._icon.setPixmap(theme.category_icon(category).pixmap(QSize(20, 20), self.devicePixelRatio()))
        self._block.setText(f"{placed.block}  ·  id {node}")
        self._block.setToolTip(definition.summary if definition is not None else "This block is not installed.")
        self.show_status(self._editor.runtime.get(node, IDLE))

    def _on_theme(self, _tokens: object) -> None:
        self.show_node(self._node)

    def follow(self, foresight: Foresight) -> None:
        """Say what the next run means for the node, too."""
        self._foresight = foresight
        foresight.changed.connect(self.show_prospect)

    def show_prospect(self) -> None:
        """Say whether the node runs next time."""
        node, editor = self._node, self._editor
        if node is None or node not in editor.graph.nodes or editor.past is not None:
            self._prospect.hide()
            return
        forecast = self._foresight.forecast if self._foresight is not None else None
        words = next_words(forecast, editor.place.whole(node), editor.runtime.get(node, IDLE))
        self._prospect.setText(words)
        self._prospect.setVisible(bool(words))

    def show_status(self, state: NodeRuntime) -> None:
        """Show how the node is doing."""
        icon, color, _ = STATUS[state.status]
        self._status_icon.show_icon(icon, color)
        self._status_icon.setVisible(bool(icon))
        self._status.setText(status_text(state))
        self._show_cause(state)
        if not self._editor.is_running:
            self.show_prospect()

    def _show_cause(self, state: NodeRuntime) -> None:
        """A failure must not hide behind a tab."""
        failed = state.failure is not None
        sentence = state.failure.message if state.failure is not None else state.reason
        if state.due_s is not None:
            sentence = f"The last attempt failed: {state.message}"
        self._cause.setText(sentence)
        self._cause.setVisible(bool(sentence))
        restyle(self._cause, "error" if failed else "dim")
        self.script_button.setVisible(failed and self._editor.run_key is not None and not state.stale)

    def _lay_out(self) -> None:
        tokens = theme.current()
        first = QHBoxLayout()
        first.setSpacing(tokens.s2)
        first.addWidget(self._icon)
        first.addWidget(self.title, 1)
        last = QHBoxLayout()
        last.setSpacing(tokens.s1)
        last.addWidget(self._status_icon)
        last.addWidget(self._status, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s4, tokens.s3, tokens.s4, tokens.s2)
        column.setSpacing(tokens.s1)
        column.addLayout(first)
        column.addWidget(self._block)
        column.addLayout(last)
        column.addWidget(self._cause)
        column.addWidget(self._prospect)
        column.addWidget(self.script_button, alignment=Qt.AlignmentFlag.AlignLeft)

    def _open_script(self) -> None:
        if self._node is not None:
            open_script(self._editor, self._node)

    def _rename(self) -> None:
        if self._node is None or self._node not in self._editor.graph.nodes or not self.title.isModified():
            return
        self.title.setModified(False)
        text = self.title.text().strip()
        self._editor.set_title(self._node, None if text == self.title.placeholderText() else text)
        self.show_node(self._node)
