"""Drops nodes that nothing asked for needs.

A node whose outputs nobody reads is a result that somebody wants to see, so without explicit targets nothing
is dead. With targets, everything that does not lead to one is, effects included: "run only up to here" means
that nothing else happens.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shtairir.ids import NodeId
from shtairir.planning.dependency import ancestors
from shtairir.planning.working import Reason, WorkingGraph


def drop_dead(graph: WorkingGraph, targets: Collection[NodeId] | None) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph with only what the targets need; all outputs of the targets are wanted then."""
    if targets is None:
        return graph, []
    wanted_nodes = [index for index, node in graph.nodes.items() if node.id in targets]
    needed = ancestors(graph.predecessors(), wanted_nodes)
    dropped = tuple(index for index in graph.nodes if index not in needed)
    wanted = {(index, number) for index in wanted_nodes for number in range(len(graph.nodes[index].definition.outputs))}
    reasons = [
        Reason(graph.nodes[index].id, "drop_dead", "Not run: none of the nodes asked for needs it.")
        for index in dropped
    ]
    kept = {index: node for index, node in graph.nodes.items() if index in needed}
    still_wanted = {port for port in graph.wanted if port[0] in needed}
    smaller = replace(graph, nodes=kept, wanted=frozenset(wanted | still_wanted), dropped=(*graph.dropped, *dropped))
    return smaller, reasons
