"""What a run says of its loops: how many iterations there were, and how they went."""

from __future__ import annotations

from shtairir.cli.terminal import duration_text, plural
from shtairir.events import NodeStatus
from shtairir.results import RunResult

_NOUNS = {"for_each": "item", "reduce": "item", "repeat": "turn", "while": "turn"}
_LISTED_FAILURES = 3


def loop_lines(result: RunResult) -> list[str]:
    """Return a line for each loop that has begun, and one for each of its first failures.

    Examples
    --------
    ``loop: 2,001 items, 1 failed; the slowest took 3.1 ms (number 17)``
    """
    lines = []
    for task in result.plan.tasks:
        if task.body is None:
            continue
        iterations = result.iterations(task.node)
        if not iterations:
            continue
        noun = _NOUNS[task.body.shape.kind]
        failed, left_out = iterations.count_of(NodeStatus.FAILED), iterations.left_out
        parts = [plural(len(iterations), noun)]
        parts += [f"{failed:,} failed"] if failed else []
        parts += [f"{left_out:,} not run to the end"] if left_out else []
        slowest = iterations.slowest
        took = f"; the slowest took {duration_text(slowest.elapsed_s)} (number {slowest.index:,})"
        lines.append(f"{task.node}: {', '.join(parts)}{took if len(iterations) > 1 else ''}")
        lines += [
            f"  {noun} {each.index:,} failed in '{str(each.node).removeprefix(f'{task.node}/')}': {each.error}"
            for each in iterations.failed()[:_LISTED_FAILURES]
        ]
    return lines
