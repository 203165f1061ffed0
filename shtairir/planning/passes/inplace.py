"""Lets chains write over inputs that nobody else reads, which saves the memory of a result.

The plan can only say who reads a value. Whether its maker has let go of the memory, and whether a result has the
type and shape to take its place, is seen when the value is there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from shtairir.planning.composite import FUSED
from shtairir.planning.working import Reason, WorkingGraph


def reuse_inputs(graph: WorkingGraph) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph with the inputs marked that a chain may write over."""
    if not any(node.definition.id == FUSED for node in graph.nodes.values()):
        return graph, []
    readers = Counter(
        output for node in graph.nodes.values() for output in {(feed.source, feed.output) for feed in node.feeds}
    )
    shown = graph.shown
    nodes = dict(graph.nodes)
    reasons = []
    for number, node in graph.nodes.items():
        if node.definition.id != FUSED:
            continue
        free = {
            (feed.source, feed.output): position
            for position, feed in enumerate(node.feeds)
            if readers[feed.source, feed.output] == 1
            and (feed.source, feed.output) not in shown
            and feed.conversion is None
        }
        if free:
            nodes[number] = node._replace(overwrites=tuple(sorted(free.values())))
            sources = sorted({f"'{graph.nodes[source].id}'" for source, _ in free})
            why = f"May write its result over what {', '.join(sources)} made: nobody else reads that."
            reasons.append(Reason(node.id, "reuse_inputs", why))
    return replace(graph, nodes=nodes), reasons
