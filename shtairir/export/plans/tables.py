"""The tables of a plan's document: the time of each stage, and what each level changes and why."""

from __future__ import annotations

from collections.abc import Sequence

from shtairir.export.picture import Box, Shape, Text, elided, moved, text_width
from shtairir.export.plans.ink import BODY, SMALL, Ink, Part, line, wrapped
from shtairir.export.plans.sheet import LevelFacts
from shtairir.memory.sizes import in_words
from shtairir.planning.config import OptimizationLevel
from shtairir.planning.schedule import Schedule, StageTime
from shtairir.planning.words import duration_words, pass_title

_ROW = 24.0
_MOST_STAGES = 24
_NUMBER, _TIME = 64.0, 96.0
_BAR = 220.0
_PAD = 14.0
_LINE = 15.0
_MOST_SENTENCES, _MOST_LINES = 3, 3
_LEVELS = {
    OptimizationLevel.NONE: "every node, one at a time",
    OptimizationLevel.BASIC: "parallel stages, one after the other",
    OptimizationLevel.BALANCED: "nothing twice, no barriers",
    OptimizationLevel.AGGRESSIVE: "joined, divided, written in place",
}


def stages_part(forecast: Schedule, truth: Schedule | None, ink: Ink, width: float) -> Part:
    """Return a row for each stage: what is in it, its time, and the time of all its tasks one after the other."""
    shapes: list[Shape] = []
    measured = {stage.index: stage for stage in truth.stages} if truth is not None else {}
    ahead = ["expected", "one by one"] + (["measured"] if truth is not None else [])
    names = width - _NUMBER - len(ahead) * _TIME - _BAR
    starts = [_NUMBER + names + number * _TIME for number in range(len(ahead))]
    for title, x in zip(["stage", "parallel group", *ahead], [0.0, _NUMBER, *starts], strict=True):
        anchor, at = ("end", x + _TIME - 16) if x in starts else ("start", x)
        shapes.append(Text(at, 14, title, SMALL, ink.colors.dim, "end" if anchor == "end" else "start"))
    longest_s = max((stage.busy_s for stage in forecast.stages), default=0.0) or 1.0
    y = 22.0
    for stage in forecast.stages[:_MOST_STAGES]:
        times = [stage.elapsed_s, stage.busy_s]
        cells = [duration_words(time_s) if forecast.is_timed else "?" for time_s in times]
        if truth is not None:
            cells.append(duration_words(measured[stage.index].elapsed_s) if stage.index in measured else "did not run")
        shapes += _stage(stage, cells, starts, y, names, longest_s, ink, width)
        y += _ROW
    rest = len(forecast.stages) - _MOST_STAGES
    if rest > 0:
        shapes.append(Text(_NUMBER, y + 16, f"and {rest} more stages; --json has them all", BODY, ink.colors.dim))
        y += _ROW
    return Part(tuple(shapes), width, y)


def _stage(
    stage: StageTime,
    cells: Sequence[str],
    starts: Sequence[float],
    y: float,
    names: float,
    longest_s: float,
    ink: Ink,
    width: float,
) -> list[Shape]:
    colors = ink.colors
    count = f"{len(stage.nodes)} side by side: " if len(stage.nodes) > 1 else ""
    shapes: list[Shape] = [
        line(0, y, width, 1, colors.border),
        Text(0, y + 16, str(stage.index + 1), BODY, colors.dim),
        Text(_NUMBER, y + 16, elided(count + ", ".join(stage.nodes), BODY, names - 16), BODY, colors.text),
    ]
    for cell, x in zip(cells, starts, strict=True):
        shapes.append(Text(x + _TIME - 16, y + 16, cell, BODY, colors.text, "end"))
    left = width - _BAR
    shapes.append(Box(left, y + 8, max(stage.busy_s / longest_s * _BAR, 1), 9, ink.track, colors.border, 2))
    shapes.append(Box(left, y + 8, max(min(stage.elapsed_s / longest_s, 1) * _BAR, 1), 9, ink.accent, "", 2, 0.75))
    return shapes


def levels_part(levels: Sequence[LevelFacts], chosen: OptimizationLevel, ink: Ink, width: float) -> Part:
    """Return a card for each level: its figures, what it changes, and why."""
    gap = 16.0
    room = (width - gap * (len(levels) - 1)) / max(len(levels), 1)
    cards = [_card(facts, ink, room - 2 * _PAD) for facts in levels]
    height = max((card.height for card in cards), default=0.0) + 2 * _PAD
    shapes: list[Shape] = []
    for number, (facts, card) in enumerate(zip(levels, cards, strict=True)):
        x = number * (room + gap)
        is_chosen = facts.level is chosen
        edge, thick = (ink.accent, 2.0) if is_chosen else (ink.colors.border, 1.0)
        shapes.append(Box(x, 0, room, height, ink.card, edge, 8, line=thick))
        shapes += _shifted(card.shapes, x + _PAD, _PAD)
        if is_chosen:
            shapes.append(Text(x + room - _PAD, _PAD + 14, "this plan", SMALL, ink.accent, "end", bold=True))
    return Part(tuple(shapes), width, height)


def _shifted(shapes: Sequence[Shape], x: float, y: float) -> list[Shape]:
    return [moved(shape, x, y) for shape in shapes]


def _card(facts: LevelFacts, ink: Ink, room: float) -> Part:
    colors = ink.colors
    shapes: list[Shape] = [
        Text(0, 14, str(facts.level), 15, colors.text, bold=True),
        Text(0, 33, elided(_LEVELS[facts.level], SMALL, room), SMALL, colors.dim),
    ]
    y = 56.0
    for name, value in _figures(facts):
        shapes.append(Text(0, y, name, SMALL, colors.dim))
        shapes.append(Text(room, y, value, BODY, colors.text, "end"))
        y += 19
    y += 4
    if not facts.changes:
        shapes.append(Text(0, y + 8, "It changes nothing in this graph.", SMALL, colors.dim))
        return Part(tuple(shapes), room, y + 12)
    for name, rows in facts.changes.items():
        shapes.append(line(0, y, room, 1, colors.border))
        y += 18
        count = str(len(rows))
        title = elided(pass_title(name), SMALL + 1, room - text_width(count, SMALL) - 10, True)
        shapes.append(Text(0, y, title, SMALL + 1, colors.text, bold=True))
        shapes.append(Text(room, y, count, SMALL, colors.dim, "end"))
        for node, sentence in rows[:_MOST_SENTENCES]:
            for text in wrapped(f"{node}: {sentence}" if node else sentence, SMALL, room, _MOST_LINES):
                y += _LINE
                shapes.append(Text(0, y, text, SMALL, colors.dim))
            y += 3
        if len(rows) > _MOST_SENTENCES:
            y += _LINE
            shapes.append(Text(0, y, f"and {len(rows) - _MOST_SENTENCES} more of these", SMALL, colors.dim))
        y += 10
    return Part(tuple(shapes), room, y)


def _figures(facts: LevelFacts) -> list[tuple[str, str]]:
    return [
        ("tasks in stages", f"{facts.tasks:,} in {facts.stages:,}"),
        ("expected time", duration_words(facts.estimated_s) if facts.estimated_s is not None else "not known"),
        ("peak of memory", in_words(facts.peak_bytes) if facts.peak_bytes is not None else "not known"),
    ]
