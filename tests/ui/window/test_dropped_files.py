"""Files of every kind that the library reads: the fitting reader appears where they are dropped."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from shtairir.block.registry import default_registry
from shtairir.document import Graph, save
from shtairir.ids import NodeId
from shtairir_assets.examples import FOLDER
from shtairir_ui.dropping import reader_for
from shtairir_ui.window import MainWindow
from tests.ui.gestures import drop, files_mime

READERS = {
    "x.png": "io.read_image",
    "x.JPG": "io.read_image",
    "x.tiff": "io.read_image",
    "x.csv": "io.read_csv",
    "x.tsv": "io.read_csv",
    "x.txt": "io.read_text",
    "x.md": "io.read_text",
    "x.log": "io.read_text",
    "x.html": "io.read_text",
    "x.json": "io.read_json",
    "x.jsonl": "json.read_lines",
    "x.parquet": "io.read_parquet",
    "x.wav": "io.read_audio",
    "x.flac": "io.read_audio",
    "x.npy": "io.read_array",
    "x.npz": "io.read_array",
    "x.sqlite": "database.tables",
    "x.zip": "file.unzip",
    "x.unheard-of": "file.read_bytes",
}


@pytest.mark.parametrize(("name", "block"), READERS.items())
def test_each_kind_of_file_has_its_reader(name: str, block: str, tmp_path: Path) -> None:
    found = reader_for(default_registry(), tmp_path / name)
    assert found is not None
    definition, port = found
    assert (definition.id, port.param.path) == (block, "open")


def test_a_folder_is_listed(tmp_path: Path) -> None:
    found = reader_for(default_registry(), tmp_path)
    assert found is not None
    assert found[0].id == "io.list_folder"


def test_readers_of_many_files_have_room_for_what_they_will_show(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    save(window.editor.present, tmp_path / "here.shtairir")
    files = [tmp_path / f"{name}.npy" for name in "abcdef"]
    for file in files:
        np.save(file, np.random.default_rng(1).random((64, 64)))
    assert drop(window.canvas.view.viewport(), QPoint(320, 200), files_mime(files))
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)
    items = list(window.canvas.board.nodes.values())
    qtbot.waitUntil(lambda: all(item.thumbnail is not None for item in items))
    assert not any(one.outline.intersects(other.outline) for one, other in combinations(items, 2))


def test_files_dropped_together_come_below_each_other_in_one_step(window: MainWindow, tmp_path: Path) -> None:
    save(window.editor.present, tmp_path / "here.shtairir")
    (tmp_path / "a.csv").write_text("x\n1\n")
    np.save(tmp_path / "b.npy", np.arange(3))
    viewport = window.canvas.view.viewport()
    at = QPoint(320, 200)
    assert drop(viewport, at, files_mime([tmp_path / "a.csv", tmp_path / "b.npy"]))
    nodes = window.editor.graph.nodes
    assert [(node.block, node.values) for node in nodes.values()] == [
        ("io.read_csv", {"path": "a.csv"}),
        ("io.read_array", {"path": "b.npy"}),
    ]
    first, second = nodes.values()
    where = window.canvas.view.to_scene(at)
    assert first.position == (round(where.x()), round(where.y()))
    assert second.position[1] > first.position[1]
    assert window.editor.selection == tuple(nodes)
    assert window.editor.graph.undo_label == "add 2 readers"
    window.editor.undo()
    assert not window.editor.graph.nodes


def test_a_picture_dropped_on_an_unsaved_graph_is_read_by_its_full_path(window: MainWindow) -> None:
    picture = FOLDER / "data" / "coins.png"
    viewport = window.canvas.view.viewport()
    assert drop(viewport, viewport.rect().center(), files_mime([picture]))
    assert window.editor.graph.nodes[NodeId("read_image")].values == {"path": picture.as_posix()}
    assert not [problem for problem in window.editor.problems if problem.code == "missing_file"]


def test_a_graph_among_the_files_opens(window: MainWindow, tmp_path: Path) -> None:
    path = save(Graph("other"), tmp_path / "other.shtairir")
    viewport = window.canvas.view.viewport()
    assert drop(viewport, viewport.rect().center(), files_mime([path]))
    assert window.editor.path == path
