"""What of a graph's order is needed already where it is checked; the rest is `shtairir.planning.dependency`."""

from __future__ import annotations

from collections.abc import Sequence


def reversed_edges(adjacency: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the same edges, told from the other end."""
    result: list[list[int]] = [[] for _ in adjacency]
    for node, neighbours in enumerate(adjacency):
        for neighbour in neighbours:
            result[neighbour].append(node)
    return result


def in_order(predecessors: Sequence[Sequence[int]]) -> bool:
    """Whether each node comes after all its predecessors already, as in a graph that was built from front to back."""
    for node, before in enumerate(predecessors):
        for other in before:
            if other >= node:
                return False
    return True


def topological_order(predecessors: Sequence[Sequence[int]], successors: Sequence[Sequence[int]]) -> list[int]:
    """Return the nodes, each after all its predecessors (Kahn 1962).

    Nodes of a cycle, and all behind them, are left out: the order is shorter than the graph then.
    """
    if in_order(predecessors):
        return list(range(len(predecessors)))
    missing = [len(before) for before in predecessors]
    order = [node for node, count in enumerate(missing) if not count]
    for node in order:  # grows while it is walked
        for successor in successors[node]:
            missing[successor] -= 1
            if not missing[successor]:
                order.append(successor)
    return order
