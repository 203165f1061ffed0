"""The runs of the past: listed, opened on the canvas, compared, and left again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from shtairir.document import edits
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.history import HistoryPanel
from shtairir_ui.window import MainWindow
from tests.ui import gestures

from .conftest import FAILURES, GATE

pytestmark = pytest.mark.usefixtures("kept")


def panel(window: MainWindow) -> HistoryPanel:
    return window.panels.history


def open_history(window: MainWindow) -> HistoryPanel:
    QTest.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    return panel(window)


def run(window: MainWindow, qtbot: QtBot) -> None:
    """Run, and wait until it is in the history."""
    with qtbot.waitSignal(window.editor.run_recorded):
        QTest.keyClick(window, Qt.Key.Key_F5)


def build(window: MainWindow) -> tuple[NodeId, NodeId]:
    editor = window.editor
    number, hold = editor.add_block("math.number", 0, 0), editor.add_block("sample.talk", 240, 0)
    assert number is not None
    assert hold is not None
    editor.link(PortRef(number, PortName("out")), PortRef(hold, PortName("x")))
    editor.set_value(number, "value", 4.0)
    return number, hold


def choose(shown: HistoryPanel, *rows: int) -> None:
    flags = QItemSelectionModel.SelectionFlag
    shown.table.selectionModel().clearSelection()
    for row in rows:
        shown.table.selectionModel().select(shown.model.index(row, 0), flags.Select | flags.Rows)


def test_nothing_has_run_yet_and_then_there_is_a_row(window: MainWindow, qtbot: QtBot) -> None:
    build(window)
    shown = open_history(window)
    assert shown.isVisible()
    labels = shown.empty.findChildren(QLabel)
    qtbot.waitUntil(lambda: "No runs of this graph yet" in [label.text() for label in labels])
    run(window, qtbot)
    qtbot.waitUntil(lambda: len(shown.model.runs) == 1)
    texts = [shown.model.index(0, column).data() for column in range(shown.model.columnCount())]
    assert texts[0].startswith("today ")
    assert texts[1] == "Done"
    assert texts[3] == "2 nodes"
    assert texts[5] == "window"
    assert not shown.open_button.isEnabled()


def test_where_nothing_is_kept_the_panel_says_so(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", "")
    shown = open_history(window)
    qtbot.waitUntil(
        lambda: any("Nothing is kept" in label.text() for label in shown.empty.findChildren(QLabel)),
    )


def test_an_old_run_is_seen_on_the_canvas_as_it_was_and_the_present_comes_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    number, talk = build(window)
    run(window, qtbot)
    shown = open_history(window)
    window.editor.set_value(number, "value", 9.0)
    window.editor.add_block("sample.broken", 0, 240)
    run(window, qtbot)
    qtbot.waitUntil(lambda: len(shown.model.runs) == 2)
    window.editor.select((talk,))
    choose(shown, 1)
    with qtbot.waitSignal(window.editor.past_changed):
        QTest.mouseClick(shown.open_button, Qt.MouseButton.LeftButton)
    bar = window.past_bar
    assert bar.isVisible()
    assert "A run of the past" in bar.text
    assert set(window.canvas.board.nodes) == {number, talk}
    assert window.editor.graph.nodes[number].values["value"] == 4.0
    assert window.editor.runtime[talk].status is NodeStatus.DONE
    assert window.editor.runtime[talk].summaries[PortName("out")].text == "the number 4.0"
    assert window.canvas.board.disagreements() == []
    assert window.editor.is_modified, "what is edited is not saved yet, and waits"
    QTest.mouseClick(window.findChild(QPushButton, "pastBack"), Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    assert window.editor.graph.nodes[number].values["value"] == 9.0
    assert "broken" in window.editor.graph.nodes
    assert window.editor.selection == (talk,)
    assert window.editor.results[PortRef(talk, PortName("out"))] == 9.0
    assert window.top_bar.run_bar.status_text.startswith("Failed after")


def test_a_run_of_the_past_cannot_be_changed_or_run(window: MainWindow, qtbot: QtBot) -> None:
    number, talk = build(window)
    run(window, qtbot)
    shown = open_history(window)
    qtbot.waitUntil(lambda: len(shown.model.runs) == 1)
    choose(shown, 0)
    with qtbot.waitSignal(window.editor.past_changed):
        QTest.keyClick(shown.table, Qt.Key.Key_Return)
    assert not window.actions_["run"].isEnabled()
    assert not window.actions_["undo"].isEnabled()
    before = dict(window.editor.graph.nodes)
    window.editor.set_value(number, "value", 1.0)
    window.editor.add_block("math.number", 0, 0)
    gestures.drag(window.canvas.view.viewport(), window.canvas.node_position(talk), window.canvas.node_position(number))
    QTest.keyClick(window.canvas.view, Qt.Key.Key_Delete)
    window.editor.run()
    assert dict(window.editor.graph.nodes) == before
    assert window.canvas.board.disagreements() == []
    assert not window.editor.is_running
    assert "run of the past" in window.status_line.currentMessage()
    window.editor.select((number,))
    assert not window.panels.inspector.node_page.form.isEnabled()


def test_a_run_goes_on_behind_while_the_past_is_looked_at(window: MainWindow, qtbot: QtBot) -> None:
    build(window)
    run(window, qtbot)
    shown = open_history(window)
    qtbot.waitUntil(lambda: len(shown.model.runs) == 1)
    hold = window.editor.add_block("sample.hold", 0, 200)
    assert hold is not None
    QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: hold in window.editor.runtime)
    choose(shown, 0)
    with qtbot.waitSignal(window.editor.past_changed):
        shown.open_chosen()
    assert hold not in window.editor.runtime
    with qtbot.waitSignal(window.editor.run_finished):
        GATE.set()
    assert hold not in window.editor.runtime
    window.editor.leave_past()
    assert window.editor.runtime[hold].status is NodeStatus.DONE
    assert window.top_bar.run_bar.status_text.startswith("Done in")


def test_opening_a_file_leaves_the_past(window: MainWindow, qtbot: QtBot) -> None:
    build(window)
    run(window, qtbot)
    shown = open_history(window)
    qtbot.waitUntil(lambda: len(shown.model.runs) == 1)
    choose(shown, 0)
    with qtbot.waitSignal(window.editor.past_changed):
        shown.open_chosen()
    window.editor.new()
    assert window.editor.past is None
    assert not window.past_bar.isVisible()
    assert window.actions_["run"].isEnabled()


def test_two_runs_are_compared_with_the_largest_difference_first(window: MainWindow, qtbot: QtBot) -> None:
    number, _ = build(window)
    run(window, qtbot)
    window.editor.set_value(number, "value", 9.0)
    window.editor.add_block("sample.broken", 0, 240)
    run(window, qtbot)
    shown = open_history(window)
    qtbot.waitUntil(lambda: len(shown.model.runs) == 2)
    choose(shown, 0)
    assert not shown.compare_button.isEnabled()
    choose(shown, 0, 1)
    assert not shown.open_button.isEnabled()
    QTest.mouseClick(shown.compare_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(shown.comparison.isVisible)
    rows = [shown.compared.index(row, 0).data() for row in range(shown.compared.rowCount())]
    assert rows[0] == "broken", "what was not there before comes first"
    assert shown.compared.index(0, 1).data() == "not there"
    assert shown.compared.index(0, 2).data() == "Failed"
    talk = rows.index("talk")
    assert shown.compared.index(talk, 8).data() == "differ: out"
    assert "had changed between them" in shown.heading.text()
    QTest.mouseClick(shown.back_button, Qt.MouseButton.LeftButton)
    assert shown.table.isVisible()


def test_all_runs_are_those_of_other_graphs_too(window: MainWindow, qtbot: QtBot) -> None:
    build(window)
    run(window, qtbot)
    window.editor.new()
    window.editor.apply(edits.SetMeta(name="another"))
    shown = open_history(window)
    qtbot.waitUntil(shown.empty.isVisible)
    shown.which.setFocus()
    QTest.keyClick(shown.which, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: len(shown.model.runs) == 1)
    assert not shown.table.isColumnHidden(6)


def test_a_failed_node_is_opened_as_a_script(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kept: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    divide = window.editor.add_block("math.divide", 0, 0)
    assert divide is not None
    window.editor.set_value(divide, "a", 3.0)
    window.editor.set_value(divide, "b", 0.0)
    run(window, qtbot)
    window.editor.select((divide,))
    button = window.findChild(QPushButton, "openScript")
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(opened))
    text = Path(opened[0]).read_text(encoding="utf-8")
    assert "breakpoint()" in text
    assert Path(opened[0]).is_relative_to(kept)


def test_a_node_that_is_done_offers_no_script(window: MainWindow, qtbot: QtBot) -> None:
    _, talk = build(window)
    run(window, qtbot)
    window.editor.select((talk,))
    assert not window.findChild(QPushButton, "openScript").isVisible()


def test_a_run_that_failed_is_gone_on_with_from_the_list(window: MainWindow, qtbot: QtBot) -> None:
    hold = window.editor.add_block("sample.hold", 0, 0)
    flaky = window.editor.add_block("sample.flaky", 240, 0)
    assert hold is not None
    assert flaky is not None
    window.editor.link(PortRef(hold, PortName("out")), PortRef(flaky, PortName("x")))
    window.editor.root.set_policy(flaky, retries=0)
    FAILURES[0] = 1
    QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: hold in window.editor.runtime)
    qtbot.wait(200)
    GATE.set()
    with qtbot.waitSignal(window.editor.run_recorded):
        pass
    shown = open_history(window)
    qtbot.waitUntil(lambda: len(shown.model.runs) == 1)
    choose(shown, 0)
    assert shown.resume_button.isEnabled()
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.mouseClick(shown.resume_button, Qt.MouseButton.LeftButton)
    assert window.editor.runtime[hold].status is NodeStatus.CACHED
    assert window.editor.runtime[flaky].status is NodeStatus.DONE


def test_the_values_that_were_kept_of_an_old_run_are_seen(window: MainWindow, qtbot: QtBot) -> None:
    hold = window.editor.add_block("sample.hold", 0, 0)
    assert hold is not None
    window.editor.set_value(hold, "x", 5.0)
    QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: hold in window.editor.runtime)
    qtbot.wait(200)  # a run that is over at once leaves no values on disk
    with qtbot.waitSignal(window.editor.run_recorded):
        GATE.set()
    window.editor.set_value(hold, "x", 6.0)
    run(window, qtbot)
    shown = open_history(window)
    qtbot.waitUntil(lambda: len(shown.model.runs) == 2)
    choose(shown, 1)
    with qtbot.waitSignal(window.editor.past_changed):
        shown.open_chosen()
    window.editor.select((hold,))
    assert window.editor.results[PortRef(hold, PortName("out"))] == 5.0
    qtbot.waitUntil(lambda: window.panels.preview.view is not None)
    window.editor.leave_past()
    assert window.editor.results[PortRef(hold, PortName("out"))] == 6.0
