"""Several nodes at once: how many, of which blocks, and the inputs they share, to be set for all of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.inspector.policy import PolicySection
from shtairir_ui.inspector.policy.subject import NodesSubject
from shtairir_ui.inspector.style import scrolled_column
from shtairir_ui.inspector.together import SharedForm
from shtairir_ui.quantities import count

SHOWN_AT_MOST = 12


class SeveralPage(QWidget):
    """A count, the kinds of node, the inputs that all of them have, and how they run."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._title = QLabel()
        self._title.setObjectName("severalTitle")
        self._title.setProperty("role", "title")
        self._text = QLabel(wordWrap=True)
        self._text.setProperty("role", "dim")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._policy_open = False
        self.policy: PolicySection | None = None
        self._column = scrolled_column(self)
        self._column.addWidget(self._title)
        self._column.addWidget(self._text)
        self._column.addSpacing(theme.current().s2)
        self.form = SharedForm(editor)
        self._column.addWidget(self.form)
        self._column.addStretch(1)

    def show_nodes(self, nodes: tuple[NodeId, ...]) -> None:
        """Sum up these nodes."""
        self._title.setText(f"{count(len(nodes), 'node')} selected")
        placed = [self._editor.graph.nodes[node] for node in nodes]
        kinds: dict[str, int] = {}
        for node in placed:
            kinds[node.block] = kinds.get(node.block, 0) + 1
        lines = [f"{number} × {block}" for block, number in list(kinds.items())[:SHOWN_AT_MOST]]
        if len(kinds) > SHOWN_AT_MOST:
            lines.append(f"and {len(kinds) - SHOWN_AT_MOST} other kinds")
        self._text.setText("\n".join(lines))
        self.form.show_nodes(nodes)
        self._show_policy(nodes)

    def _show_policy(self, nodes: tuple[NodeId, ...]) -> None:
        parts = (("", NodesSubject(self._editor, nodes)),)
        if self.policy is not None and self.policy.take(parts):
            return
        if self.policy is not None:
            self._column.removeWidget(self.policy)
            self.policy.deleteLater()
        self.policy = PolicySection(parts, opened=self._policy_open)
        self.policy.toggled.connect(self._keep_policy_open)
        self._column.insertWidget(self._column.count() - 1, self.policy)
        self.policy.show()

    def _keep_policy_open(self, opened: bool) -> None:
        self._policy_open = opened
