"""A run of short NumPy nodes while a thread of pure Python, a window's say, works in the same process.

Python changes threads every five milliseconds unless somebody gives way, so each return from NumPy may wait that
long. *Slower* is the run's time beside the thread, as a multiple of its time alone; *left* is the speed that the
thread keeps beside the run, as a share of its speed alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import shtairir
from shtairir.block import Array, block
from tests.benchmarks.contest import Contest, Contestant, Figure, Measured, Target

NODES = 200
SIZE = 200_000
"""Elements of a node's array: about 0.17 ms of NumPy."""


@block(id="bench.short", category="Benchmark")
def short(x: Array) -> Array:
    """A fraction of a millisecond of NumPy, in one call that lets go of the interpreter."""
    import numpy as np

    return np.sqrt(x)


class Counter:
    """Pure Python that never rests, and counts how far it gets."""

    def __init__(self) -> None:
        self.count = 0
        self._ending = False
        self._thread = threading.Thread(target=self._work, daemon=True)

    def _work(self) -> None:
        while not self._ending:
            number = 0
            for step in range(1000):
                number += step & 3
            self.count += 1

    def __enter__(self) -> Counter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        self._thread.join()


def beside(run: Callable[[], object]) -> Measured:
    """Return what a run and a counting thread cost each other."""
    run()
    began = time.perf_counter()
    run()
    alone_s = time.perf_counter() - began
    with Counter() as counter:
        time.sleep(0.2)
        before, began = counter.count, time.perf_counter()
        time.sleep(0.2)
        speed = (counter.count - before) / (time.perf_counter() - began)
        before, began = counter.count, time.perf_counter()
        run()
        together_s = time.perf_counter() - began
        kept = (counter.count - before) / together_s / speed
    return Measured(elapsed_s=together_s, slower=together_s / alone_s, left=kept, lost=1 - kept)


def by_level(level: str, nodes: int) -> Callable[[], object]:
    """Return our run."""
    x = _given()

    @block(id="bench.given", category="Benchmark", pure=False)
    def source() -> Array:
        """The input."""
        return x

    graph = shtairir.Graph("short")
    first = graph.add(source)["out"]
    last = first
    for _ in range(nodes):
        last = graph.add(short, x=last)["out"]
    plan = shtairir.plan(graph, level=level, workers=1)
    return lambda: beside(lambda: shtairir.run(plan).raise_for_status())


def by_thread(nodes: int) -> Callable[[], object]:
    """Return the same calls in a loop on a thread."""
    x = _given()

    def work() -> None:
        value = x
        for _ in range(nodes):
            value = short(value)

    def run() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    return lambda: beside(run)


def by_dask(nodes: int) -> Callable[[], object]:
    """Return the same by dask."""
    import dask.threaded

    x = _given()
    tasks: dict[str, Any] = {"v0": (lambda: x,)}
    tasks |= {f"v{number + 1}": (short, f"v{number}") for number in range(nodes)}
    return lambda: beside(lambda: dask.threaded.get(tasks, f"v{nodes}", num_workers=1))


def _given() -> Any:
    import numpy as np

    return np.random.default_rng(7).uniform(0, 3, SIZE)


def contests(scale: float) -> list[Contest]:
    """Return the contest."""
    nodes = max(int(NODES * scale), 10)
    return [
        Contest(
            name="neighbour",
            title=f"{nodes} nodes of 0.17 ms of NumPy beside a thread of pure Python",
            contestants=(
                Contestant("shtairir balanced", lambda: by_level("balanced", nodes)),
                Contestant("shtairir aggressive", lambda: by_level("aggressive", nodes)),
                Contestant("a loop on a thread", lambda: by_thread(nodes)),
                Contestant("dask.threaded", lambda: by_dask(nodes), ("dask",)),
            ),
            figures=(
                Figure("slower", "times slower"),
                Figure("lost", "% that the thread loses", 100, 1),
                Figure("elapsed_s", "ms", 1e3, 0),
            ),
            against="shtairir balanced",
            targets=(
                Target("shtairir balanced", "slower", 2.0),
                Target("shtairir balanced", "lost", 0.06),
                Target("shtairir aggressive", "slower", 2.0),
                Target("shtairir aggressive", "lost", 0.06),
            ),
        )
    ]
