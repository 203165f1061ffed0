"""The file: migrated, shared, set aside when damaged, kept small."""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from shtairir.errors import HistoryError
from shtairir.monitor import schema
from shtairir.monitor.database import Database
from shtairir.monitor.history import History
from shtairir.monitor.recording import insert, record
from tests.engine.history.conftest import NOON, node, put, rows


def test_an_older_database_is_brought_up_to_date(past: History, home: Path) -> None:
    home.mkdir()
    with closing(sqlite3.connect(past.database.path)) as old:
        old.executescript(schema.STEPS[0])
        old.execute("PRAGMA user_version = 1")
        insert(old, rows("20261120-120000-0001", node()))
        old.commit()
    assert [run.key for run in past.runs()] == ["20261120-120000-0001"]
    with closing(sqlite3.connect(past.database.path)) as now:
        assert now.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert now.execute("SELECT count(*) FROM regressions").fetchone() == (0,)


def test_a_database_of_a_newer_program_is_left_alone(past: History) -> None:
    put(past, rows("20261120-120000-0001"))
    with closing(sqlite3.connect(past.database.path)) as newer:
        newer.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    before = past.database.path.read_bytes()
    with pytest.raises(HistoryError, match="newer version"):
        past.runs()
    with pytest.raises(HistoryError, match="newer version"):
        put(past, rows("20261120-120000-0002"))
    assert past.database.path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_database_as_it_was(past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    put(past, rows("20261120-120000-0001"))
    steps = (*schema.STEPS, "CREATE TABLE half (a); CREATE TABLE runs (b)")
    for module in ("schema", "database"):
        monkeypatch.setattr(f"shtairir.monitor.{module}.STEPS", steps)
        monkeypatch.setattr(f"shtairir.monitor.{module}.VERSION", len(steps))
    with pytest.raises(sqlite3.OperationalError), closing(past.database._open()):
        pass
    with closing(sqlite3.connect(past.database.path)) as left:
        assert left.execute("PRAGMA user_version").fetchone() == (schema.VERSION - 1,)
        assert left.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchone() is None


@pytest.mark.parametrize("damage", ["garbage", "half", "middle", "other"])
def test_a_damaged_database_is_set_aside_and_a_new_one_begins(
    past: History, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    put(past, *(rows(f"20261120-120000-{number:04x}", *(node(f"n{one}") for one in range(40))) for number in range(40)))
    path = past.database.path
    data = bytearray(path.read_bytes())
    if damage == "garbage":
        data = bytearray(b"This is no database at all. " * 400)
    elif damage == "half":
        del data[len(data) // 2 :]
    elif damage == "middle":
        data[4096 : len(data) - 4096] = bytes(len(data) - 8192)
    path.write_bytes(data)
    if damage == "other":
        path.unlink()
        with closing(sqlite3.connect(path)) as other:
            other.execute(f"PRAGMA user_version = {schema.VERSION}")
            other.execute("CREATE TABLE strange (a)")
    with caplog.at_level(logging.WARNING):
        for run in past.runs():
            with suppress(HistoryError):  # it may be set aside just now
                past.run(run.key)
        put(past, rows("20261120-130000-0001", at=NOON + 3600))
    assert past.runs(limit=1)[0].key == "20261120-130000-0001"
    with closing(sqlite3.connect(path)) as now:
        assert now.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    aside = [file for file in path.parent.iterdir() if "damaged" in file.name and file.suffix == ".sqlite"]
    assert len(aside) == 1
    assert "is damaged" in caplog.text
    assert aside[0].name in caplog.text


def test_a_folder_that_cannot_be_written_to_costs_the_history_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    blocked = Database(tmp_path / "state" / "history.sqlite")
    assert record(blocked, rows("20261120-120000-0001")) is None
    assert "cannot be used" in caplog.text


def test_several_programs_write_at_once_and_none_waits_for_ever(home: Path) -> None:
    def write(program: int) -> None:
        own = History(home)  # a connection of its own for each thing it does, as another program has
        put(own, *(rows(f"20261120-12{program:02}00-{number:04x}", node()) for number in range(15)))

    threads = [threading.Thread(target=write, args=(program,)) for program in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(History(home).runs(limit=None)) == 90


def test_the_oldest_runs_go_when_it_grows_too_large(home: Path) -> None:
    past = History(home)
    past.database = Database(past.database.path, quota_bytes=600_000)
    details = '{"reason":"' + "x" * 20_000 + '"}'
    put(past, *(rows(f"20261120-120000-{each:04x}", node(details=details), at=NOON + each) for each in range(120)))
    kept = past.runs(limit=None)
    assert kept[0].key == f"20261120-120000-{119:04x}"
    assert 5 < len(kept) < 40
    assert past.database.path.stat().st_size < 1_000_000


def test_graphs_go_with_the_last_run_of_them(past: History) -> None:
    put(past, rows("20261120-120000-0001", graph="one"), rows("20261120-120000-0002", graph="two", at=NOON + 1))
    assert past.prune(keep=1) == 1
    with closing(sqlite3.connect(past.database.path)) as left:
        assert left.execute("SELECT fingerprint FROM graphs").fetchall() == [("ftwo",)]


def test_runs_can_be_forgotten_by_their_age(past: History) -> None:
    long = '{"reason":"' + "x" * 100_000 + '"}'
    put(past, *(rows(f"20261120-120000-{each:04x}", node(details=long), at=NOON + each) for each in range(10)))
    before = past.database.path.stat().st_size
    assert past.prune(before=NOON + 4) == 4
    assert len(past.runs()) == 6
    assert past.database.path.stat().st_size < 0.7 * before
    with closing(sqlite3.connect(past.database.path)) as left:
        assert left.execute("SELECT count(*) FROM node_runs").fetchone() == (6,)


def test_to_forget_in_an_empty_history_makes_none(past: History) -> None:
    assert past.prune(keep=0) == 0
    assert not past.database.path.exists()


def test_a_run_that_is_recorded_again_takes_the_place_of_the_first(past: History) -> None:
    put(past, rows("20261120-120000-0001", node(), status="failed"), rows("20261120-120000-0001", node(), node("b")))
    assert [(run.key, run.status) for run in past.runs()] == [("20261120-120000-0001", "done")]
    assert len(past.run().nodes) == 2
