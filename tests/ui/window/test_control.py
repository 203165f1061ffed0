"""Runs that are held, stepped, given more time, watched, and run in part; all by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton, QTreeWidget
from pytestqt.qtbot import QtBot

from shtairir.events import NodeStatus, RunStatus
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui import theme
from shtairir_ui.window import MainWindow
from tests.ui import gestures

from .conftest import FAILURES, GATE

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def chain(window: MainWindow, *blocks: str) -> list[NodeId]:
    """Place blocks and link each one's result to the next one's x."""
    ids = [window.editor.add_block(block, 260.0 * index, 0.0) for index, block in enumerate(blocks)]
    for before, after in pairwise(ids):
        assert window.editor.link(PortRef(before, PortName("out")), PortRef(after, PortName("x"))) is None
    window.canvas.fit()
    gestures.settle()
    return [node for node in ids if node is not None]


def press(window: MainWindow, name: str) -> None:
    QTest.mouseClick(window.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def status(window: MainWindow, node: str) -> NodeStatus | None:
    state = window.editor.runtime.get(NodeId(node))
    return state.status if state is not None else None


def click_node(window: MainWindow, node: str) -> None:
    gestures.click(window.canvas.view.viewport(), window.canvas.node_position(NodeId(node)))


def click_link(window: MainWindow, target: str) -> None:
    path = window.canvas.board.links[PortRef.parse(target)].path()
    gestures.click(window.canvas.view.viewport(), window.canvas.view.to_viewport(path.pointAtPercent(0.5)))


def menu_entry(menu: QMenu, text: str) -> Callable[[], None]:
    return next(action for action in menu.actions() if action.text() == text).trigger


def node_menu(window: MainWindow, node: str) -> QMenu:
    return window.canvas.menu_for(window.canvas.hand.hit(QPointF(window.canvas.node_position(NodeId(node)))))


def test_f9_holds_the_run_at_the_selected_node_and_resume_lets_it_go_on(window: MainWindow, qtbot: QtBot) -> None:
    number, talk = chain(window, "math.number", "sample.talk")
    click_node(window, talk)
    QTest.keyClick(window.canvas.view, Qt.Key.Key_F9)
    assert window.canvas.board.nodes[talk].stops
    pause, step = (window.findChild(QPushButton, name) for name in ("pauseButton", "stepButton"))
    assert not pause.isVisible()
    press(window, "runButton")
    qtbot.waitUntil(lambda: status(window, talk) is NodeStatus.PAUSED)
    qtbot.waitUntil(lambda: pause.accessibleName() == "Resume" and step.isVisible())
    assert status(window, number) is NodeStatus.DONE
    qtbot.waitUntil(lambda: "1 node held" in window.top_bar.run_bar.status_text)
    with qtbot.waitSignal(window.editor.run_finished) as finished:
        press(window, "pauseButton")
    assert finished.args[0].status is RunStatus.DONE
    assert status(window, talk) is NodeStatus.DONE
    QTest.keyClick(window.canvas.view, Qt.Key.Key_F9)
    assert not window.canvas.board.nodes[talk].stops


def test_f5_goes_on_and_f10_steps(window: MainWindow, qtbot: QtBot) -> None:
    first, second, third = chain(window, "sample.talk", "sample.talk", "sample.talk")
    click_node(window, first)
    QTest.keyClick(window.canvas.view, Qt.Key.Key_F9)
    QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: status(window, first) is NodeStatus.PAUSED)
    QTest.keyClick(window, Qt.Key.Key_F10)
    qtbot.waitUntil(lambda: status(window, second) is NodeStatus.PAUSED)
    assert status(window, first) is NodeStatus.DONE
    assert status(window, third) is NodeStatus.WAITING
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)
    assert status(window, third) is NodeStatus.DONE


def test_a_breakpoint_on_a_link_is_set_by_its_menu_or_f9_and_lasts_as_long_as_the_link(
    window: MainWindow, qtbot: QtBot
) -> None:
    _, talk = chain(window, "math.number", "sample.talk")
    click_link(window, "talk.x")
    QTest.keyClick(window.canvas.view, Qt.Key.Key_F9)
    assert window.editor.marks.stops == ("talk.x",)
    mark = window.canvas.board.marks[PortRef.parse("talk.x")]
    assert mark.stops
    assert window.canvas.hand.hit(QPointF(window.canvas.view.to_viewport(mark.pos()))).link is mark.link
    press(window, "runButton")
    qtbot.waitUntil(lambda: status(window, talk) is NodeStatus.PAUSED)
    with qtbot.waitSignal(window.editor.run_finished):
        press(window, "pauseButton")
    window.editor.unlink(PortRef.parse("talk.x"))
    assert window.editor.marks.stops == ()
    assert window.canvas.board.marks == {}


def test_the_rest_runs_on_while_a_node_is_held_and_its_menu_lets_it_go(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "sample.talk")
    window.editor.toggle_stop(NodeId("talk"))
    window.editor.add_block("sample.hold", 0, 200)
    window.editor.select(())
    press(window, "runButton")
    qtbot.waitUntil(lambda: status(window, "talk") is NodeStatus.PAUSED)
    qtbot.waitUntil(lambda: status(window, "hold") is NodeStatus.RUNNING)
    menu_entry(node_menu(window, "talk"), "Let it go on")()
    qtbot.waitUntil(lambda: status(window, "talk") is NodeStatus.DONE)
    assert window.editor.is_running
    with qtbot.waitSignal(window.editor.run_finished):
        GATE.set()


def test_pause_starts_nothing_and_resume_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "sample.hold", "sample.talk")
    press(window, "runButton")
    qtbot.waitUntil(lambda: status(window, "hold") is NodeStatus.RUNNING)
    pause = window.findChild(QPushButton, "pauseButton")
    qtbot.waitUntil(pause.isEnabled)
    QTest.keyClick(window, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: window.editor.is_paused)
    qtbot.waitUntil(lambda: window.top_bar.run_bar.status_text.startswith("Paused"))
    GATE.set()
    qtbot.waitUntil(lambda: status(window, "talk") is NodeStatus.PAUSED)
    assert window.editor.runtime[NodeId("talk")].reason == "The run is paused."
    with qtbot.waitSignal(window.editor.run_finished):
        press(window, "pauseButton")
    assert status(window, "talk") is NodeStatus.DONE


def test_more_time_is_offered_when_it_gets_short(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shtairir_ui.runverbs.SHORT_SHARE", 1.0)
    monkeypatch.setattr("shtairir_ui.runverbs.SHORT_S", 60.0)
    chain(window, "sample.hold")
    window.editor.root.set_policy(None, timeout_s=60.5)
    press(window, "runButton")
    extend = window.findChild(QPushButton, "extendButton")
    assert not extend.isVisible()
    qtbot.waitUntil(extend.isVisible)
    assert extend.text().startswith("Ends in ")
    press(window, "extendButton")
    qtbot.waitUntil(lambda: not extend.isVisible())
    left_s = window.editor.time_left_s
    assert left_s is not None
    assert left_s > 60.5
    with qtbot.waitSignal(window.editor.run_finished) as finished:
        GATE.set()
    assert finished.args[0].status is RunStatus.DONE


def test_in_a_narrow_window_the_buttons_are_icons_that_are_still_named(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "sample.hold")
    window.resize(760, 600)
    press(window, "runButton")
    pause = window.findChild(QPushButton, "pauseButton")
    qtbot.waitUntil(pause.isVisible)
    assert pause.text() == ""
    assert pause.accessibleName() == "Pause"
    assert pause.width() >= pause.sizeHint().width()
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: pause.text() == "Pause")
    with qtbot.waitSignal(window.editor.run_finished):
        GATE.set()


def test_a_node_that_is_tried_again_counts_down_and_says_why(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "sample.flaky")
    FAILURES[0] = 1
    press(window, "runButton")
    qtbot.waitUntil(lambda: window.editor.runtime.get(NodeId("flaky")) is not None)
    qtbot.waitUntil(lambda: window.editor.runtime[NodeId("flaky")].due_s is not None)
    window.editor.select((NodeId("flaky"),))
    assert "attempt 2 of 4" in window.panels.inspector.node_page.header._status.text()
    assert "the service is down" in window.panels.inspector.node_page.header._cause.text()
    assert window.canvas.pulse.is_beating
    assert window.canvas.board.nodes[NodeId("flaky")].wait_s > 0
    with qtbot.waitSignal(window.editor.run_finished):
        pass
    assert window.editor.runtime[NodeId("flaky")].attempt == 2
    assert "Attempt 1 of 4 of 'flaky' failed" in window.panels.log.text


def test_a_node_tells_what_resource_it_waits_for(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.add_block("sample.needy", 0, 0)
    other = window.editor.add_block("sample.needy", 0, 200)
    assert other is not None
    window.editor.set_value(other, "x", 2.0)
    press(window, "runButton")
    waits = lambda: [node for node, state in window.editor.runtime.items() if state.held]  # noqa: E731
    qtbot.waitUntil(lambda: len(waits()) == 1)
    state = window.editor.runtime[waits()[0]]
    assert state.status is NodeStatus.WAITING
    assert "scanner" in state.reason
    with qtbot.waitSignal(window.editor.run_finished):
        GATE.set()


def test_the_value_of_a_watched_link_is_seen_at_the_link_and_in_the_list(window: MainWindow, qtbot: QtBot) -> None:
    number, _, hold = chain(window, "math.number", "sample.talk", "sample.hold")
    window.editor.set_value(number, "value", 7.5)
    link = window.canvas.board.links[PortRef.parse("hold.x")]
    from shtairir_ui.canvas.hitting import Hit

    menu_entry(window.canvas.menu_for(Hit(link=link)), "Watch the value")()
    mark = window.canvas.board.marks[PortRef.parse("hold.x")]
    assert mark.watched is not None
    assert mark.watched.text == "no value yet"
    press(window, "runButton")
    qtbot.waitUntil(lambda: status(window, hold) is NodeStatus.RUNNING)
    qtbot.waitUntil(lambda: mark.watched is not None and mark.watched.text == "7.5")
    assert window.editor.results[PortRef.parse("talk.out")] == 7.5, "it is there in the middle of the run"
    window.actions_["show_watch"].trigger()
    rows = window.findChild(QTreeWidget, "watchList")
    assert rows.topLevelItem(0).text(0) == "talk.out → hold.x"
    assert "7.5" in rows.topLevelItem(0).text(1)
    with qtbot.waitSignal(window.editor.run_finished):
        GATE.set()
    rows.setCurrentItem(rows.topLevelItem(0))
    QTest.mouseClick(window.panels.watch.remove_button, Qt.MouseButton.LeftButton)
    assert window.editor.watched_here == frozenset()
    click_node(window, "talk")
    QTest.keyClick(window, Qt.Key.Key_F9, SHIFT)
    assert window.editor.watched_here == {PortRef.parse("hold.x")}


def test_ctrl_f10_runs_to_the_node_and_leaves_what_is_known_of_the_rest(window: MainWindow, qtbot: QtBot) -> None:
    first, second, third = chain(window, "math.number", "sample.talk", "sample.talk")
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)
    window.editor.set_value(first, "value", 3.0)
    qtbot.waitUntil(lambda: window.editor.runtime[third].stale)
    click_node(window, second)
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F10, CTRL)
    assert window.editor.results[PortRef(second, PortName("out"))] == 3.0
    assert not window.editor.runtime[second].stale
    assert status(window, third) is NodeStatus.DONE, "it was not run, and keeps what was known of it"
    assert window.editor.runtime[third].stale, "of the run before"
    assert window.editor.results[PortRef(third, PortName("out"))] == 0.0
    window.editor.undo()
    qtbot.waitUntil(lambda: not window.editor.runtime[third].stale)
    assert window.editor.runtime[second].stale


def test_run_from_here_takes_what_is_there_for_what_comes_before(window: MainWindow, qtbot: QtBot) -> None:
    _, second, third = chain(window, "math.number", "sample.talk", "sample.talk")
    with qtbot.waitSignal(window.editor.run_finished):
        press(window, "runButton")
    click_node(window, third)
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5, CTRL)
    assert status(window, second) is NodeStatus.CACHED
    assert window.editor.runtime[second].reason, "it says where its result comes from"
    assert status(window, third) is NodeStatus.DONE
    assert "cached" in window.top_bar.run_bar.status_text


def test_run_selected_runs_only_these(window: MainWindow, qtbot: QtBot) -> None:
    _, second, third = chain(window, "math.number", "sample.talk", "sample.talk")
    with qtbot.waitSignal(window.editor.run_finished):
        press(window, "runButton")
    click_node(window, second)
    started: list[str] = []
    window.editor.events_arrived.connect(
        lambda events: started.extend(event.node for event in events if type(event).__name__ == "NodeStarted")
    )
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5, CTRL | SHIFT)
    assert started == [second]
    assert status(window, third) is NodeStatus.DONE


def test_a_run_that_is_done_in_part_says_what_is_missing(window: MainWindow, qtbot: QtBot) -> None:
    (broken,) = chain(window, "sample.broken")
    window.editor.add_block("sample.talk", 0, 200)
    window.editor.root.set_policy(broken, on_failure="continue", retries=0)
    with qtbot.waitSignal(window.editor.run_finished) as finished:
        press(window, "runButton")
    assert finished.args[0].status is RunStatus.PARTIAL
    assert window.top_bar.run_bar.status_text.startswith("Done in part")
    assert "'broken' failed" in window.notice.text
    window.editor.root.set_policy(broken, on_failure="finish")
    with qtbot.waitSignal(window.editor.run_finished):
        press(window, "runButton")
    assert not window.notice.isVisible()


def test_a_breakpoint_goes_with_its_node_and_with_another_file(window: MainWindow) -> None:
    chain(window, "sample.talk", "sample.talk")
    window.editor.select_all()
    window.actions_["breakpoint"].trigger()
    assert window.editor.marks.stops == ("talk", "talk_2")
    window.editor.remove([NodeId("talk")])
    assert window.editor.marks.stops == ("talk_2",)
    QTest.keyClick(window, Qt.Key.Key_F9, CTRL | SHIFT)
    assert window.editor.marks.stops == ()
    window.editor.toggle_stop(NodeId("talk_2"))
    window.editor.new()
    assert window.editor.marks.stops == ()


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_breakpoint_is_told_by_its_form_in_both_themes(window: MainWindow, name: str, qapp: object) -> None:
    (talk,) = chain(window, "sample.talk")
    theme.apply(qapp, name)  # type: ignore[arg-type]  # the fixture is the application
    window.canvas.view.zoom_to(1.0)
    window.canvas.center_on(talk)
    window.editor.select(())
    gestures.settle()
    without = window.canvas.view.grab().toImage()
    window.editor.toggle_stop(talk)
    gestures.settle()
    item = window.canvas.board.nodes[talk]
    spot = window.canvas.view.to_viewport(item.pos() + QPointF(0, 16))
    shown = window.canvas.view.grab().toImage()
    ratio = shown.devicePixelRatio()
    color = lambda dx, dy: shown.pixelColor(round((spot.x() + dx) * ratio), round((spot.y() + dy) * ratio))  # noqa: E731
    red, bar = color(0, -5), color(0, 0)
    assert shown != without
    assert red.red() > red.green() + 60
    assert abs(bar.red() - bar.green()) < 30, "a bar across the red, as on the sign"
    theme.apply(qapp, "dark")  # type: ignore[arg-type]  # the fixture is the application


def test_a_run_that_is_paused_can_be_stopped(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "sample.talk", "sample.talk")
    window.editor.toggle_stop(NodeId("talk"))
    press(window, "runButton")
    qtbot.waitUntil(lambda: status(window, "talk") is NodeStatus.PAUSED)
    window.editor.pause()
    qtbot.waitUntil(lambda: window.editor.is_paused)
    with qtbot.waitSignal(window.editor.run_finished) as finished:
        press(window, "stopButton")
    assert finished.args[0].status is RunStatus.CANCELLED
    assert not window.editor.is_held
    assert not window.findChild(QPushButton, "stepButton").isVisible()


def test_a_breakpoint_inside_of_a_subgraph_holds_its_node(window: MainWindow, qtbot: QtBot) -> None:
    chain(window, "math.number", "sample.talk", "sample.talk")
    window.editor.select([NodeId("talk")])
    instance = window.editor.make_subgraph()
    assert instance is not None
    assert window.editor.enter(instance)
    click_node(window, "talk")
    QTest.keyClick(window.canvas.view, Qt.Key.Key_F9)
    assert window.editor.marks.stops == (f"{instance}/talk",)
    press(window, "runButton")
    qtbot.waitUntil(lambda: status(window, "talk") is NodeStatus.PAUSED)
    window.editor.leave()
    assert not window.canvas.board.nodes[instance].stops
    assert status(window, instance) is NodeStatus.PAUSED
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)


def test_what_a_node_has_made_is_seen_while_the_run_is_held_behind_it(window: MainWindow, qtbot: QtBot) -> None:
    number, talk, last = chain(window, "math.number", "sample.talk", "sample.talk")
    window.editor.set_value(number, "value", 6.0)
    window.editor.toggle_stop(last)
    press(window, "runButton")
    qtbot.waitUntil(lambda: status(window, last) is NodeStatus.PAUSED)
    click_node(window, talk)
    made = PortRef(talk, PortName("out"))
    qtbot.waitUntil(lambda: made in window.editor.results)
    assert window.editor.results[made] == 6.0
    qtbot.waitUntil(lambda: window.panels.preview.view is not None)
    with qtbot.waitSignal(window.editor.run_finished):
        press(window, "pauseButton")
