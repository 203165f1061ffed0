"""Live mode: a change runs what it outdates, and nothing else."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from shtairir.block.registry import Registry
from shtairir.document import Graph
from shtairir.errors import PlanningError
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.live import due_nodes
from shtairir_ui.runtime import NodeRuntime
from shtairir_ui.window import MainWindow
from tests.ui.window.conftest import GATE


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))


def _chain(window: MainWindow, *blocks: str) -> list[NodeId]:
    ids = [NodeId(str(window.editor.add_block(block, 260.0 * number, 0.0))) for number, block in enumerate(blocks)]
    for before, after in pairwise(ids):
        assert window.editor.link(PortRef(before, PortName("out")), PortRef(after, PortName("x"))) is None
    return ids


def _switch(window: MainWindow) -> None:
    QTest.mouseClick(window.findChild(QToolButton, "liveButton"), Qt.MouseButton.LeftButton)


def _value(window: MainWindow, node: NodeId) -> object:
    return window.editor.results.get(PortRef(node, PortName("out")))


def test_switching_it_on_makes_what_is_not_there(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _chain(window, "sample.slow", "sample.slow")
    _switch(window)
    assert window.actions_["live"].isChecked()
    qtbot.waitUntil(lambda: _value(window, nodes[1]) == 4.0)


def test_change_runs_its_dependants_only(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _chain(window, "sample.slow", "sample.slow", "sample.slow")
    _switch(window)
    qtbot.waitUntil(lambda: _value(window, nodes[2]) == 8.0 and not window.editor.is_running)
    begun: list[NodeId] = []
    window.editor.events_arrived.connect(
        lambda events: begun.extend(event.node for event in events if type(event).__name__ == "NodeStarted")
    )
    window.editor.set_value(nodes[1], "factor", 5.0)
    qtbot.waitUntil(lambda: _value(window, nodes[2]) == 20.0 and not window.editor.is_running)
    assert begun == nodes[1:]


def test_row_of_changes_ends_with_the_last_value(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _chain(window, "sample.slow", "sample.slow")
    _switch(window)
    for value in range(60):
        window.editor.set_value(nodes[0], "factor", float(value), merge="drag")
        qtbot.wait(5)
    qtbot.waitUntil(lambda: _value(window, nodes[1]) == 118.0 and not window.editor.is_running)


def test_run_that_a_change_outdates_is_cancelled(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _chain(window, "sample.hold")
    _switch(window)
    qtbot.waitUntil(lambda: window.editor.runtime.get(nodes[0], NodeRuntime()).status is NodeStatus.RUNNING)
    ends: list[object] = []
    window.editor.run_finished.connect(lambda result: ends.append(result.status.value))
    window.editor.set_value(nodes[0], "x", 7.0)
    qtbot.waitUntil(lambda: ends == ["cancelled"])
    GATE.set()
    qtbot.waitUntil(lambda: _value(window, nodes[0]) == 7.0)


def test_what_has_an_effect_waits_for_a_person(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _chain(window, "sample.slow", "sample.mail", "sample.slow")
    _switch(window)
    qtbot.waitUntil(lambda: _value(window, nodes[0]) == 2.0 and not window.editor.is_running)
    assert nodes[1] not in window.editor.runtime
    assert nodes[2] not in window.editor.runtime


def test_moving_a_node_runs_nothing(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _chain(window, "sample.slow")
    _switch(window)
    qtbot.waitUntil(lambda: _value(window, nodes[0]) == 2.0 and not window.editor.is_running)
    runs: list[None] = []
    window.editor.run_started.connect(lambda: runs.append(None))
    window.editor.move({nodes[0]: (300.0, 40.0)})
    qtbot.wait(200)
    assert runs == []


def test_quick_look_comes_first_and_the_real_value_after_it(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _chain(window, "sample.fine", "sample.slow")
    window.editor.set_value(nodes[0], "factor", 1.25)
    seen: list[object] = []
    window.editor.run_finished.connect(
        lambda _result: seen.append((_value(window, nodes[1]), window.editor.runtime[nodes[1]].coarse))
    )
    _switch(window)
    qtbot.waitUntil(lambda: len(seen) == 2 and not window.editor.is_running)
    assert seen == [(2.0, True), (2.5, False)]


def test_real_value_follows_also_where_something_waits_for_a_person(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _chain(window, "sample.fine", "sample.mail")
    GATE.set()
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)
    _switch(window)
    runs: list[None] = []
    window.editor.run_started.connect(lambda: runs.append(None))
    window.editor.set_value(nodes[0], "factor", 1.25)
    qtbot.waitUntil(lambda: _value(window, nodes[0]) == 1.25 and not window.editor.is_running)
    qtbot.wait(700)
    assert len(runs) == 2  # the quick look and the real value, and then it is quiet
    assert window.editor.runtime[nodes[1]].stale


def test_run_that_a_person_stopped_is_not_begun_again(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _chain(window, "sample.hold")
    _switch(window)
    qtbot.waitUntil(lambda: window.editor.runtime.get(nodes[0], NodeRuntime()).status is NodeStatus.RUNNING)
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.stop()
    qtbot.wait(300)
    assert not window.editor.is_running


def test_refused_run_is_not_tried_over_and_over(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _chain(window, "sample.slow")

    def refuse(*_args: object, **_how: object) -> None:
        raise PlanningError("There is no plan.")

    monkeypatch.setattr("shtairir.start", refuse)
    refused: list[object] = []
    window.editor.run_refused.connect(refused.append)
    _switch(window)
    qtbot.waitUntil(lambda: len(refused) == 1)
    qtbot.wait(400)
    assert len(refused) == 1


def test_nodes_with_errors_keep_only_their_own_branch_from_running(registry: Registry) -> None:
    graph = Graph("two branches")
    for name in ("a", "b", "c"):
        graph.add("sample.slow", id=name)
    graph.link("b.out", "c.x")
    due = due_nodes(graph.snapshot(), registry, {}, {NodeId("b")})
    assert due == (NodeId("a"),)


def test_what_failed_is_not_tried_again_until_something_changes(registry: Registry) -> None:
    graph = Graph("failing")
    graph.add("sample.broken", id="a")
    failed = NodeRuntime(status=NodeStatus.FAILED)
    assert due_nodes(graph.snapshot(), registry, {NodeId("a"): failed}, ()) == ()
    changed = NodeRuntime(status=NodeStatus.FAILED, stale=True)
    assert due_nodes(graph.snapshot(), registry, {NodeId("a"): changed}, ()) == (NodeId("a"),)
