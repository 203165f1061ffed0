"""``shtairir diff``: what changed between two graph files, in words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.cli.files import open_graph, shown_path, writable_file
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.terminal import plural, styled

if TYPE_CHECKING:
    from shtairir.document.differences import Difference
    from shtairir.document.snapshot import Snapshot

_MARKS = {"added": "+", "removed": "-", "changed": "~", "renamed": "~", "moved": "~"}
_TONES = {"added": "good", "removed": "bad"}


def diff_graphs(before: Path, after: Path, *, svg: Path | None = None, dark: bool = False) -> Outcome:
    """Tell what changed from one graph file to another, and draw it."""
    from shtairir.document.differences import differences

    if svg is not None:
        writable_file(svg)
    old, new = open_graph(before).snapshot(), open_graph(after).snapshot()
    found = differences(old, new)
    matter = [difference for difference in found if difference.matters]
    looks = [difference for difference in found if not difference.matters]
    parts = [
        *map(_line, matter),
        *(["only the looks:" if not matter else "and the looks:"] if looks else []),
        *map(_line, looks),
    ]
    head = f"{plural(len(found), 'difference')} from {before} to {after}" if found else "no difference"
    drawn = {"written": str(svg)} if svg is not None else {}
    if svg is not None:
        parts.append(_drawn(svg, old, new, dark))
    return Outcome(
        ExitStatus.FAILED if found else ExitStatus.DONE,
        "\n".join([head, *parts]),
        {
            "status": "different" if found else "same",
            "before": str(before),
            "after": str(after),
            "differences": [difference.to_dict() for difference in found],
            **drawn,
        },
    )


def _drawn(svg: Path, old: Snapshot, new: Snapshot, dark: bool) -> str:
    from shtairir.block.registry import default_registry
    from shtairir.document.disk import write_atomically
    from shtairir.export import to_svg
    from shtairir.export.difference import difference_picture

    picture = difference_picture(old, new, default_registry(), "dark" if dark else "light")
    try:
        write_atomically(svg, to_svg(picture).encode())
    except OSError as error:
        raise CommandError(f"The picture cannot be written to {svg}: {error.strerror or error}.") from error
    return f"wrote {shown_path(svg)}"


def _line(difference: Difference) -> str:
    mark = _MARKS[difference.kind]
    tone = _TONES.get(difference.kind)
    shown = styled(mark, tone, sys.stdout) if tone else mark
    details = "".join(f"\n      {line}" for line in difference.details)
    return f"  {shown} {difference.place} {difference.sentence}{details}"
