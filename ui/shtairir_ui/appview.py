"""The graph as an app: what it publishes as a form, a button to run it, and what comes out beside it.

For whoever uses a graph without wanting to see it. Values are set in the document, as on the canvas.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from shtairir.document import Parameter
from shtairir.document.files import worded
from shtairir.ids import NodeId, PortRef
from shtairir_ui import theme
from shtairir_ui.clearing import clear
from shtairir_ui.editor import Editor
from shtairir_ui.inspector.row import ParameterRow
from shtairir_ui.places import ROOT
from shtairir_ui.preview import PreviewPanel

FORM_WIDTH = 380
_PORT = Qt.ItemDataRole.UserRole


class AppView(QWidget):
    """Form at the left, results at the right."""

    left = Signal()

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("appView")
        self._editor = editor
        self._rows: list[ParameterRow] = []
        self.title = QLabel(wordWrap=True)
        self.title.setObjectName("appTitle")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.about = QLabel(wordWrap=True)
        self.about.setProperty("role", "dim")
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.empty = QLabel(
            "This graph publishes no parameters. On the canvas, publish an input of a node: it is then asked for here.",
            wordWrap=True,
        )
        self.empty.setProperty("role", "dim")
        self.run_button = QPushButton("Run")
        self.run_button.setObjectName("appRun")
        self.run_button.setProperty("role", "primary")
        theme.bind_icon(self.run_button, "run", "on_accent")
        self.back_button = QPushButton("Back to the graph")
        self.back_button.setObjectName("appBack")
        self.results = QListWidget()
        self.results.setObjectName("appResults")
        self.results.setAccessibleName("Results")
        self.preview = PreviewPanel(editor)
        self._form = QWidget()
        self._fields = QGridLayout(self._form)
        self._lay_out()
        self.run_button.clicked.connect(lambda _checked=False: editor.run())
        self.back_button.clicked.connect(lambda _checked=False: self.left.emit())
        self.results.currentItemChanged.connect(self._choose)
        editor.run_started.connect(self._refresh_button)
        editor.run_finished.connect(self._on_finished)
        editor.run_refused.connect(self._refresh_button)
        editor.graph_replaced.connect(self.refresh)
        editor.graph_changed.connect(self._on_changed)
        theme.changed.connect(self._dress)
        self._dress()

    def open(self) -> None:
        """Show the form of the graph as it is now."""
        self._editor.go_to(ROOT)
        self.refresh()
        if self._rows and self._rows[0].field is not None:
            self._rows[0].field.setFocus()

    def refresh(self) -> None:
        """Make the form and the list of results anew."""
        if not self.isVisible():
            return
        root = self._editor.root
        self.title.setText(root.name)
        self.about.setText(root.description)
        self.about.setVisible(bool(root.description))
        self._clear()
        for parameter in self._parameters():
            self._add(parameter)
        self.empty.setVisible(not self._rows)
        self._show_results()
        self._refresh_button()

    def _parameters(self) -> list[Parameter]:
        """What is asked for: the published parameters of nodes at the top, and the graph's inputs."""
        root = self._editor.root.snapshot()
        return [one for one in root.offered if one.target.node in root.nodes and one.target not in root.links]

    def _add(self, parameter: Parameter) -> None:
        definition = self._editor.definition(parameter.target.node)
        port = definition.input(parameter.target.port) if definition is not None else None
        if port is None:
            return
        row = ParameterRow(self._editor, parameter.target.node, worded(port, parameter), self._form)
        row.place(self._fields)
        self._rows.append(row)

    def _clear(self) -> None:
        self._rows.clear()
        clear(self._fields)

    def _on_changed(self, change: object) -> None:
        if not self.isVisible():
            return
        if getattr(change, "meta_changed", False) or getattr(change, "links_added", ()):
            self.refresh()
            return
        for row in self._rows:
            row.refresh()

    def _on_finished(self, _result: object) -> None:
        self._refresh_button()
        if self.isVisible():
            self._show_results()

    def _refresh_button(self, _cause: object = None) -> None:
        running = self._editor.is_running
        self.run_button.setEnabled(not running)
        self.run_button.setText("Running…" if running else "Run")

    # -- results -----------------------------------------------------------------------------------

    def _show_results(self) -> None:
        chosen = self.results.currentRow()
        self.results.clear()
        for name, port in self._named_results():
            item = QListWidgetItem(name)
            item.setData(_PORT, port)
            self.results.addItem(item)
        self.results.setVisible(self.results.count() > 0)
        self.results.setMaximumHeight(min(self.results.count(), 5) * self.results.sizeHintForRow(0) + 8)
        self.results.setCurrentRow(min(max(chosen, 0), self.results.count() - 1))

    def _named_results(self) -> list[tuple[str, PortRef]]:
        """The named results; where none is named, all outputs that nobody reads."""
        root = self._editor.root
        named = [(result.title or result.name, result.source) for result in root.results]
        if named:
            return named
        read = {link.source for link in root.links.values()}
        return [(self._title(ref), ref) for ref in self._editor.results if ref not in read and ref.node in root.nodes]

    def _title(self, ref: PortRef) -> str:
        node = self._editor.root.nodes[ref.node]
        definition = self._editor.definition(ref.node)
        named = node.title or (definition.name if definition is not None else ref.node)
        return named if ref.port == "out" else f"{named}: {ref.port}"

    def _choose(self, item: QListWidgetItem | None, _before: object = None) -> None:
        port: PortRef | None = item.data(_PORT) if item is not None else None
        if port is not None:
            self._editor.select((NodeId(port.node),))
            self.preview.show_port(port.port)

    # -- looks -------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme.current()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(tokens.s5, tokens.s5, tokens.s5, tokens.s5)
        column.setSpacing(tokens.s3)
        column.addWidget(self.title)
        column.addWidget(self.about)
        column.addWidget(self.empty)
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setColumnStretch(1, 1)
        column.addWidget(self._form)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run_button)
        buttons.addStretch(1)
        buttons.addWidget(self.back_button)
        column.addLayout(buttons)
        column.addStretch(1)
        scrolled = QScrollArea(widgetResizable=True)
        scrolled.setWidget(inside)
        scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        shown = QWidget()
        right = QVBoxLayout(shown)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.results)
        right.addWidget(self.preview, 1)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(scrolled)
        both.addWidget(shown)
        both.setSizes([FORM_WIDTH, 1440 - FORM_WIDTH])
        both.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(both)

    def _dress(self, _tokens: object = None) -> None:
        tokens = theme.current()
        self.title.setStyleSheet(f"font-size: {tokens.size_large}px; font-weight: 600; color: {tokens.css('text')};")
