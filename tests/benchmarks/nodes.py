"""What a trivial node costs here and elsewhere: ``python tests/benchmarks/nodes.py [NODES]``.

Each shape is run by every engine in turn, several times over, and the least time counts. All record nothing but
what they must, except ours, which records state, times and sizes of each node as always.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from typing import Any

import shtairir
from shtairir.block import block
from shtairir.monitor import EventRecorder

Predecessors = list[list[int]]


@block(id="bench.add", category="Benchmark")
def add(a: float = 1.0, b: float = 0.0, c: float = 0.0) -> float:
    """As little as a node can do."""
    return a + b + c


def layered(count: int) -> Predecessors:
    """Rows of 100, each node fed by three of the row before."""
    return [
        []
        if number < 100
        else sorted({number // 100 * 100 - 100 + (number * step + number // 100) % 100 for step in (1, 7, 13)})
        for number in range(count)
    ]


def chain(count: int) -> Predecessors:
    """One after the other."""
    return [[number - 1] if number else [] for number in range(count)]


def wide(count: int) -> Predecessors:
    """All at once."""
    return [[] for _ in range(count)]


def tree(count: int) -> Predecessors:
    """Each node fed by two; the last is the sum."""
    leaves = (count + 1) // 2
    return [
        [] if number < leaves else [2 * (number - leaves), 2 * (number - leaves) + 1]
        for number in range(2 * leaves - 1)
    ]


def graph_of(predecessors: Predecessors) -> shtairir.Graph:
    """Return the graph; every source has a value of its own, so that nothing can be merged."""
    graph = shtairir.Graph("benchmark")
    ports: list[Any] = []
    for number, before in enumerate(predecessors):
        inputs = {name: ports[other] for name, other in zip("abc", before, strict=False)}
        ports.append(graph.add(add, id=f"n{number}", **(inputs or {"a": float(number)}))["out"])
    return graph


def with_graphlib(predecessors: Predecessors, workers: int) -> Callable[[], None]:
    """Return a run by the standard library: a sorter and a pool."""

    def run() -> None:
        values: dict[int, float] = {}
        sorter = TopologicalSorter(dict(enumerate(predecessors)))
        sorter.prepare()
        with ThreadPoolExecutor(workers) as pool:
            running: dict[Any, int] = {}
            while sorter.is_active():
                for number in sorter.get_ready():
                    inputs = [values[other] for other in predecessors[number]] or [float(number)]
                    running[pool.submit(add, *inputs)] = number
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    number = running.pop(future)
                    values[number] = future.result()
                    sorter.done(number)

    return run


def with_dask(predecessors: Predecessors, workers: int) -> Callable[[], None]:
    """Return a run by dask's threaded scheduler."""
    import dask.threaded

    # Keys are texts, since dask takes any number for a key that is equal to one.
    tasks = {
        f"n{number}": (add, *([f"n{other}" for other in before] or [float(number)]))
        for number, before in enumerate(predecessors)
    }
    read = {other for before in predecessors for other in before}
    results = [f"n{number}" for number in range(len(predecessors)) if number not in read]
    return lambda: dask.threaded.get(tasks, results, num_workers=workers)


def with_shtairir(
    predecessors: Predecessors, workers: int, level: str, *, observed: bool = False
) -> Callable[[], None]:
    """Return a run of a plan."""
    plan = shtairir.plan(graph_of(predecessors), level=level, workers=workers)

    def run() -> None:
        shtairir.run(plan, instruments=[EventRecorder()] if observed else []).raise_for_status()

    return run


def best(run: Callable[[], None], repeats: int) -> float:
    """Return the least time of several runs, in seconds."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nodes", nargs="?", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    out = sys.stdout.write
    out(f"{given.nodes:,} trivial nodes on {given.workers} workers: µs a node (times as much as balanced)\n")
    for shape in (layered, chain, wide, tree):
        predecessors = shape(given.nodes)
        engines = {level: with_shtairir(predecessors, given.workers, level) for level in ("balanced", "basic", "none")}
        engines["balanced, observed"] = with_shtairir(predecessors, given.workers, "balanced", observed=True)
        engines["graphlib + threads"] = with_graphlib(predecessors, given.workers)
        if importlib.util.find_spec("dask"):
            engines["dask.threaded"] = with_dask(predecessors, given.workers)
        times = {name: best(run, given.repeats) / len(predecessors) * 1e6 for name, run in engines.items()}
        cells = (f"{name} {each:.2f} ({each / times['balanced']:.1f} ×)" for name, each in times.items())
        out(f"{shape.__name__:8s} {' · '.join(cells)}\n")


if __name__ == "__main__":
    main()
