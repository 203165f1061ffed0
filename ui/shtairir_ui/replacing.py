"""A node becomes one of another block, and keeps what fits: place, values, links. Pure: from a graph to an edit."""

from __future__ import annotations

from dataclasses import dataclass, field

from shtairir.block import BlockDefinition, InputPort, compatibility
from shtairir.block.registry import Registry
from shtairir.document import Graph, Link, Node
from shtairir.document.edits import (
    AddLinks,
    Batch,
    Edit,
    RemoveLinks,
    RenameNode,
    SetBlock,
    SetExposed,
    Unpublish,
    UnsetValue,
)
from shtairir.document.naming import stem_of
from shtairir.ids import BlockId, NodeId, PortName, PortRef


@dataclass(slots=True)
class _Kept:
    """Links that fit the new block, and the ports that they take."""

    links: list[Link] = field(default_factory=list)
    inputs: set[str] = field(default_factory=set)


def replaced(graph: Graph, registry: Registry, node: NodeId, block: str) -> tuple[Batch, NodeId] | str:
    """Return the edit that makes a node one of another block, and its id then; or why that cannot be.

    Links and values go to the ports of the same names if they fit there; links that do not, to the first port that
    takes them. An id that was made of the old block's name is made of the new one's.
    """
    old, new_block = graph.nodes[node], BlockId(block)
    definition = graph.definition(Node(NodeId("any"), new_block, values=old.values), registry)
    if definition is None:
        return f"There is no block '{block}'."
    kept = _Kept()
    around = [link for link in graph.links.values() if node in (link.source.node, link.target.node)]
    for link in around:
        if link.target.node == node:
            _keep_incoming(graph, registry, definition, link, kept)
    for link in around:
        if link.source.node == node and link.target.node != node:
            _keep_outgoing(graph, registry, definition, link, kept)
    edits: list[Edit] = [RemoveLinks(tuple(link.target for link in around))] if around else []
    edits += [UnsetValue(node, PortName(name)) for name in old.values if not _takes_value(definition, name, old)]
    edits += [SetExposed(node, port, False) for port in old.exposed if definition.input(port) is None]
    edits += [
        Unpublish(one.name)
        for one in graph.parameters
        if one.target.node == node and definition.input(one.target.port) is None
    ]
    edits.append(SetBlock(node, new_block, definition.version))
    if kept.links:
        edits.append(AddLinks(tuple(kept.links)))
    name = _new_id(graph, old, block)
    if name != node:
        edits.append(RenameNode(node, name))
    return Batch(tuple(edits), f"replace {node} by {definition.name}"), name


def _keep_incoming(graph: Graph, registry: Registry, definition: BlockDefinition, link: Link, kept: _Kept) -> None:
    giver = graph.definition(link.source.node, registry) if link.source.node in graph.nodes else None
    output = giver.output(link.source.port) if giver is not None else None
    if output is None or link.source.node == link.target.node:
        return
    same = definition.input(link.target.port)
    ports = [same] if same is not None else []
    ports += sorted(definition.inputs, key=_is_optional)
    for port in ports:
        if port.name not in kept.inputs and compatibility(output.type, port.type).ok:
            kept.inputs.add(port.name)
            via = link.via if port is same else ()
            kept.links.append(Link(link.source, PortRef(link.target.node, port.name), link.extra, via))
            return


def _keep_outgoing(graph: Graph, registry: Registry, definition: BlockDefinition, link: Link, kept: _Kept) -> None:
    taker = graph.definition(link.target.node, registry) if link.target.node in graph.nodes else None
    entry = taker.input(link.target.port) if taker is not None else None
    if entry is None:
        return
    same = definition.output(link.source.port)
    ports = [*([same] if same is not None else []), *definition.outputs]
    found = next((port for port in ports if compatibility(port.type, entry.type).ok), None)
    if found is not None:
        kept.links.append(Link(PortRef(link.source.node, found.name), link.target, link.extra, link.via))


def _is_optional(port: InputPort) -> bool:
    return not (port.required or port.param.port)


def _takes_value(definition: BlockDefinition, name: str, old: Node) -> bool:
    port = definition.input(name)
    if port is None:
        return False
    try:
        return port.check_range(port.parse(old.values[name])) is None
    except (ValueError, TypeError):
        return False


def _new_id(graph: Graph, old: Node, block: str) -> NodeId:
    """Return an id made of the new block, if the old one was made of the old block."""
    made_of = old.block.rpartition(".")[2]
    return graph.free_id(block) if stem_of(old.id) == made_of else old.id
