"""Where nodes go so that a graph reads from left to right: layers, few crossings, straight links, no overlaps.

The way is that of Sugiyama, Tagawa and Toda, *Methods for visual understanding of hierarchical system structures*
(1981):

1. Links that close a ring are left out.
2. Each node is put into a *layer*, to the right of all that feed it and no farther from what it feeds than it must be.
3. A link that passes layers gets a *bend* in each of them, so that it keeps its distance from nodes. Links that pass
   many get none: links are drawn as one curve, and the bends would cost more than all the nodes.
4. The order in each layer is improved in turns: each node goes to the middle of its neighbours in the layer before,
   then in the one behind; the order with the fewest crossings is kept. Small graphs are improved further by exchanging
   neighbours (Gansner, Koutsofios, North and Vo, *A technique for drawing directed graphs*, 1993).
5. Heights follow from the order: each node is drawn to where its links would be level, as near as those above and below
   let it. For one layer that is a least-squares problem with an order, which pooling of adjacent violators solves
   exactly (Best and Chakravarti, 1990).

6. A link that would be hidden behind nodes is led over dots instead, along the room that its bends kept free.

Parts of a graph that have nothing to do with each other are put on shelves. The result depends on nothing but the
arguments.

State of a drawing, while it is made: *vertices* are numbers, first those of the nodes, then those of bends. A *wire*
joins vertices of neighbouring layers and knows at which height of either it ends, for the order of ports counts too.
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, TypeVar

from shtairir.document.lanes import Column, is_hidden, lane
from shtairir.document.layering import forward_links, layers_of, parts_of
from shtairir.document.model import Point

_Id = TypeVar("_Id", bound="str | int")

GAP_X, GAP_Y = 72.0, 28.0
_BEND_GAP = 12.0
_LONGEST, _BENDS_PER_NODE = 10, 2
"""A link that passes more layers gets no bends, nor does any once there are so many."""
_SMALL = 600
"""With so few vertices the order is improved longer, and by exchanging neighbours."""
_TURNS, _TURNS_SMALL, _PULLS = 6, 16, 6
_PROPORTION = 1.6
"""Width by height that parts on shelves come near to."""


@dataclass(frozen=True, slots=True)
class Box:
    """How large a node is, and at which height from its top its ports are.

    Attributes
    ----------
    inputs, outputs
        By the names of the ports; what is not named is half way down.
    """

    width: float
    height: float
    inputs: Mapping[str, float] = field(default_factory=dict)
    outputs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout(Generic[_Id]):
    """Where everything goes.

    Attributes
    ----------
    places
        The upper left corner of each node.
    lanes
        The dots that links from one node to another are led over, where they would be hidden otherwise.
    """

    places: dict[_Id, Point]
    lanes: dict[tuple[_Id, _Id], tuple[Point, ...]]


def arranged(
    boxes: Mapping[_Id, Box],
    links: Iterable[tuple[_Id, str, _Id, str]],
    *,
    gap_x: float = GAP_X,
    gap_y: float = GAP_Y,
) -> dict[_Id, Point]:
    """Return a place for the upper left corner of each node; the upper left corner of all is at ``(0, 0)``.

    Parameters
    ----------
    boxes
        How large the nodes are, in scene units.
    links
        From an output of a node to an input of another; links of nodes that have no box are left out.

    Examples
    --------
    >>> arranged({"a": Box(100, 50), "b": Box(100, 50)}, [("a", "out", "b", "x")])
    {'a': (0.0, 0.0), 'b': (172.0, 0.0)}
    """
    return laid_out(boxes, links, gap_x=gap_x, gap_y=gap_y).places


def laid_out(
    boxes: Mapping[_Id, Box],
    links: Iterable[tuple[_Id, str, _Id, str]],
    *,
    gap_x: float = GAP_X,
    gap_y: float = GAP_Y,
) -> Layout[_Id]:
    """Return the places of the nodes, see `arranged`, and the dots of links."""
    names = list(boxes)
    numbers = {name: number for number, name in enumerate(names)}
    sizes = list(boxes.values())
    wires: dict[tuple[int, int], tuple[float, float]] = {}
    for source, output, target, entry in links:
        a, b = numbers.get(source), numbers.get(target)
        if a is not None and b is not None and a != b:
            leaves = sizes[a].outputs.get(output, sizes[a].height / 2)
            wires.setdefault((a, b), (leaves, sizes[b].inputs.get(entry, sizes[b].height / 2)))
    places: dict[int, Point] = {}
    lanes: dict[tuple[_Id, _Id], tuple[Point, ...]] = {}
    drawn, led = [], []
    for part in parts_of(len(names), wires):
        drawing = _Drawing(part.nodes, {pair: wires[pair] for pair in sorted(part.links)}, sizes, gap_x, gap_y)
        drawn.append(drawing.places())
        led.append(drawing.lanes())
    for found, (left, top) in zip(
        drawn, _shelved([_extent(found, sizes) for found in drawn], gap_x, gap_y), strict=True
    ):
        places.update({number: (x + left, y + top) for number, (x, y) in found.items()})
        for (a, b), dots in led.pop(0).items():
            lanes[names[a], names[b]] = tuple((x + left, y + top) for x, y in dots)
    return Layout({name: places[number] for number, name in enumerate(names)}, lanes)


def _extent(places: Mapping[int, tuple[float, float]], sizes: Sequence[Box]) -> tuple[float, float]:
    right = max(x + sizes[number].width for number, (x, _) in places.items())
    return right, max(y + sizes[number].height for number, (_, y) in places.items())


def _shelved(extents: Sequence[tuple[float, float]], gap_x: float, gap_y: float) -> list[tuple[float, float]]:
    """Return where each part goes, row by row, so that the whole is about as wide as a screen."""
    area = sum((width + gap_x) * (height + 2 * gap_y) for width, height in extents)
    room = max([math.sqrt(area * _PROPORTION), *(width for width, _ in extents)], default=0.0)
    corners, x, y, tallest = [], 0.0, 0.0, 0.0
    for width, height in extents:
        if x and x + width > room:
            x, y, tallest = 0.0, y + tallest + 2 * gap_y, 0.0
        corners.append((x, y))
        x += width + gap_x
        tallest = max(tallest, height)
    return corners


class _Drawing:
    """One part of a graph, on its way to its places."""

    def __init__(
        self,
        nodes: Sequence[int],
        wires: Mapping[tuple[int, int], tuple[float, float]],
        sizes: Sequence[Box],
        gap_x: float,
        gap_y: float,
    ) -> None:
        self._gap_x, self._gap_y = gap_x, gap_y
        self._nodes, self._own = nodes, {node: number for number, node in enumerate(nodes)}
        self._sizes = [sizes[node] for node in nodes]
        own = self._own
        pairs = {(own[a], own[b]): ends for (a, b), ends in wires.items()}
        forward = forward_links(len(nodes), pairs)
        self._layer = layers_of(len(nodes), forward)
        self._heights = [box.height for box in self._sizes]
        self._before: list[list[tuple[int, float, float]]] = [[] for _ in nodes]
        self._after: list[list[tuple[int, float, float]]] = [[] for _ in nodes]
        self._far: list[tuple[int, int, float, float]] = []
        self._chains: dict[tuple[int, int], tuple[list[int], float, float]] = {}
        self._columns: list[Column] = []
        self._place: list[float] = []
        self._rows: list[list[int]] = [[] for _ in range(max(self._layer) + 1)]
        for node, layer in enumerate(self._layer):
            self._rows[layer].append(node)
        self._connect({pair: pairs[pair] for pair in forward})
        self._at = [0] * len(self._heights)
        self._left: list[list[tuple[int, float]]] = []
        self._right: list[list[tuple[int, float]]] = []
        for row in self._rows:
            self._number(row)

    def places(self) -> dict[int, Point]:
        """Return the place of each node."""
        self._order()
        tops = self._tops()
        highest = min(tops[: len(self._sizes)])
        self._place = [top - highest for top in tops]
        x, sizes = 0.0, self._sizes
        for row in self._rows:
            nodes = [node for node in row if node < len(sizes)]
            right = x + max([sizes[node].width for node in nodes], default=0.0)
            spans = [(self._place[node], self._place[node] + sizes[node].height) for node in nodes]
            self._columns.append(Column(x, right, spans))
            x = right + self._gap_x if nodes else x
        return {
            node: (self._columns[self._layer[number]].left, self._place[number]) for node, number in self._own.items()
        }

    def lanes(self) -> dict[tuple[int, int], tuple[Point, ...]]:
        """Return the dots of links that would be hidden, once the nodes have their places; large graphs have none."""
        if len(self._heights) > _SMALL:
            return {}
        columns, place, found = self._columns, self._place, {}
        for (a, b), (bends, leaves, enters) in self._chains.items():
            first, last = self._layer[a], self._layer[b]
            start = (columns[first].left + self._sizes[a].width, place[a] + leaves)
            end = (columns[last].left, place[b] + enters)
            if is_hidden(start, end, columns[first + 1 : last]):
                dots = lane([(columns[first + 1 + step], place[bend]) for step, bend in enumerate(bends)])
                if dots:
                    found[self._nodes[a], self._nodes[b]] = dots
        return found

    def _connect(self, wires: Mapping[tuple[int, int], tuple[float, float]]) -> None:
        """Link the nodes, over bends in the layers between them; the short links first."""
        left = _BENDS_PER_NODE * len(self._nodes)
        layer = self._layer
        for (a, b), (leaves, enters) in sorted(wires.items(), key=lambda wire: layer[wire[0][1]] - layer[wire[0][0]]):
            passed = layer[b] - layer[a] - 1
            if passed > _LONGEST or passed > left:
                self._far.append((a, b, leaves, enters))
                continue
            left -= passed
            before, out = a, leaves
            bends = [self._bend(row) for row in range(layer[a] + 1, layer[b])]
            for bend in bends:
                self._join(before, bend, out, 0.0)
                before, out = bend, 0.0
            self._join(before, b, out, enters)
            if bends:
                self._chains[a, b] = (bends, leaves, enters)

    def _bend(self, row: int) -> int:
        self._heights.append(0.0)
        self._before.append([])
        self._after.append([])
        self._rows[row].append(len(self._heights) - 1)
        return len(self._heights) - 1

    def _join(self, a: int, b: int, leaves: float, enters: float) -> None:
        self._after[a].append((b, leaves, enters))
        self._before[b].append((a, enters, leaves))

    def _number(self, row: Sequence[int]) -> None:
        for place, vertex in enumerate(row):
            self._at[vertex] = place

    # --- order ------------------------------------------------------------------------------------------------

    def _order(self) -> None:
        """Take the order with the fewest crossings; small graphs begin in several ways."""
        small = len(self._heights) <= _SMALL
        self._left, self._right = self._shares(self._before), self._shares(self._after)
        best, fewest = self._rows, math.inf
        for begin in (self._walked(), self._rows) if small else (self._walked(),):
            rows, crossings = self._improved([list(row) for row in begin], _TURNS_SMALL if small else _TURNS)
            if crossings < fewest:
                best, fewest = rows, crossings
        self._rows = best

    def _walked(self) -> list[list[int]]:
        """The rows in the order in which one comes by when going from neighbour to neighbour, depth first.

        One begins at an end: from the middle, what lies to either side of it would be mixed.
        """
        rows: list[list[int]] = [[] for _ in self._rows]
        row_of = [0] * len(self._heights)
        for number, row in enumerate(self._rows):
            for vertex in row:
                row_of[vertex] = number
        near = [sorted([*self._before[v], *self._after[v]], key=_here) for v in range(len(self._heights))]
        seen = [False] * len(near)
        way = [vertex for row in reversed(self._rows) for vertex in reversed(row)]
        way.append(_farthest(_farthest(0, near), near))
        while way:
            vertex = way.pop()
            if not seen[vertex]:
                seen[vertex] = True
                rows[row_of[vertex]].append(vertex)
                way.extend([end[0] for end in reversed(near[vertex]) if not seen[end[0]]])
        return rows

    def _improved(self, rows: list[list[int]], turns: int) -> tuple[list[list[int]], int]:
        """Sweep over the rows as long as it helps; return the best order with its crossings."""
        small = turns == _TURNS_SMALL
        self._rows = rows
        for row in rows:
            self._number(row)
        best, fewest, since = [list(row) for row in rows], self._crossings(), 0
        for turn in range(turns):
            if not fewest or since == (4 if small else 2):
                break
            self._sweep(forwards=turn % 2 == 0)
            if small:
                self._exchange()
            crossings = self._crossings()
            since += 1
            if crossings < fewest:
                best, fewest, since = [list(row) for row in rows], crossings, 0
        return best, fewest

    def _sweep(self, *, forwards: bool) -> None:
        """Sort each layer by where its neighbours in the one that was sorted before it are."""
        rows = self._rows[1:] if forwards else self._rows[-2::-1]
        shares = self._left if forwards else self._right
        at = self._at
        for row in rows:
            wishes = {}
            for vertex in row:
                ends = shares[vertex]
                if not ends:
                    wishes[vertex] = float(at[vertex])
                elif len(ends) == 1:
                    wishes[vertex] = at[ends[0][0]] + ends[0][1]
                else:
                    wishes[vertex] = sum([at[other] + share for other, share in ends]) / len(ends)
            row.sort(key=wishes.__getitem__)
            self._number(row)

    def _shares(self, wires: Sequence[Sequence[tuple[int, float, float]]]) -> list[list[tuple[int, float]]]:
        """The other ends of wires, and how far down the other vertex they are, from 0 to 0.9."""
        heights = self._heights
        return [
            [(other, 0.9 * there / heights[other] if heights[other] else 0.5) for other, _, there in ends]
            for ends in wires
        ]

    def _exchange(self) -> None:
        """Exchange neighbours in a layer wherever that takes crossings away."""
        before, after = self._left, self._right
        for row in self._rows:
            for place in range(len(row) - 1):
                upper, lower = row[place], row[place + 1]
                if self._gain(before, upper, lower) + self._gain(after, upper, lower) > 0:
                    row[place], row[place + 1] = lower, upper
                    self._at[lower], self._at[upper] = place, place + 1

    def _gain(self, shares: Sequence[Sequence[tuple[int, float]]], upper: int, lower: int) -> int:
        at = self._at
        gain = 0
        for other, share in shares[upper]:
            height = at[other] + share
            for another, its in shares[lower]:
                there = at[another] + its
                gain += (height > there) - (height < there)
        return gain

    def _crossings(self) -> int:
        """Return how many wires cross, layer by layer, in n log n (Barth, Jünger and Mutzel, 2002)."""
        count, at, shares = 0, self._at, self._right
        for row in self._rows:
            seen: list[float] = []
            for vertex in row:
                ends = sorted([at[other] + share for other, share in shares[vertex]])
                if seen and ends and ends[0] < seen[-1]:
                    count += sum([len(seen) - bisect_right(seen, end) for end in ends])
                for end in ends:
                    insort(seen, end)
        return count

    # --- heights ----------------------------------------------------------------------------------------------

    def _tops(self) -> list[float]:
        """Return how high each vertex goes."""
        heights, tops = self._heights, [0.0] * len(self._heights)
        offsets = []
        for row in self._rows:
            way, y = [0.0], 0.0
            for above, below in pairwise(row):
                y += heights[above] + (self._gap_y if heights[above] and heights[below] else _BEND_GAP)
                way.append(y)
            offsets.append(way)
            for vertex, place in zip(row, way, strict=True):
                tops[vertex] = place - y / 2
        before, after = self._pulls()
        for turn in range(_PULLS):
            forwards, last = turn % 2 == 0, turn >= _PULLS - 2
            rows = range(len(self._rows)) if forwards else range(len(self._rows) - 1, -1, -1)
            near, others = (before, after) if forwards else (after, before)
            for level in rows:
                _pull(self._rows[level], offsets[level], tops, near, None if last else others)
        return tops

    def _pulls(self) -> tuple[list[list[tuple[int, float]]], list[list[tuple[int, float]]]]:
        """What draws each vertex to the left and to the right: the other vertex, and the difference that is level."""
        before = [[(other, there - here) for other, here, there in ends] for ends in self._before]
        after = [[(other, there - here) for other, here, there in ends] for ends in self._after]
        for a, b, leaves, enters in self._far:
            after[a].append((b, enters - leaves))
            before[b].append((a, leaves - enters))
        return before, after


def _here(end: tuple[int, float, float]) -> float:
    """How far down a vertex one of its wires ends."""
    return end[1]


def _farthest(start: int, near: Sequence[Sequence[tuple[int, float, float]]]) -> int:
    """The vertex that takes the most steps to reach, the last of them."""
    seen = [False] * len(near)
    seen[start] = True
    way = [start]
    for vertex in way:
        for other, _, _ in near[vertex]:
            if not seen[other]:
                seen[other] = True
                way.append(other)
    return way[-1]


def _pull(
    row: Sequence[int],
    offsets: Sequence[float],
    tops: list[float],
    near: Sequence[Sequence[tuple[int, float]]],
    others: Sequence[Sequence[tuple[int, float]]] | None,
) -> None:
    """Draw the vertices of a layer to where their wires are level, in their order and with their distances.

    Who has nothing on this side goes by the other one, or, if that shall not count, stays.
    """
    wishes = []
    for vertex, offset in zip(row, offsets, strict=True):
        ends = near[vertex] or (others[vertex] if others is not None else ())
        if not ends:
            wish = tops[vertex]
        elif len(ends) == 1:
            wish = tops[ends[0][0]] + ends[0][1]
        else:
            wish = sum([tops[other] + level for other, level in ends]) / len(ends)
        wishes.append(wish - offset)
    for vertex, y, offset in zip(row, nondecreasing(wishes), offsets, strict=True):
        tops[vertex] = y + offset


def nondecreasing(wishes: Sequence[float]) -> list[float]:
    """Return the row of numbers nearest to these, by least squares, that never falls.

    Examples
    --------
    >>> nondecreasing([1.0, 3.0, 2.0, 4.0])
    [1.0, 2.5, 2.5, 4.0]
    """
    totals: list[float] = []
    counts: list[int] = []
    for wish in wishes:
        total, count = wish, 1
        while totals and totals[-1] * count > total * counts[-1]:
            total += totals.pop()
            count += counts.pop()
        totals.append(total)
        counts.append(count)
    return [total / count for total, count in zip(totals, counts, strict=True) for _ in range(count)]
