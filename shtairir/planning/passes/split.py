"""Divides the work on large arrays among the workers.

An elementwise block, or a reduction over all elements, that has no neighbour to be fused with makes a chain of its
own: it is evaluated in tiles as well, which all workers that are idle take part in. Whether an array is large enough
is seen when it is there.

Blocks that could be divided along an axis only (``splits``) run whole: along which axis depends on the values of their
inputs, sorting along an axis for one, and a trait cannot say that yet.
"""

from __future__ import annotations

from collections.abc import Collection

from shtairir.ids import NodeId
from shtairir.planning.composite import FUSED, compose
from shtairir.planning.passes.fuse import can_begin, can_end
from shtairir.planning.working import Reason, WorkingGraph


def split_large(graph: WorkingGraph, whole: Collection[NodeId] = frozenset()) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph with each divisible node as one that is evaluated in tiles, but for those to be left whole."""
    # What can be divided is known of most blocks without a look at their nodes.
    blocks = {id(node.definition): node.definition for node in graph.nodes.values()}
    fit = {key for key, block in blocks.items() if block.traits.kernel or block.traits.reduction is not None}
    alone = [
        number
        for number, node in graph.nodes.items()
        if id(node.definition) in fit and node.id not in whole and node.feeds and (can_begin(node) or can_end(node))
    ]
    reasons = [
        Reason(graph.nodes[number].id, "split_large", "Divided among the idle workers if its arrays are large.")
        for number in alone
    ]
    return compose(graph, [[number] for number in alone], FUSED), reasons
