"""Random graphs of arrays: the forecast is the truth on one worker, and no limit changes a result."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import Array, Context, block
from shtairir.block.infer import array, like
from shtairir.document import Graph
from shtairir.errors import PlanningError
from shtairir.planning import ExecutionPlan, ResourceLimits
from shtairir.testing import run_inline


@block(id="test.source", infer=lambda kilobytes, seed: array((kilobytes * 125,), "float64"))
def source(kilobytes: int = 1, seed: int = 0) -> Array:
    """So many kilobytes of one number."""
    return np.full(kilobytes * 125, float(seed))


@block(id="test.copy", infer=like("a"))
def copied(a: Array) -> Array:
    """Other memory with the same in it."""
    return a + 1


@block(id="test.lent", elementwise=True, infer=like("a"))
def lent(ctx: Context, a: Array) -> Array:
    """Memory of the pool."""
    out = ctx.empty(a.shape, a.dtype)
    np.multiply(a, 2, out=out)
    return out


@block(id="test.shown", infer=lambda a: array(a.shape, a.dtype, view_of="a"))
def shown(a: Array) -> Array:
    """The same memory."""
    return a[::-1]


@block(id="test.joined", infer=lambda a, b: array((a.size + b.size,), "float64"))
def joined(a: Array, b: Array) -> Array:
    """Both, one behind the other."""
    return np.concatenate([a, b])


BLOCKS = (copied, lent, shown, joined)
Step = tuple[int, int, int]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Each node is a source, or reads one or two of those before it."""
    graph = Graph("random")
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.integers(-1, len(BLOCKS) - 1)) if number else -1
        if kind < 0:
            graph.add(source, id=f"n{number}", kilobytes=draw(st.sampled_from([1, 2, 50, 100, 300])), seed=number)
            continue
        graph.add(BLOCKS[kind], id=f"n{number}")
        for port in ("a", "b")[: 2 if BLOCKS[kind] is joined else 1]:
            graph.link(f"n{draw(st.integers(0, number - 1))}.out", f"n{number}.{port}")
    return graph


def same(one: shtairir.RunResult, other: shtairir.RunResult) -> bool:
    return one.results.keys() == other.results.keys() and all(
        np.array_equal(one[name], other[name]) for name in one.results
    )


@settings(max_examples=60, deadline=None)
@given(graph=graphs(), level=st.sampled_from(["none", "basic", "balanced", "aggressive"]))
def test_on_one_worker_the_peak_is_what_was_foreseen(graph: Graph, level: str) -> None:
    plan = shtairir.plan(graph, level=level, workers=1)
    assert run_inline(plan).memory.peak_bytes == plan.peak_bytes


@settings(max_examples=40, deadline=None)
@given(graph=graphs(), share=st.floats(0.3, 1.2), workers=st.integers(1, 4))
def test_a_limit_is_refused_or_kept_and_changes_no_result(graph: Graph, share: float, workers: int) -> None:
    free = shtairir.plan(graph, workers=workers)
    assert free.peak_bytes is not None
    limit = max(round(free.peak_bytes * share), 1)
    try:
        plan = shtairir.plan(graph, workers=workers, limits=ResourceLimits(memory_bytes=limit))
    except PlanningError:
        needs = [task.requirements.memory_bytes + read(free, task.number) for task in free.tasks]
        assert max(needs) > limit
        return
    assert plan.peak_bytes is not None
    assert plan.peak_bytes <= limit or any("go to disk" in reason.sentence for reason in plan.reasons)
    assert all(stage.requirements.memory_bytes <= limit for stage in plan.stages)
    assert all(before < task.number for task in plan.tasks for before in task.waits_for)
    assert same(run_inline(plan), run_inline(free))


def read(plan: ExecutionPlan, number: int) -> int:
    """The most that the inputs of a task may take: pooled ones up to a quarter more than their size."""
    task = plan.tasks[number]
    sources = {item.source for item in task.inputs}
    total = 0
    for port in sources:
        made = plan.task(port.node)
        assert made is not None
        total += round(1.25 * (made.estimate.total_bytes or 0)) + 65536
    return total
