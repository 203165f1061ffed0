"""Files that a graph reads and that have moved: found together, and set in one step."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from shtairir.block.registry import default_registry
from shtairir.document import Graph, save
from shtairir_ui.askbar import AskBar
from shtairir_ui.missingfiles import found_below, missing_files, moved_along, relink
from shtairir_ui.relinkdialog import RelinkDialog
from shtairir_ui.window import MainWindow


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A graph that reads two tables and a picture, which then all moved into another folder."""
    folder = tmp_path / "project"
    data = folder / "data"
    (data / "deep").mkdir(parents=True)
    for name in ("a.csv", "deep/b.csv"):
        (data / name).write_text("x\n1\n")
    shutil.copy(Path(__file__), data / "c.png")
    graph = Graph("reads")
    graph.path = folder / "reads.shtairir"
    inner = graph.add_subgraph("inner")
    inner.add("io.read_csv", id="b", path="data/deep/b.csv")
    graph.add("io.read_csv", id="a", path="data/a.csv")
    graph.add("io.read_image", id="c", path="data/c.png")
    graph.add("subgraph.inner", id="inside")
    path = save(graph)
    data.rename(tmp_path / "elsewhere")
    return path


def test_what_is_missing_is_found_in_definitions_too(project: Path) -> None:
    from shtairir.document import load

    missing = missing_files(load(project).snapshot(), default_registry())
    assert {(one.scope, one.node, one.path.name) for one in missing} == {
        (None, "a", "a.csv"),
        (None, "c", "c.png"),
        ("inner", "b", "b.csv"),
    }


def test_who_knows_one_place_knows_those_that_moved_along(tmp_path: Path, project: Path) -> None:
    old, new = project.parent / "data", tmp_path / "elsewhere"
    others = [old / "a.csv", old / "deep" / "b.csv", old / "c.png"]
    assert moved_along({old / "a.csv": new / "a.csv"}, others) == {
        old / "deep" / "b.csv": new / "deep" / "b.csv",
        old / "c.png": new / "c.png",
    }


def test_a_search_finds_them_by_name(tmp_path: Path, project: Path) -> None:
    old = project.parent / "data"
    found = found_below(tmp_path, [old / "deep" / "b.csv", old / "nowhere.csv"])
    assert found == {old / "deep" / "b.csv": tmp_path / "elsewhere" / "deep" / "b.csv"}


def test_one_of_a_list_of_files_is_set_and_the_rest_of_the_list_stays(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text("x\n1\n")
    graph = Graph()
    graph.path = tmp_path / "g.shtairir"
    graph.add("database.duckdb", id="db", files=["one.csv", "gone/two.csv"])
    path = save(graph)
    missing = missing_files(graph.snapshot(), default_registry())
    assert [one.index for one in missing] == [1]
    assert relink(graph, missing, {missing[0].path: path.parent / "two.csv"}) == 1
    assert graph.value("db.files") == ["one.csv", "two.csv"]


def test_the_window_says_it_and_one_answer_mends_all_in_one_step(
    window: MainWindow, project: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.open_path(project)
    bar = window.findChild(AskBar, "relinkBar")
    qtbot.waitUntil(lambda: not bar.isHidden())
    assert bar.text == "3 files that this graph reads cannot be found."
    QTest.mouseClick(bar.button("relinkFind"), Qt.MouseButton.LeftButton)
    dialog = window.findChild(RelinkDialog)
    rows = [dialog.list.topLevelItem(row) for row in range(3)]
    assert {(row.text(0), row.text(3)) for row in rows} == {
        ("a.csv", "not found"),
        ("b.csv", "not found"),
        ("c.png", "not found"),
    }
    assert not dialog.apply_button.isEnabled()
    dialog.list.setCurrentItem(next(row for row in rows if row.text(0) == "a.csv"))
    chosen = tmp_path / "elsewhere" / "a.csv"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(chosen), ""))
    QTest.mouseClick(dialog.locate_button, Qt.MouseButton.LeftButton)
    assert "3 found" in dialog.words.text()
    QTest.mouseClick(dialog.apply_button, Qt.MouseButton.LeftButton)
    root = window.editor.root
    assert root.value("a.path") == "../elsewhere/a.csv"
    assert root.subgraphs["inner"].value("b.path") == "../elsewhere/deep/b.csv"
    qtbot.waitUntil(lambda: not [one for one in window.editor.problems if one.code == "missing_file"])
    assert bar.isHidden()
    assert root.undo_label == "find 3 files"
    window.editor.undo()
    assert root.value("a.path") == "data/a.csv"


def test_a_folder_is_searched_on_a_worker(
    window: MainWindow, project: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.open_path(project)
    qtbot.waitUntil(window.actions_["relink"].isEnabled)
    window.actions_["relink"].trigger()
    dialog = window.findChild(RelinkDialog)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    QTest.mouseClick(dialog.search_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.apply_button.isEnabled)
    assert "3 found" in dialog.words.text()
    dialog.reject()
