"""From a graph and a registry to a `WorkingGraph`: every value parsed, every conversion found.

After this, nothing needs the registry or the document any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any, Protocol

from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import MISSING, InputPort
from shtairir.document.model import Link, Node
from shtairir.errors import PlanningError
from shtairir.ids import BlockId, NodeId, PortRef
from shtairir.planning.working import Links, WorkingGraph, WorkingNode
from shtairir.policy.effective import DEFAULT_OF_GRAPH, effective_policy
from shtairir.policy.model import GraphPolicy
from shtairir.validation.wiring import Feed, Wiring, fits


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
    def definition(self, node: Node, registry: Any = None, /) -> BlockDefinition | None: ...


class Blocks(Protocol):
    """The part of a registry that planning asks."""

    def get(self, id: BlockId | str, /) -> BlockDefinition | None: ...


def resolve(
    source: Source, blocks: Blocks, wiring: Wiring | None = None, policy: GraphPolicy = DEFAULT_OF_GRAPH
) -> WorkingGraph:
    """Return the graph with everything in it that a call of each block needs.

    Parameters
    ----------
    wiring
        That of these very nodes and links, if somebody has worked it out already.
    policy
        What holds for nodes that say nothing of how they are to be run.

    Raises
    ------
    PlanningError
        When a node's block, port or value does not exist or fit. A validated graph has none of these.
    """
    if wiring is None or wiring.nodes is not source.nodes:
        wiring = wired(source, blocks)
    for link in wiring.faulty:
        raise PlanningError(_fault(link, source.nodes, wiring))
    nodes = _resolved(source, wiring, policy)
    links = Links(wiring.predecessors, wiring.successors, wiring.order)
    return WorkingGraph(nodes, wanted=_unread(nodes, wiring), policy=policy).linked(links)


def wired(source: Source, blocks: Blocks) -> Wiring:
    """Return the links of a graph by number."""
    definitions = {id: _definition(node, source, blocks) for id, node in source.nodes.items()}
    return Wiring(source.nodes, source.links, definitions)


def _definition(node: Node, source: Source, blocks: Blocks) -> BlockDefinition:
    found = source.definition(node, blocks)
    if found is None:
        raise PlanningError(f"Node '{node.id}' uses the block '{node.block}', which is not installed.")
    return found


def _fault(link: Link, nodes: Mapping[NodeId, Node], wiring: Wiring) -> str:
    """Return what is wrong with a link, in a sentence."""
    definitions = dict(zip(nodes, wiring.definitions, strict=True))
    source, target = definitions.get(link.source.node), definitions.get(link.target.node)
    output = source.output(link.source.port) if source is not None else None
    port = target.input(link.target.port) if target is not None else None
    where = f"Node '{link.target.node}', input '{link.target.port}'"
    if output is None:
        return f"{where} is linked to {link.source}, which does not exist."
    if port is None:
        return f"{link.source} is linked to {link.target}, which does not exist."
    return f"{where}: {fits(output.type, port.type).reason}"


def _unread(nodes: Mapping[int, WorkingNode], wiring: Wiring) -> frozenset[tuple[int, int]]:
    """Return the outputs that nobody reads: the results of the graph."""
    found: list[tuple[int, int]] = []
    several: list[int] = []
    for number, after in enumerate(wiring.successors):
        count = len(nodes[number].definition.outputs)
        if not after:
            found += [(number, output) for output in range(count)]
        elif count > 1:
            several.append(number)
    if several:
        read = {feed[1:3] for feeds in wiring.feeds for feed in feeds}
        every = [(number, output) for number in several for output in range(len(nodes[number].definition.outputs))]
        found += [port for port in every if port not in read]
    return frozenset(found)


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

_NOTHING: Mapping[str, object] = MappingProxyType({})


def _resolved(source: Source, wiring: Wiring, policy: GraphPolicy) -> dict[int, WorkingNode]:
    # Nodes of one block with the same inputs linked and nothing set share their values, which are all defaults.
    defaults: dict[tuple[object, ...], Mapping[str, object]] = {}
    nodes: dict[int, WorkingNode] = {}
    new = tuple.__new__  # twice as fast as to call the class
    for node, definition, feeds in zip(source.nodes.values(), wiring.definitions, wiring.feeds, strict=True):
        if definition is None:
            raise PlanningError(f"Node '{node.id}' uses the block '{node.block}', which is not installed.")
        if len(feeds) == len(definition.inputs):
            values = _NOTHING
        elif node.values:
            values = given_values(node, definition, feeds, source.base_dir)
        else:
            key = id(definition), *[feed[0] for feed in feeds]
            known = defaults.get(key)
            values = known if known is not None else given_values(node, definition, feeds, source.base_dir)
            defaults[key] = values
        title = node.title or definition.name
        own = effective_policy(definition, policy, node.policy) if node.policy else None
        nodes[len(nodes)] = new(WorkingNode, (node.id, title, definition, values, tuple(feeds), (), (), None, own))
    return nodes


def given_values(node: Node, definition: BlockDefinition, feeds: Sequence[Feed], base_dir: Path) -> dict[str, object]:
    """Return what the inputs of a node receive that are not linked.

    Raises
    ------
    PlanningError
        When there is nothing for one, or it does not fit.
    """
    linked = {feed[0] for feed in feeds}
    values: dict[str, object] = {}
    for port in definition.inputs:
        name = port.name
        if name in linked:
            continue
        if name in node.values or port.default is MISSING or not isinstance(port.default, _UNANCHORED):
            values[name] = value_of(node, port, base_dir)
        else:
            values[name] = port.default
    return values
