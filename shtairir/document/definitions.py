"""The one way to a node's definition: what its block is, with the ports that its values ask for.

A block is looked up first among the functions that this process gave to the graph, then among what the file carries
(``subgraph.``, ``code.``, ``file:``), then in the registry. A block whose ports depend on its values is then adapted.

What was found is remembered (`Known`), by everything that it depends on, and shared by all snapshots of a graph: after
an edit only the node that was edited is adapted again, and a thousand instances share one definition object.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shtairir.block.interface import Interface, instance_definition
from shtairir.document.files import MOST_NESTED, file_interface
from shtairir.document.interfaces import interface_of
from shtairir.document.known import Declared
from shtairir.document.model import JsonValue, Node
from shtairir.document.references import CODE, FILE, INPUT, SUBGRAPH, composing, name_of
from shtairir.errors import BlockDefinitionError, DocumentError, ShtairirError
from shtairir.ids import BlockId, NodeId, PortRef

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.block.ports import InputPort, Param
    from shtairir.block.registry import Registry
    from shtairir.document.snapshot import Snapshot

_MOST_ADAPTED = 4096
"""How many adapted definitions of one block are kept."""


def resolved(graph: Snapshot, node: Node, registry: Registry) -> BlockDefinition | ShtairirError | None:
    """Return a node's definition; an error when its block is there but cannot be used as the node has it."""
    base = block_definition(graph, node.block, registry)
    if base is None or isinstance(base, ShtairirError) or base.adapt is None:
        return base
    adapted = graph.known.adapted.get(base)
    if adapted is None:
        adapted = graph.known.adapted[base] = Adapted(base)
    return adapted.for_values(node.values, Around(graph, registry))


def all_definitions(
    graph: Snapshot, registry: Registry
) -> tuple[dict[NodeId, BlockDefinition], dict[NodeId, ShtairirError]]:
    """Return the definitions of all nodes of a scope, and why others have none although their block is there.

    Each block is looked up once, and only nodes whose ports depend on their values are looked at one by one.
    """
    blocks: dict[BlockId, BlockDefinition | ShtairirError | None] = {}
    found: dict[NodeId, BlockDefinition] = {}
    refused: dict[NodeId, ShtairirError] = {}
    for key, node in graph.nodes.items():
        block = node.block
        if block in blocks:
            definition = blocks[block]
        else:
            definition = blocks[block] = block_definition(graph, block, registry)
        if definition is None:
            continue
        if isinstance(definition, ShtairirError) or definition.adapt is not None:
            definition = resolved(graph, node, registry)
            if isinstance(definition, ShtairirError):
                refused[key] = definition
                continue
        if definition is not None:
            found[key] = definition
    return found, refused


def block_definition(graph: Snapshot, block: str, registry: Registry) -> BlockDefinition | ShtairirError | None:
    """Return the definition of a block as it is before a node's values are looked at."""
    found = graph.local_blocks.get(block)  # type: ignore[call-overload]  # a block's id is a text
    if found is not None:
        return found  # type: ignore[no-any-return]
    if block.startswith(SUBGRAPH):
        return _instance(graph, block, block[len(SUBGRAPH) :], registry)
    if block.startswith(CODE):
        return _code(graph, block[len(CODE) :])
    if block.startswith(FILE):
        return _instance(graph, block, block, registry)
    definition = registry.get(block)
    if definition is not None and definition.traits.needs_trust and not graph.trusted:
        from shtairir.block.refusal import refused

        return refused(definition)
    return definition


def scope_interface(graph: Snapshot, name: str, registry: Registry) -> Interface | None:
    """Return the interface of a definition or of ``file:...``; ``None`` when there is none.

    Raises
    ------
    DocumentError
        When it is a file that cannot be read.
    """
    if name.startswith(FILE):
        return file_interface(graph, name, registry)
    scope = graph.subgraphs.get(name)
    return own_interface(scope, scope.header.name or name, registry) if scope is not None else None


def own_interface(scope: Snapshot, title: str, registry: Registry) -> Interface:
    """Return the interface that the nodes of a scope declare; the same object for the same one.

    An input takes over how it is set by hand (range, step, choices, what a path is for) from the first port inside
    that reads it.
    """
    known = scope.known.interfaces.get(scope.scope)
    if known is None or not known.holds(scope.nodes, scope.links, title, scope.header.description):
        plain = interface_of(scope.nodes.values(), title, scope.header.description)
        known = Declared(scope.nodes, scope.links, plain, first_readers(scope, plain))
        scope.known.interfaces[scope.scope] = known
    # One that contains itself comes back here; and nobody looks for a slider fifty definitions deep.
    if not known.readers or scope in _open.scopes or len(_open.scopes) >= MOST_NESTED:
        return known.plain
    with _opened(scope):
        params = tuple(_param(scope, known.readers.get(port.name), port, registry) for port in known.plain.inputs)
    made = known.made
    if made is None or made[0] != params:
        inputs = tuple(
            replace(port, param=param) if param is not None else port
            for port, param in zip(known.plain.inputs, params, strict=True)
        )
        made = known.made = (params, replace(known.plain, inputs=inputs))
    return made[1]


class _Open(threading.local):
    """The scopes whose interface is being worked out in this thread."""

    def __init__(self) -> None:
        self.scopes: tuple[Snapshot, ...] = ()


_open = _Open()


@contextmanager
def _opened(scope: Snapshot) -> Iterator[None]:
    before = _open.scopes
    _open.scopes = (*before, scope)
    try:
        yield
    finally:
        _open.scopes = before


def first_readers(scope: Snapshot, interface: Interface) -> dict[str, PortRef]:
    """Return for each input of a scope the first port inside that reads it."""
    names: dict[NodeId, str] = {}
    for node in composing(scope.nodes.values()):
        if node.block == INPUT and interface.input(name_of(node)) is not None and name_of(node) not in names.values():
            names[node.id] = name_of(node)
    found: dict[str, PortRef] = {}
    for link in scope.links.values() if names else ():
        if link.source.node in names:
            found.setdefault(names[link.source.node], link.target)
    return found


def _param(scope: Snapshot, reader: PortRef | None, port: InputPort, registry: Registry) -> Param | None:
    node = scope.nodes.get(reader.node) if reader is not None else None
    definition = scope.definition(node, registry) if node is not None else None
    inner = definition.input(reader.port) if definition is not None and reader is not None else None
    return inner.param if inner is not None and inner.type == port.type else None


def _instance(graph: Snapshot, block: str, name: str, registry: Registry) -> BlockDefinition | DocumentError | None:
    try:
        interface = scope_interface(graph, name, registry)
    except DocumentError as error:
        return error
    if interface is None:
        return None
    known = graph.known.instances.get(block)
    if known is None or known[0] is not interface:
        known = graph.known.instances[block] = (interface, instance_definition(block, interface))
    return known[1]


def _code(graph: Snapshot, name: str) -> BlockDefinition | None:
    from shtairir.block.code import code_definition

    code = graph.code.get(name)
    if code is None:
        return None
    read_from = (code.source, graph.trusted)
    known = graph.known.codes.get(name)
    if known is None or known[0] != read_from:
        previous = known[1] if known is not None else None
        made = code_definition(name, code.source, trusted=graph.trusted, previous=previous)
        known = graph.known.codes[name] = (read_from, made)
    return known[1]


class Around:
    """What a block whose ports depend on a body may ask for; a `shtairir.block.interface.Scope`."""

    def __init__(self, graph: Snapshot, registry: Registry) -> None:
        self._graph = graph
        self._registry = registry

    def interface(self, name: str) -> Interface | None:
        """Return the interface of a definition or a graph file; ``None`` when there is none that can be used."""
        try:
            return scope_interface(self._graph, name, self._registry)
        except DocumentError:
            return None  # what is wrong with the file is reported where it is named


class _Asked(Mapping[str, JsonValue]):
    """Values, and interfaces around them, that note what was asked for."""

    def __init__(self, values: Mapping[str, JsonValue], around: Around) -> None:
        self._values = values
        self._around = around
        self.keys_asked: dict[str, None] = {}
        self.names_asked: dict[str, None] = {}

    def __getitem__(self, key: str) -> JsonValue:
        self.keys_asked[key] = None
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        self.keys_asked.update(dict.fromkeys(self._values))
        self.keys_asked[""] = None
        return iter(self._values)

    def __len__(self) -> int:
        self.keys_asked[""] = None
        return len(self._values)

    def interface(self, name: str) -> Interface | None:
        self.names_asked[name] = None
        return self._around.interface(name)


_Questions = tuple[tuple[str, ...], tuple[str, ...]]


class Adapted:
    """What one block was adapted to, by the values and the interfaces that it asked for."""

    def __init__(self, base: BlockDefinition) -> None:
        self._base = base
        self._questions: tuple[_Questions, ...] = ()
        # The interfaces are kept along, so that what is told apart by their identity stays apart.
        self._found: dict[object, tuple[BlockDefinition | ShtairirError, tuple[Interface | None, ...]]] = {}

    def for_values(self, values: Mapping[str, JsonValue], around: Around) -> BlockDefinition | ShtairirError:
        """Return the definition with the ports that the values ask for, or why there is none."""
        for questions in self._questions:
            key, _ = _answers(questions, values, around)
            found = self._found.get(key)
            if found is not None:
                return found[0]
        asked = _Asked(values, around)
        result = self._adapt(asked)
        questions = (tuple(asked.keys_asked), tuple(asked.names_asked))
        key, interfaces = _answers(questions, values, around)
        if questions not in self._questions:
            self._questions += (questions,)
        if len(self._found) >= _MOST_ADAPTED:
            self._found, self._questions = {}, (questions,)
        self._found[key] = (result, interfaces)
        return result

    def _adapt(self, asked: _Asked) -> BlockDefinition | ShtairirError:
        assert self._base.adapt is not None
        try:
            return self._base.adapt(asked, asked)
        except ShtairirError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a pack's function may raise anything; looking a node up never does
            why = str(error) or type(error).__name__
            return BlockDefinitionError(f"The ports of '{self._base.id}' cannot be told: {why}", block=self._base.id)


def _answers(
    questions: _Questions, values: Mapping[str, JsonValue], around: Around
) -> tuple[object, tuple[Interface | None, ...]]:
    keys, names = questions
    interfaces = tuple(map(around.interface, names))
    texts: list[Any] = [repr(values[key]) if key in values else None for key in keys]
    if "" in keys:  # how many there are, and which, was looked at too
        texts.append(tuple(values))
    return (questions, tuple(texts), tuple(map(id, interfaces))), interfaces
