"""What a plan's document says: the plan, how it is expected to go, how it went, and what each level would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shtairir.planning.config import OptimizationLevel
from shtairir.planning.plan import ExecutionPlan
from shtairir.planning.schedule import Schedule, schedule


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """What a graph's plan is at one level.

    Attributes
    ----------
    changes
        What the planner changed and why: the node and the sentence, by pass.
    """

    level: OptimizationLevel
    tasks: int
    stages: int
    estimated_s: float | None
    sequential_s: float | None
    peak_bytes: int | None
    changes: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """All that the document is made of.

    Attributes
    ----------
    forecast
        How the plan is expected to go.
    truth
        How a run of it went; ``None`` before there was one.
    levels
        The plans at the other levels, and at this one.
    """

    plan: ExecutionPlan
    forecast: Schedule
    truth: Schedule | None = None
    levels: tuple[LevelFacts, ...] = ()


def sheet_of(plan: ExecutionPlan, *, truth: Schedule | None = None, others: Iterable[ExecutionPlan] = ()) -> PlanSheet:
    """Return the document of a plan.

    Parameters
    ----------
    others
        Plans of the same graph at other levels, to compare it with.
    """
    by_level = {facts.level: facts for facts in map(level_facts, (*others, plan))}
    levels = tuple(by_level[level] for level in OptimizationLevel if level in by_level)
    return PlanSheet(plan, schedule(plan), truth, levels)


def level_facts(plan: ExecutionPlan) -> LevelFacts:
    """Return what there is to say of a plan beside those of other levels."""
    changes: dict[str, list[tuple[str, str]]] = {}
    for node, name, sentence in plan.reasons:
        changes.setdefault(name, []).append((node or "", sentence))
    return LevelFacts(
        plan.level,
        len(plan.tasks),
        len(plan.stages),
        plan.estimated_s,
        plan.sequential_s,
        plan.peak_bytes,
        {name: tuple(rows) for name, rows in changes.items()},
    )


def sheet_dict(sheet: PlanSheet) -> dict[str, Any]:
    """Return what the document says beside the plan itself, as JSON can hold it."""
    told = {"schedule": _course(sheet.forecast), "levels": [_level(facts) for facts in sheet.levels]}
    return told if sheet.truth is None else {**told, "truth": _course(sheet.truth)}


def _course(course: Schedule) -> dict[str, Any]:
    return {
        **{name: getattr(course, name) for name in ("workers", "is_timed", "elapsed_s", "busy_s")},
        "peak_bytes": course.peak_bytes,
        "peak_at_s": course.peak_at_s,
        "spans": [asdict(span) for span in course.spans],
        "memory": [asdict(holding) for holding in course.holdings],
        "stages": [{**asdict(stage), "nodes": list(stage.nodes)} for stage in course.stages],
    }


def _level(facts: LevelFacts) -> dict[str, Any]:
    changes = [
        {"pass": name, "node": node or None, "sentence": sentence}
        for name, rows in facts.changes.items()
        for node, sentence in rows
    ]
    return {
        "level": str(facts.level),
        "tasks": facts.tasks,
        "stages": facts.stages,
        "estimated_s": facts.estimated_s,
        "sequential_s": facts.sequential_s,
        "peak_bytes": facts.peak_bytes,
        "changes": changes,
    }
