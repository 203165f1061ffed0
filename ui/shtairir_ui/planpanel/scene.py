"""What a chart shows of a course: a bar for each task in the row of its worker, and below a block for all that is held.

Pure values. Bars and blocks are walked through alike: the rows of the workers come first, memory is the last.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from shtairir.ids import NodeId
from shtairir.planning.packing import offsets, top_bytes
from shtairir.planning.schedule import Holding, Schedule, Span

Item: TypeAlias = Span | Holding


@dataclass(frozen=True, slots=True)
class Block:
    """Memory that is held, and how far from the ground it is drawn, in bytes."""

    holding: Holding
    place: int


@dataclass(frozen=True, slots=True)
class CourseScene:
    """All that a chart shows.

    Attributes
    ----------
    rows
        The tasks of each worker, in the order of time.
    blocks
        What is held, in the order in which it is taken.
    ceiling_bytes
        How high the memory reaches.
    categories
        Of nodes, by path.
    """

    course: Schedule = field(default_factory=Schedule)
    rows: tuple[tuple[Span, ...], ...] = ()
    blocks: tuple[Block, ...] = ()
    ceiling_bytes: int = 1
    categories: Mapping[NodeId, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to walk through."""
        return not (self.course.spans or self.blocks)

    def category(self, node: NodeId) -> str:
        """Return the category of a node's block."""
        return self.categories.get(node, "")

    def span_at(self, row: int, at_s: float, slack_s: float) -> Span | None:
        """Return the task at a moment; a very short one is found within the slack around it."""
        spans = self.rows[row]
        place = bisect_right(spans, at_s + slack_s, key=lambda span: span.from_s)
        near = None
        for span in reversed(spans[max(place - 3, 0) : place]):
            if span.from_s <= at_s <= span.to_s:
                return span
            if near is None and at_s - slack_s <= span.to_s:
                near = span
        return near

    def block_at(self, at_s: float, height_bytes: float) -> Block | None:
        """Return what is held at a moment and drawn at a height."""
        return next(
            (
                block
                for block in self.blocks
                if block.holding.from_s <= at_s <= block.holding.to_s
                and block.place <= height_bytes <= block.place + block.holding.nbytes
            ),
            None,
        )

    def held_at(self, at_s: float) -> int:
        """Return how much is held at a moment."""
        return sum(block.holding.nbytes for block in self.blocks if block.holding.from_s <= at_s < block.holding.to_s)

    # --- walking ----------------------------------------------------------------------------------------------

    @property
    def _lines(self) -> list[Sequence[Item]]:
        return [*self.rows, tuple(block.holding for block in self.blocks)]

    def first(self) -> Item | None:
        """Return what begins first."""
        return next((item for line in self._lines for item in line), None)

    def line_of(self, item: Item) -> int:
        """Return the row that something is in; that of the memory is the last."""
        return item.worker if isinstance(item, Span) else len(self.rows)

    def beside(self, item: Item, step: int) -> Item:
        """Return the next one of the same row, or the one before; itself at the end."""
        line = self._lines[self.line_of(item)]
        return line[min(max(line.index(item) + step, 0), len(line) - 1)]

    def across(self, item: Item, step: int) -> Item:
        """Return what is nearest in time in the next row that has anything; itself when there is none."""
        lines, middle_s = self._lines, (item.from_s + item.to_s) / 2
        number = self.line_of(item) + step
        while 0 <= number < len(lines):
            if lines[number]:
                return min(lines[number], key=lambda other: max(other.from_s - middle_s, middle_s - other.to_s))
            number += step
        return item

    def of(self, node: NodeId | str) -> Span | None:
        """Return the task that does a node's work."""
        return next((span for span in self.course.spans if span.node == node), None)


def scene_of(course: Schedule, categories: Mapping[NodeId, str]) -> CourseScene:
    """Return what there is to show of a course. Called on a worker: to pack much memory takes a while."""
    rows: list[list[Span]] = [[] for _ in range(course.workers)]
    for span in course.spans:
        rows[span.worker].append(span)
    places = offsets(course.holdings)
    ceiling = max(top_bytes(course.holdings, places), course.peak_bytes or 0, 1)
    blocks = tuple(Block(holding, place) for holding, place in zip(course.holdings, places, strict=True))
    return CourseScene(course, tuple(map(tuple, rows)), blocks, ceiling, categories)
