"""Loops in the window: what became of each item, and a look into one of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir_ui.inspector.iterations import IterationsPage
from shtairir_ui.window import MainWindow


@pytest.fixture
def looped(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Divides 12 by each of 0, 1, 2, 3, skips what fails, and has run."""
    graph = window.editor.root
    inside = graph.add_subgraph("part")
    x = inside.add("graph.input", id="x", values={"name": "x", "type": "float"})
    part = inside.add("math.divide", id="d", a=12.0, b=x["out"], position=(260, 0))
    inside.add("graph.output", id="o", values={"name": "y", "type": "float"}, value=part["out"], position=(520, 0))
    items = graph.add("list.range", id="items", stop=4)
    graph.add(
        "flow.for_each", id="each", values={"body": "part", "on_error": "skip"}, x=items["out"], position=(260, 0)
    )
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.run()
    window.editor.select((NodeId("each"),))
    return window


def items_page(window: MainWindow) -> IterationsPage:
    page = window.panels.inspector.node_page
    page.tabs.setCurrentWidget(page.iterations)
    return page.iterations


def test_every_item_is_listed_with_what_became_of_it(looped: MainWindow) -> None:
    page = items_page(looped)
    assert page.summary.text() == "4 items · 1 failed"
    model = page.model
    shown = [[str(model.data(model.index(row, column)) or "") for column in (0, 1)] for row in range(4)]
    assert [row[0] for row in shown] == ["0", "1", "2", "3"]
    assert shown[0][1] != shown[1][1]
    assert "d" in str(model.data(model.index(0, 3)))


def test_only_the_failed_ones_can_be_listed(looped: MainWindow) -> None:
    page = items_page(looped)
    QTest.mouseClick(page.only_failed, Qt.MouseButton.LeftButton)
    page.only_failed.setChecked(True)
    assert page.model.rowCount() == 1


def test_a_node_that_is_no_loop_has_no_such_tab(looped: MainWindow) -> None:
    page = looped.panels.inspector.node_page
    assert page.tabs.indexOf(page.iterations) >= 0
    looped.editor.select((NodeId("items"),))
    assert page.tabs.indexOf(page.iterations) < 0


def test_an_item_is_looked_into(looped: MainWindow, qtbot: QtBot) -> None:
    page = items_page(looped)
    page.table.selectRow(3)
    QTest.mouseClick(page.inspect_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: looped.editor.place.path == (NodeId("each"),))
    assert looped.editor.results[PortRef.parse("d.out")] == 4.0
    assert looped.editor.runtime[NodeId("d")].status is NodeStatus.DONE


def test_a_failed_item_shows_where_it_failed(looped: MainWindow, qtbot: QtBot) -> None:
    looped.editor.inspect_iteration(NodeId("each"), 0)
    qtbot.waitUntil(lambda: looped.editor.place.path == (NodeId("each"),))
    state = looped.editor.runtime[NodeId("d")]
    assert state.status is NodeStatus.FAILED
    assert state.failure is not None
