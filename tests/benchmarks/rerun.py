"""What it takes to run a graph again: nothing has changed, or one value with a twentieth of the graph behind it.

1,000 nodes of a millisecond in sections of 50; in each section one node leads to all others. A turn plans, looks for
what is there, runs the rest on two threads, and returns the results. *By hand* is what two threads could do if somebody
had told them beforehand what to run: the ideal of the changed part. *Keys in a dictionary* is the least that finds it
out. joblib.Memory, which knows no graphs, is called node after node.
"""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import shtairir
from shtairir.block import block
from tests.benchmarks.contest import WORKERS, Contest, Contestant, Figure, Target
from tests.benchmarks.shapes import Predecessors, results_of

SECTION = 50
_WIDTH = 7
Run = Callable[[], list[float]]


@block(id="bench.millisecond", category="Benchmark")
def millisecond(a: float = 1.0, b: float = 0.0, c: float = 0.0) -> float:
    """Wait for a millisecond, as for something that needs no Python."""
    time.sleep(0.001)
    return a + b + c


def sections(count: int) -> Predecessors:
    """Sections of 50 that have nothing to do with each other; in each, the first node leads to all others."""
    predecessors: Predecessors = []
    for number in range(count):
        start, place = number - number % SECTION, number % SECTION
        if place <= _WIDTH:
            predecessors.append([start] if place else [])
        else:
            predecessors.append(sorted({start + max(place - back, 1) for back in (_WIDTH - 2, _WIDTH, _WIDTH + 1)}))
    return predecessors


class Values:
    """What the first nodes of the sections are given: the same each time, or another in one of them."""

    def __init__(self, count: int, changes: bool) -> None:
        self.heads = {number: float(number) for number in range(0, count, SECTION)}
        self.changed = sorted(self.heads)[len(self.heads) // 2]
        self._changes = changes
        self._new = itertools.count(1)

    def turn(self) -> dict[int, float]:
        """Return those of the next turn."""
        if self._changes:
            self.heads[self.changed] = 1000.0 + next(self._new)
        return self.heads


def by_shtairir(predecessors: Predecessors, values: Values, changes: bool) -> Run:
    """Return a smart run of a graph, planned each time."""
    graph = shtairir.Graph("rerun")
    ports: list[Any] = []
    for number, before in enumerate(predecessors):
        inputs = {name: ports[other] for name, other in zip("abc", before, strict=False)}
        given = inputs or {"a": values.heads[number]}
        ports.append(graph.add(millisecond, id=f"n{number}", **given)["out"])
    last = [f"n{number}.out" for number in results_of(predecessors)]

    def run() -> list[float]:
        heads = values.turn()
        if changes:
            graph.set(f"n{values.changed}.a", heads[values.changed])
        result = shtairir.run(graph, cache="smart", workers=WORKERS).raise_for_status()
        return [result.results[port] for port in last]

    run()
    return run


def by_hand(predecessors: Predecessors, values: Values, changes: bool) -> Run:
    """Return a run by two threads of just what has changed, which they are told."""
    found = _computed(predecessors, values.heads)
    last = results_of(predecessors)
    part = range(values.changed, values.changed + SECTION) if changes else range(0)

    def run() -> list[float]:
        _on_threads(predecessors, part, values.turn(), found)
        return [found[number] for number in last]

    run()
    return run


def _on_threads(predecessors: Predecessors, part: range, heads: dict[int, float], found: dict[int, float]) -> None:
    if not part:
        return
    waits = {number: len(predecessors[number]) for number in part}
    after: dict[int, list[int]] = {number: [] for number in part}
    for number in part:
        for other in predecessors[number]:
            after[other].append(number)
    changed = threading.Condition()
    ready, left = deque([part[0]]), [len(part)]

    def work() -> None:
        while True:
            with changed:
                while not ready and left[0]:
                    changed.wait()
                if not left[0]:
                    return
                number = ready.popleft()
            value = millisecond(*([found[other] for other in predecessors[number]] or [heads[number]]))
            with changed:
                found[number] = value
                left[0] -= 1
                for other in after[number]:
                    waits[other] -= 1
                    if not waits[other]:
                        ready.append(other)
                changed.notify_all()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _computed(predecessors: Predecessors, heads: dict[int, float]) -> dict[int, float]:
    found: dict[int, float] = {}
    for number, before in enumerate(predecessors):
        found[number] = sum(found[other] for other in before) if before else heads[number]
    return found


def by_dictionary(predecessors: Predecessors, values: Values, changes: bool) -> Run:
    """Return a loop that makes a key of each node, and calls those of which it has no result, one after the other."""
    kept: dict[Any, float] = {}
    last = results_of(predecessors)

    def run() -> list[float]:
        heads = values.turn()
        keys: list[int] = []
        found: list[float] = []
        for number, before in enumerate(predecessors):
            key = hash((number, *[keys[other] for other in before])) if before else hash((number, heads[number]))
            if key not in kept:
                kept[key] = millisecond(*([found[other] for other in before] or [heads[number]]))
            keys.append(key)
            found.append(kept[key])
        return [found[number] for number in last]

    run()
    return run


def by_joblib(predecessors: Predecessors, values: Values, changes: bool) -> Run:
    """Return a loop over calls that joblib.Memory keeps."""
    from joblib import Memory

    folder = tempfile.TemporaryDirectory(prefix="shtairir-joblib-")
    kept = Memory(folder.name, verbose=0).cache(millisecond)
    last = results_of(predecessors)

    def run(folder: object = folder) -> list[float]:
        heads = values.turn()
        found: list[float] = []
        for number, before in enumerate(predecessors):
            found.append(kept(*([found[other] for other in before] or [heads[number]])))
        return [found[number] for number in last]

    run()
    return run


def by_pipefunc(predecessors: Predecessors, values: Values, changes: bool) -> Run:
    """Return a run by pipefunc with its cache in memory."""
    from pipefunc import PipeFunc, Pipeline

    functions = []
    for number, before in enumerate(predecessors):
        names = {name: f"n{other}" for name, other in zip("abc", before, strict=False)} or {"a": f"head{number}"}
        functions.append(PipeFunc(_with(len(names)), output_name=f"n{number}", renames=names, cache=True))
    pipeline = Pipeline(functions, cache_type="simple")
    last = [f"n{number}" for number in results_of(predecessors)]

    def run() -> list[float]:
        heads = {f"head{number}": value for number, value in values.turn().items()}
        return [float(pipeline(name, **_needed(heads, name))) for name in last]

    run()
    return run


def _needed(heads: dict[str, float], name: str) -> dict[str, float]:
    number = int(name[1:])
    head = f"head{number - number % SECTION}"
    return {head: heads[head]}


def _with(count: int) -> Any:
    ways: dict[int, Any] = {
        1: lambda a: millisecond(a),
        2: lambda a, b: millisecond(a, b),
        3: lambda a, b, c: millisecond(a, b, c),
    }
    return ways[count]


def contests(scale: float) -> list[Contest]:
    """Return a contest for nothing changed, and one for a twentieth."""
    count = max(int(1_000 * scale) // SECTION, 2) * SECTION
    return [_contest("same", count, changes=False), _contest("part", count, changes=True)]


def _contest(name: str, count: int, *, changes: bool) -> Contest:
    def entry(title: str, way: Callable[..., Run], *needs: str) -> Contestant:
        return Contestant(title, lambda: way(sections(count), Values(count, changes), changes), needs)

    share = f"one value changed, {SECTION} nodes behind it" if changes else "nothing changed"
    ideal = (Target("shtairir smart", "elapsed_s", 1.2, of="by hand, two threads"),)
    return Contest(
        name=f"rerun_{name}",
        title=f"{count:,} nodes of 1 ms run again: {share}",
        contestants=(
            entry("shtairir smart", by_shtairir),
            entry("by hand, two threads", by_hand),
            entry("keys in a dictionary", by_dictionary),
            entry("joblib.Memory", by_joblib, "joblib"),
            entry("pipefunc, its cache", by_pipefunc, "pipefunc"),
        ),
        figures=(Figure("elapsed_s", "ms", 1e3), Figure("cpu_s", "of processors, ms", 1e3)),
        against="shtairir smart",
        targets=ideal if changes else (Target("shtairir smart", "elapsed_s", 2e-3),),
        rounds=21,
    )
