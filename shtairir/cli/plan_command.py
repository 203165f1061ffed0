"""``shtairir plan``: how a graph would run, without running it."""

from __future__ import annotations

import sys
from pathlib import Path

from shtairir.cli.assignments import assign
from shtairir.cli.files import open_current_graph
from shtairir.cli.outcome import Outcome
from shtairir.cli.plan_text import plan_text


def plan_graph(path: Path, assignments: tuple[str, ...], *, level: str, workers: int | None, mermaid: bool) -> Outcome:
    """Plan a graph file and show the plan."""
    from shtairir.block.registry import default_registry
    from shtairir.session import plan

    graph = open_current_graph(path)
    registry = default_registry()
    inner = assign(graph, assignments, registry)
    execution_plan = plan(graph, level=level, workers=workers, parameters=inner, registry=registry)
    text = execution_plan.to_mermaid() if mermaid else plan_text(execution_plan, sys.stdout)
    document = {"status": "planned", "file": str(path), "plan": execution_plan.to_dict()}
    if mermaid:
        document["mermaid"] = execution_plan.to_mermaid()
    return Outcome(text=text.rstrip("\n"), document=document)
