"""Runs of the past as text."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from shtairir.cli.terminal import columns, duration_text, plural, size_text, styled, visible

if TYPE_CHECKING:
    from shtairir.monitor.history import RunRecord
    from shtairir.monitor.past import (
        Comparison,
        NodeComparison,
        NodeRun,
        PastForecast,
        Regression,
        ResourceUse,
        RunSummary,
    )

_ROLES = {
    "done": "good",
    "partial": "warn",
    "running": "strong",
    "skipped": "dim",
    "cached": "dim",
    "cancelled": "warn",
}
_LISTED_NODES = 60
_LISTED_EVENTS = 40
_WORTH_A_WORD = 1.2


def runs_text(runs: Sequence[RunSummary], stream: TextIO) -> str:
    """Return a line for each run."""
    head = ("run", "began", "graph", "status", "time", "nodes", "memory", "")
    rows = [head] + [
        (
            run.key,
            moment_text(run.started),
            visible(run.graph),
            run.status,
            duration_text(run.elapsed_s) if run.elapsed_s else "-",
            nodes_text(run),
            size_text(run.peak_bytes) if run.peak_bytes else "-",
            visible(_remark(run)),
        )
        for run in runs
    ]
    return _coloured(columns(rows), [row[3] for row in rows], stream)


def _coloured(table: str, statuses: Sequence[str], stream: TextIO) -> str:
    """Return a table with its head dimmed, and each line's status in its colour."""
    lines = table.splitlines()
    shown = [styled(lines[0], "dim", stream)]
    for line, status in zip(lines[1:], statuses[1:], strict=True):
        shown.append(line.replace(f"  {status}", f"  {styled(status, _ROLES.get(status, 'bad'), stream)}", 1))
    return "\n".join(shown)


def _remark(run: RunSummary) -> str:
    parts = []
    if run.resumed_from:
        parts.append(f"goes on from {run.resumed_from}")
    if run.regressions:
        parts.append(f"{plural(run.regressions, 'node')} took more than usual")
    if run.error:
        parts.append(run.error)
    return "; ".join(parts)[:100]


def nodes_text(run: RunSummary) -> str:
    """Return how many of a run's nodes came to their end: ``12``, or ``9 of 12``."""
    good = run.done + run.cached
    return str(run.nodes) if good == run.nodes else f"{good} of {run.nodes}"


def moment_text(moment: datetime, now_s: float | None = None) -> str:
    """Return a time with its day, unless that is today."""
    today = datetime.fromtimestamp(now_s if now_s is not None else time.time()).astimezone().date()
    return moment.strftime("%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M")


# --- one run --------------------------------------------------------------------------------------------------


def run_text(record: RunRecord, stream: TextIO) -> str:
    """Return all that is worth reading of a run."""
    parts = [_facts(record.summary, record.forecast, stream), _nodes(record.nodes, stream)]
    if record.regressions:
        lines = "\n".join(f"  {line}" for line in regression_lines(record.regressions))
        parts.append(f"took more than usual:\n{lines}")
    if record.attempts:
        rows = [
            (
                visible(one.node),
                f"attempt {one.number}",
                f"at {duration_text(one.at_s)}",
                f"{one.error_type}: {_line(one.message)}",
            )
            for one in record.attempts
        ]
        parts.append(f"attempts that failed:\n{columns(rows[:_LISTED_EVENTS], indent=2)}{_more(rows, _LISTED_EVENTS)}")
    if record.events:
        told = [
            (f"at {duration_text(one.at_s)}", one.kind, visible(one.node or ""), _line(one.text))
            for one in record.events
        ]
        parts.append(f"events:\n{columns(told[:_LISTED_EVENTS], indent=2)}{_more(told, _LISTED_EVENTS)}")
    if record.resources:
        parts.append(f"resources:\n{columns(map(_resource, record.resources), indent=2)}")
    return "\n\n".join(parts)


def _facts(run: RunSummary, forecast: PastForecast | None, stream: TextIO) -> str:
    at_least = "at least " if run.status == "died" else ""
    rows = [
        ("run", run.key),
        ("graph", visible(run.graph + (f"  ({run.file})" if run.file else ""))),
        ("status", styled(run.status, _ROLES.get(run.status, "bad"), stream)),
        ("began", run.started.strftime("%Y-%m-%d %H:%M:%S %z")),
        ("took", f"{at_least}{duration_text(run.elapsed_s)} on {plural(run.workers, 'worker')}, at {run.level}"),
    ]
    if run.status not in ("running", "died"):  # of these, no more is known than what their journals say
        rows += [
            ("from the", _ORIGINS.get(run.origin, run.origin)),
            ("memory", f"at most {size_text(run.peak_bytes)} of values"),
        ]
    if forecast is not None:
        rows.append(("foreseen", _foreseen(forecast)))
    if run.resumed_from:
        rows.append(("goes on from", run.resumed_from))
    if run.error:
        rows.append(("failed with", visible(run.error)))
    return columns(rows)


def _foreseen(forecast: PastForecast) -> str:
    """Return what was foreseen of a run, in the words in which is told what came."""
    parts = ["no time: too little was known"]
    if forecast.low_s is not None and forecast.typical_s is not None and forecast.high_s is not None:
        between = f"{duration_text(forecast.low_s)} to {duration_text(forecast.high_s)}"
        parts = [f"about {duration_text(forecast.typical_s)} ({between})"]
    if forecast.peak_bytes is not None:
        parts.append(f"at most {size_text(forecast.peak_bytes)} of values")
    parts.append(f"{forecast.nodes_to_run:,} of {plural(forecast.nodes_to_run + forecast.nodes_cached, 'node')} to run")
    return ", ".join(parts)


_ORIGINS = {"api": "Python interface", "cli": "command line", "window": "window"}


def _nodes(nodes: Sequence[NodeRun], stream: TextIO) -> str:
    shown = [node for node in nodes if not node.parts]
    slowest = sorted(shown, key=lambda node: (node.status in ("done", "skipped", "cached"), -node.elapsed_s))
    rows = [("node", "block", "status", "time", "memory", "tries", "result")]
    rows += [
        (
            visible(node.node),
            visible(node.block),
            str(node.status),
            duration_text(node.elapsed_s) if node.started_s is not None else "-",
            size_text(node.peak_bytes) if node.peak_bytes else "-",
            str(node.attempts),
            visible(_result(node)),
        )
        for node in slowest[:_LISTED_NODES]
    ]
    return _coloured(columns(rows), [row[2] for row in rows], stream) + _more(slowest, _LISTED_NODES)


def _result(node: NodeRun) -> str:
    if node.error is not None:
        return f"{node.error.error_type}: {_line(node.error.message)}"
    return node.reason or ", ".join(value.text for value in node.outputs.values())[:80]


def _resource(use: ResourceUse) -> tuple[str, str]:
    name = visible(use.name)
    if use.unit == "bytes":
        limit = f" of {size_text(int(use.capacity))}" if use.capacity else ""
        return name, f"at most {size_text(int(use.peak))}{limit}"
    if use.unit == "s":
        share = f" of {duration_text(use.capacity)}, {use.peak / use.capacity:.0%}" if use.capacity else ""
        return name, f"{duration_text(use.peak)}{share}"
    if use.unit == "times":
        return name, f"{use.peak:,.0f} times"
    waited = f", waited {duration_text(use.waited_s)} for it" if use.waited_s else ""
    return name, f"at most {use.peak:g} of {use.capacity:g} {use.unit}{waited}"


def regressions_text(regressions: Sequence[Regression], stream: TextIO, *, everything: bool) -> str:
    """Return a line that says how many nodes took more than usual, and which most; or a line for each."""
    if everything or len(regressions) == 1:
        return "\n".join(styled(f"more than usual: {line}", "warn", stream) for line in regression_lines(regressions))
    worst = regression_lines([max(regressions, key=lambda one: one.ratio)])[0]
    many = plural(len({one.node for one in regressions}), "node")
    return styled(f"{many} took more than usual, most of all {worst}; -v lists them", "warn", stream)


def regression_lines(regressions: Iterable[Regression]) -> list[str]:
    """Return a sentence for each node that took more than usual, with how sure that is."""
    return [
        f"{visible(one.node)}: {_amount(one.measure, one.now)} instead of {_amount(one.measure, one.usual)},"
        f" {one.ratio:.1f} × the usual of {one.runs} runs; {one.sure:.0%} sure"
        for one in regressions
    ]


def _amount(measure: str, value: float) -> str:
    return duration_text(value) if measure == "time" else size_text(int(value))


# --- two runs -------------------------------------------------------------------------------------------------


def comparison_text(comparison: Comparison, stream: TextIO, *, everything: bool) -> str:
    """Return two runs side by side; of the nodes those that differ, unless everything is wanted."""
    first, second = comparison.first, comparison.second
    rows = [
        ("", "first", "second"),
        ("run", first.key, second.key),
        ("graph", visible(first.graph), visible(second.graph)),
        ("began", moment_text(first.started), moment_text(second.started)),
        ("status", first.status, second.status),
        ("time", duration_text(first.elapsed_s), duration_text(second.elapsed_s)),
        ("memory", size_text(first.peak_bytes), size_text(second.peak_bytes)),
    ]
    same = "Both ran the same graph." if comparison.same_graph else "The graphs, or their values, are not the same."
    shown = [node for node in comparison.nodes if everything or _differs(node)]
    parts = [columns(rows), same]
    if shown:
        table: list[tuple[str, ...]] = [("node", "status", "time", "", "memory", "", "other values in")]
        table += [_compared(node) for node in shown[:_LISTED_NODES]]
        lines = columns(table).splitlines()
        body = "\n".join([styled(lines[0], "dim", stream), *lines[1:]])
        parts.append(body + _more(shown, _LISTED_NODES))
    rest = len(comparison.nodes) - len(shown)
    if rest:
        parts.append(f"{plural(rest, 'node')} {'is' if rest == 1 else 'are'} much the same; -v lists all.")
    return "\n\n".join(parts)


def _differs(node: NodeComparison) -> bool:
    def apart(ratio: float | None, most: float, least: float) -> bool:
        return ratio is not None and most > least and not 1 / _WORTH_A_WORD < ratio < _WORTH_A_WORD

    times = max((run.elapsed_s for run in (node.first, node.second) if run is not None), default=0.0)
    sizes = max((run.peak_bytes for run in (node.first, node.second) if run is not None), default=0)
    return (
        node.status_changed
        or bool(node.changed)
        or apart(node.time_ratio, times, 0.005)
        or apart(node.memory_ratio, sizes, 1_000_000)
    )


def _compared(node: NodeComparison) -> tuple[str, ...]:
    first, second = node.first, node.second
    status = " → ".join(dict.fromkeys(str(run.status) if run is not None else "absent" for run in (first, second)))
    times = " → ".join(duration_text(run.elapsed_s) if run is not None else "-" for run in (first, second))
    sizes = " → ".join(size_text(run.peak_bytes) if run is not None else "-" for run in (first, second))
    return (
        visible(node.node),
        status,
        times,
        f"{node.time_ratio:.2f} ×" if node.time_ratio else "",
        sizes,
        f"{node.memory_ratio:.2f} ×" if node.memory_ratio else "",
        visible(", ".join(node.changed)),
    )


def _line(text: str) -> str:
    return visible(text.partition("\n")[0])


def _more(items: Sequence[object], listed: int) -> str:
    rest = len(items) - listed
    return f"\n  and {rest:,} more; --json lists them all" if rest > 0 else ""
