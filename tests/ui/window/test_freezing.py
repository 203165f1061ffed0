"""To freeze nodes in the window."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from shtairir.document import Graph, SetFrozen
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.freezing import all_before
from shtairir_ui.staleness import stale_nodes
from shtairir_ui.window import MainWindow

CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def _chain(window: MainWindow, number: int) -> list[NodeId]:
    ids = [NodeId(str(window.editor.add_block("sample.slow", 260.0 * place, 0.0))) for place in range(number)]
    for before, after in pairwise(ids):
        assert window.editor.link(PortRef(before, PortName("out")), PortRef(after, PortName("x"))) is None
    return ids


def _frozen(window: MainWindow) -> list[str]:
    return [id for id, node in window.editor.graph.nodes.items() if node.frozen]


def test_key_freezes_what_is_selected_in_one_step_of_undo(window: MainWindow) -> None:
    nodes = _chain(window, 3)
    window.editor.select(nodes[:2])
    QTest.keyClick(window, Qt.Key.Key_F, CTRL_ALT)
    assert _frozen(window) == nodes[:2]
    assert window.actions_["freeze"].text() == "Un&freeze"
    window.editor.undo()
    assert _frozen(window) == []


def test_branch_before_a_node_is_frozen_and_thawed(window: MainWindow) -> None:
    nodes = _chain(window, 3)
    window.editor.select(nodes[2:])
    QTest.keyClick(window, Qt.Key.Key_F, CTRL_ALT | SHIFT)
    assert _frozen(window) == nodes[:2]
    QTest.keyClick(window, Qt.Key.Key_F, CTRL_ALT | SHIFT)
    assert _frozen(window) == []


def test_nothing_before_a_node_is_nothing_to_freeze(window: MainWindow) -> None:
    nodes = _chain(window, 2)
    window.editor.select(nodes[:1])
    assert not window.actions_["freeze_branch"].isEnabled()
    assert window.actions_["freeze"].isEnabled()


def test_run_takes_what_a_frozen_node_made_last(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))
    nodes = _chain(window, 3)
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)
    window.editor.select(nodes[1:2])
    QTest.keyClick(window, Qt.Key.Key_F, CTRL_ALT)
    window.editor.set_value(nodes[0], "factor", 9.0)
    qtbot.waitUntil(lambda: window.editor.runtime[nodes[0]].stale)
    assert not window.editor.runtime[nodes[1]].stale
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)
    frozen = window.editor.runtime[nodes[1]]
    assert frozen.status is NodeStatus.CACHED
    assert frozen.reason.startswith("Frozen")
    assert window.editor.results[PortRef(nodes[2], PortName("out"))] == 8.0


def test_all_that_a_node_depends_on_is_before_it() -> None:
    graph = Graph("diamond")
    for name in ("a", "b", "c", "d", "e"):
        graph.add("math.add", id=name)
    for source, target in (("a.out", "b.a"), ("a.out", "c.a"), ("b.out", "d.a"), ("c.out", "d.b"), ("d.out", "e.a")):
        graph.link(source, target)
    assert all_before(graph, [NodeId("d")]) == ("a", "b", "c")


def test_frozen_result_holds_whatever_changes_before_it_until_it_is_thawed() -> None:
    graph = Graph("row")
    for name in ("a", "b", "c"):
        graph.add("math.add", id=name)
    graph.link("a.out", "b.a")
    graph.link("b.out", "c.a")
    ran = graph.snapshot()
    graph.apply(SetFrozen((NodeId("b"),), True))
    graph.set("a.b", 3.0)
    assert stale_nodes(ran, graph.snapshot()) == {"a"}
    held = graph.snapshot()
    graph.apply(SetFrozen((NodeId("b"),), False))
    assert stale_nodes(held, graph.snapshot()) == {"b", "c"}
