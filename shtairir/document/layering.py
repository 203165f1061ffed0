"""The first steps of a layout: which parts a graph has, which links close a ring, and which layer each node is in.

Nodes are numbers here, from 0 on; nothing depends on anything but the arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """Nodes that hang together, and the links among them."""

    nodes: list[int]
    links: list[Pair]


def parts_of(count: int, links: Iterable[Pair]) -> list[Part]:
    """Return the parts that hang together, the largest first.

    Examples
    --------
    >>> [part.nodes for part in parts_of(4, [(1, 3)])]
    [[1, 3], [0], [2]]
    """
    links = list(links)
    near: list[list[int]] = [[] for _ in range(count)]
    for a, b in links:
        near[a].append(b)
        near[b].append(a)
    home = [-1] * count
    parts: list[Part] = []
    for start in range(count):
        if home[start] >= 0:
            continue
        home[start], nodes = len(parts), [start]
        for node in nodes:
            for other in near[node]:
                if home[other] < 0:
                    home[other] = len(parts)
                    nodes.append(other)
        parts.append(Part(sorted(nodes), []))
    for pair in links:
        parts[home[pair[0]]].links.append(pair)
    return sorted(parts, key=lambda part: (-len(part.nodes), part.nodes[0]))


def forward_links(count: int, links: Iterable[Pair]) -> list[Pair]:
    """Return the links but for those that lead back to where one comes from, going depth first.

    Examples
    --------
    >>> forward_links(3, [(0, 1), (1, 2), (2, 1)])
    [(0, 1), (1, 2)]
    """
    after: list[list[int]] = [[] for _ in range(count)]
    fed = [False] * count
    for a, b in links:
        after[a].append(b)
        fed[b] = True
    fresh, open_, done = 0, 1, 2
    state = [fresh] * count
    forward: list[Pair] = []
    for start in sorted(range(count), key=lambda node: (fed[node], node)):
        if state[start] != fresh:
            continue
        state[start] = open_
        way = [(start, iter(after[start]))]
        while way:
            node, rest = way[-1]
            for other in rest:
                if state[other] == open_:
                    continue  # it closes a ring
                forward.append((node, other))
                if state[other] == fresh:
                    state[other] = open_
                    way.append((other, iter(after[other])))
                    break
            else:
                state[node] = done
                way.pop()
    return sorted(forward)


def layers_of(count: int, forward: Sequence[Pair]) -> list[int]:
    """Return the layer of each node: as far left as it can be, and then as near to what it feeds as it must not.

    A node moves to the right if that makes more links shorter than longer; what nothing feeds stands beside what it
    feeds.

    Examples
    --------
    >>> layers_of(4, [(0, 1), (1, 2), (3, 2)])
    [0, 1, 2, 1]
    """
    after: list[list[int]] = [[] for _ in range(count)]
    incoming = [0] * count
    for a, b in forward:
        after[a].append(b)
        incoming[b] += 1
    waits = list(incoming)
    order = [node for node in range(count) if not waits[node]]
    layer = [0] * count
    for node in order:
        following = layer[node] + 1
        for other in after[node]:
            layer[other] = max(layer[other], following)
            waits[other] -= 1
            if not waits[other]:
                order.append(other)
    for node in reversed(order):
        if after[node] and len(after[node]) > incoming[node]:
            layer[node] = min([layer[other] for other in after[node]]) - 1
    first = min(layer, default=0)
    return [one - first for one in layer]
