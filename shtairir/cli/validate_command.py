"""``shtairir validate``: everything that is wrong with a graph, at once."""

from __future__ import annotations

import sys
from pathlib import Path

from shtairir.cli.cards import problem_counts, problem_document, problems_text
from shtairir.cli.files import open_graph
from shtairir.cli.outcome import ExitStatus, Outcome
from shtairir.cli.terminal import plural, styled


def validate_graph(path: Path) -> Outcome:
    """Check a graph file and list its problems."""
    from shtairir.validation import validate

    graph = open_graph(path)
    problems = validate(graph)
    broken = any(problem.severity == "error" for problem in problems)
    counts = styled(problem_counts(problems), "bad" if broken else "good", sys.stdout)
    head = f"{path}: {plural(len(graph.nodes), 'node')}, {plural(len(graph.links), 'link')}, {counts}"
    listed = problems_text(problems, sys.stdout)
    return Outcome(
        ExitStatus.UNUSABLE if broken else ExitStatus.DONE,
        f"{head}\n{listed}" if listed else head,
        {
            "status": "invalid" if broken else "valid",
            "file": str(path),
            "nodes": len(graph.nodes),
            "links": len(graph.links),
            "problems": [problem_document(problem) for problem in problems],
        },
    )
