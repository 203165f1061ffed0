"""Pictures of the canvas, which carry the graph and open back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from shtairir.document import load
from shtairir.document.pictures import carries_graph
from shtairir.errors import DocumentFormatError
from shtairir_assets.examples import list_examples
from shtairir_ui.canvas.picture import MARGIN, MOST_PIXELS, picture_size
from shtairir_ui.features.picture import CARRY
from shtairir_ui.picturedialog import PictureDialog
from shtairir_ui.window import MainWindow
from tests.ui.gestures import drop, files_mime

COINS = list_examples()[0].path


def exported(window: MainWindow, path: Path, qtbot: QtBot) -> Path:
    """Export to a file by File > Export."""
    with qtbot.waitSignal(window.files.succeeded):
        window.files.export_to(path)
    return path


def test_a_picture_shows_the_whole_graph_and_opens_back(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.files.open_path(COINS)
    picture = exported(window, tmp_path / "coins.png", qtbot)
    image, extent = QImage(str(picture)), window.canvas.board.extent()
    assert image.width() == pytest.approx(2 * (extent.width() + 2 * MARGIN), abs=1)
    window.editor.new()
    window.files.open_path(picture)
    assert list(window.editor.graph.nodes) == list(load(COINS).nodes)
    assert window.editor.path is None, "to save must never write a graph over the picture"
    missing = [problem for problem in window.editor.problems if problem.code == "missing_file"]
    assert not missing, "paths mean the same files, wherever the picture lies"


def test_a_picture_dropped_on_the_canvas_opens_too(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.files.open_path(COINS)
    picture = exported(window, tmp_path / "coins.png", qtbot)
    window.editor.new()
    viewport = window.canvas.view.viewport()
    assert drop(viewport, viewport.rect().center(), files_mime([picture]))
    assert list(window.editor.graph.nodes) == list(load(COINS).nodes)


def test_who_wants_it_so_gives_away_no_graph(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.files.open_path(COINS)
    window.settings.set_value(CARRY, False)
    picture = exported(window, tmp_path / "coins.png", qtbot)
    assert not carries_graph(picture)
    with pytest.raises(DocumentFormatError, match="carries no graph"):
        load(picture)
    window.editor.new()
    viewport = window.canvas.view.viewport()
    assert drop(viewport, viewport.rect().center(), files_mime([picture]))
    assert "read_image" in window.editor.graph.nodes, "a picture like any other is read as one"


def test_what_is_selected_is_not_seen_in_the_picture(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.files.open_path(COINS)
    plain = QImage(str(exported(window, tmp_path / "plain.png", qtbot)))
    window.editor.select_all()
    chosen = QImage(str(exported(window, tmp_path / "chosen.png", qtbot)))
    assert plain == chosen
    assert len(window.editor.selection) == len(window.editor.graph.nodes)


def test_a_drawing_holds_the_titles_as_text(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.files.open_path(COINS)
    drawing = exported(window, tmp_path / "coins.svg", qtbot).read_text(encoding="utf-8")
    assert drawing.startswith("<?xml")
    assert "<text" in drawing


def test_the_dialog_asks_what_and_how_large(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.open_path(COINS)
    window.editor.select(list(window.editor.graph.nodes)[:1])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "one"), ""))
    window.actions_["export_picture"].trigger()
    dialog = window.findChild(PictureDialog)
    assert [dialog.area.itemData(row) for row in range(dialog.area.count())] == ["all", "selection", "sight"]
    dialog.area.setCurrentIndex(1)
    dialog.scale.setCurrentIndex(0)
    size = picture_size(window.canvas.board.extent(window.editor.selection), 1)
    assert dialog.facts.text() == f"{size.width():,} × {size.height():,} pixels"
    assert dialog.carry.isChecked()
    QTest.keyClick(dialog.carry, Qt.Key.Key_Space)
    with qtbot.waitSignal(window.files.succeeded):
        QTest.mouseClick(dialog.findChild(QPushButton, "pictureExport"), Qt.MouseButton.LeftButton)
    assert QImage(str(tmp_path / "one.png")).size() == size
    assert not carries_graph(tmp_path / "one.png")


def test_a_picture_of_a_huge_graph_is_made_smaller() -> None:
    size = picture_size(QRectF(0, 0, 100_000, 50_000), 3)
    assert size.width() * size.height() <= MOST_PIXELS * 1.001
