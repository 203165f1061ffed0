"""Everything about one node, in four tabs; a tab is filled when it is looked at."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPlainTextEdit, QTabWidget, QTextBrowser, QVBoxLayout, QWidget

from shtairir.document.example import example_file
from shtairir.document.references import CODE, body_of
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.documentation import EXAMPLE_SCHEME, documentation_html
from shtairir_ui.editor import Editor
from shtairir_ui.highlight import CodeHighlighter
from shtairir_ui.inspector.codepage import CodePage
from shtairir_ui.inspector.form import ParameterForm
from shtairir_ui.inspector.header import NodeHeader
from shtairir_ui.inspector.iterations import IterationsPage
from shtairir_ui.inspector.logpage import LogPage
from shtairir_ui.inspector.outcome import OutcomePage
from shtairir_ui.runtime import IDLE


class NodePage(QWidget):
    """Header, parameters, last result, documentation and source of the selected node."""

    node_wanted = Signal(str)
    example_wanted = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._node: NodeId | None = None
        self.header = NodeHeader(editor)
        self.form = ParameterForm(editor)
        self.outcome = OutcomePage(editor)
        self.log = LogPage(editor)
        self.documentation = QTextBrowser(openLinks=False)
        self.documentation.anchorClicked.connect(self._follow)
        self.documentation.setObjectName("documentationPage")
        self.documentation.setProperty("role", "flat")
        self.documentation.document().setDocumentMargin(theme.current().s3)
        self.source = QPlainTextEdit(readOnly=True, lineWrapMode=QPlainTextEdit.LineWrapMode.NoWrap)
        self.source.setObjectName("sourcePage")
        self.source.setProperty("role", "flat")
        self.source.setFont(theme.mono_font(theme.current().size_label))
        self._highlighter = CodeHighlighter(self.source.document(), "python")
        # Pages that are in no tab at first belong to this one, or they would outlive the window.
        self.code = CodePage(editor, self)
        self.iterations = IterationsPage(editor, self)
        self.code.hide()
        self.iterations.hide()
        self.iterations.inspect_wanted.connect(editor.inspect_iteration)
        self._lay_out()
        self.form.node_wanted.connect(self.node_wanted)
        self.outcome.node_wanted.connect(self.node_wanted)
        self.tabs.currentChanged.connect(self._fill_tab)
        theme.changed.connect(self._fill_tab)

    def show_node(self, node: NodeId) -> None:
        """Show a node, or what changed of the one that is shown."""
        self._node = node
        self._offer_code(node)
        self._offer_iterations(node)
        self.header.show_node(node)
        self.form.show_node(node)
        for page in (self.form, self.code):  # what is over cannot be changed
            page.setEnabled(self._editor.past is None)
        self._fill_tab()

    def _follow(self, url: QUrl) -> None:
        """Insert the example that was clicked; any other link is the browser's."""
        text = url.toString()
        if text.startswith(EXAMPLE_SCHEME):
            self.example_wanted.emit(text.removeprefix(EXAMPLE_SCHEME))
        else:
            QDesktopServices.openUrl(url)

    def show_runtime(self) -> None:
        """Show how the node is doing now."""
        if self._node is not None:
            self.header.show_status(self._editor.runtime.get(self._node, IDLE))
            if self.tabs.currentWidget() in (self.outcome, self.iterations, self.log):
                self._fill_tab()

    def show_parameters(self) -> None:
        """Bring the form to the front, with the keyboard in its first field."""
        self.tabs.setCurrentWidget(self.form)
        self.form.focus_first()

    def show_code(self) -> None:
        """Bring the source of a code block to the front, with the keyboard in it."""
        if self._is_code(self._node):
            self.tabs.setCurrentWidget(self.code)
            self.code.focus()

    @property
    def shows_code(self) -> bool:
        """Whether the node that is shown runs a code block."""
        return self._is_code(self._node)

    def _is_code(self, node: NodeId | None) -> bool:
        placed = self._editor.graph.nodes.get(node) if node is not None else None
        return placed is not None and placed.block.startswith(CODE)

    def _offer_code(self, node: NodeId) -> None:
        """Of a code block the source can be changed; of any other it is for reading."""
        index = self.tabs.indexOf(self.source if self._is_code(node) else self.code)
        if index < 0:
            return
        wanted, title = (self.code, "Code") if self._is_code(node) else (self.source, "Source")
        was_shown = self.tabs.currentIndex() == index
        self.code.finish()
        self.tabs.removeTab(index)
        self.tabs.insertTab(index, wanted, title)
        if was_shown:
            self.tabs.setCurrentIndex(index)

    def _offer_iterations(self, node: NodeId) -> None:
        """A loop has a tab of its own for what became of its items."""
        placed = self._editor.graph.nodes.get(node)
        is_loop = placed is not None and body_of(placed) is not None
        index = self.tabs.indexOf(self.iterations)
        if is_loop and index < 0:
            self.tabs.insertTab(2, self.iterations, "Items")
        elif not is_loop and index >= 0:
            self.tabs.removeTab(index)

    def show_outcome(self) -> None:
        """Bring the last result to the front."""
        self.tabs.setCurrentWidget(self.outcome)

    def _fill_tab(self, _cause: object = None) -> None:
        if self._node is None or self._node not in self._editor.graph.nodes:
            return
        page = self.tabs.currentWidget()
        definition = self._editor.definition(self._node)
        if page is self.outcome:
            self.outcome.show_node(self._node)
        elif page is self.documentation:
            self.documentation.setHtml(
                documentation_html(definition, has_example=example_file(definition) is not None)
                if definition is not None
                else "This block is not installed."
            )
        elif page is self.log:
            self.log.show_node(self._node, again=_cause is not None)
        elif page is self.iterations:
            self.iterations.show_node(self._node)
        elif page is self.code:
            self.code.show_node(self._node)
        elif page is self.source:
            text = definition.source() if definition is not None else ""
            if text != self.source.toPlainText():
                self.source.setPlainText(text or "# The source of this block cannot be had.")

    def _lay_out(self) -> None:
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.setObjectName("inspectorTabs")
        self.tabs.addTab(self.form, "Parameters")
        self.tabs.addTab(self.outcome, "Result")
        self.tabs.addTab(self.log, "Log")
        self.tabs.addTab(self.documentation, "Help")
        self.tabs.addTab(self.source, "Source")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.tabs, 1)
