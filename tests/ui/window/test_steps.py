"""The list of what can be undone, to jump in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from shtairir.document import dumps
from shtairir.ids import NodeId
from shtairir_ui.steps import StepsPanel
from shtairir_ui.window import MainWindow

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> StepsPanel:
    """Three steps, and the list of them opened by its key."""
    window.editor.add_block("math.number", 0, 0)
    window.editor.set_value(NodeId("number"), "value", 5)
    window.editor.move({NodeId("number"): (50.0, 60.0)})
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL | ALT)
    panel = window.panels.left_tabs.currentWidget()
    assert isinstance(panel, StepsPanel)
    qtbot.waitUntil(lambda: words(panel) == ["As it was opened", "Add number", "Change value of number", "Move 1 node"])
    return panel


def words(panel: StepsPanel) -> list[str]:
    return [str(panel.model.index(row).data()) for row in range(panel.model.rowCount())]


def click(panel: StepsPanel, row: int) -> None:
    rect = panel.list.visualRect(panel.model.index(row))
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())


def test_a_click_goes_back_and_forth(window: MainWindow, panel: StepsPanel, qtbot: QtBot) -> None:
    graph = window.editor.graph
    full = dumps(graph)
    click(panel, 1)
    qtbot.waitUntil(lambda: not panel.is_on_the_way)
    assert graph.nodes[NodeId("number")].values == {}
    assert list(graph.undone) == ["change value of number", "move 1 node"]
    click(panel, 0)
    assert list(graph.nodes) == []
    click(panel, 3)
    assert dumps(graph) == full
    assert window.canvas.board.disagreements() == []


def test_where_one_is_is_marked(window: MainWindow, panel: StepsPanel, qtbot: QtBot) -> None:
    assert panel.list.currentIndex().row() == 3
    window.editor.undo()
    qtbot.waitUntil(lambda: panel.list.currentIndex().row() == 2)
    dim = panel.model.index(3).data(Qt.ItemDataRole.ForegroundRole)
    assert dim != panel.model.index(2).data(Qt.ItemDataRole.ForegroundRole)


def test_the_keyboard_jumps_too(window: MainWindow, panel: StepsPanel, qtbot: QtBot) -> None:
    assert panel.list.hasFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Up)
    QTest.keyClick(panel.list, Qt.Key.Key_Up)
    assert window.editor.graph.nodes[NodeId("number")].position == (50, 60)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(window.editor.graph.history) == 1)


def test_what_is_in_the_file_is_marked_and_saving_keeps_the_steps(
    window: MainWindow, panel: StepsPanel, tmp_path: Path, qtbot: QtBot
) -> None:
    window.editor.undo()
    window.editor.save(tmp_path / "a.shtairir")
    qtbot.waitUntil(lambda: panel.model.saved == 2)
    window.editor.redo()
    assert window.editor.is_modified
    click(panel, 2)
    assert not window.editor.is_modified
    assert "in the file" in panel.model.index(2).data(Qt.ItemDataRole.ToolTipRole)


def test_running_selecting_and_panning_are_no_steps(window: MainWindow, panel: StepsPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.run()
    window.editor.select_all()
    window.canvas.view.pan(40, 40)
    assert len(window.editor.graph.history) == 3


def test_a_long_way_is_gone_in_turns(window: MainWindow, panel: StepsPanel, qtbot: QtBot) -> None:
    for number in range(60):
        window.editor.move({NodeId("number"): (float(number), 0.0)})
    qtbot.waitUntil(lambda: panel.model.rowCount() == 64)
    panel.go_to(0)
    assert panel.is_on_the_way
    qtbot.waitUntil(lambda: not panel.is_on_the_way)
    assert len(window.editor.graph.history) == 0


def test_a_new_graph_has_nothing_to_undo(window: MainWindow, panel: StepsPanel, qtbot: QtBot) -> None:
    window.editor.new()
    qtbot.waitUntil(lambda: panel.list.isHidden())
    assert panel.model.rowCount() == 0
