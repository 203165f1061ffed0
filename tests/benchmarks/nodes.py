"""What a trivial node costs: 10,000 nodes of one microsecond, in four shapes.

Each engine runs a plan that it made before; making it is measured in `analysis`. All but ours keep only what they
must; ours records state, times and sizes of each node, as always.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from typing import Any

import shtairir
from shtairir.monitor import EventRecorder
from tests.benchmarks.contest import WORKERS, Contest, Contestant, Figure, Target
from tests.benchmarks.shapes import Predecessors, add, chain, graph_of, layered, results_of, tree, wide

Run = Callable[[], object]
LEVELS = ("none", "basic", "balanced", "aggressive")


def by_level(predecessors: Predecessors, level: str, observed: bool = False) -> Run:
    """Return a run of our plan."""
    plan = shtairir.plan(graph_of(predecessors), level=level, workers=WORKERS)
    last = [f"n{number}.out" for number in results_of(predecessors)]

    def run() -> list[float]:
        result = shtairir.run(plan, instruments=[EventRecorder()] if observed else []).raise_for_status()
        return [result.results[port] for port in last]

    return run


def by_loop(predecessors: Predecessors) -> Run:
    """Return a loop over the calls in order: nothing could cost less, and it can do nothing else."""
    program = [(number, add, before or None) for number, before in enumerate(predecessors)]
    last = results_of(predecessors)

    def run() -> list[float]:
        slots: list[Any] = [float(number) for number in range(len(program))]
        for number, function, before in program:
            slots[number] = function(slots[number]) if before is None else function(*[slots[each] for each in before])
        return [slots[number] for number in last]

    return run


def by_graphlib(predecessors: Predecessors) -> Run:
    """Return a run by the standard library: a sorter and a pool of threads."""
    last = results_of(predecessors)

    def run() -> list[float]:
        values: dict[int, float] = {}
        sorter = TopologicalSorter(dict(enumerate(predecessors)))
        sorter.prepare()
        with ThreadPoolExecutor(WORKERS) as pool:
            running: dict[Any, int] = {}
            while sorter.is_active():
                for number in sorter.get_ready():
                    inputs = [values[other] for other in predecessors[number]] or [float(number)]
                    running[pool.submit(add, *inputs)] = number
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    number = running.pop(future)
                    values[number] = future.result()
                    sorter.done(number)
        return [values[number] for number in last]

    return run


def by_dask(predecessors: Predecessors, scheduler: str) -> Run:
    """Return a run by a scheduler of dask's."""
    import dask
    import dask.threaded

    # Keys are names, since a number among the arguments that equals a key would be taken for it.
    tasks = {
        f"n{number}": (add, *([f"n{other}" for other in before] or [float(number)]))
        for number, before in enumerate(predecessors)
    }
    last = [f"n{number}" for number in results_of(predecessors)]
    if scheduler == "sync":
        return lambda: list(dask.get(tasks, last))
    return lambda: list(dask.threaded.get(tasks, last, num_workers=WORKERS))


def by_hamilton(predecessors: Predecessors) -> Run:
    """Return a run by Hamilton, whose nodes are functions named as their outputs are."""
    from tests.benchmarks.peers import hamilton_driver

    source = []
    for number, before in enumerate(predecessors):
        arguments = ", ".join(f"n{other}: float" for other in before)
        inputs = ", ".join(f"n{other}" for other in before) or f"{float(number)}"
        source.append(f"def n{number}({arguments}) -> float:\n    return add({inputs})\n")
    driver = hamilton_driver("\n".join(source), {"add": add})
    last = [f"n{number}" for number in results_of(predecessors)]
    return lambda: list(driver.execute(last).values())


def by_joblib(predecessors: Predecessors) -> Run:
    """Return a run by joblib, which knows no graphs: level after level, as a loop of parallel calls."""
    from joblib import Parallel, delayed

    levels = [0] * len(predecessors)
    for number, before in enumerate(predecessors):
        levels[number] = 1 + max((levels[other] for other in before), default=-1)
    stages: list[list[int]] = [[] for _ in range(max(levels) + 1)]
    for number, level in enumerate(levels):
        stages[level].append(number)
    last = results_of(predecessors)

    def run() -> list[float]:
        values: dict[int, float] = {}
        with Parallel(n_jobs=WORKERS, prefer="threads") as parallel:
            for stage in stages:
                calls = [delayed(add)(*([values[i] for i in predecessors[n]] or [float(n)])) for n in stage]
                values.update(zip(stage, parallel(calls), strict=True))
        return [values[number] for number in last]

    return run


def contests(scale: float) -> list[Contest]:
    """Return a contest for each shape."""
    count = max(int(10_000 * scale), 200)
    return [_contest(shape, count) for shape in (layered, chain, wide, tree)]


def _contest(shape: Callable[[int], Predecessors], count: int) -> Contest:
    nodes = len(shape(count))

    def entry(name: str, way: Callable[..., Run], *more: Any, needs: tuple[str, ...] = ()) -> Contestant:
        return Contestant(name, lambda: way(shape(count), *more), needs)

    ours = [entry(f"shtairir {level}", by_level, level) for level in LEVELS]
    peers = [
        entry("shtairir balanced, observed", by_level, "balanced", True),
        entry("bare loop over the calls", by_loop),
        entry("graphlib + ThreadPoolExecutor", by_graphlib),
        entry("dask.sync", by_dask, "sync", needs=("dask",)),
        entry("dask.threaded", by_dask, "threaded", needs=("dask",)),
    ]
    if shape is not chain:  # a parallel loop over one call at a time has no sense
        peers.append(entry("joblib, level by level", by_joblib, needs=("joblib",)))
    if shape is not wide and shape is not tree:  # driven by its recursion, like the chain; two shapes tell enough
        peers.append(entry("Hamilton", by_hamilton, needs=("hamilton",)))
    return Contest(
        name=f"nodes_{shape.__name__}",
        title=f"{nodes:,} trivial nodes, {shape.__name__}: {(shape.__doc__ or '').rstrip('.').lower()}",
        contestants=(*ours, *peers),
        figures=(
            Figure("elapsed_s", "µs a node", 1e6 / nodes),
            Figure("cpu_s", "of processors, µs a node", 1e6 / nodes),
            Figure("first_s", "first turn, µs a node", 1e6 / nodes),
        ),
        against="shtairir balanced",
        targets=(
            Target("shtairir balanced", "elapsed_s", 2e-6 * nodes),
            Target("shtairir aggressive", "elapsed_s", 0.6e-6 * nodes),
        ),
        rounds=9,
    )
