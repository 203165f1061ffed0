"""The inspector shows what is selected: a node, several, or the graph itself."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from shtairir.document import Change
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.inspector.graphpage import GraphPage
from shtairir_ui.inspector.nodepage import NodePage
from shtairir_ui.inspector.severalpage import SeveralPage
from shtairir_ui.inspector.style import inspector_style


class InspectorPanel(QWidget):
    """One page for each size of the selection."""

    node_wanted = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setProperty("role", "panel")
        self._editor = editor
        self.graph_page = GraphPage(editor)
        self.node_page = NodePage(editor)
        self.several_page = SeveralPage(editor)
        self._stack = QStackedLayout(self)
        for page in (self.graph_page, self.node_page, self.several_page):
            self._stack.addWidget(page)
        self.node_page.node_wanted.connect(self.node_wanted)
        editor.selection_changed.connect(self._show)
        editor.graph_replaced.connect(self._show)
        editor.place_changed.connect(self._show)
        editor.graph_changed.connect(self._on_changed)
        editor.runtime_changed.connect(self._on_runtime)
        editor.run_finished.connect(self._on_finished)
        theme.changed.connect(self._dress)
        self._dress(theme.current())
        self._show()

    def _dress(self, tokens: theme.Tokens) -> None:
        self.setStyleSheet(inspector_style(tokens))

    def _show(self, _selection: object = None) -> None:
        selection = self._editor.selection
        if not selection:
            self.graph_page.refresh()
            self._stack.setCurrentWidget(self.graph_page)
        elif len(selection) == 1:
            self.node_page.show_node(selection[0])
            self._stack.setCurrentWidget(self.node_page)
        else:
            self.several_page.show_nodes(selection)
            self._stack.setCurrentWidget(self.several_page)

    def _on_changed(self, change: Change) -> None:
        selection = self._editor.selection
        if len(selection) != 1:
            self._show()
            return
        node = selection[0]
        relinked = (*change.links_added, *change.links_removed)
        touched = node in change.nodes_changed or any(link.target.node == node for link in relinked)
        touched = touched or change.policy_changed
        if touched and node in self._editor.graph.nodes:
            self.node_page.show_node(node)

    def _on_finished(self, _result: object) -> None:
        self._on_runtime(set(self._editor.selection))

    def _on_runtime(self, nodes: set[NodeId]) -> None:
        selection = self._editor.selection
        if len(selection) == 1 and selection[0] in nodes:
            self.node_page.show_runtime()
