"""Puts what is guarded behind the choices that it depends on, in the order of the plan.

See `shtairir.planning.guards` for what guards are, and for what is late.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shtairir.planning.dependency import reversed_edges, topological_order
from shtairir.planning.guards import Branches
from shtairir.planning.working import WorkingGraph


def with_controls(graph: WorkingGraph) -> WorkingGraph:
    """Return the graph with control edges from choices to what depends on them, as far as no circle comes of them."""
    branches = graph.branches
    if branches is None:
        return graph
    wanted = {number: _settlers(graph, branches, number) for number in branches.guards if number in graph.nodes}
    predecessors = [list(before) for before in graph.predecessors()]
    kept: dict[int, list[int]] = {}
    for number, settlers in wanted.items():
        kept[number] = [settler for settler in settlers if settler not in predecessors[number]]
        predecessors[number] += kept[number]
    late = set()
    while True:
        sorted_out = set(topological_order(predecessors, reversed_edges(predecessors)))
        stuck = [number for number in kept if number not in sorted_out and _is_held(kept[number], sorted_out)]
        if not stuck:
            break
        for number in stuck:
            held = [settler for settler in kept[number] if settler not in sorted_out]
            kept[number] = [settler for settler in kept[number] if settler in sorted_out]
            predecessors[number] = [other for other in predecessors[number] if other not in held]
            late.add(number)
    # What depends on a late choice may be told late as well.
    while more := {number for number in kept if number not in late and not late.isdisjoint(kept[number])}:
        late |= more
    return replace(graph, branches=replace(branches, controls=kept, late=frozenset(late)))


def _is_held(settlers: Collection[int], sorted_out: Collection[int]) -> bool:
    return any(settler not in sorted_out for settler in settlers)


def _settlers(graph: WorkingGraph, branches: Branches, number: int) -> list[int]:
    """Return the nodes after which the guard of a node is decided."""
    settlers: dict[int, None] = {}
    pending, seen = [number], {number}
    while pending:
        for place, _ in branches.literals(pending.pop()):
            chooser = branches.choosers[place]
            if chooser.decider is not None:
                settlers[chooser.decider] = None
                continue
            for feed in graph.nodes[chooser.number].feeds:
                if feed.port == chooser.ports[0] and feed.source in graph.nodes:
                    settlers[feed.source] = None
            if chooser.number not in seen:  # nothing decides for it but whether it is needed itself
                seen.add(chooser.number)
                pending.append(chooser.number)
    settlers.pop(number, None)
    return list(settlers)
