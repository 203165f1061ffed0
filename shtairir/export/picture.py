"""What the canvas shows of a graph, as shapes: a pure function from a snapshot, without Qt and without fonts.

Measures and colours are those of the window's themes. Widths of texts are estimated from the widths of letters in
common sans-serif fonts, generously, since whoever looks at the picture may have any font.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from shtairir.block.definition import BlockDefinition
from shtairir.block.registry import Registry
from shtairir.document import arranging
from shtairir.document.model import Frame, Link, Node
from shtairir.document.placement import has_no_places
from shtairir.document.snapshot import Snapshot
from shtairir.ids import NodeId, PortName

Point: TypeAlias = tuple[float, float]
ThemeName = Literal["light", "dark"]
Anchor = Literal["start", "middle", "end"]

_MARGIN = 32.0
_TITLE_HEIGHT = 32.0
_ROW_HEIGHT = 24.0
_NOTE_HEIGHT = 20.0
_PAD = 12.0
_BODY = 6.0
_MIN_WIDTH, _MAX_WIDTH = 176.0, 272.0
_NARROW = frozenset("iljtfrI.,:;'|!()[] ")
_WIDE = frozenset("mwMWQO@%—…")


@dataclass(frozen=True, slots=True)
class Colors:
    """What to draw with."""

    background: str
    body: str
    border: str
    text: str
    dim: str
    types: Mapping[str, str]


_LIGHT_TYPES = {
    "bool": "#75003d", "int": "#485503", "float": "#049354", "text": "#9e5b00", "path": "#5d2f0c", "color": "#9b7c00",
    "array": "#244ab1", "image": "#796ce0", "table": "#037588", "audio": "#c058b0", "figure": "#a8212b",
    "list": "#273e5c", "dict": "#38071c", "enum": "#792387", "any": "#6c6560",
}  # fmt: skip
_DARK_TYPES = {
    "bool": "#ee9694", "int": "#bdc61f", "float": "#3caa56", "text": "#e77709", "path": "#9b6737", "color": "#f5e786",
    "array": "#7ab0ff", "image": "#867bea", "table": "#92faf1", "audio": "#c35ab0", "figure": "#febdab",
    "list": "#b5cff5", "dict": "#5f51eb", "enum": "#bf8cba", "any": "#72747c",
}  # fmt: skip

COLORS: Mapping[ThemeName, Colors] = {
    "light": Colors("#eceef1", "#ffffff", "#b3bac5", "#1c2026", "#565e6a", _LIGHT_TYPES),
    "dark": Colors("#17191d", "#2a2e35", "#4a515c", "#e7e9ec", "#a4abb6", _DARK_TYPES),
}
CATEGORY_TYPES = {
    "io": "path", "math": "float", "logic": "bool", "text": "text", "array": "array", "image": "image",
    "table": "table", "signal": "audio", "chart": "figure", "view": "list", "date": "enum", "json": "dict",
    "list": "list", "dictionary": "dict", "file": "path", "web": "color", "database": "table", "process": "int",
    "flow": "any", "subgraphs": "any", "stats": "float", "linalg": "array", "interpolate": "float", "optimise": "int",
    "random": "color", "learn": "figure", "custom": "any",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with round corners; of an empty colour, nothing is drawn. Who points at it is told the ``tip``."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = ""
    radius: float = 0.0
    opacity: float = 1.0
    line: float = 1.0
    tip: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; ``(x, y)`` is on its baseline."""

    x: float
    y: float
    text: str
    size: float
    color: str
    anchor: Anchor = "start"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A cubic Bézier curve."""

    points: tuple[Point, Point, Point, Point]
    color: str
    width: float = 2.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A port's mark."""

    x: float
    y: float
    radius: float
    fill: str
    stroke: str


Shape: TypeAlias = Box | Text | Curve | Dot


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes, from back to front, in points; the origin is the upper left corner."""

    title: str
    width: float
    height: float
    background: str
    shapes: tuple[Shape, ...]


@dataclass
class Card:
    """A node with the places of its ports, and how large it is."""

    node: Node
    definition: BlockDefinition | None
    inputs: list[PortName]
    outputs: list[PortName]
    note: str
    width: float = _MIN_WIDTH
    families: dict[tuple[str, PortName], str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What is written on it."""
        return self.node.title or (self.definition.name if self.definition else self.node.block)

    @property
    def height(self) -> float:
        """How high it is."""
        rows = max(len(self.inputs), len(self.outputs)) * _ROW_HEIGHT
        return _TITLE_HEIGHT + _BODY + rows + (_NOTE_HEIGHT if self.note else 0) + _BODY

    def place(self, side: str, port: PortName) -> Point:
        """Return where a port is: ``in`` or ``out``."""
        x, y = self.node.position
        ports = self.inputs if side == "in" else self.outputs
        row = ports.index(port) if port in ports else 0
        return x + (0 if side == "in" else self.width), y + _TITLE_HEIGHT + _BODY + (row + 0.5) * _ROW_HEIGHT


def picture_of(snapshot: Snapshot, registry: Registry, theme: ThemeName = "light") -> Picture:
    """Return what the canvas shows of a graph: frames, nodes with their ports and values, links."""
    colors = COLORS[theme]
    cards = cards_of(snapshot, registry)
    if has_no_places(snapshot.nodes.values()):
        _arrange(cards, snapshot)
    shapes: list[Shape] = []
    for frame in snapshot.header.frames:
        shapes += frame_shapes(frame, colors)
    for link in snapshot.links.values():
        shapes += link_shapes(link, cards, colors)
    for card in cards.values():
        shapes += node_shapes(card, colors)
    return around(snapshot.name, shapes, cards, snapshot.header.frames, colors)


def around(
    title: str, shapes: Sequence[Shape], cards: Mapping[NodeId, Card], frames: tuple[Frame, ...], colors: Colors
) -> Picture:
    """Return a picture of shapes, with a margin around the nodes and frames in it."""
    left, top, right, bottom = _extent(cards, frames)
    shifted = tuple(moved(shape, _MARGIN - left, _MARGIN - top) for shape in shapes)
    return Picture(title, right - left + 2 * _MARGIN, bottom - top + 2 * _MARGIN, colors.background, shifted)


def _arrange(cards: Mapping[NodeId, Card], snapshot: Snapshot) -> None:
    """Put the nodes of a graph made in Python where the window would put them."""
    boxes = {
        id: arranging.Box(
            card.width,
            card.height,
            {port: card.place("in", port)[1] - card.node.position[1] for port in card.inputs},
            {port: card.place("out", port)[1] - card.node.position[1] for port in card.outputs},
        )
        for id, card in cards.items()
    }
    links = [(one.source.node, one.source.port, one.target.node, one.target.port) for one in snapshot.links.values()]
    for id, place in arranging.arranged(boxes, links).items():
        cards[id].node = replace(cards[id].node, position=place)


def cards_of(snapshot: Snapshot, registry: Registry) -> dict[NodeId, Card]:
    """Return the nodes as they are drawn, each where it lies."""
    into: dict[NodeId, list[PortName]] = {}
    out_of: dict[NodeId, list[PortName]] = {}
    for link in snapshot.links.values():
        into.setdefault(link.target.node, []).append(link.target.port)
        out_of.setdefault(link.source.node, []).append(link.source.port)
    return {
        id: _card(node, snapshot.definition(node, registry), into.get(id, []), out_of.get(id, []))
        for id, node in snapshot.nodes.items()
    }


def _card(node: Node, definition: BlockDefinition | None, linked: list[PortName], read: list[PortName]) -> Card:
    if definition is None:
        return _sized(Card(node, None, list(dict.fromkeys(linked)), list(dict.fromkeys(read)), ""))
    shown = [
        port.name
        for port in definition.inputs
        if port.name in linked or port.required or not port.editable or port.param.port or port.name in node.exposed
    ]
    outputs = [port.name for port in definition.outputs]
    inputs = [*shown, *(name for name in dict.fromkeys(linked) if name not in shown)]
    values = [
        f"{port.label} {_short(node.values[port.name])}"
        for port in definition.inputs
        if port.name in node.values and port.name not in inputs
    ]
    card = Card(node, definition, inputs, [*outputs, *(name for name in dict.fromkeys(read) if name not in outputs)],
                 " · ".join(values))  # fmt: skip
    card.families = {("in", port.name): port.type.family for port in definition.inputs}
    card.families.update({("out", port.name): port.type.family for port in definition.outputs})
    return _sized(card)


def _sized(card: Card) -> Card:
    wants = [_MIN_WIDTH, text_width(card.title, 13, bold=True) + 3 * _PAD]
    for row in range(max(len(card.inputs), len(card.outputs))):
        pair = [ports[row] for ports in (card.inputs, card.outputs) if row < len(ports)]
        wants.append(sum(text_width(_words(name), 12) for name in pair) + 3 * _PAD)
    card.width = min(8 * -(-max(wants) // 8), _MAX_WIDTH)
    return card


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return about how wide a line of text is, in points."""
    units = sum(
        0.32 if sign in _NARROW else 0.86 if sign in _WIDE else 0.64 if sign.isupper() else 0.56 for sign in text
    )
    return units * size * (1.06 if bold else 1.0)


def elided(text: str, size: float, room: float, bold: bool = False) -> str:
    """Return a text cut so that it fits."""
    if text_width(text, size, bold) <= room:
        return text
    while text and text_width(text + "…", size, bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _short(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case list():
            return f"{len(value)} items"
        case dict():
            return "set"
        case None:
            return "none"
        case _:
            return " ".join(str(value).split())


def _words(name: str) -> str:
    return name.strip("_").replace("_", " ")


def node_shapes(card: Card, colors: Colors) -> list[Shape]:
    """Return the shapes of a node."""
    x, y = card.node.position
    width, height = card.width, card.height
    category = card.definition.category.partition("/")[0].lower() if card.definition else ""
    tone = colors.types[CATEGORY_TYPES.get(category, "any")]
    shapes: list[Shape] = [
        Box(x, y, width, height, colors.body, colors.border, 8),
        Box(x + 1, y + 1, width - 2, _TITLE_HEIGHT - 1, tone, "", 7, opacity=0.16),
        Box(x + _PAD, y + 12, 8, 8, tone, "", 2),
        Text(x + _PAD + 16, y + 20.5, elided(card.title, 13, width - 3 * _PAD - 12, True), 13, colors.text, bold=True),
    ]
    for side, ports, anchor in (("in", card.inputs, "start"), ("out", card.outputs, "end")):
        for port in ports:
            at = card.place(side, port)
            color = colors.types.get(card.families.get((side, port), "any"), colors.types["any"])
            inward = _PAD if side == "in" else -_PAD
            label = elided(_words(port), 12, width / 2)
            shapes.append(Text(at[0] + inward, at[1] + 4, label, 12, colors.dim, "end" if anchor == "end" else "start"))
            shapes.append(Dot(*at, 5, color, colors.body))
    if card.note:
        note = elided(card.note, 11, width - 2 * _PAD)
        shapes.append(Text(x + _PAD, y + height - _BODY - 6, note, 11, colors.dim))
    return shapes


def link_shapes(link: Link, cards: Mapping[NodeId, Card], colors: Colors) -> list[Curve]:
    """Return the curve of a link; none where a node is not there."""
    source, target = cards.get(link.source.node), cards.get(link.target.node)
    if source is None or target is None:
        return []
    start, end = source.place("out", link.source.port), target.place("in", link.target.port)
    reach = end[0] - start[0]
    pull = min(max(32.0, reach * 0.5) if reach >= 0 else 48.0 - reach * 0.6, 220.0)
    color = colors.types.get(source.families.get(("out", link.source.port), "any"), colors.types["any"])
    return [Curve((start, (start[0] + pull, start[1]), (end[0] - pull, end[1]), end), color)]


def frame_shapes(frame: Frame, colors: Colors) -> list[Shape]:
    """Return the shapes of a frame."""
    x, y, width, height = frame.rect
    tone = frame.color or colors.dim
    return [
        Box(x, y, width, height, tone, "", 8, opacity=0.1),
        Box(x, y, width, height, "", tone, 8, opacity=0.6),
        Text(x + _PAD, y + 20, elided(frame.title, 13, width - 2 * _PAD, True), 13, colors.text, bold=True),
    ]


def _extent(cards: Mapping[NodeId, Card], frames: tuple[Frame, ...]) -> tuple[float, float, float, float]:
    boxes = [(*card.node.position, card.width, card.height) for card in cards.values()]
    boxes += [frame.rect for frame in frames]
    if not boxes:
        return 0.0, 0.0, _MIN_WIDTH, _TITLE_HEIGHT
    return (
        min(x for x, _, _, _ in boxes),
        min(y for _, y, _, _ in boxes),
        max(x + width for x, _, width, _ in boxes),
        max(y + height for _, y, _, height in boxes),
    )


def moved(shape: Shape, right: float, down: float) -> Shape:
    """Return a shape at another place."""
    match shape:
        case Box():
            return replace(shape, x=shape.x + right, y=shape.y + down)
        case Text(x, y, text, size, color, anchor, bold):
            return Text(x + right, y + down, text, size, color, anchor, bold)
        case Dot(x, y, radius, fill, stroke):
            return Dot(x + right, y + down, radius, fill, stroke)
        case Curve((a, b, c, d)):
            e, f, g, h = ((x + right, y + down) for x, y in (a, b, c, d))
            return replace(shape, points=(e, f, g, h))
