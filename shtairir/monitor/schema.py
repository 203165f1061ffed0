"""The tables of the history, and how an older database becomes one of today.

A step takes a database from one version to the next; `PRAGMA user_version` tells how many steps it has behind it. A
step that was published is never changed: another one is added.
"""

from __future__ import annotations

from typing import Final

APPLICATION: Final = 0x53485452
"""Marks the file as ours: `PRAGMA application_id`, "SHTR"."""

_FIRST = """
CREATE TABLE graphs (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    text BLOB NOT NULL
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    graph_id INTEGER REFERENCES graphs(id),
    graph TEXT NOT NULL,
    file TEXT,
    base_dir TEXT NOT NULL,
    origin TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at REAL NOT NULL,
    elapsed_s REAL NOT NULL,
    workers INTEGER NOT NULL,
    level TEXT NOT NULL,
    nodes INTEGER NOT NULL,
    done INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    peak_bytes INTEGER NOT NULL,
    error TEXT NOT NULL,
    resumed_from TEXT
);
CREATE INDEX runs_started ON runs (started_at);
CREATE TABLE node_runs (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    node TEXT NOT NULL,
    block TEXT NOT NULL,
    status TEXT NOT NULL,
    started_s REAL,
    elapsed_s REAL NOT NULL,
    output_bytes INTEGER NOT NULL,
    peak_bytes INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    count INTEGER NOT NULL,
    likeness INTEGER,
    outputs TEXT,
    details TEXT,
    PRIMARY KEY (run_id, place)
) WITHOUT ROWID;
CREATE INDEX node_runs_alike ON node_runs (likeness, run_id, elapsed_s, peak_bytes) WHERE likeness IS NOT NULL;
CREATE TABLE attempts (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    node TEXT NOT NULL,
    number INTEGER NOT NULL,
    at_s REAL NOT NULL,
    worker TEXT NOT NULL,
    error_type TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (run_id, place)
) WITHOUT ROWID;
CREATE TABLE events (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    at_s REAL NOT NULL,
    kind TEXT NOT NULL,
    node TEXT,
    text TEXT NOT NULL,
    PRIMARY KEY (run_id, place)
) WITHOUT ROWID;
CREATE TABLE resources (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    capacity REAL NOT NULL,
    peak REAL NOT NULL,
    waited_s REAL NOT NULL,
    PRIMARY KEY (run_id, name)
) WITHOUT ROWID;
"""

_REGRESSIONS = """
CREATE TABLE regressions (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    measure TEXT NOT NULL,
    now REAL NOT NULL,
    usual REAL NOT NULL,
    sure REAL NOT NULL,
    runs INTEGER NOT NULL,
    PRIMARY KEY (run_id, node, measure)
) WITHOUT ROWID;
"""

_FORECASTS = """
CREATE TABLE forecasts (
    run_id INTEGER PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
    nodes_to_run INTEGER NOT NULL,
    nodes_cached INTEGER NOT NULL,
    impact TEXT NOT NULL,
    low_s REAL,
    typical_s REAL,
    high_s REAL,
    peak_bytes INTEGER,
    disk_bytes INTEGER,
    saved_share REAL,
    runs INTEGER NOT NULL,
    nodes_run INTEGER NOT NULL,
    written_bytes INTEGER
);
"""

STEPS: Final = (_FIRST, _REGRESSIONS, _FORECASTS)
VERSION: Final = len(STEPS)
