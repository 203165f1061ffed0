"""What has become of nodes that were made with an older version of their block: pure functions on one scope.

A migration function belongs to the pack that brings the block, so it may do anything: what it raises, and what it
returns that no file can hold, leaves its node as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from shtairir.block.definition import BlockDefinition
from shtairir.document.jsonable import same_json, to_json
from shtairir.document.model import Header, JsonObject, JsonValue, Link, Node
from shtairir.errors import ShtairirError
from shtairir.ids import BlockId, NodeId, PortName, PortRef

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
    moved
        By node and side (``in``, ``out``): the names that ports had, with those that they have now.
    """

    nodes: dict[NodeId, Node] = field(default_factory=dict)
    links: dict[PortRef, Link] = field(default_factory=dict)
    header: Header | None = None
    notes: list[UpgradeNote] = field(default_factory=list)
    moved: dict[tuple[NodeId, str], dict[str, str]] = field(default_factory=dict)

    def now(self, port: PortRef, side: str) -> PortRef:
        """Return a port by the name that it has now."""
        new = self.moved.get((port.node, side), {}).get(port.port)
        return PortRef(port.node, PortName(new)) if new is not None else port

    def __bool__(self) -> bool:
        return bool(self.nodes or self.links or self.header is not None)


class MigrationError(ShtairirError):
    """A migration function of a block raised, or returned what no file can hold."""


def upgrade_of(nodes: Mapping[NodeId, Node], links: Mapping[PortRef, Link], header: Header, find: Find) -> Upgrade:
    """Return what brings the nodes of a scope up to date; changes nothing."""
    upgrade = Upgrade()
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
        _upgrade_node(upgrade, node, definition, used.get(key, (set(), set())))
    if upgrade.moved:
        _follow(upgrade, links, header)
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
) -> None:
    try:
        values = migrated(node.values, node.block_version, definition)
    except MigrationError as error:
        upgrade.notes.append(UpgradeNote(node.id, f"'{node.id}' was left as it was: {error}", failed=True))
        return
    moved_in, moved_out = _renames(definition, definition.input), _renames(definition, definition.output)
    if moved_in:
        upgrade.moved[node.id, "in"] = moved_in
    if moved_out:
        upgrade.moved[node.id, "out"] = moved_out
    inputs = {old: new for old, new in moved_in.items() if old in {*values, *node.exposed, *used[0]}}
    outputs = {old: new for old, new in moved_out.items() if old in used[1]}
    values = _renamed_keys(values, inputs)
    exposed = tuple(dict.fromkeys(PortName(inputs.get(port, port)) for port in node.exposed))
    version = max(node.block_version, definition.version)
    new = replace(node, block=definition.id, block_version=version, values=values, exposed=exposed)
    if new != node or inputs or outputs:
        upgrade.nodes[node.id] = new
        upgrade.notes.append(UpgradeNote(node.id, _words(node, new, inputs, outputs)))


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


def _renames(definition: BlockDefinition, port: Callable[[str], object]) -> dict[str, str]:
    """Return the names that ports of one side had, with those that they have now."""
    found = {}
    for old in definition.renamed:
        new = old
        for _ in definition.renamed:
            if port(new) is not None:
                break
            new = definition.renamed.get(new, new)
        if port(new) is not None or definition.adapt is not None:
            found[old] = new
    return found


def _renamed_keys(values: JsonObject, renames: Mapping[str, str]) -> JsonObject:
    """Return values under their new names; one that has a value under its new name already keeps the old one too."""
    if not renames:
        return values
    return {renames[key] if renames.get(key, key) not in values else key: value for key, value in values.items()}


def _follow(upgrade: Upgrade, links: Mapping[PortRef, Link], header: Header) -> None:
    for target, link in links.items():
        goal = upgrade.now(target, "in")
        if goal in links and upgrade.now(goal, "in") == goal:
            goal = target  # the port has a link under its new name already; the old one stays, and is shown as broken
        new = replace(link, source=upgrade.now(link.source, "out"), target=goal)
        if (new.source, new.target) != (link.source, link.target):
            upgrade.links[target] = new
    publish(upgrade, header, upgrade.now)


def publish(upgrade: Upgrade, header: Header, now: Callable[[PortRef, str], PortRef]) -> None:
    """Let what a header publishes name the ports as they are called now."""
    parameters = tuple(replace(one, target=now(one.target, "in")) for one in header.parameters)
    results = tuple(replace(one, source=now(one.source, "out")) for one in header.results)
    if parameters != header.parameters or results != header.results:
        upgrade.header = replace(header, parameters=parameters, results=results)


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
