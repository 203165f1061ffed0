"""Code blocks are written in the inspector, and ports follow what is typed."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shtairir.block.code import source_problems
from shtairir.ids import NodeId, PortRef
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.inspector.codefield import CodeField
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window of a person with an empty block folder."""
    (tmp_path / "blocks").mkdir()
    monkeypatch.setenv("SHTAIRIR_BLOCKS_PATH", str(tmp_path / "blocks"))
    theme.apply(cast(QApplication, QApplication.instance()), "dark")
    window = MainWindow(Editor(), Settings(tmp_path / "window.ini"))
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    return window


def forget_changes(window: MainWindow) -> None:
    """Let the window close without a question."""
    window.files.may_leave = lambda: True  # type: ignore[method-assign]


@pytest.fixture
def field(qtbot: QtBot) -> CodeField:
    """A field on its own."""
    field = CodeField()
    qtbot.addWidget(field)
    field.resize(400, 300)
    field.show()
    field.setFocus()
    return field


def code_of(window: MainWindow) -> CodeField:
    return window.panels.inspector.node_page.code.field


def new_code(window: MainWindow) -> NodeId:
    QTest.keyClick(window, Qt.Key.Key_B, CTRL | SHIFT)
    (node,) = window.editor.selection
    return node


def test_a_new_block_is_ready_to_be_typed_and_runs(window: MainWindow, qtbot: QtBot) -> None:
    node = new_code(window)
    assert code_of(window).isVisible()
    assert window.canvas.board.nodes[node].face.port("in", "factor") is not None
    window.editor.set_value(node, "x", 4.0)
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.run()
    assert window.editor.results[PortRef.parse(f"{node}.out")] == 8.0


def test_ports_follow_what_is_typed_and_typing_is_one_step_of_undo(window: MainWindow, qtbot: QtBot) -> None:
    node = new_code(window)
    before = window.editor.root.code["block_1"].source
    field = code_of(window)
    field.selectAll()
    QTest.keyClicks(field, "def area(width: float, height: float) -> float:")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "return width*height")
    qtbot.waitUntil(lambda: window.canvas.board.nodes[node].face.port("in", "height") is not None)
    assert window.canvas.board.nodes[node].face.port("in", "factor") is None
    assert window.canvas.board.disagreements() == []
    window.editor.undo()
    assert window.editor.root.code["block_1"].source == before


def test_an_error_is_told_by_its_line_while_the_ports_stay(window: MainWindow, qtbot: QtBot) -> None:
    node = new_code(window)
    field = code_of(window)
    field.selectAll()
    QTest.keyClicks(field, "def area(width: float) -> float:")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "return (width")
    page = window.panels.inspector.node_page.code
    qtbot.waitUntil(lambda: page.verdict.text().startswith("Line 2"))
    assert [problem.line for problem in field.problems] == [2]
    assert not page.save_button.isEnabled()
    assert window.canvas.board.nodes[node].face.port("in", "width") is not None


def test_a_code_block_becomes_a_block_of_ones_own(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    new_code(window)
    page = window.panels.inspector.node_page.code
    QTest.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    (file,) = (tmp_path / "blocks").glob("*.py")
    assert "@block" in file.read_text(encoding="utf-8")
    qtbot.waitUntil(lambda: any(file.stem in block.id for block in window.editor.registry.all()))


def test_what_was_typed_last_is_kept_when_another_node_is_chosen(window: MainWindow) -> None:
    new_code(window)
    QTest.keyClicks(code_of(window), "# note ")
    other = window.editor.add_block("math.number", 0, 0)
    assert other is not None
    assert window.editor.root.code["block_1"].source.startswith("# note ")


def test_enter_keeps_the_indentation_and_deepens_it_after_a_colon(field: CodeField) -> None:
    QTest.keyClicks(field, "def f():")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "x=1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "return x")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "y")
    assert field.toPlainText() == "def f():\n    x=1\n    return x\ny"


def test_tab_and_shift_tab_move_whole_lines(field: CodeField) -> None:
    field.setPlainText("a\nb")
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert field.toPlainText() == "    a\n    b"
    QTest.keyClick(field, Qt.Key.Key_Backtab, SHIFT)
    assert field.toPlainText() == "a\nb"


def test_backspace_takes_a_step_of_the_indentation_back(field: CodeField) -> None:
    QTest.keyClick(field, Qt.Key.Key_Tab)
    QTest.keyClick(field, Qt.Key.Key_Tab)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.toPlainText() == "    "


def test_words_are_offered_and_taken_with_enter(field: CodeField, qtbot: QtBot) -> None:
    QTest.keyClicks(field, "Ima")
    popup = field._popup
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert field.toPlainText() == "Image"


def test_a_problem_has_a_bar_beside_its_line_number(field: CodeField) -> None:
    field.setPlainText("def f(x: float) -> float:\n    return (x\n")
    field.show_problems(source_problems(field.toPlainText(), "f"))
    image = field.grab().toImage()
    error = theme.current().error
    rows = {y for y in range(image.height()) if any(image.pixelColor(x, y) == error for x in range(8))}
    assert rows
    line = field.fontMetrics().height()
    assert min(rows) > line * 0.8
