"""The plan told as a course: who works when on what, and what memory is held meanwhile."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import shtairir
from shtairir.block import Array, block
from shtairir.ids import NodeId
from shtairir.memory import MemoryProfiler
from shtairir.memory.lifetimes import Lifetimes
from shtairir.monitor.observed import observed
from shtairir.planning import Estimate, ExecutionPlan
from shtairir.planning.schedule import Schedule, longest_way, schedule
from shtairir.testing import graph_of
from shtairir_assets.examples import list_examples

MB = 1_000_000
EXAMPLES = sorted(example.path for example in list_examples())


@block(id="trial.step", pure=False)
def step(a: float = 0.0, b: float = 0.0, c: float = 0.0, d: float = 0.0, e: float = 0.0) -> float:
    """Something that no pass joins with anything."""
    return a + b + c + d + e


def planned(*lines: str, workers: int = 2, level: str = "balanced", **seconds: float) -> ExecutionPlan:
    estimates = {NodeId(node): Estimate(elapsed_s, (MB,), MB) for node, elapsed_s in seconds.items()}
    graph = graph_of(*lines, blocks=dict.fromkeys(seconds, step))
    return shtairir.plan(graph, workers=workers, level=level, estimates=estimates)


def times(found: Schedule) -> dict[str, tuple[int, float, float]]:
    return {span.node: (span.worker, span.from_s, span.to_s) for span in found.spans}


def test_each_task_stands_on_the_first_worker_that_is_free() -> None:
    """
    a ─ b ─┐
    c ─ d ─┴ e
    """
    found = schedule(planned("a -> b -> e", "c -> d -> e", a=1, b=3, c=1, d=1, e=1))
    assert times(found)["e"] == (0, 4, 5)
    assert {times(found)[node][0] for node in ("a", "b")} != {times(found)[node][0] for node in ("c", "d")}
    assert (found.elapsed_s, found.busy_s, found.gain) == (5, 7, 1.4)


def test_two_tasks_are_never_on_one_worker_at_a_time() -> None:
    found = schedule(planned("a -> z", "b -> z", "c -> z", "d -> z", "e -> z", a=3, b=1, c=2, d=1, e=2, z=1))
    by_worker: dict[int, list[tuple[float, float]]] = {}
    for span in found.spans:
        by_worker.setdefault(span.worker, []).append((span.from_s, span.to_s))
    for spans in by_worker.values():
        spans.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert set(by_worker) == {0, 1}


def test_a_stage_with_a_barrier_waits_for_the_one_before() -> None:
    found = schedule(planned("a -> c", "b -> d", level="basic", a=1, b=3, c=1, d=1))
    assert times(found)["c"][1] == 3
    assert [(stage.from_s, stage.to_s, stage.busy_s) for stage in found.stages] == [(0, 3, 4), (3, 4, 2)]
    assert found.stages[0].nodes == ("a", "b")


def test_the_critical_path_is_marked() -> None:
    found = schedule(planned("a -> b -> e", "c -> e", a=1, b=3, c=1, e=1))
    assert [span.node for span in found.spans if span.critical] == ["a", "b", "e"]


def test_a_value_is_held_from_its_maker_to_its_last_reader() -> None:
    found = schedule(planned("a -> b -> c", "a -> c -> d", a=1, b=1, c=1, d=1))
    held = {holding.owner: holding for holding in found.holdings}
    assert (held["a"].from_s, held["a"].to_s, held["a"].released_by) == (0, 3, "c")
    assert (held["d"].to_s, held["d"].released_by) == (4, None), "nobody reads it: it is a result and kept"
    assert held["a"].name == "a.out"


def test_what_is_held_at_the_peak_is_the_peak() -> None:
    found = schedule(planned("a -> b -> c", "a -> c", a=1, b=1, c=1))
    at_s = found.peak_at_s
    assert at_s is not None
    held = sum(holding.nbytes for holding in found.holdings if holding.from_s <= at_s < holding.to_s)
    assert found.peak_bytes == held == 3 * MB


def test_a_cached_node_takes_no_time_and_holds_what_the_others_read() -> None:
    plan = planned("a -> b -> c", "x -> c", a=1, b=1, c=1, x=5)
    found = schedule(plan, cached={NodeId("a"), NodeId("b")})
    assert {span.node for span in found.spans} == {"c", "x"}
    assert {holding.owner for holding in found.holdings} == {"b", "c", "x"}
    assert [span.node for span in found.spans if span.critical] == ["x", "c"]
    assert found.elapsed_s == 6


def test_a_run_that_keeps_everything_releases_nothing() -> None:
    found = schedule(planned("a -> b -> c", a=1, b=1, c=1), keep_all=True)
    assert {holding.to_s for holding in found.holdings} == {3}
    assert {holding.released_by for holding in found.holdings} == {None}
    assert found.peak_bytes == 3 * MB


def test_a_plan_of_which_no_time_is_known_counts_its_tasks() -> None:
    found = schedule(shtairir.plan(graph_of("a -> b"), workers=1))
    assert not found.is_timed
    assert found.elapsed_s == 2
    assert not any(span.is_known for span in found.spans)


def test_an_empty_graph_has_an_empty_schedule() -> None:
    assert schedule(shtairir.plan(graph_of(), workers=1)).spans == ()


def test_the_longest_way_of_nothing_is_nothing() -> None:
    assert longest_way([], []) == []


@pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_schedule_of_an_example_is_what_its_plan_says(path: Path, level: str) -> None:
    plan = shtairir.plan(path, workers=2, level=level)
    found = schedule(plan)
    if plan.estimated_s is not None and plan.peak_bytes:
        assert found.elapsed_s == pytest.approx(plan.estimated_s)
    if plan.sequential_s is not None:
        assert found.busy_s == pytest.approx(plan.sequential_s)
    assert found.peak_bytes == plan.peak_bytes
    assert len(found.spans) == len(plan.tasks)


# --- the truth ------------------------------------------------------------------------------------------------


@block(id="trial.fill")
def fill(size: int = 200_000) -> Array:
    """Return ones."""
    import numpy as np

    return np.ones(size)


@block(id="trial.twice")
def twice(x: Array) -> Array:
    """Return twice as much."""
    return x * 2


def ran(plan: ExecutionPlan) -> Schedule:
    profiler, lifetimes = MemoryProfiler(), Lifetimes()
    result = shtairir.run(plan, instruments=(profiler, lifetimes))
    result.raise_for_status()
    return observed(profiler.profile(), lifetimes.found, plan)


def test_a_run_is_told_in_the_shape_of_its_forecast() -> None:
    graph = graph_of("a -> b -> c", blocks={"a": fill, "b": twice, "c": twice})
    plan = shtairir.plan(graph, workers=2, level="none")
    found = ran(plan)
    assert [span.node for span in found.spans] == ["a", "b", "c"]
    assert [stage.nodes for stage in found.stages] == [("a",), ("b",), ("c",)]
    held = {holding.owner: holding for holding in found.holdings if holding.port is not None}
    assert (held["a"].nbytes, held["a"].released_by) == (1_600_000, "b")
    assert held["c"].released_by is None
    assert held["c"].to_s == found.elapsed_s
    assert all(holding.from_s <= holding.to_s for holding in found.holdings)


def test_nodes_that_were_one_task_are_one_span() -> None:
    lines = "a -> b -> c -> d"
    blocks = {"b": "array.sqrt", "c": "array.sqrt", "d": "array.sqrt"}
    graph = shtairir.Graph("fused")
    nodes = {"a": graph.add(fill, id="a")} | {name: graph.add(of, id=name) for name, of in blocks.items()}
    for one, other in zip(lines.split(" -> "), lines.split(" -> ")[1:], strict=False):
        graph.link(nodes[one]["out"], nodes[other]["x"])
    plan = shtairir.plan(graph, workers=2, level="aggressive")
    found = ran(plan)
    assert [span.label for span in found.spans] == [task.label for task in plan.tasks]


def test_a_second_run_takes_the_place_of_the_first() -> None:
    plan = shtairir.plan(graph_of("a -> b", blocks={"a": fill, "b": twice}), workers=1, level="none")
    lifetimes = Lifetimes()
    for _ in range(2):
        shtairir.run(plan, instruments=(lifetimes,)).raise_for_status()
    assert [str(value.port) for value in lifetimes.found] == ["a.out", "b.out"]


@block(id="trial.stumble")
def stumble(x: Array) -> float:
    """Fail."""
    raise ValueError("no")


def test_a_task_that_failed_is_told_apart() -> None:
    plan = shtairir.plan(graph_of("a -> b", blocks={"a": fill, "b": stumble}), workers=1, level="none")
    profiler, lifetimes = MemoryProfiler(), Lifetimes()
    shtairir.run(plan, instruments=(profiler, lifetimes))
    found = observed(profiler.profile(), lifetimes.found, plan)
    assert {span.node: span.is_bad for span in found.spans} == {"a": False, "b": True}
