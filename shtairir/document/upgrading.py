"""Nodes that were made with an older version of their block, brought up to the version that is installed.

Three things may have happened to a block since: it got another id (``aliases``), its parameters mean something else
(``version`` and ``migrations``), or its ports have other names (``renamed``). Values, links, exposed ports, published
parameters and results follow. What a block does not know any more stays in the file as it was.

A graph is upgraded when it first meets a registry: when the window or a command opens it, when it is validated or
planned. Reading a file alone imports no block. The file is written back when the person saves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from shtairir.block.definition import BlockDefinition
from shtairir.document.edits.base import DeltaEdit
from shtairir.document.jsonable import same_json, to_json
from shtairir.document.model import Header, JsonObject, JsonValue, Link, Node
from shtairir.document.references import CODE, FILE, SUBGRAPH
from shtairir.document.state import Delta, PlacedLink, State
from shtairir.errors import ShtairirError
from shtairir.ids import BlockId, NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.graph import Graph
    from shtairir.document.snapshot import Snapshot

Find = Callable[[BlockId], BlockDefinition | None]
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class UpgradeNote:
    """What was done to one node, or why nothing could be done.

    Attributes
    ----------
    message
        In one or more sentences.
    failed
        Whether the node had to be left as it was.
    scope
        The definition that the node lies in; ``None`` for the graph itself.
    """

    node: NodeId
    message: str
    failed: bool = False
    scope: str | None = None


@dataclass(slots=True)
class Upgrade:
    """What is different in a scope once its nodes are up to date.

    Attributes
    ----------
    nodes
        The nodes that are others now.
    links
        The links that are others now, by the input that each fed before.
    header
        The header, if what it publishes has moved.
    """

    nodes: dict[NodeId, Node] = field(default_factory=dict)
    links: dict[PortRef, Link] = field(default_factory=dict)
    header: Header | None = None
    notes: list[UpgradeNote] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.nodes or self.links or self.header is not None)


class MigrationError(ShtairirError):
    """A migration function of a block raised, or returned what no file can hold."""


def upgrade_of(nodes: Mapping[NodeId, Node], links: Mapping[PortRef, Link], header: Header, find: Find) -> Upgrade:
    """Return what brings the nodes of a scope up to date; changes nothing."""
    upgrade = Upgrade()
    moved: dict[tuple[NodeId, str], dict[str, str]] = {}
    known: dict[BlockId, BlockDefinition | None] = {}
    used: dict[NodeId, tuple[set[str], set[str]]] | None = None
    for key, node in nodes.items():
        block = node.block
        if block not in known:
            known[block] = find(block)
        definition = known[block]
        if definition is None or not _is_due(node, definition):
            continue
        used = used if used is not None else _ports_used(links)
        _upgrade_node(upgrade, node, definition, used.get(key, (set(), set())), moved)
    if moved:
        _follow(upgrade, links, header, moved)
    return upgrade


def _is_due(node: Node, definition: BlockDefinition) -> bool:
    return bool(node.block_version < definition.version or node.block != definition.id or definition.renamed)


def _ports_used(links: Mapping[PortRef, Link]) -> dict[NodeId, tuple[set[str], set[str]]]:
    """Return the inputs and outputs of each node that links name."""
    used: dict[NodeId, tuple[set[str], set[str]]] = {}
    for target, link in links.items():
        used.setdefault(target.node, (set(), set()))[0].add(target.port)
        used.setdefault(link.source.node, (set(), set()))[1].add(link.source.port)
    return used


def _upgrade_node(
    upgrade: Upgrade,
    node: Node,
    definition: BlockDefinition,
    used: tuple[set[str], set[str]],
    moved: dict[tuple[NodeId, str], dict[str, str]],
) -> None:
    try:
        values = migrated(node.values, node.block_version, definition)
    except MigrationError as error:
        upgrade.notes.append(UpgradeNote(node.id, f"'{node.id}' was left as it was: {error}", failed=True))
        return
    inputs = _renames(definition, {*values, *node.exposed, *used[0]}, definition.input)
    outputs = _renames(definition, used[1], definition.output)
    values = _renamed_keys(values, inputs)
    exposed = tuple(dict.fromkeys(PortName(inputs.get(port, port)) for port in node.exposed))
    version = max(node.block_version, definition.version)
    new = replace(node, block=definition.id, block_version=version, values=values, exposed=exposed)
    if new != node or inputs or outputs:
        upgrade.nodes[node.id] = new
        upgrade.notes.append(UpgradeNote(node.id, _words(node, new, inputs, outputs)))
    if inputs:
        moved[node.id, "in"] = inputs
    if outputs:
        moved[node.id, "out"] = outputs


def migrated(values: JsonObject, version: int, definition: BlockDefinition) -> JsonObject:
    """Return the values of a node of that version as the block has them now.

    Raises
    ------
    MigrationError
        When one of the block's migration functions fails.
    """
    for step in range(version, definition.version):
        function = definition.migrations.get(step)
        if function is None:
            continue
        name = f"the function '{getattr(function, '__name__', '?')}' of '{definition.id}'"
        what = f"{name}, which brings version {step} to {step + 1},"
        try:
            values = _as_object(function(dict(values)))
        except Exception as error:
            said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise MigrationError(f"{what} failed with {said}.", hint="Tell the author of the pack.") from error
    return values


def _as_object(values: object) -> JsonObject:
    if not isinstance(values, Mapping):
        raise TypeError(f"it returned {type(values).__name__} in place of the values")
    converted = to_json(values)
    assert isinstance(converted, Mapping)
    return converted


def _renames(definition: BlockDefinition, names: set[str], port: Callable[[str], object]) -> dict[str, str]:
    """Return those of the names that are called otherwise now, with what they are called."""
    found = {}
    for name in names:
        new = name
        for _ in definition.renamed:
            if port(new) is not None:
                break
            new = definition.renamed.get(new, new)
        if new != name and (port(new) is not None or definition.adapt is not None):
            found[name] = new
    return found


def _renamed_keys(values: JsonObject, renames: Mapping[str, str]) -> JsonObject:
    """Return values under their new names; one that has a value under its new name already keeps the old one too."""
    if not renames:
        return values
    return {renames[key] if renames.get(key, key) not in values else key: value for key, value in values.items()}


def _follow(
    upgrade: Upgrade,
    links: Mapping[PortRef, Link],
    header: Header,
    moved: Mapping[tuple[NodeId, str], Mapping[str, str]],
) -> None:
    def now(port: PortRef, side: str) -> PortRef:
        new = moved.get((port.node, side), {}).get(port.port)
        return PortRef(port.node, PortName(new)) if new is not None else port

    for target, link in links.items():
        goal = now(target, "in")
        if goal in links and now(goal, "in") == goal:
            goal = target  # the port has a link under its new name already; the old one stays, and is shown as broken
        new = replace(link, source=now(link.source, "out"), target=goal)
        if (new.source, new.target) != (link.source, link.target):
            upgrade.links[target] = new
    parameters = tuple(replace(one, target=now(one.target, "in")) for one in header.parameters)
    results = tuple(replace(one, source=now(one.source, "out")) for one in header.results)
    if parameters != header.parameters or results != header.results:
        upgrade.header = replace(header, parameters=parameters, results=results)


# --- graphs and snapshots -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BringUpToDate(DeltaEdit):
    """Let the nodes of a scope be of the versions of their blocks that are installed."""

    upgrade: Upgrade

    @property
    def label(self) -> str:
        return "bring nodes up to date"

    def delta(self, state: State) -> Delta:
        links: dict[PortRef, PlacedLink] = dict.fromkeys(self.upgrade.links)
        for target, link in self.upgrade.links.items():
            links[link.target] = (link, state.place_of(target))
        return Delta({key: (node, None) for key, node in self.upgrade.nodes.items()}, links, self.upgrade.header)


def upgrade(graph: Graph, registry: Registry, *, again: bool = False) -> tuple[UpgradeNote, ...]:
    """Bring a graph that was read from a file up to date, in place; return what was done.

    It is done once for each graph, so it costs nothing to ask for it again. It is no edit, unless there were edits
    before it: the graph then is as if it had been read like this, and is not modified.

    Parameters
    ----------
    again
        Look again, since blocks or nodes have come: as an edit that can be undone.
    """
    root = graph.root
    known = root.known
    if (known.met is registry or known.built) and not again:
        return ()
    known.met = registry
    find = _finder(root, registry)
    scopes = (root, *root.subgraphs.values())
    found = {one: upgrade_of(one.nodes, one.links, one.snapshot().header, find) for one in scopes}
    notes = tuple(replace(note, scope=one.scope) for one, upgrade in found.items() for note in upgrade.notes)
    edits = {one: BringUpToDate(upgrade) for one, upgrade in found.items() if upgrade}
    if edits and (again or root.can_undo):
        with root.transaction("bring nodes up to date"):
            for one, edit in edits.items():
                one.apply(edit)
    elif edits:
        root.take_up(edits, "bring nodes up to date")
    known.upgrades = (*(note for note in known.upgrades if not note.failed), *notes)
    return notes


def upgraded(graph: Snapshot, registry: Registry) -> Snapshot:
    """Return a snapshot with its nodes brought up to date; the same one when they are, or when its graph was."""
    if graph.known.met is registry or graph.known.built or graph.scope is not None:
        return graph
    find = _finder(graph, registry)
    scopes = {name: upgrade_of(one.nodes, one.links, one.header, find) for name, one in graph.subgraphs.items()}
    own = upgrade_of(graph.nodes, graph.links, graph.header, find)
    notes = [*own.notes, *(replace(note, scope=name) for name, one in scopes.items() for note in one.notes)]
    if not notes:
        return graph
    known = replace(graph.known, met=registry, upgrades=tuple(notes), interfaces={}, instances={})
    subgraphs: dict[str, Snapshot] = {}
    shared = MappingProxyType(subgraphs)
    for name, one in graph.subgraphs.items():
        subgraphs[name] = replace(_applied(one, scopes[name]), known=known, subgraphs=shared)
    return replace(_applied(graph, own), known=known, subgraphs=shared)


def _applied(graph: Snapshot, upgrade: Upgrade) -> Snapshot:
    links = dict(graph.links)
    if upgrade.links:
        moved = (upgrade.links.get(target, link) for target, link in graph.links.items())
        links = {link.target: link for link in moved}
    header = upgrade.header if upgrade.header is not None else graph.header
    nodes = {**graph.nodes, **upgrade.nodes}
    return replace(graph, nodes=MappingProxyType(nodes), links=MappingProxyType(links), header=header)


def _finder(graph: Graph | Snapshot, registry: Registry) -> Find:
    """Return a function that finds the definition of a block, under an id that it once had too."""
    local = graph.local_blocks
    everything_read = False

    def find(block: BlockId) -> BlockDefinition | None:
        nonlocal everything_read
        if block in local or block.startswith((SUBGRAPH, CODE, FILE)):
            return None
        found = registry.get(block)
        if found is None and not everything_read:
            everything_read = True
            registry.all()  # a block of another family may have had that id
            found = registry.get(block)
        return found

    return find


# --- in words -----------------------------------------------------------------------------------------------------


def _words(old: Node, new: Node, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> str:
    about = [f"Its block '{old.block}' is called '{new.block}' now."] if old.block != new.block else []
    about += [f"Its port '{before}' is called '{after}' now." for before, after in {**inputs, **outputs}.items()]
    changed = "; ".join(_changes(_renamed_keys(old.values, inputs), new.values))
    if old.block_version < new.block_version:
        versions = f"made with version {old.block_version} of '{new.block}', was brought to version {new.block_version}"
        return " ".join([f"'{old.id}', {versions}{f': {changed}' if changed else ''}.", *about])
    return " ".join([f"'{old.id}' was brought up to date.", *about])


def _changes(old: JsonObject, new: JsonObject) -> Iterator[str]:
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield f"{name}, which was {_short(old[name])}, is gone"
        elif name not in old:
            yield f"{name} is {_short(new[name])}"
        elif not same_json(old[name], new[name]):
            yield f"{name} is {_short(new[name])} in place of {_short(old[name])}"


def _short(value: JsonValue) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
