"""A plan's columns after links were put or taken away, without planning the rest again.

Most of a large plan does not notice one link. What does is found from the link outwards: the node that it leads to
has another feed and waits for another node; what it fed from may have become a result; nodes between its ends may have
to change places; and what is behind it may have come to other levels. Everything else is shared with the columns
before.

A repaired plan may run its tasks in another order than a fresh one would, but never in one that is not allowed, and
gives the same results. Where a link decides more than that (what can be merged, computed while planning, fused; how
much memory is held), or where too many nodes would have to move, there is no repair: `repaired` returns ``None``, and
the graph is planned anew.

The order is kept as Pearce and Kelly do ("A dynamic topological sort algorithm for directed acyclic graphs", 2007): of
a new link that leads back in the order, only the nodes between its ends that are before the one or behind the other
change places, among the places that they have.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from pathlib import Path
from typing import NamedTuple

from shtairir.block.definition import BlockDefinition
from shtairir.document.model import Link, Node
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.planning.columns import Columns
from shtairir.planning.config import OptimizationLevel
from shtairir.planning.inference import rule_of
from shtairir.planning.passes.merge import identity
from shtairir.planning.resolve import given_values
from shtairir.planning.working import Feed, Links, WorkingNode
from shtairir.validation.wiring import crossing

_MOST_MOVED = 20_000
"""Beyond that many nodes that change places or levels, to plan anew is as quick."""


class Now(NamedTuple):
    """The graph as it is now, as far as a repair looks at it.

    Attributes
    ----------
    numbers
        The working numbers of the nodes.
    """

    nodes: Mapping[NodeId, Node]
    links: Mapping[PortRef, Link]
    base_dir: Path
    numbers: Mapping[NodeId, int]


def can_be_repaired(columns: Columns) -> bool:
    """Whether links of a plan may change without a change of more than what they join."""
    config, graph = columns.config, columns.graph
    return (
        config.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE)
        and config.targets is None
        and columns.held is None
        and not columns.ranked
        and graph.branches is None
    )


class Twins:
    """Finds nodes that compute the same, which a fresh plan would merge."""

    def __init__(self) -> None:
        self._by_identity: dict[Hashable, int] | None = None

    def has(self, columns: Columns, number: int, node: WorkingNode) -> bool:
        """Whether another node computes what a changed one does."""
        traits = node.definition.traits
        if not (traits.pure and traits.deterministic):
            return False
        mine = identity(node)
        if not node.feeds:
            return self._of_the_unfed(columns).setdefault(mine, number) != number
        # Whatever computes the same reads the same.
        nodes = columns.graph.nodes
        return any(
            other != number and nodes[other].definition is node.definition and identity(nodes[other]) == mine
            for other in columns.successors[node.feeds[0].source]
        )

    def _of_the_unfed(self, columns: Columns) -> dict[Hashable, int]:
        """Return the numbers of the nodes without feeds, by all that they compute or have computed.

        One that computes something else meanwhile has only the graph planned anew.
        """
        if self._by_identity is None:
            unfed = [(number, node) for number, node in columns.graph.nodes.items() if not node.feeds]
            self._by_identity = {identity(node): number for number, node in unfed}
        return self._by_identity


def repaired(columns: Columns, inputs: Iterable[PortRef], now: Now, twins: Twins) -> Columns | None:
    """Return the columns with the links that some inputs have now, or ``None`` if it takes more than a repair."""
    if not can_be_repaired(columns):
        return None
    ports: dict[NodeId, list[PortName]] = {}
    for node, port in inputs:
        ports.setdefault(node, []).append(port)
    for node, changed in ports.items():
        number = now.numbers.get(node)
        found = _Repair(columns, now).relinked(number, changed, twins) if number is not None else None
        if found is None:
            return None
        columns = found
    return columns


class _Repair:
    """The change of the links into one node."""

    def __init__(self, columns: Columns, now: Now) -> None:
        self._columns = columns
        self._now = now
        self._graph = columns.graph
        self._predecessors = columns.predecessors
        self._successors: list[Sequence[int]] = list(columns.successors)

    def relinked(self, number: int, ports: Collection[PortName], twins: Twins) -> Columns | None:
        """Return the columns with a node's feeds as they are now.

        Parameters
        ----------
        ports
            The inputs whose links may have changed.
        """
        old = self._graph.nodes.get(number)
        node = self._node(number, old) if old is not None and self._is_inert(number) else None
        if old is None or node is None:
            return None
        sources = list(dict.fromkeys([feed.source for feed in node.feeds]))
        lost = [source for source in self._predecessors[number] if source not in sources]
        gained = [source for source in sources if source not in self._predecessors[number]]
        # Of all that the changed links led from: a link may have gone from one node to another that shares its work.
        touched = {feed.source for feed in (*old.feeds, *node.feeds) if feed.port in ports}
        if not all(map(self._is_inert, touched)) or twins.has(self._columns, number, node):
            return None
        predecessors = list(self._predecessors)
        predecessors[number] = sources
        for source in lost:
            self._successors[source] = [other for other in self._successors[source] if other != number]
        for source in gained:
            self._successors[source] = [*self._successors[source], number]
        order = self._reordered(number, gained, predecessors)
        timed = self._timed(number, predecessors, order[1]) if order is not None else None
        if order is None or timed is None:
            return None
        waits, repeated = self._waits(number, sources, lost, order[1])
        nodes = {**self._graph.nodes, number: node}
        graph = replace(self._graph, nodes=nodes, wanted=self._wanted(old, node, nodes))
        columns = replace(
            self._columns,
            graph=graph.linked(Links(predecessors, self._successors, order[0])),
            order=order[0],
            task_of=order[1],
            predecessors=predecessors,
            successors=self._successors,
            waits=waits,
            repeated=repeated,
            levels=timed[0],
            finishes=timed[1],
        )
        vars(columns)["aliases"] = self._columns.aliases  # which say nothing of links
        return columns

    # --- the node ---------------------------------------------------------------------------------------------

    def _is_inert(self, number: int) -> bool:
        """Whether a node's links decide nothing but what it computes."""
        graph = self._graph
        node = graph.nodes.get(number)
        return (
            node is not None
            and not node.parts
            and not node.overwrites
            and node.body is None
            and number not in graph.composites
            and number not in self._columns.aliases
            and is_plain(node.definition)
        )

    def _node(self, number: int, old: WorkingNode) -> WorkingNode | None:
        """Return the node with its feeds and values as they are now."""
        written = self._now.nodes[old.id]
        if old.definition.id != written.block:
            return None
        feeds: list[Feed] = []
        for port in old.definition.inputs:
            link = self._now.links.get(PortRef(old.id, port.name))
            if link is None:
                continue
            feed = self._feed(link, old)
            if feed is None:
                return None
            feeds.append(feed)
        if not feeds and old.definition.traits.elementwise:
            return None  # it may be computed while planning
        try:
            values = given_values(written, old.definition, feeds, self._now.base_dir)
        except PlanningError:
            return None
        title = written.title or old.definition.name
        return old._replace(title=title, values=values, feeds=tuple(feeds))

    def _feed(self, link: Link, target: WorkingNode) -> Feed | None:
        source = self._now.numbers.get(link.source.node)
        node = self._graph.nodes.get(source) if source is not None else None
        if source is None or node is None or node.id != link.source.node:
            return None  # another does its work
        found = crossing(node.definition, link.source.port, target.definition, link.target.port)
        return Feed(link.target.port, source, *found[1:]) if found is not None else None

    # --- what follows -----------------------------------------------------------------------------------------

    def _wanted(
        self, old: WorkingNode, node: WorkingNode, nodes: Mapping[int, WorkingNode]
    ) -> frozenset[tuple[int, int]]:
        """Return the outputs that are results now: those that nobody reads."""
        before = {(feed.source, feed.output) for feed in old.feeds}
        after = {(feed.source, feed.output) for feed in node.feeds}
        wanted = self._graph.wanted
        read = (after - before) & wanted
        if read:
            keep = self._columns.config.keep
            wanted -= {made for made in read if self._port(made) not in keep}
        unread = {made for made in before - after if not self._is_read(made, nodes)}
        return wanted | unread if unread else wanted

    def _port(self, made: tuple[int, int]) -> PortRef:
        node = self._graph.nodes[made[0]]
        return PortRef(node.id, node.definition.outputs[made[1]].name)

    def _is_read(self, made: tuple[int, int], nodes: Mapping[int, WorkingNode]) -> bool:
        return any(
            (feed.source, feed.output) == made for reader in self._successors[made[0]] for feed in nodes[reader].feeds
        )

    def _waits(
        self, number: int, sources: Sequence[int], lost: Sequence[int], task_of: Sequence[int]
    ) -> tuple[Sequence[Sequence[int]], Mapping[int, set[int]]]:
        """Return whom each node waits for; a wait that a way over a lost link had made needless is needed again."""
        waits = list(self._columns.waits)
        waits[number] = sources
        repeated = dict(self._columns.repeated)
        repeated.pop(number, None)
        if lost and repeated:
            first, last = task_of[number], max(task_of[source] for source in lost)
            for reader, others in self._columns.repeated.items():
                if reader != number and task_of[reader] > first and any(task_of[other] <= last for other in others):
                    waits[reader] = self._predecessors[reader]
                    del repeated[reader]
        return waits, repeated

    def _reordered(
        self, number: int, gained: Iterable[int], predecessors: Sequence[Sequence[int]]
    ) -> tuple[list[int], list[int]] | None:
        """Return an order in which the node comes after all that feed it, and the places in it."""
        order, task_of = self._columns.order, self._columns.task_of
        for source in gained:
            if task_of[source] < task_of[number]:
                continue
            behind = _between(number, self._successors, task_of, task_of[source], forward=True)
            if behind is None or source in behind:
                return None  # too many, or a circle
            before = _between(source, predecessors, task_of, task_of[number], forward=False)
            if before is None:
                return None
            moved = [
                *sorted(before, key=task_of.__getitem__),
                *sorted(behind, key=task_of.__getitem__),
            ]
            order, places = list(order), sorted([task_of[other] for other in moved])
            task_of = list(task_of)
            for other, place in zip(moved, places, strict=True):
                order[place] = other
                task_of[other] = place
        return order, task_of

    def _timed(
        self, number: int, predecessors: Sequence[Sequence[int]], task_of: Sequence[int]
    ) -> tuple[Sequence[int], Sequence[float]] | None:
        """Return the levels and the earliest ends, of the node and of what is behind it."""
        levels, finishes = self._columns.levels, self._columns.finishes
        costs = self._columns.costs
        changed: list[tuple[int, int, float]] = []
        pending = [(task_of[number], number)]
        seen = {number}
        now_levels: dict[int, int] = {}
        now_finishes: dict[int, float] = {}
        while pending:
            _, node = heappop(pending)
            before = predecessors[node]
            level = 1 + max([now_levels.get(other, levels[other]) for other in before]) if before else 0
            head = max([now_finishes.get(other, finishes[other]) for other in before], default=0.0)
            finish = head + costs[node]
            if level == levels[node] and finish == finishes[node]:
                continue
            now_levels[node], now_finishes[node] = level, finish
            changed.append((node, level, finish))
            if len(changed) > _MOST_MOVED:
                return None
            for other in self._successors[node]:
                if other not in seen:
                    seen.add(other)
                    heappush(pending, (task_of[other], other))
        if changed:
            levels, finishes = list(levels), list(finishes)
            for node, level, finish in changed:
                levels[node], finishes[node] = level, finish
        return levels, finishes


def _between(
    start: int, neighbours: Sequence[Sequence[int]], task_of: Sequence[int], end: int, *, forward: bool
) -> set[int] | None:
    """Return what can be reached from a node within a part of the order, itself included; ``None`` if too much."""
    found = {start}
    pending = [start]
    while pending:
        for other in neighbours[pending.pop()]:
            if other not in found and (task_of[other] <= end if forward else task_of[other] >= end):
                found.add(other)
                pending.append(other)
        if len(found) > _MOST_MOVED:
            return None
    return found


def is_plain(definition: BlockDefinition) -> bool:
    """Whether all that is known of a node's outputs is that they are plain numbers, whatever it is given."""
    return rule_of(definition, remembered=False).is_simple
