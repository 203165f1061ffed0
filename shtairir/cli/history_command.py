"""``shtairir history``: what ran, how one run went, two side by side; and to forget or take away."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.cli.files import shown_path, writable_file
from shtairir.cli.history_text import comparison_text, run_text, runs_text
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.quantities import parse_moment
from shtairir.cli.terminal import plural
from shtairir.errors import HistoryError

if TYPE_CHECKING:
    from shtairir.monitor.history import History

STATUSES = ("done", "partial", "failed", "cancelled", "timed_out", "running", "died")


def the_history() -> History:
    """Return the history of runs.

    Raises
    ------
    CommandError
        When nothing is kept.
    """
    from shtairir.monitor.history import history

    found = history()
    if found is None:
        raise CommandError(
            "Nothing is kept of runs: SHTAIRIR_STATE_PATH is set to nothing.",
            hint="Unset it, or let it name a folder.",
        )
    return found


@contextmanager
def unusable() -> Iterator[None]:
    """Have what is wrong with a name told as what it is: an argument that cannot be used."""
    try:
        yield
    except HistoryError as error:
        raise CommandError(error.message, hint=error.hint) from error


def list_runs(graph: str | None, status: str | None, since: str | None, limit: int) -> Outcome:
    """List runs, the latest first."""
    if status is not None and status not in STATUSES:
        raise CommandError(f"No run has the status “{status}”.", hint=f"There are: {', '.join(STATUSES)}.")
    since_s = parse_moment(since) if since is not None else None
    with unusable():
        runs = the_history().runs(graph=_graph(graph), status=status, since=since_s, limit=limit)
    document = {"runs": [run.to_dict() for run in runs]}
    if not runs:
        asked = graph is not None or status is not None or since is not None
        return Outcome(text="No such run." if asked else "No run has been recorded yet.", document=document)
    return Outcome(text=runs_text(runs, sys.stdout), document=document)


def _graph(name: str | None) -> str | None:
    """Return how history knows a graph: by the path of its file, or by its name."""
    return os.path.realpath(name) if name is not None and Path(name).is_file() else name


def show_run(run: str) -> Outcome:
    """Tell all that is known of a run."""
    with unusable():
        record = the_history().run(run)
    return Outcome(text=run_text(record, sys.stdout), document=record.to_dict())


def compare_runs(first: str, second: str, *, everything: bool) -> Outcome:
    """Tell what is different about two runs."""
    with unusable():
        comparison = the_history().compare(first, second)
    return Outcome(text=comparison_text(comparison, sys.stdout, everything=everything), document=comparison.to_dict())


def prune(before: str | None, keep: int | None) -> Outcome:
    """Forget old runs."""
    if before is None and keep is None:
        raise CommandError("Which runs are to be forgotten?", hint="Write --before 30d, or --keep 100, or both.")
    before_s = parse_moment(before) if before is not None else None
    with unusable():
        count = the_history().prune(before=before_s, keep=keep)
    return Outcome(text=f"{plural(count, 'run')} forgotten.", document={"forgotten": count})


def export_run(run: str, *, graph: Path | None, metrics: Path | None) -> Outcome:
    """Write the graph of a run, or its metrics, into a file."""
    if graph is None and metrics is None:
        raise CommandError(
            "What is to be written?", hint="Write --graph OUT.shtairir, or --metrics OUT.jsonl, or both."
        )
    with unusable():
        record = the_history().run(run)
    written: list[Path] = []
    if graph is not None:
        if record.graph_text is None:
            raise CommandError(f"The graph of run {record.key} was not kept.", status=ExitStatus.FAILED)
        written.append(_written(graph, record.graph_text))
    if metrics is not None:
        from shtairir.monitor.metrics import lines_of

        text = "".join(f"{line}\n" for line in lines_of(record))
        written.append(_written(metrics, text.encode()))
    return Outcome(
        text="\n".join(f"wrote {shown_path(file)}" for file in written),
        document={"run": record.key, "written": [str(file) for file in written]},
    )


def _written(path: Path, data: bytes) -> Path:
    writable_file(path)
    try:
        path.write_bytes(data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"{path} cannot be written: {reason}.", status=ExitStatus.FAILED) from error
    return path
