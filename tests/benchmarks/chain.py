"""A hundred nodes in a row, each of which makes a new array of 80 MB.

Once with nodes whose arithmetic an engine can see, so that it may fuse them, and once with functions of which it
knows nothing. The engines that keep every value need 8 GB for it. ComfyUI's executor, which does so too, cannot be
installed as a library and is not here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shtairir
from shtairir.block import Array, block
from tests.benchmarks import elementwise
from tests.benchmarks.contest import WORKERS, Contest, Contestant, Figure, Target
from tests.benchmarks.elementwise import LEVELS, Run, Step, given, warmed

LENGTH = 100


def steps() -> list[Step]:
    """Return the chain: add and multiply in turn."""
    names = ["x", *(f"v{number}" for number in range(LENGTH))]
    return [
        (names[n + 1], "multiply", names[n], 0.999) if n % 2 else (names[n + 1], "add", names[n], 0.5)
        for n in range(LENGTH)
    ]


@block(id="bench.more", category="Benchmark")
def more(x: Array) -> Array:
    """An array from an array, in a way that no planner can look into."""
    return x + 0.5


def opaque(count: int, level: str) -> Run:
    """Return a run of our plan of blocks that know nothing of pools or kernels."""
    x = given(count)

    @block(id="bench.given", category="Benchmark", pure=False)
    def source() -> Array:
        """The input."""
        return x

    graph = shtairir.Graph("chain")
    last = graph.add(source)["out"]
    for number in range(LENGTH):
        last = graph.add(more, id=f"v{number}", x=last)["out"]
    plan = shtairir.plan(graph, level=level, workers=WORKERS)
    return lambda: shtairir.run(plan).raise_for_status()[str(last)]


def opaque_steps() -> list[Step]:
    """Return the steps of `opaque` for the engines that are told them by name."""
    names = ["x", *(f"v{number}" for number in range(LENGTH))]
    return [(names[n + 1], "add", names[n], 0.5) for n in range(LENGTH)]


def contests(scale: float) -> list[Contest]:
    """Return both."""
    count = max(int(10_000_000 * scale), 1000)
    return [_visible(count), _opaque(count)]


_FIGURES = (
    Figure("elapsed_s", "s", 1, 3),
    Figure("cpu_s", "of processors, s", 1, 2),
    Figure("first_s", "first turn, s", 1, 2),
    Figure("peak_bytes", "peak, MB", 1e-6, 0),
)


def _visible(count: int) -> Contest:
    entry = _entries(count, steps())
    return Contest(
        name="chain_elementwise",
        title=f"100 elementwise nodes in a row, each {count * 8 / 1e6:g} MB",
        contestants=(
            *(_ours(f"shtairir {level}", count, level) for level in LEVELS),
            entry("NumPy by tiles on two threads", "by_tiles"),
            entry("NumPy with out=, arrays kept", "by_out"),
            entry("plain NumPy, freed at once", "by_numpy"),
            entry("numba, one loop by hand", "by_numba_loop", "numba"),
            entry("numexpr", "by_numexpr", "numexpr"),
            entry("dask.array", "by_dask_array", "dask"),
            entry("dask.threaded", "by_dask_threaded", "dask"),
            entry("Hamilton", "by_hamilton", "hamilton"),
        ),
        figures=_FIGURES,
        against="dask.threaded",
        targets=(
            Target("shtairir aggressive", "elapsed_s", 0.14, of="dask.threaded"),
            Target("shtairir aggressive", "peak_bytes", 82e6 * count / 10_000_000),
        ),
    )


def _opaque(count: int) -> Contest:
    entry = _entries(count, opaque_steps())

    def ours(level: str) -> Contestant:
        return Contestant(f"shtairir {level}", lambda: warmed(lambda size: opaque(size, level), count))

    return Contest(
        name="chain_opaque",
        title=f"100 opaque nodes in a row, each {count * 8 / 1e6:g} MB",
        contestants=(
            *(ours(level) for level in LEVELS),
            entry("plain NumPy, freed at once", "by_numpy"),
            entry("dask.threaded", "by_dask_threaded", "dask"),
            entry("graphlib + ThreadPoolExecutor", "by_graphlib"),
            entry("Hamilton", "by_hamilton", "hamilton"),
            entry("pipefunc", "by_pipefunc", "pipefunc", once=True),
        ),
        figures=_FIGURES,
        against="dask.threaded",
        targets=(
            Target("shtairir balanced", "elapsed_s", 0.65, of="dask.threaded"),
            Target("shtairir balanced", "peak_bytes", 160e6 * count / 10_000_000),
        ),
    )


def _ours(name: str, count: int, level: str) -> Contestant:
    return Contestant(name, lambda: warmed(lambda size: elementwise.by_level(size, level, steps()), count))


def _entries(count: int, chain: list[Step]) -> Callable[..., Contestant]:
    def entry(name: str, way: str, *needs: str, once: bool = False) -> Contestant:
        make: Any = getattr(elementwise, way)
        return Contestant(name, lambda: warmed(lambda size: make(size, steps=chain), count), needs, once)

    return entry
