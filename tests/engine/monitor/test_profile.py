"""What a profile says of a run: nodes, memory, owners, the path that took longest."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.document import Graph
from shtairir.events import (
    Event,
    MemorySampled,
    NodeFailed,
    NodeFailure,
    NodeFinished,
    NodeStarted,
    NodeStatus,
    RunFinished,
    RunStarted,
    RunStatus,
    ValueReleased,
)
from shtairir.execute.cancel import CancelToken
from shtairir.ids import BlockId, NodeId, PortName, RunId
from shtairir.memory import MemoryProfiler
from shtairir.memory.timeline import MemorySample, Timeline
from shtairir.monitor.profile import measured_critical_path, profile_dict, profile_rows
from shtairir.monitor.recorder import EventRecorder

RUN = RunId(7)
MB = 1_000_000


@block(id="trial.borrow")
def borrow(context: Context, size: int = 500_000) -> Array:
    """Take scratch memory, let it go, and return an array from the pool."""
    scratch = context.empty(2 * size)
    scratch.fill(1.0)
    del scratch
    return context.zeros((size,))


@block(id="trial.nap")
def nap(a: Array | float = 0.0, seconds: float = 0.03) -> float:
    """Sleep."""
    time.sleep(seconds)
    return 1.0


@block(id="trial.stumble")
def stumble(a: float = 0.0) -> float:
    """Fail after a while."""
    time.sleep(0.01)
    return a / 0


@block(id="trial.wait")
def wait(context: Context) -> float:
    """Wait for a cancel."""
    while True:
        context.check_cancelled()
        time.sleep(0.002)


def story(*events: Event) -> MemoryProfiler:
    profiler = MemoryProfiler()
    for event in events:
        profiler.on_event(event)
    return profiler


def started(node: str, at_s: float, worker: str = "worker-1") -> NodeStarted:
    return NodeStarted(RUN, at_s, NodeId(node), worker)


def finished(node: str, at_s: float, elapsed_s: float, output: int = 0, peak: int = 0) -> NodeFinished:
    return NodeFinished(RUN, at_s, NodeId(node), elapsed_s, output, max(peak, output), {})


def released(node: str, at_s: float, nbytes: int) -> ValueReleased:
    return ValueReleased(RUN, at_s, NodeId(node), PortName("out"), nbytes)


def sampled(at_s: float, live: int, peak: int) -> MemorySampled:
    return MemorySampled(RUN, at_s, live, peak, 0, 100 * MB)


BEGIN = RunStarted(RUN, 10.0, "told", (NodeId("a"), NodeId("b")), 2)


class TestProfilerOfARun:
    def test_nodes_are_told_with_time_peak_allocated_and_pool(self) -> None:
        graph = Graph("trial")
        first = graph.add(borrow, id="first")
        graph.link(first["out"], graph.add(nap, id="nap")["a"])
        profiler = MemoryProfiler()
        result = shtairir.run(graph, instruments=[profiler], level="none")
        profile = profiler.profile()
        by_name = {node.node: node for node in profile.nodes}
        taken = by_name[NodeId("first")]
        assert taken.hits + taken.misses == 2
        assert taken.allocated_bytes >= 12 * MB
        assert taken.output_bytes == 4 * MB
        assert 8 * MB <= taken.peak_bytes < taken.allocated_bytes
        assert by_name[NodeId("nap")].elapsed_s >= 0.03
        assert profile.status == result.status == "done"
        assert profile.peak_bytes == result.memory.peak_bytes >= 8 * MB
        assert profile.owners[0][0] == "first"

    def test_timeline_goes_on_while_a_single_block_runs(self) -> None:
        graph = Graph("trial")
        graph.add(nap, id="nap", seconds=0.2)
        profiler = MemoryProfiler()
        shtairir.run(graph, instruments=[profiler])
        within = [sample for sample in profiler.timeline if 0.02 < sample.at_s < 0.18]
        assert len(within) >= 3
        assert all(sample.resident_bytes > MB for sample in within)

    def test_who_does_not_ask_for_memory_is_not_told_of_it(self) -> None:
        graph = Graph("trial")
        graph.add(nap, id="nap")
        recorder = EventRecorder()
        shtairir.run(graph, instruments=[recorder])
        assert recorder.of(MemorySampled) == []
        (end,) = recorder.of(RunFinished)
        assert end.memory is not None

    def test_failed_run_has_a_profile_with_the_node_that_failed(self) -> None:
        graph = Graph("trial")
        graph.link(graph.add(stumble, id="bad")["out"], graph.add(nap, id="after")["a"])
        profiler = MemoryProfiler()
        shtairir.run(graph, instruments=[profiler])
        profile = profiler.profile()
        assert profile.status == "failed"
        assert [(node.node, node.status) for node in profile.nodes] == [("bad", NodeStatus.FAILED)]
        assert profile.nodes[0].elapsed_s >= 0.01

    def test_cancelled_run_has_a_profile_with_the_node_that_was_stopped(self) -> None:
        graph = Graph("trial")
        graph.link(graph.add(wait, id="waits")["out"], graph.add(nap, id="after")["a"])
        profiler, token = MemoryProfiler(), CancelToken()
        handle = shtairir.start(graph, instruments=[profiler], cancel=token)
        time.sleep(0.05)
        handle.cancel()
        handle.wait(5)
        profile = profiler.profile()
        assert profile.status == "cancelled"
        assert [(node.node, node.status) for node in profile.nodes] == [("waits", NodeStatus.CANCELLED)]

    def test_nodes_of_a_fused_chain_stand_one_after_another_on_one_worker(self) -> None:
        graph = Graph("trial")
        source = graph.add("array.arange", id="source", stop=300_000.0)["out"]
        for number in range(4):
            node = graph.add("array.multiply", id=f"m{number}", x2=1.5)
            graph.link(source, node["x1"])
            source = node["out"]
        profiler = MemoryProfiler()
        shtairir.run(graph, level="aggressive", instruments=[profiler]).raise_for_status()
        parts = [node for node in profiler.profile().nodes if node.part_of is not None]
        assert [part.node for part in parts] == ["m0", "m1", "m2", "m3"]
        assert {part.part_of for part in parts} == {"m0"}
        for one, next_one in pairwise(parts):
            assert next_one.started_s == pytest.approx(one.ended_s)

    def test_a_second_run_takes_the_place_of_the_first(self) -> None:
        graph = Graph("trial")
        graph.add(nap, id="nap", seconds=0.0)
        profiler = MemoryProfiler()
        first = shtairir.run(graph, instruments=[profiler])
        second = shtairir.run(graph, instruments=[profiler])
        assert first.run != second.run == profiler.profile().run
        assert len(profiler.profile().nodes) == 1


class TestProfilerOfATold:
    """Runs that are told event by event, so that every moment is known."""

    def test_owners_are_those_who_held_memory_at_the_peak(self) -> None:
        profile = story(
            BEGIN,
            started("a", 10.0),
            finished("a", 11.0, 1.0, output=8 * MB),
            started("b", 11.0),
            sampled(11.5, 14 * MB, 14 * MB),
            finished("b", 12.0, 1.0, output=2 * MB, peak=6 * MB),
            released("a", 12.1, 8 * MB),
            started("c", 12.2),
            finished("c", 13.0, 0.8, output=9 * MB),
            sampled(13.1, 11 * MB, 14 * MB),
            RunFinished(RUN, 13.2, RunStatus.DONE, 3.2, 14 * MB),
        ).profile()
        assert profile.owners == (("a", 8 * MB), ("b", 6 * MB))
        assert profile.peak_at_s == pytest.approx(1.5)
        assert profile.peak_bytes == 14 * MB

    def test_a_peak_between_two_looks_is_in_the_timeline(self) -> None:
        samples = story(BEGIN, sampled(10.1, 5, 5), sampled(10.2, 3, 900), sampled(10.3, 3, 900)).timeline
        assert [sample.live_bytes for sample in samples] == [5, 900, 3, 3]

    def test_profile_of_a_run_that_goes_on_holds_what_runs(self) -> None:
        profile = story(BEGIN, started("a", 10.5), sampled(11.0, 0, 0)).profile()
        assert profile.status is None
        assert profile.elapsed_s == pytest.approx(1.0)
        (node,) = profile.nodes
        assert (node.status, node.started_s, node.elapsed_s) == (NodeStatus.RUNNING, 0.5, 0.5)

    def test_nodes_on_two_workers_that_begin_at_once_are_no_parts(self) -> None:
        profile = story(
            BEGIN, started("a", 10.0), started("b", 10.0, "worker-2"), finished("a", 11, 1.0), finished("b", 11, 1.0)
        ).profile()
        assert [node.part_of for node in profile.nodes] == [None, None]

    def test_failed_parts_of_one_task_keep_their_place(self) -> None:
        failure = NodeFailure(NodeId("b"), BlockId("x.y"), "ValueError", "no")
        profile = story(
            BEGIN,
            started("a", 10.0),
            started("b", 10.0),
            finished("a", 10.4, 0.4),
            NodeFailed(RUN, 10.6, NodeId("b"), 0.2, failure),
        ).profile()
        assert [(node.started_s, node.status) for node in profile.nodes] == [
            (0.0, NodeStatus.DONE),
            (pytest.approx(0.4), NodeStatus.FAILED),
        ]

    def test_utilisation_is_the_part_of_the_workers_time_in_which_nodes_ran(self) -> None:
        profile = story(
            BEGIN, started("a", 10.0), finished("a", 11.0, 1.0), RunFinished(RUN, 12.0, RunStatus.DONE, 2.0, 0)
        ).profile()
        assert profile.utilisation == pytest.approx(0.25)


class TestTimeline:
    def test_stays_within_its_bound_and_keeps_the_peak(self) -> None:
        timeline = Timeline(most=64)
        for number in range(10_000):
            timeline.add(MemorySample(number / 1000, 7777 if number == 6543 else number % 100, 1, number))
        samples = timeline.samples
        assert 16 <= len(samples) <= 64
        assert max(sample.live_bytes for sample in samples) == 7777
        assert max(samples, key=lambda sample: sample.live_bytes).at_s == pytest.approx(6.543)
        assert samples[-1].resident_bytes == 9999
        assert [sample.at_s for sample in samples] == sorted(sample.at_s for sample in samples)


class TestProfileBesideThePlan:
    @pytest.fixture
    def graph(self) -> Graph:
        graph = Graph("trial")
        slow = graph.add(nap, id="slow", seconds=0.06)
        quick = graph.add(nap, id="quick", seconds=0.002)
        last = graph.add("math.add", id="last")
        graph.link(slow["out"], last["a"])
        graph.link(quick["out"], last["b"])
        return graph

    def test_critical_path_goes_by_what_was_measured(self, graph: Graph) -> None:
        plan, profiler = shtairir.plan(graph, workers=2), MemoryProfiler()
        shtairir.run(plan, instruments=[profiler])
        assert measured_critical_path(profiler.profile(), plan) == ("slow", "last")

    def test_rows_are_the_slowest_first_with_block_and_share(self, graph: Graph) -> None:
        plan, profiler = shtairir.plan(graph, workers=2), MemoryProfiler()
        shtairir.run(plan, instruments=[profiler])
        rows = profile_rows(profiler.profile(), plan)
        assert [row.node.node for row in rows] == ["slow", "quick", "last"]
        assert [row.block for row in rows] == ["trial.nap", "trial.nap", "math.add"]
        assert sum(row.share for row in rows) == pytest.approx(1.0)
        assert rows[0].share > 0.8
        assert [row.critical for row in rows] == [True, False, True]

    def test_dictionary_is_made_of_what_json_knows(self, graph: Graph) -> None:
        import json

        plan, profiler = shtairir.plan(graph), MemoryProfiler()
        shtairir.run(plan, instruments=[profiler])
        document = json.loads(json.dumps(profile_dict(profiler.profile(), plan), allow_nan=False))
        assert {node["node"] for node in document["nodes"]} == {"slow", "quick", "last"}
        assert document["critical_path"] == ["slow", "last"]


def test_a_peak_that_only_the_last_look_learns_of_is_not_taken_for_what_is_left() -> None:
    profiler = MemoryProfiler()
    profiler.on_event(RunStarted(RunId(1), 0.0, "short", (), 1))
    profiler.on_event(MemorySampled(RunId(1), 0.001, 0, 0, 0, 1000))
    profiler.on_event(MemorySampled(RunId(1), 0.002, 0, 8_000_000, 0, 1000))
    assert [sample.live_bytes for sample in profiler.timeline] == [0, 8_000_000, 0]
