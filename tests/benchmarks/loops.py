"""For each: the same block for each of many items, in parallel, results in order.

Small items are a sum of two numbers, far less than it takes to hand them to a thread; long ones are a tenth of a
millisecond of NumPy, which lets other threads run meanwhile. All get the list and return a list. Ours has a plan that
was made before, and keeps the status and the time of each item.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import shtairir
from shtairir.block import block
from shtairir.monitor import EventRecorder
from tests.benchmarks.contest import WORKERS, Contest, Contestant, Figure, Target

Run = Callable[[], list[float]]


@block(category="Benchmark")
def small(x: float) -> float:
    """Return a number and a half."""
    return x * 1.5 + 1.0


@block(category="Benchmark")
def long(x: float) -> float:
    """Sort some numbers, and return one of them."""
    import numpy as np

    return float(np.sort(np.sin(np.arange(4_000.0) + x))[-1])


def by_shtairir(function: Any, items: list[float], observed: bool = False) -> Run:
    """Return a run of a graph with a For each."""
    graph = shtairir.Graph("for each")
    body = graph.add_subgraph("body")
    x = body.add("graph.input", id="x", values={"name": "x", "type": "float"})
    node = body.add(function, id="node", x=x["out"])
    body.add("graph.output", id="y", values={"name": "y", "type": "float"}, value=node["out"])
    graph.add("flow.for_each", id="loop", values={"body": "body", "x": items})
    plan = shtairir.plan(graph, workers=WORKERS)

    def run() -> list[float]:
        instruments = [EventRecorder()] if observed else []
        result: list[float] = shtairir.run(plan, instruments=instruments)["loop.y"]
        return result

    return run


def by_map(function: Any, items: list[float]) -> Run:
    """Return a run by `ThreadPoolExecutor.map`, with a pool that is there already."""
    pool = ThreadPoolExecutor(WORKERS)
    return lambda: list(pool.map(function, items))


def by_submit(function: Any, items: list[float]) -> Run:
    """Return a run by `ThreadPoolExecutor.submit`, item by item."""
    pool = ThreadPoolExecutor(WORKERS)

    def run() -> list[float]:
        futures = [pool.submit(function, item) for item in items]
        return [future.result() for future in futures]

    return run


def by_joblib(function: Any, items: list[float]) -> Run:
    """Return a run by joblib's threads."""
    from joblib import Parallel, delayed

    def run() -> list[float]:
        with Parallel(n_jobs=WORKERS, prefer="threads") as parallel:
            return list(parallel(delayed(function)(item) for item in items))

    return run


def by_dask(function: Any, items: list[float]) -> Run:
    """Return a run by dask.bag on threads, in as many partitions as it makes by itself."""
    import dask.bag

    bag = dask.bag.from_sequence(items).map(function)
    return lambda: list(bag.compute(scheduler="threads", num_workers=WORKERS))


def by_loop(function: Any, items: list[float]) -> Run:
    """Return a run by a loop in one thread."""
    return lambda: [function(item) for item in items]


def contests(scale: float) -> list[Contest]:
    """Return a contest for each length of items."""
    return [
        _contest("small", small, max(int(10_000 * scale), 50)),
        _contest("long", long, max(int(2_000 * scale), 50)),
    ]


def _contest(name: str, function: Any, count: int) -> Contest:
    items = [float(number) for number in range(count)]

    def entry(title: str, way: Callable[..., Run], *more: Any, needs: tuple[str, ...] = ()) -> Contestant:
        return Contestant(title, lambda: way(function, items, *more), needs)

    return Contest(
        name=f"for_each_{name}",
        title=f"For each of {count:,} {name} items",
        contestants=(
            entry("shtairir for each", by_shtairir),
            entry("shtairir for each, observed", by_shtairir, True),
            entry("ThreadPoolExecutor.map", by_map),
            entry("ThreadPoolExecutor.submit", by_submit),
            entry("joblib, threads", by_joblib, needs=("joblib",)),
            entry("dask.bag, threads", by_dask, needs=("dask",)),
            entry("loop in one thread", by_loop),
        ),
        figures=(
            Figure("elapsed_s", "µs an item", 1e6 / count),
            Figure("cpu_s", "of processors, µs an item", 1e6 / count),
            Figure("first_s", "first turn, µs an item", 1e6 / count),
        ),
        against="shtairir for each",
        targets=(
            Target("shtairir for each", "cpu_s", 2.0, of="ThreadPoolExecutor.map"),
            Target("shtairir for each", "cpu_s", 2.0, of="ThreadPoolExecutor.submit"),
        ),
        rounds=9,
    )
