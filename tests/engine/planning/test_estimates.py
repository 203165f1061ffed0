"""What is foreseen of a run: sizes that flow along the links, times, peak memory, and where they are from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.block.elementwise import Ufunc
from shtairir.block.infer import Spec, array, elementwise, like
from shtairir.document import Graph
from shtairir.ids import NodeId
from shtairir.memory.pool import size_class
from shtairir.planning import Estimate, ExecutionPlan
from shtairir.testing import graph_of, run_inline


@block(category="Test", infer=lambda rows: array((rows, 1000), "float64"))
def make(rows: int = 100) -> Array:
    """An array of 8,000 bytes a row."""
    return np.ones((rows, 1000))


@block(category="Test", infer=like("a", "float32"), cost=lambda a: a.size * 1e-9)
def halve(a: Array) -> Array:
    """Half of the bytes."""
    return a.astype(np.float32)


@block(category="Test", cost=0.25)
def mystery(a: Array) -> Any:
    """Something of which nothing is said."""
    return a.sum()


@block(category="Test", infer=lambda a: array(a.shape[::-1], a.dtype, view_of="a"))
def turned(a: Array) -> Array:
    """A view."""
    return a.T


@block(category="Test", elementwise=True, kernel=Ufunc("add"))
def plus(ctx: Context, x1: Array | float, x2: Array | float) -> Array:
    """A sum, in memory of the pool."""
    out = ctx.empty(np.broadcast_shapes(np.shape(x1), np.shape(x2)), np.result_type(x1, x2))
    np.add(x1, x2, out=out)
    return out


@block(category="Test", elementwise=True, infer=like("a"))
def unfused(ctx: Context, a: Array) -> Array:
    """A copy in memory of the pool; without a kernel it stays a node of its own."""
    out = ctx.empty(a.shape, a.dtype)
    out[...] = a
    return out


@block(category="Test", infer=lambda a: 1 / 0)
def careless(a: Array) -> Array:
    """Its declaration fails."""
    return a * 2


def chain(*blocks: Any, **values: Any) -> Graph:
    """A graph of blocks, each fed by the one before."""
    graph = Graph("chain")
    previous = None
    for place, function in enumerate(blocks):
        name = f"n{place}"
        graph.add(function, id=name, **(values if place == 0 else {}))
        if previous is not None:
            port = "x1" if function is plus else "a"
            graph.link(f"{previous}.out", f"{name}.{port}")
            if function is plus:
                graph.set(f"{name}.x2", 1.0)
        previous = name
    return graph


def estimate(plan: ExecutionPlan, node: str) -> Estimate:
    task = plan.task(node)
    assert task is not None
    return task.estimate


def test_sizes_flow_from_block_to_block() -> None:
    plan = shtairir.plan(chain(make, halve, turned, rows=50))
    assert [task.estimate.output_bytes for task in plan.tasks] == [(400_000,), (200_000,), (200_000,)]
    assert {task.estimate.source for task in plan.tasks if task.node != "n1"} == {"inferred"}


def test_a_declared_cost_is_a_function_of_what_arrives_or_a_number() -> None:
    plan = shtairir.plan(chain(make, halve, mystery))
    assert estimate(plan, "n1") == Estimate(100_000 * 1e-9, (400_000,), None, "declared")
    assert estimate(plan, "n2") == Estimate(0.25, (None,), None, "declared")


def test_what_is_not_known_is_not_claimed_and_stops_there() -> None:
    plan = shtairir.plan(chain(make, careless, halve))
    assert estimate(plan, "n1") == Estimate()
    assert estimate(plan, "n2").output_bytes in ((), (None,))
    assert plan.peak_bytes is None


def test_an_elementwise_block_is_inferred_by_its_kernel() -> None:
    plan = shtairir.plan(chain(make, halve, plus, rows=10))
    assert estimate(plan, "n2").output_bytes == (40_000,)


@pytest.mark.parametrize(
    ("operands", "shape", "dtype"),
    [
        ([array((4, 1), "float32"), array((5,), "float64")], (4, 5), "float64"),
        ([array((4,), "float32"), 2.5], (4,), "float32"),
        ([array((4,), "uint8"), Spec("float", nbytes=24)], (4,), "float64"),
        ([array((), "int32"), array((0, 3), "int16")], (0, 3), "int32"),
        ([array((2,), "bool"), array((2,), "bool")], (2,), "bool"),
    ],
)
def test_elementwise_inference_is_that_of_numpy(operands: list[Any], shape: tuple[int, ...], dtype: str) -> None:
    spec = elementwise(Ufunc("add"), operands)
    assert (spec.shape, spec.dtype) == (shape, dtype)


def test_elementwise_inference_takes_no_memory() -> None:
    assert elementwise(Ufunc("add"), [array((10**12,), "float64"), 1.0]).nbytes == 8 * 10**12


def test_a_view_takes_no_memory_and_keeps_what_it_shows() -> None:
    """
    make ─ turned ─ halve      800 kB, a view of it, 400 kB
    """
    graph = chain(make, turned, halve)
    assert shtairir.plan(graph).peak_bytes == 1_200_000
    assert run_inline(graph).memory.peak_bytes == 1_200_000


@pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])
def test_the_peak_is_foreseen(level: str) -> None:
    """
    make ─ halve ─ plus ─┬ plus        with a branch beside it
    make2 ─ halve2 ──────┘
    """
    graph = Graph("peak")
    graph.add(make, id="a", rows=200)
    graph.add(make, id="b", rows=201)
    for name, source in (("ha", "a"), ("hb", "b")):
        graph.add(halve, id=name)
        graph.link(f"{source}.out", f"{name}.a")
    graph.add(plus, id="pa", x2=1.0)
    graph.link("ha.out", "pa.x1")
    graph.add(turned, id="tb")
    graph.link("hb.out", "tb.a")
    plan = shtairir.plan(graph, level=level, workers=1)
    truth = run_inline(plan).memory.peak_bytes
    assert plan.peak_bytes is not None
    assert truth <= plan.peak_bytes * 1.01
    assert plan.peak_bytes <= 1.2 * truth


def test_given_estimates_go_before_what_is_inferred() -> None:
    known = {NodeId("n0"): Estimate(2.0, (1_000_000,))}
    plan = shtairir.plan(chain(make, halve), estimates=known)
    assert estimate(plan, "n0").elapsed_s == 2.0
    assert estimate(plan, "n0").output_bytes == (1_000_000,)


def test_a_result_gives_estimates_with_the_size_of_each_output() -> None:
    graph = chain(make, halve)
    known = run_inline(graph).estimates()
    assert known[NodeId("n0")].output_bytes == (800_000,)
    assert known[NodeId("n0")].source == "learned"


def test_the_time_on_workers_is_that_of_a_rehearsal() -> None:
    """
    x ─ a        5 + 1
    y ─ b        2 + 2     on one worker 10, on two 6
    """
    known = {
        NodeId(name): Estimate(seconds, (5000,)) for name, seconds in zip("xayb", (5.0, 1.0, 2.0, 2.0), strict=True)
    }
    graph = graph_of("x -> a", "y -> b", values={"x": {"plus": 1}, "y": {"plus": 2}})
    assert shtairir.plan(graph, workers=1, estimates=known).estimated_s == 10.0
    assert shtairir.plan(graph, workers=2, estimates=known).estimated_s == 6.0


def test_estimates_never_change_a_result() -> None:
    graph = chain(make, halve, plus, turned)
    truth = run_inline(graph)["n3"]
    wrong = {NodeId(f"n{number}"): Estimate(9.0 - number, (7 * 10**number,)) for number in range(4)}
    for level in ("none", "basic", "balanced", "aggressive"):
        np.testing.assert_array_equal(run_inline(shtairir.plan(graph, level=level, estimates=wrong))["n3"], truth)


def test_buffers_are_shared_by_values_that_do_not_live_together() -> None:
    """
    make ─ n1 ─ n2 ─ n3 ─ total      the third lies where the first was
    """
    graph = chain(make, unfused, unfused, unfused, total)
    plan = shtairir.plan(graph, level="aggressive", workers=1)
    homes = {str(value): buffer.number for buffer in plan.buffers for value in buffer.values}
    assert homes == {"n1.out": 0, "n2.out": 1, "n3.out": 0}
    assert [buffer.nbytes for buffer in plan.buffers] == [size_class(800_000)] * 2
    document: Any = plan.to_dict()["buffers"]
    assert [entry["values"] for entry in document] == [[str(value) for value in one.values] for one in plan.buffers]


@block(category="Test", infer=lambda a: Spec("float", nbytes=24))
def total(a: Array) -> float:
    """The sum of an array."""
    return float(a.sum())
