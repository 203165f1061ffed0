"""What is left of a run's memory after "Release memory".

A process runs the graph of 20 elementwise nodes with every value kept, lets go of the result, and releases. *Left*
is its resident memory afterwards over that before the run.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import shtairir
from tests.benchmarks.arena import resident_bytes
from tests.benchmarks.contest import WORKERS, Contest, Contestant, Figure, Measured, Target
from tests.benchmarks.elementwise import STEPS, by_level


def _release() -> None:
    try:
        from shtairir.memory.allocator import release
    except ImportError:
        gc.collect()
        return
    release()


def by_shtairir(count: int, level: str) -> Callable[[], object]:
    """Return a run and its release."""
    by_level(1000, level)()  # imports and the like are not the run's
    graph, names = _graph(count)
    plan = shtairir.plan(graph, level=level, workers=WORKERS, keep=names)

    def run() -> Measured:
        _release()
        before = resident_bytes()
        result = shtairir.run(plan).raise_for_status()
        used = resident_bytes()
        del result
        began = time.perf_counter()
        _release()
        elapsed_s = time.perf_counter() - began
        after = resident_bytes()
        return Measured(elapsed_s=elapsed_s, before=before, used=used, after=after, left=after / before)

    return run


def _graph(count: int) -> tuple[shtairir.Graph, list[str]]:
    graph = shtairir.Graph("release")
    ports: dict[str, Any] = {"x": graph.add("array.linspace", id="x", start=-3.0, stop=3.0, num=count)["out"]}
    for name, function, *given in STEPS:
        values = [ports.get(str(each), each) for each in given if each is not None]
        names = ("x1", "x2") if len(values) == 2 else ("x",)
        ports[name] = graph.add(f"array.{function}", id=name, **dict(zip(names, values, strict=True)))["out"]
    return graph, [str(port) for port in ports.values()]


def contests(scale: float) -> list[Contest]:
    """Return the contest."""
    count = max(int(10_000_000 * scale), 1000)
    levels = ("balanced", "aggressive")

    def entry(level: str) -> Contestant:
        return Contestant(f"shtairir {level}", lambda: by_shtairir(count, level))

    return [
        Contest(
            name="release",
            title=f"Memory given back after a run that kept {21 * count * 8 / 1e6:,.0f} MB",
            contestants=tuple(entry(level) for level in levels),
            figures=(
                Figure("left", "left, times before"),
                Figure("before", "before, MB", 1e-6, 0),
                Figure("used", "with its results, MB", 1e-6, 0),
                Figure("after", "released, MB", 1e-6, 0),
                Figure("elapsed_s", "release took, ms", 1e3, 1),
            ),
            against="shtairir balanced",
            targets=tuple(Target(f"shtairir {level}", "left", 1.10) for level in levels),
            rounds=3,
        )
    ]
