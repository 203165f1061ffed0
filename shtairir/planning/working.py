"""The graph as the passes see it: resolved, numbered, and never changed in place.

A pass takes a `WorkingGraph` and returns another, with a `Reason` for each thing it changed. Nodes keep their
numbers through all passes; one that a pass takes away leaves a gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from shtairir.block.definition import BlockDefinition
from shtairir.ids import NodeId
from shtairir.planning.dependency import reversed_edges, topological_order
from shtairir.policy.effective import DEFAULT_OF_GRAPH
from shtairir.policy.model import GraphPolicy, NodePolicy
from shtairir.validation.wiring import Feed

if TYPE_CHECKING:
    from shtairir.planning.bodies import BodyPlan
    from shtairir.planning.guards import Branches

__all__ = ["Feed", "Links", "Reason", "WorkingGraph", "WorkingNode", "WorkingPart"]


class Reason(NamedTuple):
    """One thing that the planner changed, or decided, and why."""

    node: NodeId | None
    pass_name: str
    sentence: str


# Named tuples, here and in the plan, because they are made four times faster than frozen dataclasses,
# which decides the planning time of a graph of ten thousand nodes.
class WorkingNode(NamedTuple):
    """A node with everything that a call of its block needs.

    ``parts`` are the nodes that a composite node does the work of, in the order of their work. Its outputs are all
    of theirs, in a row, and their feeds name it as the source of what they hand to each other. ``overwrites`` are
    feeds, by position, whose values it may write into. ``body`` is the plan of what a loop repeats. ``policy`` is there
    if the node, or the instance that it lies in, says how it is to be run; no pass makes such a node one with others.
    """

    id: NodeId
    title: str
    definition: BlockDefinition
    values: Mapping[str, object]
    feeds: tuple[Feed, ...]
    parts: tuple[WorkingPart, ...] = ()
    overwrites: tuple[int, ...] = ()
    body: BodyPlan | None = None
    policy: NodePolicy | None = None


class WorkingPart(NamedTuple):
    """A node in a composite node, its number in the graph, and where its outputs begin among the composite's."""

    number: int
    node: WorkingNode
    first_output: int


class Links(NamedTuple):
    """Who feeds whom, by number, gaps too, and an order in which each node comes after what feeds it.

    Nodes of a cycle, and what is behind them, are not in the order.
    """

    predecessors: Sequence[Sequence[int]]
    successors: Sequence[Sequence[int]]
    order: list[int]


@dataclass(frozen=True, slots=True)
class WorkingGraph:
    """Nodes by number, and what has become of those that are gone.

    Attributes
    ----------
    wanted
        Outputs, as (node, output), that the run must keep; of merged nodes too, by their own numbers.
    merged
        Nodes whose work another does.
    folded
        Nodes whose outputs are known already.
    dropped
        Nodes that shall not run.
    composites
        For nodes that are part of another, that one's number.
    branches
        What is chosen in the graph, where anything is.
    policy
        What holds for nodes without a policy of their own.
    """

    nodes: Mapping[int, WorkingNode]
    wanted: frozenset[tuple[int, int]] = frozenset()
    merged: Mapping[int, int] = field(default_factory=dict)
    folded: Mapping[int, tuple[object, ...]] = field(default_factory=dict)
    dropped: tuple[int, ...] = ()
    composites: Mapping[int, int] = field(default_factory=dict)
    branches: Branches | None = None
    policy: GraphPolicy = DEFAULT_OF_GRAPH
    # Not copied by `replace`, since a pass that changes nodes may change links.
    _links: list[Links] = field(default_factory=list, init=False, repr=False, compare=False)

    def linked(self, links: Links) -> WorkingGraph:
        """Return itself, knowing its links from elsewhere."""
        self._links[:] = [links]
        return self

    @property
    def shown(self) -> frozenset[tuple[int, int]]:
        """The wanted outputs, by the numbers of the nodes that compute them."""
        return frozenset(self.maker(index, number) for index, number in self.wanted)

    def maker(self, index: int, output: int) -> tuple[int, int]:
        """Return the node that makes an output today, and the output's number there."""
        index = self.merged.get(index, index)
        composite = self.composites.get(index)
        if composite is None:
            return index, output
        part = next(part for part in self.nodes[composite].parts if part.number == index)
        return composite, part.first_output + output

    def names(self) -> tuple[NodeId, ...]:
        """Return the ids of all nodes, those of a loop's body behind the loop."""
        names: list[NodeId] = []
        for node in self.nodes.values():
            names.append(node.id)
            if node.body is not None:
                names += node.body.nodes
        return tuple(names)

    def prefixed(self, prefix: str) -> WorkingGraph:
        """Return the graph with something before the ids of all nodes."""
        nodes = {number: node._replace(id=NodeId(prefix + node.id)) for number, node in self.nodes.items()}
        return replace(self, nodes=nodes).linked(self.links())

    def predecessors(self) -> Sequence[Sequence[int]]:
        """Return for each number, gaps too, the nodes that feed it, each once, in order of the inputs."""
        return self.links().predecessors

    def links(self) -> Links:
        """Return who feeds whom; worked out once, and not to be changed."""
        if not self._links:
            predecessors = self._fed_by()
            successors = reversed_edges(predecessors)
            self._links.append(Links(predecessors, successors, topological_order(predecessors, successors)))
        return self._links[0]

    def _fed_by(self) -> list[list[int]]:
        size = max(self.nodes, default=-1) + 1
        result: list[list[int]] = [[] for _ in range(size)]
        nodes = self.nodes
        for index, node in nodes.items():
            if node.feeds:
                # Folded sources are no nodes any more and nothing to wait for.
                sources = [feed[1] for feed in node.feeds if feed[1] in nodes]
                result[index] = sources if len(sources) < 2 else list(dict.fromkeys(sources))
        if self.branches is not None:
            for index, settlers in self.branches.controls.items():
                result[index] = [*result[index], *settlers]
        return result
