"""When memory goes back and when Python looks for garbage: clocks and memory are ours."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from shtairir.memory import GarbageCollector, MemoryPool, Pressure
from shtairir.memory import collector as module
from shtairir.testing import FakeClock

MEGABYTE = 1 << 20
PLENTY = (8 << 30, 16 << 30)


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    yield
    gc.enable()


def test_no_garbage_is_looked_for_in_a_burst_and_it_is_again_after_the_last() -> None:
    collector = GarbageCollector(memory=lambda: PLENTY)
    with collector.burst():
        assert not gc.isenabled()
        with collector.burst():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_garbage_collection_that_was_off_before_stays_off() -> None:
    gc.disable()
    with GarbageCollector(memory=lambda: PLENTY).burst():
        pass
    assert not gc.isenabled()


def test_a_burst_that_fails_restores_it() -> None:
    with pytest.raises(ZeroDivisionError), GarbageCollector(memory=lambda: PLENTY).burst():
        1 / 0  # noqa: B018
    assert gc.isenabled()


def test_bursts_of_several_threads_end_with_the_last() -> None:
    collector = GarbageCollector(memory=lambda: PLENTY)
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with collector.burst():
            inside.set()
            leave.wait()

    thread = threading.Thread(target=other)
    with collector.burst():
        thread.start()
        inside.wait()
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()


def idle_pool() -> MemoryPool:
    pool = MemoryPool()
    pool.empty(MEGABYTE, np.uint8)
    assert pool.idle_bytes
    return pool


@pytest.mark.parametrize(
    ("available", "pressure", "left"),
    [(8, Pressure.NONE, MEGABYTE), (3, Pressure.LOW, MEGABYTE), (1.2, Pressure.HIGH, 0), (0.5, Pressure.CRITICAL, 0)],
)
def test_idle_memory_goes_when_the_machine_is_short_of_it(available: float, pressure: Pressure, left: int) -> None:
    collector = GarbageCollector(memory=lambda: (int(available * 2**30), 16 << 30))
    pool = idle_pool()
    with collector.run(pool):
        assert collector.pressure() is pressure
        collector.look()
        assert pool.idle_bytes == left


def test_the_worse_of_budget_and_machine_counts() -> None:
    collector = GarbageCollector(memory=lambda: PLENTY)
    assert collector.pressure(80, 100) is Pressure.LOW
    assert collector.pressure(99, 100) is Pressure.CRITICAL
    assert collector.pressure(99, None) is Pressure.NONE


def test_new_memory_is_not_taken_without_a_look_at_the_machine() -> None:
    collector = GarbageCollector(memory=lambda: (0, 16 << 30))
    pool = idle_pool()
    with collector.run(pool):
        held = pool.empty(3 * MEGABYTE, np.uint8)
    assert held.nbytes == 3 * MEGABYTE
    assert pool.idle_bytes == 0


def test_it_looks_at_most_a_few_times_a_second() -> None:
    looks = []
    clock = FakeClock()
    collector = GarbageCollector(clock=clock, memory=lambda: looks.append(1) or PLENTY)  # type: ignore[func-returns-value]
    for _ in range(5):
        collector.look()
    assert len(looks) == 1
    clock.advance(1)
    collector.look()
    assert len(looks) == 2


def test_idle_memory_goes_after_a_quiet_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORTHWHILE_BYTES", -1 << 60)
    collector = GarbageCollector(quiet_s=0.05, memory=lambda: PLENTY)
    pool = idle_pool()
    with collector.run(pool):
        pass
    assert pool.idle_bytes
    waiting = collector._waiting
    assert waiting is not None
    waiting.join(10)
    assert pool.idle_bytes == 0


def test_nothing_is_given_back_while_something_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORTHWHILE_BYTES", -1 << 60)
    collector = GarbageCollector(quiet_s=0.02, memory=lambda: PLENTY)
    pool = idle_pool()
    with collector.run(pool):
        pass
    with collector.run(pool):
        waiting = collector._waiting
        assert waiting is not None
        waiting.join(0.2)
        assert waiting.is_alive()
        assert pool.idle_bytes
    waiting.join(10)


def test_objects_of_a_window_are_not_ended_by_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[str] = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(threading.current_thread().name))
    monkeypatch.setitem(module.sys.modules, "PySide6", None)
    collector = GarbageCollector(memory=lambda: PLENTY)
    thread = threading.Thread(target=collector.give_back, name="worker")
    thread.start()
    thread.join()
    collector.give_back()
    assert collected == [threading.main_thread().name]
