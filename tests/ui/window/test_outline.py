"""The outline finds what is in the file and goes there; so do usages, bookmarks and the minimap."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from shtairir.document import Bookmark, Frame, Graph, Note, PutBookmark, PutFrame, PutNote
from shtairir.ids import NodeId
from shtairir_ui.minimap import Minimap
from shtairir_ui.outline import OutlinePanel
from shtairir_ui.window import MainWindow
from tests.ui import gestures

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def graph(window: MainWindow) -> Graph:
    """number → negate in a frame, broken beside it, a note, and a definition that one node stands for."""
    graph = window.editor.graph
    number = graph.add("math.number", value=42, title="Answer", position=(0, 0))
    graph.add("math.negate", x=number["out"], position=(260, 0))
    graph.add("sample.broken", position=(0, 300))
    graph.apply(PutFrame(Frame("f", "Sums", rect=(-40, -60, 560, 260))))
    graph.apply(PutNote(Note("n", "# Read me\nplease", (600, 300, 200, 90))))
    inner = graph.add_subgraph("deep", title="Deep down")
    inner.add("math.negate", id="hidden")
    graph.add("subgraph.deep", id="instance", position=(600, 0))
    return graph


@pytest.fixture
def outline(window: MainWindow, graph: Graph, qtbot: QtBot) -> OutlinePanel:
    """The outline, opened by its key, filled."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_O, CTRL | SHIFT)
    panel = window.panels.left_tabs.currentWidget()
    assert isinstance(panel, OutlinePanel)
    qtbot.waitUntil(lambda: len(titles(panel)) > 0)
    return panel


def titles(panel: OutlinePanel) -> list[str]:
    entries = (panel.model.entry(index) for index in panel.model.all_rows())
    return [entry.title for entry in entries if entry is not None]


def look_for(panel: OutlinePanel, text: str, qtbot: QtBot, *found: str) -> None:
    panel.search.setFocus()
    panel.search.clear()
    QTest.keyClicks(panel.search, text)
    qtbot.waitUntil(lambda: sorted(titles(panel)) == sorted(found))


def click_row(panel: OutlinePanel, title: str) -> None:
    rows = panel.model.all_rows()
    index = next(one for one in rows if (entry := panel.model.entry(one)) is not None and entry.title == title)
    panel.tree.scrollTo(index)
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=panel.tree.visualRect(index).center())


def test_frames_hold_their_nodes_and_definitions_stand_below(outline: OutlinePanel) -> None:
    assert titles(outline) == [*("Sums", "Answer", "Negate", "Broken", "Deep down", "Read me", "Deep down", "Negate")]


def test_words_are_found_in_names_blocks_values_and_states(
    window: MainWindow, outline: OutlinePanel, qtbot: QtBot
) -> None:
    look_for(outline, "answ", qtbot, "Answer")
    look_for(outline, "42", qtbot, "Answer")
    look_for(outline, "block:sample", qtbot, "Broken")
    look_for(outline, "value:42 block:math", qtbot, "Answer")
    look_for(outline, "read", qtbot, "Read me")
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.run()
    look_for(outline, "status:failed", qtbot, "Broken")
    look_for(outline, "-42", qtbot, "Negate")


def test_nothing_found_says_so(outline: OutlinePanel, qtbot: QtBot) -> None:
    look_for(outline, "zebra", qtbot)
    assert outline.tree.isHidden()
    QTest.keyClick(outline.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(titles(outline)) == 8)


def test_a_click_goes_to_the_node(window: MainWindow, outline: OutlinePanel) -> None:
    window.canvas.view.centerOn(9000, 9000)
    click_row(outline, "Broken")
    assert window.editor.selection == ("broken",)
    assert window.canvas.view.visible_rect().contains(window.canvas.board.nodes[NodeId("broken")].outline)


def test_the_keyboard_finds_and_goes_too(window: MainWindow, outline: OutlinePanel, qtbot: QtBot) -> None:
    look_for(outline, "negate", qtbot, "Negate", "Negate")
    QTest.keyClick(outline.search, Qt.Key.Key_Down)
    QTest.keyClick(outline.search, Qt.Key.Key_Return)
    assert window.editor.place.path == ("instance",)
    assert window.editor.selection == ("hidden",)
    assert window.canvas.view.hasFocus()
    window.canvas.view.zoom_to(1.7)
    gestures.settle()
    assert window.canvas.view.zoom == 1.7


def test_frames_and_notes_are_gone_to(window: MainWindow, outline: OutlinePanel) -> None:
    click_row(outline, "Read me")
    assert [key.id for key in window.canvas.framing.chosen] == ["n"]
    click_row(outline, "Sums")
    assert [key.id for key in window.canvas.framing.chosen] == ["f"]
    assert window.canvas.view.visible_rect().contains(window.canvas.board.areas.frames["f"].rect)


def test_the_outline_follows_the_document(window: MainWindow, outline: OutlinePanel, qtbot: QtBot) -> None:
    window.editor.remove([NodeId("broken")])
    qtbot.waitUntil(lambda: "Broken" not in titles(outline))
    window.editor.undo()
    qtbot.waitUntil(lambda: "Broken" in titles(outline))


def test_a_folded_frame_stays_folded(window: MainWindow, outline: OutlinePanel, qtbot: QtBot) -> None:
    sums = outline.model.index(0, 0)
    outline.tree.collapse(sums)
    window.editor.set_title(NodeId("broken"), "Broke")
    qtbot.waitUntil(lambda: "Broke" in titles(outline))
    assert not outline.tree.isExpanded(outline.model.index(0, 0))


def test_the_selected_node_is_shown_in_the_outline(window: MainWindow, outline: OutlinePanel) -> None:
    window.canvas.view.setFocus()
    window.editor.select([NodeId("negate")])
    entry = outline.model.entry(outline.tree.currentIndex())
    assert entry is not None
    assert entry.path == "negate"


def test_usages_of_a_block_are_listed_in_the_whole_file(window: MainWindow, graph: Graph, qtbot: QtBot) -> None:
    window.editor.select([NodeId("negate")])
    window.canvas.view.setFocus()
    QTest.keyClick(window.canvas.view, Qt.Key.Key_F12, SHIFT)
    panel = window.panels.left_tabs.currentWidget()
    assert isinstance(panel, OutlinePanel)
    qtbot.waitUntil(lambda: titles(panel) == ["Negate", "Negate"])
    assert panel.count.text() == "2 found"


# --- bookmarks ----------------------------------------------------------------------------------------------------


def test_a_bookmark_is_set_listed_and_gone_to(window: MainWindow, graph: Graph, qtbot: QtBot) -> None:
    view = window.canvas.view
    view.zoom_to(0.5)
    view.centerOn(300, 100)
    QTest.keyClick(view, Qt.Key.Key_B, CTRL | ALT)
    dialog = window.findChild(QInputDialog, "bookmarkDialog")
    assert dialog is not None
    dialog.setTextValue("Sums")
    dialog.accept()
    (mark,) = graph.bookmarks
    assert (mark.name, mark.zoom) == ("Sums", 0.5)
    assert graph.undo_label == "bookmark Sums"
    view.zoom_to(2.0)
    view.centerOn(5000, 5000)
    menu = window.findChild(QMenu, "bookmarksMenu")
    assert menu is not None
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "Sums").trigger()
    assert view.zoom == 0.5
    assert (view.visible_rect().center() - QPointF(300, 100)).manhattanLength() < 6


def test_bookmarks_are_gone_through_in_turn(window: MainWindow, graph: Graph) -> None:
    for number, name in enumerate("abc"):
        graph.apply(PutBookmark(Bookmark(name, (1000.0 * number, 0.0), 1.0)))
    seen = []
    for _ in range(4):
        window.actions_["next_bookmark"].trigger()
        seen.append(round(window.canvas.view.visible_rect().center().x(), -2))
    assert seen == [0, 1000, 2000, 0]
    window.actions_["previous_bookmark"].trigger()
    assert round(window.canvas.view.visible_rect().center().x(), -2) == 2000


def test_the_outline_goes_to_bookmarks(window: MainWindow, graph: Graph, outline: OutlinePanel, qtbot: QtBot) -> None:
    graph.apply(PutBookmark(Bookmark("Far", (7000.0, 0.0), 1.0)))
    qtbot.waitUntil(lambda: "Far" in titles(outline))
    click_row(outline, "Far")
    assert window.canvas.view.visible_rect().contains(QPointF(7000, 0))


# --- minimap ------------------------------------------------------------------------------------------------------


@pytest.fixture
def minimap(window: MainWindow, graph: Graph) -> Minimap:
    """The minimap, switched on."""
    window.actions_["minimap"].setChecked(True)
    found = window.findChild(Minimap, "minimap")
    assert isinstance(found, Minimap)
    gestures.settle()
    return found


def test_a_click_on_the_minimap_looks_there(window: MainWindow, minimap: Minimap) -> None:
    window.canvas.view.centerOn(0, 0)
    place = window.canvas.board.nodes[NodeId("instance")].outline.center()
    gestures.click(minimap, minimap.point_of(place).toPoint())
    seen = window.canvas.view.visible_rect()
    assert (seen.center() - place).manhattanLength() < 30


def test_a_drag_on_the_minimap_pans_and_its_frame_goes_along(window: MainWindow, minimap: Minimap) -> None:
    window.canvas.view.centerOn(0, 0)
    start, end = minimap.point_of(QPointF(0, 0)).toPoint(), minimap.point_of(QPointF(700, 300)).toPoint()
    before = minimap.seen.center()
    gestures.drag(minimap, start, end)
    assert (window.canvas.view.visible_rect().center() - minimap.place_of(QPointF(end))).manhattanLength() < 30
    assert minimap.seen.center().x() > before.x()


def test_the_wheel_on_the_minimap_zooms(window: MainWindow, minimap: Minimap) -> None:
    before = window.canvas.view.zoom
    gestures.wheel(minimap, QPoint(20, 20), -3)
    assert window.canvas.view.zoom < before


def test_the_minimap_shows_how_nodes_are_doing(window: MainWindow, minimap: Minimap, qtbot: QtBot) -> None:
    place = window.canvas.board.nodes[NodeId("broken")].outline.center()

    def color() -> tuple[int, int, int]:
        image = minimap.grab().toImage()
        ratio = image.devicePixelRatio()
        at = minimap.point_of(place) * ratio
        return image.pixelColor(at.toPoint()).getRgb()[:3]  # type: ignore[return-value]

    before = color()
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.run()
    qtbot.waitUntil(lambda: color() != before and color()[0] > color()[1])


def test_the_minimap_is_remembered(window: MainWindow, minimap: Minimap, tmp_path: Path) -> None:
    from shtairir_ui.features.minimap import MINIMAP

    assert minimap.isVisible()
    assert window.settings.value(MINIMAP) is True
    window.settings.set_value(MINIMAP, False)
    assert not minimap.isVisible()
    assert not window.actions_["minimap"].isChecked()
