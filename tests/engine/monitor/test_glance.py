"""How far a run is, by its records and by its groups."""

from __future__ import annotations

import threading

import shtairir
from shtairir.block import block
from shtairir.document.store import loads
from shtairir.events import NodeFinished, NodeStarted, RunStarted
from shtairir.ids import NodeId, RunId
from shtairir.monitor import ExecutionProgress
from shtairir.monitor.progress import Glance, groups_of
from shtairir.planning import Estimate
from shtairir.testing import FakeClock, graph_of

DRAWN = b"""{
  "format": "shtairir-graph", "version": 1, "name": "demo", "description": "", "parameters": [],
  "nodes": [
    {"id": "a", "block": "math.number", "block_version": 1, "values": {"value": 1}, "position": [0, 0]},
    {"id": "b", "block": "math.add", "block_version": 1, "values": {"b": 1}, "position": [100, 0]},
    {"id": "c", "block": "math.add", "block_version": 1, "values": {"b": 1}, "position": [200, 0]}
  ],
  "links": [{"from": "a.out", "to": "b.a"}, {"from": "b.out", "to": "c.a"}],
  "frames": [{"id": "front", "title": "Front", "rect": [-10, -10, 150, 50]}]
}"""


def test_a_run_that_nobody_observes_tells_how_far_it_is() -> None:
    reached, go_on = threading.Event(), threading.Event()

    @block
    def waits(x: float) -> float:
        """Wait for the test."""
        reached.set()
        go_on.wait(30)
        return x

    graph = shtairir.Graph("demo")
    first = graph.add("math.number", value=1)
    held = graph.add(waits)
    graph.link(first["out"], held["x"])
    last = graph.add("math.add", b=1)
    graph.link(held["out"], last["a"])
    handle = shtairir.start(graph)
    assert reached.wait(30)
    progress = handle.progress
    assert (progress.total, progress.done, progress.running, progress.over) == (3, 1, 1, 1)
    assert progress.status is None
    go_on.set()
    handle.wait(30)
    progress = handle.progress
    assert (progress.done, progress.running, progress.percent, progress.remaining_s) == (3, 0, 100.0, 0.0)


def test_failed_and_skipped_nodes_are_counted() -> None:
    @block
    def broken(x: float) -> float:
        """Fail."""
        raise ValueError

    graph = shtairir.Graph("demo")
    bad = graph.add(broken, x=1.0)
    after = graph.add("math.add", b=1)
    graph.link(bad["out"], after["a"])
    result = shtairir.run(graph)
    progress = Glance(result.nodes.records).progress(0.0, result.elapsed_s, result.status)
    assert (progress.failed, progress.skipped, progress.over) == (1, 1, 2)


def test_frames_and_instances_have_a_progress_of_their_own() -> None:
    graph = loads(DRAWN)
    known = {NodeId(name): Estimate(10.0, source="learned") for name in "abc"}
    plan = shtairir.plan(graph, estimates=known, workers=1)
    groups = groups_of(graph.snapshot(), plan)
    assert groups == {"front": ("a", "b")}
    clock = FakeClock(100.0)
    watch = ExecutionProgress(plan, clock, groups)
    watch.on_event(RunStarted(RunId(1), clock(), "demo", plan.nodes, 1))
    watch.on_event(NodeStarted(RunId(1), clock(), NodeId("a"), "worker-1"))
    clock.advance(10.0)
    watch.on_event(NodeFinished(RunId(1), clock(), NodeId("a"), 10.0, 0, 0, {}))
    whole = watch.progress
    front = whole.groups["front"]
    assert (front.total, front.done, front.share) == (2, 1, 0.5)
    assert front.remaining_s is not None
    assert whole.remaining_s is not None
    assert 8 < front.remaining_s < 13
    assert 16 < whole.remaining_s < 26
    assert front.remaining_low_s is not None
    assert front.remaining_high_s is not None
    assert front.remaining_low_s < front.remaining_s < front.remaining_high_s


def test_what_is_inside_of_an_instance_is_a_group() -> None:
    graph = graph_of("a -> b -> c")
    graph.make_subgraph(["b", "c"], "inner")
    plan = shtairir.plan(graph)
    (path,) = plan.instances
    assert [node.rpartition("/")[0] for node in groups_of(graph.snapshot(), plan)[path]] == [path] * 2


def test_a_handle_tells_of_frames_and_instances_too() -> None:
    handle = shtairir.start(loads(DRAWN))
    handle.wait(30)
    groups = handle.progress.groups
    assert list(groups) == ["front"]
    assert (groups["front"].total, groups["front"].done) == (2, 2)
