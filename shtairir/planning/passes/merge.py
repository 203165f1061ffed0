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
from shtairir.planning.working import Links, Reason, WorkingGraph, WorkingNode

_LARGEST_COMPARED_ARRAY = 1 << 20
_SEVERAL = -1


def merge_equal(graph: WorkingGraph, apart: Mapping[int, Hashable] | None = None) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph without the nodes that repeat another, their readers fed by that one.

    Parameters
    ----------
    apart
        For nodes that must not be one with others although they compute the same, what tells them apart.
    """
    apart = apart or {}
    merged = dict(graph.merged)
    nodes = dict(graph.nodes)
    predecessors, _, order = graph.links()
    # What feeds a node tells most nodes apart and is quick to look at; values are looked at only where it does not.
    alike: dict[Hashable, int] = {}
    seen: dict[Hashable, int] = {}
    reasons = []
    for index in order:
        node = nodes.get(index)
        if node is None:
            continue
        before = predecessors[index]
        if merged and not merged.keys().isdisjoint(before):
            node = nodes[index] = _refed(node, merged)
            before = list(dict.fromkeys([merged.get(other, other) for other in before]))
        key = (id(node.definition), apart.get(index), *before) if apart else (id(node.definition), *before)
        other = alike.setdefault(key, index)
        if other == index:
            continue
        traits = node.definition.traits
        if not (traits.pure and traits.deterministic):
            continue
        if other != _SEVERAL:
            seen[apart.get(other), identity(nodes[other])] = other
            alike[key] = _SEVERAL
        twin = seen.setdefault((apart.get(index), identity(node)), index)
        if twin != index:
            merged[index] = twin
            del nodes[index]
            why = f"Not run twice: it computes the same as '{nodes[twin].id}', from the same."
            reasons.append(Reason(node.id, "merge_equal", why))
    if not reasons:
        return graph, []
    return replace(graph, nodes=nodes, merged=merged).linked(_relinked(graph.links(), merged)), reasons


def _relinked(links: Links, merged: Mapping[int, int]) -> Links:
    """Return who feeds whom when some nodes are gone and others stand for them; any order that held holds on."""
    predecessors, successors = list(links.predecessors), list(links.successors)
    for index, twin in merged.items():
        for reader in links.successors[index]:
            if reader not in merged:
                fed_by = [merged.get(other, other) for other in links.predecessors[reader]]
                predecessors[reader] = list(dict.fromkeys(fed_by))
        for source in links.predecessors[index]:
            successors[source] = [reader for reader in successors[source] if reader != index]
        predecessors[index] = []
        successors[index] = []
        successors[twin] = list(dict.fromkeys([*successors[twin], *links.successors[index]]))
    for index in set(merged.values()):
        successors[index] = [reader for reader in successors[index] if reader not in merged]
    return Links(predecessors, successors, [index for index in links.order if index not in merged])


def _refed(node: WorkingNode, merged: dict[int, int]) -> WorkingNode:
    for feed in node.feeds:
        if feed[1] in merged:
            break
    else:
        return node
    return node._replace(feeds=tuple(feed._replace(source=merged.get(feed.source, feed.source)) for feed in node.feeds))


def identity(node: WorkingNode) -> Hashable:
    """Return what is equal for two nodes only if they compute the same, given that their blocks are pure.

    Nodes that are to be run in different ways are not equal: one may fail where the other does not.
    """
    # Feeds are in the order of the block's arguments, so equal nodes have equal tuples.
    feeds = tuple([feed[:3] for feed in node.feeds])
    values = tuple([(name, canonical(value)) for name, value in node.values.items()])
    return id(node.definition), feeds, values, node.policy


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
