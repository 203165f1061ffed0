"""What the tests of branches and instances share: blocks that take notes, and runs of a graph in every order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import shtairir
from shtairir import Graph, RunResult, block
from shtairir.events import NodeStatus
from shtairir.testing import run_inline

LEVELS = ("none", "basic", "balanced", "aggressive")

called: list[str] = []
"""The names of the nodes that were called."""


@block(id="testing.note", category="Testing", pure=False)
def note(name: str, x: float = 0.0, y: float = 0.0) -> float:
    """Take note of the call, and add one."""
    called.append(name)
    return x + y + 1


@block(id="testing.save", category="Testing", pure=False)
def save(name: str, x: float) -> None:
    """Take note of the call, and give nothing."""
    called.append(name)


@block(id="testing.broken", category="Testing", pure=False)
def broken(name: str, x: float = 0.0) -> float:
    """Take note of the call, and fail."""
    called.append(name)
    raise ValueError("it is broken")


@block(id="testing.is_big", category="Testing", pure=False)
def is_big(name: str, x: float) -> bool:
    """Tell whether a number is greater than ten."""
    called.append(name)
    return x > 10


def notes(graph: Graph, *names: str, block: Callable[..., Any] = note) -> dict[str, Any]:
    """Add a node for each name, which notes its own name, and return their handles."""
    return {name: graph.add(block, id=name, name=name) for name in names}


def runs(graph: Graph, **wishes: Any) -> Iterator[RunResult]:
    """Run a graph at every level, with its nodes in several orders, inline and on workers; each with its own notes."""
    snapshot = graph.snapshot()
    for level in LEVELS:
        for seed in range(3):
            nodes = list(snapshot.nodes.items())
            random.Random(seed).shuffle(nodes)
            shuffled = replace(snapshot, nodes=dict(nodes))
            called.clear()
            yield run_inline(shuffled, level=level, **wishes)  # type: ignore[arg-type]  # a snapshot will do
        called.clear()
        yield shtairir.run(graph, level=level, workers=3, **wishes)


def statuses(result: RunResult, *nodes: str) -> list[NodeStatus]:
    """Return how some nodes ended."""
    return [result.nodes[node].status for node in nodes]
