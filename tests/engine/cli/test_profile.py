"""``--profile`` and ``--trace`` of ``shtairir run``."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Call, WriteGraph


@pytest.fixture
def array_graph(write_graph: WriteGraph) -> Path:
    return write_graph(
        {
            "numbers": ("array.arange", {"stop": 1_000_000}),
            "roots": ("array.sqrt", {}),
            "total": ("array.sum", {}),
        },
        [("numbers.out", "roots.x"), ("roots.out", "total.a")],
    )


def test_profile_is_a_table_on_standard_error_the_slowest_first(call: Call, array_graph: Path) -> None:
    called = call("run", array_graph, "--profile", "--level", "none")
    assert called.status == 0
    assert called.out.split()[0] == "total.out"
    lines = called.err.splitlines()
    head = next(place for place, line in enumerate(lines) if line.split()[:3] == ["node", "block", "time"])
    rows = [line.lstrip("* ").split() for line in lines[head + 1 : head + 4]]
    assert {row[0]: row[1] for row in rows} == {"numbers": "array.arange", "roots": "array.sqrt", "total": "array.sum"}
    shares = [float(row[4].rstrip("%")) for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=0.2)
    assert "8.0 MB" in next(" ".join(row) for row in rows if row[0] == "roots")
    assert "largest owners at the peak:" in called.err
    assert "workers" in called.err


def test_without_the_option_there_is_no_table(call: Call, array_graph: Path) -> None:
    called = call("run", array_graph)
    assert "pool hits" not in called.err
    assert "profile" not in call("run", array_graph, "--json").json


def test_json_holds_the_profile(call: Call, array_graph: Path) -> None:
    profile = call("run", array_graph, "--json", "--profile").json["profile"]
    roots = next(node for node in profile["nodes"] if node["node"] == "roots")
    assert roots["output_bytes"] == 8_000_000
    assert roots["pool_hits"] + roots["pool_misses"] == 1
    assert profile["critical_path"] == ["numbers", "roots", "total"]
    assert profile["owners_at_peak"]


def test_profile_of_a_failed_run_names_the_node_that_failed(call: Call, failing_graph: Path) -> None:
    called = call("run", failing_graph, "--profile")
    assert called.status == 1
    assert "broken (failed)" in called.err


def test_trace_is_written_and_named(call: Call, array_graph: Path, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    called = call("run", array_graph, "--trace", file)
    assert "trace.json" in called.out
    document = json.loads(file.read_text(encoding="utf-8"))
    assert {event["name"] for event in document["traceEvents"] if event["ph"] == "X"} >= {"numbers", "roots", "total"}
    assert call("run", array_graph, "--trace", file, "--json").json["trace"] == str(file)


def test_trace_of_a_failed_run_is_written_too(call: Call, failing_graph: Path, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    assert call("run", failing_graph, "--trace", file).status == 1
    assert json.loads(file.read_text(encoding="utf-8"))["otherData"]["status"] == "failed"


@pytest.mark.skipif(not hasattr(signal, "SIGINT"), reason="there are no signals here")
def test_trace_of_a_cancelled_run_is_written_too(
    start_process: Callable[..., object], write_graph: WriteGraph, trial_blocks: Path, tmp_path: Path
) -> None:
    file = tmp_path / "trace.json"
    process = start_process("run", write_graph({"sleep": ("trial.sleep", {})}), "--trace", file)
    assert process.stderr is not None  # type: ignore[attr-defined]  # a process with pipes
    while "asleep" not in process.stderr.readline():  # type: ignore[attr-defined]
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)  # type: ignore[attr-defined]
    process.communicate(timeout=30)  # type: ignore[attr-defined]
    assert process.returncode == 3  # type: ignore[attr-defined]
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["otherData"]["status"] == "cancelled"
    assert [event["name"] for event in document["traceEvents"] if event["ph"] == "X"] == ["sleep"]


@pytest.mark.parametrize("place", ["", "no/such/folder/trace.json"])
def test_trace_that_cannot_be_written_is_refused_before_the_run(
    call: Call, array_graph: Path, tmp_path: Path, place: str
) -> None:
    called = call("run", array_graph, "--trace", tmp_path / place)
    assert called.status == 2
    assert "numbers" not in called.err


def test_level_aggressive_is_offered(call: Call, array_graph: Path) -> None:
    called = call("run", array_graph, "--level", "aggressive", "--profile")
    assert called.status == 0
