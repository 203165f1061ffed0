"""Somebody else writes the open file: it is noticed, nothing is overwritten unasked, earlier versions come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from shtairir.document import Graph, backups_of, load, save
from shtairir.ids import NodeId
from shtairir_ui.askbar import AskBar
from shtairir_ui.features.comparison import comparing
from shtairir_ui.versionsdialog import VersionsDialog
from shtairir_ui.window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
NUMBER = NodeId("number")


@pytest.fixture
def file(window: MainWindow, tmp_path: Path) -> Path:
    """A graph of one number, 3, which is open."""
    graph = Graph("small")
    graph.add("math.number", value=3)
    path = save(graph, tmp_path / "small.shtairir")
    window.files.open_path(path)
    return path


def written_by_another(path: Path, value: float) -> None:
    """Save the file as another program would."""
    graph = load(path)
    graph.set("number.value", value)
    save(graph)


def bar(window: MainWindow, qtbot: QtBot) -> AskBar:
    """The bar that asks, once it does."""
    found = window.findChild(AskBar, "diskBar")
    qtbot.waitUntil(lambda: not found.isHidden())
    return found


def press(button: QPushButton) -> None:
    """Press a button."""
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def value(window: MainWindow) -> object:
    """What the number is in the window."""
    return window.editor.root.nodes[NUMBER].values["value"]


def choose(name: str, qtbot: QtBot, dialog: str = "conflictDialog") -> list[str]:
    """Press a button of the next question; the list tells what was asked."""
    asked: list[str] = []

    def look() -> bool:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox) or box.objectName() != dialog:
            return False
        asked.append(box.text())
        press(box.findChild(QPushButton, name) or box.button(QMessageBox.StandardButton.Cancel))  # type: ignore[arg-type]
        return True

    from PySide6.QtCore import QTimer

    timer = QTimer(interval=20)

    def tick() -> None:
        if look():
            timer.stop()

    timer.timeout.connect(tick)
    timer.start()
    qtbot._timer = timer  # type: ignore[attr-defined]  # as long as the test lives
    return asked


def test_what_another_program_writes_is_noticed_and_read_again(window: MainWindow, file: Path, qtbot: QtBot) -> None:
    written_by_another(file, 8)
    asking = bar(window, qtbot)
    assert asking.text == "“small.shtairir” was changed by another program."
    press(asking.button("diskReload"))
    assert value(window) == 8
    assert asking.isHidden()
    assert not window.isWindowModified()


def test_what_was_edited_meanwhile_goes_to_the_earlier_versions(window: MainWindow, file: Path, qtbot: QtBot) -> None:
    window.editor.set_value(NUMBER, "value", 5)
    written_by_another(file, 8)
    press(bar(window, qtbot).button("diskReload"))
    assert value(window) == 8
    assert [load(backup).value("number.value") for backup in backups_of(file)] == [5, 3]


def test_who_keeps_the_own_version_writes_over_the_file_with_the_next_save(
    window: MainWindow, file: Path, qtbot: QtBot
) -> None:
    written_by_another(file, 8)
    press(bar(window, qtbot).button("diskKeep"))
    assert window.isWindowModified(), "what is here is in no file"
    assert window.files.save()
    assert load(file).value("number.value") == 3
    assert load(backups_of(file)[0]).value("number.value") == 8


def test_the_difference_is_shown(window: MainWindow, file: Path, qtbot: QtBot) -> None:
    written_by_another(file, 8)
    press(bar(window, qtbot).button("diskCompare"))
    comparison = comparing(window).comparison
    qtbot.waitUntil(lambda: comparison.is_ready)
    assert comparison.title == "the file on disk"
    assert [one.place for one in comparison.differences] == ["number.value"]


def test_a_file_that_is_gone_can_be_saved_again(window: MainWindow, file: Path, qtbot: QtBot) -> None:
    file.unlink()
    asking = bar(window, qtbot)
    assert "is no longer in" in asking.text
    press(asking.button("diskSave"))
    assert load(file).value("number.value") == 3
    qtbot.waitUntil(asking.isHidden)


def test_ones_own_save_is_nobody_elses_change(window: MainWindow, file: Path, qtbot: QtBot) -> None:
    window.editor.set_value(NUMBER, "value", 5)
    QTest.keyClick(window, Qt.Key.Key_S, CTRL)
    watch = window.findChild(AskBar, "diskBar")
    from shtairir_ui.diskwatch import DiskWatch

    with qtbot.waitSignal(window.findChild(DiskWatch).agrees):
        window.findChild(DiskWatch).look()
    assert watch.isHidden()


class TestTwoWindowsOnOneFile:
    """Neither writes over the other's work without a word."""

    def test_the_second_to_save_is_asked_and_may_cancel(self, window: MainWindow, file: Path, qtbot: QtBot) -> None:
        window.editor.set_value(NUMBER, "value", 5)
        written_by_another(file, 8)
        asked = choose("cancel", qtbot)
        assert not window.files.save()
        assert asked == ["“small.shtairir” was changed by another program since you opened it."]
        assert load(file).value("number.value") == 8
        assert window.isWindowModified()

    def test_or_write_over_it_which_keeps_the_other_as_an_earlier_version(
        self, window: MainWindow, file: Path, qtbot: QtBot
    ) -> None:
        window.editor.set_value(NUMBER, "value", 5)
        written_by_another(file, 8)
        choose("conflictOverwrite", qtbot)
        assert window.files.save()
        assert load(file).value("number.value") == 5
        assert load(backups_of(file)[0]).value("number.value") == 8

    def test_or_save_elsewhere(
        self, window: MainWindow, file: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine.shtairir"), ""))
        window.editor.set_value(NUMBER, "value", 5)
        written_by_another(file, 8)
        choose("conflictSaveAs", qtbot)
        assert window.files.save()
        assert load(file).value("number.value") == 8
        assert load(tmp_path / "mine.shtairir").value("number.value") == 5


class TestEarlierVersions:
    """The ten backups that saving keeps."""

    def shown(self, window: MainWindow, qtbot: QtBot) -> VersionsDialog:
        """The dialog, with its first version read."""
        assert window.actions_["versions"].isEnabled()
        window.actions_["versions"].trigger()
        dialog = window.findChild(VersionsDialog)
        qtbot.waitUntil(dialog.restore_button.isEnabled)
        return dialog

    def test_each_is_shown_with_what_differs(self, window: MainWindow, file: Path, qtbot: QtBot) -> None:
        for number in (4, 5):
            window.editor.set_value(NUMBER, "value", number)
            assert window.files.save()
        dialog = self.shown(window, qtbot)
        assert dialog.list.count() == 2
        assert dialog.rows.topLevelItem(0).text(1) == "was 4 and is 5."
        assert not dialog.picture.pixmap().isNull()
        dialog.list.setCurrentRow(1)
        qtbot.waitUntil(lambda: dialog.rows.topLevelItemCount() == 1)
        assert dialog.rows.topLevelItem(0).text(1) == "was 3 and is 5."
        dialog.close()

    def test_one_goes_back_to_one_and_what_was_not_saved_is_one_then(
        self, window: MainWindow, file: Path, qtbot: QtBot
    ) -> None:
        window.editor.set_value(NUMBER, "value", 4)
        assert window.files.save()
        window.editor.set_value(NUMBER, "value", 5)
        press(self.shown(window, qtbot).restore_button)
        assert value(window) == 3
        assert window.isWindowModified()
        assert load(file).value("number.value") == 4, "the file changes when it is saved"
        assert window.files.save()
        assert [load(backup).value("number.value") for backup in backups_of(file)] == [4, 5, 3]

    def test_one_opens_as_a_copy_without_a_file(self, window: MainWindow, file: Path, qtbot: QtBot) -> None:
        window.editor.set_value(NUMBER, "value", 4)
        assert window.files.save()
        press(self.shown(window, qtbot).copy_button)
        assert window.editor.path is None
        assert window.editor.present.base_dir == file.parent
        assert value(window) == 3

    def test_a_graph_without_a_file_has_none(self, window: MainWindow) -> None:
        assert not window.actions_["versions"].isEnabled()
