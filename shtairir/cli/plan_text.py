"""A plan and its graph as text."""

from __future__ import annotations

import json
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, TextIO

from shtairir.cli.terminal import columns, duration_text, plural, size_text, styled

if TYPE_CHECKING:
    from shtairir.document import Graph
    from shtairir.ids import NodeId
    from shtairir.planning import ExecutionPlan, Task

_LISTED_TASKS = 40
_SOURCES = {
    "learned": "from earlier runs",
    "declared": "declared by the block",
    "inferred": "from shapes",
    "unknown": "unknown",
}


def plan_text(plan: ExecutionPlan, stream: TextIO) -> str:
    """Return stages, critical path, estimates and reasons, for a person."""
    parts = [_head(plan, stream), _stages(plan)]
    if plan.critical_path:
        parts.append(f"critical path: {' → '.join(plan.critical_path)}")
    parts += [_conditions(plan), _instances(plan), _loops(plan), _policies(plan), _estimates(plan), _buffers(plan)]
    if plan.reasons:
        rows = [(reason.node or "", reason.pass_name, reason.sentence) for reason in plan.reasons]
        parts.append(f"what the planner changed:\n{columns(rows, indent=2)}")
    return "\n\n".join(part for part in parts if part)


def _head(plan: ExecutionPlan, stream: TextIO) -> str:
    counts = f"{plural(len(plan.tasks), 'task')} in {plural(len(plan.stages), 'stage')}"
    return (
        f"{styled(plan.graph_name, 'strong', stream)}: {counts}, level {plan.level}, {plural(plan.workers, 'worker')}"
    )


def _stages(plan: ExecutionPlan) -> str:
    rows = []
    for stage in plan.stages:
        tasks = [plan.tasks[index] for index in stage.tasks]
        times = [task.estimate.elapsed_s for task in tasks]
        known = [elapsed_s for elapsed_s in times if elapsed_s is not None]
        time = duration_text(sum(known)) if len(known) == len(times) else ""
        rows.append((f"stage {stage.index + 1}", ", ".join(task.label for task in tasks), time))
    return columns(rows, indent=2)


def _conditions(plan: ExecutionPlan) -> str:
    """Return what runs only under a condition, and under which."""
    together: dict[str, list[str]] = {}
    for task in plan.tasks if plan.branching is not None else ():
        if task.condition:
            together.setdefault(task.condition, []).append(task.label)
    rows = [(condition, ", ".join(labels)) for condition, labels in together.items()]
    return f"only:\n{columns(rows, indent=2)}" if rows else ""


def _instances(plan: ExecutionPlan) -> str:
    rows = [(path, instance.block, plural(len(instance.parts), "node")) for path, instance in plan.instances.items()]
    rest = len(rows) - _LISTED_TASKS
    more = f"\n  and {rest} more; --json lists them all" if rest > 0 else ""
    return f"instances:\n{columns(rows[:_LISTED_TASKS], indent=2)}{more}" if rows else ""


def _loops(plan: ExecutionPlan) -> str:
    """Return what each loop repeats, and what of it is done once."""
    rows = []
    for task in plan.tasks:
        if task.body is not None:
            once = len(task.body.calls_once)
            done_once = f", of which {once} once" if once else ""
            words = f"{plural(len(task.body.nodes), 'node')} each time{done_once}"
            rows.append((task.node, f"{task.definition.name}: {task.body.shape.body}", words))
    return f"loops:\n{columns(rows, indent=2)}" if rows else ""


def _policies(plan: ExecutionPlan) -> str:
    """Return which nodes are run otherwise than most when things go wrong, and how."""
    from shtairir.policy import difference, effective_policy

    rows = []
    for task in plan.tasks:
        said = difference(task.policy, effective_policy(task.definition, plan.policy, {}))
        if said:
            rows.append((task.label, ", ".join(f"{key} = {json.dumps(value)}" for key, value in said.items())))
    rest = len(rows) - _LISTED_TASKS
    more = f"\n  and {rest} more; --json lists them all" if rest > 0 else ""
    return f"policies of their own:\n{columns(rows[:_LISTED_TASKS], indent=2)}{more}" if rows else ""


def _estimates(plan: ExecutionPlan) -> str:
    words = [f"parallelism {plan.parallelism:.1f}"]
    if plan.estimated_s is not None and plan.sequential_s is not None:
        words.append(f"{duration_text(plan.estimated_s)} ({duration_text(plan.sequential_s)} one after the other)")
    if plan.peak_bytes is not None:
        words.append(f"at most {size_text(plan.peak_bytes)} of values")
    lines = [f"estimate: {', '.join(words)}", *_bounds(plan)]
    known = [task for task in plan.tasks if task.estimate.source != "unknown"]
    rows = [_estimate(task) for task in known[:_LISTED_TASKS]]
    if len(known) > _LISTED_TASKS:
        rows.append((f"and {len(known) - _LISTED_TASKS} more; --json lists them all", "", "", ""))
    return "\n".join(lines) + (f"\n{columns(rows, indent=2)}" if rows else "")


def _estimate(task: Task) -> tuple[str, str, str, str]:
    estimate = task.estimate
    time = duration_text(estimate.elapsed_s) if estimate.elapsed_s is not None else "?"
    size = size_text(estimate.total_bytes) if estimate.total_bytes is not None else "?"
    return task.label, time, size, _SOURCES[estimate.source]


def _bounds(plan: ExecutionPlan) -> list[str]:
    """Return what keeps the run from being shorter, and the limits that it keeps to, where that can be said."""
    lines = []
    if plan.estimated_s is not None and plan.sequential_s is not None and plan.tasks:
        longest_s = _longest_s(plan)
        if plan.estimated_s <= 1.1 * longest_s:
            path = f"the critical path, {duration_text(longest_s)} of {duration_text(plan.estimated_s)}"
            help = "more workers take more items at a time" if _has_loop(plan) else "more workers would not help"
            lines.append(f"bounded by: {path}; {help}")
        else:
            lines.append(f"bounded by: {plural(plan.workers, 'worker')}; more could take part")
    limits = [f"{name} {amount}" for name, amount in plan.limits.capacity().items()]
    if plan.limits.memory_bytes is not None:
        limits.append(f"{size_text(plan.limits.memory_bytes)} of memory")
    if limits:
        lines.append(f"limits: {', '.join(limits)}")
    return lines


def _has_loop(plan: ExecutionPlan) -> bool:
    """Whether a loop that is spread over the workers is on the critical path."""
    on_path = set(plan.critical_path)
    return any(task.node in on_path and task.body and task.body.shape.kind == "for_each" for task in plan.tasks)


def _longest_s(plan: ExecutionPlan) -> float:
    on_path = set(plan.critical_path)
    return sum(task.estimate.elapsed_s or 0.0 for task in plan.tasks if task.node in on_path)


def _buffers(plan: ExecutionPlan) -> str:
    rows = [
        (f"buffer {buffer.number + 1}", size_text(buffer.nbytes), ", ".join(map(str, buffer.values)))
        for buffer in plan.buffers[:_LISTED_TASKS]
    ]
    total = sum(buffer.nbytes for buffer in plan.buffers)
    head = f"pooled buffers: {len(plan.buffers)}, {size_text(total)} together"
    return f"{head}\n{columns(rows, indent=2)}" if rows else ""


def graph_text(graph: Graph) -> str:
    """Return each node with its block, what it reads and what it is set to; a node follows those it reads."""
    feeders: dict[NodeId, set[NodeId]] = {node: set() for node in graph.nodes}
    arguments: dict[NodeId, list[str]] = {node: [] for node in graph.nodes}
    for target, link in graph.links.items():
        feeders[target.node].add(link.source.node)
        arguments[target.node].append(f"{target.port} ← {link.source}")
    for node_id, node in graph.nodes.items():
        arguments[node_id] += [f"{name} = {value}" for name, value in node.values.items()]
    order = TopologicalSorter(feeders).static_order()
    return columns((node, graph.nodes[node].block, ", ".join(arguments[node])) for node in order)
