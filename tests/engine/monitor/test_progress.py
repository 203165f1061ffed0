"""How far, how long, how much longer: with a clock that goes on when it is told to."""

from __future__ import annotations

import pytest

import shtairir
from shtairir.events import (
    Event,
    NodeFailed,
    NodeFailure,
    NodeFinished,
    NodeProgressed,
    NodeSkipped,
    NodeStarted,
    RunFinished,
    RunStarted,
    RunStatus,
)
from shtairir.ids import BlockId, NodeId, RunId
from shtairir.monitor import ExecutionProgress
from shtairir.planning import Estimate
from shtairir.testing import FakeClock, graph_of

RUN = RunId(1)


class Story:
    """Tells a progress what happens, at the time of a fake clock."""

    def __init__(self, *nodes: str, plan: shtairir.ExecutionPlan | None = None) -> None:
        self.clock = FakeClock(100.0)
        self.watch = ExecutionProgress(plan, self.clock)
        self.tell(RunStarted(RUN, self.clock(), "story", tuple(map(NodeId, nodes)), 2))

    def tell(self, event: Event) -> None:
        self.watch.on_event(event)

    def start(self, node: str) -> None:
        self.tell(NodeStarted(RUN, self.clock(), NodeId(node), "worker-1"))

    def finish(self, node: str) -> None:
        self.tell(NodeFinished(RUN, self.clock(), NodeId(node), 1.0, 0, 0, {}))

    def report(self, node: str, fraction: float) -> None:
        self.tell(NodeProgressed(RUN, self.clock(), NodeId(node), fraction, ""))


def test_before_the_run_nothing_is_claimed() -> None:
    progress = ExecutionProgress().progress
    assert (progress.total, progress.share, progress.elapsed_s, progress.remaining_s) == (0, 0.0, 0.0, None)


def test_the_time_left_follows_from_the_share_that_is_done() -> None:
    story = Story("a", "b", "c", "d")
    story.start("a")
    story.clock.advance(2.0)
    assert story.watch.progress.remaining_s is None
    story.finish("a")
    progress = story.watch.progress
    assert progress.share == 0.25
    assert progress.percent == 25.0
    assert progress.elapsed_s == 2.0
    assert progress.remaining_s == pytest.approx(6.0)


def test_what_a_running_block_reports_counts() -> None:
    story = Story("a", "b")
    story.start("a")
    story.report("a", 0.5)
    story.clock.advance(1.0)
    assert story.watch.progress.share == 0.25
    assert story.watch.progress.running == 1


def test_too_little_is_no_ground_for_a_forecast() -> None:
    story = Story(*(f"n{number}" for number in range(100)))
    story.clock.advance(1.0)
    story.finish("n0")
    assert story.watch.progress.remaining_s is None


def test_known_durations_weigh_the_nodes() -> None:
    known = {NodeId("a"): Estimate(9.0), NodeId("b"): Estimate(1.0)}
    story = Story("a", "b", plan=shtairir.plan(graph_of("a -> b"), estimates=known))
    story.finish("a")
    assert story.watch.progress.share == pytest.approx(0.9)


def test_failed_and_skipped_nodes_are_over_too() -> None:
    story = Story("a", "b", "c")
    story.tell(NodeFailed(RUN, 101.0, NodeId("a"), 1.0, NodeFailure(NodeId("a"), BlockId("x.y"), "E", "m")))
    story.tell(NodeSkipped(RUN, 101.0, NodeId("b"), "because", NodeId("a")))
    progress = story.watch.progress
    assert (progress.failed, progress.skipped, progress.over) == (1, 1, 2)
    assert progress.share == pytest.approx(2 / 3)


def test_at_the_end_the_time_stands_still() -> None:
    story = Story("a")
    story.finish("a")
    story.tell(RunFinished(RUN, 103.0, RunStatus.DONE, 3.0, 0))
    story.clock.advance(50.0)
    progress = story.watch.progress
    assert (progress.share, progress.elapsed_s, progress.remaining_s) == (1.0, 3.0, 0.0)
    assert progress.status == "done"


def test_a_real_run_ends_at_one_hundred_percent() -> None:
    watch = ExecutionProgress()
    shtairir.run(graph_of("a -> b", "c"), instruments=[watch])
    assert (watch.progress.total, watch.progress.done, watch.progress.percent) == (3, 3, 100.0)
