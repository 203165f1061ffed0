"""Graphs of trivial nodes in several shapes, as lists of predecessors and as graphs of ours."""

from __future__ import annotations

from typing import Any, TypeAlias

import shtairir
from shtairir.block import block

Predecessors: TypeAlias = list[list[int]]

ROW = 100
"""Nodes in a row of the layered graphs."""


@block(id="bench.add", category="Benchmark")
def add(a: float = 1.0, b: float = 0.0, c: float = 0.0) -> float:
    """As little as a node can do."""
    return a + b + c


def layered(count: int) -> Predecessors:
    """Rows of 100, each node fed by three of the row before."""
    return [
        []
        if number < ROW
        else sorted({number // ROW * ROW - ROW + (number * step + number // ROW) % ROW for step in (1, 7, 13)})
        for number in range(count)
    ]


def skipping(count: int) -> Predecessors:
    """Layered, each node fed by one of the row before that as well: some of these edges say nothing new."""
    rows = layered(count)
    return [
        before if number < 2 * ROW else [number // ROW * ROW - 2 * ROW + number * 3 % ROW, *before[:2]]
        for number, before in enumerate(rows)
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


def results_of(predecessors: Predecessors) -> list[int]:
    """Return the nodes that nobody reads."""
    read = {other for before in predecessors for other in before}
    return [number for number in range(len(predecessors)) if number not in read]


def graph_of(predecessors: Predecessors) -> shtairir.Graph:
    """Return the graph; every source has a value of its own, so that nothing can be merged."""
    graph = shtairir.Graph("benchmark")
    ports: list[Any] = []
    for number, before in enumerate(predecessors):
        inputs = {name: ports[other] for name, other in zip("abc", before, strict=False)}
        ports.append(graph.add(add, id=f"n{number}", **(inputs or {"a": float(number)}))["out"])
    return graph
