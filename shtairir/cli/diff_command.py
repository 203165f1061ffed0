"""``shtairir diff``: what changed between two graph files, in words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.cli.files import open_graph
from shtairir.cli.outcome import ExitStatus, Outcome
from shtairir.cli.terminal import plural, styled

if TYPE_CHECKING:
    from shtairir.document.differences import Difference

_MARKS = {"added": "+", "removed": "-", "changed": "~", "renamed": "~", "moved": "~"}
_TONES = {"added": "good", "removed": "bad"}


def diff_graphs(before: Path, after: Path) -> Outcome:
    """Tell what changed from one graph file to another."""
    from shtairir.document.differences import differences

    found = differences(open_graph(before).snapshot(), open_graph(after).snapshot())
    matter = [difference for difference in found if difference.matters]
    looks = [difference for difference in found if not difference.matters]
    parts = [
        *map(_line, matter),
        *(["only the looks:" if not matter else "and the looks:"] if looks else []),
        *map(_line, looks),
    ]
    head = f"{plural(len(found), 'difference')} from {before} to {after}" if found else "no difference"
    return Outcome(
        ExitStatus.FAILED if found else ExitStatus.DONE,
        "\n".join([head, *parts]),
        {
            "status": "different" if found else "same",
            "before": str(before),
            "after": str(after),
            "differences": [difference.to_dict() for difference in found],
        },
    )


def _line(difference: Difference) -> str:
    mark = _MARKS[difference.kind]
    tone = _TONES.get(difference.kind)
    shown = styled(mark, tone, sys.stdout) if tone else mark
    details = "".join(f"\n      {line}" for line in difference.details)
    return f"  {shown} {difference.place} {difference.sentence}{details}"
