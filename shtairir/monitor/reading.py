"""From the rows of the history back to values. What another program wrote may be anything: it is read with care."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shtairir.block.values import ValueSummary
from shtairir.events import CodeLine, NodeFailure, NodeStatus
from shtairir.ids import BlockId, NodeId, PortName, RunKey
from shtairir.monitor.past import FailedAttempt, NodeRun, PastEvent, PastForecast, Regression, ResourceUse, RunSummary
from shtairir.monitor.writable import writable

_SUMMARY = (
    "SELECT key, graph, status, started_at, elapsed_s, file, graphs.fingerprint, origin, workers, level, nodes, done,"
    " failed, skipped, cached, cancelled, peak_bytes, error, resumed_from,"
    " (SELECT count(DISTINCT node) FROM regressions WHERE run_id = runs.id)"
    " FROM runs LEFT JOIN graphs ON graphs.id = graph_id"
)

_MOST_RUNS = 2**62
"""SQLite knows no larger numbers than twice that."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are meant.

    Attributes
    ----------
    graph
        Part of the graph's name, or the path of its file.
    since
        Seconds since 1970.
    """

    graph: str | None = None
    status: str | None = None
    since: float | None = None

    def condition(self) -> tuple[str, list[Any]]:
        """Return it as the end of a query, with its values."""
        parts, values = ["1"], list[Any]()
        if self.graph is not None:
            parts.append("(file = ? OR graph = ? OR instr(lower(graph), lower(?)))")
            values += [writable(self.graph)] * 3  # as it was written
        if self.status is not None:
            parts.append("runs.status = ?")
            values.append(self.status)
        if self.since is not None:
            parts.append("started_at >= ?")
            values.append(self.since)
        return " AND ".join(parts), values


def read_runs(connection: sqlite3.Connection, wanted: RunFilter, limit: int | None) -> list[RunSummary]:
    """Return the runs that are meant, the latest first."""
    condition, values = wanted.condition()
    rows = connection.execute(
        f"{_SUMMARY} WHERE {condition} ORDER BY started_at DESC, runs.id DESC LIMIT ?",
        (*values, -1 if limit is None else min(limit, _MOST_RUNS)),
    )
    return [_summary(row) for row in rows]


def read_keys(connection: sqlite3.Connection, prefix: str) -> list[RunKey]:
    """Return the keys that begin so."""
    rows = connection.execute("SELECT key FROM runs WHERE substr(key, 1, ?) = ?", (len(prefix), writable(prefix)))
    return [RunKey(key) for (key,) in rows]


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What the database holds of one run."""

    summary: RunSummary
    base_dir: str
    graph_text: bytes | None
    nodes: tuple[NodeRun, ...]
    attempts: tuple[FailedAttempt, ...]
    events: tuple[PastEvent, ...]
    resources: tuple[ResourceUse, ...]
    regressions: tuple[Regression, ...]
    forecast: PastForecast | None


def read_run(connection: sqlite3.Connection, key: RunKey) -> StoredRun | None:
    """Return a run, or ``None`` if there is none of that key."""
    row = connection.execute(f"{_SUMMARY} WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    number, base_dir, packed = connection.execute(
        "SELECT runs.id, base_dir, text FROM runs LEFT JOIN graphs ON graphs.id = graph_id WHERE key = ?", (key,)
    ).fetchone()
    ask = connection.execute
    return StoredRun(
        _summary(row),
        base_dir,
        _unpacked(packed),
        tuple(map(_node, ask(f"{_NODE} WHERE run_id = ? ORDER BY place", (number,)))),
        tuple(
            FailedAttempt(*found)
            for found in ask(
                "SELECT node, number, at_s, worker, error_type, message FROM attempts WHERE run_id = ? ORDER BY place",
                (number,),
            )
        ),
        tuple(
            PastEvent(*found)
            for found in ask("SELECT at_s, kind, node, text FROM events WHERE run_id = ? ORDER BY place", (number,))
        ),
        tuple(
            ResourceUse(*found)
            for found in ask(
                "SELECT name, unit, capacity, peak, waited_s FROM resources WHERE run_id = ? ORDER BY name", (number,)
            )
        ),
        tuple(
            Regression(*found)
            for found in ask(
                "SELECT node, measure, now, usual, sure, runs FROM regressions WHERE run_id = ? ORDER BY node",
                (number,),
            )
        ),
        _forecast(ask(f"{_FORECAST} WHERE run_id = ?", (number,)).fetchone()),
    )


_FORECAST = (
    "SELECT nodes_to_run, nodes_cached, impact, low_s, typical_s, high_s, peak_bytes, disk_bytes, saved_share, runs,"
    " nodes_run, written_bytes FROM forecasts"
)


def _forecast(row: Sequence[Any] | None) -> PastForecast | None:
    return PastForecast(*row) if row is not None else None


_NODE = (
    "SELECT node, block, status, started_s, elapsed_s, output_bytes, peak_bytes, attempts, count, outputs, details"
    " FROM node_runs"
)


def _summary(row: Sequence[Any]) -> RunSummary:
    return RunSummary(*row)


def _node(row: Sequence[Any]) -> NodeRun:
    node, block, status, started_s, elapsed_s, output_bytes, peak_bytes, attempts, count, outputs, details = row
    told = _object(details)
    return NodeRun(
        node=NodeId(node),
        block=BlockId(block),
        status=NodeStatus(status),
        started_s=started_s,
        elapsed_s=elapsed_s,
        output_bytes=output_bytes,
        peak_bytes=peak_bytes,
        outputs={PortName(port): _value(value) for port, value in _object(outputs).items()},
        reason=str(told.get("reason", "")),
        error=failure_from(told["error"]) if isinstance(told.get("error"), dict) else None,
        attempts=attempts,
        count=count,
        failed=int(told.get("failed", 0)),
        parts=tuple(map(NodeId, told.get("parts", ()))),
    )


def _unpacked(packed: bytes | None) -> bytes | None:
    try:
        return zlib.decompress(packed) if packed is not None else None
    except zlib.error:
        return None


def _object(text: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _value(facts: Any) -> ValueSummary:
    if not isinstance(facts, dict):
        return _number(facts)
    shape = facts.get("shape")
    return ValueSummary(
        kind=str(facts.get("kind", "any")),
        text=str(facts.get("text", "")),
        shape=tuple(shape) if isinstance(shape, list) else None,
        dtype=facts.get("dtype"),
        minimum=facts.get("minimum"),
        maximum=facts.get("maximum"),
        nbytes=int(facts.get("nbytes", 0)),
        length=facts.get("length"),
    )


def _number(value: Any) -> ValueSummary:
    """Return the summary of a number, which is written as itself."""
    from shtairir.block.values import summarize

    return summarize(value)


def failure_from(facts: Mapping[str, Any]) -> NodeFailure:
    """Return a failure from what `shtairir.results.report.failure_dict` made of it."""
    code = facts.get("code")
    return NodeFailure(
        node=NodeId(str(facts.get("node", ""))),
        block=BlockId(str(facts.get("block", ""))),
        error_type=str(facts.get("type", "")),
        message=str(facts.get("message", "")),
        hint=str(facts.get("hint", "")),
        inputs={PortName(port): _value(value) for port, value in (facts.get("inputs") or {}).items()},
        code=CodeLine(**code) if isinstance(code, dict) else None,
        traceback=str(facts.get("traceback", "")),
        upstream=tuple(map(NodeId, facts.get("upstream", ()))),
        category=facts.get("category", "fatal"),
        attempts=int(facts.get("attempts", 1)),
    )
