"""Run, Stop, and what is told of a run."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QTreeWidget
from pytestqt.qtbot import QtBot

from shtairir.events import NodeStatus, RunStatus
from shtairir.execute.attempts import Attempts
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.results import RunResult
from shtairir.validation import Problem
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.problems import PROBLEM
from shtairir_ui.window import MainWindow

from .conftest import GATE


def press(window: MainWindow, name: str) -> None:
    button = window.findChild(QPushButton, name)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def run_and_wait(window: MainWindow, qtbot: QtBot) -> RunResult:
    with qtbot.waitSignal(window.editor.run_finished, timeout=20000) as finished:
        press(window, "runButton")
    result = finished.args[0]
    assert isinstance(result, RunResult)
    return result


def chain(window: MainWindow, *blocks: str) -> list[NodeId]:
    """Place blocks and link each one's result to the next one's x."""
    ids = [window.editor.add_block(block, 200.0 * index, 0.0) for index, block in enumerate(blocks)]
    for before, after in pairwise(ids):
        refusal = window.editor.link(PortRef(before, PortName("out")), PortRef(after, PortName("x")))
        assert refusal is None
    return ids


def test_every_node_is_done_and_its_value_is_kept(window: MainWindow, qtbot: QtBot) -> None:
    number, talk = chain(window, "math.number", "sample.talk")
    window.editor.set_value(number, "value", 4)
    result = run_and_wait(window, qtbot)
    assert result.status is RunStatus.DONE
    assert {state.status for state in window.editor.runtime.values()} == {NodeStatus.DONE}
    assert window.editor.results[PortRef(talk, PortName("out"))] == 4
    assert window.top_bar.run_bar.status_text.startswith("Done in ")
    assert "2 nodes" in window.top_bar.run_bar.status_text


def test_f5_and_ctrl_enter_run(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "math.number")
    with qtbot.waitSignal(window.editor.run_finished, timeout=20000):
        QTest.keyClick(window, Qt.Key.Key_F5)
    with qtbot.waitSignal(window.editor.run_finished, timeout=20000):
        QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize("later_s", [0.0, 0.02, 0.1, 0.3])
def test_a_stop_before_the_window_knows_of_the_run_is_heeded(window: MainWindow, qtbot: QtBot, later_s: float) -> None:
    chain(window, "sample.hold", "sample.talk")
    with qtbot.waitSignal(window.editor.run_finished, timeout=20000) as finished:
        press(window, "runButton")
        time.sleep(later_s)  # the run's thread goes on meanwhile, and what it says waits for this one
        press(window, "stopButton")
    assert finished.args[0].status is RunStatus.CANCELLED


@pytest.mark.parametrize("way", ["button", "escape", "shift-f5"])
def test_stop_ends_the_run(window: MainWindow, qtbot: QtBot, way: str) -> None:
    chain(window, "sample.hold", "sample.talk")
    window.canvas.setFocus()
    press(window, "runButton")
    qtbot.waitUntil(lambda: window.editor.runtime.get(NodeId("hold")) is not None)
    qtbot.waitUntil(lambda: window.editor.runtime[NodeId("hold")].progress == 0.5)
    assert window.editor.runtime[NodeId("hold")].message == "half way"
    with qtbot.waitSignal(window.editor.run_finished, timeout=10000) as finished:
        if way == "button":
            press(window, "stopButton")
        elif way == "escape":
            QTest.keyClick(window.canvas.view, Qt.Key.Key_Escape)
        else:
            QTest.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    assert finished.args[0].status is RunStatus.CANCELLED
    assert window.editor.runtime[NodeId("hold")].status is NodeStatus.CANCELLED
    assert window.top_bar.run_bar.status_text.startswith("Stopped after ")


def test_the_bar_tells_how_far_the_run_is(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "sample.hold")
    run_button, stop_button = (window.findChild(QPushButton, name) for name in ("runButton", "stopButton"))
    assert not stop_button.isEnabled()
    press(window, "runButton")
    assert not run_button.isEnabled()
    assert stop_button.isEnabled()
    qtbot.waitUntil(lambda: "0 of 1 node" in window.top_bar.run_bar.status_text)
    with qtbot.waitSignal(window.editor.run_finished, timeout=10000):
        GATE.set()
    assert run_button.isEnabled()
    assert not stop_button.isEnabled()


def test_editing_goes_on_while_a_run_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    (hold,) = chain(window, "sample.hold")
    window.editor.set_value(hold, "x", 3)
    press(window, "runButton")
    qtbot.waitUntil(lambda: window.editor.runtime.get(hold) is not None)
    window.editor.set_value(hold, "x", 5)
    with qtbot.waitSignal(window.editor.run_finished, timeout=10000):
        GATE.set()
    assert window.editor.results[PortRef(hold, PortName("out"))] == 3, "the run has the graph as it was"
    assert window.editor.runtime[hold].stale


def test_a_changed_value_makes_results_stale_and_undo_makes_them_fresh(window: MainWindow, qtbot: QtBot) -> None:
    number, talk = chain(window, "math.number", "sample.talk")
    run_and_wait(window, qtbot)
    window.editor.set_value(number, "value", 9)
    qtbot.waitUntil(lambda: window.editor.runtime[talk].stale)
    window.editor.undo()
    qtbot.waitUntil(lambda: not window.editor.runtime[talk].stale)


def test_a_failure_is_told_on_the_node_in_the_inspector_and_in_the_log(window: MainWindow, qtbot: QtBot) -> None:
    broken, talk = chain(window, "sample.broken", "sample.talk")
    result = run_and_wait(window, qtbot)
    assert result.status is RunStatus.FAILED
    state = window.editor.runtime[broken]
    assert state.failure is not None
    assert state.failure.code is not None
    assert "x / 0" in state.failure.code.text
    assert window.editor.runtime[talk].status is NodeStatus.SKIPPED
    assert "1 failed · 1 skipped" in window.top_bar.run_bar.status_text
    window.editor.select((broken,))
    page = window.panels.inspector.node_page
    page.tabs.setCurrentWidget(page.outcome)
    text = page.outcome.toPlainText()
    assert "division by zero" in text
    assert "x / 0" in text
    assert "Skipped because of it" in text
    assert "division by zero" in window.panels.log.text


def test_a_failure_is_a_problem_until_its_inputs_change(window: MainWindow, qtbot: QtBot) -> None:
    broken, _talk = chain(window, "sample.broken", "sample.talk")
    run_and_wait(window, qtbot)
    problems = window.panels.problems.list
    texts = [problems.topLevelItem(row).text(0) for row in range(problems.topLevelItemCount())]
    assert texts == [f"'{broken}' failed: float division by zero"]
    assert window.panels.bottom.tabText(0) == "Problems (1)"
    window.editor.set_value(broken, "x", 2.0)
    qtbot.waitUntil(lambda: problems.topLevelItemCount() == 0)


def test_the_keyboard_stays_where_it_was_through_a_run(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "sample.hold", "sample.talk")
    bar = window.top_bar.run_bar
    window.canvas.setFocus()
    press(window, "runButton")
    assert window.focusWidget() is window.canvas.view
    bar.stop_button.setFocus()
    with qtbot.waitSignal(window.editor.run_finished, timeout=20000):
        QTest.keyClick(bar.stop_button, Qt.Key.Key_Space)
    assert window.focusWidget() is bar.run_button


def test_an_empty_graph_is_not_called_ready(window: MainWindow) -> None:
    page = window.panels.problems.findChild(EmptyState)
    texts = lambda: " ".join(label.text() for label in page.findChildren(QLabel))  # noqa: E731 - asked twice
    assert "empty" in texts()
    window.editor.add_block("math.number", 0, 0)
    assert "ready to run" in texts()
    window.editor.new()
    assert "empty" in texts()


def test_a_fault_of_the_engine_itself_is_told_and_leaves_nothing_running(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_about: object) -> None:
        raise RuntimeError("a fault put in for this test")

    monkeypatch.setattr(Attempts, "tell_finished", fault)
    chain(window, "math.number", "sample.talk", "sample.slow")
    window.editor.add_block("sample.picture", 0, 200)
    with qtbot.waitSignal(window.editor.run_refused, timeout=20000):
        press(window, "runButton")
    unsettled = (NodeStatus.WAITING, NodeStatus.RUNNING)
    assert [node for node, state in window.editor.runtime.items() if state.status in unsettled] == []
    rows = window.panels.problems.list
    told = [(rows.topLevelItem(row).text(0), rows.topLevelItem(row).text(2)) for row in range(rows.topLevelItemCount())]
    assert any("broke off" in what and "a fault put in for this test" in fix for what, fix in told)


def test_a_graph_with_errors_does_not_run_and_shows_its_problems(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.add_block("image.gaussian_blur", 0, 0)
    window.panels.bottom.setCurrentWidget(window.panels.log)
    with qtbot.waitSignal(window.editor.run_refused, timeout=10000):
        press(window, "runButton")
    assert window.panels.bottom.currentWidget() is window.panels.problems
    assert window.top_bar.run_bar.status_text == "Not run: see Problems"
    assert window.panels.problems.list.topLevelItemCount() == 1
    assert not window.editor.is_running


def test_problems_follow_the_graph_and_a_click_goes_to_the_node(window: MainWindow, qtbot: QtBot) -> None:
    problems = window.findChild(QTreeWidget, "problemsList")
    blur = window.editor.add_block("image.gaussian_blur", 0, 0)
    window.editor.add_block("math.number", 400, 0)
    qtbot.waitUntil(lambda: problems.topLevelItemCount() == 1)
    assert window.panels.bottom.tabText(0) == "Problems (1)"
    place = problems.visualItemRect(problems.topLevelItem(0)).center()
    QTest.mouseClick(problems.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.editor.selection == (blur,)
    window.editor.remove((blur,))
    qtbot.waitUntil(lambda: problems.topLevelItemCount() == 0)
    assert window.panels.bottom.tabText(0) == "Problems"


def test_a_button_that_takes_something_away_says_so(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "sample.talk", "sample.talk")
    window.editor.add_block("math.number", 0, 300)
    qtbot.waitUntil(lambda: bool(window.panels.problems.findChildren(QToolButton, "fixButton")))
    assert window.panels.problems.findChildren(QToolButton, "fixButton")[0].text() == "Remove"


def test_a_problem_with_a_mend_is_mended_by_its_button(window: MainWindow, qtbot: QtBot) -> None:
    blur = window.editor.add_block("image.gaussian_blur", 0, 0)
    window.editor.set_value(blur, "no_such_value", 3)
    problems = window.panels.problems.list
    qtbot.waitUntil(lambda: bool(window.panels.problems.findChildren(QToolButton, "fixButton")))
    before = problems.topLevelItemCount()
    button = window.panels.problems.findChildren(QToolButton, "fixButton")[0]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: problems.topLevelItemCount() == before - 1)
    assert "no_such_value" not in window.editor.graph.nodes[blur].values


def test_a_problem_of_the_graph_is_mended_also_while_a_definition_is_shown(window: MainWindow, qtbot: QtBot) -> None:
    editor = window.editor
    inner = editor.add_block("image.gaussian_blur", 0, 0)
    instance = editor.graph.make_subgraph([inner], "step").id
    outer = editor.add_block("image.gaussian_blur", 0, 300)
    editor.set_value(outer, "no_such_value", 3)
    editor.graph.subgraphs["step"].set(f"{inner}.no_such_value", 4)
    assert outer == inner  # nodes of different scopes may well have the same name
    assert editor.enter(instance)
    problems = window.panels.problems

    def strange(scope: str | None) -> Problem | None:
        found = (problem for problem in editor.problems if "no_such_value" in problem.message and problem.edit)
        return next((problem for problem in found if problem.scope == scope), None)

    qtbot.waitUntil(lambda: strange(None) is not None and strange("step") is not None)
    wanted, shown = strange(None), problems.list
    row = next(
        item
        for place in range(shown.topLevelItemCount())
        if (item := shown.topLevelItem(place)).data(0, PROBLEM) is wanted
    )
    QTest.mouseClick(shown.itemWidget(row, 3), Qt.MouseButton.LeftButton)
    assert "no_such_value" not in editor.root.nodes[outer].values
    assert "no_such_value" in editor.root.subgraphs["step"].nodes[inner].values


def test_the_log_filters_by_level_and_counts_what_was_not_seen(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "math.number", "sample.talk")
    run_and_wait(window, qtbot)
    log = window.panels.log
    assert "a word of warning" in log.text
    assert "by the way" not in log.text
    assert window.panels.bottom.tabText(1) == "Log (1)"
    window.panels.bottom.setCurrentWidget(log)
    assert window.panels.bottom.tabText(1) == "Log"
    log._level.setCurrentIndex(0)
    assert "by the way" in log.text
    log._level.setCurrentIndex(3)
    assert log.text == ""


def test_an_older_run_cannot_write_into_a_new_graph(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "sample.hold")
    press(window, "runButton")
    qtbot.waitUntil(lambda: window.editor.runtime.get(NodeId("hold")) is not None)
    window.editor.new()
    GATE.set()
    QTest.qWait(200)
    assert window.editor.runtime == {}
    assert not window.editor.results
    assert not window.editor.is_running


def test_values_beyond_the_budget_are_let_go_and_named(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.results.budget_bytes = 1_000_000
    grid = window.editor.add_block("array.zeros", 0, 0)
    window.editor.set_value(grid, "shape", [1000, 1000])
    total = window.editor.add_block("array.sum", 200, 0)
    assert window.editor.link(PortRef(grid, PortName("out")), PortRef(total, PortName("a"))) is None
    run_and_wait(window, qtbot)
    assert window.editor.results.freed == {PortRef(grid, PortName("out"))}
    assert list(window.editor.results) == [PortRef(total, PortName("out"))]
    window.editor.select((grid,))
    page = window.panels.inspector.node_page
    page.tabs.setCurrentWidget(page.outcome)
    assert "freed to stay within the memory budget" in page.outcome.toPlainText()


def test_a_new_node_does_not_show_the_result_of_one_that_is_gone(window: MainWindow, qtbot: QtBot) -> None:
    (number,) = chain(window, "math.number")
    run_and_wait(window, qtbot)
    window.editor.remove((number,))
    window.editor.graph.add("text.constant", id=number)
    assert number not in window.editor.runtime
    assert not window.editor.results
    assert window.editor.thumbnail(number) is None


def test_a_value_that_is_not_there_yet_is_not_called_freed(window: MainWindow, qtbot: QtBot) -> None:
    number, _ = chain(window, "math.number", "sample.hold")
    window.editor.select((number,))
    press(window, "runButton")
    qtbot.waitUntil(lambda: "hold" in window.editor.runtime and bool(window.editor.runtime[NodeId("hold")].progress))
    texts = [label.text() for label in window.panels.preview.findChildren(QLabel) if label.isVisible()]
    assert not any("memory budget" in text for text in texts)
    with qtbot.waitSignal(window.editor.run_finished, timeout=10000):
        GATE.set()
