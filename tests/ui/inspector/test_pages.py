"""What the inspector says of a node besides its form."""

from __future__ import annotations

from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit

from shtairir.block.values import ValueSummary
from shtairir.document import Graph
from shtairir.events import CodeLine, NodeFailure, NodeStatus
from shtairir.ids import BlockId, NodeId, PortName
from shtairir_ui.editor import Editor
from shtairir_ui.inspector import InspectorPanel
from shtairir_ui.inspector.outcome import outcome_html
from shtairir_ui.runtime import NodeRuntime

NODE = NodeId("everything")


def test_the_title_is_changed_in_place(panel: InspectorPanel, editor: Editor) -> None:
    title = panel.findChild(QLineEdit, "nodeTitle")
    title.setFocus()
    title.selectAll()
    QTest.keyClicks(title, "Soften")
    QTest.keyClick(title, Qt.Key.Key_Return)
    assert editor.graph.nodes[NODE].title == "Soften"
    editor.undo()
    assert title.text() == "Everything"


def test_help_shows_words_as_words(panel: InspectorPanel) -> None:
    page = panel.node_page
    page.tabs.setCurrentWidget(page.documentation)
    text = page.documentation.toPlainText()
    assert "Take one of everything." in text
    assert "Width of the kernel." in text
    assert "Uses <b> nowhere." in text


def test_source_shows_the_function(panel: InspectorPanel) -> None:
    page = panel.node_page
    page.tabs.setCurrentWidget(page.source)
    assert "def everything(" in page.source.toPlainText()
    assert page.source.isReadOnly()


def test_several_nodes_are_counted(panel: InspectorPanel, editor: Editor) -> None:
    editor.duplicate()
    editor.select_all()
    texts = [label.text() for label in panel.several_page.findChildren(QLabel)]
    assert "2 nodes selected" in texts
    assert any("2 × sample.everything" in text for text in texts)


def test_the_graph_is_named_and_described(panel: InspectorPanel, editor: Editor) -> None:
    editor.select(())
    name = panel.findChild(QLineEdit, "graphName")
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "coins")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert editor.graph.name == "coins"
    description = panel.findChild(QPlainTextEdit, "graphDescription")
    description.setFocus()
    QTest.keyClicks(description, "Counts them.")
    name.setFocus()
    assert editor.graph.description == "Counts them."


def test_a_missing_block_keeps_its_values(panel: InspectorPanel, editor: Editor) -> None:
    graph = Graph()
    graph.add("gone.away", id="lost", radius=3)
    editor._show(graph)
    editor.select((NodeId("lost"),))
    texts = " ".join(label.text() for label in panel.node_page.form.findChildren(QLabel))
    assert "gone.away is not installed" in texts
    assert "radius = 3" in texts


def test_a_failure_says_cause_fix_code_inputs_and_what_was_skipped() -> None:
    failure = NodeFailure(
        NODE,
        BlockId("sample.everything"),
        "ValueError",
        "sigma is <too> large.",
        "Make it smaller.",
        MappingProxyType({PortName("sigma"): ValueSummary("float", "the number 99")}),
        CodeLine("/packs/sample.py", 12, "everything", "    return 1 / sigma"),
    )
    state = NodeRuntime(status=NodeStatus.FAILED, elapsed_s=0.2, failure=failure)
    html = outcome_html(state, [NodeId("count")])
    for words in ("sigma is &lt;too&gt; large.", "Make it smaller.", "sample.py, line 12", "return 1 / sigma"):
        assert words in html
    assert "the number 99" in html
    assert "Skipped because of it" in html
    assert "node:count" in html


def test_a_node_that_never_ran_says_what_to_do(panel: InspectorPanel) -> None:
    page = panel.node_page
    page.tabs.setCurrentWidget(page.outcome)
    assert "Press Run" in page.outcome.toPlainText()
