"""A plan and its graph as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from shtairir.cli.terminal import columns, duration_text, plural, size_text, styled

if TYPE_CHECKING:
    from shtairir.planning import ExecutionPlan


def plan_text(plan: ExecutionPlan, stream: TextIO) -> str:
    """Return stages, critical path, estimates and reasons, for a person."""
    parts = [_head(plan, stream), _stages(plan)]
    if plan.critical_path:
        parts.append(f"critical path: {' → '.join(plan.critical_path)}")
    parts.append(_estimates(plan))
    if plan.reasons:
        rows = [(reason.node, reason.pass_name, reason.sentence) for reason in plan.reasons]
        parts.append(f"what the planner changed:\n{columns(rows, indent=2)}")
    return "\n\n".join(part for part in parts if part)


def _head(plan: ExecutionPlan, stream: TextIO) -> str:
    counts = f"{plural(len(plan.tasks), 'task')} in {plural(len(plan.stages), 'stage')}"
    return (
        f"{styled(plan.graph_name, 'strong', stream)}: {counts}, level {plan.level}, {plural(plan.workers, 'worker')}"
    )


def _stages(plan: ExecutionPlan) -> str:
    rows = [(f"stage {stage.index + 1}", ", ".join(_ids(stage.tasks))) for stage in plan.stages]
    return columns(rows, indent=2)


def _ids(tasks: object) -> list[str]:
    return [str(getattr(task, "node", task)) for task in tasks]  # type: ignore[attr-defined]


def _estimates(plan: ExecutionPlan) -> str:
    words = [f"about {size_text(plan.peak_bytes)} at the peak"] if plan.peak_bytes else []
    if plan.estimated_s:
        words.append(f"{duration_text(plan.estimated_s)} ({duration_text(plan.sequential_s)} one after the other)")
    words.append(f"parallelism {plan.parallelism:.1f}")
    return f"estimate: {', '.join(words)}"


def graph_text(plan: ExecutionPlan) -> str:
    """Return each node with its block and what it reads, in the order of the stages."""
    rows = []
    for task in plan.tasks:
        read = ", ".join(f"{name} ← {source}" for name, source in task.inputs.items())
        rows.append((task.node, task.definition.id, read))
    return columns(rows)
