"""What must hold for any graph: the same result at every level, with any number of workers, cancelled or not."""

from __future__ import annotations

import threading
import time
import weakref
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import Array, Context, block
from shtairir.document import Graph
from shtairir.events import NodeFinished, NodeStarted, NodeStatus, ValueReleased
from shtairir.testing import EventRecorder, InlineWorkers, run_inline

LEVELS = ["none", "basic", "balanced", "aggressive"]
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@block(id="any.constant", category="Test")
def constant(value: float = 0.0) -> float:
    """A number."""
    return value


@block(id="any.blend", category="Test")
def blend(x: float, y: float, weight: float = 0.25) -> float:
    """Neither commutative nor associative, so that a mix-up shows."""
    return x * (1 - weight) + y * weight * 1.5 + 0.125


@block(id="any.scaled", category="Test", elementwise=True)
def scaled(x: float, factor: float = 3.0) -> float:
    """May be folded."""
    return x * factor


@block(id="any.spread", category="Test")
def spread(x: float, count: int = 40) -> Array:
    """An array, from which a number is made again."""
    return np.linspace(x, x + 1, count)


@block(id="any.written", category="Test", inplace=("x",))
def written(x: Array) -> float:
    """Writes into its input."""
    x += 1
    return float(x.mean())


@block(id="any.picky", category="Test")
def picky(x: float) -> float:
    """Fails for some numbers."""
    if int(x * 8) % 5 == 3:
        raise ValueError(f"not {x}")
    return x + 1


@st.composite
def graphs(draw: st.DrawFn, failing: bool = False) -> Graph:
    """Small graphs, in which the same nodes occur often enough to be merged and folded."""
    graph = Graph("random")
    numbers: list[Any] = []
    arrays: list[Any] = []
    kinds = ["constant", "blend", "scaled", "spread", "written"] + (["picky"] if failing else [])
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=14)):
        if kind == "constant" or not numbers:
            numbers.append(graph.add(constant, value=draw(st.sampled_from([0.0, 1.0, 2.5])))["out"])
            continue
        source = draw(st.sampled_from(numbers))
        if kind == "blend":
            numbers.append(graph.add(blend, x=source, y=draw(st.sampled_from(numbers)))["out"])
        elif kind == "scaled":
            numbers.append(graph.add(scaled, x=source)["out"])
        elif kind == "picky":
            numbers.append(graph.add(picky, x=source)["out"])
        elif kind == "spread":
            arrays.append(graph.add(spread, x=source)["out"])
        elif arrays:
            numbers.append(graph.add(written, x=draw(st.sampled_from(arrays)))["out"])
    return graph


def outcome(result: shtairir.RunResult) -> dict[str, Any]:
    values = {name: value.tolist() if hasattr(value, "tolist") else value for name, value in result.results.items()}
    return {"values": values, "statuses": {name: str(node.status) for name, node in result.nodes.items()}}


@SLOW
@given(graphs(failing=True), st.sampled_from(["results", "all"]))
def test_every_level_and_number_of_workers_gives_the_same(graph: Graph, keep: str) -> None:
    expected = outcome(run_inline(graph, level="none", keep=None if keep == "all" else ()))
    for level in LEVELS:
        plan = shtairir.plan(graph, level=level, workers=4)
        assert outcome(run_inline(plan, keep=None if keep == "all" else ())) == expected
        assert outcome(shtairir.run(plan, keep=keep)) == expected  # the same plan again, on threads
        assert outcome(shtairir.run(graph, level=level, workers=1, keep=keep)) == expected


@SLOW
@given(graphs(), st.sampled_from(LEVELS), st.sampled_from([1, 4]))
def test_each_value_is_released_once_and_never_while_it_is_read(graph: Graph, level: str, workers: int) -> None:
    plan = shtairir.plan(graph, level=level, workers=workers)
    seen = EventRecorder()
    shtairir.run(plan, instruments=[seen])
    kept = set(plan.results)
    released = [(event.node, event.port) for event in seen.of(ValueReleased)]
    made = {(port.node, port.port): port for task in plan.tasks for port in task.outputs}
    shared = {port for task in plan.tasks for port in task.outputs if kept & set(_names(plan, task.node))}
    assert len(set(released)) == len(released)
    assert set(released) == {key for key, port in made.items() if port not in kept and port not in shared}
    finished: set[str] = set()
    gone: set[tuple[str, str]] = set()
    readers = {task.node: {(item.source.node, item.source.port) for item in task.inputs} for task in plan.tasks}
    for event in seen.events:
        if isinstance(event, NodeStarted) and event.node in readers:
            assert not readers[event.node] & gone
        elif isinstance(event, NodeFinished):
            finished.add(event.node)
        elif isinstance(event, ValueReleased):
            gone.add((event.node, event.port))
            assert all(node in finished for node, read in readers.items() if (event.node, event.port) in read)


def _names(plan: shtairir.ExecutionPlan, node: str) -> list[Any]:
    task = plan.task(node)
    assert task is not None
    return [port for port, slot in plan.slots.items() if port.node in (task.node, *task.aliases)]


@settings(max_examples=30, deadline=None)
@given(
    st.integers(2, 12),
    st.integers(1, 4),
    st.floats(0, 0.01),
    st.sampled_from(["none", "basic", "balanced"]),
    st.booleans(),
)
def test_cancelling_at_any_moment_ends_the_run(
    width: int, workers: int, delay_s: float, level: str, listens: bool
) -> None:
    @block(pure=False)
    def work(context: Context, x: float = 0.0, seconds: float = 0.001) -> float:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            if listens:
                context.check_cancelled()
        return x

    graph = Graph("wide")
    for _ in range(width):
        last = graph.add(work)
        for _ in range(3):
            last = graph.add(work, x=last["out"])
    handle = shtairir.start(graph, level=level, workers=workers)
    threading.Timer(delay_s, handle.cancel).start()
    result = handle.wait(20)
    assert result is not None
    statuses = {node.status for node in result.nodes.values()}
    assert statuses <= {NodeStatus.DONE, NodeStatus.CANCELLED}
    assert result.status == ("cancelled" if NodeStatus.CANCELLED in statuses else "done")


def test_a_thousand_values_are_never_alive_at_once() -> None:
    """
    c1 ─ c2 ─ ... ─ c1000, each an array: two at a time at most
    """
    alive: list[weakref.ref[Any]] = []
    most = 0

    @block(pure=False)
    def grow(x: Any = None) -> Any:
        nonlocal most
        array = np.zeros(1000)
        alive.append(weakref.ref(array))
        most = max(most, sum(ref() is not None for ref in alive[-10:]))
        return array

    graph = Graph("chain")
    last = graph.add(grow)
    for _ in range(999):
        last = graph.add(grow, x=last["out"])
    result = shtairir.run(graph)
    assert result.status == "done"
    assert most == 2
    assert sum(ref() is not None for ref in alive) == 1


def test_workers_of_a_callers_own_can_run_a_plan() -> None:
    class Counting(InlineWorkers):
        steps = 0

        def step(self) -> bool:
            self.steps += 1
            return super().step()

    counting = Counting()
    graph = Graph("two")
    graph.add(scaled, x=graph.add(constant)["out"])
    assert run_inline(graph, workers=counting).status == "done"
    assert counting.steps >= 2
