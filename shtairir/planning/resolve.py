"""From a graph and a registry to a `WorkingGraph`: every value parsed, every conversion found.

After this, nothing needs the registry or the document any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import NoneType
from typing import Protocol

from shtairir.block.compatibility import compatibility
from shtairir.block.conversions import Conversion
from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import MISSING, InputPort, OutputPort
from shtairir.block.types import AnyType, PortType, UnionType
from shtairir.document.model import Link, Node
from shtairir.errors import PlanningError
from shtairir.ids import BlockId, NodeId, PortName, PortRef
from shtairir.planning.working import Feed, WorkingGraph, WorkingNode


class Source(Protocol):
    """The part of a graph's snapshot that planning reads."""

    @property
    def name(self) -> str: ...
    @property
    def base_dir(self) -> Path: ...
    @property
    def nodes(self) -> Mapping[NodeId, Node]: ...
    @property
    def links(self) -> Mapping[PortRef, Link]: ...
    @property
    def local_blocks(self) -> Mapping[BlockId, BlockDefinition]: ...


class Blocks(Protocol):
    """The part of a registry that planning asks."""

    def get(self, id: BlockId | str, /) -> BlockDefinition | None: ...


def resolve(source: Source, blocks: Blocks) -> WorkingGraph:
    """Return the graph with everything in it that a call of each block needs.

    Raises
    ------
    PlanningError
        When a node's block, port or value does not exist or fit. A validated graph has none of these.
    """
    definitions = {id: _definition(node, source, blocks) for id, node in source.nodes.items()}
    links: dict[NodeId, dict[PortName, PortRef]] = {}
    for link in source.links.values():
        target = link.target
        into = links.get(target.node)
        if into is None:
            into = links[target.node] = {}
        into[target.port] = link.source
    resolver = _Resolver(source.base_dir, definitions)
    none: dict[PortName, PortRef] = {}
    nodes = {index: resolver.node(node, links.get(id, none)) for index, (id, node) in enumerate(source.nodes.items())}
    return WorkingGraph(nodes, wanted=_unread(nodes))


def _definition(node: Node, source: Source, blocks: Blocks) -> BlockDefinition:
    found = source.local_blocks.get(node.block) or blocks.get(node.block)
    if found is None:
        raise PlanningError(f"Node '{node.id}' uses the block '{node.block}', which is not installed.")
    return found


def _unread(nodes: Mapping[int, WorkingNode]) -> frozenset[tuple[int, int]]:
    """Return the outputs that nobody reads: the results of the graph."""
    read = {feed[1:3] for node in nodes.values() for feed in node.feeds}
    every = [(index, number) for index, node in nodes.items() for number in range(len(node.definition.outputs))]
    return frozenset([port for port in every if port not in read])


def value_of(node: Node, port: InputPort, base_dir: Path) -> object:
    """Return what an input without a link receives.

    Raises
    ------
    PlanningError
        When there is nothing, or it does not fit.
    """
    if port.name in node.values:
        try:
            return _anchored(port.parse(node.values[port.name]), base_dir)
        except ValueError as error:
            raise PlanningError(f"Node '{node.id}', input '{port.name}': {error}") from None
    if port.default is MISSING:
        raise PlanningError(f"Node '{node.id}' needs its input '{port.name}'.", hint="Link it, or set a value.")
    return _anchored(port.default, base_dir)


def _anchored(value: object, base_dir: Path) -> object:
    """Return a value with relative paths made absolute: they are relative to the graph's folder."""
    if isinstance(value, Path):
        return base_dir / value
    if isinstance(value, list) and any(isinstance(item, Path) for item in value):
        return [_anchored(item, base_dir) for item in value]
    return value


_UNANCHORED = (float, int, str, NoneType)
"""Types of defaults that cannot be a path."""


class _Resolver:
    def __init__(self, base_dir: Path, definitions: Mapping[NodeId, BlockDefinition]) -> None:
        self._base_dir = base_dir
        self._definitions = definitions
        self._numbers = {id: index for index, id in enumerate(definitions)}
        self._crossings: dict[tuple[int, PortName, int], tuple[int, Conversion | None, PortType | None]] = {}

    def node(self, node: Node, links: Mapping[PortName, PortRef]) -> WorkingNode:
        definition = self._definitions[node.id]
        values: dict[str, object] = {}
        feeds: list[Feed] = []
        for port in definition.inputs:
            name = port.name
            if name in links:
                feeds.append(self._feed(node, port, links[name]))
            elif name in node.values or port.default is MISSING or not isinstance(port.default, _UNANCHORED):
                values[name] = value_of(node, port, self._base_dir)
            else:
                values[name] = port.default
        return WorkingNode(node.id, node.title or definition.name, definition, values, tuple(feeds))

    def _feed(self, node: Node, port: InputPort, source: PortRef) -> Feed:
        # Ports and definitions live long enough, so their identities can stand for their types here; comparing the
        # types of ten thousand links takes longer than all the rest of planning.
        definition = self._definitions.get(source.node)
        key = id(definition), source.port, id(port)
        crossing = self._crossings.get(key)
        if crossing is None:
            crossing = self._crossings[key] = self._crossing(definition, source, port, node.id)
        return Feed(port.name, self._numbers[source.node], *crossing)

    def _crossing(
        self, definition: BlockDefinition | None, source: PortRef, port: InputPort, node: NodeId
    ) -> tuple[int, Conversion | None, PortType | None]:
        """Return the number of an output, and what a link from it applies and checks."""
        for number, output in enumerate(definition.outputs if definition else ()):
            if output.name == source.port:
                return number, *_applied(output, port, node)
        raise PlanningError(f"Node '{node}', input '{port.name}' is linked to {source}, which does not exist.")


def _applied(output: OutputPort, port: InputPort, node: NodeId) -> tuple[Conversion | None, PortType | None]:
    """Return what a link applies, and the type that what arrives must be checked for, if only the run can tell."""
    found = compatibility(output.type, port.type)
    if not found.ok:
        raise PlanningError(f"Node '{node}', input '{port.name}': {found.reason}")
    uncertain = found.conversion is None and isinstance(output.type, AnyType | UnionType)
    certain = not uncertain or isinstance(port.type, AnyType) or output.type == port.type
    return found.conversion, None if certain else port.type
