"""What differs between two graphs as a picture: the later one, with signs on what came and ghosts of what is gone.

A sign says what a colour says, for those who do not see it: + came, − is gone, ~ is another. The sentences stand below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from shtairir.block.registry import Registry
from shtairir.document.compared import Change, Compared, compared
from shtairir.document.differences import Difference, differences
from shtairir.document.snapshot import Snapshot
from shtairir.export.picture import (
    COLORS,
    Box,
    Card,
    Colors,
    Curve,
    Dot,
    Picture,
    Shape,
    Text,
    ThemeName,
    around,
    cards_of,
    elided,
    frame_shapes,
    link_shapes,
    node_shapes,
)
from shtairir.ids import NodeId

_TONES: Mapping[ThemeName, Mapping[Change, str]] = {
    "light": {"added": "#15803d", "removed": "#c1272d", "changed": "#a15c07", "looks": "#5d6673"},
    "dark": {"added": "#4ade80", "removed": "#f87171", "changed": "#fbbf24", "looks": "#9aa3af"},
}
_SIGNS: Mapping[Change, str] = {"added": "+", "removed": "−", "changed": "~", "looks": "·"}
_OUT = 5.0
_LINE, _PAD = 20.0, 32.0
_MOST_LINES = 40
_LEAST_WIDTH = 720.0


def difference_picture(before: Snapshot, after: Snapshot, registry: Registry, theme: ThemeName = "light") -> Picture:
    """Return the later graph, with what differs from the earlier one marked, and told below in words."""
    found = differences(before, after)
    between = compared(before, after, found)
    both = replace(after, nodes={**after.nodes, **between.gone})
    painter = _Painter(between, cards_of(both, registry), COLORS[theme], _TONES[theme])
    shapes = [*painter.shapes(after)]
    picture = around(after.name, shapes, painter.cards, after.header.frames, painter.colors)
    return _with_words(picture, found, painter)


class _Painter:
    def __init__(
        self, found: Compared, cards: Mapping[NodeId, Card], colors: Colors, tones: Mapping[Change, str]
    ) -> None:
        self.found = found
        self.cards = cards
        self.colors = colors
        self.tones = tones

    def shapes(self, after: Snapshot) -> Iterator[Shape]:
        """Yield all, from back to front."""
        for frame in after.header.frames:
            yield from frame_shapes(frame, self.colors)
        signs: list[Shape] = []
        for id in self.found.gone:  # behind what is there
            yield from self._ghost(self.cards[id])
        for target, link in after.links.items():
            for curve in link_shapes(link, self.cards, self.colors):
                if target in self.found.links:
                    yield Curve(curve.points, self.tones["added"], 8.0)
                    signs += self.sign("added", *_middle(curve))
                yield curve
        for link in self.found.unlinked:
            for curve in link_shapes(link, self.cards, self.colors):
                yield Curve(curve.points, self.tones["removed"], 2.0, dashed=True)
                signs += self.sign("removed", *_middle(curve))
        for id, card in self.cards.items():
            if id not in self.found.gone:
                yield from self._node(id, card)
        yield from signs

    def _ghost(self, card: Card) -> Iterator[Shape]:
        x, y = card.node.position
        tone = self.tones["removed"]
        yield from node_shapes(card, replace(self.colors, text=self.colors.dim))
        yield Box(x, y, card.width, card.height, self.colors.background, "", 8, opacity=0.6)
        yield Box(x, y, card.width, card.height, tone, "", 8, opacity=0.1)
        yield Box(x, y, card.width, card.height, "", tone, 8, line=2, dashed=True)
        yield from self.sign("removed", x, y)

    def _node(self, id: NodeId, card: Card) -> Iterator[Shape]:
        yield from node_shapes(card, self.colors)
        change = self.found.nodes.get(id)
        if change is not None and change != "looks":
            x, y = card.node.position
            size = card.width + 2 * _OUT, card.height + 2 * _OUT
            yield Box(x - _OUT, y - _OUT, *size, "", self.tones[change], 12, line=2.5)
            yield from self.sign(change, x - _OUT + 2, y - _OUT + 2)

    def sign(self, change: Change, x: float, y: float) -> list[Shape]:
        """Return the sign of a change."""
        tone = self.tones[change]
        ink = self.colors.background
        return [Dot(x, y, 10, tone, ink), Text(x, y + 5.5, _SIGNS[change], 16, ink, "middle", bold=True)]


def _middle(curve: Curve) -> tuple[float, float]:
    weights = (0.125, 0.375, 0.375, 0.125)
    x = sum(weight * point[0] for weight, point in zip(weights, curve.points, strict=True))
    return x, sum(weight * point[1] for weight, point in zip(weights, curve.points, strict=True))


def _with_words(picture: Picture, found: Sequence[Difference], painter: _Painter) -> Picture:
    """Return a picture with the differences in words below it."""
    matter = [one for one in found if one.matters]
    looks = len(found) - len(matter)
    width = max(picture.width, _LEAST_WIDTH)
    y = picture.height + 8
    shapes = list(picture.shapes)
    head = "No difference" if not found else "1 difference" if len(found) == 1 else f"{len(found)} differences"
    more = f", {looks} of them in the looks" if looks and matter else ", only in the looks" if looks else ""
    shapes.append(Text(_PAD, y, head + more, 15, painter.colors.text, bold=True))
    for one in matter[:_MOST_LINES]:
        y += _LINE
        change: Change = one.kind if one.kind in ("added", "removed") else "changed"
        line = elided(f"{one.place}  {one.sentence}", 13, width - 2 * _PAD - 24)
        shapes.append(Text(_PAD + 6, y, _SIGNS[change], 14, painter.tones[change], "middle", bold=True))
        shapes.append(Text(_PAD + 24, y, line, 13, painter.colors.text))
    if len(matter) > _MOST_LINES:
        y += _LINE
        shapes.append(Text(_PAD + 24, y, f"and {len(matter) - _MOST_LINES} more", 13, painter.colors.dim))
    return Picture(picture.title, width, y + _PAD, picture.background, tuple(shapes))
