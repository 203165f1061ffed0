"""Putting what an instance stands for in its place: the nodes of a definition or of a graph file.

Links that lead to an input of the instance lead to what reads that input inside, links from an output come from what
makes it. A value of the instance, or else the default of the input, becomes the value of what reads it. What is
published of the instance, or of nodes in it, stays published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shtairir.block.registry import default_registry
from shtairir.document import edits
from shtairir.document.carrying import brought
from shtairir.document.files import file_snapshot
from shtairir.document.model import ACTIVE, JsonValue, Link, Node, Parameter, Point
from shtairir.document.naming import IdSource, free_name
from shtairir.document.paths import rebase
from shtairir.document.references import DEFAULT, FILE, INPUT, INPUT_PORT, OUTPUT, OUTPUT_PORT, instance_of, name_of
from shtairir.document.store import holds_path
from shtairir.document.travelling import Luggage, packed
from shtairir.document.trust import carried, command
from shtairir.errors import DocumentError, EditError
from shtairir.ids import NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.edits.published import Rewrite, Steps
    from shtairir.document.scopes import Scopes
    from shtairir.document.snapshot import Snapshot

_APART = 240.0


def unfolded(
    graph: Snapshot, instance: Node, scopes: Scopes, parameters: Iterable[Parameter], registry: Registry | None = None
) -> tuple[list[edits.Edit], Expansion]:
    """Return the edits that put what an instance stands for in its place.

    Raises
    ------
    EditError
        When the node is no instance, what it stands for cannot be had, or it is put out of action.
    """
    if instance.state != ACTIVE:
        raise EditError(
            f"'{instance.id}' is {instance.state}, and what is in it would run once it is put in its place.",
            hint="Activate it first.",
        )
    inside, luggage = _opened(graph, instance, scopes, registry)
    content = [luggage.renamed(node) for node in _nodes(graph, inside, registry)]
    made = expansion(graph, instance, inside, content, parameters)
    steps: list[edits.Edit] = [
        *luggage.edits,
        edits.RemoveNodes((instance.id,)),
        edits.AddNodes(tuple(made.nodes.values()), tuple(made.links)),
        *brought(inside.header, graph.header, made.offset),
        *(edits.SetValue(target.node, target.port, value) for target, value in made.values.items()),
    ]
    if inside.scope is not None and len(edits.users_of(inside.scope, scopes)) == 1:
        steps.append(edits.RemoveSubgraph(inside.scope))  # it was made for this instance alone
    return steps, made


def _opened(graph: Snapshot, instance: Node, scopes: Scopes, registry: Registry | None) -> tuple[Snapshot, Luggage]:
    name = instance_of(instance.block)
    if name is None:
        raise EditError(f"'{instance.id}' stands for no definition, so there is nothing to put in its place.")
    if not name.startswith(FILE):
        edits.definition_in(scopes, name)
        return graph.subgraphs[name], Luggage()
    try:
        file = file_snapshot(graph, name)
    except DocumentError as error:
        raise EditError(f"The file of '{instance.id}' cannot be used: {error}") from error
    if graph.trusted and not file.trusted and carried(file, registry if registry is not None else default_registry()):
        raise EditError(
            f"The file of '{instance.id}' carries code that you have not trusted.", hint=f"First: {command(file.path)}"
        )
    content = file.content()
    return file, packed(content.nodes, content.definitions, file.code, scopes)


def _nodes(graph: Snapshot, inside: Snapshot, registry: Registry | None) -> list[Node]:
    """Return the nodes inside, with paths that mean the same files from where the graph lies."""
    if inside.base_dir == graph.base_dir:
        return list(inside.nodes.values())

    def is_path(node: Node, port: PortName) -> bool:
        return holds_path(inside, node, port, registry)

    return [rebase(node, inside.base_dir, graph.base_dir, is_path) for node in inside.nodes.values()]


@dataclass(frozen=True, slots=True)
class Fed:
    """What an input of the instance gets: an output of another node, or a value; else nothing."""

    source: PortRef | None = None
    value: JsonValue = None
    is_value: bool = False


@dataclass(slots=True)
class Expansion:
    """What takes the place of an instance.

    Attributes
    ----------
    nodes, links
        What is put there; the links among them and to others.
    values
        Values of other nodes that the instance only passed on.
    ids
        The new id of each node, by its id inside.
    inputs, outputs
        What reads each input of the instance, and what makes each of its outputs, among the new nodes.
    passed
        The outputs that only hand on what came in, with what feeds that.
    offset
        How far the nodes moved.
    kept
        The inputs that stay as interface nodes of the graph.
    """

    nodes: dict[NodeId, Node] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    values: dict[PortRef, JsonValue] = field(default_factory=dict)
    ids: dict[NodeId, NodeId] = field(default_factory=dict)
    inputs: dict[str, list[PortRef]] = field(default_factory=dict)
    outputs: dict[str, PortRef] = field(default_factory=dict)
    passed: dict[str, PortRef] = field(default_factory=dict)
    offset: Point = (0.0, 0.0)
    kept: set[str] = field(default_factory=set)


def expansion(
    graph: Snapshot, instance: Node, inside: Snapshot, content: Iterable[Node], parameters: Iterable[Parameter]
) -> Expansion:
    """Return what takes the place of an instance.

    Parameters
    ----------
    graph
        The scope that the instance lies in.
    inside
        What it stands for.
    content
        The nodes inside, with what they refer to named as the graph names it.
    parameters
        What the graph publishes; of them those count that stand for an input of the instance.

    Raises
    ------
    EditError
        When a value of the instance could not be kept.
    """
    expanding = _Expanding(graph, instance, inside, list(content))
    made = expanding.done()
    for parameter in parameters:
        if parameter.target.node == instance.id and len(made.inputs.get(parameter.target.port, ())) != 1:
            expanding.kept_input(parameter)
    return made


class _Expanding:
    def __init__(self, graph: Snapshot, instance: Node, inside: Snapshot, content: list[Node]) -> None:
        self._graph = graph
        self._instance = instance
        self._inside = inside
        self._made = Expansion()
        self._inputs = {name_of(node): node for node in reversed(content) if node.block == INPUT}
        self._input_names = {node.id: name for name, node in self._inputs.items()}
        self._outputs = {name_of(node): node for node in reversed(content) if node.block == OUTPUT}
        self._place([node for node in content if node.block not in (INPUT, OUTPUT)])

    def _place(self, content: list[Node]) -> None:
        taken = self._graph.nodes.keys() - {self._instance.id}
        reserved = {node.id for node in content if node.id not in taken}
        source = IdSource()
        offset = self._made.offset = _offset(content, self._instance.position)
        for node in content:
            key = node.id if node.id not in taken else source.next(node.id, taken, reserved)
            reserved.add(key)
            self._made.ids[node.id] = key
            x, y = node.position
            self._made.nodes[key] = replace(node, id=key, position=(x + offset[0], y + offset[1]))

    def done(self) -> Expansion:
        made = self._made
        inner = list(self._inside.links.values())
        for link in inner:
            name = self._input_names.get(link.source.node)
            if name is not None and link.target.node in made.ids:
                made.inputs.setdefault(name, []).append(self._new(link.target))
        for parameter in self._inside.parameters:  # of a file
            if parameter.name in self._inputs:
                continue
            if parameter.target.node in made.ids:
                made.inputs[parameter.name] = [self._new(parameter.target)]
            elif self.fed(parameter.name) != Fed():
                raise EditError(
                    f"'{self._instance.id}' sets '{parameter.name}', which lies deeper in the file: "
                    f"{parameter.target}. Expanded, it could not be set here any more.",
                    hint="Set it in the file, and reset it here.",
                )
        for result in self._inside.results:
            if result.source.node in made.ids:
                made.outputs[result.name] = self._new(result.source)
        self._link_inside(inner)
        self._link_outputs(inner)
        return made

    def _new(self, port: PortRef) -> PortRef:
        return PortRef(self._made.ids[port.node], port.port)

    def _link_inside(self, inner: list[Link]) -> None:
        made = self._made
        for link in inner:
            if link.target.node not in made.ids:
                continue
            target = self._new(link.target)
            if link.source.node in made.ids:
                via = tuple((x + made.offset[0], y + made.offset[1]) for x, y in link.via)
                made.links.append(Link(self._new(link.source), target, link.extra, via))
            elif link.source.node in self._input_names:
                self._feed(self.fed(self._input_names[link.source.node]), target, link)
        for parameter in self._inside.parameters:
            if parameter.name not in self._inputs and parameter.name in made.inputs:
                fed = self.fed(parameter.name)
                self._feed(fed, made.inputs[parameter.name][0], Link(parameter.target, parameter.target))

    def _feed(self, fed: Fed, target: PortRef, link: Link) -> None:
        if fed.source is not None:
            self._made.links.append(Link(fed.source, target, link.extra))
        elif fed.is_value:
            node = self._made.nodes[target.node]
            self._made.nodes[target.node] = replace(node, values={**node.values, target.port: fed.value})

    def fed(self, name: str) -> Fed:
        """Return what an input of the instance gets."""
        link = self._graph.links.get(PortRef(self._instance.id, PortName(name)))
        if link is not None and link.source.node != self._instance.id:
            return Fed(link.source)
        if name in self._instance.values:
            return Fed(value=self._instance.values[name], is_value=True)
        default = self._inputs[name].values.get(DEFAULT) if name in self._inputs else None
        return Fed(value=default, is_value=default is not None)

    def _link_outputs(self, inner: list[Link]) -> None:
        made = self._made
        feeds = {link.target.node: link.source for link in inner if link.target.port == OUTPUT_PORT}
        passed: dict[str, Fed] = {}
        for name, node in self._outputs.items():
            source = feeds.get(node.id)
            if source is not None and source.node in made.ids:
                made.outputs[name] = self._new(source)
            elif source is not None and source.node in self._input_names:
                passed[name] = self.fed(self._input_names[source.node])
            elif source is None and OUTPUT_PORT in node.values:
                passed[name] = Fed(value=node.values[OUTPUT_PORT], is_value=True)
        for link in self._graph.links.values():
            if link.source.node != self._instance.id or link.target.node == self._instance.id:
                continue
            made_by, fed = made.outputs.get(link.source.port), passed.get(link.source.port)
            if made_by is not None:
                made.links.append(Link(made_by, link.target, link.extra))
            elif fed is not None and fed.source is not None:
                made.links.append(Link(fed.source, link.target, link.extra))
            elif fed is not None and fed.is_value:
                made.values[link.target] = fed.value
        made.passed = {name: fed.source for name, fed in passed.items() if fed.source is not None}

    def kept_input(self, parameter: Parameter) -> None:
        """Keep an input that several nodes read, or none, as one of the graph: it is published by itself there."""
        made, name = self._made, parameter.target.port
        fed, old = self.fed(name), self._inputs.get(name)
        if old is None:
            return
        key = NodeId(free_name(parameter.name, {*self._graph.nodes, *made.nodes}))
        values: dict[str, JsonValue] = {**old.values, "name": parameter.name}
        if fed.is_value:
            values[DEFAULT] = fed.value
        if parameter.help:
            values["help"] = parameter.help
        made.kept.add(name)
        x, y = self._instance.position
        made.nodes[key] = replace(old, id=key, title=parameter.title, values=values, position=(x - _APART, y))
        targets = set(made.inputs.get(name, ()))
        made.links = [link for link in made.links if link.target not in targets]
        made.links += [Link(PortRef(key, INPUT_PORT), target) for target in made.inputs.get(name, ())]
        for target in targets:
            node = made.nodes[target.node]
            made.nodes[target.node] = replace(
                node, values={port: value for port, value in node.values.items() if port != target.port}
            )


def _offset(content: Iterable[Node], centre: Point) -> Point:
    """Return how far the nodes move, so that the middle of them comes to lie where the instance was."""
    xs, ys = zip(*(node.position for node in content), strict=True) if content else ((centre[0],), (centre[1],))
    return centre[0] - (min(xs) + max(xs)) / 2, centre[1] - (min(ys) + max(ys)) / 2


def followed_expansion(made: Expansion, instance: NodeId) -> Rewrite:
    """Return how what is published of an instance, or of nodes in it, follows."""

    def rewrite(steps: Steps, port: PortName, is_output: bool) -> tuple[Steps, PortName] | None:
        if steps[0] != instance:
            return steps, port
        if len(steps) > 1:
            key = made.ids.get(NodeId(steps[1]))
            return ((key, *steps[2:]), port) if key is not None else None
        if is_output:
            found = made.outputs.get(port) or made.passed.get(port)
        else:
            found = next(iter(made.inputs.get(port, ())), None) if port not in made.kept else None
        return ((found.node,), found.port) if found is not None else None

    return rewrite
