"""What planning costs: order, stages and critical path; redundant edges; a whole plan; a plan after one edit."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from typing import Any

import shtairir
from shtairir.planning import DependencyAnalyzer
from shtairir.planning.dependency import redundant_edges
from tests.benchmarks.contest import Contest, Contestant, Figure, Measured, Target
from tests.benchmarks.shapes import ROW, Predecessors, add, graph_of, layered, skipping

Run = Callable[[], object]
Names = tuple[list[str], list[tuple[str, str]]]

_LINKS = """Each turn has another node read from another of the row before, which may be behind it in the order.
About one such edit in eight decides more than itself (two nodes compute the same now, or no longer), and has the whole
graph planned anew: the *spread* shows these, the median does not."""

MILLISECONDS = (Figure("elapsed_s", "ms", 1e3), Figure("first_s", "first turn, ms", 1e3))


def named(predecessors: Predecessors) -> Names:
    """Return nodes and edges by name."""
    names = [f"n{number}" for number in range(len(predecessors))]
    return names, [(names[other], name) for name, before in zip(names, predecessors, strict=True) for other in before]


def by_name(names: Names) -> Run:
    """Return our analysis of nodes that have names."""
    return lambda: _facts(DependencyAnalyzer(*names))


def by_number(predecessors: Predecessors) -> Run:
    """Return our analysis as the planner does it."""
    return lambda: _facts(DependencyAnalyzer.of_lists(predecessors))


def _facts(analyzer: DependencyAnalyzer[Any]) -> tuple[int, int, int]:
    return len(analyzer.order), len(analyzer.stages), len(analyzer.critical_path)


def by_networkx(names: Names) -> Run:
    """Return the analysis by networkx, building its graph included, as it is in ours."""
    import networkx as nx

    def run() -> tuple[int, int, int]:
        graph = nx.DiGraph()
        graph.add_nodes_from(names[0])
        graph.add_edges_from(names[1])
        order = list(nx.topological_sort(graph))
        generations = list(nx.topological_generations(graph))
        return len(order), len(generations), len(nx.dag_longest_path(graph, topo_order=order))

    return run


def redundant_by_networkx(names: Names) -> Run:
    """Return the search for redundant edges by networkx."""
    import networkx as nx

    graph = nx.DiGraph(names[1])
    return lambda: graph.number_of_edges() - nx.transitive_reduction(graph).number_of_edges()


def redundant_by_bits(predecessors: Predecessors) -> Run:
    """Return the search by whole numbers as sets: a bit for each node before."""

    def run() -> int:
        before: list[int] = []
        count = 0
        for others in predecessors:
            behind = 0
            for other in others:
                behind |= before[other]
            count += sum(behind >> other & 1 for other in others)
            for other in others:
                behind |= 1 << other
            before.append(behind)
        return count

    return run


def redundant_by_us(predecessors: Predecessors) -> Run:
    """Return our search, without the analysis that comes before it."""
    analyzer = DependencyAnalyzer.of_lists(predecessors)
    analyzer.levels  # noqa: B018 - computed when first looked at

    return lambda: len(redundant_edges(analyzer.successors, analyzer.levels))


def whole_plan(predecessors: Predecessors, level: str) -> Run:
    """Return checking and planning of a graph that was never planned before."""

    def run() -> Measured:
        graph = graph_of(predecessors)
        began = time.perf_counter()
        shtairir.plan(graph, level=level, workers=2)
        return Measured(elapsed_s=time.perf_counter() - began)

    return run


def after_one_edit(predecessors: Predecessors, level: str) -> Run:
    """Return planning again after one value has changed."""
    graph = graph_of(predecessors)
    shtairir.plan(graph, level=level, workers=2)
    turns = iter(range(1, 1_000_000))

    def run() -> object:
        graph.set("n7.a", 0.5 + next(turns))
        return shtairir.plan(graph, level=level, workers=2)

    return run


def after_one_link(predecessors: Predecessors, level: str) -> Run:
    """Return planning again after one link leads from another node."""
    graph = graph_of(predecessors)
    shtairir.plan(graph, level=level, workers=2)
    places = random.Random(7)

    def run() -> Measured:
        row = places.randrange(2, len(predecessors) // ROW)
        target, source = row * ROW + places.randrange(ROW), (row - 1) * ROW + places.randrange(ROW)
        graph.link(f"n{source}.out", f"n{target}.b")
        began = time.perf_counter()
        shtairir.plan(graph, level=level, workers=2)
        return Measured(elapsed_s=time.perf_counter() - began)

    return run


def dask_order(predecessors: Predecessors) -> Run:
    """Return what dask does before a run: put the tasks in order."""
    from dask._task_spec import convert_legacy_graph
    from dask.order import order

    tasks = {
        f"n{number}": (add, *([f"n{other}" for other in before] or [float(number)]))
        for number, before in enumerate(predecessors)
    }
    return lambda: order(convert_legacy_graph(tasks))


def contests(scale: float) -> list[Contest]:
    """Return a contest for each question and size."""
    small, large = max(int(10_000 * scale), 300), max(int(100_000 * scale), 1_000)
    return [
        *(_analysis(count, limit) for count, limit in ((small, 0.010), (large, None))),
        *(_redundant(count, limit) for count, limit in ((small, 0.030), (large, None))),
        *(_plans(count, limit) for count, limit in ((small, 0.100), (large, 1.5))),
        _replans(small, "value", after_one_edit),
        _replans(small, "link", after_one_link),
    ]


def _analysis(count: int, limit_s: float | None) -> Contest:
    contestants = (
        Contestant("shtairir, nodes by name", lambda: by_name(named(layered(count)))),
        Contestant("shtairir, nodes by number", lambda: by_number(layered(count))),
        Contestant("networkx", lambda: by_networkx(named(layered(count))), ("networkx",)),
    )
    return Contest(
        name=f"analysis_{count}",
        title=f"Order, stages and critical path of {count:,} layered nodes",
        contestants=contestants,
        figures=MILLISECONDS,
        against="shtairir, nodes by name",
        targets=(Target("shtairir, nodes by number", "elapsed_s", limit_s),) if limit_s else (),
        note="Taking the edges in is part of it, for networkx too.",
    )


def _redundant(count: int, limit_s: float | None) -> Contest:
    contestants = [
        Contestant("shtairir", lambda: redundant_by_us(skipping(count))),
        Contestant("bit sets", lambda: redundant_by_bits(skipping(count))),
    ]
    if count <= 10_000:  # it takes a quarter of a minute for ten thousand
        contestants.append(
            Contestant("networkx", lambda: redundant_by_networkx(named(skipping(count))), ("networkx",), once=True)
        )
    return Contest(
        name=f"redundant_{count}",
        title=f"Redundant edges of {count:,} layered nodes that also read two rows back",
        contestants=tuple(contestants),
        figures=MILLISECONDS,
        against="shtairir",
        targets=(Target("shtairir", "elapsed_s", limit_s),) if limit_s else (),
    )


def _plans(count: int, limit_s: float) -> Contest:
    ours: Iterable[str] = ("balanced", "aggressive")
    return Contest(
        name=f"plan_{count}",
        title=f"Validating and planning {count:,} layered nodes",
        contestants=(
            *(Contestant(f"shtairir {level}", _planner(count, level)) for level in ours),
            Contestant("dask, its order alone", lambda: dask_order(layered(count)), ("dask",)),
        ),
        figures=MILLISECONDS,
        against="shtairir balanced",
        targets=tuple(Target(f"shtairir {level}", "elapsed_s", limit_s) for level in ours),
    )


def _planner(count: int, level: str) -> Callable[[], Run]:
    return lambda: whole_plan(layered(count), level)


def _replans(count: int, what: str, way: Callable[[Predecessors, str], Run]) -> Contest:
    levels = ("balanced", "aggressive")

    def replanner(level: str) -> Callable[[], Run]:
        return lambda: way(layered(count), level)

    return Contest(
        name=f"replan_{what}_{count}",
        title=f"Planning {count:,} layered nodes again after one {what} has changed",
        contestants=tuple(Contestant(f"shtairir {level}", replanner(level)) for level in levels),
        figures=(Figure("elapsed_s", "ms", 1e3),),
        against="shtairir balanced",
        targets=tuple(Target(f"shtairir {level}", "elapsed_s", 0.001) for level in levels),
        note=_LINKS if what == "link" else "",
        rounds=15,
    )
