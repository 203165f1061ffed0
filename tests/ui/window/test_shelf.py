"""Favourites and templates stand in the list of blocks, and are kept as files of the person."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId
from shtairir_ui.palette import BLOCK_ID, FAVOURITES, NODES_MIME, TEMPLATES, PalettePanel
from shtairir_ui.shelf import Shelf
from shtairir_ui.window import MainWindow
from tests.ui import gestures

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def branch(palette: PalettePanel, name: str) -> QTreeWidgetItem | None:
    tops = (palette.tree.topLevelItem(row) for row in range(palette.tree.topLevelItemCount()))
    return next((item for item in tops if item is not None and item.text(0) == name), None)


def children(item: QTreeWidgetItem | None) -> list[str]:
    return [] if item is None else [item.child(row).text(0) for row in range(item.childCount())]


def find_block(palette: PalettePanel, block: str) -> QTreeWidgetItem:
    items = palette.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)
    return next(item for item in items if item.data(0, BLOCK_ID) == block)


def entry(palette: PalettePanel, item: QTreeWidgetItem, text: str) -> None:
    menu = palette.menu_for(item)
    assert menu is not None
    next(action for action in menu.actions() if action.text() == text).trigger()


@pytest.fixture
def palette(window: MainWindow) -> PalettePanel:
    return window.panels.palette_panel


@pytest.fixture
def saved(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """A template of two linked nodes, saved by its key under the name Pair."""
    graph = window.editor.graph
    graph.add("math.negate", x=graph.add("math.number", value=7)["out"], position=(250, 0))
    window.editor.select_all()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window.canvas.view, Qt.Key.Key_T, CTRL | ALT)
    dialog = window.findChild(QInputDialog, "templateDialog")
    assert dialog is not None
    dialog.setTextValue("Pair")
    dialog.accept()
    return window


def test_a_block_becomes_a_favourite_and_no_longer(palette: PalettePanel, tmp_path: Path) -> None:
    assert branch(palette, FAVOURITES) is None
    entry(palette, find_block(palette, "math.number"), "Add to favourites")
    assert children(branch(palette, FAVOURITES)) == ["Number"]
    assert json.loads((tmp_path / "favourites.json").read_text()) == {"blocks": ["math.number"]}
    entry(palette, find_block(palette, "math.number"), "Remove from favourites")
    assert branch(palette, FAVOURITES) is None


def test_favourites_are_there_the_next_time(palette: PalettePanel, tmp_path: Path) -> None:
    Shelf(tmp_path).toggle("math.add")
    assert Shelf(tmp_path).favourites == ("math.add",)


def test_a_template_is_kept_and_placed_again(saved: MainWindow, palette: PalettePanel, tmp_path: Path) -> None:
    top = branch(palette, TEMPLATES)
    assert children(top) == ["Pair"]
    assert (tmp_path / "templates" / "Pair.json").is_file()
    assert top is not None
    palette.tree.itemActivated.emit(top.child(0), 0)
    graph = saved.editor.graph
    assert len(graph.nodes) == 4
    assert graph.value("number_2.value") == 7
    assert len(graph.links) == 2
    assert set(saved.editor.selection) == {"number_2", "negate_2"}
    saved.editor.undo()
    assert len(graph.nodes) == 2


def test_a_template_is_dropped_where_the_mouse_is(saved: MainWindow, palette: PalettePanel) -> None:
    top = branch(palette, TEMPLATES)
    assert top is not None
    mime = palette.tree.mimeData([top.child(0)])
    assert isinstance(mime, QMimeData)
    assert mime.hasFormat(NODES_MIME)
    at = QPoint(200, 150)
    assert gestures.drop(saved.canvas.view.viewport(), at, mime)
    corner = saved.canvas.view.to_viewport(saved.canvas.board.nodes[NodeId("number_2")].pos())
    assert (corner - at).manhattanLength() <= 2


def test_templates_are_found_by_name(saved: MainWindow, palette: PalettePanel) -> None:
    QTest.keyClicks(palette.search, "pai")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert len(saved.editor.graph.nodes) == 4


def test_templates_are_renamed_and_deleted(saved: MainWindow, palette: PalettePanel, tmp_path: Path) -> None:
    top = branch(palette, TEMPLATES)
    assert top is not None
    entry(palette, top.child(0), "Rename…")
    dialog = saved.findChild(QInputDialog, "templateDialog")
    assert dialog is not None
    dialog.setTextValue("Couple")
    dialog.accept()
    top = branch(palette, TEMPLATES)
    assert children(top) == ["Couple"]
    assert top is not None
    entry(palette, top.child(0), "Delete")
    assert branch(palette, TEMPLATES) is None
    assert list((tmp_path / "templates").iterdir()) == []


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    text = json.dumps({"nodes": []})
    assert [shelf.keep("a/b", text), shelf.keep("a b", text)] == ["a b", "a b 2"]


@pytest.mark.parametrize("text", ["", "[]", '{"blocks": 3}', "{"])
def test_files_that_cannot_be_read_are_told_and_do_no_harm(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "favourites.json").write_text(text)
    (tmp_path / "templates" / "odd.json").write_text(text)
    shelf = Shelf(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert shelf.favourites == ()
        assert shelf.templates == ()
    assert "odd.json" in caplog.text
    assert "favourites.json" in caplog.text


def test_usages_are_looked_for_from_the_palette(saved: MainWindow, palette: PalettePanel) -> None:
    entry(palette, find_block(palette, "math.number"), "Find usages")
    assert saved.panels.left_tabs.currentWidget() is not palette
