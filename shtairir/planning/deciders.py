"""Parts nodes that choose in two: one that decides, and one that hands on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from shtairir.block.definition import BlockDefinition, Traits
from shtairir.block.lazy import Decide, Lazy
from shtairir.block.ports import OutputPort
from shtairir.block.types import ScalarType
from shtairir.ids import BlockId, NodeId, PortName
from shtairir.planning.working import Feed, WorkingGraph, WorkingNode

DECISION = PortName("/choice")
"""The input by which a chooser gets the choice; no block can have one of that name."""

DECIDER = BlockId("flow.decide")

_COST_S = 20e-6
"""What a decision takes, for want of a better guess: most are an expression of a few names."""


class Chooser(NamedTuple):
    """A node that hands on one of several inputs.

    Attributes
    ----------
    number
        That of the node.
    decider
        The node that decides; ``None`` for one that tries the first input, and needs the second if that fails.
    ports
        The lazy inputs.
    first_bit
        The place of the literal of the first of them.
    """

    number: int
    id: NodeId
    decider: int | None
    ports: tuple[str, ...]
    first_bit: int

    @property
    def bits(self) -> int:
        """The literals of all inputs."""
        return ((1 << len(self.ports)) - 1) << self.first_bit


def decider_id(node: NodeId) -> NodeId:
    """Return the id of the node that decides for a chooser; no node of a file can have it."""
    return NodeId(f"{node}/choice")


def parted(graph: WorkingGraph) -> tuple[WorkingGraph, tuple[Chooser, ...]]:
    """Return the graph with a decider for each chooser that has one."""
    nodes = dict(graph.nodes)
    choosers = []
    bit, free = 0, max(nodes, default=-1) + 1
    for number, node in graph.nodes.items():
        lazy = node.definition.traits.lazy
        if lazy is None:
            continue
        decider = None
        if lazy.decide is not None:
            decider, free = free, free + 1
            nodes[decider] = _decider(node, lazy, lazy.decide)
        nodes[number] = _handing_on(node, lazy, decider)
        choosers.append(Chooser(number, node.id, decider, lazy.inputs, bit))
        bit += len(lazy.inputs)
    return replace(graph, nodes=nodes), tuple(choosers)


def _decider(node: WorkingNode, lazy: Lazy, decide: Decide) -> WorkingNode:
    """Return the node that decides: the number of the chosen one of the lazy inputs."""
    definition = node.definition
    linked = {feed.port for feed in node.feeds}
    offered = frozenset(name for name in lazy.inputs if name in linked or node.values.get(name) is not None)

    def choice(**arguments: Any) -> int:
        return lazy.inputs.index(decide(arguments, offered))

    return WorkingNode(
        decider_id(node.id),
        node.title,
        BlockDefinition(
            id=DECIDER,
            function=choice,
            name=definition.name,
            category=definition.category,
            summary=definition.summary,
            doc=definition.doc,
            inputs=tuple(port for port in definition.inputs if port.name not in lazy.inputs),
            outputs=(OutputPort(PortName("choice"), ScalarType("int")),),
            traits=Traits(lazy=lazy, cost=_COST_S),
            file=definition.file,
        ),
        {name: value for name, value in node.values.items() if name not in lazy.inputs},
        tuple(feed for feed in node.feeds if feed.port not in lazy.inputs),
    )


def _handing_on(node: WorkingNode, lazy: Lazy, decider: int | None) -> WorkingNode:
    feeds = tuple(feed for feed in node.feeds if feed.port in lazy.inputs)
    if decider is not None:
        feeds = (Feed(DECISION, decider, 0), *feeds)
    return node._replace(feeds=feeds, values={name: node.values.get(name) for name in lazy.inputs})
