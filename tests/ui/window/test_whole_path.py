"""What a person does in the first ten minutes, by mouse and keys, in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

import shtairir
from shtairir.document import dumps
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_assets.examples import Example, list_examples
from shtairir_ui.window import MainWindow
from tests.ui.gestures import click, drag, drop, settle

CTRL = Qt.KeyboardModifier.ControlModifier


def port(node: str, name: str) -> PortRef:
    return PortRef(NodeId(node), PortName(name))


def press_run(window: MainWindow, qtbot: QtBot) -> None:
    button = window.findChild(QPushButton, "runButton")
    with qtbot.waitSignal(window.editor.run_finished, timeout=60000):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def drag_from_palette(window: MainWindow, block: str, at: QPoint, qtbot: QtBot) -> None:
    """Search for a block and drag its row onto the canvas."""
    panel = window.panels.palette_panel
    panel.search.setFocus()
    panel.search.selectAll()
    QTest.keyClicks(panel.search, block)
    qtbot.waitUntil(lambda: panel._shown == block)
    mime = panel.tree.mimeData([panel.tree.topLevelItem(0)])
    assert drop(window.canvas.view.viewport(), at, mime)
    settle()


def drag_link(window: MainWindow, source: PortRef, target: PortRef) -> None:
    canvas = window.canvas
    drag(canvas.view.viewport(), canvas.port_position(source, "out"), canvas.port_position(target, "in"))
    settle()


def type_value(window: MainWindow, port_name: str, text: str) -> None:
    field = window.panels.inspector.node_page.form.rows[port_name].field
    assert field is not None
    line = field.findChild(QLineEdit)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    QTest.keyClick(line, Qt.Key.Key_A, CTRL)
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


SMALLER = {
    "elementwise": (NodeId("numbers"), PortName("num"), 200_000),
    "log_triage": (NodeId("count"), PortName("value"), 100_000),
}


@pytest.mark.parametrize("example", list_examples(), ids=lambda example: str(example.name))
def test_every_example_is_opened_from_the_menu_and_run(window: MainWindow, qtbot: QtBot, example: Example) -> None:
    editor = window.editor
    next(action for action in window.menus.examples.actions() if action.text() == example.title).trigger()
    assert (editor.title, editor.path) == (example.title, None)
    assert [problem for problem in editor.problems if problem.severity != "info"] == []
    smaller = SMALLER.get(example.name)
    if smaller:  # millions of numbers or lines, to show speed
        editor.set_value(*smaller)
    press_run(window, qtbot)
    # A condition may leave something out.
    expected = {NodeStatus.DONE, NodeStatus.SKIPPED} if example.name == "bake_off" else {NodeStatus.DONE}
    assert {state.status for state in editor.runtime.values()} == expected
    assert set(editor.runtime) == set(editor.graph.nodes)
    for node in editor.graph.nodes:
        editor.select((node,))
        settle()
    if smaller:
        editor.undo()
    assert not window.isWindowModified()


def test_an_example_is_opened_run_changed_and_run_again(window: MainWindow, qtbot: QtBot) -> None:
    coins = next(action for action in window.menus.examples.actions() if "coins" in action.text().lower())
    coins.trigger()
    assert window.editor.title == list_examples()[0].title
    press_run(window, qtbot)
    editor = window.editor
    assert {str(node) for node in editor.runtime} == set(editor.graph.nodes)
    assert {state.status for state in editor.runtime.values()} == {NodeStatus.DONE}
    first = editor.results[port("count", "count")]
    qtbot.waitUntil(lambda: editor.thumbnail(NodeId("blur")) is not None, timeout=5000)

    canvas = window.canvas
    canvas.focus_node(NodeId("blur"))
    settle()
    click(canvas.view.viewport(), canvas.node_position(NodeId("blur")))
    assert editor.selection == ("blur",)
    type_value(window, "sigma", "20")
    assert editor.graph.value("blur.sigma") == 20
    press_run(window, qtbot)
    assert editor.results[port("count", "count")] != first


def test_a_graph_is_built_saved_opened_undone_and_run_headless(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = window.editor
    empty = dumps(editor.graph)
    drag_from_palette(window, "math.number", QPoint(40, 60), qtbot)
    type_value(window, "value", "4")
    drag_from_palette(window, "math.number", QPoint(40, 220), qtbot)
    type_value(window, "value", "5")
    drag_from_palette(window, "math.add", QPoint(330, 120), qtbot)
    assert list(editor.graph.nodes) == ["number", "number_2", "add"]
    first, second = (port.name for port in editor.definition(NodeId("add")).inputs[:2])  # type: ignore[union-attr]
    drag_link(window, port("number", "out"), port("add", first))
    drag_link(window, port("number_2", "out"), port("add", second))
    assert len(editor.graph.links) == 2

    press_run(window, qtbot)
    assert editor.results[port("add", "out")] == 9

    file = tmp_path / "sum.shtairir"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    window.canvas.setFocus()
    QTest.keyClick(window, Qt.Key.Key_S, CTRL)
    assert shtairir.run(shtairir.load(file))["add.out"] == 9

    saved = dumps(editor.graph)
    window.files.open_path(file)
    assert dumps(editor.graph) == saved == file.read_bytes()

    window.files.new()
    assert dumps(editor.graph) == empty


def test_undoing_everything_gives_the_original_back(window: MainWindow, qtbot: QtBot) -> None:
    editor = window.editor
    empty = dumps(editor.graph)
    drag_from_palette(window, "math.number", QPoint(40, 60), qtbot)
    type_value(window, "value", "4")
    drag_from_palette(window, "math.add", QPoint(330, 120), qtbot)
    first = editor.definition(NodeId("add")).inputs[0].name  # type: ignore[union-attr]
    drag_link(window, port("number", "out"), port("add", first))
    drag(window.canvas.view.viewport(), window.canvas.node_position(NodeId("add")), QPoint(380, 300))
    settle()
    window.canvas.setFocus()
    QTest.keyClick(window, Qt.Key.Key_D, CTRL)
    assert window.actions_["undo"].text().startswith("&Undo ")
    full = dumps(editor.graph)
    steps = len(editor.graph.history)
    for _ in range(steps):
        QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert dumps(editor.graph) == empty
    assert not window.isWindowModified()
    assert not window.actions_["undo"].isEnabled()
    for _ in range(steps):
        QTest.keyClick(window, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert dumps(editor.graph) == full


def test_copy_and_paste_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    drag_from_palette(window, "math.number", QPoint(80, 60), qtbot)
    window.canvas.setFocus()
    QTest.keyClick(window.canvas.view, Qt.Key.Key_C, CTRL)
    QTest.keyClick(window.canvas.view, Qt.Key.Key_V, CTRL)
    assert list(window.editor.graph.nodes) == ["number", "number_2"]
    QTest.keyClick(window.canvas.view, Qt.Key.Key_A, CTRL)
    assert len(window.editor.selection) == 2
    QTest.keyClick(window.canvas.view, Qt.Key.Key_Delete)
    assert not window.editor.graph.nodes
