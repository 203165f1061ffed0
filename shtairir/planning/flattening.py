"""Makes a graph flat: takes the contents of its instances in, and joins what their ends keep apart.

See `shtairir.planning.expand` for what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import MISSING
from shtairir.block.types import NONE, PortType, UnionType
from shtairir.document.definitions import all_definitions
from shtairir.document.model import JsonValue, Node
from shtairir.document.references import INPUT, INPUT_PORT, OUTPUT, OUTPUT_PORT, instance_of, is_instance, name_of
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.planning.ends import (
    PLAIN,
    absolute_value,
    check_value,
    crossing,
    identity_of,
    is_path,
    means_the_same,
)
from shtairir.policy.inside import handed_in, said_by_instance

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.snapshot import Snapshot

_DEEPEST = 100
_NOTHING_SAID: Mapping[str, object] = MappingProxyType({})

Chain: TypeAlias = "tuple[tuple[Path | None, str | None], ...]"
"""What one is in, outermost first: each by its file, and in that by the name of the definition."""


@dataclass(slots=True)
class Opened:
    """An instance while its graph is made flat; entries and exits lead one step inwards."""

    node: Node
    definition: BlockDefinition
    parts: tuple[NodeId, ...] = ()
    entries: dict[PortName, PortRef] = field(default_factory=dict)
    exits: dict[PortName, PortRef] = field(default_factory=dict)


class Flat:
    """A graph on its way to being flat.

    Attributes
    ----------
    nodes, definitions
        What is in it by now, by path.
    instances
        Those that were opened, outer ones first.
    feeds
        For linked inputs, the output that feeds them.
    """

    def __init__(self, blocks: Registry, root_dir: Path) -> None:
        self._blocks = blocks
        self._root_dir = root_dir
        self.nodes: dict[NodeId, Node] = {}
        self.definitions: dict[NodeId, BlockDefinition] = {}
        self._base_dirs: dict[NodeId, Path] = {}
        self._homes: dict[NodeId, NodeId | None] = {}
        self.instances: dict[NodeId, Opened] = {}
        self._links: list[tuple[PortRef, PortRef]] = []
        self._targets: dict[PortRef, list[PortRef]] = {}
        self._handed_out: dict[PortRef, list[PortRef]] = {}
        self._values: dict[PortRef, JsonValue] = {}
        self.feeds: dict[PortRef, PortRef] = {}
        self._readers: dict[PortRef, list[PortRef]] = {}
        self._ends: dict[NodeId, PortType] = {}
        self._made_by: dict[NodeId, PortRef | None] = {}
        self._dissolved: dict[NodeId, PortRef] = {}
        self._identities: dict[PortType, BlockDefinition] = {}
        # The scopes are kept along, so that no other has the identity of one of them.
        self._known: dict[int, tuple[Snapshot, Mapping[NodeId, BlockDefinition]]] = {}

    # --- taking in --------------------------------------------------------------------------------------------

    def take(
        self, scope: Snapshot, prefix: str, chain: Chain = (), policy: Mapping[str, object] = _NOTHING_SAID
    ) -> tuple[NodeId, ...]:
        """Take in the nodes and links of a graph or a definition, and return the paths of its nodes.

        Parameters
        ----------
        policy
            What the instance, and those that it lies in, say of how the nodes are to be run.
        """
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
            if policy:
                node = replace(node, policy=handed_in(node.policy, policy, definition))
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

    def _open(self, scope: Snapshot, path: NodeId, node: Node, definition: BlockDefinition, chain: Chain) -> None:
        inside = scope.inside(node)
        if inside is None:
            raise PlanningError(f"Node '{path}' stands for '{instance_of(node.block)}', which cannot be used.")
        step = (inside.path, inside.scope)
        if step in chain or len(chain) >= _DEEPEST:
            row = [*chain[chain.index(step) if step in chain else -_DEEPEST // 10 :], step]
            way = " → ".join(name or str(file) for file, name in row)
            raise PlanningError(f"'{path}' would contain itself: {way}.", hint="Remove one of these instances.")
        opened = self.instances[path] = Opened(node, definition)
        policy = said_by_instance(node.policy, inside.header.policy if inside.scope is None else _NOTHING_SAID)
        opened.parts = self.take(inside, f"{path}/", (*chain, step), policy)
        for id, inner in inside.nodes.items():
            name = PortName(name_of(inner))
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
        self.nodes[path] = replace(node, id=path)
        self.definitions[path] = definition

    def _identity(self, kind: PortType) -> BlockDefinition:
        """Return the definition of a node that hands on values of a type."""
        found = self._identities.get(kind)
        if found is None:
            found = self._identities[kind] = identity_of(kind)
        return found

    def put(self, target: PortRef, value: JsonValue) -> None:
        """Have an input take a value in this plan only."""
        entry = self._entry(target)
        if entry.node not in self.nodes:
            raise PlanningError(f"There is no node '{target.node}' to give '{target.port}' a value.")
        port = self.definitions[entry.node].input(entry.port)
        if port is None:
            raise PlanningError(f"'{target}' cannot be given a value: there is no such input.")
        if any(self._entry(linked) == entry for _, linked in self._links):
            raise PlanningError(f"'{target}' cannot be given a value: it is linked.")
        absolute = absolute_value(value, port.type, self._root_dir)
        check_value(port, absolute, target)
        self._values[entry] = absolute

    def _give(self, target: PortRef, value: JsonValue) -> None:
        node = self.nodes[target.node]
        self.nodes[target.node] = replace(node, values={**node.values, target.port: value})

    def _entry(self, target: PortRef) -> PortRef:
        """Return the input that an input leads to."""
        opened = self.instances.get(target.node)
        while opened is not None and target.port in opened.entries:
            target = opened.entries[target.port]
            opened = self.instances.get(target.node)
        return target

    def _exit(self, source: PortRef) -> PortRef:
        """Return the output that an output comes from."""
        opened = self.instances.get(source.node)
        while opened is not None and source.port in opened.exits:
            source = opened.exits[source.port]
            opened = self.instances.get(source.node)
        return source

    # --- dissolving -------------------------------------------------------------------------------------------

    def dissolve(self) -> None:
        """Join what the ends of definitions keep apart, where these make no difference."""
        for source, target in self._links:
            entry = self._entry(target)
            self.feeds[entry] = self._exit(source)
            self._targets.setdefault(source, []).append(entry)
        for path, opened in self.instances.items():
            for name, exit in opened.exits.items():
                self._handed_out.setdefault(exit, []).append(PortRef(path, name))
        self._hand_values_in()
        for target, value in self._values.items():
            self._give(target, value)
        for target, source in self.feeds.items():
            self._readers.setdefault(source, []).append(target)
        for end in self._ends_in_order():
            self._dissolve(end)
        for path, node in self.nodes.items():
            self.nodes[path] = self._anchored(path, node)

    def _hand_values_in(self) -> None:
        """Give the values that are set at instances to what their inputs lead to; outer ones go before inner ones."""
        for path in reversed(list(self.instances)):
            opened = self.instances[path]
            for name, value in opened.node.values.items():
                port = opened.definition.input(name)
                entry = self._entry(PortRef(path, PortName(name)))
                if port is None or entry in self.feeds or entry.node not in self.nodes:
                    continue
                self._give(entry, absolute_value(value, port.type, self._base_dirs[path]))

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
                source = self.feeds.get(PortRef(current, OUTPUT_PORT))
                current = source.node if source is not None else None
            yield from reversed(row)

    def _dissolve(self, end: NodeId) -> None:
        kind, value, handed = self._ends[end], PortRef(end, OUTPUT_PORT), self._handed_on(end)
        readers = self._readers.get(handed, [])
        source = self.feeds.get(value)
        if source is not None:
            if not self._makes_no_difference(source, kind, readers):
                return
            known = self._readers[source]
            known.remove(value)
            known += readers
            for reader in readers:
                self.feeds[reader] = source
            del self.feeds[value]
        elif not self._hand_value_on(end, kind, readers):
            return
        self._made_by[end] = source
        self._dissolved[end] = handed
        del self.nodes[end], self.definitions[end]

    def _handed_on(self, end: NodeId) -> PortRef:
        return PortRef(end, INPUT_PORT if self.nodes[end].block == INPUT else OUTPUT_PORT)

    def _makes_no_difference(self, source: PortRef, kind: PortType, readers: Iterable[PortRef]) -> bool:
        """Whether those who read a value of a type may as well read it where it comes from."""
        port = self.definitions[source.node].output(source.port) if source.node in self.definitions else None
        if port is None or crossing(port.type, kind) != PLAIN:
            return False
        for reader in readers:
            wanted = self._wanted(reader)
            direct, through = crossing(port.type, wanted), crossing(kind, wanted)
            if direct is None or through is None or direct.conversion != through.conversion:
                return False
        return True

    def _wanted(self, target: PortRef) -> PortType:
        port = self.definitions[target.node].input(target.port)
        if port is None:
            raise PlanningError(f"Node '{target.node}' has no input '{target.port}'.")
        return port.type

    def _hand_value_on(self, end: NodeId, kind: PortType, readers: list[PortRef]) -> bool:
        """Set the readers of an end to the value that is set there, if they take it for the same; say whether."""
        node = self.nodes[end]
        if node.block != INPUT or OUTPUT_PORT not in node.values:
            return False
        value = node.values[OUTPUT_PORT]
        optional = isinstance(kind, UnionType) and NONE in kind.members
        if value is None and not optional:
            return False
        absolute = absolute_value(value, kind, self._base_dirs[end])
        if not all(means_the_same(absolute, kind, self._wanted(reader)) for reader in readers):
            return False
        for reader in readers:
            port = self.definitions[reader.node].input(reader.port)
            assert port is not None  # its type was looked at
            check_value(port, absolute, reader)
            self._give(reader, absolute)
            del self.feeds[reader]
        return True

    def _anchored(self, path: NodeId, node: Node) -> Node:
        """Return a node of another file with paths that mean the same from here."""
        if self._base_dirs[path] == self._root_dir:
            return node
        changed: dict[str, JsonValue] = {}
        for port in self.definitions[path].inputs:
            if not is_path(port.type):
                continue
            if port.name in node.values:
                changed[port.name] = absolute_value(node.values[port.name], port.type, self._base_dirs[path])
            elif port.default is not MISSING and port.default is not None:
                changed[port.name] = absolute_value(port.type.dump(port.default), port.type, self._base_dirs[path])
        return replace(node, values={**node.values, **changed}) if changed else node

    # --- the whole --------------------------------------------------------------------------------------------

    def outputs(self, path: NodeId) -> list[PortRef]:
        """Return the outputs of a node or an instance."""
        opened = self.instances.get(path)
        names = opened.exits if opened is not None else [port.name for port in self.definitions[path].outputs]
        return [PortRef(path, name) for name in names]

    def maker(self, port: PortRef) -> PortRef | None:
        """Return the output that makes another; ``None`` for what is only a value."""
        made: PortRef | None = self._exit(port)
        while made is not None and made.node in self._made_by:
            made = self._made_by[made.node]
        return made

    def aliases(self) -> dict[PortRef, PortRef]:
        """Return what makes the outputs of instances, and what is handed on at ends that dissolved."""
        names = [PortRef(path, name) for path, opened in self.instances.items() for name in opened.exits]
        names += [self._dissolved[end] for end in self._made_by]
        return {name: made for name in names if (made := self.maker(name)) is not None}

    def members(self) -> tuple[set[NodeId], dict[NodeId, list[PortRef]]]:
        """Return what runs for its own sake, and what runs together with the outputs of instances."""
        read = {source.node for source in self.feeds.values()}
        members: dict[NodeId | None, list[NodeId]] = {}
        for path in self.nodes:
            if path not in read:
                members.setdefault(self._homes[path], []).append(path)
        companions: dict[NodeId, list[PortRef]] = {}
        for path in reversed(self.instances):
            inside = members.get(path, [])
            readers: list[PortRef] = []
            for name in self.instances[path].exits:
                found = list(self._final_readers(PortRef(path, name)))
                readers += found
                made = self.maker(PortRef(path, name))
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
