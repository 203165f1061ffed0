"""What is written of a run, and how it gets into the database."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from shtairir.monitor.past import FailedAttempt, PastEvent, PastForecast, Regression, ResourceUse, RunSummary

if TYPE_CHECKING:
    from shtairir.monitor.database import Database

NodeRow: TypeAlias = tuple[Any, ...]
"""The columns of ``node_runs`` from ``node`` on."""


@dataclass(frozen=True, slots=True)
class RunRows:
    """All that is written of one run."""

    summary: RunSummary
    base_dir: str
    graph_text: bytes | None
    nodes: Sequence[NodeRow]
    attempts: Sequence[FailedAttempt] = ()
    events: Sequence[PastEvent] = ()
    resources: Sequence[ResourceUse] = ()
    forecast: PastForecast | None = None


def record(database: Database, rows: RunRows) -> tuple[Regression, ...] | None:
    """Write a run, and return in which nodes it took more than those before; ``None`` if it cannot be written."""
    try:
        written = database.write(lambda connection: _recorded(connection, rows))
    except UnicodeEncodeError:  # so rare that runs without it should not pay for a look at each text
        from shtairir.monitor.writable import writable_rows

        rewritten = writable_rows(rows)
        written = database.write(lambda connection: _recorded(connection, rewritten))
    if written is not None:
        database.keep_to_quota()
    return written


def _recorded(connection: sqlite3.Connection, rows: RunRows) -> tuple[Regression, ...]:
    from shtairir.monitor.regression import regressions

    found = regressions(connection, rows)
    run = insert(connection, rows)
    connection.executemany(
        "INSERT INTO regressions VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((run, one.node, one.measure, one.now, one.usual, one.sure, one.runs) for one in found),
    )
    return found


def insert(connection: sqlite3.Connection, rows: RunRows) -> int:
    """Write a run, and return its number; to be called in a transaction. A run that is there already is replaced."""
    summary = rows.summary
    connection.execute("DELETE FROM runs WHERE key = ?", (summary.key,))
    cursor = connection.execute(
        "INSERT INTO runs (key, graph_id, graph, file, base_dir, origin, status, started_at, elapsed_s, workers, level,"
        " nodes, done, failed, skipped, cached, cancelled, peak_bytes, error, resumed_from)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            summary.key,
            _graph_number(connection, rows),
            summary.graph,
            summary.file,
            rows.base_dir,
            summary.origin,
            summary.status,
            summary.started_at,
            summary.elapsed_s,
            summary.workers,
            summary.level,
            summary.nodes,
            summary.done,
            summary.failed,
            summary.skipped,
            summary.cached,
            summary.cancelled,
            summary.peak_bytes,
            summary.error,
            summary.resumed_from,
        ),
    )
    run = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO node_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((run, place, *row) for place, row in enumerate(rows.nodes)),
    )
    connection.executemany(
        "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (run, place, one.node, one.number, one.at_s, one.worker, one.error_type, one.message)
            for place, one in enumerate(rows.attempts)
        ),
    )
    connection.executemany(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
        ((run, place, one.at_s, one.kind, one.node, one.text) for place, one in enumerate(rows.events)),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?, ?)",
        ((run, one.name, one.unit, one.capacity, one.peak, one.waited_s) for one in rows.resources),
    )
    if rows.forecast is not None:
        connection.execute(
            "INSERT INTO forecasts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (run, *astuple(rows.forecast))
        )
    return run


def _graph_number(connection: sqlite3.Connection, rows: RunRows) -> int | None:
    fingerprint = rows.summary.fingerprint
    if rows.graph_text is None or fingerprint is None:
        return None
    found = connection.execute("SELECT id FROM graphs WHERE fingerprint = ?", (fingerprint,)).fetchone()
    if found is not None:
        return int(found[0])
    packed = zlib.compress(rows.graph_text)
    cursor = connection.execute("INSERT INTO graphs (fingerprint, text) VALUES (?, ?)", (fingerprint, packed))
    return cursor.lastrowid
