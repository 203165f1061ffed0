"""The graph itself, shown when nothing is selected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from shtairir.document import edits
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.foreseeing import Foresight, tip_lines
from shtairir_ui.guard import guarded
from shtairir_ui.inspector.policy import PolicySection
from shtairir_ui.inspector.policy.subject import GraphNodesSubject, RunSubject
from shtairir_ui.inspector.style import scrolled_column
from shtairir_ui.quantities import count

DESCRIPTION_HEIGHT = 120


class GraphPage(QWidget):
    """Name, description and a few facts."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.name = QLineEdit(placeholderText="Name of the graph")
        self.name.setObjectName("graphName")
        self.name.setProperty("role", "title")
        self.name.setAccessibleName("Name of the graph")
        self.description = _Description(self._describe)
        self._facts = QLabel(wordWrap=True)
        self._facts.setObjectName("graphPageFacts")
        self._facts.setProperty("role", "dim")
        self._facts.setTextFormat(Qt.TextFormat.PlainText)
        self._next = QLabel(wordWrap=True)
        self._next.setObjectName("graphProspect")
        self._next.setProperty("role", "dim")
        self._next.setTextFormat(Qt.TextFormat.PlainText)
        self._foresight: Foresight | None = None
        parts = (("Run", RunSubject(editor)), ("Nodes", GraphNodesSubject(editor)))
        self.policy = PolicySection(parts, opened=False)
        self._lay_out()
        self.name.editingFinished.connect(self._rename)

    def follow(self, foresight: Foresight) -> None:
        """Say what the next run would do, too."""
        self._foresight = foresight
        foresight.changed.connect(self._show_next)
        self._show_next()

    def _show_next(self) -> None:
        forecast = self._foresight.forecast if self._foresight is not None and self._editor.past is None else None
        self._next.setText("\n".join(["The next run:", *tip_lines(forecast)]) if forecast is not None else "")
        self._next.setVisible(forecast is not None)

    def refresh(self) -> None:
        """Show the graph as it is now."""
        graph = self._editor.graph
        if not self.name.hasFocus():
            self.name.setText(graph.name)
        if not self.description.hasFocus():
            self.description.setPlainText(graph.description)
        lines = [f"{count(len(graph.nodes), 'node')}, {count(len(graph.links), 'link')}"]
        if self._editor.past is not None:
            lines.append(f"As it was in run {self._editor.past.key}")
        else:
            lines.append(f"File: {graph.path}" if graph.path else "Not saved to a file yet")
        self._facts.setText("\n".join(lines))
        self._show_next()
        # What a definition says of its runs is what the graph says: it has no runs of its own.
        self.policy.setVisible(graph is self._editor.root)
        self.policy.refresh()

    def _rename(self) -> None:
        name = self.name.text().strip()
        if name and name != self._editor.graph.name:
            self._editor.apply(edits.SetMeta(name=name))

    def _describe(self) -> None:
        text = self.description.toPlainText().strip()
        if text != self._editor.graph.description:
            self._editor.apply(edits.SetMeta(description=text))

    def _lay_out(self) -> None:
        tokens = theme.current()
        column = scrolled_column(self)
        column.addWidget(self.name)
        column.addWidget(self.description)
        column.addWidget(self._facts)
        column.addSpacing(tokens.s2)
        column.addWidget(self._next)
        column.addSpacing(tokens.s2)
        column.addWidget(self.policy)
        column.addStretch(1)
        hint = QLabel("Select a node to see and change its values.", wordWrap=True)
        hint.setProperty("role", "dim")
        column.addWidget(hint)


class _Description(QPlainTextEdit):
    """Written to the document when the cursor leaves it."""

    def __init__(self, leave: Callable[[], None]) -> None:
        super().__init__(placeholderText="What is this graph for?", tabChangesFocus=True)
        self.setObjectName("graphDescription")
        self.setAccessibleName("Description of the graph")
        self.setMinimumHeight(DESCRIPTION_HEIGHT // 3)
        self.setMaximumHeight(DESCRIPTION_HEIGHT)
        self._leave = leave

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hand the text on."""
        super().focusOutEvent(event)
        self._leave()
