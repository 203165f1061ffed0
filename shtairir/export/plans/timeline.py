"""The course of a plan, or of a run: a row for each worker, and below it the memory, on one axis of time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from shtairir.export.picture import Box, Shape, Text, elided, text_width
from shtairir.export.plans.ink import SMALL, Ink, Part, line
from shtairir.ids import NodeId
from shtairir.memory.sizes import in_words
from shtairir.planning.packing import offsets, top_bytes
from shtairir.planning.schedule import Holding, Schedule, Span
from shtairir.planning.words import duration_words

GUTTER = 84.0
_ROW, _ROW_GAP = 26.0, 4.0
_MOST_ROWS = 24
_RULER = 24.0
_MEMORY = 132.0
_GAP = 20.0
_TICKS_APART = 110.0
_LEAST_NAMED = 34.0
_LEAST_BAR = 0.75
_LEAST_HIGH = 1.5


def timeline_part(
    course: Schedule, category_of: Callable[[NodeId], str], ink: Ink, width: float, beside: Schedule | None = None
) -> Part:
    """Return the picture of a course.

    Parameters
    ----------
    beside
        Another course that it is to be compared with: both are drawn to one scale.
    """
    painter = _Timeline(course, category_of, ink, width, beside)
    return Part(tuple(painter.shapes()), width, painter.height)


class _Timeline:
    def __init__(
        self,
        course: Schedule,
        category_of: Callable[[NodeId], str],
        ink: Ink,
        width: float,
        beside: Schedule | None,
    ) -> None:
        self._course = course
        self._category_of = category_of
        self._ink = ink
        self._width = width
        both = [course] if beside is None or beside.is_timed != course.is_timed else [course, beside]
        self._whole_s = max(1e-9, *(each.elapsed_s for each in both))
        self._places = offsets(course.holdings)
        self._ceiling = max(1, *(_height(each) for each in both))
        self._rows = min(max(course.workers, 1), _MOST_ROWS)
        self._bottom = _RULER + self._rows * (_ROW + _ROW_GAP)

    @property
    def height(self) -> float:
        return self._bottom + (_GAP + _MEMORY if self._course.holdings else 0.0)

    def shapes(self) -> Iterator[Shape]:
        yield from self._ruler()
        for worker in range(self._rows):
            yield from self._row(worker)
        if self._course.holdings:
            yield from self._memory()

    def _x(self, at_s: float) -> float:
        return GUTTER + at_s / self._whole_s * (self._width - GUTTER)

    def _ruler(self) -> Iterator[Shape]:
        colors = self._ink.colors
        step_s = _round_up(self._whole_s * _TICKS_APART / (self._width - GUTTER))
        for number in range(math.floor(self._whole_s / step_s + 1e-9) + 1):
            at_s = number * step_s
            x = self._x(at_s)
            label = (duration_words(at_s) if number else "0") if self._course.is_timed else f"{at_s:g}"
            half = text_width(label, SMALL) / 2
            yield line(x, _RULER - 6, 1, self.height - _RULER + 6, colors.border)
            yield Text(min(max(x, GUTTER + half), self._width - half), 12, label, SMALL, colors.dim, "middle")

    # --- workers ----------------------------------------------------------------------------------------------

    def _row(self, worker: int) -> Iterator[Shape]:
        top = _RULER + worker * (_ROW + _ROW_GAP)
        colors = self._ink.colors
        yield Box(GUTTER, top, self._width - GUTTER, _ROW, self._ink.track, "", 4, opacity=0.85)
        is_last = worker == self._rows - 1 and self._course.workers > self._rows
        name = f"{self._course.workers - worker} more" if is_last else f"worker {worker + 1}"
        yield Text(0, top + 17, name, SMALL, colors.dim)
        painted = -1.0
        for span in self._course.spans:
            if span.worker != worker and not (is_last and span.worker > worker):
                continue
            left, right = self._x(span.from_s), self._x(span.to_s)
            if right <= painted and right - left < _LEAST_BAR:
                continue  # on what is painted already
            painted = max(right, left + _LEAST_BAR)
            yield from self._bar(span, left, max(right - left, _LEAST_BAR), top)

    def _bar(self, span: Span, left: float, width: float, top: float) -> Iterator[Shape]:
        ink, tone = self._ink, self._ink.tone(self._category_of(span.node))
        time = duration_words(span.elapsed_s) if self._course.is_timed and span.is_known else "time not known"
        end = " · did not end well" if span.is_bad else ""
        tip = f"{span.label} · {time}{' · critical path' if span.critical else ''}{end}"
        radius = 3.0 if width > 8 else 0.0
        yield Box(left, top, width, _ROW, ink.card, "", radius)
        yield Box(left, top, width, _ROW, tone, "", radius, opacity=0.3 if span.is_known else 0.14, tip=tip)
        if width >= 3:
            edge, thick = (ink.bad, 2.0) if span.is_bad else (ink.accent, 2.0) if span.critical else (tone, 1.0)
            half = thick / 2
            yield Box(left + half, top + half, width - thick, _ROW - thick, "", edge, radius, line=thick)
        if width >= _LEAST_NAMED:
            label = elided(span.label, SMALL, width - 12)
            if len(label) > 1:
                yield Text(left + 6, top + 17, label, SMALL, ink.colors.text)

    # --- memory -----------------------------------------------------------------------------------------------

    def _memory(self) -> Iterator[Shape]:
        course, ink = self._course, self._ink
        top = self._bottom + _GAP
        scale = (_MEMORY - 4) / self._ceiling
        yield Box(GUTTER, top, self._width - GUTTER, _MEMORY, ink.track, "", 4, opacity=0.85)
        yield Text(0, top + 12, "memory", SMALL, ink.colors.dim)
        yield Text(0, top + 27, in_words(self._ceiling), SMALL, ink.colors.dim)
        for holding, place in zip(course.holdings, self._places, strict=True):
            height = holding.nbytes * scale
            left, width = self._x(holding.from_s), self._x(holding.to_s) - self._x(holding.from_s)
            if height < _LEAST_HIGH or width < _LEAST_BAR:
                continue
            bottom = top + _MEMORY - 2 - place * scale
            yield from self._holding(holding, Box(left, bottom - height, width, height, ""))
        if course.peak_bytes is not None and course.peak_at_s is not None:
            yield from self._peak(course.peak_bytes, course.peak_at_s, top)

    def _holding(self, holding: Holding, place: Box) -> Iterator[Shape]:
        ink = self._ink
        tone = ink.tone(self._category_of(holding.owner))
        kind = " · buffer of the pool" if holding.is_pooled else ""
        end = f"released by {holding.released_by}" if holding.released_by is not None else "kept to the end"
        tip = f"{holding.name} · {in_words(holding.nbytes)}{kind} · {end}"
        opacity = 0.4 if holding.is_pooled else 0.14 if holding.port is None else 0.24
        yield Box(place.x, place.y, place.width, place.height, ink.card)
        yield Box(place.x, place.y, place.width, place.height, tone, "", 0, opacity=opacity, tip=tip)
        inner = max(place.width - 1, 0.5), max(place.height - 1, 0.5)
        yield Box(place.x + 0.5, place.y + 0.5, *inner, "", tone, 0, opacity=0.75)
        if place.height >= 13 and place.width >= _LEAST_NAMED:
            label = elided(f"{holding.name}  {in_words(holding.nbytes)}", SMALL - 1, place.width - 10)
            if len(label) > 2:
                yield Text(place.x + 5, place.y + place.height / 2 + 4, label, SMALL - 1, ink.colors.text)

    def _peak(self, peak_bytes: int, at_s: float, top: float) -> Iterator[Shape]:
        label = f"peak {in_words(peak_bytes)}"
        width = text_width(label, SMALL, bold=True) + 12
        x = self._x(at_s)
        left = x if x + width < self._width else x - width
        yield line(x, top - 10, 1.5, _MEMORY + 10, self._ink.colors.text)
        yield Text(left + 6, top - 1, label, SMALL, self._ink.colors.text, bold=True)


def _height(course: Schedule) -> int:
    return max(top_bytes(course.holdings, offsets(course.holdings)), course.peak_bytes or 0)


def legend(ink: Ink, width: float, categories: Mapping[str, str], has_memory: bool) -> Part:
    """Return what the colours mean, in one line: the categories, the critical path, kinds of memory."""
    shapes: list[Shape] = []
    x = GUTTER
    entries: list[tuple[str, str, str]] = [("critical path", "", ink.accent)]
    entries += [(name, tone, tone) for name, tone in categories.items()]
    for words, fill, edge in entries:
        needed = 16 + text_width(words, SMALL) + 18
        if x + needed > width:
            break
        shapes.append(Box(x + 0.5, 3.5, 10, 10, fill, edge, 2, opacity=0.55 if fill else 1.0, line=1 if fill else 2))
        shapes.append(Text(x + 16, 12.5, words, SMALL, ink.colors.dim))
        x += needed
    note = "pooled buffers are darker, what a node needs at work is lighter" if has_memory else ""
    if note and x + text_width(note, SMALL) < width:
        shapes.append(Text(width, 12.5, note, SMALL, ink.colors.dim, "end"))
    return Part(tuple(shapes), width, 18)


def _round_up(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= least * (1 - 1e-9))
