"""Definitions in the window: made, gone into, left, changed in one place and everywhere else with it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir_ui.places import ROOT
from shtairir_ui.window import MainWindow
from tests.ui.gestures import double_click, press, release

CTRL = Qt.KeyboardModifier.ControlModifier


def ids(*names: str) -> tuple[NodeId, ...]:
    return tuple(NodeId(name) for name in names)


@pytest.fixture
def doubled(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """number -> [grow: x * factor] twice, one after the other, then a sum."""
    graph = window.editor.root
    inside = graph.add_subgraph("grow", title="Grow")
    x = inside.add("graph.input", id="x", values={"name": "x", "type": "float"}, position=(0, 0))
    product = inside.add("math.multiply", id="m", a=x["out"], b=2.0, position=(260, 0))
    inside.add("graph.output", id="o", values={"name": "x", "type": "float"}, value=product["out"], position=(520, 0))
    number = graph.add("math.number", id="n", value=3.0, position=(0, 0))
    one = graph.add("subgraph.grow", id="one", x=number["out"], position=(260, 0))
    graph.add("subgraph.grow", id="two", x=one["x"], position=(520, 0))
    window.canvas.fit()
    qtbot.wait(20)
    return window


def run_to_the_end(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.run()


def test_a_double_click_goes_into_a_definition_and_a_tab_leads_back(doubled: MainWindow) -> None:
    assert not doubled.scope_bar.isVisible()
    double_click(doubled.canvas.view.viewport(), doubled.canvas.node_position(NodeId("one")) + QPoint(0, 30))
    assert doubled.editor.place.path == ids("one")
    assert set(doubled.canvas.board.nodes) == {"x", "m", "o"}
    assert doubled.scope_bar.isVisible()
    assert [doubled.scope_bar.tabs.tabText(n) for n in range(2)] == ["untitled", "Grow"]
    bar = doubled.scope_bar.tabs
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(0).center())
    assert doubled.editor.place == ROOT
    assert "one" in doubled.canvas.board.nodes


def test_the_breadcrumb_leads_out(doubled: MainWindow) -> None:
    doubled.editor.enter(NodeId("two"))
    crumb = doubled.scope_bar.crumbs.findChild(QToolButton, "crumb_0")
    QTest.mouseClick(crumb, Qt.MouseButton.LeftButton)
    assert doubled.editor.place == ROOT


def test_the_middle_button_closes_a_tab(doubled: MainWindow) -> None:
    doubled.editor.enter(NodeId("two"))
    bar = doubled.scope_bar.tabs
    at = bar.tabRect(1).center()
    press(bar, at, Qt.MouseButton.MiddleButton)
    release(bar, at, Qt.MouseButton.MiddleButton)
    assert bar.count() == 1
    assert doubled.editor.place == ROOT


def test_keys_go_in_and_out_and_out_selects_what_one_came_from(doubled: MainWindow) -> None:
    doubled.editor.select(ids("two"))
    QTest.keyClick(doubled, Qt.Key.Key_Down, CTRL)
    assert doubled.editor.place.path == ids("two")
    QTest.keyClick(doubled, Qt.Key.Key_Up, CTRL)
    assert doubled.editor.place == ROOT
    assert doubled.editor.selection == ids("two")


def test_a_tab_keeps_its_zoom(doubled: MainWindow) -> None:
    doubled.canvas.view.zoom_to(0.5)
    doubled.editor.enter(NodeId("one"))
    doubled.canvas.view.zoom_to(1.5)
    doubled.editor.leave()
    assert doubled.canvas.view.zoom == pytest.approx(0.5)
    doubled.editor.enter(NodeId("one"))
    assert doubled.canvas.view.zoom == pytest.approx(1.5)


def test_an_edit_inside_changes_every_instance_and_undo_takes_it_back_from_anywhere(
    doubled: MainWindow, qtbot: QtBot
) -> None:
    doubled.editor.enter(NodeId("one"))
    doubled.editor.set_value(NodeId("m"), "b", 10.0)
    run_to_the_end(doubled, qtbot)
    doubled.editor.leave()
    assert doubled.editor.results[PortRef.parse("two.x")] == 300.0
    QTest.keyClick(doubled, Qt.Key.Key_Z, CTRL)
    assert doubled.editor.root.subgraphs["grow"].nodes[NodeId("m")].values["b"] == 2.0


def test_a_new_input_appears_on_every_instance(doubled: MainWindow) -> None:
    doubled.editor.root.subgraphs["grow"].add("graph.input", values={"name": "extra", "type": "float", "value": 1.0})
    for node in ids("one", "two"):
        face = doubled.canvas.board.nodes[node].face
        assert face.port("in", "extra") is not None


def test_states_roll_up_to_the_instance_and_are_seen_inside(doubled: MainWindow, qtbot: QtBot) -> None:
    run_to_the_end(doubled, qtbot)
    assert doubled.editor.runtime[NodeId("one")].status is NodeStatus.DONE
    doubled.editor.enter(NodeId("two"))
    assert doubled.editor.runtime[NodeId("m")].status is NodeStatus.DONE
    assert doubled.canvas.board.nodes[NodeId("m")].runtime.status is NodeStatus.DONE


def test_a_failure_inside_shows_on_the_instance_and_its_problem_leads_there(doubled: MainWindow, qtbot: QtBot) -> None:
    inside = doubled.editor.root.subgraphs["grow"]
    inside.add("sample.broken", id="bad", position=(260, 200))
    run_to_the_end(doubled, qtbot)
    assert doubled.editor.runtime[NodeId("one")].status is NodeStatus.FAILED
    listed = doubled.panels.problems.list
    item = next(
        listed.topLevelItem(n) for n in range(listed.topLevelItemCount()) if "one/bad" in listed.topLevelItem(n).text(1)
    )
    listed.itemClicked.emit(item, 0)
    assert doubled.editor.place.path == ids("one")
    assert doubled.editor.selection == ids("bad")


def test_a_subgraph_is_made_of_the_selection_and_put_back(doubled: MainWindow) -> None:
    before = doubled.editor.root.to_bytes()
    doubled.editor.select(ids("one", "two"))
    QTest.keyClick(doubled, Qt.Key.Key_G, CTRL)
    (made,) = doubled.editor.selection
    assert set(doubled.canvas.board.nodes) == {"n", made}
    assert doubled.canvas.board.disagreements() == []
    QTest.keyClick(doubled, Qt.Key.Key_G, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert set(doubled.canvas.board.nodes) == {"n", "one", "two"}
    doubled.editor.undo()
    doubled.editor.undo()
    assert doubled.editor.root.to_bytes() == before


def test_make_unique_lets_one_instance_go_its_own_way(doubled: MainWindow, qtbot: QtBot) -> None:
    doubled.editor.select(ids("two"))
    doubled.actions_["make_unique"].trigger()
    doubled.editor.enter(NodeId("two"))
    doubled.editor.set_value(NodeId("m"), "b", 100.0)
    run_to_the_end(doubled, qtbot)
    doubled.editor.leave()
    assert doubled.editor.results[PortRef.parse("two.x")] == 600.0


def test_undoing_what_made_the_shown_definition_leads_out_of_it(window: MainWindow) -> None:
    number = window.editor.add_block("math.number", 0, 0)
    window.editor.select((number,))
    made = window.editor.make_subgraph()
    assert made is not None
    window.editor.enter(made)
    window.editor.undo()
    assert window.editor.place == ROOT
    assert set(window.canvas.board.nodes) == {number}
    assert window.scope_bar.tabs.count() == 1


def test_a_definition_is_placed_from_the_palette(doubled: MainWindow, qtbot: QtBot) -> None:
    search = doubled.panels.palette_panel.search
    search.setFocus()
    QTest.keyClicks(search, "grow")
    QTest.keyClick(search, Qt.Key.Key_Return)
    (placed,) = doubled.editor.selection
    assert doubled.editor.graph.nodes[placed].block == "subgraph.grow"


def test_a_definition_cannot_be_put_into_itself(doubled: MainWindow) -> None:
    doubled.editor.enter(NodeId("one"))
    said: list[str] = []
    doubled.editor.message.connect(said.append)
    doubled.editor.add_block("subgraph.grow", 0, 0)
    assert set(doubled.editor.graph.nodes) == {"x", "m", "o"}
    assert said
    assert "grow" in said[0]


def test_a_definition_that_is_gone_into_is_seen_as_a_whole(window: MainWindow, qtbot: QtBot) -> None:
    """The tabs and the way above the canvas take their room only now."""
    inner = window.editor.graph.add_subgraph("deep")
    for row in range(12):
        inner.add("math.number", position=(0.0, 160.0 * row))
    window.editor.graph.add("subgraph.deep", id="one")
    height = window.canvas.view.viewport().height()
    window.editor.enter(NodeId("one"))
    qtbot.waitUntil(lambda: window.canvas.view.viewport().height() < height)
    qtbot.waitUntil(lambda: window.canvas.view.visible_rect().contains(window.canvas.board.extent()))
