"""``shtairir explain``: whether a node would run, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.cli.assignments import assign
from shtairir.cli.files import open_current_graph
from shtairir.cli.outcome import CommandError, Outcome
from shtairir.cli.terminal import columns, plural, styled
from shtairir.ids import NodeId

if TYPE_CHECKING:
    from shtairir.cache.smart import SmartRun
    from shtairir.planning.plan import ExecutionPlan

_UNNEEDED = "Nobody needs it: what it feeds is in the cache."


def explain_graph(path: Path, node: str | None, assignments: tuple[str, ...], *, level: str) -> Outcome:
    """Tell which nodes a smart run would run, or of one node whether it would, and what that goes back to."""
    from shtairir.block.registry import default_registry
    from shtairir.cache.smart import SmartRun, shared_cache
    from shtairir.document.freezing import frozen_nodes
    from shtairir.session import plan

    cache = shared_cache()
    if cache is None:
        raise CommandError("The cache is switched off, so everything runs each time.")
    graph = open_current_graph(path)
    registry = default_registry()
    inner = assign(graph, assignments, registry)
    made = plan(graph, level=level, parameters=inner, registry=registry)
    smart = SmartRun(made, cache, frozen=frozen_nodes(graph.snapshot()), look_only=True)
    if node is None:
        return _all(path, smart, made)
    if NodeId(node) not in made.nodes:
        listed = ", ".join(sorted(made.nodes)[:12])
        raise CommandError(f"The graph runs no node '{node}'.", hint=f"There are: {listed}.")
    chain = _chain(smart, made, NodeId(node))
    runs = NodeId(node) in smart.why
    word = styled("runs", "warn", sys.stdout) if runs else styled("does not run", "good", sys.stdout)
    lines = [f"{name}: {why}" for name, why in chain]
    return Outcome(
        text="\n".join([f"{node} {word}", *(f"  {line}" for line in lines)]),
        document={
            "status": "explained",
            "file": str(path),
            "node": node,
            "runs": runs,
            "because": [{"node": name, "reason": why} for name, why in chain],
        },
    )


def _all(path: Path, smart: SmartRun, made: ExecutionPlan) -> Outcome:
    reasons = dict(smart.why)
    rows = [(str(node), "runs", why) for node, why in reasons.items()]
    idle = [node for node in made.nodes if node not in reasons]
    rows += [(str(node), "skipped" if node in made.silent else "cached", _why_idle(smart, made, node)) for node in idle]
    head = f"{plural(len(reasons), 'node')} of {len(rows)} would run"
    return Outcome(
        text=f"{head}\n{columns(rows)}",
        document={
            "status": "explained",
            "file": str(path),
            "nodes": {name: {"runs": word == "runs", "reason": why} for name, word, why in rows},
        },
    )


def _chain(smart: SmartRun, made: ExecutionPlan, node: NodeId) -> list[tuple[str, str]]:
    """Return the reasons of a node and of those that it goes back to."""
    found: list[tuple[str, str]] = []
    current: NodeId | None = node
    while current is not None and current not in [name for name, _ in found]:
        found.append((current, smart.why.get(current) or _why_idle(smart, made, current)))
        current = smart.behind(current)
    return found


def _why_idle(smart: SmartRun, made: ExecutionPlan, node: NodeId) -> str:
    return made.silent.get(node) or smart.why_not.get(node, _UNNEEDED)
