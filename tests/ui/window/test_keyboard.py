"""A graph is built, linked and walked through with the keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from shtairir_ui.finder import Finder
from shtairir_ui.window import MainWindow
from tests.ui.gestures import settle

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    popup = QApplication.activePopupWidget()
    if isinstance(popup, Finder):
        QTest.keyClick(popup.field, key, modifiers)
    else:
        QTest.keyClick(window.canvas.view.viewport(), key, modifiers)
    settle()


def type_into(text: str) -> None:
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, Finder)
    QTest.keyClicks(popup.field, text)


def test_two_nodes_are_linked_by_typing(window: MainWindow) -> None:
    window.activateWindow()
    window.editor.add_block("math.number", 0, 0)
    window.editor.add_block("math.add", 300, 0)
    window.canvas.view.setFocus()
    settle()
    press(window, Qt.Key.Key_Left, ALT)
    assert window.editor.selection == ("number",)
    press(window, Qt.Key.Key_K, CTRL)
    press(window, Qt.Key.Key_Return)
    type_into("b")
    press(window, Qt.Key.Key_Return)
    assert {str(link) for link in window.editor.graph.links.values()} == {"number.out → add.b"}
    press(window, Qt.Key.Key_Right, ALT)
    assert window.editor.selection == ("add",)
    press(window, Qt.Key.Key_Left, ALT)
    assert window.editor.selection == ("number",)


def test_an_input_is_offered_only_what_fits_and_closes_no_circle(window: MainWindow) -> None:
    window.activateWindow()
    for block in ("math.number", "math.add", "math.multiply", "text.constant"):
        window.editor.add_block(block, 0, 0)
    graph = window.editor.graph
    graph.link("add.out", "multiply.a")
    window.editor.select(("add",))  # type: ignore[arg-type]
    window.canvas.view.setFocus()
    settle()
    press(window, Qt.Key.Key_K, CTRL)
    type_into("a")
    press(window, Qt.Key.Key_Return)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, Finder)
    offered = [popup.list.item(row).text() for row in range(popup.list.count())]
    assert any("out" in one for one in offered)
    assert not any(one.startswith("Multiply") for one in offered)
    press(window, Qt.Key.Key_Escape)
    assert len(graph.links) == 1
