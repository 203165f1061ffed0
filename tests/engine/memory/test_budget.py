"""Runs under a budget: they wait, spill, come back, give the same results, and stay below; or fail with the numbers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import Array, Context, block
from shtairir.events import NodeLogged
from shtairir.execute.options import RunOptions
from shtairir.execute.workers import InlineWorkers
from shtairir.memory import MemoryPool
from shtairir.results.result import RunResult
from shtairir.session import start_plan, wait_for
from shtairir.testing import EventRecorder

MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def spill_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "spill"
    monkeypatch.setenv("SHTAIRIR_SPILL_PATH", str(path))
    yield path
    assert not path.exists() or list(path.iterdir()) == []


@block(category="Test/Budget")
def made(value: float = 1.0, megabytes: int = 1) -> Array:
    """Return an array of a size that nobody can know before."""
    return np.full(megabytes * MEGABYTE // 8, value)


@block(category="Test/Budget")
def plus(x: Array, y: Array) -> Array:
    """Return a new array."""
    return x + y


@block(category="Test/Budget")
def borrowed_plus(context: Context, x: Array, y: Array) -> Array:
    """Return a sum in a buffer of the pool."""
    return np.add(x, y, out=context.empty(x.shape))


@block(category="Test/Budget")
def half(x: Array) -> Array:
    """Return a view, which takes no memory of its own and keeps that of another."""
    return x[: len(x) // 2]


@block(category="Test/Budget")
def total(x: Array) -> float:
    """Return a number."""
    return float(x.sum())


def joined(width: int, join: Any = plus, megabytes: int = 1) -> tuple[shtairir.Graph, str, float]:
    """Return a graph that makes arrays, and adds up those that were made far apart, until one is left."""
    graph = shtairir.Graph("joined")
    row = [graph.add(made, id=f"made{number}", value=float(number), megabytes=megabytes) for number in range(width)]
    while len(row) > 1:
        middle = len(row) // 2
        sums = []
        for first, second in zip(row[:middle], row[middle:], strict=True):
            node = graph.add(join)
            graph.link(first["out"], node["x"])
            graph.link(second["out"], node["y"])
            sums.append(node)
        row = sums
    return graph, f"{row[0].id}.out", float(sum(range(width)))


@pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])
@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("join", [plus, borrowed_plus])
def test_a_tight_budget_changes_no_result_and_is_kept(level: str, workers: int, join: Any) -> None:
    graph, last, expected = joined(16, join)
    limit = int(4.6 * MEGABYTE)
    result = shtairir.run(graph, level=level, workers=workers, memory_limit=limit).raise_for_status()
    assert (result[last] == expected).all()
    assert len(result[last]) == MEGABYTE // 8
    assert result.memory.peak_bytes <= limit


def test_values_wait_on_disk_when_they_must_and_not_otherwise() -> None:
    graph, _, _ = joined(16)
    assert shtairir.run(graph, level="none", memory_limit=5 * MEGABYTE).memory.spilled_bytes > 5 * MEGABYTE
    assert shtairir.run(graph, level="none", memory_limit=50 * MEGABYTE).memory.spilled_bytes == 0


def test_the_log_of_a_node_says_that_its_result_waits_on_disk() -> None:
    graph, _, _ = joined(8)
    seen = EventRecorder()
    shtairir.run(graph, level="none", memory_limit=4 * MEGABYTE, instruments=[seen])
    messages = {event.message for event in seen.events if isinstance(event, NodeLogged)}
    assert "Its result of 1.0 MB waits on disk." in messages


def test_results_that_are_kept_may_wait_on_disk_too_and_outlive_the_run() -> None:
    graph, last, expected = joined(16)
    result = shtairir.run(graph, keep="all", memory_limit=4 * MEGABYTE).raise_for_status()
    assert result.memory.peak_bytes <= 4 * MEGABYTE
    for number in range(16):
        assert (result[f"made{number}.out"] == number).all()
    kept = result[last]
    assert type(kept) is np.ndarray
    assert (kept == expected).all()
    kept += 1  # a result is the caller's to change


def test_a_value_that_many_read_comes_back_for_each() -> None:
    graph = shtairir.Graph("shared")
    shared = graph.add(made, id="shared", value=2.0)
    for number in range(8):
        other = graph.add(made, value=float(number))
        node = graph.add(plus, id=f"sum{number}")
        graph.link(shared["out"], node["x"])
        graph.link(other["out"], node["y"])
        end = graph.add(total, id=f"end{number}")
        graph.link(node["out"], end["x"])
    result = shtairir.run(graph, level="basic", workers=4, memory_limit=int(3.5 * MEGABYTE)).raise_for_status()
    assert [result[f"end{number}.out"] for number in range(8)] == [(number + 2) * MEGABYTE // 8 for number in range(8)]


def test_the_memory_behind_a_view_is_not_taken_for_free() -> None:
    graph = shtairir.Graph("views")
    for number in range(6):
        source = graph.add(made, value=float(number))
        view, end = graph.add(half), graph.add(total, id=f"end{number}")
        graph.link(source["out"], view["x"])
        graph.link(view["out"], end["x"])
    result = shtairir.run(graph, level="basic", workers=2, memory_limit=int(3.2 * MEGABYTE)).raise_for_status()
    assert [result[f"end{number}.out"] for number in range(6)] == [number * MEGABYTE // 16 for number in range(6)]
    assert result.memory.peak_bytes <= int(3.2 * MEGABYTE)


def test_what_cannot_fit_fails_with_the_numbers_and_what_does_goes_on() -> None:
    graph = shtairir.Graph("large")
    graph.add(made, id="small")
    graph.add(made, id="large", megabytes=9)
    plan = shtairir.plan(graph)
    result = wait_for(start_plan(plan, RunOptions(memory_limit=5 * MEGABYTE)))
    assert result.status == "failed"
    failure = result.nodes["large"].error
    assert failure is not None
    assert failure.error_type == "MemoryBudgetError"
    assert "'large' takes 9.0 MB" in failure.message
    assert "the limit is 5.0 MB" in failure.message
    assert (result["small.out"] == 1).all()


def test_a_failure_names_what_holds_the_memory() -> None:
    graph = shtairir.Graph("held")
    base = graph.add(made, id="base", megabytes=3)
    node = graph.add(borrowed_plus, id="sum")
    graph.link(base["out"], node["x"])
    graph.link(base["out"], node["y"])
    result = wait_for(start_plan(shtairir.plan(graph), RunOptions(memory_limit=4 * MEGABYTE)))
    failure = result.nodes["sum"].error
    assert failure is not None
    assert "3.0 MB by 'base'" in failure.message


@block(category="Test/Budget")
def greedy(context: Context, number: int) -> float:
    """Borrow more than anybody expects, beside others who do."""
    first = context.empty(MEGABYTE // 4)
    time.sleep(0.02)
    second = context.empty(MEGABYTE // 4)
    first.fill(number)
    second.fill(number)
    return float((first + second).sum())


def test_tasks_that_get_in_each_others_way_run_again_one_at_a_time() -> None:
    graph = shtairir.Graph("greedy")
    for number in range(4):
        graph.add(greedy, id=f"g{number}", number=number)
    result = shtairir.run(graph, workers=4, memory_limit=int(5.5 * MEGABYTE)).raise_for_status()
    assert [result[f"g{number}.out"] for number in range(4)] == [number * MEGABYTE // 2 for number in range(4)]


calls: list[int] = []


@block(category="Test/Budget", pure=False)
def greedy_once(context: Context, number: int) -> float:
    """Leave a trace with every call."""
    calls.append(number)
    return greedy.__wrapped__(context, number) if hasattr(greedy, "__wrapped__") else greedy(context, number)


def test_a_block_that_leaves_traces_is_never_called_twice() -> None:
    calls.clear()
    graph = shtairir.Graph("once")
    for number in range(4):
        graph.add(greedy_once, id=f"g{number}", number=number)
    shtairir.run(graph, workers=4, memory_limit=int(5.5 * MEGABYTE))
    assert sorted(calls) == [0, 1, 2, 3]


def test_no_worker_is_held_by_a_task_that_waits_for_memory() -> None:
    started, release = threading.Event(), threading.Event()

    @block(category="Test/Budget")
    def slow(x: Array) -> float:
        """Hold on to the input."""
        started.set()
        assert release.wait(10)
        return float(x[0])

    @block(category="Test/Budget")
    def quick(after: float = 0.0) -> float:
        """Let the other go on."""
        assert started.wait(10)
        release.set()
        return after

    graph = shtairir.Graph("waiting")
    big, first = graph.add(made, id="big", megabytes=3), graph.add(slow, id="slow")
    graph.link(big["out"], first["x"])
    source = graph.add(made, id="source", megabytes=1)
    for number in range(3):  # each takes as much as its input, which does not fit while `slow` has its own
        waiting = graph.add(plus, id=f"plus{number}")
        graph.link(source["out"], waiting["x"])
        graph.link(source["out"], waiting["y"])
    graph.add(quick, id="quick")
    result = shtairir.run(graph, level="balanced", workers=2, memory_limit=int(4.5 * MEGABYTE))
    assert result.status == "done"


def test_a_run_can_be_cancelled_while_tasks_wait_for_memory() -> None:
    begun = threading.Event()

    @block(category="Test/Budget")
    def patient(context: Context, x: Array) -> float:
        """Wait for the end."""
        begun.set()
        while not context.cancelled:
            time.sleep(0.002)
        return 0.0

    graph, _, _ = joined(8, megabytes=1)
    source, node = graph.add(made, id="source", megabytes=3), graph.add(patient, id="patient")
    graph.link(source["out"], node["x"])
    handle = shtairir.start(graph, workers=2, memory_limit=int(4.5 * MEGABYTE))
    assert begun.wait(10)
    handle.cancel()
    result = handle.wait(10)
    assert result is not None
    assert result.status == "cancelled"


def test_a_disk_that_takes_nothing_makes_the_run_fail_and_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shtairir.memory.spill._SPARE_DISK_BYTES", 1 << 60)
    graph, _, _ = joined(16)
    seen = EventRecorder()
    result = shtairir.run(graph, level="none", memory_limit=5 * MEGABYTE, instruments=[seen])
    assert result.status == "failed"
    assert {failure.error_type for failure in result.failures} == {"MemoryBudgetError"}
    assert any("cannot wait on disk" in event.message for event in seen.events if isinstance(event, NodeLogged))


def test_one_worker_in_the_callers_thread_keeps_a_budget_as_well() -> None:
    graph, last, expected = joined(16)
    plan = shtairir.plan(graph, level="none")
    options = RunOptions(workers=InlineWorkers(), memory_limit=4 * MEGABYTE, pool=MemoryPool())
    result = wait_for(start_plan(plan, options)).raise_for_status()
    assert (result[last] == expected).all()
    assert result.memory.peak_bytes <= 4 * MEGABYTE


@block(category="Test/Budget")
def mixed(a: Array, b: Array, scale: float = 1.0) -> Array:
    """Return something of the size of the larger."""
    count = max(len(a), len(b))
    return np.resize(a, count) * scale + np.resize(b, count)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_random_graphs_give_the_same_bits_with_and_without_a_budget(data: st.DataObject) -> None:
    graph = shtairir.Graph("random")
    nodes = [graph.add(made, value=float(n), megabytes=data.draw(st.integers(1, 3))) for n in range(4)]
    for number in range(data.draw(st.integers(1, 14))):
        first, second = (nodes[data.draw(st.integers(0, len(nodes) - 1))] for _ in "ab")
        node = graph.add(mixed, scale=float(number))
        graph.link(first["out"], node["a"])
        graph.link(second["out"], node["b"])
        nodes.append(node)
    keep = "all" if data.draw(st.booleans()) else "results"
    plan = shtairir.plan(graph, level=data.draw(st.sampled_from(["none", "basic", "balanced"])), workers=4)
    free = shtairir.run(plan, keep=keep).raise_for_status()
    limit = data.draw(st.integers(13, 30)) * MEGABYTE
    tight = shtairir.run(plan, keep=keep, memory_limit=limit).raise_for_status()
    assert bits(tight) == bits(free)
    assert tight.memory.peak_bytes <= limit


def bits(result: RunResult) -> dict[str, bytes]:
    return {name: value.tobytes() for name, value in result.results.items() if isinstance(value, np.ndarray)}
