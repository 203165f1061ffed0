"""A plan for people (Mermaid) and for programs (a dictionary)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from shtairir.ids import PortRef
from shtairir.planning.branching import Branching
from shtairir.planning.deciders import DECIDER
from shtairir.planning.plan import ExecutionPlan, Task
from shtairir.policy import difference
from shtairir.policy.effective import DEFAULT

if TYPE_CHECKING:
    from shtairir.planning.bodies import BodyPlan


def mermaid(plan: ExecutionPlan) -> str:
    """Return a Mermaid flowchart: a subgraph for each stage, links labelled where a value is converted."""
    lines = ["flowchart LR"]
    for stage in plan.stages:
        lines.append(f'  subgraph stage{stage.index}["stage {stage.index + 1}"]')
        lines += [f"    t{index}{_box(plan.tasks[index])}" for index in stage.tasks]
        lines.append("  end")
    critical = set(pairwise(plan.critical_path))
    thick = []
    arrows = 0
    number = {output: task.number for task in plan.tasks for output in task.outputs}
    for task in plan.tasks:
        for source, conversions in _feeders(task, number).items():
            label = f'|"{_escaped(", ".join(conversions))}"|' if conversions else ""
            lines.append(f"  t{source} -->{label} t{task.number}")
            if (plan.tasks[source].node, task.node) in critical:
                thick.append(str(arrows))
            arrows += 1
    if plan.branching is not None:
        lines += _choices(plan.branching)
    if thick:
        lines.append(f"  linkStyle {','.join(thick)} stroke-width:4px")
    return "\n".join(lines) + "\n"


def _box(task: Task) -> str:
    """Return a box with a task's caption; one that decides is drawn as a diamond, a loop with double sides."""
    caption = f'"{_escaped(_caption(task))}"'
    if task.body is not None:
        return f"[[{caption}]]"
    return f"{{{caption}}}" if task.definition.id == DECIDER else f"[{caption}]"


def _choices(branching: Branching) -> list[str]:
    """Return a dotted arrow from each choice to what it lets run."""
    lines = []
    for task, guard in branching.guards.items():
        for literal in guard:
            choice = branching.choices[literal.choice]
            start = choice.task if choice.decider is None else choice.decider
            if choice.decider is not None and task not in branching.deciders.values():
                lines.append(f'  t{start} -.->|"{_escaped(choice.ports[literal.port])}"| t{task}')
    return lines


def _feeders(task: Task, number: dict[PortRef, int]) -> dict[int, list[str]]:
    feeders: dict[int, list[str]] = {}
    for item in task.inputs:
        conversions = feeders.setdefault(number[item.source], [])
        if item.conversion is not None:
            conversions.append(item.conversion.name)
    return feeders


def _caption(task: Task) -> str:
    shared = f" = {' = '.join(task.aliases)}" if task.aliases else ""
    if task.body is not None:
        return f"{task.label}{shared}<br/>{task.definition.name}: {task.body.shape.body}"
    return f"{task.label}{shared}<br/>{task.title}" if task.title != task.node else f"{task.label}{shared}"


def _escaped(text: str) -> str:
    # Mermaid reads entities written with a hash; markup of our own (<br/>) must survive.
    return text.replace("#", "#35;").replace('"', "#quot;")


def as_dict(plan: ExecutionPlan) -> dict[str, object]:
    """Return a plan as JSON can hold it."""
    return {
        "graph": plan.graph_name,
        "level": str(plan.level),
        "workers": plan.workers,
        "nodes": list(plan.nodes),
        "stages": [
            {
                "index": stage.index,
                "tasks": [plan.tasks[task].node for task in stage.tasks],
                "requirements": stage.requirements.to_dict(),
            }
            for stage in plan.stages
        ],
        "tasks": [_task(plan, task) for task in plan.tasks],
        "barriers": plan.barriers,
        "critical_path": list(plan.critical_path),
        "parallelism": round(plan.parallelism, 3),
        "peak_bytes": plan.peak_bytes,
        "estimated_s": plan.estimated_s,
        "sequential_s": plan.sequential_s,
        "buffers": [
            {"number": number, "bytes": nbytes, "values": [str(port) for port in values]}
            for number, nbytes, values in plan.buffers
        ],
        "results": [str(port) for port in plan.results],
        "named": {name: str(port) for name, port in plan.named.items()},
        "instances": {
            path: {
                "block": instance.block,
                "parts": list(instance.parts),
                "outputs": {name: str(port) for name, port in instance.outputs.items()},
            }
            for path, instance in plan.instances.items()
        },
        "loops": {task.node: _body(task.body) for task in plan.tasks if task.body is not None},
        "folded": list(plan.folded),
        "dropped": list(plan.dropped),
        "policy": {"timeout_s": plan.policy.timeout_s, "checkpoints": plan.policy.checkpoints},
        "reasons": [{"node": node, "pass": name, "sentence": sentence} for node, name, sentence in plan.reasons],
    }


def _body(body: BodyPlan) -> dict[str, object]:
    """Return what a loop repeats."""
    return {
        "kind": body.shape.kind,
        "body": body.shape.body,
        "over": list(body.shape.iterated),
        "carried": list(body.shape.carried),
        "once": [call.node for call in body.calls_once],
        "pure": body.pure,
        "plan": as_dict(body.plan),
    }


def _task(plan: ExecutionPlan, task: Task) -> dict[str, object]:
    return {
        "node": task.node,
        "block": task.definition.id,
        "condition": task.condition,
        "parts": [
            {"node": part.node, "block": part.definition.id, "aliases": list(part.aliases)} for part in task.parts
        ],
        "stage": task.stage,
        "waits_for": [plan.tasks[index].node for index in task.waits_for],
        "inputs": {item.port: str(item.source) for item in task.inputs},
        "releases": [str(port) for port in task.releases],
        "overwrites": [str(item.source) for item in task.inputs if item.slot in task.overwrites],
        "aliases": list(task.aliases),
        "elapsed_s": task.estimate.elapsed_s,
        "output_bytes": list(task.estimate.output_bytes),
        "peak_bytes": task.estimate.peak_bytes,
        "source": task.estimate.source,
        "requirements": task.requirements.to_dict(),
        "policy": difference(task.policy, DEFAULT),
    }
