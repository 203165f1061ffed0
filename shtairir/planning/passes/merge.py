"""Lets one node do the work of several that would compute the same.

Two nodes are equal when they have the same block, equal values and equal feeds, and the block is pure and
deterministic. Nodes are visited after what feeds them, so whole equal branches fall together.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import PurePath

from shtairir.block.values import Color, loaded_class
from shtairir.planning.working import Reason, WorkingGraph, WorkingNode

_LARGEST_COMPARED_ARRAY = 1 << 20
_SEVERAL = -1


def merge_equal(graph: WorkingGraph) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph without the nodes that repeat another, their readers fed by that one."""
    merged = dict(graph.merged)
    nodes = dict(graph.nodes)
    alike = _Alike(nodes)
    reasons = []
    for index in graph.links().order:
        node = nodes.get(index)
        if node is None:
            continue
        if merged:
            node = nodes[index] = _refed(node, merged)
        traits = node.definition.traits
        if not (traits.pure and traits.deterministic):
            continue
        twin = alike.first(index, node)
        if twin == index:
            continue
        merged[index] = twin
        del nodes[index]
        reasons.append(
            Reason(node.id, "merge_equal", f"Not run twice: it computes the same as '{nodes[twin].id}', from the same.")
        )
    if not reasons:
        return graph, []
    # Back in the order of the graph, which decides between equals later.
    nodes = {index: nodes[index] for index in graph.nodes if index in nodes}
    return replace(graph, nodes=nodes, merged=merged), reasons


class _Alike:
    """Finds the first of the nodes that compute the same.

    What a node is fed tells most nodes apart and is quick to look at; values are looked at only where it does not.
    """

    def __init__(self, nodes: Mapping[int, WorkingNode]) -> None:
        self._nodes = nodes
        self._by_feeds: dict[Hashable, int] = {}
        self._seen: dict[Hashable, int] = {}

    def first(self, index: int, node: WorkingNode) -> int:
        """Return the number of the first node that computes what this one does."""
        key = (id(node.definition), *[feed[1] for feed in node.feeds])
        other = self._by_feeds.setdefault(key, index)
        if other == index:
            return index
        if other >= 0:
            self._seen.setdefault(identity(self._nodes[other]), other)
            self._by_feeds[key] = _SEVERAL
        return self._seen.setdefault(identity(node), index)


def _refed(node: WorkingNode, merged: dict[int, int]) -> WorkingNode:
    for feed in node.feeds:
        if feed[1] in merged:
            break
    else:
        return node
    return node._replace(feeds=tuple(feed._replace(source=merged.get(feed.source, feed.source)) for feed in node.feeds))


def identity(node: WorkingNode) -> Hashable:
    """Return what is equal for two nodes only if they compute the same, given that their blocks are pure."""
    # Feeds are in the order of the block's arguments, so equal nodes have equal tuples.
    feeds = tuple([feed[:3] for feed in node.feeds])
    return id(node.definition), feeds, tuple([(name, canonical(value)) for name, value in node.values.items()])


def canonical(value: object) -> Hashable:
    """Return something that is equal for two values only if no block can tell them apart.

    ``1``, ``1.0`` and ``True`` differ, as do ``0.0`` and ``-0.0``; NaN is equal to itself.
    """
    kind = type(value)
    if kind is float:
        return value if value == value and value else (kind, repr(value))
    if kind is str:
        return value
    if value is None or isinstance(value, bool | int | bytes | str | Color | PurePath | Enum):
        return kind, value
    if isinstance(value, list | tuple):
        return kind, tuple(map(canonical, value))
    if isinstance(value, dict):
        return kind, tuple((name, canonical(item)) for name, item in value.items())
    if not isinstance(value, loaded_class("numpy", "ndarray")):
        return kind, id(value)
    if value.dtype.kind not in "biufc" or value.nbytes > _LARGEST_COMPARED_ARRAY:
        return kind, id(value)
    return kind, value.dtype.str, value.shape, value.tobytes()
