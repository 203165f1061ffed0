"""The keys of the canvas in the real window: nodes put out of action, rewired, pasted; and how one gets about."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from shtairir.document import Graph, dumps, save
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir_ui.canvas.search import BlockSearch
from shtairir_ui.canvas.view import NAVIGATION
from shtairir_ui.window import MainWindow
from tests.ui import gestures

CTRL = Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = CTRL | Qt.KeyboardModifier.ShiftModifier
DOUBLE = NodeId("double")


@pytest.fixture
def graph(window: MainWindow, tmp_path: Path) -> Graph:
    """three → double → plus"""
    made = Graph("made")
    three = made.add("math.number", id="three", value=3, position=(0, 0))
    double = made.add("math.multiply", id="double", a=three["out"], b=2, position=(260, 0))
    made.add("math.add", id="plus", a=double["out"], b=1, position=(520, 0))
    save(made, tmp_path / "made.shtairir")
    window.editor.open(tmp_path / "made.shtairir")
    window.canvas.view.setFocus()
    return window.editor.graph


def _links(graph: Graph) -> set[str]:
    return {f"{link.source} -> {link.target}" for link in graph.links.values()}


@pytest.mark.parametrize(
    ("key", "label"),
    [(Qt.Key.Key_B, "bypass double"), (Qt.Key.Key_M, "disable double"), (Qt.Key.Key_H, "collapse double")],
)
def test_a_letter_changes_how_the_selected_node_stands(
    window: MainWindow, graph: Graph, key: Qt.Key, label: str
) -> None:
    before = dumps(graph)
    window.editor.select([DOUBLE])
    QTest.keyClick(window.canvas.view, key)
    assert graph.undo_label == label
    assert window.canvas.board.disagreements() == []
    QTest.keyClick(window.canvas.view, key)
    assert dumps(graph) == before


def test_letters_that_are_typed_into_a_title_do_nothing_else(window: MainWindow, graph: Graph) -> None:
    window.editor.select([DOUBLE])
    window.canvas.rename()
    field = QApplication.focusWidget()
    assert field is not None
    for letter in "bmhfsxr":
        QTest.keyClick(field, letter)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert graph.node("double").title == "bmhfsxr"
    assert list(graph.history) == ["rename double"]


def test_what_is_typed_goes_with_what_it_was_typed_for(window: MainWindow) -> None:
    """The button takes back the frame, or the node, whose title is being typed; it does not take the keyboard."""
    undo = window.findChild(QToolButton, "button_undo")
    assert isinstance(undo, QToolButton)
    node = window.editor.add_block("math.number", 0, 0)
    window.editor.select([node])
    QTest.keyClick(window.canvas.view, Qt.Key.Key_J, CTRL | Qt.KeyboardModifier.AltModifier)
    for name in ("frameTitleField", "canvasTitleField"):
        if name == "canvasTitleField":
            window.canvas.rename(node)
        field = window.findChild(QLineEdit, name)
        assert isinstance(field, QLineEdit)
        QTest.keyClicks(field, "never")
        QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
        assert not field.isVisible()
    assert not window.editor.graph.nodes
    assert list(window.editor.graph.history) == []


def test_a_bypassed_node_lets_data_pass_in_a_run(window: MainWindow, graph: Graph, qtbot: QtBot) -> None:
    window.editor.select([DOUBLE])
    QTest.keyClick(window.canvas.view, Qt.Key.Key_B)
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.run()
    plus = window.editor.runtime[NodeId("plus")]
    assert plus.summaries[PortRef.parse("plus.out").port].text == "the number 4.0"
    skipped = window.editor.runtime[DOUBLE]
    assert (skipped.status, skipped.reason) == (NodeStatus.SKIPPED, "Bypassed: it hands on what it is given.")


def test_a_disabled_node_says_on_the_nodes_behind_it_why_they_do_not_run(
    window: MainWindow, graph: Graph, qtbot: QtBot
) -> None:
    window.editor.select([DOUBLE])
    QTest.keyClick(window.canvas.view, Qt.Key.Key_M)
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.run()
    plus = window.editor.runtime[NodeId("plus")]
    assert (plus.status, plus.reason) == (NodeStatus.SKIPPED, "'double' is disabled, and this needs it.")


def test_nodes_are_connected_pulled_out_and_detached_by_keys(window: MainWindow, graph: Graph) -> None:
    window.editor.select([DOUBLE])
    QTest.keyClick(window.canvas.view, Qt.Key.Key_X)
    assert _links(graph) == {"three.out -> plus.a"}
    graph.undo()
    QTest.keyClick(window.canvas.view, Qt.Key.Key_D, CTRL_SHIFT)
    assert _links(graph) == set()
    window.editor.select([NodeId("three"), DOUBLE, NodeId("plus")])
    QTest.keyClick(window.canvas.view, Qt.Key.Key_F)
    assert _links(graph) == {"three.out -> double.a", "double.out -> plus.a"}
    window.editor.select([NodeId("plus")])
    QTest.keyClick(window.canvas.view, Qt.Key.Key_S)
    assert "double.out -> plus.b" in _links(graph)
    assert window.canvas.board.disagreements() == []


def test_a_node_is_replaced_by_searching(window: MainWindow, graph: Graph) -> None:
    window.editor.select([DOUBLE])
    QTest.keyClick(window.canvas.view, Qt.Key.Key_R, CTRL)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, BlockSearch)
    assert popup.field.placeholderText() == "Replace Multiply by…"
    popup.field.setText("math.subtract")
    gestures.key(popup, Qt.Key.Key_Return)
    assert {str(node.block) for node in graph.nodes.values()} == {"math.number", "math.subtract", "math.add"}
    assert _links(graph) == {"three.out -> double.a", "double.out -> plus.a"}
    assert graph.node("double").values == {"b": 2}
    assert window.editor.selection == ("double",)
    assert window.canvas.board.disagreements() == []


def test_the_key_for_dots_takes_the_link_under_the_mouse(window: MainWindow, graph: Graph) -> None:
    canvas = window.canvas
    place = canvas.view.to_viewport(canvas.board.links[PortRef.parse("plus.a")].path().pointAtPercent(0.5))
    gestures.move(canvas.view.viewport(), place)
    QTest.keyClick(canvas.view, Qt.Key.Key_R)
    assert len(graph.links[PortRef.parse("plus.a")].via) == 1
    assert canvas.board.disagreements() == []


def test_nodes_are_pasted_in_place_by_keys(window: MainWindow, graph: Graph) -> None:
    window.editor.select([DOUBLE])
    window.editor.copy()
    QTest.keyClick(window.canvas.view, Qt.Key.Key_V, CTRL_SHIFT)
    assert graph.node("double_2").position == (260, 0)


def test_blocks_placed_in_an_earlier_session_come_first(window: MainWindow, graph: Graph) -> None:
    window.canvas.placing.uses.note("math.multiply")
    counts, late = window.settings.block_uses
    assert (counts, late) == ({"math.multiply": 1.0}, ["math.multiply"])


def test_how_one_gets_about_follows_the_setting_at_once(window: MainWindow) -> None:
    window.settings.set_value(NAVIGATION, "pen")
    assert window.canvas.view.navigation == "pen"
    window.settings.set_value(NAVIGATION, "mouse")
    assert window.canvas.view.navigation == "mouse"
