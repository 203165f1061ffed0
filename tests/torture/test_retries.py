"""Attempts that fail: the waits between them are what the policy says, and nobody who waits holds a thread."""

from __future__ import annotations

import itertools
import random
import threading
import time

import pytest

import shtairir
from shtairir.block import block
from shtairir.events import NodeRetrying, NodeStarted
from shtairir.execute.options import RunOptions
from shtairir.execute.workers import InlineWorkers
from shtairir.policy import Backoff, delays
from shtairir.session import start_plan, wait_for
from shtairir.testing import EventRecorder, FakeClock
from tests.torture.scale import scaled

SEED = 20_261_120


def bounds_of(backoff: Backoff, number: int) -> tuple[float, float]:
    """Return the least and the most that the wait behind the n-th attempt may be."""
    most = min(backoff.first_s * backoff.factor ** (number - 1), backoff.cap_s)
    return most * (1 - backoff.jitter), most


def drawn(chance: random.Random) -> Backoff:
    """Return some way to wait."""
    return Backoff(
        first_s=chance.choice([0.0, 0.001, 0.5, 2.0, 30.0]),
        factor=chance.uniform(1.0, 4.0),
        cap_s=chance.choice([0.01, 1.0, 60.0, 600.0]),
        jitter=chance.random(),
    )


def test_ten_thousand_schedules_stay_within_their_bounds() -> None:
    chance = random.Random(SEED)
    for _ in range(scaled(10_000, 2_000)):
        backoff = drawn(chance)
        waits = delays(backoff, chance.random)
        for number in range(1, 11):
            least, most = bounds_of(backoff, number)
            assert least - 1e-9 <= next(waits) <= most + 1e-9


def test_in_a_run_each_node_waits_as_long_as_its_schedule_says() -> None:
    chance = random.Random(SEED)
    count = scaled(10_000, 1_000)
    failures = {f"n{number}": chance.randrange(5) for number in range(count)}
    left = dict(failures)

    @block
    def flaky(name: str = "") -> float:
        if left[name]:
            left[name] -= 1
            raise ConnectionError("not now")
        return 1.0

    graph = shtairir.Graph("flaky")
    backoffs: dict[str, Backoff] = {}
    for node in failures:
        graph.add(flaky, id=node, values={"name": node})
        own = backoffs[node] = drawn(chance)
        waits = {"backoff_s": own.first_s, "backoff_factor": own.factor, "backoff_cap_s": own.cap_s}
        graph.set_policy(node, retries=4, jitter=own.jitter, **waits)
    clock, seen = FakeClock(), EventRecorder()
    options = RunOptions(
        clock=clock, wait=clock.advance, random=chance.random, workers=InlineWorkers(), instruments=[seen]
    )
    result = wait_for(start_plan(shtairir.plan(graph), options)).raise_for_status()
    assert {node: result.nodes[node].attempts - 1 for node in failures} == failures
    due: dict[str, tuple[float, float]] = {}
    for event in seen.events:
        if isinstance(event, NodeRetrying):
            least, most = bounds_of(backoffs[event.node], event.attempt)
            assert least - 1e-9 <= event.delay_s <= most + 1e-9
            due[event.node] = (event.at_s + event.delay_s, event.attempt + 1)
        elif isinstance(event, NodeStarted) and event.attempt > 1:
            at_s, number = due.pop(event.node)
            assert event.attempt == number
            assert event.at_s == pytest.approx(at_s, abs=1e-6)  # not before, nor a moment later
    assert not due


def test_a_thousand_nodes_that_wait_hold_no_thread() -> None:
    calls: list[str] = []
    failed = threading.Semaphore(0)

    @block
    def flaky(name: str = "") -> float:
        calls.append(name)
        if calls.count(name) == 1:
            failed.release()
            raise ConnectionError("not now")
        return 1.0

    graph = shtairir.Graph("waiting")
    count = 1_000
    for number in range(count):
        graph.add(flaky, id=f"n{number}", values={"name": f"n{number}"})
    graph.set_policy(None, node={"backoff_s": 1.5, "jitter": 0})
    before = threading.active_count()
    handle = shtairir.start(graph, workers=2)
    for _ in range(count):
        assert failed.acquire(timeout=30)
    most = threading.active_count()
    assert most <= before + 4  # the run, its workers, and perhaps one that keeps its books
    result = handle.wait(60)
    assert result is not None
    assert result.status == "done"
    assert len(calls) == 2 * count


def test_a_clock_that_is_set_by_a_day_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[float] = []

    @block
    def flaky() -> float:
        tries.append(time.perf_counter())
        if len(tries) < 3:
            ahead = 86_400.0 * (1 if len(tries) == 1 else -1)
            monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0 + ahead)
            raise ConnectionError("not now")
        return 1.0

    graph = shtairir.Graph("clocks")
    graph.add(flaky, id="a")
    graph.set_policy("a", backoff_s=0.2, backoff_factor=1, jitter=0)
    shtairir.run(graph).raise_for_status()
    for earlier, later in itertools.pairwise(tries):
        assert 0.19 <= later - earlier < 10
