"""The commands about runs of the past."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a state folder of the test's own."""
    folder = tmp_path / "state"
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(folder))
    return folder


def test_runs_are_listed_the_latest_first(call: Call, sum_graph: Path, failing_graph: Path) -> None:
    assert call("history").out == "No run has been recorded yet.\n"
    call("run", sum_graph)
    call("run", failing_graph)
    lines = call("history").out.splitlines()
    assert [line.split()[2:4] for line in lines[1:]] == [["failing", "failed"], ["sum", "done"]]
    assert "broken: float division by zero" in lines[1]
    assert [run["graph"] for run in call("history", "--graph", sum_graph, "--json").json["runs"]] == ["sum"]
    assert [run["graph"] for run in call("history", "--status", "failed", "--json").json["runs"]] == ["failing"]
    assert call("history", "--since", "1h", "-n", "1", "--json").json["runs"][0]["graph"] == "failing"
    assert call("history", "--since", "2999-01-01").out == "No such run.\n"
    assert call("history", "--limit", "9" * 30).out == call("history").out


def test_what_makes_no_sense_is_refused(call: Call) -> None:
    bad_status = call("history", "--status", "fine")
    assert bad_status.status == 2
    assert "There are: done, partial" in bad_status.err
    bad_time = call("history", "--since", "yesterday")
    assert bad_time.status == 2
    assert "“yesterday” is not a time. Write how long ago" in bad_time.err
    for never in ("0001-01-01", "9999-12-31", f"{'9' * 400}h"):
        told = call("stats", "--since", never)
        assert "fault of the program" not in told.err
        assert told.status in (0, 2)
    unknown = call("history", "show", "2026")
    assert unknown.status == 2
    assert "There is no run '2026'" in unknown.err


def test_nothing_kept_is_said(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", "")
    refused = call("history")
    assert refused.status == 2
    assert "SHTAIRIR_STATE_PATH is set to nothing" in refused.err


def test_one_run_is_shown_with_its_nodes_and_what_failed(call: Call, failing_graph: Path) -> None:
    call("run", failing_graph)
    shown = call("history", "show")
    assert "broken  trial.fail" in shown.out
    assert "ZeroDivisionError: float division by zero" in shown.out
    assert "attempts that failed:\n  broken  attempt 1" in shown.out
    document = call("history", "show", "last", "--json").json
    assert {node["node"]: node["status"] for node in document["node_runs"]} == {
        "start": "done",
        "broken": "failed",
        "after": "skipped",
        "aside": "done",
    }
    assert document["attempts"][0]["error_type"] == "ZeroDivisionError"


def test_two_runs_are_compared(call: Call, sum_graph: Path) -> None:
    call("run", sum_graph)
    first = call("history", "--json").json["runs"][0]["key"]
    call("run", sum_graph, "--set", "three.value=5")
    text = call("history", "compare", first).out
    assert "The graphs, or their values, are not the same." in text
    assert "total" in text
    changed = {one["node"]: one["changed"] for one in call("history", "compare", first, "--json").json["nodes"]}
    assert changed == {"three": ["out"], "four": [], "total": ["out"]}


def test_a_run_tells_its_key(call: Call, sum_graph: Path) -> None:
    told = call("run", sum_graph, "--json").json
    assert told["key"] == call("history", "--json").json["runs"][0]["key"]
    assert told["regressions"] == []


def test_statistics_tell_what_succeeds_and_what_fails(call: Call, failing_graph: Path, sum_graph: Path) -> None:
    assert call("stats").out == "No such run has been recorded yet.\n"
    call("run", failing_graph)
    call("run", sum_graph)
    text = call("stats").out
    assert "failed most often:\n  trial.fail  1 of 1" in text
    document = call("stats", failing_graph, "--by", "node", "--json").json
    assert [row["name"] for row in document["rows"]] == [f"{name}  (failing)" for name in ("aside", "broken", "start")]
    by_graph = call("stats", "--by", "graph", "--json").json
    assert {row["name"]: row["success_rate"] for row in by_graph["rows"]} == {"failing": 0.0, "sum": 1.0}


def test_a_failed_node_is_replayed_alone(call: Call, failing_graph: Path, tmp_path: Path) -> None:
    call("run", failing_graph)
    again = call("replay", "last", "broken")
    assert again.status == 1
    assert again.out == "broken fails again.\n"
    assert "x  the number 3.0" in again.err
    assert call("replay", "last", "broken", "--json").json["error"]["type"] == "ZeroDivisionError"
    script = tmp_path / "alone.py"
    assert "wrote" in call("replay", "last", "broken", "--script", script).out
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert "ZeroDivisionError" in done.stderr
    refused = call("replay", "last", "aside")
    assert refused.status == 2
    assert "did not fail" in refused.err


def test_a_run_is_taken_out(call: Call, sum_graph: Path, tmp_path: Path) -> None:
    call("run", sum_graph)
    graph, figures = tmp_path / "out.shtairir", tmp_path / "out.jsonl"
    written = call("history", "export", "last", "--graph", graph, "--metrics", figures, "--json").json["written"]
    assert written == [str(graph), str(figures)]
    assert call("run", graph, "--json").json["results"] == {"total.out": 7.0}
    assert {json.loads(line)["metric"] for line in figures.read_text().splitlines()} >= {"run.elapsed", "node.elapsed"}
    assert call("history", "export").status == 2


def test_runs_are_forgotten(call: Call, sum_graph: Path) -> None:
    for _ in range(3):
        call("run", sum_graph)
    assert call("history", "prune").status == 2
    assert call("history", "prune", "--keep", "1").out == "2 runs forgotten.\n"
    assert len(call("history", "--json").json["runs"]) == 1


def test_figures_and_log_of_a_run_go_to_files(call: Call, failing_graph: Path, tmp_path: Path) -> None:
    figures, log = tmp_path / "metrics.jsonl", tmp_path / "log.jsonl"
    call("run", failing_graph, "--metrics", figures, "--log-json", log)
    assert "node.failed" in {json.loads(line)["metric"] for line in figures.read_text().splitlines()}
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert {one.get("node") for one in records} >= {"broken", "after"}
    assert all(one["run"] for one in records)
    refused = call("run", failing_graph, "--metrics", tmp_path / "nowhere" / "metrics.jsonl")
    assert refused.status == 2


def test_a_run_says_what_took_more_than_usual(
    call: Call, trial_blocks: Path, write_graph: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (trial_blocks / "pace.py").write_text(
        "import os, time\nfrom shtairir.block import block\n\n"
        "@block(category='Trial', pure=False)\ndef pace() -> float:\n    '''Take as long as it is told.'''\n"
        "    time.sleep(float(os.environ['PACE']))\n    return 1.0\n",
        encoding="utf-8",
    )
    from shtairir.block.registry import default_registry

    default_registry().reload_user_blocks()
    graph = write_graph({"slow": ("trial.pace", {})}, name="pace")
    # The machine that tests run on does many things besides.
    monkeypatch.setattr("shtairir.monitor.regression.DISTURBED_PER_S", math.inf)
    monkeypatch.setenv("PACE", "0.02")
    for _ in range(5):
        told = call("run", graph)
        assert (told.status, "more than usual" in told.err) == (0, False)
    monkeypatch.setenv("PACE", "0.4")
    told = call("run", graph)
    assert "more than usual: slow: 4" in told.err
    assert "% sure" in told.err
    assert call("history", "show", "--json").json["regressed"][0]["node"] == "slow"
    assert "1 node took more than usual" in call("history").out


def test_health_is_told(call: Call) -> None:
    assert "workers" in call("health").out
    assert call("health", "--json").json["disk"]["free_bytes"] > 0


def test_whatever_a_graph_is_called_each_run_is_one_line(call: Call, sum_graph: Path, failing_graph: Path) -> None:
    text = json.loads(failing_graph.read_text())
    text["name"] = "two\nlines\x1b[2K and\u2028a \udcffthird"
    failing_graph.write_text(json.dumps(text))
    assert call("run", failing_graph).status == 1
    assert call("run", sum_graph).status == 0
    listed = call("history")
    assert listed.status == 0
    assert len(listed.out.splitlines()) == 3
    assert r"two lines\x1b[2K and\u2028a" in listed.out
    for command in (("history", "show"), ("history", "compare", "last"), ("stats", "--by", "graph"), ("stats",)):
        told = call(*command)
        assert told.status == 0
        assert not {"\x1b", "\u2028"} & set(told.out)
    shown = call("history", "show", call("history", "--json").json["runs"][1]["key"])
    assert r"  two lines\x1b[2K and\u2028a" in shown.out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="takes a file that is full")
@pytest.mark.parametrize(("option", "what"), [("--metrics", "Metrics"), ("--log-json", "The log")])
def test_a_full_disk_takes_the_figures_and_not_the_results(
    call: Call, sum_graph: Path, option: str, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    ran = call("run", sum_graph, option, "/dev/full")
    assert ran.status == 0
    assert ran.out == call("run", sum_graph).out
    assert "Traceback" not in ran.err
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said == [f"{what} can no longer be written to /dev/full: No space left on device. The run goes on without."]
