"""The record of forecasts outlives the program, and no run is hindered by it."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

import shtairir
from shtairir.block import block
from shtairir.forecasting import record as module
from shtairir.forecasting.record import Entry, Track, track

ENTRY = Entry(7, "seasoned", 1.0, 0.3, 1.2, False, 100, 200, 5, 2, 2.0, 1.9)


@block(id="record.work")
def work(x: float = 0.0) -> float:
    """Do a little."""
    return x + sum(range(1000))


@block(id="record.fail")
def fail(x: float = 0.0) -> float:
    """Fail."""
    raise ValueError("no")


def graph(kind: object = work, name: str = "recorded") -> shtairir.Graph:
    made = shtairir.Graph(name)
    made.add(kind)
    return made


def entries(name: str = "recorded") -> int:
    found = track()
    assert found is not None
    found.catch_up()
    return len(found.of(name))


def test_each_run_that_is_done_is_remembered() -> None:
    for count in range(3):
        assert entries() == count
        shtairir.run(graph())
    assert entries() == 3


def test_runs_that_failed_or_were_rehearsed_teach_nothing() -> None:
    made = graph(fail)
    made.set_policy(None, node={"retries": 0})
    assert shtairir.run(made).status == "failed"
    shtairir.rehearse(graph(), {})
    assert entries() == 0


def test_only_the_last_runs_are_kept() -> None:
    plan = shtairir.plan(graph())
    for _ in range(2 * module._KEPT):
        shtairir.run(plan)
        entries()
    assert entries() == module._KEPT


def test_what_is_recorded_outlives_the_program(own_record: Track) -> None:
    for _ in range(3):
        shtairir.run(graph())
    own_record.save()
    folder = own_record._folder
    later = Track(folder)
    assert list(later.of("recorded")) == list(own_record.of("recorded"))
    assert len(later.of("recorded")) == 3
    assert later.is_first("recorded")


def test_two_programs_add_to_one_record(tmp_path: Path) -> None:
    programs = [Track(tmp_path / "both") for _ in range(2)]
    for number, each in enumerate(programs):
        each._of("graph").append(ENTRY._replace(elapsed_s=float(number)))
        each._new.append(("graph", ENTRY._replace(elapsed_s=float(number))))
    for each in programs:
        each.save()
    assert [entry.elapsed_s for entry in Track(tmp_path / "both").of("graph")] == [0.0, 1.0]


@pytest.mark.parametrize(("least_s", "count"), [(0.0, 8), (3600.0, 0)])
def test_how_far_off_other_graphs_were_is_known_to_all_unless_they_are_very_short(
    own_record: Track, monkeypatch: pytest.MonkeyPatch, least_s: float, count: int
) -> None:
    monkeypatch.setattr(module, "_LEAST_POOLED_S", least_s)
    for number in range(4):
        for _ in range(3):
            shtairir.run(graph(name=f"graph {number}"))
    own_record.save()
    assert own_record._folder is not None
    pools = Track(own_record._folder)._all_pools()
    found = sum(map(len, pools.values()))
    assert found >= count if count else found == 0


HEAD = {"format": "shtairir-forecasts", "version": 1, "graph": "recorded"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        json.dumps({**HEAD, "version": 9, "runs": []}),
        json.dumps({**HEAD, "runs": [[1, 2, 3]]}),
        json.dumps({**HEAD, "runs": [[*ENTRY[:4], -1.0, *ENTRY[5:]]]}),
        json.dumps({**HEAD, "runs": [[*ENTRY[:4], float("nan"), *ENTRY[5:]]]}),
    ],
)
def test_a_damaged_record_is_told_and_written_anew(
    text: str, own_record: Track, caplog: pytest.LogCaptureFixture
) -> None:
    shtairir.run(graph())
    own_record.save()
    file = own_record._file_of("recorded")
    file.write_text(text)
    again = Track(own_record._folder)
    with caplog.at_level(logging.WARNING):
        assert again.of("recorded") == ()
    assert "is written anew" in caplog.text
    again._of("recorded").append(ENTRY)
    again._new.append(("recorded", ENTRY))
    again.save()
    assert Track(own_record._folder).of("recorded") == (ENTRY,)


def test_graphs_that_were_not_run_for_long_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_GRAPHS", 3)
    for number in range(6):
        each = Track(tmp_path / "many")
        each._new.append((f"graph {number}", ENTRY))
        each.save()
    files = [file for file in (tmp_path / "many").glob("*.json") if file.name != "pool.json"]
    assert len(files) == 3


def test_a_record_that_cannot_be_written_costs_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SHTAIRIR_LEARNED_PATH", str(tmp_path / "file" / "learned.json"))
    assert shtairir.run(graph()).status == "done"
    found = track()
    assert found is not None
    found.save()
