"""The tour: the person does each step at the real window, and the next one comes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QToolButton
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.canvas.search import BlockSearch
from shtairir_ui.tour import Guide
from shtairir_ui.tour.steps import LAST, STEPS, WRONG
from shtairir_ui.window import MainWindow
from tests.ui import gestures
from tests.ui.window.test_files import answer

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def guide(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guide:
    """The tour, begun from the Help menu, where results are kept."""
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))
    window.actions_["tour"].trigger()
    return window.findChild(Guide)


def run(window: MainWindow, qtbot: QtBot) -> None:
    """Press F5 and wait for the end."""
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)


def next_step(guide: Guide) -> None:
    """Press Next."""
    QTest.mouseClick(guide.card.next_button, Qt.MouseButton.LeftButton)


def test_the_whole_tour_is_driven_by_what_one_does(window: MainWindow, guide: Guide, qtbot: QtBot) -> None:
    editor = window.editor
    assert guide.card.isVisible()
    assert guide.ring.isVisible()
    assert not editor.is_modified, "nobody has done anything yet"
    assert not editor.graph.can_undo

    run(window, qtbot)
    assert guide.is_step_done
    next_step(guide)

    assert editor.selection == (LAST,)
    run(window, qtbot)
    assert not guide.is_step_done, "nothing was changed"
    editor.set_value(LAST, PortName("smallest"), 600)
    run(window, qtbot)
    assert guide.is_step_done
    assert guide.card.text.startswith("3 cached")
    next_step(guide)

    view = window.canvas.view
    start = window.canvas.port_position(PortRef(LAST, PortName("out")), "out")
    gestures.drag(view.viewport(), start, start + QPoint(20, 140))
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, BlockSearch)
    QTest.keyClicks(popup.field, "touching")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert [node.block for node in editor.root.nodes.values() if "split" in node.block] == ["image.split_touching"]
    assert guide.is_step_done
    next_step(guide)

    assert editor.root.value(f"{WRONG}.method") == "otzu"
    qtbot.waitUntil(lambda: window.panels.problems.findChild(QToolButton, "fixButton") is not None)
    button = window.panels.problems.findChild(QToolButton, "fixButton")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert editor.root.value(f"{WRONG}.method") == "otsu"
    assert guide.is_step_done
    next_step(guide)

    QTest.keyClick(window, Qt.Key.Key_B, CTRL | SHIFT)
    assert guide.is_step_done
    next_step(guide)

    window.actions_["copy_command"].trigger()
    assert QGuiApplication.clipboard().text() == "shtairir run Tour.shtairir"
    assert guide.card.next_button.text() == "Finish"
    next_step(guide)
    assert not guide.card.isVisible()
    assert guide.step == -1


def test_steps_can_be_passed_over_and_the_tour_ended(guide: Guide) -> None:
    for _ in STEPS[1:]:
        next_step(guide)
    assert guide.step == len(STEPS) - 1
    QTest.mouseClick(guide.card.end_button, Qt.MouseButton.LeftButton)
    assert not guide.card.isVisible()
    assert not guide.ring.isVisible()


def test_any_value_will_do_to_see_what_is_spared(window: MainWindow, guide: Guide, qtbot: QtBot) -> None:
    run(window, qtbot)
    next_step(guide)
    window.editor.set_value(WRONG, PortName("method"), "triangle")
    run(window, qtbot)
    assert guide.is_step_done


def test_another_graph_ends_it(window: MainWindow, guide: Guide) -> None:
    window.editor.new()
    assert not guide.card.isVisible()


def test_what_is_not_saved_is_asked_about_before_it_begins(window: MainWindow) -> None:
    window.editor.add_block("math.number", 0, 0)
    asked = answer(QMessageBox.StandardButton.Cancel)
    window.actions_["tour"].trigger()
    assert asked()
    assert NodeId("number") in window.editor.root.nodes
    assert window.findChild(Guide) is None


def test_the_ring_follows_its_node(window: MainWindow, guide: Guide, qtbot: QtBot) -> None:
    next_step(guide)
    qtbot.waitUntil(guide.ring.isVisible)
    before = guide.ring.pos()
    window.canvas.view.pan(0, 60)
    qtbot.waitUntil(lambda: guide.ring.pos() != before)
