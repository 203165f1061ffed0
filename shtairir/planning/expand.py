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
from typing import TYPE_CHECKING

from shtairir.block.definition import BlockDefinition
from shtairir.document.model import JsonValue, Link, Node
from shtairir.document.references import INPUT, INPUT_PORT, OUTPUT, OUTPUT_PORT, is_instance, name_of
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.planning.flattening import Flat
from shtairir.planning.instances import Instance
from shtairir.planning.working import Reason
from shtairir.validation.wiring import Wiring

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.snapshot import Snapshot
    from shtairir.planning.config import PlanningConfig
    from shtairir.planning.plan import ExecutionPlan

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
        for port in config.keep:
            self._check_kept(port)
        targets = config.targets
        if targets is not None:
            targets = tuple(dict.fromkeys(node for target in targets for node in self._within(target)))
        return replace(config, keep=frozenset(self.aliases.get(port, port) for port in config.keep), targets=targets)

    def _check_kept(self, port: PortRef) -> None:
        instance = self.instances.get(port.node)
        if instance is not None and port not in self.aliases:
            outputs = ", ".join(instance.outputs) or "none"
            raise PlanningError(f"Node '{port.node}' has no output '{port.port}' to keep; it has: {outputs}.")

    def reasons(self) -> list[Reason]:
        """Return what is to be said of what was expanded."""
        reasons = [
            Reason(path, "expand", f"Stands for {_counted(len(instance.parts))} planned with all others.")
            for path, instance in self.instances.items()
        ]
        ends = [node for path, node in self.nodes.items() if "/" in path and node.block in (INPUT, OUTPUT)]
        why = "Stays a task: its type makes a difference to what arrives, or it has the value itself."
        return reasons + [Reason(node.id, "expand", why) for node in ends]

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


def _counted(count: int) -> str:
    return "the node in it, which is" if count == 1 else f"the {count} nodes in it, which are"


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
    flat = Flat(blocks, source.base_dir)
    flat.take(source, "")
    for port, value in (values or {}).items():
        flat.put(port, value)
    flat.dissolve()
    aliases, named = flat.aliases(), _named(flat, source)
    wanted, companions = flat.members()
    return Expansion(
        name=source.name,
        nodes=flat.nodes,
        links={target: Link(made, target) for target, made in flat.feeds.items() if target.node in flat.nodes},
        definitions=flat.definitions,
        instances={
            path: Instance(
                opened.node.title or opened.definition.name,
                opened.node.block,
                opened.parts,
                {name: made for name in opened.exits if (made := aliases.get(PortRef(path, name))) is not None},
            )
            for path, opened in flat.instances.items()
        },
        aliases=aliases,
        results=_results(flat, source) | frozenset(named.values()),
        named=named,
        wanted=frozenset({*wanted, *(made.node for made in named.values())}),
        companions=companions,
        base_dir=source.base_dir,
    )


def _named(flat: Flat, source: Snapshot) -> dict[str, PortRef]:
    """Return the named results: those that are published, and the graph's own outputs."""
    named = {result.name: made for result in source.results if (made := flat.maker(result.source)) is not None}
    for path, node in source.nodes.items():
        if node.block == OUTPUT:
            named.setdefault(name_of(node), PortRef(path, OUTPUT_PORT))
    return named


def _results(flat: Flat, source: Snapshot) -> frozenset[PortRef]:
    """Return what makes the outputs that nobody reads."""
    linked = {link.source for link in source.links.values()}
    unread = [port for path in source.nodes for port in flat.outputs(path) if port not in linked]
    return frozenset(made for port in unread if (made := flat.maker(port)) is not None)
