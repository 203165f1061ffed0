"""The plan as a whole: order, stages, lifetimes, limits, estimates, and how it is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

import shtairir
from shtairir.block import block
from shtairir.errors import PlanningError
from shtairir.ids import NodeId
from shtairir.planning import Estimate, ExecutionPlan, ResourceLimits
from shtairir.testing import graph_of


@block
def first(x: float = 0.0) -> float:
    """A number."""
    return x


def stages(plan: ExecutionPlan) -> list[list[str]]:
    return [[plan.tasks[number].node for number in stage.tasks] for stage in plan.stages]


def order(plan: ExecutionPlan) -> list[str]:
    return [task.node for task in plan.tasks]


def estimates(**seconds: float) -> dict[NodeId, Estimate]:
    return {NodeId(node): Estimate(elapsed, (1_000_000,)) for node, elapsed in seconds.items()}


def test_level_none_runs_one_at_a_time_in_the_order_of_the_graph() -> None:
    """
    a ─ c
    b ─ d
    """
    plan = shtairir.plan(graph_of("a -> c", "b -> d"), level="none", workers=8)
    assert order(plan) == ["a", "c", "b", "d"]
    assert stages(plan) == [["a"], ["c"], ["b"], ["d"]]
    assert plan.workers == 1


def test_level_basic_has_a_barrier_between_its_stages() -> None:
    plan = shtairir.plan(graph_of("a -> c", "b -> d"), level="basic", workers=2)
    assert stages(plan) == [["a", "b"], ["c", "d"]]
    assert plan.barriers


def test_level_balanced_has_no_barriers_and_begins_with_the_critical_path() -> None:
    """
    x ──────────┐
    a ─ b ─ c ──┴ end
    """
    graph = graph_of("x -> end", "a -> b -> c -> end", blocks={"x": first})
    plan = shtairir.plan(graph, workers=2)
    assert not plan.barriers
    assert plan.critical_path == ("a", "b", "c", "end")
    assert order(plan) == ["a", "b", "c", "x", "end"]
    assert any(reason.pass_name == "critical_path" for reason in plan.reasons)


def test_known_durations_decide_the_critical_path() -> None:
    graph = graph_of("x -> end", "a -> b -> c -> end", blocks={"x": first})
    plan = shtairir.plan(graph, workers=2, estimates=estimates(x=9.0, a=1.0, b=1.0, c=1.0, end=1.0))
    assert plan.critical_path == ("x", "end")
    assert plan.sequential_s == 13.0
    assert plan.estimated_s == 10.0


def test_nothing_is_claimed_about_time_and_memory_that_nobody_knows() -> None:
    plan = shtairir.plan(graph_of("a -> b"))
    assert plan.estimated_s is plan.sequential_s is None


def test_nothing_is_claimed_about_memory_when_one_size_is_unknown() -> None:
    @block
    def anything(x: float = 0.0) -> Any:
        return x

    assert shtairir.plan(graph_of("a", blocks={"a": anything})).peak_bytes is None


def test_peak_memory_counts_values_from_their_making_to_their_last_reader() -> None:
    """
    a ─ b ─ c ─ d      at most two at a time
    """
    plan = shtairir.plan(graph_of("a -> b -> c -> d"), estimates=estimates(a=1.0, b=1.0, c=1.0, d=1.0))
    assert plan.peak_bytes == 2_000_000


def test_a_value_is_released_by_the_last_task_that_reads_it() -> None:
    """
    a ─ b ─ c
    └───────┘
    """
    plan = shtairir.plan(graph_of("a -> b -> c", "a -> c"))
    assert {task.node: [str(port) for port in task.releases] for task in plan.tasks} == {
        "a": [],
        "b": [],
        "c": ["a.out", "b.out"],
    }


def test_stages_do_not_take_more_memory_than_there_is() -> None:
    graph = graph_of("a", "b", "c", values={"a": {"plus": 1}, "b": {"plus": 2}, "c": {"plus": 3}})
    known = estimates(a=1.0, b=1.0, c=1.0)
    plan = shtairir.plan(graph, workers=4, limits=ResourceLimits(memory_bytes=2_500_000), estimates=known)
    assert stages(plan) == [["a", "b"], ["c"]]
    assert all(stage.requirements.memory_bytes <= 2_500_000 for stage in plan.stages)


def test_a_stage_keeps_no_more_processors_busy_than_there_are_workers() -> None:
    graph = graph_of(*"abcdef", values={name: {"plus": number} for number, name in enumerate("abcdef")})
    assert shtairir.plan(graph, workers=4, level="basic").stages[0].requirements.cpu == 4


def test_a_limit_on_processors_limits_the_workers() -> None:
    assert shtairir.plan(graph_of("a"), workers=8, limits=ResourceLimits(cpu=3)).workers == 3


def test_what_can_never_run_is_refused_while_planning() -> None:
    known = {NodeId("a"): Estimate(1.0, (5000,))}
    with pytest.raises(PlanningError, match=r"'a' can never run.*5,000 bytes of memory.*limit is 1,000"):
        shtairir.plan(graph_of("a"), limits=ResourceLimits(memory_bytes=1000), estimates=known)


def test_a_resource_that_is_not_there_is_refused_while_planning() -> None:
    @block(resources=("scanner",))
    def scan(x: float = 0.0) -> float:
        return x

    with pytest.raises(PlanningError, match="'scanner'"):
        shtairir.plan(graph_of("s", blocks={"s": scan}), limits=ResourceLimits(named={"scanner": 0}))


def test_a_cycle_is_refused_with_its_nodes() -> None:
    graph = graph_of("a -> b -> c")
    graph.link("c.out", "a.h")
    with pytest.raises(PlanningError) as caught:
        shtairir.plan(graph)
    assert {problem.code for problem in caught.value.problems} == {"cycle"}
    assert all(node in str(caught.value) for node in ("a", "b", "c"))


def test_all_problems_of_a_graph_are_in_the_error() -> None:
    @block
    def needy(x: float, y: float) -> float:
        return x + y

    with pytest.raises(PlanningError) as caught:
        shtairir.plan(graph_of("n", blocks={"n": needy}))
    assert [(problem.node, problem.port) for problem in caught.value.problems] == [("n", "x"), ("n", "y")]


@pytest.mark.parametrize("port", ["z.out", "a.nothing"])
def test_an_output_to_keep_must_exist(port: str) -> None:
    with pytest.raises(PlanningError, match="keep"):
        shtairir.plan(graph_of("a"), keep=[port])


def test_the_plan_does_not_depend_on_how_nodes_are_called() -> None:
    names = {"a": "zeta", "b": "alpha", "c": "mid", "d": "beta"}

    def shape(renamed: bool) -> list[tuple[object, ...]]:
        lines = ["a -> b -> d", "a -> c -> d"]
        graph = graph_of(*(" -> ".join(names[n] if renamed else n for n in line.split(" -> ")) for line in lines))
        plan = shtairir.plan(graph)
        return [(task.number, task.waits_for, task.stage) for task in plan.tasks]

    assert shape(True) == shape(False)


def test_equal_graphs_have_equal_plans() -> None:
    one, other = (shtairir.plan(graph_of("a -> b -> d", "a -> c -> d")).to_dict() for _ in range(2))
    assert one == other


def test_the_dictionary_of_a_plan_is_json() -> None:
    described = json.loads(json.dumps(shtairir.plan(graph_of("a -> b", "c"), level="basic").to_dict()))
    assert described["stages"][0]["tasks"] == ["a", "c"]
    assert described["tasks"][1]["waits_for"] in ([], ["a"])


def test_the_drawing_of_a_plan_has_a_box_for_each_stage_and_an_arrow_for_each_link() -> None:
    """
    a ─ b ─ c
    └───────┘
    """
    drawing = shtairir.plan(graph_of("a -> b -> c", "a -> c")).to_mermaid()
    assert drawing.startswith("flowchart LR\n")
    assert drawing.count("subgraph") == 3
    assert drawing.count("-->") == 3
    assert "linkStyle" in drawing


def test_titles_with_quotes_do_not_break_the_drawing() -> None:
    graph = graph_of("a")
    graph.add(first, id="q", title='say "hi" #1')
    assert "say #quot;hi#quot; #35;1" in shtairir.plan(graph).to_mermaid()


def test_a_plan_is_frozen() -> None:
    plan = shtairir.plan(graph_of("a"))
    with pytest.raises(AttributeError):
        plan.workers = 3  # type: ignore[misc]


def test_the_critical_path_may_lead_through_nodes_that_share_work() -> None:
    plan = shtairir.plan(graph_of("a1 -> b1", "a2 -> b2", "b1 -> c", "b2 -> c"))
    assert plan.critical_path == ("a1", "b1", "c")
