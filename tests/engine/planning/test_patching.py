"""Planning again after an edit: the plan is what it would be if it were made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import Array, Param, block
from shtairir.document import Graph
from shtairir.errors import PlanningError
from shtairir.planning.planner import ExecutionPlanner
from shtairir.testing import graph_of, run_inline
from tests.engine.execute.test_properties import graphs, outcome


@block
def bounded(x: Annotated[float, Param(ge=0, le=10)] = 1.0) -> float:
    """Takes no more than ten."""
    return x


@pytest.fixture
def plans_made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each time that a whole graph is planned."""
    made: list[str] = []
    original = ExecutionPlanner.plan

    def plan(self: ExecutionPlanner, source: Any, *others: Any, **wishes: Any) -> Any:
        made.append(source.name)
        return original(self, source, *others, **wishes)

    monkeypatch.setattr(ExecutionPlanner, "plan", plan)
    return made


def anew(graph: Graph, **wishes: Any) -> dict[str, object]:
    return shtairir.plan(graph.snapshot(), **wishes).to_dict()


def test_a_changed_value_changes_its_task_and_nothing_else(plans_made: list[str]) -> None:
    graph = graph_of("a -> b -> c", "x -> c")
    before = shtairir.plan(graph)
    graph.set("b.plus", 7.0)
    after = shtairir.plan(graph)
    assert len(plans_made) == 1
    changed = [task.node for task, old in zip(after.tasks, before.tasks, strict=True) if task is not old]
    assert changed == ["b"]
    assert after.to_dict() == anew(graph)
    assert (run_inline(before)["c"], run_inline(after)["c"]) == (4.0, 10.0)


def test_a_graph_that_has_not_changed_keeps_its_plan(plans_made: list[str]) -> None:
    graph = graph_of("a -> b")
    assert shtairir.plan(graph) is shtairir.plan(graph)
    graph.frames  # noqa: B018 - to look is no change
    assert len(plans_made) == 1


def test_undoing_takes_the_plan_back() -> None:
    graph = graph_of("a -> b")
    shtairir.plan(graph)
    graph.set("b.plus", 7.0)
    assert run_inline(shtairir.plan(graph))["b"] == 8.0
    graph.undo()
    assert run_inline(shtairir.plan(graph))["b"] == 2.0


@pytest.mark.parametrize(
    "edit",
    [
        lambda graph: graph.add(bounded, id="new"),
        lambda graph: graph.remove("x"),
        lambda graph: graph.unlink("c.b"),
        lambda graph: graph.link("a.out", "x.a"),
        lambda graph: setattr(graph, "name", "other"),
    ],
)
def test_what_changes_more_than_values_is_planned_anew(edit: Any, plans_made: list[str]) -> None:
    graph = graph_of("a -> b -> c", "x -> c")
    shtairir.plan(graph)
    edit(graph)
    assert shtairir.plan(graph).to_dict() == anew(graph)
    assert len(plans_made) == 3


def test_other_wishes_are_planned_anew() -> None:
    graph = graph_of("a -> b -> c")
    assert shtairir.plan(graph, workers=1).workers == 1
    assert shtairir.plan(graph, workers=3).workers == 3
    assert shtairir.plan(graph, level="none").barriers
    assert shtairir.plan(graph, keep=["a.out"]).keep


def test_nodes_that_become_equal_are_merged_and_parted_again() -> None:
    graph = graph_of("a -> d", "b -> d", values={"b": {"plus": 2.0}})
    assert len(shtairir.plan(graph).tasks) == 3
    graph.set("b.plus", 1.0)
    assert len(shtairir.plan(graph).tasks) == 2
    graph.set("b.plus", 5.0)
    plan = shtairir.plan(graph)
    assert len(plan.tasks) == 3
    assert run_inline(plan)["d"] == 7.0


def test_a_value_that_does_not_fit_is_refused_and_mended() -> None:
    graph = Graph("one")
    graph.add(bounded, id="b")
    shtairir.plan(graph)
    graph.set("b.x", 11)
    with pytest.raises(PlanningError, match="at most 10"):
        shtairir.plan(graph)
    graph.set("b.x", 9)
    assert run_inline(shtairir.plan(graph))["b"] == 9.0


def test_a_size_that_changes_is_foreseen(tmp_path: Path) -> None:
    @block(infer=lambda count: None)
    def numbers(count: int = 3) -> Array:
        import numpy as np

        return np.zeros(count)

    graph = graph_of("n", blocks={"n": numbers})
    shtairir.plan(graph)
    graph.set("n.count", 5)
    assert shtairir.plan(graph).to_dict() == anew(graph)


def test_a_file_that_is_gone_is_noticed(tmp_path: Path) -> None:
    @block
    def read(path: Annotated[str, Param(path="open")]) -> str:
        return path

    file = tmp_path / "there.txt"
    file.write_text("")
    graph = graph_of("r", blocks={"r": read}, values={"r": {"path": str(file)}})
    shtairir.plan(graph)
    file.unlink()
    with pytest.raises(PlanningError, match=r"there\.txt"):
        shtairir.plan(graph)


def test_in_the_middle_of_a_step_the_graph_is_planned_as_it_is() -> None:
    graph = graph_of("a -> b")
    shtairir.plan(graph)
    with graph.transaction("two things"):
        graph.set("b.plus", 7.0)
        assert run_inline(shtairir.plan(graph))["b"] == 8.0
        graph.set("b.plus", 8.0)
    assert run_inline(shtairir.plan(graph))["b"] == 9.0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(failing=True), st.data())
def test_after_any_edits_the_plan_is_what_it_would_be(graph: Graph, data: st.DataObject) -> None:
    level = data.draw(st.sampled_from(["none", "balanced", "aggressive"]))
    shtairir.run(shtairir.plan(graph, level=level))
    for _ in range(4):
        node = data.draw(st.sampled_from(list(graph.nodes)))
        for name in ("value", "weight", "factor"):
            if name in {"blend": ("weight",), "constant": ("value",), "scaled": ("factor",)}.get(
                graph.nodes[node].block.partition(".")[2], ()
            ):
                graph.set(f"{node}.{name}", data.draw(st.sampled_from([0.0, 1.0, 2.5, 4.0])))
        plan = shtairir.plan(graph, level=level)
        fresh = shtairir.plan(graph.snapshot(), level=level)
        assert len(plan.tasks) <= len(graph.nodes)
        assert outcome(run_inline(plan)) == outcome(run_inline(fresh))
        assert outcome(shtairir.run(plan)) == outcome(run_inline(fresh))
