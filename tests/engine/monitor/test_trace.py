"""A trace is what Perfetto and Chrome read, whatever became of the run."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block import Array, block
from shtairir.document import Graph
from shtairir.ids import NodeId
from shtairir.memory import MemoryProfiler
from shtairir.memory.lifetimes import Lifetimes
from shtairir.memory.profiler import NodeProfile, Profile
from shtairir.monitor.trace import TraceEvent, trace_document, write_trace
from shtairir.planning.plan import ExecutionPlan
from shtairir_assets.examples import list_examples

EXAMPLES = {example.path.stem: example.path for example in list_examples()}

_KNOWN_PHASES = {"M", "X", "C", "i"}


@block(id="trial.numbers")
def numbers(size: int = 200_000) -> Array:
    """Return numbers."""
    import numpy as np

    time.sleep(0.005)
    return np.arange(float(size))


@block(id="trial.stumble")
def stumble(a: Array) -> float:
    """Fail after a while."""
    time.sleep(0.005)
    raise ValueError("no")


def profiled(graph: Graph, **options: Any) -> tuple[MemoryProfiler, ExecutionPlan]:
    plan, profiler = shtairir.plan(graph, **options), MemoryProfiler()
    shtairir.run(plan, instruments=[profiler])
    return profiler, plan


def checked(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold a trace to the Trace Event Format, and return its events."""
    events = json.loads(json.dumps(document, allow_nan=False))["traceEvents"]
    for event in events:
        assert event["ph"] in _KNOWN_PHASES
        assert isinstance(event["name"], str)
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        assert math.isfinite(event["ts"])
        assert event["ts"] >= 0
        assert isinstance(event["args"], dict)
        if event["ph"] == "X":
            assert event["dur"] >= 0
        if event["ph"] == "C":
            assert event["args"]
            assert all(isinstance(value, int | float) for value in event["args"].values())
        if event["ph"] == "i":
            assert event["s"] in ("g", "p", "t")
    return list(events)


def slices(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {event["name"]: event for event in events if event["ph"] == "X"}


@pytest.fixture
def graph() -> Graph:
    graph = Graph("two and a sum")
    total = graph.add("array.add", id="total")
    for port in ("x1", "x2"):
        graph.link(graph.add(numbers, id=f"n_{port}")["out"], total[port])
    return graph


def test_each_node_is_a_slice_on_the_lane_of_its_worker(graph: Graph) -> None:
    profiler, plan = profiled(graph, workers=2)
    events = checked(trace_document(profiler.profile(), plan))
    lanes = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    found = slices(events)
    assert set(found) == {"n_x1", "n_x2", "total"}
    for node in profiler.nodes:
        assert lanes[found[node.node]["tid"]] == node.worker
        assert found[node.node]["ts"] == pytest.approx(node.started_s * 1e6, abs=0.13)
        assert found[node.node]["dur"] == pytest.approx(node.elapsed_s * 1e6, abs=0.13)
    assert found["total"]["args"]["block"] == "array.add"
    assert found["total"]["args"]["output_bytes"] == 1_600_000


def test_slices_of_a_lane_overlap_only_where_one_holds_the_other(graph: Graph) -> None:
    source = graph.nodes  # a chain behind the sum, which 'aggressive' makes one task of
    assert source
    before = "total.out"
    for number in range(3):
        node = graph.add("array.multiply", id=f"m{number}", x2=2.0)
        graph.link(before, node["x1"])
        before = f"m{number}.out"
    profiler, plan = profiled(graph, level="aggressive", workers=2)
    events = checked(trace_document(profiler.profile(), plan))
    whole = slices(events)["task of 4 nodes"]
    parts = [slices(events)[name] for name in whole["args"]["nodes"]]
    assert {part["tid"] for part in parts} == {whole["tid"]}
    assert sum(part["dur"] for part in parts) == pytest.approx(whole["dur"], abs=0.5)
    for part in parts:
        assert part["ts"] >= whole["ts"] - 0.001
        assert part["ts"] + part["dur"] <= whole["ts"] + whole["dur"] + 0.01
        assert part["args"]["time"] == "a share of the task of 'total'"


def crossing(events: list[TraceEvent]) -> list[tuple[str, str]]:
    """The slices that begin in another of their lane and end behind it; whoever reads the trace drops these."""
    found = []
    open_until: dict[tuple[int, int], list[tuple[float, str]]] = {}
    whole = [event for event in events if event["ph"] == "X"]
    for event in sorted(whole, key=lambda event: (event["pid"], event["tid"], event["ts"], -event["dur"])):
        around = open_until.setdefault((event["pid"], event["tid"]), [])
        while around and around[-1][0] <= event["ts"]:
            around.pop()
        end = event["ts"] + event["dur"]
        if around and end > around[-1][0]:
            found.append((around[-1][1], event["name"]))
        around.append((end, event["name"]))
    return found


@pytest.mark.parametrize(
    ("name", "level"), [("three_times", "none"), ("parameter_sweep", "balanced"), ("elementwise", "aggressive")]
)
def test_no_slice_is_dropped_by_who_reads_the_trace(name: str, level: str) -> None:
    graph = shtairir.load(EXAMPLES[name])
    lifetimes, profiler = Lifetimes(), MemoryProfiler()
    plan = shtairir.plan(graph, level=level, workers=2)
    shtairir.run(plan, instruments=(profiler, lifetimes)).raise_for_status()
    events = trace_document(profiler.profile(), plan, lifetimes.found)["traceEvents"]
    assert crossing(events) == []
    for event in events:
        if event["ph"] == "X":
            assert event["ts"] % 0.125 == event["dur"] % 0.125 == 0, "exact in binary, so that no reader rounds it"


def test_what_overlaps_on_one_lane_gets_a_lane_of_its_own() -> None:
    def node(name: str, start_s: float, elapsed_s: float) -> NodeProfile:
        return NodeProfile(NodeId(name), "worker-1", start_s, elapsed_s)

    close = 1 + 1e-8
    nodes = (node("a", 0, close), node("b", 1, 1), node("c", 1.5, 2), node("d", 5, 1), node("e", 5.25, 0.5))
    events = trace_document(Profile("x", nodes=nodes), shtairir.plan(Graph("x")))["traceEvents"]
    assert crossing(events) == []
    lanes = {event["name"]: event["tid"] for event in events if event["ph"] == "X"}
    assert lanes["a"] == lanes["b"] == lanes["d"] == lanes["e"] != lanes["c"]


def test_each_value_is_a_slice_with_its_owner_and_its_release(graph: Graph) -> None:
    lifetimes, profiler = Lifetimes(), MemoryProfiler()
    plan = shtairir.plan(graph, level="none")
    shtairir.run(plan, instruments=(profiler, lifetimes)).raise_for_status()
    events = checked(trace_document(profiler.profile(), plan, lifetimes.found))
    held = {
        event["args"]["owner"]: event["args"] for event in events if event.get("cat") == "memory" and "dur" in event
    }
    assert held["total"]["released_by"] is None
    assert {held[node]["released_by"] for node in held if node != "total"} == {"total"}


def test_memory_counters_tell_of_values_pool_and_process(graph: Graph) -> None:
    profiler, plan = profiled(graph)
    events = checked(trace_document(profiler.profile(), plan))
    counters = [event for event in events if event["ph"] == "C"]
    assert {event["name"] for event in counters} == {"values and pool", "process in RAM"}
    values = [event["args"]["values"] for event in counters if "values" in event["args"]]
    assert max(values) == profiler.peak_bytes >= 3_200_000
    stamps = [event["ts"] for event in counters]
    assert stamps == sorted(stamps)


def test_trace_says_what_ran(graph: Graph) -> None:
    profiler, plan = profiled(graph, level="basic", workers=2)
    about = trace_document(profiler.profile(), plan)["otherData"]
    assert (about["graph"], about["status"], about["level"], about["workers"]) == ("two and a sum", "done", "basic", 2)


def test_failed_run_has_a_trace_that_marks_the_failure() -> None:
    graph = Graph("bad")
    graph.link(graph.add(numbers, id="n")["out"], graph.add(stumble, id="bad")["a"])
    profiler, plan = profiled(graph)
    events = checked(trace_document(profiler.profile(), plan))
    assert slices(events)["bad"]["args"]["status"] == "failed"
    (mark,) = (event for event in events if event["ph"] == "i")
    assert mark["name"] == "bad failed"
    assert mark["tid"] == slices(events)["bad"]["tid"]


def test_empty_run_has_a_valid_trace() -> None:
    profiler, plan = profiled(Graph("nothing"))
    assert checked(trace_document(profiler.profile(), plan))


def test_trace_is_written_whole_or_not_at_all(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profiler, plan = profiled(graph)
    file = tmp_path / "trace.json"
    write_trace(file, profiler.profile(), plan)
    before = file.read_bytes()
    checked(json.loads(before))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_trace(file, profiler.profile(), plan)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["trace.json"]
