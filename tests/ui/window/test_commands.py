"""Menus, keys and panels of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from shtairir_ui import theme
from shtairir_ui.window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


def test_undo_says_what_it_takes_back(window: MainWindow) -> None:
    undo, redo = window.actions_["undo"], window.actions_["redo"]
    assert not undo.isEnabled()
    window.editor.add_block("math.number", 0, 0)
    window.editor.move({"number": (50.0, 60.0)})  # type: ignore[dict-item]
    assert undo.text() == "&Undo move 1 node"
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert undo.text() == "&Undo add number"
    assert redo.text() == "&Redo move 1 node"


def test_commands_that_cannot_be_used_are_grey(window: MainWindow) -> None:
    grey = ("cut", "copy", "duplicate", "delete", "select_all", "stop")
    assert [name for name in grey if window.actions_[name].isEnabled()] == []
    window.editor.add_block("math.number", 0, 0)
    assert [name for name in grey if not window.actions_[name].isEnabled()] == ["stop"]


def test_each_command_has_a_name_and_keys_of_its_own(window: MainWindow) -> None:
    """Of two with one name the first would be lost, and the second would do the work of both."""
    declared = [command.name for _, group in window.actions_.menus for command in group]
    assert sorted(declared) == sorted(set(declared))
    keys = [key.toString() for name in declared for key in window.actions_[name].shortcuts()]
    assert [key for key in set(keys) if keys.count(key) > 1] == []


def test_a_key_frames_the_selection_and_another_looks_at_it(window: MainWindow) -> None:
    editor, view = window.editor, window.canvas.view
    editor.add_block("math.number", 0, 0)
    editor.add_block("math.number", 4000, 0)
    editor.select(("number_2",))  # type: ignore[arg-type]
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Period)
    assert editor.graph.undo_label == "add number_2"
    assert view.visible_rect().center().x() > 3500
    QTest.keyClick(view, Qt.Key.Key_J, CTRL | Qt.KeyboardModifier.AltModifier)
    assert editor.graph.undo_label == "frame 1 node"


def test_delete_in_the_palette_does_not_reach_the_graph(window: MainWindow) -> None:
    window.editor.add_block("math.number", 0, 0)
    window.panels.palette_panel.tree.setFocus()
    QTest.keyClick(window.panels.palette_panel.tree, Qt.Key.Key_Delete)
    assert "number" in window.editor.graph.nodes


def test_keys_typed_into_a_field_stay_there(window: MainWindow) -> None:
    window.editor.add_block("math.number", 0, 0)
    search = window.panels.palette_panel.search
    search.setFocus()
    QTest.keyClicks(search, "find")
    QTest.keyClick(search, Qt.Key.Key_A, CTRL)
    QTest.keyClick(search, Qt.Key.Key_Backspace)
    assert search.text() == ""
    assert "number" in window.editor.graph.nodes


def test_panels_fold_away_and_come_back(window: MainWindow) -> None:
    for name, panel in (
        ("show_palette", window.panels.palette_panel),
        ("show_bottom", window.panels.bottom),
        ("show_right", window.panels.right),
    ):
        button = window.findChild(QToolButton, f"button_{name}")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert not panel.isVisible()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert panel.isVisible()


def test_the_theme_is_chosen_in_the_menu(window: MainWindow) -> None:
    light, dark = (
        next(action for action in window.menus.themes.actions() if action.objectName() == f"theme_{name}")
        for name in ("light", "dark")
    )
    light.trigger()
    assert theme.current().name == "light"
    assert window.settings.theme == "light"
    dark.trigger()
    assert theme.current().name == "dark"


def test_a_refused_link_is_said_in_the_status_line(window: MainWindow) -> None:
    window.editor.message.emit("'a' cannot feed itself.")
    assert window.status_line.currentMessage() == "'a' cannot feed itself."


def test_the_status_line_counts(window: MainWindow) -> None:
    window.editor.add_block("math.number", 0, 0)
    window.editor.add_block("math.number", 200, 0)
    window.editor.select_all()
    facts = window.findChild(QLabel, "graphFacts")
    assert facts.text() == "2 selected · 2 nodes · 0 links"


def test_what_the_clipboard_holds_may_be_no_graph(window: MainWindow) -> None:
    QGuiApplication.clipboard().setText("a shopping list")
    window.editor.paste()
    assert not window.editor.graph.nodes
    assert window.status_line.currentMessage() == "There are no nodes to paste."


def test_the_keys_are_listed(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1)
    dialog = window.findChild(object, "keysDialog")
    texts = {label.text() for label in dialog.findChildren(QLabel)}  # type: ignore[attr-defined]
    assert {"Run", "F5 or Ctrl+Return or Ctrl+Enter", "Cut links"} <= texts
    dialog.close()  # type: ignore[attr-defined]


def test_every_override_of_a_qt_virtual_is_guarded() -> None:
    """An error that leaves one ends the process on some versions; see `shtairir_ui.guard`."""
    import ast
    from pathlib import Path

    import shtairir_ui

    folder = Path(shtairir_ui.__file__).parent
    files = [*folder.glob("*.py"), *(folder / "inspector").rglob("*.py")]
    virtuals = {"eventFilter", "stepBy", "stepEnabled", "validate", "mimeData", "mimeTypes", "highlightBlock"}
    bare = [
        f"{file.name}: {method.name}"
        for file in files
        for kind in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(kind, ast.ClassDef)
        for method in kind.body
        if isinstance(method, ast.FunctionDef)
        and (method.name.endswith("Event") or method.name in virtuals)
        and "guarded" not in ast.dump(ast.Module(list(method.decorator_list), []))  # type: ignore[arg-type]
    ]
    assert bare == []
