"""The line at the bottom: what was just done or refused, and the size of the graph."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.quantities import count, size

SHOWN_MS = 8000


class StatusLine(QStatusBar):
    """Says what the editor says, for a few seconds; the facts at the right stay."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.setSizeGripEnabled(False)
        self._editor = editor
        self._facts = QLabel()
        self._facts.setObjectName("graphFacts")
        self._facts.setProperty("role", "dim")
        self._facts.setContentsMargins(0, 0, theme.current().s2, 0)
        self.addPermanentWidget(self._facts)
        editor.message.connect(self.say)
        for signal in (
            editor.graph_replaced,
            editor.place_changed,
            editor.graph_changed,
            editor.selection_changed,
            editor.run_finished,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def say(self, text: str) -> None:
        """Show a message for some seconds."""
        self.showMessage(text, SHOWN_MS)

    def _refresh(self) -> None:
        graph = self._editor.graph
        facts = [count(len(graph.nodes), "node"), count(len(graph.links), "link")]
        if len(self._editor.selection) > 1:
            facts.insert(0, f"{len(self._editor.selection)} selected")
        if self._editor.results.nbytes:
            facts.append(f"{size(self._editor.results.nbytes)} of results kept")
        self._facts.setText(" · ".join(facts))
