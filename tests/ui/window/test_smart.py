"""Run runs what must run, and says so; everything runs when a person wants that."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.window import MainWindow


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))


@pytest.fixture
def nodes(window: MainWindow) -> list[NodeId]:
    """Three slow nodes in a row."""
    ids = [window.editor.add_block("sample.slow", 260.0 * number, 0.0) for number in range(3)]
    assert None not in ids
    for before, after in pairwise(ids):
        source, target = (PortRef(NodeId(str(node)), PortName(name)) for node, name in ((before, "out"), (after, "x")))
        assert window.editor.link(source, target) is None
    for number, node in enumerate(ids):
        window.editor.set_value(NodeId(str(node)), "factor", 2 + number)
    return [NodeId(str(node)) for node in ids]


def _run(window: MainWindow, qtbot: QtBot, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    with qtbot.waitSignal(window.editor.run_finished, timeout=20000):
        QTest.keyClick(window, Qt.Key.Key_F5, modifier)


def _statuses(window: MainWindow, nodes: list[NodeId]) -> list[NodeStatus | None]:
    return [window.editor.runtime[node].status for node in nodes]


def test_second_run_takes_what_the_first_has_made(window: MainWindow, qtbot: QtBot, nodes: list[NodeId]) -> None:
    _run(window, qtbot)
    assert _statuses(window, nodes) == [NodeStatus.DONE] * 3
    _run(window, qtbot)
    assert _statuses(window, nodes) == [NodeStatus.CACHED] * 3
    assert "3 cached" in window.top_bar.run_bar.status_text
    assert window.editor.results[PortRef(nodes[2], PortName("out"))] == 24


def test_change_runs_what_comes_after_it_and_says_why(window: MainWindow, qtbot: QtBot, nodes: list[NodeId]) -> None:
    _run(window, qtbot)
    window.editor.set_value(nodes[1], "factor", 5)
    _run(window, qtbot)
    assert _statuses(window, nodes) == [NodeStatus.CACHED, NodeStatus.DONE, NodeStatus.DONE]
    assert window.editor.results[PortRef(nodes[2], PortName("out"))] == 40
    window.editor.select([nodes[1]])
    label = window.findChild(QLabel, "nodeCause")
    qtbot.waitUntil(lambda: label.text() == "factor changed from 3.0 to 5.0.")


def test_everything_runs_when_that_is_wanted(window: MainWindow, qtbot: QtBot, nodes: list[NodeId]) -> None:
    _run(window, qtbot)
    _run(window, qtbot, Qt.KeyboardModifier.AltModifier)
    assert _statuses(window, nodes) == [NodeStatus.DONE] * 3
