"""Mailbox, token, workers and locks, each by itself."""

from __future__ import annotations

import sys
import threading
import time

import pytest

from shtairir.execute.cancel import CancelToken
from shtairir.execute.mailbox import Mailbox
from shtairir.execute.switching import INTERVAL_S, short_turns
from shtairir.execute.workers import InlineWorkers, ThreadWorkers, Workers


def test_messages_are_handled_one_at_a_time_in_the_order_of_each_sender() -> None:
    handled: list[tuple[int, int]] = []
    raised: list[BaseException] = []
    inside = 0

    mailbox = Mailbox(raised.append)

    def send(sender: int) -> None:
        def handle(number: int) -> None:
            nonlocal inside
            inside += 1
            assert inside == 1
            handled.append((sender, number))
            inside -= 1

        for number in range(2000):
            mailbox.post(handle, number)

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(4)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert raised == []
    assert len(handled) == 8000
    for sender in range(4):
        assert [number for one, number in handled if one == sender] == list(range(2000))


def test_a_message_posted_by_the_handler_is_handled_after_it() -> None:
    handled: list[int] = []

    def handle(message: int) -> None:
        if message < 3:
            mailbox.post(handle, message + 1)
        handled.append(message)

    mailbox = Mailbox(lambda error: None)
    mailbox.post(handle, 0)
    assert handled == [0, 1, 2, 3]


def test_an_error_in_a_handler_is_told_and_blocks_nobody() -> None:
    def fail(message: int) -> None:
        raise ValueError(message)

    raised: list[BaseException] = []
    handled: list[int] = []
    mailbox = Mailbox(raised.append)
    mailbox.post(fail, 1)
    mailbox.post(handled.append, 2)
    assert [str(error) for error in raised] == ["1"]
    assert handled == [2]


def test_a_token_tells_each_callback_once_and_late_ones_at_once() -> None:
    token = CancelToken()
    told: list[str] = []
    token.on_cancel(lambda: told.append("first"))
    forget = token.on_cancel(lambda: told.append("forgotten"))
    forget()
    token.cancel()
    token.cancel()
    token.on_cancel(lambda: told.append("late"))
    assert told == ["first", "late"]


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("quick", [True, False])
def test_every_task_is_run_once_however_it_is_handed_out(count: int, quick: bool) -> None:
    workers: Workers = ThreadWorkers(count)
    done: list[int] = []
    finished = threading.Event()

    def execute(task: int, name: str) -> None:
        done.append(task)
        if task < 1000:
            workers.give([2 * task + 1000, 2 * task + 1001])
        if len(done) == 3000:
            finished.set()

    workers.start(execute, lambda task: quick and task % 10 != 0)
    for start in range(0, 1000, 7):
        workers.give(range(start, min(start + 7, 1000)))
    assert finished.wait(20)
    workers.stop()
    workers.join(10)
    assert sorted(done) == list(range(3000))


def test_a_task_that_may_last_and_leaves_others_behind_wakes_one_more_worker() -> None:
    workers = ThreadWorkers(3)
    together = threading.Barrier(4, timeout=10)
    workers.start(lambda task, name: together.wait() and None, lambda task: False)
    workers.give([1, 2, 3])
    together.wait()
    workers.stop()
    workers.join(10)


def test_quick_tasks_wake_nobody() -> None:
    workers = ThreadWorkers(4)
    names: set[str] = set()
    finished = threading.Event()

    def execute(task: int, name: str) -> None:
        names.add(name)
        if task == 999:
            finished.set()

    workers.start(execute, lambda task: True)
    time.sleep(0.05)  # all are idle now
    workers.give(range(1000))
    assert finished.wait(10)
    assert len(names) == 1
    workers.stop()
    workers.join(10)


def test_the_task_that_the_plan_prefers_goes_first() -> None:
    workers = InlineWorkers()
    done: list[int] = []
    workers.start(lambda task, name: done.append(task), lambda task: False)
    workers.give([3, 1, 2])
    while workers.step():
        pass
    assert done == [1, 2, 3]


def test_withdrawn_tasks_are_not_run() -> None:
    workers = ThreadWorkers(1)
    workers.give([1, 2, 3])
    assert workers.withdraw() == [1, 2, 3]
    done: list[int] = []
    workers.start(lambda task, name: done.append(task), lambda task: False)
    workers.stop()
    workers.join(10)
    assert done == []


def test_idle_workers_wait_without_using_the_processor() -> None:
    workers = ThreadWorkers(4)
    workers.start(lambda task, name: None, lambda task: False)
    time.sleep(0.05)
    before = time.process_time()
    time.sleep(0.2)
    assert time.process_time() - before < 0.1
    workers.stop()
    workers.join(10)


def test_the_switch_interval_of_nested_runs_is_restored_by_the_last() -> None:
    before = sys.getswitchinterval()
    with short_turns():
        with short_turns():
            assert sys.getswitchinterval() == pytest.approx(INTERVAL_S)
        assert sys.getswitchinterval() == pytest.approx(INTERVAL_S)
    assert sys.getswitchinterval() == before
