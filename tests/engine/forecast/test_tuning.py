"""As many workers as suit a graph, and the reason why so many."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

import shtairir
from shtairir.block import block
from shtairir.errors import PlanningError
from shtairir.forecasting.alike import likeness_of
from shtairir.forecasting.foresight import graph_key
from shtairir.forecasting.record import Entry, Track
from shtairir.forecasting.tuning import tuned
from shtairir.ids import NodeId
from shtairir.monitor.learned import learned
from shtairir.planning import Estimate, ExecutionPlan


@block(id="tuning.step", pure=False)
def step(x: float = 0.0) -> float:
    """Pass on a number."""
    return x


@block(id="tuning.nap", pure=False)
def nap(x: float = 0.0) -> float:
    """Wait."""
    time.sleep(0.03)
    return x


def chain(count: int = 4, kind: object = step) -> shtairir.Graph:
    graph = shtairir.Graph("chain")
    last = None
    for _ in range(count):
        node = graph.add(kind)
        if last is not None:
            graph.link(last["out"], node["x"])
        last = node
    return graph


def beside(count: int = 6, kind: object = step) -> shtairir.Graph:
    graph = shtairir.Graph("beside")
    for _ in range(count):
        graph.add(kind)
    return graph


def plan_of(graph: shtairir.Graph, seconds: float = 1.0, workers: int = 4) -> ExecutionPlan:
    known = {NodeId(node): Estimate(seconds, (28,), 28, "learned") for node in graph.nodes}
    return shtairir.plan(graph, workers=workers, estimates=known)


def ran(plan: ExecutionPlan, workers: int, elapsed_s: float, processor_s: float) -> Entry:
    likeness = likeness_of(plan, range(len(plan.tasks)))
    return Entry(1, "seasoned", 1.0, 0.3, elapsed_s, False, 0, 0, likeness, workers, elapsed_s * workers, processor_s)


def recorded(plan: ExecutionPlan, *entries: Entry) -> Track:
    track = Track()
    track._of(graph_key(plan)).extend(entries)
    return track


def test_a_row_of_nodes_needs_one_worker() -> None:
    tuning = tuned(plan_of(chain()), Track(), None)
    assert tuning.workers == 1
    assert tuning.reasons[0].sentence == (
        "Runs on 1 worker, which is expected to take 4.1 s; on 2 it would take 4.1 s."
    )


def test_nodes_side_by_side_take_as_many_workers_as_help() -> None:
    assert tuned(plan_of(beside(6)), Track(), None).workers == 3  # with four, two still come after the others
    assert tuned(plan_of(beside(8)), Track(), None).workers == 4


def test_where_nothing_is_known_there_are_as_many_as_processors() -> None:
    tuning = tuned(shtairir.plan(beside(), workers=4), Track(), None)
    assert tuning.workers == 4
    assert "too few times are known" in tuning.reasons[0].sentence


def test_what_runs_have_taken_counts_more_than_a_rehearsal() -> None:
    plan = plan_of(beside(8))
    slow = [ran(plan, 4, 8.0, 8.0)] * 3 + [ran(plan, 2, 4.0, 8.0)] * 3
    assert tuned(plan, recorded(plan, *slow), None).workers == 3  # never tried, and expected to be better than two
    known = [*slow, *[ran(plan, 3, 5.0, 8.0)] * 3]
    assert tuned(plan, recorded(plan, *known), None).workers == 2


def test_nodes_that_wait_take_more_workers_than_there_are_processors() -> None:
    plan = plan_of(beside(16), workers=os.cpu_count() or 1)
    tuning = tuned(plan, recorded(plan, ran(plan, plan.workers, 16.0 / plan.workers, 0.01)), None)
    assert tuning.workers > plan.workers
    assert "mostly wait" in tuning.reasons[0].sentence


def test_nodes_that_compute_do_not() -> None:
    plan = plan_of(beside(16), workers=os.cpu_count() or 1)
    tuning = tuned(plan, recorded(plan, ran(plan, plan.workers, 16.0 / plan.workers, 16.0)), None)
    assert tuning.workers <= plan.workers


def test_auto_tells_its_reason_in_the_plan() -> None:
    for _ in range(2):
        shtairir.run(chain(3, nap))
    plan = shtairir.plan(chain(3, nap), workers="auto")
    assert plan.workers == 1
    told = [reason.sentence for reason in plan.reasons if reason.pass_name == "workers"]
    assert len(told) == 1
    assert "Runs on 1 worker" in told[0]
    assert shtairir.run(plan).status == "done"
    assert shtairir.run(chain(3, nap), workers="auto").plan.reasons[-1].pass_name == "workers"


def test_another_word_than_auto_is_refused() -> None:
    with pytest.raises(PlanningError, match="'many' is no number of workers"):
        shtairir.plan(chain(), workers="many")  # type: ignore[arg-type]


def vectors(count: int) -> shtairir.Graph:
    graph = shtairir.Graph("vectors")
    numbers = graph.add("array.linspace", start=0.0, stop=1.0, num=count)
    root = graph.add("array.sqrt")
    graph.link(numbers["out"], root["x"])
    return graph


def test_what_is_over_at_once_is_not_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shtairir.forecasting.tuning._SHARED_FROM_S", 100.0)
    for _ in range(2):
        shtairir.run(vectors(5_000), level="aggressive")
    plain = shtairir.plan(vectors(5_000), level="aggressive")
    assert plain.task("sqrt").parts  # type: ignore[union-attr]
    plan = shtairir.plan(vectors(5_000), level="aggressive", workers="auto")
    assert not plan.task("sqrt").parts  # type: ignore[union-attr]
    assert any("Is not divided" in reason.sentence and reason.node == "sqrt" for reason in plan.reasons)
    result = shtairir.run(plan)
    np.testing.assert_array_equal(result["sqrt"], shtairir.run(plain)["sqrt"])


def test_what_was_quicker_divided_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    shtairir.run(vectors(50_000), level="aggressive")
    history = learned()
    assert history is not None
    plan = shtairir.plan(vectors(50_000), level="aggressive")
    task = plan.task("sqrt")
    assert task is not None
    divided_s = task.estimate.elapsed_s
    assert divided_s is not None
    for factor, is_whole in ((10.0, False), (0.1, True)):
        monkeypatch.setattr("shtairir.forecasting.tuning._whole_s", lambda *_, factor=factor: factor * divided_s)
        assert (NodeId("sqrt") in tuned(plan, Track(), history).whole) is is_whole
