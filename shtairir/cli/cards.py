"""Failures and problems in words: the node, the cause, the line, the inputs, what to do, what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from shtairir.cli.terminal import columns, plural, styled, visible

if TYPE_CHECKING:
    from shtairir.document import Graph
    from shtairir.events import NodeFailure
    from shtairir.results import RunResult
    from shtairir.validation import Problem

_ROLES = {"error": "bad", "warning": "warn", "info": "dim"}


def failure_cards(result: RunResult, graph: Graph, stream: TextIO, *, tracebacks: bool) -> str:
    """Return a card for each node that failed of itself, with the nodes that could not run for it."""
    cards = [
        failure_card(node.error, _skipped_for(node_id, result, graph), stream, traceback=tracebacks)
        for node_id, node in result.nodes.items()
        if node.error is not None and not node.taken_by
    ]
    return "\n\n".join(cards)


def _skipped_for(failed: str, result: RunResult, graph: Graph) -> list[str]:
    """Return the skipped nodes that need a node's result, directly or through others."""
    readers_of: dict[str, set[str]] = {}
    for link in graph.links.values():
        readers_of.setdefault(link.source.node, set()).add(link.target.node)
    for task in result.plan.tasks if result.plan.instances else ():
        for call in task.calls:
            for item in call.inputs:
                readers_of.setdefault(item.source.node, set()).update((call.node, *call.aliases))
    reached, waiting = {failed}, [failed]
    while waiting:
        readers = readers_of.get(waiting.pop(), set()) - reached
        reached |= readers
        waiting += readers
    return [node_id for node_id, node in result.nodes.items() if node_id in reached and node.status == "skipped"]


def failure_card(failure: NodeFailure, skipped: Sequence[str], stream: TextIO, *, traceback: bool = False) -> str:
    """Return all that is known of one failure, a fact a line."""
    title = f"{failure.node} failed: {failure.error_type}: {failure.message}"
    rows: list[tuple[str, str]] = [("block", failure.block)]
    if failure.attempts > 1:
        rows.append(("tried", f"{failure.attempts} times"))
    if failure.code is not None:
        rows.append(("at", f"{failure.code.file}:{failure.code.line}, in {failure.code.function}"))
        rows.append(("", f"    {failure.code.text.strip()}"))
    rows += [
        ("" if place else "inputs", f"{name} = {summary.text}")
        for place, (name, summary) in enumerate(failure.inputs.items())
    ]
    if failure.upstream:
        rows.append(("fed by", ", ".join(failure.upstream)))
    if failure.hint:
        rows.append(("try", failure.hint))
    if skipped:
        rows.append(("skipped", f"{', '.join(skipped)} ({'needs' if len(skipped) == 1 else 'need'} its result)"))
    card = f"{styled(title, 'bad', stream)}\n{columns(rows, indent=2)}"
    return f"{card}\n\n{failure.traceback.rstrip()}" if traceback and failure.traceback else card


def problems_text(problems: Iterable[Problem], stream: TextIO) -> str:
    """Return problems, the worst first, each with its place and its fix."""
    order = list(_ROLES)
    lines = []
    for problem in sorted(problems, key=lambda problem: order.index(problem.severity)):
        place = problem_place(problem)
        severity = styled(problem.severity.ljust(7), _ROLES[problem.severity], stream)
        lines.append(f"{severity}  {visible(f'{place}: ' if place else '')}{visible(problem.message)}")
        if problem.fix:
            lines.append(f"         {styled('→ ' + visible(problem.fix), 'dim', stream)}")
    return "\n".join(lines)


def problem_place(problem: Problem) -> str:
    """Return the node, or the port of the node, that a problem is about."""
    return ".".join(str(part) for part in (problem.node, problem.port) if part)


def problem_document(problem: Problem) -> dict[str, Any]:
    """Return a problem for ``--json``."""
    return {
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "node": problem.node,
        "port": problem.port,
        "fix": problem.fix,
    }


def problem_counts(problems: Iterable[Problem]) -> str:
    """Return how many problems of each kind there are: ``2 errors, 1 warning``."""
    severities = [problem.severity for problem in problems]
    nouns = {"error": "error", "warning": "warning", "info": "remark"}
    counts = [plural(severities.count(kind), noun) for kind, noun in nouns.items() if kind in severities]
    return ", ".join(counts) or "no problems"
