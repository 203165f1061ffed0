"""Making a definition out of nodes: what crosses the border becomes its inputs and outputs.

A link into the chosen nodes becomes an input, one for each output outside that feeds them; a link out of them becomes
an output, one for each output inside that is read outside. What is published of the chosen nodes stays published: a
parameter becomes an input with a default, so that it can still be set, and a result becomes an output.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from shtairir.block.interface import type_name
from shtairir.document import edits
from shtairir.document.carrying import carried
from shtairir.document.jsonable import to_json
from shtairir.document.model import Content, Header, JsonValue, Link, NamedResult, Node, Parameter
from shtairir.document.naming import IdSource, free_name, is_name, stem_of
from shtairir.document.references import INPUT, INPUT_PORT, OUTPUT, OUTPUT_PORT, instance_block
from shtairir.errors import EditError
from shtairir.ids import BlockId, NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.block.ports import InputPort, OutputPort
    from shtairir.block.registry import Registry
    from shtairir.document.snapshot import Snapshot

_APART = 240.0
"""How far the interface nodes of a new definition stand from the nodes inside."""
DEFAULT_NAME = "subgraph"


def definition_name(wish: str | None, taken: Container[str]) -> tuple[str, str]:
    """Return the name and the title of a new definition; a wish that is no name becomes the title.

    Examples
    --------
    >>> definition_name("Clean up!", {"subgraph"}), definition_name(None, {"subgraph"})
    (('clean_up', 'Clean up!'), ('subgraph_2', ''))
    """
    if wish is not None and is_name(wish):
        return wish, ""
    stem = re.sub(r"[^\w-]+", "_", wish.strip().lower()).strip("_") if wish else ""
    return free_name(stem_of(stem or DEFAULT_NAME), taken), (wish or "").strip()


def group(
    graph: Snapshot, nodes: Iterable[NodeId], instance: NodeId, name: str, title: str, registry: Registry
) -> tuple[edits.AddSubgraph, list[edits.Edit]]:
    """Return the edits that put nodes of a scope into a new definition and an instance in their place.

    What is published follows, if the scope is the graph itself; in a definition that is left to the caller.

    Raises
    ------
    EditError
        When the nodes cannot be taken out together.
    """
    return _Grouping(graph, _chosen(graph, nodes), instance, registry).edits(name, title)


def _chosen(graph: Snapshot, nodes: Iterable[NodeId]) -> dict[NodeId, Node]:
    wanted = set(nodes)
    missing = wanted - graph.nodes.keys()
    if missing:
        raise EditError(f"There is no node '{sorted(missing)[0]}' in the graph.")
    # What makes the inputs and outputs of the scope itself stays where it is.
    chosen = {key: node for key, node in graph.nodes.items() if key in wanted and node.block not in (INPUT, OUTPUT)}
    if not chosen:
        raise EditError("There is nothing to make a definition of.", hint="Choose at least one node.")
    return chosen


def _refuse_detour(graph: Snapshot, chosen: Mapping[NodeId, Node]) -> None:
    """A path that leaves the chosen nodes and comes back would make the instance wait for itself."""
    readers: dict[NodeId, list[NodeId]] = {}
    for link in graph.links.values():
        readers.setdefault(link.source.node, []).append(link.target.node)
    feeds_chosen = {link.source.node for link in graph.links.values() if link.target.node in chosen}
    came_from: dict[NodeId, NodeId] = {}
    waiting = [key for key in chosen if key in readers]
    for key in waiting:
        for reader in readers.get(key, ()):
            if reader in chosen or reader in came_from:
                continue
            came_from[reader] = key
            waiting.append(reader)
            if reader in feeds_chosen:
                raise EditError(
                    f"{_way(reader, came_from)} between the chosen nodes, so the definition would wait for itself.",
                    hint="Choose what lies between, too.",
                )


def _way(last: NodeId, came_from: Mapping[NodeId, NodeId]) -> str:
    way = [last]
    while came_from.get(way[-1]) in came_from:
        way.append(came_from[way[-1]])
    names = ", ".join(f"'{key}'" for key in reversed(way))
    return f"{names} {'lies' if len(way) == 1 else 'lie'}"


class _Grouping:
    """Puts one definition together."""

    def __init__(self, graph: Snapshot, chosen: dict[NodeId, Node], instance: NodeId, registry: Registry) -> None:
        _refuse_detour(graph, chosen)
        self._graph = graph
        self._chosen = chosen
        self._instance = instance
        self._registry = registry
        self._nodes = dict(chosen)
        self._inner = [link for link in graph.links.values() if {link.source.node, link.target.node} <= chosen.keys()]
        self._outer: list[Link] = []
        self._inputs: dict[PortRef, PortName] = {}
        self._outputs: dict[PortRef, PortName] = {}
        self._input_nodes: dict[PortName, NodeId] = {}
        self._ids = IdSource()
        self._taken: dict[BlockId, set[str]] = {INPUT: set(), OUTPUT: set()}
        xs, ys = ([node.position[axis] for node in chosen.values()] for axis in (0, 1))
        self._columns = {INPUT: min(xs) - _APART, OUTPUT: max(xs) + _APART}
        self._centre = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)

    def edits(self, name: str, title: str) -> tuple[edits.AddSubgraph, list[edits.Edit]]:
        """Return what puts the nodes into a definition of that name."""
        for link in self._graph.links.values():
            if link.target.node in self._chosen and link.source.node not in self._chosen:
                self._enters(link)
            elif link.source.node in self._chosen and link.target.node not in self._chosen:
                self._outer.append(Link(PortRef(self._instance, self._output(link.source)), link.target, link.extra))
        parameters = tuple(map(self._followed_parameter, self._graph.header.parameters))
        results = tuple(map(self._followed_result, self._graph.header.results))
        frames, notes = carried(self._graph.header, self._graph.nodes, self._chosen)
        header = Header(title, frames=frames, notes=notes)
        content = Content(tuple(self._nodes.values()), tuple(self._inner), header)
        instance = Node(self._instance, instance_block(name), position=self._centre)
        steps: list[edits.Edit] = [
            *(edits.RemoveFrame(frame.id) for frame in frames),
            *(edits.RemoveNote(note.id) for note in notes),
            edits.RemoveNodes(tuple(self._chosen)),
            edits.AddNodes((instance,), tuple(self._outer)),
        ]
        if self._graph.scope is None:
            steps.append(edits.SetPublished(parameters, results))
        return edits.AddSubgraph(name, content), steps

    def _enters(self, link: Link) -> None:
        """Let a link from outside come in by an input; links from the same output share one."""
        name = self._inputs.get(link.source)
        if name is None:
            targets = [one.target for one in self._graph.links.values() if one.source == link.source]
            kind = self._type_of([target for target in targets if target.node in self._chosen], link.source)
            node, name = self._interface_node(INPUT, link.target.port, {"type": kind}, link.target.node)
            self._inputs[link.source] = name
            self._outer.append(Link(link.source, PortRef(self._instance, name)))
            self._input_nodes[name] = node
        self._inner.append(Link(PortRef(self._input_nodes[name], INPUT_PORT), link.target, link.extra))

    def _output(self, source: PortRef) -> PortName:
        """Return the output of the instance that hands out what a node inside makes."""
        if source not in self._outputs:
            port = self._output_port(source)
            kind = type_name(port.type) if port is not None else "any"
            # Several nodes have an output 'out': the node's name says more then.
            wish = source.port if source.port != "out" or not self._outputs else source.node
            node, name = self._interface_node(OUTPUT, wish, {"type": kind}, source.node)
            self._outputs[source] = name
            self._inner.append(Link(source, PortRef(node, OUTPUT_PORT)))
        return self._outputs[source]

    def _interface_node(
        self, block: BlockId, wish: str, values: Mapping[str, JsonValue], beside: NodeId
    ) -> tuple[NodeId, PortName]:
        name = free_name(wish, self._taken[block])
        self._taken[block].add(name)
        at = (self._columns[block], self._chosen[beside].position[1])
        node = Node(self._ids.next(name, self._nodes), block, values={"name": name, **values}, position=at)
        self._nodes[node.id] = node
        return node.id, PortName(name)

    def _type_of(self, targets: Iterable[PortRef], source: PortRef) -> str:
        """Return the type of an input: the one that all its targets share, else what comes in."""
        found = {type_name(port.type) for target in targets if (port := self._input_port(target)) is not None}
        if len(found) == 1:
            return found.pop()
        feeds = self._output_port(source)
        return type_name(feeds.type) if feeds is not None else "any"

    def _input_port(self, target: PortRef) -> InputPort | None:
        node = self._graph.nodes.get(target.node)
        definition = self._graph.definition(node, self._registry) if node is not None else None
        return definition.input(target.port) if definition is not None else None

    def _output_port(self, source: PortRef) -> OutputPort | None:
        node = self._graph.nodes.get(source.node)
        definition = self._graph.definition(node, self._registry) if node is not None else None
        return definition.output(source.port) if definition is not None else None

    def _followed_parameter(self, parameter: Parameter) -> Parameter:
        target = parameter.target
        if edits.first_step(target) not in self._chosen:
            return parameter
        port = self._input_port(target)
        # A type without a name would lose what can be set by hand, so the port itself stays published.
        if port is None or type_name(port.type) == "any" or not port.editable or target in self._graph.links:
            return replace(parameter, target=self._deeper(target))
        return replace(parameter, target=PortRef(self._instance, self._published_input(parameter, port)))

    def _published_input(self, parameter: Parameter, port: InputPort) -> PortName:
        """Make an input of what a parameter set; what it is set to becomes the default."""
        target = parameter.target
        node = self._nodes[target.node]
        values: dict[str, JsonValue] = {"type": type_name(port.type)}
        if port.name in node.values:
            values["value"] = node.values[port.name]
            self._nodes[node.id] = replace(
                node, values={key: value for key, value in node.values.items() if key != port.name}
            )
        elif not port.required:
            values["value"] = to_json(port.type.dump(port.default))
        if parameter.help or port.help:
            values["help"] = parameter.help or port.help
        made, name = self._interface_node(INPUT, parameter.name, values, target.node)
        self._inner.append(Link(PortRef(made, INPUT_PORT), target))
        return name

    def _followed_result(self, result: NamedResult) -> NamedResult:
        source = result.source
        if edits.first_step(source) not in self._chosen:
            return result
        if source.node in self._chosen:
            return replace(result, source=PortRef(self._instance, self._output(source)))
        return replace(result, source=self._deeper(source))

    def _deeper(self, port: PortRef) -> PortRef:
        return PortRef(NodeId(f"{self._instance}/{port.node}"), port.port)
