"""The log of a node, in the inspector."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId
from shtairir_ui.window import MainWindow


def _run(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.AltModifier)


def _page(window: MainWindow) -> QPlainTextEdit:
    page = window.findChild(QPlainTextEdit, "nodeLog")
    window.panels.inspector.node_page.tabs.setCurrentWidget(page)
    return page


def test_node_shows_what_it_has_logged_and_nothing_else(window: MainWindow, qtbot: QtBot) -> None:
    talk, quiet = (NodeId(str(window.editor.add_block(f"sample.{name}", 0, 0))) for name in ("talk", "slow"))
    _run(window, qtbot)
    window.editor.select((talk,))
    page = _page(window)
    assert "a word of warning" in page.toPlainText()
    assert "by the way" in page.toPlainText()
    window.editor.select((quiet,))
    assert page.toPlainText() == ""


def test_lines_are_added_while_one_looks(window: MainWindow, qtbot: QtBot) -> None:
    talk = NodeId(str(window.editor.add_block("sample.talk", 0, 0)))
    window.editor.select((talk,))
    page = _page(window)
    for times in (1, 2):
        _run(window, qtbot)
        qtbot.waitUntil(lambda wanted=times: page.toPlainText().count("a word of warning") == wanted)


def test_failure_stands_in_the_log_of_its_node(window: MainWindow, qtbot: QtBot) -> None:
    node = NodeId(str(window.editor.add_block("sample.broken", 0, 0)))
    _run(window, qtbot)
    window.editor.select((node,))
    assert "division by zero" in _page(window).toPlainText()


def test_another_graph_begins_with_an_empty_log(window: MainWindow, qtbot: QtBot) -> None:
    talk = NodeId(str(window.editor.add_block("sample.talk", 0, 0)))
    _run(window, qtbot)
    window.editor.new()
    again = NodeId(str(window.editor.add_block("sample.talk", 0, 0)))
    assert again == talk
    window.editor.select((again,))
    assert _page(window).toPlainText() == ""
