"""Fuses elementwise nodes that hand arrays to each other, so that each array is read and written once.

A node can be fused if its block is elementwise and declares a kernel, and if no more than the call of it matters: it
is pure, runs on a thread, needs no resource and has no policy of its own. A reduction over all elements can end a
chain. Which of the chain's results must exist in full (because others read them, or somebody keeps them) is left to
the run; all others are never made but a tile at a time.

A fused chain runs as one task, so no way may lead out of it and back into it: the task would wait for itself. Each
node therefore has a *rank*: the greatest number of links on any way to it that cannot be fused. Along a link that
can be fused the rank never falls, and along any other it rises. Nodes of one rank that are connected by links that
can be fused make a chain: whatever leaves it has a higher rank, and never returns.
"""

from __future__ import annotations

from collections.abc import Sequence

from shtairir.block.types import ArrayType, PortType, UnionType
from shtairir.planning.composite import FUSED, compose
from shtairir.planning.working import Feed, Reason, WorkingGraph, WorkingNode


def fuse_elementwise(graph: WorkingGraph) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph with each chain of elementwise nodes as one node."""
    if not any(map(can_begin, graph.nodes.values())):
        return graph, []
    groups = [group for group in _groups(graph) if len(group) > 1]
    reasons = []
    for group in groups:
        names = [str(graph.nodes[number].id) for number in group]
        listed = ", ".join(f"'{name}'" for name in names[:-1])
        why = f"Evaluated together with {listed}, tile by tile: what they hand to each other stays in the cache."
        reasons.append(Reason(graph.nodes[group[-1]].id, "fuse_elementwise", why))
    return compose(graph, groups, FUSED), reasons


def _groups(graph: WorkingGraph) -> list[list[int]]:
    """Return the chains, each in an order in which its nodes can be evaluated."""
    nodes = graph.nodes
    order = [number for number in graph.links().order if number in nodes]
    begins = {number for number, node in nodes.items() if can_begin(node)}
    joins = {number for number, node in nodes.items() if number in begins or can_end(node)}
    guards = graph.branches.guards if graph.branches is not None else {}
    ranks: dict[int, int] = {}
    chain_of: dict[int, int] = {}
    for number in order:
        rank = 0
        fusable = []
        for feed in nodes[number].feeds:
            together = guards.get(feed.source) == guards.get(number)
            if together and number in joins and feed.source in begins and _is_plain(feed):
                fusable.append(feed.source)
                rank = max(rank, ranks[feed.source])
            elif feed.source in nodes:
                rank = max(rank, ranks[feed.source] + 1)
        ranks[number] = rank
        chain_of[number] = number
        for source in fusable:
            if ranks[source] == rank:
                chain_of[_root(chain_of, source)] = _root(chain_of, number)
    groups: dict[int, list[int]] = {}
    for number in order:
        if number in joins:
            groups.setdefault(_root(chain_of, number), []).append(number)
    return list(groups.values())


def _root(parents: dict[int, int], number: int) -> int:
    """Return the representative of a set, with shorter ways for the next who asks."""
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


def can_begin(node: WorkingNode) -> bool:
    """Whether a node can be part of a chain and hand its result on in it."""
    traits = node.definition.traits
    return (
        traits.elementwise
        and traits.kernel is not None
        and _is_simple(node)
        and _admits_array(node.definition.outputs[0].type)
    )


def can_end(node: WorkingNode) -> bool:
    """Whether a node can be the end of a chain: it reduces all elements of what is linked to its first input."""
    reduction = node.definition.traits.reduction
    return (
        reduction is not None
        and _is_simple(node)
        and node.definition.context_argument is None
        and len(node.feeds) == 1
        and node.feeds[0].port == node.definition.inputs[0].name
        and all(node.values.get(name) is value for name, value in reduction.only.items())
    )


def _is_simple(node: WorkingNode) -> bool:
    definition, traits = node.definition, node.definition.traits
    return (
        not node.parts
        and node.policy is None
        and len(definition.outputs) == 1
        and traits.pure
        and traits.deterministic
        and traits.runs_on == "thread"
        and not traits.resources
        and traits.timeout_s is None
        and traits.retries is None
        and not traits.depends_on
    )


def _admits_array(kind: PortType) -> bool:
    members: Sequence[PortType] = kind.members if isinstance(kind, UnionType) else (kind,)
    return any(isinstance(member, ArrayType) for member in members)


def _is_plain(feed: Feed) -> bool:
    """Whether what travels along a link is just the value."""
    return feed.conversion is None and feed.checked is None
