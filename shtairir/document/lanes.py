"""Which links of a layout would be hidden behind nodes, and the dots that lead them through the room between these.

A lane is the room that the bends of a link kept free in the layers it passes. Where a lane goes on at the same height,
one dot at its beginning and one at its end are enough.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from shtairir.document.model import Point

_STEPS = 32
_CLEAR = 4.0
_LEVEL = 1.0
_TURNS_AT_MOST = 4
"""A link that would have to change its height more often is easier to follow straight on."""


@dataclass(frozen=True, slots=True)
class Column:
    """A layer where it was placed: from where to where it reaches, and from where to where each node in it does."""

    left: float
    right: float
    nodes: Sequence[tuple[float, float]]

    def holds(self, y: float) -> bool:
        """Whether there is a node at a height."""
        return any(top - _CLEAR <= y <= bottom + _CLEAR for top, bottom in self.nodes)


def is_hidden(start: Point, end: Point, columns: Sequence[Column]) -> bool:
    """Whether the curve from an output to an input runs behind nodes of the columns between them."""
    lefts = [column.left for column in columns]
    for x, y in _curve(start, end):
        index = bisect_right(lefts, x) - 1
        if index >= 0 and x <= columns[index].right and columns[index].holds(y):
            return True
    return False


def lane(bends: Sequence[tuple[Column, float]]) -> tuple[Point, ...]:
    """Return the dots that lead a link along its bends; none where there would have to be too many.

    Parameters
    ----------
    bends
        The column of each, and how high it is there.
    """
    runs: list[_Run] = []
    for column, y in bends:
        run = _Run([column], y)
        together = runs[-1].joined(run) if runs else None
        if together is not None:
            runs[-1] = together
        else:
            runs.append(run)
    if len(runs) > _TURNS_AT_MOST:
        return ()
    return tuple((x, run.y) for run in runs for x in (run.columns[0].left, run.columns[-1].right))


@dataclass(frozen=True, slots=True)
class _Run:
    """Columns that a link passes at one height."""

    columns: list[Column]
    y: float

    def joined(self, after: _Run) -> _Run | None:
        """Return both as one, at the height of either, if there is room for that; `None` if there is not."""
        columns = [*self.columns, *after.columns]
        for y in (self.y, after.y):
            if abs(self.y - after.y) < _LEVEL or not any(column.holds(y) for column in columns):
                return _Run(columns, y)
        return None


def _curve(start: Point, end: Point) -> list[Point]:
    """Places on the curve as the canvas draws it."""
    reach = end[0] - start[0]
    pull = min(max(32.0, reach * 0.5), 220.0)
    points = (start, (start[0] + pull, start[1]), (end[0] - pull, end[1]), end)
    places = []
    for step in range(1, _STEPS):
        t = step / _STEPS
        shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x = sum(share * point[0] for share, point in zip(shares, points, strict=True))
        places.append((x, sum(share * point[1] for share, point in zip(shares, points, strict=True))))
    return places
