"""The picture of a plan: its figures, its stages, its course, the time of each stage, and what each level changes."""

from __future__ import annotations

from collections.abc import Iterator

from shtairir.export.picture import Box, Picture, Shape, Text, ThemeName, elided, moved
from shtairir.export.plans.flow import flow_part
from shtairir.export.plans.ink import HEADING, LARGE, LEAST_WIDTH, MARGIN, SECTION_GAP, SMALL, Ink, Part, heading
from shtairir.export.plans.sheet import PlanSheet
from shtairir.export.plans.tables import levels_part, stages_part
from shtairir.export.plans.timeline import legend, timeline_part
from shtairir.ids import NodeId
from shtairir.memory.sizes import in_words
from shtairir.planning.overview import overview
from shtairir.planning.schedule import Schedule
from shtairir.planning.words import duration_words

_CARD_HEIGHT, _CARD_GAP = 62.0, 14.0


def plan_picture(sheet: PlanSheet, theme: ThemeName = "light") -> Picture:
    """Return the document of a plan as a picture, see `shtairir.export.to_svg`."""
    ink = Ink.of(theme)
    return _Page(sheet, ink).picture()


class _Page:
    def __init__(self, sheet: PlanSheet, ink: Ink) -> None:
        self._sheet = sheet
        self._ink = ink
        self._view = overview(sheet.plan)
        self._flow = flow_part(self._view, ink, sheet.forecast.is_timed)
        self._width = max(self._flow.width, LEAST_WIDTH)
        self._categories = {
            node: task.definition.category
            for whole in sheet.plan.tasks
            for task in (whole, *whole.calls)
            for node in (task.node, *task.aliases)
        }
        self._shapes: list[Shape] = []
        self._y = MARGIN

    def picture(self) -> Picture:
        sheet, width = self._sheet, self._width
        self._put(self._head())
        if sheet.plan.tasks:
            self._section("Stages", self._stages_note(), self._flow, centred=True)
            for title, note, part in self._courses():
                self._section(title, note, part)
            self._y -= SECTION_GAP - 14
            self._put(self._legend())
            overlap = "" if sheet.plan.barriers else "; stages overlap, since none waits for all of another"
            note = f"from the start of its first task to the end of its last{overlap}"
            self._section("Time of each stage", note, stages_part(sheet.forecast, sheet.truth, self._ink, width))
        if sheet.levels:
            note = "every level gives the same results"
            self._section("What each level changes, and why", note, self._levels())
        height = self._y - SECTION_GAP + MARGIN
        title = f"Plan of {sheet.plan.graph_name}"
        return Picture(title, width + 2 * MARGIN, height, self._ink.colors.background, tuple(self._shapes))

    def _put(self, part: Part, right: float = 0.0) -> None:
        self._shapes += [moved(shape, MARGIN + right, self._y) for shape in part.shapes]
        self._y += part.height + SECTION_GAP

    def _section(self, title: str, note: str, part: Part, centred: bool = False) -> None:
        head = heading(self._ink, title, note, self._width)
        self._shapes += [moved(shape, MARGIN, self._y) for shape in head]
        self._y += HEADING
        self._put(part, (self._width - part.width) / 2 if centred else 0.0)

    # --- the parts --------------------------------------------------------------------------------------------

    def _head(self) -> Part:
        plan, colors = self._sheet.plan, self._ink.colors
        counts = f"{_counted(len(plan.tasks), 'task')} in {_counted(len(plan.stages), 'stage')}"
        line = f"{counts} · level {plan.level} · {_counted(plan.workers, 'worker')}"
        left = [
            Text(0, 24, elided(plan.graph_name, LARGE, self._width, True), LARGE, colors.text, bold=True),
            Text(0, 46, line, 13, colors.dim),
        ]
        return Part((*left, *self._cards(66.0)), self._width, 66.0 + _CARD_HEIGHT)

    def _cards(self, y: float) -> Iterator[Shape]:
        colors = self._ink.colors
        cards = list(_figures(self._sheet))
        width = (self._width - _CARD_GAP * (len(cards) - 1)) / len(cards)
        for number, (value, words) in enumerate(cards):
            x = number * (width + _CARD_GAP)
            yield Box(x, y, width, _CARD_HEIGHT, self._ink.card, colors.border, 8)
            yield Text(x + 14, y + 27, elided(value, 18, width - 28, True), 18, colors.text, bold=True)
            yield Text(x + 14, y + 47, elided(words, SMALL, width - 28), SMALL, colors.dim)

    def _stages_note(self) -> str:
        note = "the critical path is blue: nothing else makes the run longer"
        if self._view.is_grouped:
            return f"{note}; tasks of one block share a box"
        return note

    def _courses(self) -> Iterator[tuple[str, str, Part]]:
        forecast, truth = self._sheet.forecast, self._sheet.truth
        courses = [("As it is expected", forecast, truth)]
        if truth is not None:
            courses.append(("As it went", truth, forecast))
        for title, course, other in courses:
            part = timeline_part(course, self._category, self._ink, self._width, other)
            yield title, _course_note(course), part

    def _category(self, node: NodeId) -> str:
        return self._categories.get(node, "")

    def _legend(self) -> Part:
        seen = dict.fromkeys(category.partition("/")[0] for category in self._categories.values())
        tones = {name: self._ink.tone(name) for name in seen if name}
        return legend(self._ink, self._width, tones, bool(self._sheet.forecast.holdings))

    def _levels(self) -> Part:
        return levels_part(self._sheet.levels, self._sheet.plan.level, self._ink, self._width)


def _figures(sheet: PlanSheet) -> Iterator[tuple[str, str]]:
    """Yield what stands in the cards: a figure, and what it is."""
    forecast, truth, plan = sheet.forecast, sheet.truth, sheet.plan
    if forecast.is_timed:
        yield duration_words(forecast.elapsed_s), f"expected on {_counted(plan.workers, 'worker')}{_guessed(forecast)}"
        yield duration_words(forecast.busy_s), f"one after the other: {forecast.gain:.2f} times as long"
    else:
        yield "not known", "how long it takes: it has not run yet"
    yield f"{plan.parallelism:.1f}", "tasks at a time, on average"
    if forecast.peak_bytes:
        yield in_words(forecast.peak_bytes), "of values at most"
    if truth is not None:
        yield duration_words(truth.elapsed_s), f"measured, with {in_words(truth.peak_bytes or 0)} at most"


def _course_note(course: Schedule) -> str:
    if not course.is_timed:
        return "no time is known yet: each task counts as one"
    return f"{duration_words(course.elapsed_s)} on {_counted(course.workers, 'worker')}{_guessed(course)}"


def _guessed(course: Schedule) -> str:
    """Say how much of the time is a guess."""
    count = sum(not span.is_known for span in course.spans)
    return f"; of {_counted(count, 'task')} the time is guessed" if count else ""


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
