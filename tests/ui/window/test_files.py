"""New, open, save, recents, dropped files; and nothing unsaved is lost without a yes."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from shtairir.document import Graph, load, save
from shtairir.ids import NodeId
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow
from tests.ui.gestures import drop


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A graph of one number."""
    graph = Graph("small")
    graph.add("math.number", value=3)
    path = tmp_path / "small.shtairir"
    save(graph, path)
    return path


def answer(button: QMessageBox.StandardButton) -> Callable[[], bool]:
    """Press a button of the next question, as a person would; tells whether one was asked."""
    asked: list[bool] = []
    looks = itertools.count()

    def press() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            asked.append(True)
            QTest.mouseClick(box.button(button), Qt.MouseButton.LeftButton)
        elif next(looks) < 100:
            QTimer.singleShot(20, press)

    QTimer.singleShot(50, press)
    return lambda: bool(asked)


def test_a_new_window_is_untitled_and_unmodified(window: MainWindow) -> None:
    assert window.windowTitle() == "untitled[*] — Shtairir"
    assert not window.isWindowModified()


def test_opening_shows_the_graph_and_its_name(window: MainWindow, file: Path) -> None:
    window.files.open_path(file)
    assert list(window.editor.graph.nodes) == ["number"]
    assert window.windowTitle() == "small[*] — Shtairir"


def test_an_edit_marks_the_title_and_undo_takes_the_mark_away(window: MainWindow, file: Path) -> None:
    window.files.open_path(file)
    window.editor.set_value("number", "value", 4)  # type: ignore[arg-type]
    assert window.isWindowModified()
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.isWindowModified()


def test_ctrl_s_saves_to_the_file(window: MainWindow, file: Path) -> None:
    window.files.open_path(file)
    window.editor.set_value("number", "value", 4)  # type: ignore[arg-type]
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not window.isWindowModified()
    assert load(file).value("number.value") == 4


def test_save_as_adds_the_ending(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    window.editor.add_block("math.number", 0, 0)
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert load(tmp_path / "mine.shtairir").value("number.value") is None
    assert window.windowTitle() == "mine[*] — Shtairir"


def test_a_description_that_is_being_typed_is_saved(window: MainWindow, file: Path) -> None:
    window.files.open_path(file)
    field = window.panels.inspector.graph_page.description
    field.setFocus()
    QTest.keyClicks(field, "half a sentence")
    QTest.keyClick(field, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert load(file).description == "half a sentence"
    assert field.hasFocus()
    QTest.keyClicks(field, " more")
    assert load(file).description == "half a sentence"


def test_a_title_that_is_being_typed_is_saved_and_guarded(window: MainWindow, file: Path) -> None:
    window.files.open_path(file)
    window.canvas.rename(NodeId("number"))
    QTest.keyClicks(window.focusWidget(), "Mine")
    asked = answer(QMessageBox.StandardButton.Save)
    assert window.close()
    assert asked()
    assert load(file).nodes[NodeId("number")].title == "Mine"


def test_an_ending_that_is_none_of_ours_is_part_of_the_name(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "trial 1.5"), ""))
    assert window.files.save_as()
    assert window.editor.path == tmp_path / "trial 1.5.shtairir"


@pytest.mark.parametrize("button", [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
def test_a_file_that_got_its_ending_from_us_is_not_replaced_without_a_yes(
    window: MainWindow, file: Path, monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file.with_suffix("")), ""))
    asked = answer(button)
    yes = button == QMessageBox.StandardButton.Yes
    assert window.files.save_as() is yes
    assert asked()
    assert len(load(file).nodes) == (0 if yes else 1)


def test_a_new_graph_is_ready_for_the_keyboard(window: MainWindow) -> None:
    window.editor.add_block("math.number", 0, 0)
    window.editor.select_all()
    window.panels.inspector.node_page.form.rows["value"].field.setFocus()
    window.editor.new()
    assert window.focusWidget() is window.canvas.view


def test_a_save_that_fails_says_so_and_loses_nothing(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "gone" / "x.shtairir"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(nowhere), ""))
    window.editor.add_block("math.number", 0, 0)
    assert not window.files.save()
    assert window.notice.isVisible()
    assert "was not saved; your changes are still here" in window.notice.text
    assert window.isWindowModified()
    assert "number" in window.editor.graph.nodes


def test_a_damaged_file_is_explained_and_the_graph_stays(window: MainWindow, file: Path, tmp_path: Path) -> None:
    window.files.open_path(file)
    damaged = tmp_path / "damaged.shtairir"
    damaged.write_text('{"format": "shtairir-graph", "version": 1, "nodes": [')
    window.files.open_path(damaged)
    assert window.notice.isVisible()
    assert f"“damaged.shtairir” in {tmp_path} was not opened" in window.notice.text
    assert window.editor.path == file
    assert "number" in window.editor.graph.nodes


def test_a_missing_file_is_explained(window: MainWindow, tmp_path: Path) -> None:
    window.files.open_path(tmp_path / "none.shtairir")
    assert f"“none.shtairir” in {tmp_path} was not opened" in window.notice.text


def test_the_notice_can_be_closed(window: MainWindow, tmp_path: Path) -> None:
    window.files.open_path(tmp_path / "none.shtairir")
    button = window.notice.findChild(object, "noticeClose")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[arg-type]
    assert not window.notice.isVisible()


class TestUnsavedChanges:
    """The question that guards them."""

    def test_cancel_keeps_the_window_open(self, window: MainWindow) -> None:
        window.editor.add_block("math.number", 0, 0)
        asked = answer(QMessageBox.StandardButton.Cancel)
        assert not window.close()
        assert asked()
        assert window.isVisible()

    def test_discard_leaves_them(self, window: MainWindow, file: Path) -> None:
        window.editor.add_block("math.number", 0, 0)
        asked = answer(QMessageBox.StandardButton.Discard)
        window.files.open_path(file)
        assert asked()
        assert window.editor.path == file

    def test_save_writes_them_first(self, window: MainWindow, file: Path) -> None:
        window.files.open_path(file)
        window.editor.set_value("number", "value", 8)  # type: ignore[arg-type]
        asked = answer(QMessageBox.StandardButton.Save)
        QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert asked()
        assert load(file).value("number.value") == 8
        assert not window.editor.graph.nodes

    def test_a_save_that_is_called_off_keeps_them(self, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
        window.editor.add_block("math.number", 0, 0)
        asked = answer(QMessageBox.StandardButton.Save)
        window.files.new()
        assert asked()
        assert "number" in window.editor.graph.nodes

    def test_nothing_is_asked_when_there_are_none(self, window: MainWindow, file: Path) -> None:
        window.files.open_path(file)
        asked = answer(QMessageBox.StandardButton.Cancel)
        assert window.files.may_leave()
        QTest.qWait(80)
        assert not asked()


def test_recent_files_are_remembered_newest_first(
    window: MainWindow, file: Path, tmp_path: Path, settings: Settings
) -> None:
    other = tmp_path / "other.shtairir"
    save(Graph("other"), other)
    window.files.open_path(file)
    window.files.open_path(other)
    assert settings.recent == [other, file]
    titles = [action.text() for action in window.menus.recent.actions() if action.text()]
    assert titles[:2] == ["other.shtairir", "small.shtairir"]
    window.menus.recent.actions()[1].trigger()
    assert window.editor.path == file
    os.unlink(other)
    assert settings.recent == [file]


def test_a_graph_file_dropped_on_the_window_opens(window: MainWindow, file: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    assert drop(window, QPoint(30, 300), mime)
    assert window.editor.path == file


def test_a_graph_file_dropped_on_the_canvas_opens(window: MainWindow, file: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    viewport = window.canvas.view.viewport()
    assert drop(viewport, viewport.rect().center(), mime)
    assert window.editor.path == file


def test_other_files_are_left_alone(window: MainWindow, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "picture.png"))])
    drop(window, QPoint(30, 300), mime)
    assert window.editor.path is None


def test_layout_and_theme_are_remembered(window: MainWindow, settings: Settings, qtbot: QtBot) -> None:
    window.theme_control.choose("light")
    window.actions_["show_palette"].setChecked(False)
    window.resize(760, 600)
    window.files.may_leave = lambda: True  # type: ignore[method-assign]
    window.close()
    again = MainWindow(settings=Settings(Path(settings.file)))
    qtbot.addWidget(again)
    assert again.theme_control.choice == "light"
    assert again.panels.left.isHidden()
    assert again.size() == window.size()
    again.editor.close()
    window.theme_control.choose("dark")
