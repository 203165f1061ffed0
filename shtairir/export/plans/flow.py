"""The stages of a plan from left to right: boxes, and what they hand to each other.

Links that pass a column have a place of their own in it, so that they go round the boxes instead of through them; the
order in the columns is that of their neighbours' middles (Sugiyama, Tagawa, Toda 1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shtairir.export.picture import Box, Curve, Shape, Text, elided
from shtairir.export.plans.ink import BODY, SMALL, Ink, Part
from shtairir.planning.overview import Box as PlanBox
from shtairir.planning.overview import Overview
from shtairir.planning.words import duration_words

_BOX_WIDTH, _BOX_HEIGHT, _GAP = 152.0, 46.0, 14.0
_ALLEY = 44.0
_PASS = 8.0
_TITLE = 26.0
_SWEEPS = 6
_PAD = 10.0


@dataclass
class _Stop:
    """A box, or a place at which a link passes a column."""

    box: PlanBox | None
    before: list[_Stop]
    after: list[_Stop]
    rank: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        return _BOX_HEIGHT if self.box is not None else _PASS

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def flow_part(view: Overview, ink: Ink, is_timed: bool) -> Part:
    """Return the picture of the stages."""
    columns, ways = _stops(view)
    _arrange(columns)
    height = _place(columns)
    shapes: list[Shape] = []
    for number, column in enumerate(view.columns):
        shapes += _ground(number, column.title, height, ink)
    for link, way in ways.items():
        shapes += _link(way, link in view.critical, view.links[link], ink, view.is_grouped)
    for number, stops in enumerate(columns):
        for stop in stops:
            if stop.box is not None:
                shapes += _box(stop.box, _left(number), stop.y, ink, is_timed)
    width = len(columns) * (_BOX_WIDTH + _ALLEY) - _ALLEY
    return Part(tuple(shapes), max(width, 0.0) + 2 * _PAD, height)


def _left(column: int) -> float:
    return _PAD + column * (_BOX_WIDTH + _ALLEY)


def _stops(view: Overview) -> tuple[list[list[_Stop]], dict[tuple[int, int], list[tuple[int, _Stop]]]]:
    """Return the columns, and for each link the stops that it goes through, with their columns."""
    columns: list[list[_Stop]] = [[_Stop(box, [], []) for box in column.boxes] for column in view.columns]
    stop_of = {stop.box.number: stop for column in columns for stop in column if stop.box is not None}
    ways: dict[tuple[int, int], list[tuple[int, _Stop]]] = {}
    passing: dict[tuple[int, int], _Stop] = {}
    for one, other in sorted(view.links, key=lambda link: (link not in view.critical, link)):
        source, target = stop_of[one], stop_of[other]
        assert source.box is not None
        assert target.box is not None
        first, last = source.box.column, target.box.column
        if first >= last:  # within a column of several stages
            if not view.is_grouped or (one, other) in view.critical:
                ways[one, other] = [(first, source), (first, target)]
            continue
        way = [(first, source)]
        for column in range(first + 1, last):
            # All that one box hands over takes the same way as far as it can.
            stop = passing.get((one, column))
            if stop is None:
                stop = passing[one, column] = _Stop(None, [], [])
                columns[column].append(stop)
            way.append((column, stop))
        way.append((last, target))
        ways[one, other] = way
        for (_, here), (_, there) in pairwise(way):
            here.after.append(there)
            there.before.append(here)
    return columns, ways


def _arrange(columns: Sequence[list[_Stop]]) -> None:
    for column in columns:
        _number(column)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            for stop in column:
                near = stop.before if forward else stop.after
                if near:
                    stop.rank = sum(other.rank for other in near) / len(near)
            column.sort(key=lambda stop: stop.rank)
            _number(column)


def _number(column: Sequence[_Stop]) -> None:
    """Say where in its column each stop is, by its middle: columns of different length lie beside each other."""
    for place, stop in enumerate(column):
        stop.rank = place - (len(column) - 1) / 2


def _place(columns: Sequence[Sequence[_Stop]]) -> float:
    heights = [sum(stop.height + _GAP for stop in column) - _GAP for column in columns]
    highest = max(heights, default=0.0)
    for column, height in zip(columns, heights, strict=True):
        y = _TITLE + _PAD + (highest - height) / 2
        for stop in column:
            stop.y = y
            y += stop.height + _GAP
    return _TITLE + highest + 2 * _PAD


def _ground(number: int, title: str, height: float, ink: Ink) -> list[Shape]:
    left = _left(number)
    return [
        Box(left - _PAD, 0, _BOX_WIDTH + 2 * _PAD, height, ink.track, "", 8),
        Text(left + _BOX_WIDTH / 2, 18, title, SMALL, ink.colors.dim, "middle"),
    ]


def _link(way: Sequence[tuple[int, _Stop]], critical: bool, count: int, ink: Ink, is_grouped: bool) -> list[Shape]:
    color = ink.accent if critical else ink.colors.border if is_grouped else ink.colors.dim
    width = 3.0 if critical else min(1.2 + 0.15 * (count - 1), 3.0)
    shapes: list[Shape] = []
    for (one, here), (other, there) in pairwise(way):
        start = _left(one) + _BOX_WIDTH, here.middle
        if one == other:  # down the side of the column
            end, bulge = (start[0], there.middle), start[0] + 0.6 * _ALLEY
            shapes.append(Curve((start, (bulge, start[1]), (bulge, end[1]), end), color, width))
            continue
        end = _left(other), there.middle
        pull = (end[0] - start[0]) / 2
        shapes.append(Curve((start, (start[0] + pull, start[1]), (end[0] - pull, end[1]), end), color, width))
        if there.box is None:  # straight through the column
            far = end[0] + _BOX_WIDTH, end[1]
            shapes.append(Curve((end, end, far, far), color, width))
    return shapes


def _box(box: PlanBox, x: float, y: float, ink: Ink, is_timed: bool) -> list[Shape]:
    colors, tone = ink.colors, ink.tone(box.category)
    edge, line = (ink.accent, 2.0) if box.critical else (colors.border, 1.0)
    time = _time(box.elapsed_s, is_timed)
    room = _BOX_WIDTH - 2 * _PAD - 6
    tip = " · ".join(text for text in (box.label, box.detail, time) if text)
    shapes: list[Shape] = []
    if len(box.tasks) > 1:  # a pile of cards
        shapes.append(Box(x + 4, y + 4, _BOX_WIDTH, _BOX_HEIGHT, ink.card, colors.border, 6))
    shapes += [
        Box(x, y, _BOX_WIDTH, _BOX_HEIGHT, ink.card, edge, 6, line=line, tip=tip),
        Box(x + 1.5, y + 8, 4, _BOX_HEIGHT - 16, tone, "", 2),
        Text(x + _PAD + 4, y + 19, elided(box.label, BODY, room, True), BODY, colors.text, bold=True),
    ]
    below = " · ".join(text for text in (time, box.detail) if text)
    shapes.append(Text(x + _PAD + 4, y + 35, elided(below, SMALL, room), SMALL, colors.dim))
    return shapes


def _time(elapsed_s: float | None, is_timed: bool) -> str:
    return duration_words(elapsed_s) if elapsed_s is not None and is_timed else ""
