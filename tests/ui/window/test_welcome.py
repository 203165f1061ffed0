"""The first page: examples, recent files, what can be recovered; by mouse and by keyboard."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shtairir.block.registry import Registry
from shtairir.document import Graph, save
from shtairir.recovery.drafts import DraftKeeper
from shtairir_assets.examples import shown_examples
from shtairir_ui.cards import Card
from shtairir_ui.editor import Editor
from shtairir_ui.recoverdialog import RecoverDialog
from shtairir_ui.settings import Settings
from shtairir_ui.welcome import WelcomePage
from shtairir_ui.window import MainWindow


@pytest.fixture
def page(window: MainWindow) -> WelcomePage:
    """The page, shown by the Help menu."""
    window.actions_["welcome"].trigger()
    assert isinstance(window.page, WelcomePage)
    return window.page


def test_each_of_the_six_cards_has_a_picture_and_says_what_it_shows_and_how_long_it_takes(page: WelcomePage) -> None:
    assert len(page.cards) == 6
    for card, example in zip(page.cards, shown_examples(), strict=True):
        assert card.picture.has_image, f"{example.name} has no picture; scripts/make_screenshots.py draws it"
        assert card.accessibleName() == example.title
        assert card.accessibleDescription() == f"{example.summary} About {example.typical_s:.0f} s"


def test_a_card_opens_its_example_and_the_page_gives_way(window: MainWindow, page: WelcomePage) -> None:
    QTest.mouseClick(page.cards[1], Qt.MouseButton.LeftButton)
    assert window.editor.title == shown_examples()[1].title
    assert window.editor.path is None, "nobody saves over an example"
    assert not window.isWindowModified()
    assert window.page is window.panels


def test_everything_on_the_page_is_reached_by_the_tab_key(window: MainWindow, page: WelcomePage) -> None:
    reached = set()
    widget = page.new_button
    widget.setFocus()
    for _ in range(40):
        focused = QApplication.focusWidget()
        if focused is None or focused in reached:
            break
        reached.add(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    wanted = {page.new_button, page.open_button, page.tour_button, *page.cards}
    assert wanted <= reached


def test_space_and_enter_choose_a_card(window: MainWindow, page: WelcomePage) -> None:
    page.cards[0].setFocus()
    QTest.keyClick(page.cards[0], Qt.Key.Key_Return)
    assert window.editor.title == shown_examples()[0].title


def test_new_shows_the_empty_canvas(window: MainWindow, page: WelcomePage) -> None:
    QTest.mouseClick(page.new_button, Qt.MouseButton.LeftButton)
    assert window.page is window.panels
    assert window.focusWidget() is window.canvas.view


def test_recent_files_are_listed_with_a_picture_of_their_graph(
    window: MainWindow, tmp_path: Path, settings: Settings, qtbot: QtBot
) -> None:
    graph = Graph("mine")
    graph.add("math.number")
    path = save(graph, tmp_path / "mine.shtairir")
    settings.remember_file(path)
    window.actions_["welcome"].trigger()
    page = window.page
    assert isinstance(page, WelcomePage)
    assert [row.accessibleName() for row in page.rows] == ["mine"]
    qtbot.waitUntil(lambda: page.rows[0].picture.has_image)
    QTest.mouseClick(page.rows[0], Qt.MouseButton.LeftButton)
    assert window.editor.path == path


def test_what_can_be_recovered_is_told_and_listed(kept: Path, window: MainWindow, qtbot: QtBot) -> None:
    keeper = DraftKeeper.for_user()
    graph = Graph("lost")
    graph.add("math.number", value=4)
    keeper.write(graph.snapshot(), "lost")
    assert keeper._lock is not None
    keeper._lock.release()  # as when the program dies
    window.actions_["welcome"].trigger()
    page = window.page
    assert isinstance(page, WelcomePage)
    qtbot.waitUntil(page.recover_button.isEnabled)
    assert page.recover_button.text() == "Recover 1 graph…"
    QTest.mouseClick(page.recover_button, Qt.MouseButton.LeftButton)
    dialog = window.findChild(RecoverDialog)
    QTest.mouseClick(dialog.recover_button, Qt.MouseButton.LeftButton)
    assert window.editor.root.value("number.value") == 4
    assert window.isWindowModified()
    assert window.page is window.panels


def test_with_nothing_to_recover_the_button_says_so(page: WelcomePage) -> None:
    assert not page.recover_button.isEnabled()
    assert page.recover_button.text() == "Nothing to recover"


@pytest.mark.parametrize(("width", "columns"), [(1440, 3), (1000, 2), (720, 2)])
def test_there_are_as_many_cards_in_a_row_as_fit(
    window: MainWindow, page: WelcomePage, width: int, columns: int, qtbot: QtBot
) -> None:
    window.resize(width, 700)
    qtbot.waitUntil(lambda: page.viewport().width() <= width)
    tops = [card.y() for card in page.cards]
    qtbot.waitUntil(lambda: [card.y() for card in page.cards].count(page.cards[0].y()) == columns)
    assert page.widget().minimumSizeHint().width() <= page.viewport().width(), "nothing is cut off at the side"
    assert tops


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Notes whoever opens a connection."""
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: asked.append(address))
    return asked


def test_the_page_asks_no_network(no_network: list[object], page: WelcomePage, qtbot: QtBot) -> None:
    page.refresh()
    qtbot.wait(50)
    assert not [address for address in no_network if not isinstance(address, str | bytes)]


def test_a_picture_fills_its_box_whatever_its_shape(page: WelcomePage) -> None:
    card = page.cards[0]
    assert isinstance(card, Card)
    wide = QImage(QSize(400, 40), QImage.Format.Format_RGB32)
    wide.fill(Qt.GlobalColor.red)
    card.picture.show_image(wide)
    middle = card.picture.grab().toImage()
    assert middle.pixelColor(middle.width() // 2, middle.height() - 8).red() == 255


def test_an_example_that_comes_in_the_place_of_the_page_is_seen_whole(
    qtbot: QtBot, settings: Settings, registry: Registry
) -> None:
    window = MainWindow(Editor(registry=registry), settings)
    qtbot.addWidget(window)
    window.welcome_wanted.emit()
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    page = window.page
    assert isinstance(page, WelcomePage)
    QTest.mouseClick(page.cards[0], Qt.MouseButton.LeftButton)
    canvas = window.canvas
    qtbot.waitUntil(lambda: canvas.view.zoom > 0.4 and canvas.view.visible_rect().contains(canvas.board.extent()))
