"""Work in worker processes: pure Python, which threads cannot do side by side, and an array handed from one to another.

All engines have two workers, started before. Where a peer may keep an array where it was made, a row says so; *in
turns* means that each node runs in another process than the one before.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import shtairir
from shtairir.block import Array, Context, block
from tests.benchmarks.contest import WORKERS, Contest, Contestant, Figure, Target

BLOCKS = 32
LOOPS = 1_000_000
"""Rounds of a block's loop: about 48 ms."""

HOPS = 16
LENGTH = 25_000_000
"""Numbers in the array: 200 MB."""

Run = Callable[[], object]


# --- pure Python ----------------------------------------------------------------------------------------------


def spin(number: int, loops: int) -> float:
    """Count, and do nothing else."""
    total = 0
    for step in range(loops):
        total += step & number
    return float(total)


@block(id="bench.spin", category="Benchmark")
def spinning(number: int = 0, loops: int = LOOPS) -> float:
    """Count, as a block."""
    return spin(number, loops)


def python_by_ours(loops: int, backend: Any) -> Run:
    """Return our run."""
    graph = shtairir.Graph("spin")
    names = [str(graph.add(spinning, values={"number": number, "loops": loops})["out"]) for number in range(BLOCKS)]
    plan = shtairir.plan(graph, workers=WORKERS)

    def run() -> list[float]:
        result = shtairir.run(plan, backend=backend).raise_for_status()
        return [result[name] for name in names]

    return run


def python_by_pool(loops: int) -> Run:
    """Return the same by a pool of spawned processes of the standard library."""
    pool = _spawned()
    return lambda: [each.result() for each in [pool.submit(spin, number, loops) for number in range(BLOCKS)]]


def python_by_loky(loops: int) -> Run:
    """Return the same by joblib."""
    import joblib

    return lambda: joblib.Parallel(n_jobs=WORKERS)(joblib.delayed(spin)(number, loops) for number in range(BLOCKS))


def python_by_distributed(loops: int) -> Run:
    """Return the same by dask.distributed."""
    client = _cluster()
    return lambda: client.gather([client.submit(spin, number, loops, pure=False) for number in range(BLOCKS)])


# --- an array -------------------------------------------------------------------------------------------------


def increased(array: Any) -> Any:
    """Return an array that is one larger."""
    return array + 1.0


def full(length: int) -> Any:
    """Return an array of ones."""
    import numpy as np

    return np.full(length, 1.0)


@block(id="bench.full", category="Benchmark")
def filled(context: Context, length: int = LENGTH) -> Array:
    """Return an array of ones."""
    array = context.empty(length)
    array.fill(1.0)
    return array


@block(id="bench.into", category="Benchmark")
def into(x: Array, context: Context) -> Array:
    """Return an array that is one larger, in a buffer of the pool."""
    import numpy as np

    return np.add(x, 1.0, out=context.empty(x.shape))


@block(id="bench.any", category="Benchmark")
def fresh(x: Array) -> Array:
    """Return an array that is one larger, as any block would."""
    return increased(x)


def array_by_ours(length: int, chosen: Any) -> Run:
    """Return our run, in which each node runs in another process than the one before."""
    from shtairir.execute.options import RunOptions
    from shtairir.execute.processes import Processes
    from shtairir.execute.processes.pool import ProcessPool
    from shtairir.session import start_plan, wait_for

    class InTurns(ProcessPool):
        """Lends the worker that has rested for the longest time."""

        def _next_idle(self) -> Any:
            return self._idle.pop(0)

    workers = InTurns()
    workers.warm_up(WORKERS)
    atexit.register(workers.close)
    graph = shtairir.Graph("hops")
    last = graph.add(filled, values={"length": length})["out"]
    for number in range(HOPS):
        last = graph.add(chosen, id=f"v{number}", x=last)["out"]
    plan = shtairir.plan(graph, workers=WORKERS)
    how = Processes("processes", workers=workers)
    options = RunOptions(pool=how.pool, invoke=how.invoke)
    return lambda: wait_for(start_plan(plan, options)).raise_for_status()[str(last)]


def array_here(length: int) -> Run:
    """Return the same in one process, each node into fresh memory."""

    def run() -> Any:
        array = full(length)
        for _ in range(HOPS):
            array = increased(array)
        return array

    return run


def array_by_pool(length: int) -> Run:
    """Return the same by a pool of the standard library, which pickles the array on each way."""
    pool = _spawned()

    def run() -> Any:
        array = full(length)
        for _ in range(HOPS):
            array = pool.submit(increased, array).result()
        return array

    return run


def array_by_loky(length: int) -> Run:
    """Return the same by joblib, which writes large arrays to shared memory."""
    import joblib

    workers = joblib.Parallel(n_jobs=WORKERS)

    def run() -> Any:
        array = full(length)
        for _ in range(HOPS):
            (array,) = workers([joblib.delayed(increased)(array)])
        return array

    return run


def array_by_distributed(length: int, *, in_turns: bool) -> Run:
    """Return the same by dask.distributed."""
    client = _cluster()
    addresses = list(client.scheduler_info()["workers"])

    def places() -> Iterator[Any]:
        return cycle(addresses) if in_turns else cycle([None])

    def run() -> Any:
        place = places()
        future = client.submit(full, length, pure=False, workers=next(place))
        for _ in range(HOPS):
            future = client.submit(increased, future, pure=False, workers=next(place))
        return future.result()

    return run


# --- peers ----------------------------------------------------------------------------------------------------


def _spawned() -> Any:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"))
    list(pool.map(abs, range(64)))
    return pool


def _cluster() -> Any:
    from distributed import Client

    return Client(n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None)


# --- contests -------------------------------------------------------------------------------------------------


def contests(scale: float) -> list[Contest]:
    """Return both."""
    return [_python(max(int(LOOPS * scale), 100)), _array(max(int(LENGTH * scale), 20_000))]


def _python(loops: int) -> Contest:
    return Contest(
        name="processes_python",
        title=f"{BLOCKS} blocks of 48 ms of pure Python",
        contestants=(
            Contestant("shtairir, processes", lambda: python_by_ours(loops, "processes")),
            Contestant("shtairir, threads", lambda: python_by_ours(loops, "threads")),
            Contestant("concurrent.futures, spawn", lambda: python_by_pool(loops)),
            Contestant("joblib.loky", lambda: python_by_loky(loops), ("joblib",)),
            Contestant("dask.distributed", lambda: python_by_distributed(loops), ("distributed",)),
        ),
        figures=(Figure("elapsed_s", "s", 1, 3), Figure("first_s", "first turn, s", 1, 2)),
        against="concurrent.futures, spawn",
        targets=(Target("shtairir, processes", "elapsed_s", 1.02, of="concurrent.futures, spawn"),),
        rounds=9,
    )


def _array(length: int) -> Contest:
    return Contest(
        name="processes_array",
        title=f"An array of {length * 8 / 1e6:g} MB through {HOPS} nodes",
        contestants=(
            Contestant("shtairir, into a buffer, in turns", lambda: array_by_ours(length, into)),
            Contestant("shtairir, any block, in turns", lambda: array_by_ours(length, fresh)),
            Contestant("one process, fresh arrays", lambda: array_here(length)),
            Contestant(
                "dask.distributed, free to stay",
                lambda: array_by_distributed(length, in_turns=False),
                ("distributed",),
                once=True,
            ),
            Contestant(
                "dask.distributed, in turns",
                lambda: array_by_distributed(length, in_turns=True),
                ("distributed",),
                once=True,
            ),
            Contestant("joblib.loky", lambda: array_by_loky(length), ("joblib",), once=True),
            Contestant("concurrent.futures, pickled", lambda: array_by_pool(length), once=True),
        ),
        figures=(
            Figure("elapsed_s", "s", 1, 3),
            Figure("first_s", "first turn, s", 1, 2),
            Figure("peak_bytes", "peak of the program, MB", 1e-6, 0),
        ),
        against="one process, fresh arrays",
        targets=(
            Target("shtairir, into a buffer, in turns", "elapsed_s", 0.8, of="one process, fresh arrays"),
            Target("shtairir, any block, in turns", "elapsed_s", 1.8, of="one process, fresh arrays"),
        ),
        rounds=9,
    )
