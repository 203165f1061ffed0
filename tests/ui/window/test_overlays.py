"""Overlays in the window: chosen by key or menu, one at a time, with a legend."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId
from shtairir_ui.canvas.legend import Legend
from shtairir_ui.window import MainWindow

CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def _texts(window: MainWindow) -> dict[NodeId, str]:
    return {node: item.heat.text for node, item in window.canvas.board.nodes.items() if item.heat is not None}


def _run(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.AltModifier)


def test_overlay_follows_the_run_and_says_how_often(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.add_block("sample.slow", 0, 0)
    window.editor.add_block("sample.slow", 300, 0)
    QTest.keyClick(window, Qt.Key.Key_3, CTRL_ALT)
    legend = window.findChild(Legend)
    assert legend.isVisible()
    assert legend.scale.text == "There are no figures yet: run the graph."
    for number in ("1 run", "2 runs"):
        _run(window, qtbot)
        qtbot.waitUntil(lambda said=number: set(_texts(window).values()) == {said})
    assert "2 runs" in legend.scale.text


def test_one_overlay_puts_the_other_away_and_itself_when_chosen_again(window: MainWindow) -> None:
    window.editor.add_block("sample.slow", 0, 0)
    QTest.keyClick(window, Qt.Key.Key_1, CTRL_ALT)
    QTest.keyClick(window, Qt.Key.Key_5, CTRL_ALT)
    assert set(_texts(window).values()) == {"Sample"}
    assert not window.actions_["overlay_time"].isChecked()
    QTest.keyClick(window, Qt.Key.Key_5, CTRL_ALT)
    assert _texts(window) == {}
    assert not window.findChild(Legend).isVisible()


def test_new_nodes_are_under_the_overlay_too(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_5, CTRL_ALT)
    window.editor.add_block("math.number", 0, 0)
    qtbot.waitUntil(lambda: set(_texts(window).values()) == {"Math"})


def test_legend_puts_the_overlay_away(window: MainWindow) -> None:
    window.editor.add_block("sample.slow", 0, 0)
    QTest.keyClick(window, Qt.Key.Key_2, CTRL_ALT)
    button = window.findChild(Legend).findChild(QToolButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert _texts(window) == {}
    assert not window.actions_["overlay_memory"].isChecked()
