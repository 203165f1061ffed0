"""``shtairir merge``: two changes of one graph file become one, by hand or as a driver of version control."""

from __future__ import annotations

from pathlib import Path

from shtairir.cli.files import SUFFIX, open_graph, shown_path
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.terminal import plural


def merge_graphs(base: Path, ours: Path, theirs: Path, output: Path | None) -> Outcome:
    """Merge two files that were made from one, into ``ours`` or another file."""
    from shtairir.document.disk import write_atomically
    from shtairir.document.merging import merge
    from shtairir.errors import DocumentError

    merged = merge(*map(open_graph, (base, ours, theirs)))
    target = output if output is not None else ours
    try:
        # Not `save`, which minds what the paths in a graph refer to: version control merges in files of its own,
        # passing ones, of which nobody wants backups.
        write_atomically(target.absolute(), merged.graph.to_bytes(), backup=target.suffix == SUFFIX)
    except DocumentError as error:
        raise CommandError(error.message, hint=error.hint, status=ExitStatus.FAILED) from error
    told = [f"their '{old}' is called '{new}' now: both sides had added one" for old, new in merged.renamed.items()]
    conflicts = [f"conflict: {sentence}" for sentence in merged.conflicts]
    head = f"merged into {shown_path(target)}"
    if conflicts:
        head += f" with {plural(len(conflicts), 'conflict')}"
    return Outcome(
        ExitStatus.FAILED if conflicts else ExitStatus.DONE,
        "\n".join([head, *told, *conflicts]),
        {
            "status": "conflicts" if conflicts else "merged",
            "file": str(target),
            "conflicts": list(merged.conflicts),
            "renamed": dict(merged.renamed),
        },
    )
