"""The pool of worker processes: shared, never larger than asked for, and smaller when nobody needs it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import psutil
import pytest

import shtairir
from shtairir.execute.processes.pool import ProcessPool, processes
from tests.engine.processes import blocks
from tests.engine.processes.test_deaths import until


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    made = ProcessPool(idle_s=60)
    yield made
    made.close()
    assert made.workers() == ()


def test_as_many_are_started_as_are_asked_for(pool: ProcessPool) -> None:
    pool.warm_up(2)
    pool.warm_up(2)
    assert len(pool.workers()) == 2
    until(lambda: all(worker.state == "idle" for worker in pool.workers()))


def test_who_was_given_back_last_is_lent_first(pool: ProcessPool) -> None:
    first, second = pool.take(), pool.take()
    pool.give_back(first)
    pool.give_back(second)
    assert pool.take() is second
    assert pool.take() is first
    assert len(pool.workers()) == 2
    pool.give_back(first)
    pool.give_back(second)


def test_workers_that_nobody_needs_are_let_go() -> None:
    pool = ProcessPool(idle_s=0.2)
    worker = pool.take()
    until(lambda: worker.pid is not None)
    pid = worker.pid
    assert pid is not None
    pool.give_back(worker)
    until(lambda: pool.workers() == ())
    assert not psutil.pid_exists(pid)
    pool.close()


def test_one_that_was_told_to_end_is_not_lent_again(pool: ProcessPool) -> None:
    worker = pool.take()
    worker.kill()
    pool.give_back(worker)
    other = pool.take()
    assert other is not worker
    pool.give_back(other)


def test_workers_give_all_descriptors_back() -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    pool = ProcessPool(idle_s=0.05)
    pool.give_back(pool.take())
    until(lambda: pool.workers() == ())
    before = count()
    for number in range(3):
        worker = pool.take()
        if number:
            worker.kill()
        pool.give_back(worker)
        until(lambda: pool.workers() == ())
    until(lambda: count() <= before)
    pool.close()


def test_runs_share_workers() -> None:
    graph = shtairir.Graph("pids")
    graph.add(blocks.pid, id="a")
    first, second = (shtairir.run(graph, backend="processes", workers=1)["a"] for _ in range(2))
    assert first == second
    assert len(processes().workers()) >= 1


def test_no_run_has_more_than_it_asks_for() -> None:
    graph = shtairir.Graph("pids")
    for number in range(12):
        graph.add(blocks.pid, id=f"n{number}", values={"x": number})
    assert len(set(shtairir.run(graph, backend="processes", workers=2).results.values())) <= 2


def test_threads_of_the_pool_end_with_its_workers() -> None:
    before = threading.active_count()
    pool = ProcessPool(idle_s=0.05)
    pool.give_back(pool.take())
    until(lambda: threading.active_count() <= before)
    pool.close()


def test_a_worker_that_cannot_be_started_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    pool = ProcessPool()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    worker = pool.take()
    assert worker.wait(10)
    assert "could not be started" in worker.cause()
    assert "No such file" in worker.cause()
    pool.give_back(worker)
    pool.close()


def test_no_more_stay_than_were_asked_for(pool: ProcessPool) -> None:
    pool.warm_up(1)
    first, second = pool.take(), pool.take()
    pool.give_back(first)
    pool.give_back(second)
    until(lambda: len(pool.workers()) == 1)
    assert pool.take() is first
    pool.give_back(first)
