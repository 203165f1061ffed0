"""Orders, levels and paths of a directed graph whose nodes are the integers from zero.

All functions take adjacency as plain lists (``successors[node]`` is a list of nodes) and are linear in nodes
and edges. Integers and lists because they are several times faster here than ids and sets, and because a test
can draw a graph in one line.

Glossary
--------
level
    The number of nodes on the longest path that ends just before a node: a source has level 0.
head, tail
    The cost of the longest path that ends before a node, and of the longest that begins with it, its own
    cost included. ``head + tail`` is the length of the longest path through it.
slack
    How much later than possible a node may start without the whole getting later. Zero on the critical path.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from shtairir.validation.ordering import in_order, reversed_edges, topological_order

__all__ = [
    "Adjacency",
    "ancestors",
    "critical_path",
    "depth_first_order",
    "find_cycle",
    "finishes",
    "has_long_edges",
    "heads",
    "levels",
    "redundant_edges",
    "reversed_edges",
    "stable_order",
    "tails",
    "topological_order",
]

Adjacency: TypeAlias = Sequence[Sequence[int]]


def stable_order(predecessors: Adjacency, successors: Adjacency) -> list[int]:
    """Return the topological order that keeps closest to the numbering: the least free node comes next."""
    if in_order(predecessors):
        return list(range(len(predecessors)))
    missing = [len(before) for before in predecessors]
    free = [node for node, count in enumerate(missing) if not count]
    heapify(free)
    order = []
    while free:
        node = heappop(free)
        order.append(node)
        for successor in successors[node]:
            missing[successor] -= 1
            if not missing[successor]:
                heappush(free, successor)
    return order


# Plain loops here and below: over a few neighbours, they take a third of the time of `max` over a list of them.


def levels(predecessors: Adjacency, order: Iterable[int]) -> list[int]:
    """Return the level of each node."""
    result = [0] * len(predecessors)
    for node in order:
        level = 0
        for other in predecessors[node]:
            if result[other] >= level:
                level = result[other] + 1
        result[node] = level
    return result


def heads(predecessors: Adjacency, order: Iterable[int], costs: Sequence[float]) -> list[float]:
    """Return for each node the earliest time it can start."""
    result = [0.0] * len(predecessors)
    for node in order:
        head = 0.0
        for other in predecessors[node]:
            if result[other] + costs[other] > head:
                head = result[other] + costs[other]
        result[node] = head
    return result


def finishes(predecessors: Adjacency, order: Iterable[int], costs: Sequence[float]) -> list[float]:
    """Return for each node the earliest time it can be done: its head and its cost."""
    result = list(costs)
    for node in order:
        head = 0.0
        for other in predecessors[node]:
            if result[other] > head:
                head = result[other]
        result[node] += head
    return result


def tails(successors: Adjacency, order: Sequence[int], costs: Sequence[float]) -> list[float]:
    """Return for each node the least time from its start to the end of everything that needs it."""
    return finishes(successors, reversed(order), costs)


def critical_path(successors: Adjacency, order: Sequence[int], tail: Sequence[float]) -> list[int]:
    """Return the nodes of a longest path, first to last; of equal ones, the one of the least numbers."""
    if not order:
        return []
    node = min(order, key=lambda candidate: (-tail[candidate], candidate))
    path = [node]
    while successors[node]:
        node = min(successors[node], key=lambda candidate: (-tail[candidate], candidate))
        path.append(node)
    return path


def ancestors(predecessors: Adjacency, targets: Iterable[int]) -> set[int]:
    """Return the targets and all that leads to them."""
    found = set(targets)
    pending = list(found)
    while pending:
        for before in predecessors[pending.pop()]:
            if before not in found:
                found.add(before)
                pending.append(before)
    return found


def find_cycle(predecessors: Adjacency, successors: Adjacency) -> list[int]:
    """Return the nodes of one cycle in the direction of the edges, or an empty list when there is none."""
    sorted_out = set(topological_order(predecessors, successors))
    if len(sorted_out) == len(predecessors):
        return []
    # Every node that is left has a predecessor that is left, so walking backwards must come round.
    node = next(node for node in range(len(predecessors)) if node not in sorted_out)
    place: dict[int, int] = {}
    walk: list[int] = []
    while node not in place:
        place[node] = len(walk)
        walk.append(node)
        node = next(before for before in predecessors[node] if before not in sorted_out)
    return walk[place[node] :][::-1]


def has_long_edges(predecessors: Adjacency, level: Sequence[int]) -> bool:
    """Whether some edge passes over a level: only such can repeat what others say."""
    for node, before in enumerate(predecessors):
        for other in before:
            if level[other] < level[node] - 1:
                return True
    return False


def redundant_edges(successors: Adjacency, level: Sequence[int], budget: int | None = None) -> list[tuple[int, int]]:
    """Return the edges that only repeat what a longer path already says.

    An edge between neighbouring levels never can, so only the longer ones are looked at, each by a search that
    stays below the level of its end. The searches share a budget of steps, which keeps the whole linear: in a
    graph that would need more, some redundant edges stay, which costs a countdown each and nothing else.

    Parameters
    ----------
    budget
        Most steps in all; twenty for each edge when ``None``.
    """
    found: list[tuple[int, int]] = []
    left = budget if budget is not None else 20 * sum(map(len, successors))
    for node, after in enumerate(successors):
        far = [other for other in after if level[other] > level[node] + 1]
        if not far:
            continue
        reached, steps = _reachable(successors, level, after, max(level[other] for other in far), left)
        left -= steps
        found.extend((node, other) for other in far if other in reached)
        if left <= 0:
            break
    return found


def _reachable(
    successors: Adjacency, level: Sequence[int], starts: Sequence[int], depth: int, budget: int
) -> tuple[set[int], int]:
    """Return what lies behind the starts, no deeper than a level, and the number of steps it took to see."""
    reached: set[int] = set()
    pending = [start for start in starts if level[start] < depth]
    steps = 0
    while pending and steps < budget:
        for other in successors[pending.pop()]:
            steps += 1
            if level[other] <= depth and other not in reached:
                reached.add(other)
                pending.append(other)
    return reached, steps


def depth_first_order(predecessors: Adjacency, successors: Adjacency, finish: Sequence[float]) -> list[int]:
    """Return a topological order that finishes what it began, the longest work first.

    Walks back from the ends, the costliest first, and places a node when all before it are placed. So the
    critical path leads, and a value is used soon after it is made: one hundred branches load, work and are
    done one after the other, instead of all being loaded first (compare dask's ``order.py``).

    Parameters
    ----------
    finish
        For each node the earliest time it can be done: its head and its cost.
    """

    # By finish, and of equal ones the greatest number first: sorting is stable.
    ranks = [0] * len(predecessors)
    for rank, node in enumerate(sorted(range(len(predecessors) - 1, -1, -1), key=finish.__getitem__)):
        ranks[node] = rank
    rank_of = ranks.__getitem__
    pending = sorted([node for node, after in enumerate(successors) if not after], key=rank_of)
    order: list[int] = []
    state = bytearray(len(predecessors))  # 1: what it needs is pending, 2: placed
    while pending:
        node = pending.pop()
        if state[node]:
            if state[node] == 1:
                state[node] = 2
                order.append(node)
            continue
        needed = []
        for other in predecessors[node]:
            if not state[other]:
                needed.append(other)  # noqa: PERF401 - quicker than a list comprehension before Python 3.12
        if not needed:
            state[node] = 2
            order.append(node)
            continue
        state[node] = 1
        if len(needed) > 1:
            needed.sort(key=rank_of)
        pending.append(node)
        pending += needed
    return order
