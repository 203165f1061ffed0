"""In which order nodes are written, and which of them belong to one branch alone."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush

from shtairir.block.definition import BlockDefinition
from shtairir.document.snapshot import Snapshot
from shtairir.errors import ExportError
from shtairir.ids import NodeId, PortName, PortRef


class Order:
    """The order of a snapshot's nodes: that of the file, as far as the links allow.

    Attributes
    ----------
    read
        The outputs that some input reads.
    """

    def __init__(self, snapshot: Snapshot, definitions: Mapping[NodeId, BlockDefinition]) -> None:
        self._readers: dict[NodeId, list[PortRef]] = {id: [] for id in snapshot.nodes}
        feeds: dict[NodeId, set[NodeId]] = {id: set() for id in snapshot.nodes}
        for link in snapshot.links.values():
            if link.source.node in self._readers and link.target.node in feeds:
                self._readers[link.source.node].append(link.target)
                feeds[link.target.node].add(link.source.node)
        self.read = frozenset(link.source for link in snapshot.links.values())
        self._sorted = _sorted(feeds, self._readers)
        self._wanted = {result.source.node for result in snapshot.results}
        self._definitions = definitions
        self._places: dict[NodeId, tuple[PortRef | None, ...]] = {}
        for id in reversed(self._sorted):
            self._places[id] = self._places_of(id)

    def nodes_of(self, branch: PortRef | None) -> list[NodeId]:
        """Return the nodes of a branch, or those of none, in their order."""
        return [id for id in self._sorted if branch in self._places[id]]

    def is_in_branch(self, id: NodeId) -> bool:
        """Whether a node belongs to a branch alone, or to several of which only one is taken."""
        return None not in self._places[id]

    def _places_of(self, id: NodeId) -> tuple[PortRef | None, ...]:
        if id in self._wanted or not self._readers[id]:
            return (None,)
        ways = [way for reader in self._readers[id] for way in self._ways_in(reader)]
        places = tuple(dict.fromkeys(self._places_along(ways, None)))
        if len(places) > 1 and not self._definitions[id].traits.pure:
            return (_shared(ways),)  # an effect is written once
        return places

    def _ways_in(self, reader: PortRef) -> list[list[PortRef]]:
        """Return the branches that an input is in, from the outermost inwards, for each place of its node."""
        last = [reader] if reader.port in branches_of(self._definitions[reader.node]) else []
        return [[*way, *last] for place in self._places[reader.node] for way in self._ways_to(place)]

    def _ways_to(self, branch: PortRef | None) -> list[list[PortRef]]:
        if branch is None:
            return [[]]
        return [[*way, branch] for place in self._places[branch.node] for way in self._ways_to(place)]

    def _places_along(self, ways: list[list[PortRef]], here: PortRef | None) -> list[PortRef | None]:
        """Return the innermost places from which all ways are served, going from `here` inwards.

        What several branches of one choice read belongs to each of them, since only one will be taken.
        """
        heads = {way[0] for way in ways if way}
        choices = {head.node for head in heads}
        if not all(ways) or len(choices) > 1 or (len(heads) > 1 and self._tries(*choices)):
            return [here]
        return [
            place
            for head in sorted(heads, key=str)
            for place in self._places_along([way[1:] for way in ways if way[0] == head], head)
        ]

    def _tries(self, node: NodeId) -> bool:
        """Whether a node may take two of its branches, one after the other."""
        return self._definitions[node].id == "flow.try"


def _shared(ways: list[list[PortRef]]) -> PortRef | None:
    """Return the innermost branch that all ways lead through."""
    shared = None
    for steps in zip(*ways):  # noqa: B905 - as far as the shortest goes
        if len(set(steps)) > 1:
            break
        shared = steps[0]
    return shared


def branches_of(definition: BlockDefinition) -> tuple[PortName, ...]:
    """Return the inputs of a block of which only one is needed, as the run will tell."""
    match definition.id:
        case "flow.if":
            return PortName("then"), PortName("otherwise")
        case "flow.try":
            return PortName("value"), PortName("fallback")
        case "flow.switch":
            return tuple(port.name for port in definition.inputs if port.name not in ("cases", "choice"))
    return ()


def _sorted(feeds: Mapping[NodeId, set[NodeId]], readers: Mapping[NodeId, list[PortRef]]) -> list[NodeId]:
    number = {id: place for place, id in enumerate(feeds)}
    names = list(feeds)
    waits = {id: len(sources) for id, sources in feeds.items()}
    ready = [number[id] for id, count in waits.items() if not count]
    result: list[NodeId] = []
    while ready:
        id = names[heappop(ready)]
        result.append(id)
        for target in {reader.node for reader in readers[id]}:
            waits[target] -= 1
            if not waits[target]:
                heappush(ready, number[target])
    if len(result) < len(names):
        raise ExportError("The graph has a cycle, so there is no order to write it in.", hint="See shtairir validate.")
    return result
