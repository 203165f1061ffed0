"""Finding blocks and placing them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from shtairir.block.registry import Registry
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.palette import BLOCK_ID, MIME
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow
from tests.ui.gestures import drop


def search(window: MainWindow, text: str, qtbot: QtBot) -> list[str]:
    """Type into the search field; the blocks found, best first."""
    panel = window.panels.palette_panel
    panel.search.setFocus()
    panel.search.clear()
    QTest.keyClicks(panel.search, text)
    qtbot.waitUntil(lambda: panel._shown == text)
    return [_id(panel.tree.topLevelItem(row)) for row in range(panel.tree.topLevelItemCount())]


def _id(item: QTreeWidgetItem | None) -> str:
    return str(item.data(0, BLOCK_ID)) if item is not None else ""


def test_enter_adds_the_best_match_in_the_middle_of_the_view(window: MainWindow, qtbot: QtBot) -> None:
    found = search(window, "gaussian", qtbot)
    assert found[0] == "image.gaussian_blur"
    QTest.keyClick(window.panels.palette_panel.search, Qt.Key.Key_Return)
    node = window.editor.graph.nodes["gaussian_blur"]  # type: ignore[index]
    middle = window.canvas.viewport_center()
    assert window.canvas.board.nodes[node.id].outline.contains(QPointF(*middle))
    assert window.editor.selection == ("gaussian_blur",)


def test_added_blocks_lie_beside_each_other_and_in_sight(window: MainWindow) -> None:
    for _ in range(6):
        window.add_block("math.number")
    places = [item.outline for item in window.canvas.board.nodes.values()]
    assert not any(one.intersects(other) for one, other in combinations(places, 2))
    assert all(window.canvas.view.visible_rect().contains(place) for place in places)


def test_a_block_can_be_added_where_no_room_is_left(window: MainWindow) -> None:
    for _ in range(60):
        window.add_block("math.number")
    assert len(window.editor.graph.nodes) == 60


def test_blocks_of_one_name_are_told_apart(window: MainWindow, qtbot: QtBot) -> None:
    search(window, "divide", qtbot)
    tree = window.panels.palette_panel.tree
    rows = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    notes = [row.text(1) for row in rows if row.text(0) == "Divide"]
    assert sorted(notes) == ["Array", "Math"]


def test_arrow_keys_choose_among_the_matches(window: MainWindow, qtbot: QtBot) -> None:
    found = search(window, "threshold", qtbot)
    assert len(found) > 1
    QTest.keyClick(window.panels.palette_panel.search, Qt.Key.Key_Down)
    QTest.keyClick(window.panels.palette_panel.search, Qt.Key.Key_Return)
    assert [str(node.block) for node in window.editor.graph.nodes.values()] == [found[1]]


def test_escape_empties_the_search(window: MainWindow, qtbot: QtBot) -> None:
    search(window, "gauss", qtbot)
    QTest.keyClick(window.panels.palette_panel.search, Qt.Key.Key_Escape)
    assert window.panels.palette_panel.search.text() == ""


def test_words_of_the_description_are_found(window: MainWindow, qtbot: QtBot) -> None:
    assert "sample.hold" in search(window, "lets it go", qtbot)


def test_no_match_says_so(window: MainWindow, qtbot: QtBot) -> None:
    assert search(window, "xyzzyplugh", qtbot) == []
    texts = [label.text() for label in window.panels.palette_panel.findChildren(QLabel) if label.isVisible()]
    assert "No block matches “xyzzyplugh”" in texts


def test_double_click_adds(window: MainWindow, qtbot: QtBot) -> None:
    search(window, "gaussian", qtbot)
    tree = window.panels.palette_panel.tree
    place = tree.visualItemRect(tree.topLevelItem(0)).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert list(window.editor.graph.nodes) == ["gaussian_blur"]


def test_a_dragged_block_lands_where_it_is_dropped(window: MainWindow, qtbot: QtBot) -> None:
    search(window, "gaussian", qtbot)
    tree = window.panels.palette_panel.tree
    mime = tree.mimeData([tree.topLevelItem(0)])
    assert mime.hasFormat(MIME)
    viewport = window.canvas.view.viewport()
    assert drop(viewport, QPoint(200, 150), mime)
    assert list(window.editor.graph.nodes) == ["gaussian_blur"]


def test_a_block_without_its_library_is_grey_and_names_the_extra(window: MainWindow, qtbot: QtBot) -> None:
    assert search(window, "sample.far", qtbot) == ["sample.far"]
    item = window.panels.palette_panel.tree.topLevelItem(0)
    assert item is not None
    assert item.text(1) == "needs moon"
    assert 'pip install "shtairir[moon]"'.replace('"', "&quot;") in item.toolTip(0)
    assert item.foreground(0).color() == theme.current().text_disabled


def test_categories_open_and_stay_open(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panels.palette_panel
    before = panel.tree.topLevelItem(0)
    assert before is not None
    before.setExpanded(True)
    search(window, "gauss", qtbot)
    panel.search.clear()
    qtbot.waitUntil(lambda: panel._shown == "")
    after = panel.tree.topLevelItem(0)
    assert after is not None
    assert after.isExpanded()


def test_ctrl_f_goes_to_the_search(window: MainWindow) -> None:
    window.actions_["show_palette"].setChecked(False)
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.panels.palette_panel.isVisible()
    assert window.focusWidget() is window.panels.palette_panel.search


OWN = """from shtairir.block import block

@block(category="Own", id="own.twice")
def twice(x: float = 1.0{more}) -> float:
    \"\"\"Double a number.\"\"\"
    return 2 * x
"""


def test_a_block_of_ones_own_appears_and_follows_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings, qtbot: QtBot
) -> None:
    monkeypatch.setenv("SHTAIRIR_BLOCKS_PATH", str(tmp_path))
    window = MainWindow(Editor(registry=Registry()), settings)
    qtbot.addWidget(window)
    window.files.may_leave = lambda: True  # type: ignore[method-assign]
    (tmp_path / "mine.py").write_text(OWN.format(more=""))
    qtbot.waitUntil(lambda: search(window, "twice", qtbot)[:1] == ["own.twice"], timeout=10000)
    node = window.editor.add_block("own.twice", 0, 0)
    assert list(window.panels.inspector.node_page.form.rows) == ["x"]
    (tmp_path / "mine.py").write_text(OWN.format(more=", y: float = 2.0"))
    qtbot.waitUntil(lambda: list(window.panels.inspector.node_page.form.rows) == ["x", "y"], timeout=10000)
    assert node in window.editor.graph.nodes
    (tmp_path / "mine.py").write_text("def (")
    qtbot.waitUntil(lambda: "mine.py cannot be used" in window.notice.text, timeout=10000)
    (tmp_path / "mine.py").write_text(OWN.format(more=""))
    qtbot.waitUntil(lambda: window.notice.text == "", timeout=10000)
