"""A plan for people (Mermaid) and for programs (a dictionary)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.planning.branching import Branching
from shtairir.planning.deciders import DECIDER
from shtairir.planning.overview import Box, Column, overview
from shtairir.planning.plan import ExecutionPlan, Task
from shtairir.planning.words import duration_words
from shtairir.policy import difference
from shtairir.policy.effective import DEFAULT

if TYPE_CHECKING:
    from shtairir.planning.bodies import BodyPlan

_TOLD_REASONS = 40
"""In a drawing; the dictionary has all of them."""


def mermaid(plan: ExecutionPlan) -> str:
    """Return a Mermaid flowchart: a subgraph for each stage, links labelled where a value is converted.

    Of a plan of many tasks, neighbouring stages share a subgraph and tasks of one block a box: sites that draw Mermaid
    take no more than a few hundred arrows.
    """
    view = overview(plan)
    lines = ["flowchart LR", *_summary(plan)]
    for column in view.columns:
        lines.append(f'  subgraph stage{column.first}["{column.title}{_time(plan, column)}"]')
        lines += [f"    t{_name(box)}{_drawn(box, plan)}" for box in column.boxes]
        lines.append("  end")
    names = {box.number: _name(box) for box in view.boxes}
    thick = []
    for arrow, (one, other) in enumerate(view.links):
        conversions = view.conversions.get((one, other), ())
        count = view.links[one, other]
        words = ", ".join(conversions) or (f"{count} values" if view.is_grouped and count > 1 else "")
        label = f'|"{_escaped(words)}"|' if words else ""
        lines.append(f"  t{names[one]} -->{label} t{names[other]}")
        if (one, other) in view.critical:
            thick.append(str(arrow))
    if plan.branching is not None and not view.is_grouped:
        lines += _choices(plan.branching)
    if thick:
        lines.append(f"  linkStyle {','.join(thick)} stroke-width:4px")
    return "\n".join(lines) + "\n"


def _summary(plan: ExecutionPlan) -> list[str]:
    """Return the figures of the plan as comments, which no drawing shows and every reader of the text sees."""
    lines = [f"level {plan.level}, {plan.workers} workers, {len(plan.tasks)} tasks in {len(plan.stages)} stages"]
    if plan.estimated_s is not None and plan.sequential_s is not None:
        expected, sequential = duration_words(plan.estimated_s), duration_words(plan.sequential_s)
        lines.append(f"expected {expected}, {sequential} one after the other")
    reasons = list(plan.reasons)
    lines += [f"{name}: {node or 'graph'}: {sentence}" for node, name, sentence in reasons[:_TOLD_REASONS]]
    if len(reasons) > _TOLD_REASONS:
        lines.append(f"and {len(reasons) - _TOLD_REASONS} more changes")
    return [f"  %% {_one_line(line)}" for line in lines]


def _one_line(text: str) -> str:
    # Older readers of Mermaid take braces in a comment for a directive.
    return " ".join(text.split()).translate({ord("{"): "(", ord("}"): ")"})


def _time(plan: ExecutionPlan, column: Column) -> str:
    times = [plan.tasks[task].estimate.elapsed_s for box in column.boxes for task in box.tasks]
    known = [elapsed_s for elapsed_s in times if elapsed_s is not None]
    return f" · {duration_words(sum(known))}" if known and len(known) == len(times) else ""


def _name(box: Box) -> str:
    return str(box.tasks[0])


def _drawn(box: Box, plan: ExecutionPlan) -> str:
    if len(box.tasks) == 1:
        return _box(plan.tasks[box.tasks[0]])
    return f'["{_escaped(box.label)}<br/>{_escaped(box.detail)}"]'


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
