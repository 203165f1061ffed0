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
        self._branches: dict[NodeId, PortRef] = {}
        for id in reversed(self._sorted):
            branch = self._only_branch(id, definitions)
            if branch is not None:
                self._branches[id] = branch

    def nodes_of(self, branch: PortRef | None) -> list[NodeId]:
        """Return the nodes of a branch, or those of none, in their order."""
        return [id for id in self._sorted if self._branches.get(id) == branch]

    def branch_of(self, id: NodeId) -> PortRef | None:
        """Return the branch that a node belongs to alone, if there is one."""
        return self._branches.get(id)

    def _only_branch(self, id: NodeId, definitions: Mapping[NodeId, BlockDefinition]) -> PortRef | None:
        """Return the innermost branch that all readers of a node are in."""
        if id in self._wanted or not self._readers[id]:
            return None
        ways = [self._way_out(reader, definitions) for reader in self._readers[id]]
        shared = [branch for branch in ways[0] if all(branch in way for way in ways)]
        return shared[0] if shared else None

    def _way_out(self, reader: PortRef, definitions: Mapping[NodeId, BlockDefinition]) -> list[PortRef]:
        """Return the branches that an input is in, from the innermost outwards."""
        way = [reader] if reader.port in branches_of(definitions[reader.node]) else []
        branch = self._branches.get(reader.node)
        while branch is not None:
            way.append(branch)
            branch = self._branches.get(branch.node)
        return way


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
