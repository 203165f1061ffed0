"""Runs found again, compared, counted; and those that only their journals know."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from shtairir.errors import HistoryError
from shtairir.ids import RunKey
from shtairir.monitor.history import History
from shtairir.monitor.statistics import Durations, percentile
from shtairir.recovery.facts import RunFacts
from shtairir.recovery.folder import RUNS, RunFolder
from shtairir.recovery.journal import JournalFile
from tests.engine.history.conftest import NOON, node, put, rows

FAILED = '{"error":{"node":"b","block":"x.y","type":"ValueError","message":"It is broken."}}'


def test_runs_are_found_by_graph_status_and_time(past: History) -> None:
    put(
        past,
        rows("20261120-120000-0001", graph="coins"),
        rows("20261120-120001-0001", graph="coins", status="failed", at=NOON + 1),
        rows("20261120-120002-0001", graph="cells", at=NOON + 2),
    )
    assert [run.graph for run in past.runs()] == ["cells", "coins", "coins"]
    assert len(past.runs(graph="coin")) == 2
    assert [run.status for run in past.runs(graph="coins", status="failed")] == ["failed"]
    assert len(past.runs(since=NOON + 1)) == 2
    assert len(past.runs(limit=1)) == 1
    assert past.runs(graph="nothing") == []


def test_two_runs_side_by_side(past: History) -> None:
    changed = list(node("blur", took=2.0))
    changed[10] = '{"out":3.5}'
    put(
        past,
        rows("20261120-120000-0001", node("blur"), node("gone"), node("same")),
        rows("20261120-120001-0001", tuple(changed), node("same"), node("new"), at=NOON + 1),
    )
    comparison = past.compare("20261120-120000-0001")
    nodes = {one.node: one for one in comparison.nodes}
    assert list(nodes) == ["blur", "same", "new", "gone"]
    assert nodes["blur"].time_ratio == 2.0
    assert nodes["blur"].changed == ("out",)
    assert nodes["same"].changed == ()
    assert not nodes["same"].status_changed
    assert nodes["gone"].status_changed
    assert nodes["gone"].second is None
    assert nodes["new"].first is None
    assert comparison.same_graph
    assert comparison.to_dict()["nodes"][0]["time_ratio"] == 2.0


def test_statistics_by_block_graph_and_node(past: History) -> None:
    put(
        past,
        *(
            rows(f"20261120-120000-{each:04x}", node("a", took=each / 10), node("b", block="x.y"), at=NOON + each)
            for each in range(1, 11)
        ),
        rows("20261120-130000-0001", node("b", status="failed", block="x.y", details=FAILED), status="failed"),
    )
    by_block = past.statistics(by="block")
    assert (by_block.runs, by_block.done, by_block.failed) == (11, 10, 1)
    blur = by_block.row("image.blur")
    assert blur is not None
    assert blur.durations.p50_s == pytest.approx(0.55)
    assert blur.durations.p90_s == pytest.approx(0.91)
    assert blur.durations.longest_s == 1.0
    assert blur.slowest_run == "20261120-120000-000a"
    assert [row.name for row in by_block.most_failing()] == ["x.y"]
    assert by_block.most_failing()[0].last_error == "It is broken."
    assert by_block.most_failing()[0].success_rate == pytest.approx(10 / 11)
    assert by_block.hungriest()[0].peak_bytes == 5_000_000
    assert [row.name for row in past.statistics(by="graph").rows] == ["demo"]
    assert [row.name for row in past.statistics(by="node").rows] == ["a  (demo)", "b  (demo)"]
    assert past.statistics(graph="nothing").runs == 0


def test_what_did_not_run_counts_for_nothing(past: History) -> None:
    skipped, cached = node("s", status="skipped", block="x.s"), node("c", status="cached", block="x.c")
    put(past, rows("20261120-120000-0001", node(), skipped, cached, node("k", status="cancelled", block="x.k")))
    assert [row.name for row in past.statistics().rows] == ["image.blur"]


def test_percentiles_of_few_values() -> None:
    assert percentile([3.0], 0.99) == 3.0
    assert Durations.of([]) == Durations()
    assert Durations.of([2.0, 1.0]).p50_s == 1.5


def journalled(home: Path, facts: RunFacts) -> None:
    """Leave what a program leaves that was killed in the middle of a run."""
    folder = RunFolder(home / RUNS / facts.key)
    folder.make()
    folder.write(facts, b"{}")
    file = JournalFile(folder.journal)
    file.add({"what": "done", "node": "a", "s": 0.5, "values": [1.0]})
    file.close()


def test_a_run_that_was_cut_off_is_told_by_its_journal(past: History, home: Path) -> None:
    key = RunKey("20261120-110000-0001")
    journalled(
        home, RunFacts(key, "coins", graph_path="/a/coins.shtairir", started_at="2026-11-20T11:00:00+00:00", nodes=3)
    )
    put(past, rows("20261120-120000-0001"))
    (died,) = past.runs(status="died")
    assert (died.key, died.graph, died.file) == (key, "coins", "/a/coins.shtairir")
    assert (died.done, died.nodes) == (1, 3)
    assert [run.key for run in past.runs()] == ["20261120-120000-0001", key]
    assert past.run("20261120-11").summary.status == "died"
    assert past.run(key).graph_text == b"{}"


def test_a_run_that_was_cut_off_took_no_less_than_its_nodes(past: History, home: Path) -> None:
    key = RunKey("20261120-110000-0001")
    journalled(home, RunFacts(key, "coins", started_at="2026-11-20T11:00:00+00:00", nodes=3, workers=2))
    began_s = datetime.fromisoformat("2026-11-20T11:00:00+00:00").timestamp()
    for file in (RunFolder(home / RUNS / key).journal, RunFolder(home / RUNS / key).values):
        file.touch()
        os.utime(file, (began_s, began_s))  # a journal is mapped: its file's time stays that of its making
    assert past.run(key).summary.elapsed_s == 0.5


def test_less_than_none_cannot_be_kept(past: History) -> None:
    put(past, rows("20261120-120000-0001"))
    with pytest.raises(HistoryError, match="No -3 runs can be kept"):
        past.prune(keep=-3)
    assert len(past.runs()) == 1


def test_what_is_forgotten_takes_its_journal_along(past: History, home: Path) -> None:
    for key, at in (("20261120-110000-0001", 11), ("20261120-130000-0001", 13)):
        journalled(home, RunFacts(RunKey(key), "coins", started_at=f"2026-11-20T{at}:00:00+00:00"))
    put(past, rows("20261120-110000-0001", at=NOON - 3600))
    assert past.prune(before=NOON) == 1
    assert [run.key for run in past.runs()] == ["20261120-130000-0001"]
    with pytest.raises(HistoryError):
        past.run("20261120-110000-0001")
