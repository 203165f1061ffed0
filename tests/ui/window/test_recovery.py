"""What is edited is in the journal a moment later, and offered when the program was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from shtairir.block.registry import Registry
from shtairir.document import Graph, load, save
from shtairir.recovery.drafts import DRAFT, DraftKeeper, abandoned, drafts_folder
from shtairir_ui.askbar import AskBar
from shtairir_ui.autosave import Autosave
from shtairir_ui.editor import Editor
from shtairir_ui.features.recovery import Recovery
from shtairir_ui.recoverdialog import RecoverDialog
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow
from tests.ui.window.conftest import forget_changes
from tests.ui.window.test_files import answer


@pytest.fixture(autouse=True)
def state(kept: Path) -> Path:
    """Drafts are kept for these tests."""
    return kept


def journals() -> list[Path]:
    """The drafts on the disk, whoever has them."""
    folder = drafts_folder()
    assert folder is not None
    return sorted(folder.glob(f"*/{DRAFT}"))


def left(graph: Graph, title: str) -> None:
    """Leave a draft as a program does that is killed."""
    keeper = DraftKeeper.for_user()
    keeper.write(graph.snapshot(), title)
    assert keeper._lock is not None
    keeper._lock.release()


def number(value: float, name: str = "lost") -> Graph:
    """A graph of one number."""
    graph = Graph(name)
    graph.add("math.number", value=value)
    return graph


def shown(window: MainWindow, qtbot: QtBot) -> AskBar:
    """The bar, once it asks."""
    bar = window.findChild(AskBar, "recoverBar")
    qtbot.waitUntil(lambda: not bar.isHidden())
    return bar


def test_an_edit_is_in_the_journal_and_a_save_takes_it_out(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.files.open_path(save(number(3), tmp_path / "mine.shtairir"))
    assert journals() == []
    window.editor.set_value("number", "value", 4)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(journals()) == 1)
    assert b'"value": 4' in journals()[0].read_bytes()
    assert load(tmp_path / "mine.shtairir").value("number.value") == 3
    window.editor.set_value("number", "value", 5)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: b'"value": 5' in journals()[0].read_bytes())
    assert window.files.save()
    qtbot.waitUntil(lambda: journals() == [])


def test_undo_to_what_is_saved_takes_it_out_too(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.add_block("math.number", 0, 0)
    qtbot.waitUntil(lambda: len(journals()) == 1)
    window.editor.undo()
    qtbot.waitUntil(lambda: journals() == [])


def test_who_discards_has_nothing_offered_again(qtbot: QtBot, registry: Registry, settings: Settings) -> None:
    window = MainWindow(Editor(registry=registry), settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    window.editor.add_block("math.number", 0, 0)
    qtbot.waitUntil(lambda: len(journals()) == 1)
    asked = answer(QMessageBox.StandardButton.Discard)
    assert window.close()
    assert asked()
    assert journals() == []


def test_one_draft_is_offered_at_the_start_and_shown_by_a_click(
    qtbot: QtBot, registry: Registry, settings: Settings
) -> None:
    left(number(7), "lost")
    window = MainWindow(Editor(registry=registry), settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    bar = shown(window, qtbot)
    assert bar.text.startswith("“lost” (1 node) has changes of today")
    QTest.mouseClick(bar.button("recoverTake"), Qt.MouseButton.LeftButton)
    assert window.editor.root.value("number.value") == 7
    assert window.isWindowModified()
    assert bar.isHidden()
    assert len(journals()) == 1, "it stays in the journal until it is saved"


def test_it_is_offered_with_its_file_and_no_other(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    mine, other = (save(number(3, name), tmp_path / f"{name}.shtairir") for name in ("mine", "other"))
    edited = load(mine)
    edited.set("number.value", 8)
    left(edited, "mine")
    window.files.open_path(other)
    recovery = window.findChild(Recovery)
    recovery._offer(recovery._asked, abandoned())
    assert window.findChild(AskBar, "recoverBar").isHidden()
    window.files.open_path(mine)
    QTest.mouseClick(shown(window, qtbot).button("recoverTake"), Qt.MouseButton.LeftButton)
    assert window.editor.path == mine
    assert window.editor.root.value("number.value") == 8
    assert window.files.save()
    assert load(mine).value("number.value") == 8
    qtbot.waitUntil(lambda: journals() == [])


def test_discard_throws_it_away(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    file = save(number(3), tmp_path / "mine.shtairir")
    edited = load(file)
    edited.set("number.value", 8)
    left(edited, "mine")
    window.files.open_path(file)
    button = shown(window, qtbot).button("recoverDiscard")
    asked = answer(QMessageBox.StandardButton.Cancel)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked()
    assert len(abandoned()) == 1
    assert button.isVisible()
    asked = answer(QMessageBox.StandardButton.Discard)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked()
    qtbot.waitUntil(lambda: abandoned() == [])


def test_several_are_listed(qtbot: QtBot, registry: Registry, settings: Settings) -> None:
    for name in ("one", "two"):
        left(number(1, name), name)
    window = MainWindow(Editor(registry=registry), settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    bar = shown(window, qtbot)
    assert bar.text.startswith("2 graphs have changes")
    QTest.mouseClick(bar.button("recoverShow"), Qt.MouseButton.LeftButton)
    dialog = window.findChild(RecoverDialog)
    assert sorted(dialog.list.topLevelItem(row).text(0) for row in range(2)) == ["one", "two"]
    for said, left_over in ((QMessageBox.StandardButton.Cancel, 2), (QMessageBox.StandardButton.Discard, 1)):
        asked = answer(said)
        QTest.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)
        assert asked()
        assert dialog.list.topLevelItemCount() == left_over
    assert dialog.list.topLevelItemCount() == 1
    QTest.mouseClick(dialog.recover_button, Qt.MouseButton.LeftButton)
    assert len(window.editor.root.nodes) == 1


def test_a_journal_that_cannot_be_written_is_said_once(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    autosave = Autosave(window.editor, DraftKeeper(tmp_path / "blocked" / "drafts"))
    said: list[str] = []
    autosave.failed.connect(said.append)
    for value in range(2):
        window.editor.add_block("math.number", value * 200.0, 0)
        autosave.write_now()
        qtbot.waitUntil(lambda: not autosave._busy)
    assert len(said) == 1
    assert said[0].startswith("What you edit is not safe from a crash just now.")
    autosave.give_up()
