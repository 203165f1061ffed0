"""A graph beside its saved version: marked on the canvas, told in a list that one steps through."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from shtairir.document import Graph, load, save
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.canvas.diff_items import color_of, sign_icon
from shtairir_ui.features.comparison import Comparing
from shtairir_ui.window import MainWindow
from tests.ui.comparison.conftest import WAIT_MS, until, with_saved
from tests.ui.gestures import click, key


def rows(compared: Comparing) -> list[str]:
    tree = compared.panel.list
    items = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return [f"{item.text(0)} {item.text(1)}" for item in items if item is not None]


class TestCompared:
    def test_the_same_graph_has_no_difference(self, window: MainWindow, compared: Comparing, qtbot: QtBot) -> None:
        with_saved(window, compared, qtbot)
        assert compared.panel.summary.text() == "No difference from the saved version"
        assert compared.panel._stack.currentWidget() is compared.panel._empty
        assert not compared._layer.rings

    def test_without_a_file_there_is_nothing_to_compare_with(self, window: MainWindow, compared: Comparing) -> None:
        window.editor.new()
        assert not window.actions_["compare_saved"].isEnabled()
        assert compared.panel._empty._title.isVisibleTo(compared.panel._empty)
        assert "Compare with" in compared.panel._empty._hint.text()

    def test_what_came_what_is_gone_and_what_is_another_is_marked(
        self, window: MainWindow, compared: Comparing, qtbot: QtBot
    ) -> None:
        graph = window.editor.graph
        graph.set("three.value", 5)
        graph.remove("four")
        graph.add("math.number", id="five", value=5, position=(0, 400))
        graph.link("five.out", "total.b")
        with_saved(window, compared, qtbot)
        layer = compared._layer
        assert {node: ring.change for node, ring in layer.rings.items()} == {
            "three": "changed",
            "five": "added",
            "total": "changed",
        }
        assert list(layer.ghosts) == ["four"]
        assert sorted(link.change for link in layer.links) == ["added", "removed"]
        assert "four was removed; it was a math.number." in rows(compared)
        assert window.panels.bottom.tabText(window.panels.bottom.indexOf(compared.panel)).startswith("Compare (")

    def test_a_ghost_stands_where_its_node_was(self, window: MainWindow, compared: Comparing, qtbot: QtBot) -> None:
        outline = window.canvas.board.nodes[NodeId("four")].outline
        window.editor.graph.remove("four")
        with_saved(window, compared, qtbot)
        ghost = compared._layer.ghosts[NodeId("four")]
        assert ghost.outline == outline
        assert ghost.title == "Number"

    def test_editing_goes_on_and_the_marks_follow(self, window: MainWindow, compared: Comparing, qtbot: QtBot) -> None:
        with_saved(window, compared, qtbot)
        window.editor.graph.set("three.value", 5)
        until(compared, qtbot, "three.value")
        window.editor.move({NodeId("three"): (700.0, 700.0)})
        ring = compared._layer.rings[NodeId("three")]
        assert ring.boundingRect().contains(window.canvas.board.nodes[NodeId("three")].outline)
        window.editor.undo()
        window.editor.undo()
        until(compared, qtbot)
        qtbot.waitUntil(lambda: not compared._layer.rings, timeout=WAIT_MS)

    def test_the_end_takes_all_marks_off_the_canvas(
        self, window: MainWindow, compared: Comparing, qtbot: QtBot
    ) -> None:
        before = len(window.canvas.scene.items())
        window.editor.graph.set("three.value", 5)
        with_saved(window, compared, qtbot)
        assert len(window.canvas.scene.items()) > before
        click(compared.panel.end_button, compared.panel.end_button.rect().center())
        assert len(window.canvas.scene.items()) == before
        assert not compared.panel.list.topLevelItemCount()

    def test_another_document_ends_the_comparison(self, window: MainWindow, compared: Comparing, qtbot: QtBot) -> None:
        with_saved(window, compared, qtbot)
        window.editor.new()
        assert compared.comparison.other is None

    def test_looks_are_listed_if_one_wants_that(self, window: MainWindow, compared: Comparing, qtbot: QtBot) -> None:
        window.editor.move({NodeId("three"): (700.0, 700.0)})
        with_saved(window, compared, qtbot)
        assert rows(compared) == []
        assert compared.panel._empty._title.text() == "Only the looks differ"
        assert not compared._layer.rings
        compared.panel.looks.setChecked(True)
        assert compared._layer.rings[NodeId("three")].change == "looks"
        assert rows(compared) == ["positions 'three' moved."]


class TestOthers:
    def test_a_file_that_cannot_be_read_is_told(self, window: MainWindow, compared: Comparing, tmp_path: Path) -> None:
        broken = tmp_path / "broken.shtairir"
        broken.write_text("not a graph")
        compared.compare_with(broken, "“broken”")
        assert compared.comparison.other is None
        assert "cannot be compared" in window.notice.text

    def test_another_file_is_compared_with(
        self, window: MainWindow, compared: Comparing, qtbot: QtBot, tmp_path: Path
    ) -> None:
        other = Graph("other")
        other.add("math.number", id="three", value=3)
        save(other, tmp_path / "other.shtairir")
        compared.compare_with(tmp_path / "other.shtairir", "“other.shtairir”")
        qtbot.waitUntil(lambda: compared.comparison.is_ready, timeout=WAIT_MS)
        assert compared._layer.rings[NodeId("total")].change == "added"
        assert "from “other.shtairir” to what is here" in compared.panel.summary.text()

    def test_earlier_versions_are_in_the_menu(
        self, window: MainWindow, compared: Comparing, qtbot: QtBot, saved: Path
    ) -> None:
        graph = load(saved)
        graph.set("three.value", 33)
        save(graph)
        window.editor.open(saved)
        compared.panel.menu.aboutToShow.emit()
        versions = [action for action in _actions(compared.panel.menu) if action.text().startswith("Version of")]
        assert len(versions) == 1
        versions[0].trigger()
        qtbot.waitUntil(lambda: compared.comparison.is_ready, timeout=WAIT_MS)
        assert rows(compared) == ["three.value was 3 and is 33."]


def _actions(menu: QMenu) -> list:  # type: ignore[type-arg]  # of QAction
    return list(menu.actions())


class TestSteps:
    def test_the_keys_step_through_all_differences(self, window: MainWindow, compared: Comparing, qtbot: QtBot) -> None:
        window.editor.graph.set("three.value", 5)
        window.editor.graph.set("four.value", 6)
        with_saved(window, compared, qtbot)
        window.canvas.view.centerOn(5000, 5000)
        seen = []
        for _ in range(3):
            key(window.canvas.view, Qt.Key.Key_F8)
            seen.append(window.editor.selection)
        assert seen == [("three",), ("four",), ("three",)]
        assert window.canvas.view.visible_rect().intersects(window.canvas.board.nodes[NodeId("three")].outline)
        key(window.canvas.view, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
        assert window.editor.selection == ("four",)

    def test_a_click_on_a_row_shows_what_is_gone(self, window: MainWindow, compared: Comparing, qtbot: QtBot) -> None:
        window.editor.graph.remove("four")
        with_saved(window, compared, qtbot)
        window.canvas.view.centerOn(5000, 5000)
        tree = compared.panel.list
        row = next(number for number, text in enumerate(rows(compared)) if text.startswith("four "))
        item = tree.topLevelItem(row)
        assert item is not None
        click(tree.viewport(), tree.visualItemRect(item).center())
        assert window.canvas.view.visible_rect().intersects(compared._layer.ghosts[NodeId("four")].outline)
        assert window.editor.selection == ()

    def test_a_difference_in_a_definition_is_shown_in_it(
        self, window: MainWindow, compared: Comparing, qtbot: QtBot
    ) -> None:
        (scope,) = window.editor.graph.subgraphs
        inside = window.editor.graph.subgraphs[scope]
        inside.add("math.number", id="extra", value=1)
        with_saved(window, compared, qtbot)
        assert not compared._layer.rings or "extra" not in compared._layer.rings
        key(window.canvas.view, Qt.Key.Key_F8)
        assert window.editor.place.scope == scope
        assert window.editor.selection == ("extra",)
        assert compared._layer.rings[NodeId("extra")].change == "added"


class TestLooks:
    def test_signs_differ_without_their_colours(self) -> None:
        pictures = set()
        for change in ("added", "removed", "changed", "looks"):
            image = sign_icon(change).pixmap(48, 48).toImage()
            gray = image.convertToFormat(QImage.Format.Format_Grayscale8)
            ink = bytes(
                gray.pixelColor(x, y).lightness() > 128 for x in range(gray.width()) for y in range(gray.height())
            )
            pictures.add(ink)
        assert len(pictures) == 4

    def test_marks_are_painted_in_their_colours(self, window: MainWindow, compared: Comparing, qtbot: QtBot) -> None:
        window.editor.graph.remove("four")
        window.editor.graph.set("three.value", 5)
        with_saved(window, compared, qtbot)
        window.canvas.fit()
        picture = QImage(window.canvas.size(), QImage.Format.Format_RGB32)
        painter = QPainter(picture)
        window.canvas.render(painter, QPoint(0, 0))
        painter.end()
        size = picture.size()
        seen = {picture.pixelColor(x, y).name() for x in range(size.width()) for y in range(size.height())}
        for change in ("removed", "changed"):
            assert color_of(change, theme.current()).name() in seen
