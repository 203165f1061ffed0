"""The links of a graph by number: who feeds whom, and what each link applies on the way.

Worked out once for a graph, in one look at each link; validation and planning both go by it. Nodes are numbered in
the order of the graph. Links that join nothing, or what does not fit, are put aside, to be explained by whoever
reports them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from shtairir.block.compatibility import Compatibility, compatibility
from shtairir.block.conversions import Conversion
from shtairir.block.definition import BlockDefinition
from shtairir.block.types import AnyType, PortType, UnionType
from shtairir.document.model import Link, Node
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.validation.ordering import reversed_edges, topological_order


class Feed(NamedTuple):
    """A linked input: the number of the node and of the output that feed it, and what the link applies.

    ``checked`` is the input's type where only the run can tell whether a value fits it.
    """

    port: PortName
    source: int
    output: int
    conversion: Conversion | None = None
    checked: PortType | None = None


class Crossing(NamedTuple):
    """What all links have in common that lead from one block's output to another's input.

    ``place`` is that of the input among its block's.
    """

    place: int
    output: int
    conversion: Conversion | None
    checked: PortType | None


class Wiring:
    """Who feeds whom.

    Parameters
    ----------
    definitions
        Of each node's block; nodes without a known block are not in it.

    Attributes
    ----------
    nodes, numbers
        Those of the graph; a node's number is its place among them.
    feeds
        By number the links into a node, in the order of its block's inputs.
    predecessors
        By number the nodes that feed a node, each once, in that order.
    faulty
        Links that are no feeds: an end is missing, its block is unknown, or their types do not fit.
    """

    def __init__(
        self,
        nodes: Mapping[NodeId, Node],
        links: Mapping[PortRef, Link],
        definitions: Mapping[NodeId, BlockDefinition],
    ) -> None:
        self.nodes = nodes
        self.numbers = dict(zip(nodes, range(len(nodes)), strict=True))
        self.definitions = list(map(definitions.get, nodes))
        # Definitions live long enough here for their identities to stand for them, which is quick.
        self._kinds = list(map(id, self.definitions))
        self.feeds: list[list[Feed]] = [[] for _ in nodes]
        self.predecessors: list[list[int]] = [[] for _ in nodes]
        self.faulty: list[Link] = []
        for number in self._take(links):
            self._sort(number)

    def _take(self, links: Mapping[PortRef, Link]) -> set[int]:
        """Take the links in, and return the nodes whose feeds may be out of order."""
        numbers = self.numbers
        kinds = self._kinds
        crossings: dict[tuple[int, PortName, PortName, int], Crossing | None] = {}
        shuffled: set[int] = set()
        new = tuple.__new__
        at = None
        number = kind = last_place = -1
        into: list[Feed] = []
        before: list[int] = []
        for link in links.values():
            source, output = link.source
            target, port = link.target
            try:
                source_number = numbers[source]
                if target is not at:  # mostly, the links into a node follow each other
                    number = numbers[target]
                    at, kind, last_place = target, kinds[number], -1
                    into, before = self.feeds[number], self.predecessors[number]
                    if into:
                        shuffled.add(number)
            except KeyError:
                self.faulty.append(link)
                continue
            key = kinds[source_number], output, port, kind
            try:
                crossing = crossings[key]
            except KeyError:
                crossing = crossings[key] = self._crossing(source_number, output, number, port)
            if crossing is None:
                self.faulty.append(link)
                continue
            place, made, conversion, checked = crossing
            if place < last_place:
                shuffled.add(number)
            last_place = place
            into.append(new(Feed, (port, source_number, made, conversion, checked)))
            if source_number not in before:
                before.append(source_number)
        return shuffled

    def _sort(self, number: int) -> None:
        definition = self.definitions[number]
        assert definition is not None  # or its links would be faulty
        places = {port.name: place for place, port in enumerate(definition.inputs)}
        self.feeds[number].sort(key=lambda feed: places[feed.port])
        self.predecessors[number] = list(dict.fromkeys(feed.source for feed in self.feeds[number]))

    def _crossing(self, source: int, output: PortName, target: int, port: PortName) -> Crossing | None:
        made_by, read_by = self.definitions[source], self.definitions[target]
        return None if made_by is None or read_by is None else crossing(made_by, output, read_by, port)

    @cached_property
    def blocks(self) -> dict[int, BlockDefinition]:
        """The definitions of the nodes' blocks, each once, by identity."""
        found = dict(zip(self._kinds, self.definitions, strict=True))
        return {key: definition for key, definition in found.items() if definition is not None}

    # --- order ------------------------------------------------------------------------------------------------

    @cached_property
    def successors(self) -> list[list[int]]:
        """By number the nodes that a node feeds."""
        return reversed_edges(self.predecessors)

    @cached_property
    def order(self) -> list[int]:
        """The numbers, each after all that feed it; without those on circles and behind them."""
        return topological_order(self.predecessors, self.successors)


def crossing(made_by: BlockDefinition, output: PortName, read_by: BlockDefinition, port: PortName) -> Crossing | None:
    """Return what a link from a block's output to another's input does; ``None`` if there can be none."""
    outputs = [number for number, known in enumerate(made_by.outputs) if known.name == output]
    places = [place for place, known in enumerate(read_by.inputs) if known.name == port]
    if not outputs or not places:
        return None
    kind, wanted = made_by.outputs[outputs[0]].type, read_by.inputs[places[0]].type
    found = fits(kind, wanted)
    if not found.ok:
        return None
    uncertain = found.conversion is None and isinstance(kind, AnyType | UnionType)
    certain = not uncertain or isinstance(wanted, AnyType) or kind == wanted
    return Crossing(places[0], outputs[0], found.conversion, None if certain else wanted)


def fits(source: PortType, target: PortType) -> Compatibility:
    """Return whether a link may join two types; one that cannot say so fits nothing."""
    try:
        return compatibility(source, target)
    except Exception as error:  # noqa: BLE001 - a pack's own type may raise anything; validation never does
        return Compatibility(False, reason=str(error) or type(error).__name__)
