"""A sheet of nodes in frames: nodes are placed from left to right as they feed one another, frames side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shtairir.block import BlockDefinition
from shtairir.block.registry import default_registry
from shtairir.document import Batch, Frame, Graph, MoveNodes, NodeHandle, PutFrame
from shtairir.ids import NodeId

# What a node takes on the canvas: its widest, and a row for each port between title and footer.
COLUMN, TITLE, ROW, FOOTER, GAP = 304.0, 32.0, 24.0, 44.0, 32.0
PICTURE = 96.0
MARGIN, HEADING, SHAPE, MOST_ROWS = 24.0, 56.0, 2.4, 7
_SHOWN_LARGE = ("image", "figure")


@dataclass
class _Group:
    title: str
    nodes: list[NodeId] = field(default_factory=list)


class Sheet:
    """A graph under construction.

    Examples
    --------
    >>> sheet = Sheet("Text", "Texts are made, cut and changed.")
    >>> with sheet.frame("Change"):
    ...     name = sheet.add("text.constant", value="ada")
    ...     _ = sheet.add("text.case", text=name["out"], to="title")
    """

    def __init__(self, name: str, description: str) -> None:
        self.graph = Graph(name)
        self.graph.description = description
        self._groups: list[_Group] = []

    @contextmanager
    def frame(self, title: str) -> Iterator[None]:
        """Put the nodes that are added meanwhile into a frame."""
        self._groups.append(_Group(title))
        yield

    def add(self, block: str, id: str | None = None, title: str | None = None, **values: object) -> NodeHandle:
        """Add a node; a value that is a port of another node is linked."""
        definition = _definition(block)
        unknown = [name for name in values if definition.input(name) is None]
        # The ports of some blocks depend on their values, which the checks of the graph look at.
        if unknown and definition.adapt is None:
            raise ValueError(f"{block} has no input {', '.join(unknown)}.")
        handle = self.graph.add(definition, id=id, title=title, values=values)
        self._groups[-1].nodes.append(handle.id)
        return handle

    def finish(self) -> Graph:
        """Place the nodes, draw the frames, and return the graph."""
        left, top, shelf = 0.0, 0.0, 0.0
        edits: list[MoveNodes | PutFrame] = []
        placed = [self._placed(group) for group in self._groups]
        # About as wide as a window is, so that the whole can be seen at once.
        widest = math.sqrt(SHAPE * sum(width * height for _, width, height in placed))
        for number, (group, (places, width, height)) in enumerate(zip(self._groups, placed, strict=True), 1):
            if left and left + width > widest:
                left, top, shelf = 0.0, top + shelf + 2 * MARGIN, 0.0
            edits.append(MoveNodes({node: (left + x, top + y) for node, (x, y) in places.items()}))
            edits.append(PutFrame(Frame(f"frame_{number}", group.title, None, (left, top, width, height))))
            left, shelf = left + width + 2 * MARGIN, max(shelf, height)
        self.graph.apply(Batch(tuple(edits), "arrange"))
        return self.graph

    def _placed(self, group: _Group) -> tuple[dict[NodeId, tuple[float, float]], float, float]:
        depths: dict[NodeId, int] = {}
        for node in group.nodes:
            feeding = [link.source.node for link in self.graph.links_of(node) if link.target.node == node]
            depths[node] = max((depths[one] + 1 for one in feeding if one in depths), default=0)
        places: dict[NodeId, tuple[float, float]] = {}
        column, lowest = 0, HEADING
        for depth in range(max(depths.values()) + 1):
            members = [node for node, own in depths.items() if own == depth]
            # Many nodes side by side are easier to look at in two columns than in a tall one.
            rows = math.ceil(len(members) / math.ceil(len(members) / MOST_ROWS))
            for start in range(0, len(members), rows):
                y = HEADING
                for node in members[start : start + rows]:
                    places[node] = (MARGIN + column * COLUMN, y)
                    y += self._height(node) + GAP
                column, lowest = column + 1, max(lowest, y)
        width = 2 * MARGIN + column * COLUMN - (COLUMN - 272)
        return places, width, lowest - GAP + MARGIN

    def _height(self, node: NodeId) -> float:
        definition = self.graph.definition(node) or _definition(self.graph.node(node).block)
        linked = {link.target.port for link in self.graph.links_of(node) if link.target.node == node}
        shown = [port for port in definition.inputs if port.required or port.param.port or port.name in linked]
        picture = any(port.type.family in _SHOWN_LARGE for port in definition.outputs)
        return TITLE + ROW * max(len(shown), len(definition.outputs)) + FOOTER + (PICTURE if picture else 0)


def _definition(block: str) -> BlockDefinition:
    found = default_registry().get(block)
    if found is None:
        raise ValueError(f"There is no block {block}.")
    return found
