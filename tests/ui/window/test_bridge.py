"""The crossing from worker threads to the Qt thread."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QThread, QTimer
from pytestqt.qtbot import QtBot

from shtairir.events import NodeProgressed
from shtairir.ids import NodeId, RunId
from shtairir_ui.bridge import CROWDED, Background, EventBridge


def test_items_arrive_in_order_on_the_qt_thread_in_few_batches(qtbot: QtBot) -> None:
    bridge = EventBridge()
    batches: list[list[object]] = []
    threads: set[object] = set()

    def take(batch: list[object]) -> None:
        batches.append(batch)
        threads.add(QThread.currentThread())

    bridge.arrived.connect(take)
    sink = bridge.open_run()
    worker = threading.Thread(target=lambda: [sink.put(number) for number in range(20_000)])
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: sum(map(len, batches)) == 20_000)
    assert [item for batch in batches for item in batch] == list(range(20_000))
    assert len(batches) < 200
    assert threads == {QThread.currentThread()}


def test_what_takes_long_to_show_has_a_turn_of_its_own(qtbot: QtBot) -> None:
    bridge = EventBridge()
    turns: list[list[object]] = []
    between = QTimer(interval=0)
    between.timeout.connect(lambda: turns.append([]))
    bridge.arrived.connect(lambda batch: turns[-1].extend(batch))
    between.start()
    qtbot.waitUntil(lambda: bool(turns))
    sink = bridge.open_run()
    for item in ("a", "b"):
        sink.put(item)
    for item in ("states", "end"):
        sink.put(item, alone=True)
    sink.put("after")
    qtbot.waitUntil(lambda: ["after"] in turns)
    assert [turn for turn in turns if turn] == [["a", "b"], ["states"], ["end"], ["after"]]


def test_of_progress_that_piled_up_the_newest_of_each_node_is_told_and_all_else_in_order(qtbot: QtBot) -> None:
    bridge = EventBridge()
    heard: list[object] = []
    bridge.arrived.connect(heard.extend)
    sink = bridge.open_run()
    for number in range(3 * CROWDED):
        sink.put(NodeProgressed(RunId("r"), float(number), NodeId(f"n{number % 2}"), None, ""))
    sink.put("a")
    sink.put("b")
    qtbot.waitUntil(lambda: "b" in heard)
    told = [item for item in heard if isinstance(item, NodeProgressed)]
    assert [event.at_s for event in told] == [3 * CROWDED - 2, 3 * CROWDED - 1]
    assert heard[-2:] == ["a", "b"]


def test_what_an_older_run_says_is_dropped(qtbot: QtBot) -> None:
    bridge = EventBridge()
    heard: list[object] = []
    bridge.arrived.connect(heard.extend)
    old, new = bridge.open_run(), bridge.open_run()
    old.put("old")
    new.put("new")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["new"]


def test_nothing_put_in_while_it_drains_is_forgotten(qtbot: QtBot) -> None:
    bridge = EventBridge()
    heard: list[object] = []
    sink = bridge.open_run()

    def take(batch: list[object]) -> None:
        heard.extend(batch)
        if len(heard) < 5:
            sink.put(len(heard))

    bridge.arrived.connect(take)
    sink.put(0)
    qtbot.waitUntil(lambda: heard == [0, 1, 2, 3, 4])


def test_a_job_comes_back_on_the_qt_thread(qtbot: QtBot) -> None:
    background = Background()
    seen: list[tuple[object, object]] = []
    background.submit(
        lambda: threading.current_thread().name, lambda name: seen.append((name, QThread.currentThread()))
    )
    qtbot.waitUntil(lambda: bool(seen))
    name, thread = seen[0]
    assert str(name).startswith("shtairir-ui")
    assert thread is QThread.currentThread()
    background.close()


def test_a_job_that_fails_tells_whoever_asked(qtbot: QtBot) -> None:
    background = Background()
    errors: list[Exception] = []
    background.submit(lambda: 1 / 0, lambda _value: pytest.fail("it failed"), errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)
    background.close()


def test_nothing_is_delivered_after_the_close(qtbot: QtBot) -> None:
    background = Background()
    delivered: list[object] = []
    held = threading.Event()
    background.submit(lambda: held.wait(5), delivered.append)
    background.close()
    held.set()
    qtbot.wait(50)
    assert delivered == []
