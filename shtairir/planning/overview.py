"""A plan for the eye: as many boxes as can be read, however many tasks there are.

A small plan is shown task by task. In a large one, neighbouring stages share a column, and in a column the tasks of one
block share a box. Tasks on the critical path have boxes apart from the others, so that it can be followed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shtairir.ids import PortRef
from shtairir.planning.plan import ExecutionPlan, Task

MOST_COLUMNS = 14
MOST_COLUMNS_OF_FEW = 20
FEW = 60
"""A plan of so few tasks may have more columns, so that each stage has its own."""

MOST_IN_COLUMN = 9


@dataclass(frozen=True, slots=True)
class Box:
    """A task, or several of one column.

    Attributes
    ----------
    tasks
        Their numbers in the plan.
    elapsed_s
        The time of all of them together; ``None`` when nothing is known of any.
    """

    number: int
    column: int
    tasks: tuple[int, ...]
    label: str
    detail: str
    category: str
    elapsed_s: float | None
    critical: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A stage, or several in a row: from the first to the last, counted from 0."""

    first: int
    last: int
    boxes: tuple[Box, ...]

    @property
    def title(self) -> str:
        """What it is called."""
        return f"stage {self.first + 1}" if self.first == self.last else f"stages {self.first + 1}–{self.last + 1}"


@dataclass(frozen=True, slots=True)
class Overview:
    """Columns of boxes.

    Attributes
    ----------
    links
        How many values go from one box to another, by their numbers; those within a box are left out.
    critical
        The links on the critical path.
    conversions
        What is converted on the way, by link.
    """

    columns: tuple[Column, ...]
    links: Mapping[tuple[int, int], int]
    critical: frozenset[tuple[int, int]]
    conversions: Mapping[tuple[int, int], tuple[str, ...]]

    @property
    def boxes(self) -> list[Box]:
        """All boxes, by their numbers."""
        return [box for column in self.columns for box in column.boxes]

    @property
    def is_grouped(self) -> bool:
        """Whether some boxes stand for several tasks."""
        return any(len(box.tasks) > 1 for box in self.boxes)


def overview(plan: ExecutionPlan) -> Overview:
    """Return what there is to draw of a plan."""
    tasks = list(plan.tasks)
    most_columns = MOST_COLUMNS_OF_FEW if len(tasks) <= FEW else MOST_COLUMNS
    critical = frozenset(plan.critical_path)
    on_path = [any(call.node in critical for call in task.calls) for task in tasks]
    columns: list[Column] = []
    count = 0
    for number, stages in enumerate(_bands([stage.tasks for stage in plan.stages], most_columns)):
        groups = _groups(tasks, [task for stage in stages for task in stage[1]], on_path, MOST_IN_COLUMN)
        boxes = [_box(count + place, number, group, tasks, on_path) for place, group in enumerate(groups)]
        columns.append(Column(stages[0][0], stages[-1][0], tuple(boxes)))
        count += len(boxes)
    return _linked(columns, tasks, plan)


def _bands(stages: Sequence[Sequence[int]], most: int) -> list[list[tuple[int, Sequence[int]]]]:
    """Return the stages with their numbers, in at most so many rows of neighbours, all about as long."""
    count = min(len(stages), most)
    bounds = [round(place * len(stages) / count) for place in range(count + 1)] if count else []
    numbered = list(enumerate(stages))
    return [numbered[one:other] for one, other in pairwise(bounds)]


def _groups(tasks: Sequence[Task], numbers: Sequence[int], on_path: Sequence[bool], most: int) -> list[list[int]]:
    if len(numbers) <= most:
        return [[number] for number in sorted(numbers, key=lambda number: not on_path[number])]
    found: dict[object, list[int]] = {}
    for number in numbers:
        found.setdefault((on_path[number], tasks[number].definition.id), []).append(number)
    groups = sorted(found.values(), key=lambda group: (not on_path[group[0]], -_time_of(tasks, group), group[0]))
    if len(groups) > most:
        groups[most - 1 :] = [[number for group in groups[most - 1 :] for number in group]]
    return groups


def _time_of(tasks: Sequence[Task], group: Iterable[int]) -> float:
    return sum(tasks[number].estimate.elapsed_s or 0.0 for number in group)


def _box(number: int, column: int, group: Sequence[int], tasks: Sequence[Task], on_path: Sequence[bool]) -> Box:
    first = tasks[group[0]]
    known = any(tasks[task].estimate.elapsed_s is not None for task in group)
    elapsed_s = _time_of(tasks, group) if known else None
    critical = any(on_path[task] for task in group)
    category = first.definition.category
    if len(group) == 1:
        return Box(number, column, tuple(group), first.label, told(first), category, elapsed_s, critical)
    blocks = {tasks[task].definition.id: tasks[task].definition.name for task in group}
    what = next(iter(blocks.values())) if len(blocks) == 1 else f"{len(blocks)} kinds"
    names = [tasks[task].label for task in group]
    detail = f"{names[0]} … {names[-1]}"
    return Box(number, column, tuple(group), f"{len(group)} × {what}", detail, category, elapsed_s, critical)


def told(task: Task) -> str:
    """Return what a task is, beside its name; nothing if the name says it."""
    if task.body is not None:
        return f"{task.definition.name}: {task.body.shape.body}"
    if task.parts:
        return f"{len(task.parts)} nodes as one task"
    return task.title if task.title != task.node else ""


def _linked(columns: Sequence[Column], tasks: Sequence[Task], plan: ExecutionPlan) -> Overview:
    box_of = {task: box.number for column in columns for box in column.boxes for task in box.tasks}
    maker = {output: task.number for task in tasks for output in task.outputs}
    links: Counter[tuple[int, int]] = Counter()
    conversions: dict[tuple[int, int], list[str]] = {}
    follows = _following(plan, tasks)
    critical = set()
    for task in tasks:
        for source, names in feeders(task, maker).items():
            link = box_of[source], box_of[task.number]
            if link[0] == link[1]:
                continue
            links[link] += 1
            conversions.setdefault(link, []).extend(name for name in names if name not in conversions[link])
            if follows.get(task.number) == source:
                critical.add(link)
    return Overview(
        tuple(columns), dict(links), frozenset(critical), {link: tuple(names) for link, names in conversions.items()}
    )


def _following(plan: ExecutionPlan, tasks: Sequence[Task]) -> dict[int, int]:
    """Return for each task of the critical path the one before it."""
    number_of = {call.node: task.number for task in tasks for call in task.calls}
    numbers = [number_of[node] for node in plan.critical_path if node in number_of]
    return {other: one for one, other in pairwise(numbers) if one != other}


def feeders(task: Task, maker: Mapping[PortRef, int]) -> dict[int, list[str]]:
    """Return the tasks that a task reads, and what is converted on the way from each."""
    found: dict[int, list[str]] = {}
    for item in task.inputs:
        names = found.setdefault(maker[item.source], [])
        if item.conversion is not None:
            names.append(item.conversion.name)
    return found
