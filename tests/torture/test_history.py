"""The history while programs that write it are killed: of each run all or nothing, and never a damaged file."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from shtairir.monitor.history import History
from tests.torture.scale import scaled

NODES, ATTEMPTS = 150, 12

_WRITER = """
import os, sys
from pathlib import Path
from shtairir.events import NodeStatus
from shtairir.monitor.database import Database
from shtairir.monitor.past import FailedAttempt, PastEvent, ResourceUse, RunSummary
from shtairir.monitor.recording import RunRows, record
from shtairir.recovery.keys import new_run_key

database = Database(Path(sys.argv[1]) / "history.sqlite", quota_bytes=int(sys.argv[2]))
nodes, attempts = int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
number = 0
while True:
    number += 1
    key = new_run_key()
    mark = f"{os.getpid()}-{number % 7}"
    summary = RunSummary(key, "graph", "done", float(number), 1.0, fingerprint=mark, nodes=nodes, done=nodes)
    rows = RunRows(
        summary, "/nowhere", b"x" * 3000,
        [(f"n{place}", "x.y", "done", 0.0, 0.01, 8, 8, 1, 1, place, '{"out":1.0}', None) for place in range(nodes)],
        [FailedAttempt(f"n{place}", 1, 0.5, "worker-1", "ValueError", "no") for place in range(attempts)],
        [PastEvent(0.1, "retry", f"n{place}", "again") for place in range(attempts)],
        [ResourceUse("memory", "bytes", 0.0, 8.0)],
    )
    if record(database, rows) is None:
        sys.exit("it could not be written")
"""


def _started(home: Path, quota_bytes: int) -> subprocess.Popen[str]:
    arguments = (str(home), str(quota_bytes), str(NODES), str(ATTEMPTS))
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n", writer.communicate()[1]
    return writer


def _check(path: Path) -> int:
    """Hold that the file is whole and so is every run in it, and return how many these are."""
    with closing(sqlite3.connect(path, timeout=20)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        runs = [number for (number,) in connection.execute("SELECT id FROM runs")]
        for table, wanted in (("node_runs", NODES), ("attempts", ATTEMPTS), ("events", ATTEMPTS), ("resources", 1)):
            counts = dict(connection.execute(f"SELECT run_id, count(*) FROM {table} GROUP BY run_id"))
            assert counts == dict.fromkeys(runs, wanted), f"half a run in {table}"
        assert connection.execute("SELECT count(*) FROM runs WHERE graph_id IS NULL").fetchone() == (0,)
    return len(runs)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that cannot be caught")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("quota_bytes", [200_000_000, 400_000], ids=["growing", "at its quota"])
def test_a_killed_writer_leaves_all_of_a_run_or_nothing(tmp_path: Path, quota_bytes: int) -> None:
    """Two programs write; one after the other is killed at any moment: in a transaction, a migration, a vacuum."""
    chance = random.Random(20261120)
    home = tmp_path / "state"
    rounds = scaled(100, 3)
    for _ in range(rounds):
        writers = [_started(home, quota_bytes) for _ in range(2)]
        for writer in writers:
            time.sleep(chance.uniform(0.0, 0.15))
            assert writer.poll() is None, writer.communicate()[1]
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            writer.communicate()
        if (home / "history.sqlite").exists() and os.path.getsize(home / "history.sqlite"):
            _check(home / "history.sqlite")
    assert History(home).runs(limit=1)
    assert _check(home / "history.sqlite") > 0
    assert not [file for file in home.iterdir() if "damaged" in file.name]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that cannot be caught")
def test_a_program_killed_while_it_makes_the_database_leaves_nothing_that_hinders(tmp_path: Path) -> None:
    for attempt in range(scaled(40, 3)):
        home = tmp_path / str(attempt)
        code = (
            "import sys; from pathlib import Path; from shtairir.monitor.database import Database\n"
            "database = Database(Path(sys.argv[1]) / 'history.sqlite'); print('ready', flush=True)\n"
            "database.write(lambda connection: 1)\n"
        )
        maker = subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True)
        assert maker.stdout is not None
        maker.stdout.readline()
        time.sleep(0.0007 * attempt % 0.02)
        maker.kill()
        maker.communicate()
        past = History(home)
        assert past.runs() == []
        assert past.database.write(lambda connection: 1) == 1
        assert not [file for file in home.iterdir() if "damaged" in file.name]
