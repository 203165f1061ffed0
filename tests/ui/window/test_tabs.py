"""Several graphs at once: in tabs, each with all that is its own, and in windows."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QTabBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from shtairir.block.registry import Registry
from shtairir.document import Graph, load, save
from shtairir_ui.askbar import AskBar
from shtairir_ui.editor import Editor
from shtairir_ui.questions import Answer
from shtairir_ui.settings import Settings
from shtairir_ui.shell import Desk, Shell
from shtairir_ui.welcome import WelcomePage
from shtairir_ui.window import MainWindow
from tests.ui.gestures import MIDDLE, click, drop, files_mime, settle
from tests.ui.window.conftest import GATE, forget_changes
from tests.ui.window.test_files import answer

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot: QtBot, registry: Registry, settings: Settings) -> Iterator[Desk]:
    """A desk with one shell that is shown."""
    desk = Desk(lambda: MainWindow(Editor(registry=registry), settings))
    shell = desk.open_shell(desk.make())
    shell.show()
    qtbot.waitExposed(shell)
    yield desk
    GATE.set()
    for shell in list(desk.shells):
        for window in shell.windows:
            forget_changes(window)
        assert shell.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def shell(desk: Desk) -> Shell:
    """The shell."""
    return desk.shells[0]


def made(folder: Path, name: str) -> Path:
    """A file with a number in it."""
    graph = Graph(name)
    graph.add("math.number", id=name)
    return save(graph, folder / f"{name}.shtairir")


def titles(shell: Shell) -> list[str]:
    """What stands on the tabs."""
    return [shell.tabs.tabText(index) for index in range(shell.tabs.count())]


class ShownWindows(QObject):
    """Notes whatever appears as a window of the desktop."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


def test_a_new_tab_shows_no_part_of_it_as_a_window_and_has_the_keyboard(shell: Shell, qtbot: QtBot) -> None:
    shell.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is shell)
    watch = ShownWindows()
    QApplication.instance().installEventFilter(watch)  # type: ignore[union-attr]
    plus = shell.findChild(QToolButton, "addGraph")
    assert plus is not None
    plus.click()
    shell.current.editor.select([shell.current.editor.add_block("math.add", 0, 0)])
    settle()
    QApplication.instance().removeEventFilter(watch)  # type: ignore[union-attr]
    assert watch.seen == []
    assert QApplication.activeWindow() is shell
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_B)
    assert shell.current.editor.graph.undo_label == "bypass add"


def test_with_one_graph_there_are_no_tabs_and_the_title_is_the_graphs(shell: Shell, tmp_path: Path) -> None:
    assert not shell.tabs.isVisible()
    shell.current.files.open_path(made(tmp_path, "one"))
    assert not shell.tabs.isVisible(), "an empty graph that nobody touched gives its place away"
    assert shell.windowTitle() == "one[*] — Shtairir"
    shell.current.editor.add_block("math.number", 0, 0)
    assert shell.isWindowModified()


def test_a_second_file_comes_into_a_tab_and_nothing_of_the_first_is_lost(shell: Shell, tmp_path: Path) -> None:
    shell.current.files.open_path(made(tmp_path, "one"))
    first = shell.current
    first.editor.add_block("math.number", 0, 0)
    asked: list[MainWindow] = []
    first.files.ask = lambda: asked.append(first) or Answer.DISCARD  # type: ignore[method-assign,func-returns-value]
    first.files.open_path(made(tmp_path, "two"))
    assert not asked, "nothing is lost, so nothing is asked"
    assert titles(shell) == ["one •", "two"]
    assert shell.current is not first
    assert first.editor.is_modified
    QTest.keyClick(shell.current, Qt.Key.Key_Tab, CTRL)
    assert shell.current is first
    QTest.keyClick(first, Qt.Key.Key_Z, CTRL)
    assert titles(shell) == ["one", "two"]


def test_a_file_that_is_open_is_shown_and_not_opened_twice(shell: Shell, tmp_path: Path) -> None:
    one, two = made(tmp_path, "one"), made(tmp_path, "two")
    for path in (one, two, one):
        shell.current.files.open_path(path)
    assert titles(shell) == ["one", "two"]
    assert shell.current.editor.path == one


def test_undo_selection_and_runs_are_each_graphs_own(shell: Shell, tmp_path: Path, qtbot: QtBot) -> None:
    shell.current.files.open_path(made(tmp_path, "one"))
    first = shell.current
    hold = first.editor.add_block("sample.hold", 0, 0)
    first.editor.run()
    qtbot.waitUntil(lambda: first.editor.is_running and hold in first.editor.runtime)
    first.files.open_path(made(tmp_path, "two"))
    second = shell.current
    assert not second.editor.is_running
    assert not second.actions_["stop"].isEnabled()
    with qtbot.waitSignal(second.editor.run_finished):
        QTest.keyClick(second, Qt.Key.Key_F5)
    assert first.editor.is_running, "what runs in the background goes on"
    with qtbot.waitSignal(first.editor.run_finished):
        GATE.set()


def test_a_damaged_file_leaves_no_empty_tab(shell: Shell, tmp_path: Path) -> None:
    shell.current.files.open_path(made(tmp_path, "one"))
    damaged = tmp_path / "damaged.shtairir"
    damaged.write_text("{")
    shell.current.files.open_path(damaged)
    assert titles(shell) == ["one"]
    assert "was not opened" in shell.current.notice.text


def test_the_middle_button_closes_a_tab_and_asks_first(shell: Shell, tmp_path: Path, qtbot: QtBot) -> None:
    for name in ("one", "two"):
        shell.current.files.open_path(made(tmp_path, name))
    window = shell.current
    window.editor.add_block("math.number", 0, 0)
    asked = answer(QMessageBox.StandardButton.Cancel)
    click(shell.tabs, shell.tabs.tabRect(1).center(), MIDDLE)
    assert asked()
    assert len(shell.windows) == 2
    asked = answer(QMessageBox.StandardButton.Save)
    click(shell.tabs, shell.tabs.tabRect(1).center(), MIDDLE)
    assert asked()
    assert titles(shell) == ["one"]
    assert len(load(tmp_path / "two.shtairir").nodes) == 2


def test_ctrl_w_closes_a_definition_then_the_graph_and_of_the_last_leaves_an_empty_one(
    shell: Shell, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        shell.current.files.open_path(made(tmp_path, name))
    window = shell.current
    window.editor.select_all()
    node = window.editor.make_subgraph()
    assert node is not None
    window.editor.enter(node)
    QTest.keyClick(window, Qt.Key.Key_W, CTRL)
    assert window.editor.place.path == ()
    forget_changes(window)
    QTest.keyClick(window, Qt.Key.Key_W, CTRL)
    assert titles(shell) == ["one"]
    QTest.keyClick(shell.current, Qt.Key.Key_W, CTRL)
    assert titles(shell) == ["untitled"]
    assert shell.isVisible()


def test_a_window_that_is_closed_asks_for_each_graph_and_a_no_keeps_all(shell: Shell, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shell.current.files.open_path(made(tmp_path, name))
        shell.current.editor.add_block("math.number", 0, 0)
    asked = answer(QMessageBox.StandardButton.Cancel)
    assert not shell.close()
    assert asked()
    assert titles(shell) == ["one •", "two •"]


def test_a_graph_moves_into_a_window_of_its_own_as_it_is(desk: Desk, shell: Shell, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shell.current.files.open_path(made(tmp_path, name))
    window = shell.current
    window.editor.add_block("math.number", 0, 0)
    window.actions_["give_window"].trigger()
    other = desk.shells[1]
    assert other.current is window
    assert other.isVisible()
    assert window.editor.graph.can_undo
    assert titles(shell) == ["one"]
    window.files.open_path(tmp_path / "one.shtairir")
    assert len(other.windows) == 1, "it is open in the other window, which comes to the front"


def test_a_new_window_is_empty(desk: Desk, shell: Shell) -> None:
    QTest.keyClick(shell.current, Qt.Key.Key_N, CTRL | SHIFT)
    assert len(desk.shells) == 2
    assert not desk.shells[1].current.editor.graph.nodes


def test_tabs_can_be_put_in_another_order(shell: Shell, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        shell.current.files.open_path(made(tmp_path, name))
    shell.tabs.moveTab(2, 0)
    assert titles(shell) == ["three", "one", "two"]
    shell.tabs.setCurrentIndex(1)
    assert shell.current.editor.title == "one"


def test_a_file_dropped_on_a_graph_opens_beside_it(shell: Shell, tmp_path: Path) -> None:
    shell.current.files.open_path(made(tmp_path, "one"))
    assert drop(shell.current, QPoint(30, 300), files_mime([made(tmp_path, "two")]))
    assert titles(shell) == ["one", "two"]


def test_a_closed_tab_leaves_nothing_behind(shell: Shell, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shell.current.files.open_path(made(tmp_path, name))
    window = shell.current
    watched = [weakref.ref(part) for part in (window, window.editor, window.canvas, window.panels.inspector)]
    assert shell.close_graph(window)
    del window
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert [part() for part in watched] == [None] * len(watched)


def test_the_cross_on_a_tab_closes_it_wherever_it_was_moved(shell: Shell, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        shell.current.files.open_path(made(tmp_path, name))
    shell.tabs.moveTab(2, 0)
    cross = shell.tabs.tabButton(0, QTabBar.ButtonPosition.RightSide)
    QTest.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert titles(shell) == ["one", "two"]


def test_files_of_one_name_are_told_apart_by_their_folders(shell: Shell, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        shell.current.files.open_path(made(tmp_path / name, "one"))
    assert titles(shell) == ["one — first", "one — second"]


def test_the_keyboard_is_on_what_the_welcome_offers_not_on_the_way_to_put_an_offer_away(
    qtbot: QtBot, registry: Registry, settings: Settings
) -> None:
    window = MainWindow(Editor(registry=registry), settings)
    window.welcome_wanted.emit()
    bar = window.findChild(AskBar, "recoverBar")
    bar.ask("Something can be recovered.", ())
    shell = Desk(lambda: window).open_shell(window)
    qtbot.addWidget(shell)
    shell.show()
    qtbot.waitExposed(shell)
    shell.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is shell)
    focused = QApplication.focusWidget()
    assert isinstance(window.page, WelcomePage)
    assert window.page is focused or window.page.isAncestorOf(focused)
    window.end()
