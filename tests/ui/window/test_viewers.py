"""Viewers in windows of their own follow their node, wherever one is in the file."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId
from shtairir_ui.preview.window import Viewers, ViewerWindow
from shtairir_ui.window import MainWindow
from tests.ui import gestures

NUMBER = NodeId("number")


@pytest.fixture
def shown(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """A window whose selected node has a result."""
    editor = window.editor
    editor.add_block("math.number", 0, 0)
    editor.set_value(NUMBER, "value", 3.5)
    editor.run()
    qtbot.waitUntil(lambda: bool(editor.results) and not editor.is_running)
    editor.select((NUMBER,))
    qtbot.waitUntil(lambda: window.panels.preview.view is not None)
    return window


def viewers_of(window: MainWindow) -> tuple[ViewerWindow, ...]:
    viewers = window.findChild(Viewers)
    assert viewers is not None
    return viewers.windows


def test_the_key_opens_the_result_of_the_selected_node(shown: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(shown.canvas.view, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    (viewer,) = viewers_of(shown)
    assert viewer.panel.view.label.text() == "3.5"  # type: ignore[union-attr]
    assert viewer.windowTitle().startswith("Number")
    QTest.keyClick(shown.canvas.view, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert viewers_of(shown) == (viewer,), "an output has one window"


def test_it_follows_its_node_through_runs_and_selections(shown: MainWindow, qtbot: QtBot) -> None:
    shown.panels.preview.open_window()
    (viewer,) = viewers_of(shown)
    shown.editor.select(())
    shown.editor.set_value(NUMBER, "value", 4.0)
    qtbot.waitUntil(lambda: viewer.panel.banner.isVisible())
    shown.editor.run()
    qtbot.waitUntil(lambda: viewer.panel.view is not None and viewer.panel.view.label.text() == "4")  # type: ignore[attr-defined]
    shown.editor.set_title(NUMBER, "Width")
    qtbot.waitUntil(lambda: viewer.windowTitle().startswith("Width"))


def test_a_node_that_is_gone_comes_back_with_undo(shown: MainWindow, qtbot: QtBot) -> None:
    shown.panels.preview.open_window()
    (viewer,) = viewers_of(shown)
    shown.editor.remove((NUMBER,))
    qtbot.waitUntil(lambda: "gone" in viewer.panel.empty.title.text())
    assert viewer.panel.view is None
    shown.editor.undo()
    qtbot.waitUntil(lambda: "gone" not in viewer.panel.empty.title.text() or viewer.panel.view is not None)


def test_another_graph_does_not_lend_its_nodes(shown: MainWindow, qtbot: QtBot) -> None:
    shown.panels.preview.open_window()
    (viewer,) = viewers_of(shown)
    shown.editor.new()
    shown.editor.add_block("math.number", 0, 0)
    qtbot.waitUntil(lambda: "Another graph" in viewer.panel.empty.title.text())


def test_it_fills_the_screen_and_escape_leaves_first_that_then_the_window(shown: MainWindow, qtbot: QtBot) -> None:
    shown.panels.preview.open_window()
    (viewer,) = viewers_of(shown)
    QTest.keyClick(viewer, Qt.Key.Key_F11)
    assert viewer.isFullScreen()
    QTest.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isFullScreen()
    QTest.keyClick(viewer, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not viewers_of(shown))


def test_windows_leave_nothing_behind(shown: MainWindow, qtbot: QtBot) -> None:
    def cycle() -> int:
        shown.panels.preview.open_window()
        (viewer,) = viewers_of(shown)
        viewer.close()
        qtbot.waitUntil(lambda: not viewers_of(shown))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        return len(QApplication.allWidgets())

    first = cycle()
    assert [cycle() for _ in range(10)][-1] == first


def test_a_pinned_result_is_seen_on_the_canvas_and_follows_runs(shown: MainWindow, qtbot: QtBot) -> None:
    shown.actions_["pin_preview"].trigger()
    pins = shown.canvas.board.pins
    (card,) = pins.items.values()

    def seen() -> str:
        shown.canvas.view.viewport().repaint()
        glance = card.seen(1.0)
        return glance.large if glance is not None else ""

    qtbot.waitUntil(lambda: seen() == "3.5")
    shown.editor.set_value(NUMBER, "value", 4.0)
    qtbot.waitUntil(lambda: card.stale)
    shown.editor.run()
    qtbot.waitUntil(lambda: seen() == "4" and not card.stale)
    shown.editor.undo()
    shown.editor.undo()
    assert not pins.items


def test_a_double_click_on_a_pinned_result_opens_its_window(shown: MainWindow, qtbot: QtBot) -> None:
    shown.actions_["pin_preview"].trigger()
    (card,) = shown.canvas.board.pins.items.values()
    view = shown.canvas.view
    gestures.double_click(view.viewport(), view.to_viewport(card.outline.center()))
    (viewer,) = viewers_of(shown)
    assert viewer.path == NUMBER
