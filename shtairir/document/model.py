"""What a graph file holds: nodes, links, frames, notes, published parameters and results, tests, definitions, code.

All of it is frozen: an edit puts a new object in the place of the old one, so the old one *is* the exact
inverse, and whoever holds a snapshot keeps seeing what was there. Containers inside are typed as read-only
mappings; nobody may write into them.

Each record carries ``extra``: the fields of the file that this version does not know. They are written back
after the known ones, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from shtairir.ids import BlockId, NodeId, PortName, PortRef

JsonValue: TypeAlias = "None | bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue]"
"""Anything that a graph file can hold; numbers are finite."""

JsonObject: TypeAlias = Mapping[str, JsonValue]
Point: TypeAlias = tuple[float, float]
Rect: TypeAlias = tuple[float, float, float, float]
"""``(x, y, width, height)`` in scene units."""

NEW_FRAME = (0.0, 0.0, 200.0, 120.0)

NodeState: TypeAlias = Literal["active", "bypassed", "disabled"]
ACTIVE: Final = "active"
BYPASSED: Final = "bypassed"
DISABLED: Final = "disabled"


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Node:
    """A block placed in a graph.

    Attributes
    ----------
    values
        What a person set, by input name, as the file holds it: a path or a colour is a string.
    exposed
        Inputs with a default that are shown as ports all the same.
    policy
        How to run it: retries, timeout, on failure; read by the planner.
    position
        ``(x, y)`` of the upper left corner on the canvas, in scene units.
    state
        A bypassed node hands on what it is given, a disabled one does not run and neither does what needs it.
    collapsed
        Whether only the title is shown on the canvas.
    frozen
        Whether the last result that was kept is used, whatever has changed before it.
    shown
        Outputs whose preview is pinned to the canvas.
    shown_sizes
        Width and height of those pinned previews that a person has resized, by output.
    """

    id: NodeId
    block: BlockId
    block_version: int = 1
    title: str | None = None
    values: JsonObject = field(default_factory=dict)
    exposed: tuple[PortName, ...] = ()
    policy: JsonObject = field(default_factory=dict)
    position: Point = (0.0, 0.0)
    extra: JsonObject = field(default_factory=dict)
    state: NodeState = ACTIVE
    collapsed: bool = False
    frozen: bool = False
    shown: tuple[PortName, ...] = ()
    shown_sizes: Mapping[PortName, Point] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """An output feeding an input. An input has at most one link.

    Attributes
    ----------
    via
        The dots that the line is led over on the canvas, from the output to the input; they mean nothing.
    """

    source: PortRef
    target: PortRef
    extra: JsonObject = field(default_factory=dict, hash=False, compare=False)
    via: tuple[Point, ...] = field(default=(), hash=False, compare=False)

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


@dataclass(frozen=True, slots=True)
class Frame:
    """A titled, coloured rectangle behind nodes; ``rect`` is ``(x, y, width, height)``."""

    id: str
    title: str = ""
    color: str | None = None
    rect: Rect = NEW_FRAME
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """A text on the canvas, in Markdown; ``rect`` is ``(x, y, width, height)``."""

    id: str
    text: str = ""
    rect: Rect = NEW_FRAME
    color: str | None = None
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place on the canvas to come back to: what lies in the middle of the view, and how large it is shown."""

    name: str
    center: Point = (0.0, 0.0)
    zoom: float = 1.0
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of a node that the author publishes under a name of its own: ``--set radius=3``."""

    name: str
    target: PortRef
    title: str | None = None
    help: str | None = None
    range: tuple[float, float] | None = None
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamedResult:
    """An output that the author publishes under a name of its own: ``result["total"]``."""

    name: str
    source: PortRef
    title: str | None = None
    help: str | None = None
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GraphTest:
    """What a graph shall give back when it is given this; see `shtairir.cases`.

    Attributes
    ----------
    parameters
        Values to run with, by the names that ``--set`` takes.
    expect
        What is expected, by the names of results.
    budget
        What a run may take: ``seconds``, ``peak_bytes``.
    """

    name: str
    parameters: JsonObject = field(default_factory=dict)
    expect: JsonObject = field(default_factory=dict)
    budget: JsonObject = field(default_factory=dict)
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block written on the spot: the source of one function, kept in the file."""

    name: str
    source: str
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """Everything in the file that is neither a node nor a link; small, so an edit replaces it whole.

    Attributes
    ----------
    name
        The graph's name; of a definition its title, which may be empty.
    code
        The blocks that the file carries; only at the root.
    foreign
        Entries of the sections ``subgraphs`` and ``code`` that somebody else put there, by section. They are kept.
    policy
        How to run the whole, and nodes that say nothing of it themselves: ``node``, ``timeout_s``, ``checkpoints``.
        Only at the root.
    tests
        What the graph shall give back; only at the root.
    notes, bookmarks
        Texts on the canvas, and places on it to come back to.
    """

    name: str = "untitled"
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    results: tuple[NamedResult, ...] = ()
    frames: tuple[Frame, ...] = ()
    code: tuple[CodeBlock, ...] = ()
    foreign: JsonObject = field(default_factory=dict)
    extra: JsonObject = field(default_factory=dict)
    policy: JsonObject = field(default_factory=dict)
    tests: tuple[GraphTest, ...] = ()
    notes: tuple[Note, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """All that a graph file holds; ``definitions`` by name, each without definitions of its own."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    header: Header
    definitions: Mapping[str, Content] = field(default_factory=dict)
