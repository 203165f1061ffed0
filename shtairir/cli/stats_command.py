"""``shtairir stats``: how often runs succeed, and what they take."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from shtairir.cli.files import existing_graph_file
from shtairir.cli.history_command import the_history, unusable
from shtairir.cli.outcome import Outcome
from shtairir.cli.quantities import parse_moment
from shtairir.cli.terminal import columns, duration_text, plural, size_text, styled, visible

if TYPE_CHECKING:
    from shtairir.monitor.statistics import By, Durations, ExecutionStatistics, StatisticsRow

_LISTED = 20


def tell_statistics(file: Path | None, by: By, since: str | None) -> Outcome:
    """Tell what the recorded runs have taken."""
    path = os.path.realpath(existing_graph_file(file)) if file is not None else None
    since_s = parse_moment(since) if since is not None else None
    with unusable():
        found = the_history().statistics(by=by, graph=path, since=since_s)
    if not found.runs:
        return Outcome(text="No such run has been recorded yet.", document=found.to_dict())
    return Outcome(text=statistics_text(found, sys.stdout), document=found.to_dict())


def statistics_text(found: ExecutionStatistics, stream: TextIO) -> str:
    """Return the statistics as text: the whole, what took longest, what failed most, what held most."""
    ended = found.done + found.failed
    rows = [("runs", f"{found.runs:,}; {found.done:,} of the {ended:,} that were not cancelled ended well")]
    if found.done:
        rows.append(("time", _times(found.durations)))
    parts = [columns(rows), _table(found.slowest(_LISTED), found.by, stream)]
    rest = len(found.rows) - _LISTED
    if rest > 0:
        parts.append(f"and {plural(rest, f'quicker {found.by}')}; --json lists them all")
    failing = found.most_failing(5)
    if failing:
        listed = [
            (visible(row.name), f"{row.failed:,} of {row.runs:,}", visible(row.last_error.partition("\n")[0]))
            for row in failing
        ]
        parts.append(f"failed most often:\n{columns(listed, indent=2)}")
    hungry = [(visible(row.name), size_text(row.peak_bytes)) for row in found.hungriest(5) if row.peak_bytes]
    if hungry:
        parts.append(f"held most memory:\n{columns(hungry, indent=2)}")
    return "\n\n".join(parts)


def _times(times: Durations) -> str:
    texts = (duration_text(value) for value in (times.p50_s, times.p90_s, times.p99_s, times.longest_s))
    return "half within {}, 90 % within {}, 99 % within {}, the longest {}".format(*texts)


def _table(rows: list[StatisticsRow], by: str, stream: TextIO) -> str:
    table: list[tuple[str, ...]] = [(by, "runs", "done", "p50", "p90", "p99", "longest", "all", "memory")]
    table += [
        (
            visible(row.name),
            f"{row.runs:,}",
            f"{row.success_rate:.0%}",
            *(
                duration_text(value) if row.done else "-"
                for value in (row.durations.p50_s, row.durations.p90_s, row.durations.p99_s, row.durations.longest_s)
            ),
            duration_text(row.total_s),
            size_text(row.usual_peak_bytes) if row.usual_peak_bytes else "-",
        )
        for row in rows
    ]
    lines = columns(table).splitlines()
    return "\n".join([styled(lines[0], "dim", stream), *lines[1:]])
