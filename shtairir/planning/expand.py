"""Puts the contents of instances in their place, so that everything after sees one flat graph.

Nodes get their paths for ids: ``clean/blur``, ``clean/inner/blur``. The inputs and outputs of a definition become nodes
that hand on what arrives. Most of them *dissolve*: where what arrives is of the declared type as it is, and is taken as
it is, those that read from the node read from where it comes, or have the value that is set. Where the declared type
makes a difference, because a link converts or only the run can tell whether a value fits, the node stays.

An instance is one thing to whoever uses it: what it does besides, the outputs that nobody reads and the nodes inside
that nobody reads, is done when any of its outputs is needed. If an If does not need it, nothing of it runs.

Glossary
--------
end
    An input or output node of a definition.
entry, exit
    The end that an input or output of an instance leads to; or, of a graph file, the parameter or result.
companions
    Nodes that run together with others, see `shtairir.planning.guards.Wants`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from shtairir.block.conversions import Conversion
from shtairir.block.definition import BlockDefinition, Traits
from shtairir.block.infer import Spec
from shtairir.block.ports import MISSING, InputPort, OutputPort
from shtairir.block.types import NONE, AnyType, ListType, PortType, UnionType
from shtairir.document.definitions import all_definitions
from shtairir.document.model import JsonValue, Link, Node
from shtairir.document.paths import absolute_path
from shtairir.document.references import INPUT, INPUT_PORT, OUTPUT, OUTPUT_PORT, instance_of, is_instance
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.planning.instances import Instance
from shtairir.planning.passes.merge import canonical
from shtairir.validation.wiring import Wiring, fits

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.snapshot import Snapshot
    from shtairir.planning.config import PlanningConfig
    from shtairir.planning.plan import ExecutionPlan

_DEEPEST = 100

Values = Mapping[PortRef, JsonValue]
"""Values for single inputs, by path: ``clean/blur.sigma``."""


@dataclass(frozen=True, eq=False)
class Expansion:
    """A graph without instances.

    Attributes
    ----------
    wiring
        Its nodes and links.
    instances
        Those that were expanded, by path, outer ones first.
    aliases
        For outputs of instances, and of ends that dissolved, the output that makes them.
    results
        What the graph as a whole makes: the outputs that nobody reads, but not those of nodes inside of instances.
    named
        The named results.
    wanted, companions
        What runs for more than its readers' sake, see `shtairir.planning.guards.wants_of`.
    """

    name: str
    nodes: Mapping[NodeId, Node]
    links: Mapping[PortRef, Link]
    definitions: Mapping[NodeId, BlockDefinition]
    instances: Mapping[NodeId, Instance]
    aliases: Mapping[PortRef, PortRef]
    results: frozenset[PortRef]
    named: Mapping[str, PortRef]
    wanted: frozenset[NodeId]
    companions: Mapping[NodeId, Collection[PortRef]]
    base_dir: Path
    wiring: Wiring = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wiring", Wiring(self.nodes, self.links, self.definitions))

    def definition(self, node: Node, registry: object = None, /) -> BlockDefinition | None:
        """Return a node's definition."""
        return self.definitions.get(node.id)

    def inside(self, config: PlanningConfig) -> PlanningConfig:
        """Return what is asked for in terms of the flat graph."""
        targets = config.targets
        if targets is not None:
            targets = tuple(dict.fromkeys(node for target in targets for node in self._within(target)))
        return replace(config, keep=frozenset(self.aliases.get(port, port) for port in config.keep), targets=targets)

    def _within(self, target: NodeId) -> Iterator[NodeId]:
        """Yield the nodes that a node stands for: all that makes the outputs of an instance, or nobody reads in it."""
        instance = self.instances.get(target)
        if instance is None:
            yield self._dissolved(target)
            return
        yield from (made.node for made in instance.outputs.values())
        read = {link.source.node for link in self.links.values()}
        yield from (node for node in self.nodes if node.startswith(f"{target}/") and node not in read)

    def _dissolved(self, target: NodeId) -> NodeId:
        ports = (PortRef(target, INPUT_PORT), PortRef(target, OUTPUT_PORT))
        return next((self.aliases[port].node for port in ports if port in self.aliases), target)

    def told_in(self, plan: ExecutionPlan, prefix: str) -> ExecutionPlan:
        """Return a plan of the graph that tells what was expanded.

        Parameters
        ----------
        prefix
            What stands before the ids of all nodes there.
        """

        def named(port: PortRef) -> PortRef:
            return PortRef(NodeId(prefix + port.node), port.port)

        instances = {
            NodeId(prefix + path): instance._replace(
                parts=tuple(NodeId(prefix + part) for part in instance.parts),
                outputs={name: named(made) for name, made in instance.outputs.items()},
            )
            for path, instance in self.instances.items()
        }
        return replace(
            plan,
            instances=instances,
            aliases={named(name): named(made) for name, made in self.aliases.items()},
            named={name: named(made) for name, made in self.named.items()},
        )


def needs_expansion(definitions: Iterable[BlockDefinition]) -> bool:
    """Whether a graph has instances, or outputs of its own.

    Parameters
    ----------
    definitions
        Those of its nodes, each once.
    """
    return any(is_instance(found.id) or found.id == OUTPUT for found in definitions)


def expand(source: Snapshot, blocks: Registry, values: Values | None = None) -> Expansion:
    """Return a graph with the contents of its instances in their place.

    Parameters
    ----------
    values
        Values to take instead of those that the definitions have.

    Raises
    ------
    PlanningError
        When a definition is not there, or contains itself, or when a value does not fit.
    """
    flat = _Flat(blocks, source.base_dir)
    flat.take(source, "", ())
    for port, value in (values or {}).items():
        flat.put(port, value)
    flat.dissolve()
    return flat.expansion(source)


class _Flat:
    """A graph on its way to being flat."""

    def __init__(self, blocks: Registry, root_dir: Path) -> None:
        self._blocks = blocks
        self._root_dir = root_dir
        self._nodes: dict[NodeId, Node] = {}
        self._definitions: dict[NodeId, BlockDefinition] = {}
        self._base_dirs: dict[NodeId, Path] = {}
        self._homes: dict[NodeId, NodeId | None] = {}
        self._instances: dict[NodeId, _Opened] = {}
        self._links: list[tuple[PortRef, PortRef]] = []
        self._targets: dict[PortRef, list[PortRef]] = {}
        self._handed_out: dict[PortRef, list[PortRef]] = {}
        self._values: dict[PortRef, JsonValue] = {}
        self._feeds: dict[PortRef, PortRef] = {}
        self._readers: dict[PortRef, list[PortRef]] = {}
        self._ends: dict[NodeId, PortType] = {}
        self._made_by: dict[NodeId, PortRef | None] = {}
        self._dissolved: dict[NodeId, PortRef] = {}
        self._identities: dict[PortType, BlockDefinition] = {}
        # The scopes are kept along, so that no other has the identity of one of them.
        self._known: dict[int, tuple[Snapshot, Mapping[NodeId, BlockDefinition]]] = {}

    # --- taking in --------------------------------------------------------------------------------------------

    def take(self, scope: Snapshot, prefix: str, chain: tuple[str, ...]) -> tuple[NodeId, ...]:
        """Take in the nodes and links of a graph or a definition, and return the paths of its nodes."""
        home = NodeId(prefix[:-1]) if prefix else None
        definitions = self._definitions_in(scope)
        paths = {id: NodeId(prefix + id) for id in scope.nodes}
        for id, node in scope.nodes.items():
            path = paths[id]
            self._homes[path] = home
            self._base_dirs[path] = scope.base_dir
            definition = definitions.get(id)
            if definition is None:
                raise PlanningError(f"Node '{path}' uses the block '{node.block}', which is not installed.")
            if is_instance(definition.id):
                self._open(scope, path, node, definition, chain)
            else:
                self._add(path, node, definition)
        for link in scope.links.values():
            source, target = link.source, link.target
            made_by = paths.get(source.node) or NodeId(prefix + source.node)
            read_by = paths.get(target.node) or NodeId(prefix + target.node)
            self._links.append((PortRef(made_by, source.port), PortRef(read_by, target.port)))
        return tuple(paths.values())

    def _definitions_in(self, scope: Snapshot) -> Mapping[NodeId, BlockDefinition]:
        """Return the definitions of a scope's nodes; found once, however many instances there are."""
        found = self._known.get(id(scope))
        if found is None:
            definitions, _ = all_definitions(scope, self._blocks)
            found = self._known[id(scope)] = scope, definitions
        return found[1]

    def _open(
        self, scope: Snapshot, path: NodeId, node: Node, definition: BlockDefinition, chain: tuple[str, ...]
    ) -> None:
        inside = scope.inside(node)
        if inside is None:
            raise PlanningError(f"Node '{path}' stands for '{instance_of(node.block)}', which cannot be used.")
        step = _step(inside, node)
        if step in chain or len(chain) >= _DEEPEST:
            way = " → ".join([*chain[chain.index(step) if step in chain else 0 :], step])
            raise PlanningError(f"'{path}' would contain itself: {way}.", hint="Remove one of these instances.")
        opened = self._instances[path] = _Opened(node, definition)
        opened.parts = self.take(inside, f"{path}/", (*chain, step))
        for id, inner in inside.nodes.items():
            name = PortName(str(inner.values.get("name") or id))
            if inner.block == INPUT:
                opened.entries.setdefault(name, PortRef(NodeId(f"{path}/{id}"), OUTPUT_PORT))
            elif inner.block == OUTPUT:
                opened.exits.setdefault(name, PortRef(NodeId(f"{path}/{id}"), OUTPUT_PORT))
        for parameter in inside.parameters:
            target = PortRef(NodeId(f"{path}/{parameter.target.node}"), parameter.target.port)
            opened.entries.setdefault(PortName(parameter.name), target)
        for result in inside.results:
            made = PortRef(NodeId(f"{path}/{result.source.node}"), result.source.port)
            opened.exits.setdefault(PortName(result.name), made)

    def _add(self, path: NodeId, node: Node, definition: BlockDefinition) -> None:
        if self._homes[path] is not None and definition.id == INPUT:
            self._ends[path] = definition.outputs[0].type
        elif definition.id == OUTPUT:
            kind = definition.inputs[0].type
            if self._homes[path] is not None:
                self._ends[path] = kind
            definition = self._identity(kind)
        self._nodes[path] = replace(node, id=path)
        self._definitions[path] = definition

    def _identity(self, kind: PortType) -> BlockDefinition:
        """Return the definition of a node that hands on values of a type."""
        found = self._identities.get(kind)
        if found is None:
            found = self._identities[kind] = _identity(kind)
        return found

    def put(self, target: PortRef, value: JsonValue) -> None:
        """Have an input take a value in this plan only."""
        entry = self._entry(target)
        if entry.node not in self._nodes:
            raise PlanningError(f"There is no node '{target.node}' to give '{target.port}' a value.")
        port = self._definitions[entry.node].input(entry.port)
        if port is None:
            raise PlanningError(f"'{target}' cannot be given a value: there is no such input.")
        if any(self._entry(linked) == entry for _, linked in self._links):
            raise PlanningError(f"'{target}' cannot be given a value: it is linked.")
        absolute = _absolute(value, port.type, self._root_dir)
        _check(port, absolute, target)
        self._values[entry] = absolute

    def _give(self, target: PortRef, value: JsonValue) -> None:
        node = self._nodes[target.node]
        self._nodes[target.node] = replace(node, values={**node.values, target.port: value})

    def _entry(self, target: PortRef) -> PortRef:
        """Return the input that an input leads to."""
        opened = self._instances.get(target.node)
        while opened is not None and target.port in opened.entries:
            target = opened.entries[target.port]
            opened = self._instances.get(target.node)
        return target

    def _exit(self, source: PortRef) -> PortRef:
        """Return the output that an output comes from."""
        opened = self._instances.get(source.node)
        while opened is not None and source.port in opened.exits:
            source = opened.exits[source.port]
            opened = self._instances.get(source.node)
        return source

    # --- dissolving -------------------------------------------------------------------------------------------

    def dissolve(self) -> None:
        """Join what the ends of definitions keep apart, where these make no difference."""
        for source, target in self._links:
            entry = self._entry(target)
            self._feeds[entry] = self._exit(source)
            self._targets.setdefault(source, []).append(entry)
        for path, opened in self._instances.items():
            for name, exit in opened.exits.items():
                self._handed_out.setdefault(exit, []).append(PortRef(path, name))
        self._hand_values_in()
        for target, value in self._values.items():
            self._give(target, value)
        for target, source in self._feeds.items():
            self._readers.setdefault(source, []).append(target)
        for end in self._ends_in_order():
            self._dissolve(end)
        for path, node in self._nodes.items():
            self._nodes[path] = self._anchored(path, node)

    def _hand_values_in(self) -> None:
        """Give the values that are set at instances to what their inputs lead to; outer ones go before inner ones."""
        for path in reversed(list(self._instances)):
            opened = self._instances[path]
            for name, value in opened.node.values.items():
                port = opened.definition.input(name)
                entry = self._entry(PortRef(path, PortName(name)))
                if port is None or entry in self._feeds or entry.node not in self._nodes:
                    continue
                self._give(entry, _absolute(value, port.type, self._base_dirs[path]))

    def _ends_in_order(self) -> Iterator[NodeId]:
        """Yield the ends, each after those that it reads from."""
        seen: set[NodeId] = set()
        for end in self._ends:
            row = []
            current: NodeId | None = end
            while current in self._ends and current not in seen:
                assert current is not None  # it is an end
                seen.add(current)
                row.append(current)
                source = self._feeds.get(PortRef(current, OUTPUT_PORT))
                current = source.node if source is not None else None
            yield from reversed(row)

    def _dissolve(self, end: NodeId) -> None:
        kind, value, handed = self._ends[end], PortRef(end, OUTPUT_PORT), self._handed_on(end)
        readers = self._readers.get(handed, [])
        source = self._feeds.get(value)
        if source is not None:
            if not self._makes_no_difference(source, kind, readers):
                return
            known = self._readers[source]
            known.remove(value)
            known += readers
            for reader in readers:
                self._feeds[reader] = source
            del self._feeds[value]
        elif not self._hand_value_on(end, kind, readers):
            return
        self._made_by[end] = source
        self._dissolved[end] = handed
        del self._nodes[end], self._definitions[end]

    def _handed_on(self, end: NodeId) -> PortRef:
        return PortRef(end, INPUT_PORT if self._nodes[end].block == INPUT else OUTPUT_PORT)

    def _makes_no_difference(self, source: PortRef, kind: PortType, readers: Iterable[PortRef]) -> bool:
        """Whether those who read a value of a type may as well read it where it comes from."""
        port = self._definitions[source.node].output(source.port) if source.node in self._definitions else None
        if port is None or _crossing(port.type, kind) != _PLAIN:
            return False
        for reader in readers:
            wanted = self._wanted(reader)
            direct, through = _crossing(port.type, wanted), _crossing(kind, wanted)
            if direct is None or through is None or direct.conversion != through.conversion:
                return False
        return True

    def _wanted(self, target: PortRef) -> PortType:
        port = self._definitions[target.node].input(target.port)
        if port is None:
            raise PlanningError(f"Node '{target.node}' has no input '{target.port}'.")
        return port.type

    def _hand_value_on(self, end: NodeId, kind: PortType, readers: list[PortRef]) -> bool:
        """Set the readers of an end to the value that is set there, if they take it for the same; say whether."""
        node = self._nodes[end]
        if node.block != INPUT or OUTPUT_PORT not in node.values:
            return False
        value = node.values[OUTPUT_PORT]
        optional = isinstance(kind, UnionType) and NONE in kind.members
        if value is None and not optional:
            return False
        absolute = _absolute(value, kind, self._base_dirs[end])
        if not all(_means_the_same(absolute, kind, self._wanted(reader)) for reader in readers):
            return False
        for reader in readers:
            port = self._definitions[reader.node].input(reader.port)
            assert port is not None  # its type was looked at
            _check(port, absolute, reader)
            self._give(reader, absolute)
            del self._feeds[reader]
        return True

    def _anchored(self, path: NodeId, node: Node) -> Node:
        """Return a node of another file with paths that mean the same from here."""
        if self._base_dirs[path] == self._root_dir:
            return node
        changed: dict[str, JsonValue] = {}
        for port in self._definitions[path].inputs:
            if not _is_path(port.type):
                continue
            if port.name in node.values:
                changed[port.name] = _absolute(node.values[port.name], port.type, self._base_dirs[path])
            elif port.default is not MISSING and port.default is not None:
                changed[port.name] = _absolute(port.type.dump(port.default), port.type, self._base_dirs[path])
        return replace(node, values={**node.values, **changed}) if changed else node

    # --- the whole --------------------------------------------------------------------------------------------

    def expansion(self, source: Snapshot) -> Expansion:
        """Return the graph as it is now."""
        aliases = self._aliases()
        wanted, companions = self._members()
        linked = {link.source for link in source.links.values()}
        results = {
            self._maker(port)
            for path in source.nodes
            for port in self._outputs(path)
            if port not in linked
        }
        named = {result.name: self._maker(result.source) for result in source.results}
        for path, node in source.nodes.items():
            if node.block == OUTPUT:
                named.setdefault(str(node.values.get("name") or path), PortRef(path, OUTPUT_PORT))
        there = {port for port in (*results, *named.values()) if port is not None}
        return Expansion(
            source.name,
            self._nodes,
            {target: Link(made, target) for target, made in self._feeds.items() if target.node in self._nodes},
            self._definitions,
            {
                path: Instance(
                    opened.node.title or opened.definition.name,
                    opened.node.block,
                    opened.parts,
                    {name: made for name in opened.exits if (made := aliases.get(PortRef(path, name))) is not None},
                )
                for path, opened in self._instances.items()
            },
            aliases,
            frozenset(there),
            {name: made for name, made in named.items() if made is not None},
            frozenset({*wanted, *(made.node for made in named.values() if made is not None)}),
            companions,
            source.base_dir,
        )

    def _outputs(self, path: NodeId) -> list[PortRef]:
        opened = self._instances.get(path)
        names = opened.exits if opened is not None else [port.name for port in self._definitions[path].outputs]
        return [PortRef(path, name) for name in names]

    def _maker(self, port: PortRef) -> PortRef | None:
        """Return the output that makes another; ``None`` for what is only a value."""
        made: PortRef | None = self._exit(port)
        while made is not None and made.node in self._made_by:
            made = self._made_by[made.node]
        return made

    def _aliases(self) -> dict[PortRef, PortRef]:
        names = [PortRef(path, name) for path, opened in self._instances.items() for name in opened.exits]
        names += [self._dissolved[end] for end in self._made_by]
        return {name: made for name in names if (made := self._maker(name)) is not None}

    def _members(self) -> tuple[set[NodeId], dict[NodeId, list[PortRef]]]:
        """Return what runs for its own sake, and what runs together with an instance's outputs."""
        read = {source.node for source in self._feeds.values()}
        members: dict[NodeId | None, list[NodeId]] = {}
        for path in self._nodes:
            if path not in read:
                members.setdefault(self._homes[path], []).append(path)
        companions: dict[NodeId, list[PortRef]] = {}
        for path in reversed(self._instances):
            inside = members.get(path, [])
            readers: list[PortRef] = []
            for name in self._instances[path].exits:
                found = list(self._final_readers(PortRef(path, name)))
                readers += found
                made = self._maker(PortRef(path, name))
                if not found and made is not None and made.node.startswith(f"{path}/"):
                    inside.append(made.node)
            if readers:
                for member in inside:
                    companions.setdefault(member, []).extend(readers)
            else:
                members.setdefault(self._homes[path], []).extend(inside)
        return set(members.get(None, [])), companions

    def _final_readers(self, port: PortRef) -> Iterator[PortRef]:
        """Yield the inputs that an output of an instance leads to."""
        pending, seen = [port], {port}
        while pending:
            current = pending.pop()
            onward = [*self._handed_out.get(current, ())]
            for entry in self._targets.get(current, ()):
                if entry.node in self._dissolved:
                    onward.append(self._dissolved[entry.node])
                elif entry not in seen:
                    seen.add(entry)
                    yield entry
            pending += [each for each in onward if each not in seen]
            seen.update(onward)


@dataclass(slots=True)
class _Opened:
    """An instance while its graph is made flat; entries and exits lead one step inwards."""

    node: Node
    definition: BlockDefinition
    parts: tuple[NodeId, ...] = ()
    entries: dict[PortName, PortRef] = field(default_factory=dict)
    exits: dict[PortName, PortRef] = field(default_factory=dict)


# --- ends ---------------------------------------------------------------------------------------------------------


class _Crossing(NamedTuple):
    """What a link between two types applies, and checks."""

    conversion: Conversion | None
    checked: PortType | None


_PLAIN = _Crossing(None, None)


def _crossing(source: PortType, target: PortType) -> _Crossing | None:
    """Return what a link applies and checks, or ``None`` if the types do not fit."""
    found = fits(source, target)
    if not found.ok:
        return None
    uncertain = found.conversion is None and isinstance(source, AnyType | UnionType)
    certain = not uncertain or isinstance(target, AnyType) or source == target
    return _Crossing(found.conversion, None if certain else target)


def _means_the_same(value: JsonValue, kind: PortType, wanted: PortType) -> bool:
    """Whether a value of a file is the same where a type is wanted as where another one is handed on to it."""
    if kind == wanted:
        return True
    crossing = _crossing(kind, wanted)
    if crossing is None or crossing.conversion is not None:
        return False
    try:
        return canonical(kind.parse(value)) == canonical(wanted.parse(value))
    except ValueError:
        return False


def _handed(value: Any) -> Any:
    return value


def _identity(kind: PortType) -> BlockDefinition:
    return BlockDefinition(
        id=OUTPUT,
        function=_handed,
        name="Output",
        category="",
        summary="Hands out what arrives.",
        doc="",
        inputs=(InputPort(OUTPUT_PORT, kind, True, MISSING),),
        outputs=(OutputPort(OUTPUT_PORT, kind),),
        traits=Traits(infer=_seen_through),
    )


def _seen_through(value: Any) -> Any:
    return replace(value, view_of=OUTPUT_PORT) if isinstance(value, Spec) else value


# --- values -------------------------------------------------------------------------------------------------------


def _check(port: InputPort, value: JsonValue, target: PortRef) -> None:
    try:
        refusal = port.check_range(port.parse(value))
    except ValueError as error:
        refusal = str(error)
    if refusal is not None:
        raise PlanningError(f"Node '{target.node}', input '{target.port}': {refusal}")


def _is_path(kind: PortType) -> bool:
    if isinstance(kind, UnionType):
        return any(map(_is_path, kind.members))
    return _is_path(kind.item) if isinstance(kind, ListType) else kind.family == "path"


def _absolute(value: JsonValue, kind: PortType, base_dir: Path) -> JsonValue:
    """Return a value with its relative paths in full, if it is of a type that has any."""
    if not _is_path(kind):
        return value
    if isinstance(value, list):
        return [_absolute(item, kind, base_dir) for item in value]
    return absolute_path(value, base_dir).as_posix() if isinstance(value, str) and value else value


def _step(inside: Snapshot, node: Node) -> str:
    """Return what tells one thing that an instance may stand for from another."""
    name = instance_of(node.block) or node.block
    return name if inside.path is None else f"{name} ({inside.path.name})" if inside.scope else str(inside.path)
