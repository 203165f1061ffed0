"""Lets one node do the work of several that would compute the same.

Two nodes are equal when they have the same block, equal values and equal feeds, and the block is pure and
deterministic. Nodes are visited after what feeds them, so whole equal branches fall together.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from enum import Enum
from pathlib import PurePath
from typing import TypeAlias

from shtairir.block.values import Color, loaded_class
from shtairir.planning.dependency import reversed_edges, topological_order
from shtairir.planning.working import Reason, WorkingGraph, WorkingNode

_Structure: TypeAlias = tuple[int, tuple[tuple[str, int, int], ...]]
_LARGEST_COMPARED_ARRAY = 1 << 20


def merge_equal(graph: WorkingGraph) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph without the nodes that repeat another, their readers fed by that one."""
    predecessors = graph.predecessors()
    merged = dict(graph.merged)
    nodes = dict(graph.nodes)
    seen: dict[_Structure, list[int]] = {}
    reasons = []
    for index in topological_order(predecessors, reversed_edges(predecessors)):
        if index not in nodes:
            continue
        node = nodes[index] = _refed(nodes[index], merged)
        traits = node.definition.traits
        if not (traits.pure and traits.deterministic):
            continue
        alike = seen.setdefault(_structure(node), [])
        twin = next((other for other in alike if _same_values(nodes[other], node)), None)
        if twin is None:
            alike.append(index)
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


def _refed(node: WorkingNode, merged: dict[int, int]) -> WorkingNode:
    if not merged or not any(feed.source in merged for feed in node.feeds):
        return node
    return node._replace(feeds=tuple(feed._replace(source=merged.get(feed.source, feed.source)) for feed in node.feeds))


def _structure(node: WorkingNode) -> _Structure:
    # Feeds are in the order of the block's arguments, so equal nodes have equal tuples.
    return id(node.definition), tuple((feed.port, feed.source, feed.output) for feed in node.feeds)


def _same_values(one: WorkingNode, other: WorkingNode) -> bool:
    return one.values.keys() == other.values.keys() and all(
        _canonical(value) == _canonical(other.values[name]) for name, value in one.values.items()
    )


def _canonical(value: object) -> Hashable:
    """Return something that is equal for two values only if no block can tell them apart.

    ``1``, ``1.0`` and ``True`` differ, as do ``0.0`` and ``-0.0``; NaN is equal to itself.
    """
    kind = type(value)
    if kind is float:
        return kind, repr(value)
    if value is None or isinstance(value, bool | int | str | bytes | Color | PurePath | Enum):
        return kind, value
    if isinstance(value, list | tuple):
        return kind, tuple(map(_canonical, value))
    if isinstance(value, dict):
        return kind, tuple((name, _canonical(item)) for name, item in value.items())
    if not isinstance(value, loaded_class("numpy", "ndarray")):
        return kind, id(value)
    if value.dtype.kind not in "biufc" or value.nbytes > _LARGEST_COMPARED_ARRAY:
        return kind, id(value)
    return kind, value.dtype.str, value.shape, value.tobytes()
