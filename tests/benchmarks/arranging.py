"""Where the nodes of a graph go: layers, an order with few crossings, and heights, against networkx's own layouts."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from shtairir.document.arranging import Box, arranged
from tests.benchmarks.contest import Contest, Contestant, Figure, Target

Links = list[tuple[int, str, int, str]]

_WHY = """Nodes of different sizes with ports at their real heights, each linked to some of the thirty before it.
networkx puts the nodes of each layer at equal distances in the order in which they come: it looks neither for crossings
nor at sizes, so it does less; its spring layout knows no direction."""


def graph_of(count: int, links: int, seed: int = 0) -> tuple[dict[int, Box], Links]:
    """Return boxes and links of a random graph that has a direction."""
    chance = random.Random(seed)
    boxes = {
        node: Box(chance.choice((176, 200, 240)), chance.uniform(80, 200), {"a": 50, "b": 74}, {"out": 50})
        for node in range(count)
    }
    found = []
    for _ in range(links):
        a = chance.randrange(count - 1)
        found.append((a, "out", chance.randrange(a + 1, min(count, a + 30)), chance.choice("ab")))
    return boxes, found


def ours(count: int, links: int) -> Callable[[], object]:
    """Return our layout, as the number of nodes that have a place."""
    boxes, pairs = graph_of(count, links)
    return lambda: len(arranged(boxes, pairs))


def by_layers(count: int, links: int) -> Callable[[], object]:
    """Return networkx's layout by layers, with the layers found by it."""
    import networkx as nx

    graph = _networkx(count, links)

    def run() -> Any:
        for layer, nodes in enumerate(nx.topological_generations(graph)):
            for node in nodes:
                graph.nodes[node]["layer"] = layer
        return len(nx.multipartite_layout(graph, subset_key="layer"))

    return run


def by_springs(count: int, links: int) -> Callable[[], object]:
    """Return networkx's layout by springs."""
    import networkx as nx

    graph = _networkx(count, links)
    return lambda: len(nx.spring_layout(graph, seed=1))


def _networkx(count: int, links: int) -> Any:
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from((a, b) for a, _, b, _ in graph_of(count, links)[1])
    return graph


def contests(scale: float) -> list[Contest]:
    """Return the contest of this module."""
    count, links = max(round(1000 * scale), 10), max(round(1500 * scale), 15)
    return [
        Contest(
            "arranging",
            f"Laying out {count:,} nodes with {links:,} links",
            (
                Contestant("shtairir", lambda: ours(count, links)),
                Contestant("networkx, by layers", lambda: by_layers(count, links), ("networkx",)),
                Contestant("networkx, by springs", lambda: by_springs(count, links), ("networkx",), once=True),
            ),
            (Figure("elapsed_s", "ms", 1e3),),
            against="shtairir",
            targets=(Target("shtairir", "elapsed_s", 0.1),),
            note=_WHY,
        )
    ]
