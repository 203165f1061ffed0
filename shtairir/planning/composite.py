"""Puts nodes of a working graph together into one, which does the work of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from shtairir.block.definition import BlockDefinition
from shtairir.ids import BlockId, PortName
from shtairir.planning.working import WorkingGraph, WorkingNode, WorkingPart

FUSED = BlockId("shtairir.fused")
"""What a composite whose parts are evaluated together, tile by tile, has for its block."""


def compose(graph: WorkingGraph, groups: Iterable[Sequence[int]], block: BlockId) -> WorkingGraph:
    """Return the graph with one node for each group, under the number and the name of the group's last node.

    Parameters
    ----------
    groups
        Numbers of nodes, each after what feeds it. Nothing outside of a group may lie on a way between two of its
        nodes, and no node may be in two groups.
    """
    made: dict[int, tuple[int, ...]] = {group[-1]: tuple(group) for group in groups}
    if not made:
        return graph
    composites = dict(graph.composites)
    offsets: dict[int, int] = {}
    for number, group in made.items():
        offset = 0
        for member in group:
            composites[member], offsets[member] = number, offset
            offset += len(graph.nodes[member].definition.outputs)
    nodes: dict[int, WorkingNode] = {}
    for number, node in graph.nodes.items():
        if number in made:
            nodes[number] = _composite(graph, made[number], block, composites, offsets)
        elif number not in offsets:
            nodes[number] = _refed(node, composites, offsets)
    return replace(graph, nodes=nodes, composites=composites)


def _refed(node: WorkingNode, composites: Mapping[int, int], offsets: Mapping[int, int]) -> WorkingNode:
    if not any(feed.source in offsets for feed in node.feeds):
        return node
    return node._replace(
        feeds=tuple(
            feed._replace(source=composites[feed.source], output=offsets[feed.source] + feed.output)
            if feed.source in offsets
            else feed
            for feed in node.feeds
        )
    )


def _composite(
    graph: WorkingGraph,
    members: tuple[int, ...],
    block: BlockId,
    composites: Mapping[int, int],
    offsets: Mapping[int, int],
) -> WorkingNode:
    last = graph.nodes[members[-1]]
    parts = tuple(
        WorkingPart(member, _refed(graph.nodes[member], composites, offsets), offsets[member]) for member in members
    )
    outside = [
        (part.node, feed) for part in parts for feed in part.node.feeds if composites.get(feed.source) != members[-1]
    ]
    return WorkingNode(
        id=last.id,
        title=_title([part.node.title for part in parts]),
        definition=_definition(block, parts),
        values={},
        feeds=tuple(feed._replace(port=PortName(f"{node.id}.{feed.port}")) for node, feed in outside),
        parts=parts,
    )


def _title(titles: Sequence[str]) -> str:
    if len(titles) == 1:
        return titles[0]
    return " · ".join(titles) if len(titles) <= 3 else f"{titles[0]} · … {len(titles) - 2} more … · {titles[-1]}"


def _definition(block: BlockId, parts: Sequence[WorkingPart]) -> BlockDefinition:
    outputs = tuple(
        replace(port, name=PortName(f"{part.node.id}.{port.name}"))
        for part in parts
        for port in part.node.definition.outputs
    )
    return BlockDefinition(
        id=block,
        function=_never_called,
        name="Fused nodes",
        category="",
        summary="Several nodes in one task.",
        doc="",
        inputs=(),
        outputs=outputs,
    )


def _never_called() -> None:
    raise AssertionError("a composite is run by its parts")
