"""A plan and its graph as text."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, TextIO

from shtairir.cli.terminal import columns, duration_text, plural, size_text, styled

if TYPE_CHECKING:
    from shtairir.document import Graph
    from shtairir.ids import NodeId
    from shtairir.planning import ExecutionPlan


def plan_text(plan: ExecutionPlan, stream: TextIO) -> str:
    """Return stages, critical path, estimates and reasons, for a person."""
    parts = [_head(plan, stream), _stages(plan)]
    if plan.critical_path:
        parts.append(f"critical path: {' → '.join(plan.critical_path)}")
    parts.append(_estimates(plan))
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
    rows = [
        (f"stage {stage.index + 1}", ", ".join(plan.tasks[index].label for index in stage.tasks))
        for stage in plan.stages
    ]
    return columns(rows, indent=2)


def _estimates(plan: ExecutionPlan) -> str:
    words = [f"parallelism {plan.parallelism:.1f}"]
    if plan.estimated_s is not None and plan.sequential_s is not None:
        words.append(f"{duration_text(plan.estimated_s)} ({duration_text(plan.sequential_s)} one after the other)")
    if plan.peak_bytes is not None:
        words.append(f"at most {size_text(plan.peak_bytes)} of values")
    return f"estimate: {', '.join(words)}"


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
