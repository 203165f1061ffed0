"""Blocks change under an open window: files that are saved, broken and mended, and packs that come and go."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from shtairir.block import aside
from shtairir.block.registry import Registry
from shtairir.document.edits import RemoveLinks
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.editor import Editor
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow
from tests.ui.window.conftest import forget_changes

GATE = threading.Event()
STARTED = threading.Event()

BLOCK = '''
from typing import NamedTuple
from shtairir.block import block


class Result(NamedTuple):
    {out}: float


@block(category="Mine", id="mine.scale"{declared})
def scale({arguments}) -> Result:
    """Scale a number."""
    return Result({body})
'''
HELD = "__import__('tests.ui.window.test_hot_reload', fromlist=['x']).held(x)"


def held(x: float) -> float:
    """Wait inside a block until the test lets it go."""
    STARTED.set()
    GATE.wait(30)
    return x


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of blocks."""
    folder = tmp_path / "blocks"
    folder.mkdir()
    return folder


@pytest.fixture
def save_block(folder: Path) -> Callable[..., Path]:
    """Save the file with the block, as an editor does."""

    def save(arguments: str = "x: float = 1.0", body: str = "2 * x", out: str = "value", declared: str = "") -> Path:
        file, text = folder / "scale.py", BLOCK
        for mark, words in {"arguments": arguments, "body": body, "out": out, "declared": declared}.items():
            text = text.replace(f"{{{mark}}}", words)
        (folder / "scale.tmp").write_text(text, encoding="utf-8")
        return (folder / "scale.tmp").replace(file)

    return save


@pytest.fixture
def window(qtbot: QtBot, folder: Path, save_block: Callable[..., Path], settings: Settings) -> Iterator[MainWindow]:
    """A window with the block in its palette and two nodes linked to one of it."""
    GATE.clear()
    STARTED.clear()
    logging.getLogger("shtairir.block.registry").setLevel(logging.CRITICAL)
    save_block()
    window = MainWindow(Editor(registry=Registry(folders=[folder])), settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    qtbot.waitExposed(window)
    graph = window.editor.graph
    graph.add("math.number", id="three", value=3)
    graph.add("mine.scale", id="scale", position=(240, 0))
    graph.add("math.add", id="sum", position=(480, 0), b=1)
    graph.link("three.out", "scale.x")
    graph.link("scale.value", "sum.a")
    yield window
    GATE.set()
    window.editor.stop()
    qtbot.waitUntil(lambda: not window.editor.is_running)
    logging.getLogger("shtairir.block.registry").setLevel(logging.NOTSET)


def codes(window: MainWindow) -> list[str]:
    return [problem.code for problem in window.editor.problems]


def result_of(window: MainWindow, qtbot: QtBot) -> object:
    """Press Run and return what comes out."""
    with qtbot.waitSignal(window.editor.run_finished) as finished:
        QTest.keyClick(window, Qt.Key.Key_F5)
    return finished.args[0]["sum.out"]


def ports(window: MainWindow, side: str) -> list[str]:
    face = window.canvas.board.nodes[NodeId("scale")].face
    return [port.name for port in (face.inputs if side == "in" else face.outputs)]


LINK = PortRef(NodeId("scale"), PortName("x"))
AFTER = PortRef(NodeId("sum"), PortName("a"))


def test_a_saved_change_is_what_the_next_run_does(
    window: MainWindow, save_block: Callable[..., Path], qtbot: QtBot
) -> None:
    assert result_of(window, qtbot) == 7
    with qtbot.waitSignal(window.editor.blocks_changed):
        save_block(body="10 * x")
    assert result_of(window, qtbot) == 31


def test_a_link_to_a_port_that_is_gone_stays_and_heals(
    window: MainWindow, save_block: Callable[..., Path], qtbot: QtBot
) -> None:
    board = window.canvas.board
    save_block(arguments="number: float = 1.0, size: float = 2.0", body="number * size")
    qtbot.waitUntil(lambda: "unknown_port" in codes(window))
    (problem,) = [problem for problem in window.editor.problems if problem.code == "unknown_port"]
    assert "'scale' has no input 'x'" in problem.message
    assert "It has number, size." in (problem.fix or "")
    assert isinstance(problem.edit, RemoveLinks)
    assert LINK in window.editor.graph.links
    assert board.links[LINK].broken
    assert not board.links[AFTER].broken
    assert "x" in ports(window, "in")
    save_block(arguments="x: float = 1.0, size: float = 2.0", body="x * size")
    qtbot.waitUntil(lambda: codes(window) == [])
    assert not board.links[LINK].broken
    assert result_of(window, qtbot) == 7


def test_a_link_from_an_output_that_is_gone_is_shown_as_broken(
    window: MainWindow, save_block: Callable[..., Path], qtbot: QtBot
) -> None:
    board = window.canvas.board
    save_block(out="product")
    qtbot.waitUntil(lambda: "unknown_port" in codes(window))
    qtbot.waitUntil(lambda: board.links[AFTER].broken)
    assert not board.links[LINK].broken
    assert ports(window, "out") == ["product", "value"]
    save_block(out="value")
    qtbot.waitUntil(lambda: not board.links[AFTER].broken)


def test_links_follow_a_port_that_is_called_otherwise(
    window: MainWindow, save_block: Callable[..., Path], qtbot: QtBot
) -> None:
    save_block(arguments="number: float = 1.0", body="5 * number", declared=", renamed={'x': 'number'}")
    qtbot.waitUntil(lambda: PortRef(NodeId("scale"), PortName("number")) in window.editor.graph.links)
    assert result_of(window, qtbot) == 16
    assert window.editor.graph.undo_label == "bring nodes up to date"


def test_a_file_broken_in_mid_edit_keeps_its_nodes_and_tells_the_line(
    window: MainWindow, save_block: Callable[..., Path], folder: Path, qtbot: QtBot
) -> None:
    (folder / "scale.py").write_text("from shtairir.block import block\n\n@block(\n", encoding="utf-8")
    qtbot.waitUntil(lambda: "block_outdated" in codes(window))
    (problem,) = window.editor.problems
    assert "Line 3: SyntaxError" in (problem.fix or "")
    assert ports(window, "in") == ["x"]
    assert window.editor.definition(NodeId("scale")) is not None
    listed = window.panels.problems.list
    texts = [listed.topLevelItem(row).text(0) for row in range(listed.topLevelItemCount())]
    assert any(text.startswith(f"The blocks of {folder / 'scale.py'} cannot be used.") for text in texts)
    save_block(body="4 * x")
    qtbot.waitUntil(lambda: codes(window) == [])
    assert result_of(window, qtbot) == 13
    assert listed.topLevelItemCount() == 0


def test_a_node_that_runs_ends_with_the_code_it_began_with(
    window: MainWindow, save_block: Callable[..., Path], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.editor.blocks_changed):
        save_block(body=f"{HELD} + 100")
    with qtbot.waitSignal(window.editor.run_finished) as finished:
        QTest.keyClick(window, Qt.Key.Key_F5)
        qtbot.waitUntil(STARTED.is_set)
        with qtbot.waitSignal(window.editor.blocks_changed):
            save_block(body="x")
        assert window.editor.is_running
        GATE.set()
    assert finished.args[0]["sum.out"] == 104
    assert result_of(window, qtbot) == 4


def test_a_file_that_is_removed_leaves_its_nodes_as_they_are(
    window: MainWindow, save_block: Callable[..., Path], qtbot: QtBot
) -> None:
    file = save_block()
    file.unlink()
    qtbot.waitUntil(lambda: "missing_block" in codes(window))
    assert len(window.editor.graph.links) == 2
    save_block()
    qtbot.waitUntil(lambda: codes(window) == [])


def palette_ids(window: MainWindow) -> list[str]:
    return [str(definition.id) for definition in window.editor.registry.search("doubled")]


def test_a_pack_that_is_installed_appears_in_a_window_that_is_open(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    qtbot.waitUntil(lambda: window.editor.registry._installs is not None)
    install(site)
    shown: list[str] = []
    window.editor.blocks_changed.connect(lambda: shown.append(""))
    qtbot.waitUntil(lambda: "astral.doubled" in palette_ids(window))
    qtbot.waitUntil(lambda: bool(shown))
    panel = window.panels.palette_panel
    QTest.keyClicks(panel.search, "doubled")
    qtbot.waitUntil(lambda: panel.tree.topLevelItemCount() > 0 and panel.tree.topLevelItem(0).text(0) == "Doubled")
    for file in sorted(site.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    qtbot.waitUntil(lambda: "astral.doubled" not in palette_ids(window))
    sys.modules.pop("astral_blocks", None)


def install(site: Path) -> None:
    """Lay a pack out as pip does."""
    (site / "astral_blocks.py").write_text(
        "from shtairir.block import block\n\n"
        "@block(category='Astral')\n"
        "def doubled(x: float = 1.0) -> float:\n"
        "    '''Twice a number.'''\n"
        "    return 2 * x\n",
        encoding="utf-8",
    )
    info = site / "astral_blocks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: astral-blocks\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[shtairir.blocks]\nastral = astral_blocks\n", encoding="utf-8")


def test_disabled_packs_are_listed_with_what_to_do(
    qtbot: QtBot, folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(aside, "PATIENCE_S", 0.5)
    (folder / "asleep.py").write_text("import time\ntime.sleep(3600)\n", encoding="utf-8")
    window = MainWindow(Editor(registry=Registry(folders=[folder])), settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    listed = window.panels.problems.list
    qtbot.waitUntil(lambda: listed.topLevelItemCount() == 1)
    row = listed.topLevelItem(0)
    assert "asleep.py cannot be used. It is disabled, because its import did not come to its end" in row.text(0)
    assert "shtairir blocks --enable asleep.py" in row.text(2)


def test_a_graph_of_older_days_is_brought_up_to_date_when_it_is_opened_and_written_when_it_is_saved(
    window: MainWindow, save_block: Callable[..., Path], tmp_path: Path, qtbot: QtBot
) -> None:
    window.editor.new()
    declared = ", version=2, migrations={1: lambda values: {'size': 10 * values['x']}}, aliases=('mine.older',)"
    with qtbot.waitSignal(window.editor.blocks_changed):
        save_block(arguments="size: float = 1.0", body="size", declared=declared)
    file = tmp_path / "older.shtairir"
    node = {"id": "scale", "block": "mine.older", "block_version": 1, "values": {"x": 4}, "position": [0, 0]}
    file.write_text(json.dumps({"format": "shtairir-graph", "version": 1, "nodes": [node]}), encoding="utf-8")
    window.files.open_path(file)
    listed = window.panels.problems.list
    assert codes(window) == ["migrated"]
    assert "brought to version 2" in listed.topLevelItem(0).text(0)
    assert not window.editor.is_modified
    assert ports(window, "in") == []
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: codes(window) == [])
    (written,) = json.loads(file.read_text(encoding="utf-8"))["nodes"]
    assert (written["block"], written["block_version"], written["values"]) == ("mine.scale", 2, {"size": 40})
