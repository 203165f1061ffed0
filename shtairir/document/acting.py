"""What of a graph acts: without its disabled nodes and what needs them, and with links led past bypassed nodes.

Checks, plans and exports are made of the graph that acts, so none of them knows of states. A *bypassed* node hands on,
at each output, what comes in at its first linked input whose type fits that output. A *disabled* node does not run, and
neither does what needs it. Both hold in definitions and graph files too: what reads an output of an instance that
nothing makes any more does not run either.

Glossary
--------
silent
    A node that does not run, with the reason; a bypassed one too.
cause
    The node by whose state others are silent, and what is the matter with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from shtairir.document.known import Known
from shtairir.document.model import ACTIVE, BYPASSED, DISABLED, Header, Link, Node
from shtairir.document.references import FILE, INPUT, OUTPUT, OUTPUT_PORT, body_of, instance_of, name_of
from shtairir.ids import NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.block.types import PortType
    from shtairir.document.snapshot import Snapshot

_MOST_TOLD = 100_000
"""Of so many nodes at most it is told that they are silent; instances of instances may have more."""


@dataclass(frozen=True, slots=True)
class Acting:
    """What of a graph acts.

    Attributes
    ----------
    graph
        The graph without what does not; the very snapshot that was given, if all of it does.
    silent
        Why nodes do not run, by path.
    handed
        For outputs of bypassed nodes, what they hand on.
    unmade
        The graph's named results that nothing makes, each with the output that would.
    """

    graph: Snapshot
    silent: Mapping[NodeId, str] = field(default_factory=dict)
    handed: Mapping[PortRef, PortRef] = field(default_factory=dict)
    unmade: Mapping[str, PortRef] = field(default_factory=dict)


class _Cause(NamedTuple):
    node: NodeId
    what: str

    @property
    def clause(self) -> str:
        return f"'{self.node}' {self.what}"

    def inside(self, instance: NodeId) -> _Cause:
        return _Cause(NodeId(f"{instance}/{self.node}"), self.what)


@dataclass(slots=True)
class _Settled:
    """A scope of which it is known what acts.

    Attributes
    ----------
    lost
        The scope's outputs that nothing makes.
    inner
        What its nodes refer to, by name.
    """

    scope: Snapshot
    inner: Mapping[str, _Settled] = field(default_factory=dict)
    silent: dict[NodeId, str] = field(default_factory=dict)
    handed: dict[PortRef, PortRef] = field(default_factory=dict)
    lost: dict[PortName, _Cause] = field(default_factory=dict)


def acting(graph: Snapshot, registry: Registry) -> Acting:
    """Return what of a graph acts; without a state anywhere that is a look at each node.

    Examples
    --------
    >>> from shtairir.block.registry import default_registry
    >>> from shtairir.document import Graph, SetState
    >>> graph = Graph("demo")
    >>> three = graph.add("math.number", value=3)
    >>> root = graph.add("math.sqrt", x=three["out"])
    >>> graph.apply(SetState((three.id,), "disabled"))
    >>> acting(graph.snapshot(), default_registry()).silent
    {'number': 'Disabled.', 'sqrt': "'number' is disabled, and this needs it."}
    """
    if not _has_states(graph, set()):
        return Acting(graph)
    program = _Program(registry)
    settled = program.settled(graph)
    silent: dict[NodeId, str] = {}
    handed: dict[PortRef, PortRef] = {}
    for prefix, one in program.everywhere(graph):
        silent.update((NodeId(prefix + node), reason) for node, reason in one.silent.items())
        handed.update((_prefixed(prefix, port), _prefixed(prefix, made)) for port, made in one.handed.items())
        if len(silent) > _MOST_TOLD:
            break
    return Acting(settled.scope, silent, handed, dict(_unmade(graph, settled)))


def _unmade(graph: Snapshot, settled: _Settled) -> Iterator[tuple[str, PortRef]]:
    sources = {result.name: result.source for result in graph.results}
    outputs = {name_of(node): PortRef(node.id, OUTPUT_PORT) for node in graph.nodes.values() if node.block == OUTPUT}
    for name in settled.lost:
        yield name, sources.get(name) or outputs[name]


def _has_states(graph: Snapshot, seen: set[object]) -> bool:
    files = set()
    for scope in (graph, *graph.subgraphs.values()):
        for node in scope.nodes.values():
            if node.state != ACTIVE:
                return True
            if node.block.startswith(FILE) or "body" in node.values:
                name = instance_of(node.block) or body_of(node)
                files.add(name if name is not None and name.startswith(FILE) else None)
    for name in files - {None}:
        file = graph.body(name) if name is not None else None
        if file is not None and file.path not in seen:
            seen.add(file.path)
            if _has_states(file, seen):
                return True
    return False


def _prefixed(prefix: str, port: PortRef) -> PortRef:
    return PortRef(NodeId(prefix + port.node), port.port)


class _Program:
    """A graph with its definitions and files, each settled once."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._settled: dict[int, tuple[Snapshot, _Settled]] = {}
        self._subgraphs: dict[int, dict[str, Snapshot]] = {}

    def settled(self, scope: Snapshot) -> _Settled:
        """Return what of a scope acts. One that contains itself is taken for one that acts; it is refused elsewhere."""
        found = self._settled.get(id(scope))
        if found is None:
            found = self._settled[id(scope)] = scope, _Settled(scope)
            # All definitions of a file are told of each other by the same mapping, which fills up here.
            shared = self._subgraphs.setdefault(id(scope.subgraphs), {})
            bodies = {name: body for name in _referred(scope) if (body := scope.body(name)) is not None}
            inner = {name: self.settled(body) for name, body in bodies.items()}
            done = _Scope(scope, inner, self.registry).settled()
            files = {name: one.scope for name, one in inner.items() if name.startswith(FILE)}
            done.scope = replace(
                done.scope, subgraphs=MappingProxyType(shared), files=MappingProxyType(files), known=Known()
            )
            self._settled[id(scope)] = scope, done
            for name, each in scope.subgraphs.items():
                shared[name] = self.settled(each).scope
            return done
        return found[1]

    def everywhere(self, graph: Snapshot) -> Iterator[tuple[str, _Settled]]:
        """Yield the graph, and what its instances stand for, each with what stands before the paths in it."""
        waiting = [("", graph)]
        for prefix, scope in waiting:
            one = self.settled(scope)
            yield prefix, one
            for node in one.scope.nodes.values():
                name = instance_of(node.block)
                body = scope.body(name) if name is not None else None
                if body is not None and prefix.count("/") < 50:
                    waiting.append((f"{prefix}{node.id}/", body))


def _referred(scope: Snapshot) -> set[str]:
    found = {instance_of(node.block) or body_of(node) for node in scope.nodes.values()}
    return {name for name in found if name is not None}


class _Scope:
    """One graph or definition, on the way to what of it acts."""

    def __init__(self, scope: Snapshot, inner: Mapping[str, _Settled], registry: Registry) -> None:
        self._scope = scope
        self._inner = inner
        self._registry = registry
        self._causes: dict[NodeId, _Cause] = {}
        self._silent: dict[NodeId, str] = {}
        self._handed: dict[PortRef, PortRef] = {}

    def settled(self) -> _Settled:
        """Return what of the scope acts."""
        scope = self._scope
        lost = dict(self._lost_in_instances())
        for node in scope.nodes.values():
            self._begin(node)
        feeds = self._feeds(lost)
        self._spread(feeds)
        kept = {
            id: node if node.state == ACTIVE else replace(node, state=ACTIVE)
            for id, node in scope.nodes.items()
            if self._stays(node)
        }
        for id, node in scope.nodes.items():
            if node.state == BYPASSED:
                self._silent[id] = "Bypassed: it hands on what it is given."
        links = {
            target: link if feeds[target] == link.source else Link(feeds[target], target, link.extra)
            for target, link in scope.links.items()
            if target in feeds and target.node in kept and feeds[target].node in kept
        }
        links.update(_loose(scope, kept))
        header, gone = self._header(lost)
        acts = replace(scope, nodes=MappingProxyType(kept), links=MappingProxyType(links), header=header)
        return _Settled(acts, self._inner, self._silent, self._handed, gone)

    def _stays(self, node: Node) -> bool:
        # An input of a definition stays: who feeds it needs a port to lead to.
        is_entry = node.block == INPUT and self._scope.scope is not None
        return is_entry or (node.id not in self._silent and node.state == ACTIVE)

    def _begin(self, node: Node) -> None:
        if node.state == DISABLED:
            self._silence(node.id, "Disabled.", _Cause(node.id, "is disabled"))
            return
        body = body_of(node)
        lost = self._inner[body].lost if body is not None and body in self._inner else {}
        if lost and node.state == ACTIVE:
            cause = next(iter(lost.values())).inside(node.id)
            self._silence(node.id, f"{cause.clause}, and this repeats it.", cause)

    def _silence(self, node: NodeId, reason: str, cause: _Cause) -> None:
        self._silent[node], self._causes[node] = reason, cause

    def _lost_in_instances(self) -> Iterator[tuple[PortRef, _Cause]]:
        """Yield the outputs of instances that nothing makes inside."""
        for node in self._scope.nodes.values():
            name = instance_of(node.block)
            if name is not None and name in self._inner:
                for port, cause in self._inner[name].lost.items():
                    yield PortRef(node.id, port), cause.inside(node.id)

    def _feeds(self, lost: Mapping[PortRef, _Cause]) -> dict[PortRef, PortRef]:
        """Return what feeds each input that is fed by something; whoever reads what nothing makes is silent."""
        nodes, feeds = self._scope.nodes, {}
        for target, link in self._scope.links.items():
            reader, source = nodes.get(target.node), nodes.get(link.source.node)
            if reader is None or source is None or reader.state == BYPASSED:
                continue
            made = self._made(link.source)
            if isinstance(made, PortRef) and source.state == BYPASSED and not self._takes(target, made):
                made = _Cause(source.id, "is bypassed, and what it hands on does not fit")
            if isinstance(made, PortRef) and made in lost:
                made = lost[made]
            if isinstance(made, PortRef):
                feeds[target] = made
            elif reader.id not in self._silent:
                self._silence(reader.id, f"{made.clause}, and this needs it.", made)
        return feeds

    def _spread(self, feeds: Mapping[PortRef, PortRef]) -> None:
        """Silence what needs silent nodes."""
        readers: dict[NodeId, list[NodeId]] = {}
        for target, source in feeds.items():
            readers.setdefault(source.node, []).append(target.node)
        waiting = list(self._silent)
        for node in waiting:
            cause = self._causes[node]
            for reader in readers.get(node, ()):
                if reader not in self._silent:
                    self._silence(reader, f"{cause.clause}, and this needs it.", cause)
                    waiting.append(reader)

    # --- bypassing --------------------------------------------------------------------------------------------

    def _made(self, port: PortRef) -> PortRef | _Cause:
        """Return what is read where an output is read: past bypassed nodes, what these are given."""
        start, seen = port, {port}
        while (node := self._scope.nodes.get(port.node)) is not None and node.state == BYPASSED:
            given = self._given(node, port.port)
            if given is None or given in seen:
                return _Cause(node.id, "is bypassed, and has nothing to hand on")
            seen.add(given)
            port = given
        if port != start:
            self._handed[start] = port
        return port

    def _given(self, node: Node, port: PortName) -> PortRef | None:
        """Return what comes in at the first linked input whose type fits an output."""
        definition = self._scope.definition(node, self._registry)
        output = definition.output(port) if definition is not None else None
        if definition is None or output is None:
            return None
        for input in definition.inputs:
            link = self._scope.links.get(PortRef(node.id, input.name))
            if link is not None and _fits((input.type, self._type_of(link.source)), output.type):
                return link.source
        return None

    def _type_of(self, source: PortRef) -> PortType | None:
        node = self._scope.nodes.get(source.node)
        definition = self._scope.definition(node, self._registry) if node is not None else None
        output = definition.output(source.port) if definition is not None else None
        return output.type if output is not None else None

    def _takes(self, target: PortRef, made: PortRef) -> bool:
        from shtairir.block.compatibility import compatibility

        definition = self._scope.definition(self._scope.nodes[target.node], self._registry)
        port = definition.input(target.port) if definition is not None else None
        kind = self._type_of(made)
        return port is None or kind is None or compatibility(kind, port.type).ok

    # --- what is published ------------------------------------------------------------------------------------

    def _header(self, lost: Mapping[PortRef, _Cause]) -> tuple[Header, dict[PortName, _Cause]]:
        """Return the header without what is published of silent nodes, and the outputs that nothing makes."""
        header, gone = self._scope.header, {}
        results = []
        for result in header.results:
            made = self._made(result.source)
            cause = made if isinstance(made, _Cause) else lost.get(made) or self._cause_at(made.node)
            if isinstance(made, PortRef) and cause is None:
                results.append(result if made == result.source else replace(result, source=made))
            elif cause is not None:
                gone[PortName(result.name)] = cause
        for node in self._scope.nodes.values():
            if node.block == OUTPUT and (node.id in self._silent or node.state == BYPASSED):
                gone[PortName(name_of(node))] = self._causes.get(node.id) or _Cause(node.id, "is bypassed")
        parameters = tuple(one for one in header.parameters if self._cause_at(one.target.node) is None)
        return replace(header, results=tuple(results), parameters=parameters), gone

    def _cause_at(self, path: NodeId) -> _Cause | None:
        """Return why a node does not run that lies here, or in an instance."""
        first, slash, rest = path.partition("/")
        cause = self._causes.get(NodeId(first))
        node, inner = self._scope.nodes.get(NodeId(first)), self._inner
        while cause is None and slash and node is not None:
            settled = inner.get(instance_of(node.block) or "")
            if settled is None:
                return None
            first, slash, rest = rest.partition("/")
            if first in settled.silent:
                return _Cause(path, "does not run")
            node, inner = settled.scope.nodes.get(NodeId(first)), settled.inner
        return cause


def _fits(kinds: Iterable[PortType | None], wanted: PortType) -> bool:
    """Whether one of the types says that a value is of another type as it is."""
    from shtairir.block.compatibility import compatibility
    from shtairir.block.types import AnyType

    found = (compatibility(kind, wanted) for kind in kinds if kind is not None and not isinstance(kind, AnyType))
    return isinstance(wanted, AnyType) or any(one.ok and one.conversion is None for one in found)


def _loose(scope: Snapshot, kept: Mapping[NodeId, Node]) -> dict[PortRef, Link]:
    """Return the links that lead to or from nothing, for whoever tells that."""
    return {
        target: link
        for target, link in scope.links.items()
        if (target.node in kept or target.node not in scope.nodes)
        and (link.source.node in kept or link.source.node not in scope.nodes)
        and not (target.node in scope.nodes and link.source.node in scope.nodes)
    }
