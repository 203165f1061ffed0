"""A node is made to fail on purpose: by its menu, with a report that a person can read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId
from shtairir_ui.rehearsing import REHEARSALS, RehearsalDialog
from shtairir_ui.window import MainWindow

from .conftest import GATE


def rehearse(window: MainWindow, qtbot: QtBot, node: NodeId, kind: str) -> RehearsalDialog:
    """Choose it in the node's menu, and wait for the report."""
    menu = window.canvas.menu_for(window.canvas.hand.hit(QPointF(window.canvas.node_position(node))))
    submenu = next(action.menu() for action in menu.actions() if action.text() == "Rehearse a failure")
    assert [action.text() for action in submenu.actions()] == [text for text, _ in REHEARSALS.values()]
    next(action for action in submenu.actions() if action.text() == REHEARSALS[kind][0]).trigger()
    dialog = window.findChildren(RehearsalDialog)[-1]
    qtbot.waitUntil(dialog.again_button.isEnabled)
    return dialog


@pytest.mark.parametrize("kind", ["error", "slow"])
def test_the_report_says_what_was_expected_and_what_happened(window: MainWindow, qtbot: QtBot, kind: str) -> None:
    talk = window.editor.add_block("sample.talk", 0, 0)
    assert talk is not None
    dialog = rehearse(window, qtbot, talk, kind)
    assert dialog.verdict.text() == "Everything went as the policy of the node says."
    report = dialog.report.toPlainText()
    assert "Expected" in report
    assert "the same as those of an undisturbed run" in report
    if kind == "error":
        assert "Attempt 1 of 4 of 'talk' failed" in dialog.lines.toPlainText()
        assert "tried 2 times" in report
    assert window.editor.runtime == {}, "it was no run of the graph"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_graph_with_effects_is_rehearsed_only_when_a_person_says_so(window: MainWindow, qtbot: QtBot) -> None:
    GATE.set()
    window.editor.add_block("sample.mail", 0, 200)
    talk = window.editor.add_block("sample.talk", 0, 0)
    assert talk is not None
    dialog = rehearse(window, qtbot, talk, "error")
    assert "has effects" in dialog.verdict.text()
    assert dialog.effects_button.isVisible()
    QTest.mouseClick(dialog.effects_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.again_button.isEnabled)
    assert dialog.verdict.text() == "Everything went as the policy of the node says."
    assert not dialog.effects_button.isVisible()


def test_nothing_is_rehearsed_while_a_run_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    hold = window.editor.add_block("sample.hold", 0, 0)
    assert hold is not None
    window.editor.run()
    menu = window.canvas.menu_for(window.canvas.hand.hit(QPointF(window.canvas.node_position(hold))))
    entry = next(action for action in menu.actions() if action.text() == "Rehearse a failure")
    assert not entry.menu().isEnabled()
    with qtbot.waitSignal(window.editor.run_finished):
        GATE.set()
