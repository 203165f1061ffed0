"""From node to node with the keys: along the links, and to the next one above or below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from shtairir.document import Link
from shtairir.ids import NodeId, PortRef

Direction = Literal["left", "right", "up", "down"]
Place = tuple[float, float]


def next_node(
    start: NodeId | None, direction: Direction, places: Mapping[NodeId, Place], links: Mapping[PortRef, Link]
) -> NodeId | None:
    """Return the node that a step leads to; ``None`` if there is none that way.

    To the left is what feeds a node, by its first linked input; to the right what it feeds, the nearest in height.
    Where no link leads on, and above and below, it is the nearest node that way. Without a start it is the first node.

    Parameters
    ----------
    places
        The middle of each node.
    """
    if not places:
        return None
    if start is None or start not in places:
        return min(places, key=lambda node: (places[node][0], places[node][1]))
    linked = _along_links(start, direction, links.values())
    near = [node for node in linked if node in places]
    if direction == "left" and near:
        return near[0]
    if near:
        return min(near, key=lambda node: abs(places[node][1] - places[start][1]))
    return _nearest(start, direction, places)


def _along_links(start: NodeId, direction: Direction, links: Iterable[Link]) -> list[NodeId]:
    if direction == "left":
        return [link.source.node for link in links if link.target.node == start]
    if direction == "right":
        return [link.target.node for link in links if link.source.node == start]
    return []


def _nearest(start: NodeId, direction: Direction, places: Mapping[NodeId, Place]) -> NodeId | None:
    """Return the nearest node that lies that way; one that lies aside counts as farther."""
    x, y = places[start]
    best: tuple[float, NodeId] | None = None
    for node, (there_x, there_y) in places.items():
        dx, dy = there_x - x, there_y - y
        ahead, aside = {"left": (-dx, dy), "right": (dx, dy), "up": (-dy, dx), "down": (dy, dx)}[direction]
        if node == start or ahead <= 0:
            continue
        far = ahead + 2 * abs(aside)
        if best is None or far < best[0]:
            best = (far, node)
    return best[1] if best is not None else None
