"""What stands in the outline: bookmarks, frames with their nodes, nodes, notes, and the definitions of the file.

The entries are made anew from the document, which is cheap; nothing in them changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from shtairir.block import BlockDefinition
from shtairir.document import Frame, Graph, Node
from shtairir.ids import NodeId
from shtairir_ui.canvas.face import short_value
from shtairir_ui.places import ROOT, Place, enterable

Kind = Literal["node", "frame", "note", "bookmark", "scope", "heading"]

_MIDDLE = (88.0, 40.0)
"""From the corner of a node to about its middle."""
_VALUES_AT_MOST = 3


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One row of the outline.

    Attributes
    ----------
    id
        Of a node or frame in its place; of a bookmark its name.
    place
        Where it is.
    title, detail
        The two lines of the row.
    category
        Of a node's block, for its icon.
    values
        What is set, for the search: ``sigma 2.0``.
    """

    kind: Kind
    id: str
    place: Place
    title: str
    detail: str = ""
    category: str = ""
    block: str = ""
    values: tuple[str, ...] = ()
    children: list[Entry] = field(default_factory=list)

    @property
    def path(self) -> NodeId:
        """The path of a node."""
        return self.place.whole(self.id)

    def everything(self) -> Iterator[Entry]:
        """The entry, and all in it."""
        yield self
        for child in self.children:
            yield from child.everything()


DefinitionOf = Callable[[Graph, Node], BlockDefinition | None]


def outline_of(root: Graph, definition_of: DefinitionOf) -> list[Entry]:
    """Return the outline of a file: its graph first, then each definition that something stands for."""
    found = _contents(root, ROOT, definition_of)
    for scope, place in first_places(root).items():
        graph = root.subgraphs[scope]
        inner = _contents(graph, place, definition_of)
        found.append(Entry("scope", scope, place, graph.name, _count(len(graph.nodes)), children=inner))
    return found


def first_places(root: Graph) -> dict[str, Place]:
    """Return for each definition that is used the first place in which one comes to it."""
    places: dict[str, Place] = {}
    waiting = [(root, ROOT)]
    for graph, place in waiting:
        for node in graph.nodes.values():
            scope = enterable(node)
            if scope is not None and scope in root.subgraphs and scope not in places:
                places[scope] = place.into(node.id, scope)
                waiting.append((root.subgraphs[scope], places[scope]))
    return places


def _contents(graph: Graph, place: Place, definition_of: DefinitionOf) -> list[Entry]:
    entries = {key: _node(node, definition_of(graph, node), place) for key, node in graph.nodes.items()}
    home: dict[str, list[Entry]] = {}
    loose: list[Entry] = []
    # The smallest frame around a node is its own.
    frames = sorted(graph.frames, key=lambda frame: frame.rect[2] * frame.rect[3])
    for key, node in graph.nodes.items():
        frame = next((one for one in frames if _holds(one, node)), None)
        (loose if frame is None else home.setdefault(frame.id, [])).append(entries[key])
    marks = [Entry("bookmark", mark.name, place, mark.name) for mark in graph.bookmarks]
    framed = [
        Entry("frame", one.id, place, one.title or "Frame", _count(len(inside)), children=inside)
        for one in graph.frames
        for inside in (home.get(one.id, []),)
    ]
    notes = [Entry("note", note.id, place, first_line(note.text)) for note in graph.notes]
    return [*marks, *framed, *loose, *notes]


def _node(node: Node, definition: BlockDefinition | None, place: Place) -> Entry:
    name = definition.name if definition is not None else node.block.rpartition(".")[2].replace("_", " ").capitalize()
    values = tuple(f"{port} {short_value(value)}" for port, value in node.values.items())
    detail = " · ".join((str(node.id), *values[:_VALUES_AT_MOST]))
    category = definition.category if definition is not None else ""
    return Entry("node", node.id, place, node.title or name, detail, category, node.block, values)


def _holds(frame: Frame, node: Node) -> bool:
    x, y, width, height = frame.rect
    left, top = node.position[0] + _MIDDLE[0], node.position[1] + _MIDDLE[1]
    return x <= left <= x + width and y <= top <= y + height


def _count(nodes: int) -> str:
    return "1 node" if nodes == 1 else f"{nodes} nodes"


def first_line(text: str) -> str:
    """Return the first line of a note, without the marks of Markdown at its beginning."""
    lines: Iterable[str] = (line.strip().lstrip("#>*- ").strip() for line in text.splitlines())
    return next((line for line in lines if line), "Note")
