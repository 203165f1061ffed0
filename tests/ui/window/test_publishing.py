"""Inputs and outputs get names outside of the graph; the graph is used as an app, and exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId, PortRef
from shtairir_ui.appview import AppView
from shtairir_ui.canvas.menus import node_menu
from shtairir_ui.publishing import PublishDialog
from shtairir_ui.window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def summed(window: MainWindow) -> MainWindow:
    """number + 1, with nothing published."""
    graph = window.editor.root
    number = graph.add("math.number", id="n", value=3.0)
    graph.add("math.add", id="sum", title="Total", a=number["out"], b=1.0, position=(260, 0))
    return window


def publish_menu(window: MainWindow, node: str) -> QMenu:
    menu = node_menu(window.canvas, window.canvas.board.nodes[NodeId(node)])
    return next(child for child in menu.findChildren(QMenu) if child.title() == "Publish")


def dialog_for(window: MainWindow, node: str, text: str) -> PublishDialog:
    action = next(action for action in publish_menu(window, node).actions() if action.text().startswith(text))
    action.trigger()
    dialog = window.findChild(PublishDialog)
    assert isinstance(dialog, PublishDialog)
    return dialog


def press_publish(dialog: PublishDialog) -> None:
    button = dialog.findChild(QPushButton, "publishButton")
    assert isinstance(button, QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_input_is_published_with_title_and_range(summed: MainWindow) -> None:
    dialog = dialog_for(summed, "sum", "b as a parameter")
    assert dialog.name.text() == "b"
    QTest.keyClicks(dialog.name, "extra")
    QTest.keyClicks(dialog.title, "What is added")
    QTest.keyClicks(dialog.low, "0")
    QTest.keyClicks(dialog.high, "10")
    press_publish(dialog)
    (parameter,) = summed.editor.root.parameters
    assert (parameter.name, str(parameter.target), parameter.title) == ("extra", "sum.b", "What is added")
    assert parameter.range == (0.0, 10.0)


def test_what_does_not_fit_is_said_and_the_dialog_stays(summed: MainWindow) -> None:
    dialog = dialog_for(summed, "sum", "b as a parameter")
    dialog.name.setText("two words")
    press_publish(dialog)
    assert dialog.isVisible()
    assert "two words" in dialog.error.text()
    assert summed.editor.root.parameters == ()
    dialog.reject()


def test_a_result_is_published_and_no_longer(summed: MainWindow) -> None:
    dialog = dialog_for(summed, "sum", "out as a result")
    assert dialog.name.text() == "total"
    press_publish(dialog)
    assert [result.name for result in summed.editor.root.results] == ["total"]
    texts = [action.text() for action in publish_menu(summed, "sum").actions()]
    assert "Publish total no longer" in texts
    next(one for one in publish_menu(summed, "sum").actions() if "no longer" in one.text()).trigger()
    assert summed.editor.root.results == ()


def test_a_linked_input_cannot_be_published(summed: MainWindow) -> None:
    assert not any(action.text().startswith("a as") for action in publish_menu(summed, "sum").actions())


def test_the_app_asks_for_what_is_published_and_shows_what_comes_out(summed: MainWindow, qtbot: QtBot) -> None:
    root = summed.editor.root
    root.publish("start", "n.value", title="Where to start")
    root.publish_result("total", "sum.out", title="The total")
    QTest.keyClick(summed, Qt.Key.Key_A, CTRL | SHIFT)
    app = summed.app_view
    assert app.isVisible()
    assert not summed.canvas.isVisible()
    field = app.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "41")
    QTest.keyClick(field, Qt.Key.Key_Return)
    with qtbot.waitSignal(summed.editor.run_finished):
        QTest.mouseClick(app.run_button, Qt.MouseButton.LeftButton)
    assert summed.editor.results[PortRef.parse("sum.out")] == 42.0
    assert app.results.item(0).text() == "The total"
    assert summed.editor.selection == (NodeId("sum"),)
    QTest.mouseClick(app.back_button, Qt.MouseButton.LeftButton)
    assert summed.canvas.isVisible()
    assert root.value("n.value") == 41.0


def test_the_form_is_made_when_it_is_first_looked_at(summed: MainWindow) -> None:
    assert summed.findChild(AppView) is None
    summed.actions_["as_app"].setChecked(True)
    assert summed.findChild(AppView) is summed.app_view


def test_an_app_without_parameters_says_how_to_get_some(summed: MainWindow) -> None:
    summed.actions_["as_app"].setChecked(True)
    assert summed.app_view.empty.isVisible()


@pytest.mark.parametrize("ending", [".py", ".svg", ".png", ".mmd"])
def test_a_graph_is_exported_by_the_ending_of_the_file(
    summed: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    target = tmp_path / f"out{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    with qtbot.waitSignal(summed.files.succeeded):
        QTest.keyClick(summed, Qt.Key.Key_E, CTRL)
    assert target.stat().st_size > 80


def test_an_export_that_cannot_be_written_is_said(summed: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(summed.files.failed) as said:
        summed.files.export_to(tmp_path / "no such folder" / "out.svg")
    assert "was not written" in said.args[0]


def test_the_help_of_a_block_inserts_its_example(summed: MainWindow, qtbot: QtBot) -> None:
    page = summed.panels.inspector.node_page
    node = summed.editor.add_block("flow.for_each", 0, 300)
    assert node is not None
    page.tabs.setCurrentWidget(page.documentation)
    assert "Insert an example" in page.documentation.toPlainText()
    before = set(summed.editor.graph.nodes)
    page.documentation.anchorClicked.emit(QUrl("example:flow.for_each"))
    added = set(summed.editor.graph.nodes) - before
    assert added
    assert set(summed.editor.selection) == added
    assert any(summed.editor.graph.nodes[one].block == "flow.for_each" for one in added)
    summed.editor.remove((node,))
    with qtbot.waitSignal(summed.editor.run_finished) as done:
        summed.editor.run()
    assert done.args[0].status == "done"
