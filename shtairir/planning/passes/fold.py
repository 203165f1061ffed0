"""Computes what is constant while planning, so that no run computes it again.

Planning must not run code that a person would be surprised to see run, or wait for. So a node is folded only if

- its block is pure and deterministic, and declares ``elementwise``: arithmetic, on single numbers here;
- all its inputs are plain numbers, small where they are integers (``9 ** 9 ** 9`` would not end);
- it needs no library, no context, no other worker and nothing outside, and has no policy of its own;
- all its outputs are read by others: a result is computed in the run, where it can be seen;
- the call succeeds and gives one plain number. If it fails, it is left to fail in the run, with the node's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shtairir.planning.working import Feed, Reason, WorkingGraph, WorkingNode

_LARGEST_INTEGER = 1000
_NOTHING = object()


def fold_constants(graph: WorkingGraph) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph with constant numbers in place of the nodes that compute them."""
    if not any(map(_foldable, graph.nodes.values())):
        return graph, []
    foldable = {id(node.definition): _foldable(node) for node in graph.nodes.values()}
    if not any(foldable.values()):
        return graph, []
    _, successors, order = graph.links()
    folded = dict(graph.folded)
    nodes = dict(graph.nodes)
    shown = {index for index, _ in graph.shown}
    reasons = []
    for index in order:
        if index not in nodes:
            continue
        node = nodes[index] = _with_constants(nodes[index], folded) if folded else nodes[index]
        if node.feeds or node.policy is not None or not foldable[id(node.definition)]:
            continue
        value = _NOTHING if index in shown else _constant(node)
        readers = (feed for reader in successors[index] for feed in nodes[reader].feeds if feed.source == index)
        if value is _NOTHING or any(_through(feed, value) is _NOTHING for feed in readers):
            continue
        folded[index] = (value,)
        del nodes[index]
        reasons.append(Reason(node.id, "fold_constants", f"Computed while planning: it is always {value!r}."))
    return (replace(graph, nodes=nodes, folded=folded), reasons) if reasons else (graph, [])


def _with_constants(node: WorkingNode, folded: Mapping[int, tuple[object, ...]]) -> WorkingNode:
    """Return the node with values in place of feeds from folded nodes."""
    known: dict[str, object] = {
        feed.port: _through(feed, folded[feed.source][feed.output]) for feed in node.feeds if feed.source in folded
    }
    if not known:
        return node
    feeds = tuple(feed for feed in node.feeds if feed.port not in known)
    return node._replace(values={**node.values, **known}, feeds=feeds)


def _through(feed: Feed, value: object) -> object:
    if feed.checked is not None and feed.checked.check(value) is not None:
        return _NOTHING
    if feed.conversion is None:
        return value
    try:
        return feed.conversion.apply(value)
    except Exception:  # noqa: BLE001 - a conversion is foreign code; it fails again, and is reported, in the run
        return _NOTHING


def _constant(node: WorkingNode) -> object:
    """Return what the node always gives, or `_NOTHING` if it must not or cannot be found out now."""
    if not all(map(_is_small_number, node.values.values())):
        return _NOTHING
    try:
        value = node.definition.function(**node.values)
    except Exception:  # noqa: BLE001 - block code; it fails again, and is reported, in the run
        return _NOTHING
    fits = type(value) in (bool, int, float) and node.definition.outputs[0].type.check(value) is None
    return value if fits else _NOTHING


def _foldable(node: WorkingNode) -> bool:
    definition, traits = node.definition, node.definition.traits
    return (
        traits.elementwise
        and traits.pure
        and traits.deterministic
        and traits.runs_on == "thread"
        and not traits.resources
        and not traits.depends_on
        and not definition.requires
        and definition.context_argument is None
        and len(definition.outputs) == 1
    )


def _is_small_number(value: object) -> bool:
    return type(value) in (bool, float) or (type(value) is int and abs(value) <= _LARGEST_INTEGER)
