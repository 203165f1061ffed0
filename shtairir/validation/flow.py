"""How the nodes hang together: circles, and nodes that nothing uses.

Circles are looked for in two steps, both linear. Nodes that nothing in the rest feeds are taken away again and
again; what is left lies on a circle or behind one. There Tarjan's strongly connected components ("Depth-first search
and linear graph algorithms", SIAM J. Comput. 1(2), 1972), without recursion, give the groups of nodes that wait for
each other, and a breadth-first search the shortest circle through the first node of a group.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from shtairir.document.edits import RemoveLinks, RemoveNodes
from shtairir.document.snapshot import Snapshot
from shtairir.ids import NodeId
from shtairir.validation.problem import Problem
from shtairir.validation.survey import Survey

_SHOWN = 12


def check_cycles(survey: Survey) -> None:
    """Find nodes that wait for each other in a circle; one problem for each group of them."""
    feeds = readers_of(survey.graph)
    rest = _not_sortable(feeds)
    feeds = {node: [reader for reader in feeds[node] if reader in rest] for node in rest}
    for group in _components(feeds):
        circle = _shortest_circle(group[0], feeds)
        if not circle:
            continue
        names = [*circle, circle[0]] if len(circle) <= _SHOWN else [*circle[:_SHOWN], "…", circle[0]]
        closing = next(
            link
            for link in survey.graph.links.values()
            if link.source.node == circle[-1] and link.target.node == circle[0]
        )
        if len(circle) == 1:
            message = f"'{circle[0]}' waits for its own result: {closing}."
        else:
            message = f"{len(circle)} nodes wait for each other in a circle: {' → '.join(names)}."
        survey.error(
            "cycle",
            message,
            circle[0],
            closing.target.port,
            fix=f"Remove one of the links, for example {closing}.",
            edit=RemoveLinks((closing.target,)),
            related=tuple(circle),
        )


def readers_of(graph: Snapshot) -> dict[NodeId, list[NodeId]]:
    """Return for each node the nodes that its links feed, once for each link."""
    feeds: dict[NodeId, list[NodeId]] = {node: [] for node in graph.nodes}
    for target, link in graph.links.items():
        readers = feeds.get(link.source.node)
        if readers is not None and target.node in feeds:
            readers.append(target.node)
    return feeds


def _not_sortable(feeds: Mapping[NodeId, list[NodeId]]) -> dict[NodeId, None]:
    """Return the nodes on circles and behind them, in the order of the graph."""
    waits = dict.fromkeys(feeds, 0)
    for readers in feeds.values():
        for reader in readers:
            waits[reader] += 1
    ready = [node for node, number in waits.items() if number == 0]
    while ready:
        for reader in feeds[ready.pop()]:
            waits[reader] -= 1
            if waits[reader] == 0:
                ready.append(reader)
    return {node: None for node, number in waits.items() if number}


def _components(feeds: Mapping[NodeId, list[NodeId]]) -> list[list[NodeId]]:
    """Return the groups of nodes that reach each other, each in the order of the graph.

    ``number`` is the order of discovery; ``low`` the smallest number known to be reachable; ``open_nodes`` the stack of
    nodes whose group is not settled.
    """
    number: dict[NodeId, int] = {}
    low: dict[NodeId, int] = {}
    open_nodes: list[NodeId] = []
    is_open: set[NodeId] = set()
    groups: list[list[NodeId]] = []
    order = {node: place for place, node in enumerate(feeds)}

    def enter(node: NodeId) -> tuple[NodeId, Iterator[NodeId]]:
        number[node] = low[node] = len(number)
        open_nodes.append(node)
        is_open.add(node)
        return node, iter(feeds[node])

    for root in feeds:
        path = [enter(root)] if root not in number else []
        while path:
            node, readers = path[-1]
            reader = next(readers, None)
            if reader is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == number[node]:
                    group = [open_nodes.pop()]
                    while group[-1] != node:
                        group.append(open_nodes.pop())
                    is_open.difference_update(group)
                    groups.append(sorted(group, key=order.__getitem__))
            elif reader not in number:
                path.append(enter(reader))
            elif reader in is_open:
                low[node] = min(low[node], number[reader])
    return sorted(groups, key=lambda group: order[group[0]])


def _shortest_circle(start: NodeId, feeds: Mapping[NodeId, list[NodeId]]) -> list[NodeId]:
    """Return the nodes of a shortest circle through ``start``, from it on; empty when there is none."""
    came_from: dict[NodeId, NodeId] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for reader in feeds[node]:
            if reader == start:
                circle = [node]
                while circle[-1] != start:
                    circle.append(came_from[circle[-1]])
                return circle[::-1]
            if reader not in came_from:
                came_from[reader] = node
                queue.append(reader)
    return []


def check_dead_nodes(survey: Survey) -> None:
    """Find nodes that have nothing to do with the rest: no link at all, in a graph that has links.

    A node at the end of a chain is how results are shown, and a block without outputs or with an effect is there
    for what it does; neither is dead.
    """
    linked = {end.node for link in survey.graph.links.values() for end in (link.source, link.target)}
    if not linked:
        return
    for node, definition in survey.definitions.items():
        if node not in linked and definition.traits.pure and definition.outputs:
            survey.problems.append(
                Problem(
                    "info",
                    "dead_node",
                    f"'{node}' is linked to nothing, so no other node uses its result.",
                    node,
                    fix="Link it, or remove it.",
                    edit=RemoveNodes((node,)),
                )
            )


def blocked_nodes(graph: Snapshot, problems: Iterable[Problem]) -> dict[NodeId, NodeId]:
    """Return the nodes that cannot run because of an error further up, each with the node that has the error."""
    feeds = readers_of(graph)
    broken = [
        problem.node for problem in problems if problem.severity == "error" and problem.node in feeds and problem.node
    ]
    causes: dict[NodeId, NodeId] = {}
    seen = set(broken)
    queue = deque((node, node) for node in dict.fromkeys(broken))
    while queue:
        node, cause = queue.popleft()
        for reader in feeds[node]:
            if reader not in seen:
                seen.add(reader)
                causes[reader] = cause
                queue.append((reader, cause))
    return causes
