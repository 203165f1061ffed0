"""Planning again after links have changed: the plan is repaired, and is as good as one that is made anew."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import Array, Out, block
from shtairir.document import Graph
from shtairir.errors import EditError, PlanningError
from shtairir.planning import ExecutionPlan
from shtairir.planning.planner import ExecutionPlanner
from shtairir.testing import run_inline
from tests.engine.execute.test_properties import outcome


@block(id="repair.mix", category="Test")
def mix(a: float = 1.0, b: float = 2.0, c: float = 3.0) -> float:
    """Different for each order of what comes in."""
    return a + 3 * b - 7 * c


@block(id="repair.halves", category="Test")
def halves(x: float, y: int = 2) -> tuple[Annotated[float, Out("half")], Annotated[int, Out("more")]]:
    """Two outputs, one of them a whole number; an input that must be there."""
    return x / 2, y + 1


@block(id="repair.dice", category="Test", pure=False)
def dice(a: float = 1.0) -> float:
    """Never the same as another, as far as the planner knows."""
    return 2 * a


@pytest.fixture
def plans_made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each time that a whole graph is planned."""
    made: list[str] = []
    original = ExecutionPlanner.plan

    def plan(self: ExecutionPlanner, source: Any, *others: Any, **more: Any) -> Any:
        made.append(source.name)
        return original(self, source, *others, **more)

    monkeypatch.setattr(ExecutionPlanner, "plan", plan)
    return made


def chain(*names: str) -> Graph:
    graph = Graph("chain")
    for place, name in enumerate(names):
        graph.add(mix, id=name, a=float(place))
    for before, after in pairwise(names):
        graph.link(f"{before}.out", f"{after}.b")
    return graph


def assert_sound(plan: ExecutionPlan, fresh: ExecutionPlan) -> None:
    """Whether a plan does what a fresh one does: in an allowed order, with all waits, releases and results."""
    maker = {port: task.number for task in plan.tasks for port in task.outputs}
    behind: list[set[int]] = []
    last: dict[Any, int] = {}
    for number, task in enumerate(plan.tasks):
        assert task.number == number
        assert all(before < number for before in task.waits_for)
        behind.append(set(task.waits_for).union(*(behind[before] for before in task.waits_for)))
        for item in task.inputs:
            assert maker[item.source] in behind[number], "reads what may not be there yet"
            assert item.slot == plan.slots[item.source]
            last[item.source] = number
    kept = {plan.slots[port] for port in plan.results}
    released = {port: task.number for task in plan.tasks for port in task.releases}
    assert released == {port: number for port, number in last.items() if plan.slots[port] not in kept}
    assert list(plan.results) == list(fresh.results)
    stages = {plan.tasks[number].node: stage.index for stage in plan.stages for number in stage.tasks}
    assert stages == {fresh.tasks[number].node: stage.index for stage in fresh.stages for number in stage.tasks}
    assert plan.parallelism == fresh.parallelism
    assert len(plan.critical_path) == len(fresh.critical_path)
    assert outcome(run_inline(plan)) == outcome(run_inline(fresh))


@pytest.mark.parametrize("level", ["balanced", "aggressive"])
def test_a_link_that_goes_and_one_that_comes_are_repaired(level: str, plans_made: list[str]) -> None:
    """
    a ─ b ─ c ─ d, then also a ─ c, then without b ─ c, then d ─ b, then without a ─ b
    """
    graph = chain("a", "b", "c", "d")
    shtairir.plan(graph, level=level)
    plans_made.clear()
    plans = []
    for change in (
        lambda: graph.link("a.out", "c.a"),
        lambda: graph.unlink("c.b"),
        lambda: graph.link("d.out", "b.c"),
        lambda: graph.unlink("b.b"),
    ):
        change()
        plans.append((shtairir.plan(graph, level=level), graph.snapshot()))
    assert not plans_made
    for plan, then in plans:
        assert_sound(plan, shtairir.plan(then, level=level))


def test_a_wait_that_another_way_made_needless_is_waited_again_when_the_way_is_gone(plans_made: list[str]) -> None:
    """
    a ─ b ─ c
    └───────┘   then without a ─ b
    """
    graph = chain("a", "b", "c")
    graph.set("b.a", 5.0)
    graph.link("a.out", "c.a")
    graph.add(dice, id="x")
    graph.link("x.out", "b.c")
    assert [task.waits_for for task in shtairir.plan(graph).tasks if task.node == "c"] == [(2,)]
    graph.unlink("b.b")
    plans_made.clear()
    plan = shtairir.plan(graph)
    assert not plans_made
    assert_sound(plan, shtairir.plan(graph.snapshot()))


def test_a_node_that_is_read_no_more_is_a_result(plans_made: list[str]) -> None:
    graph = chain("a", "b", "c")
    graph.add(dice, id="x")
    graph.link("x.out", "c.a")
    assert [str(port) for port in shtairir.plan(graph).results] == ["c.out"]
    graph.unlink("c.b")
    plans_made.clear()
    assert [str(port) for port in shtairir.plan(graph).results] == ["b.out", "c.out"]
    graph.link("b.out", "x.a")
    assert [str(port) for port in shtairir.plan(graph).results] == ["c.out"]
    assert not plans_made


def test_what_was_asked_to_be_kept_stays_a_result() -> None:
    graph = chain("a", "b", "c")
    wishes: dict[str, Any] = {"keep": ["a.out"]}
    shtairir.plan(graph, **wishes)
    graph.link("a.out", "c.a")
    plan = shtairir.plan(graph, **wishes)
    assert set(plan.results) == set(shtairir.plan(graph.snapshot(), **wishes).results)
    assert run_inline(plan)["a.out"] == run_inline(shtairir.plan(graph.snapshot(), **wishes))["a.out"]


def test_a_link_that_makes_two_nodes_equal_has_them_merged() -> None:
    graph = Graph("equal")
    for name in ("a", "x"):
        graph.add(dice, id=name)
    for name in ("b", "c"):
        graph.add(mix, id=name)
    graph.link("a.out", "b.a")
    graph.link("x.out", "c.a")
    assert len(shtairir.plan(graph).tasks) == 4
    graph.link("a.out", "c.a")
    assert len(shtairir.plan(graph).tasks) == 3
    graph.link("x.out", "c.a")
    assert len(shtairir.plan(graph).tasks) == 4


def test_an_input_that_loses_what_it_needs_is_refused_and_a_circle_too() -> None:
    graph = chain("a", "b")
    graph.add(halves, id="h")
    graph.link("b.out", "h.x")
    shtairir.plan(graph)
    graph.unlink("h.x")
    with pytest.raises(PlanningError, match="'x' of 'h' has no link"):
        shtairir.plan(graph)
    graph.link("a.out", "h.x")
    assert_sound(shtairir.plan(graph), shtairir.plan(graph.snapshot()))


def test_a_link_between_arrays_is_planned_anew(plans_made: list[str]) -> None:
    @block
    def filled(value: float = 1.0) -> Array:
        import numpy as np

        return np.full(10, value)

    @block
    def total(x: Array) -> float:
        return float(x.sum())

    graph = Graph("arrays")
    for place in range(2):
        graph.add(filled, id=f"f{place}", value=float(place))
        graph.add(total, id=f"t{place}")
        graph.link(f"f{place}.out", f"t{place}.x")
    shtairir.plan(graph)
    graph.link("f1.out", "t0.x")
    plans_made.clear()
    assert run_inline(shtairir.plan(graph))["t0.out"] == 10.0
    assert plans_made


def test_of_a_large_graph_hardly_any_edit_plans_anew(plans_made: list[str]) -> None:
    chance = random.Random(7)
    graph = Graph("large")
    for number in range(300):
        graph.add(mix, id=f"n{number}", a=float(number))
        for port in "bc" if number >= 10 else "":
            graph.link(f"n{chance.randrange(number - 10, number)}.out", f"n{number}.{port}")
    shtairir.plan(graph)
    plans_made.clear()
    for _ in range(60):
        target = chance.randrange(1, 300)
        graph.link(f"n{chance.randrange(target)}.out", f"n{target}.{chance.choice('abc')}")
        plan = shtairir.plan(graph)
    assert len(plans_made) < 6
    assert_sound(plan, shtairir.plan(graph.snapshot()))


@st.composite
def numbers(draw: st.DrawFn) -> Graph:
    """A graph of blocks that take and make numbers, not in the order of its links."""
    graph = Graph("numbers")
    count = draw(st.integers(3, 12))
    places = draw(st.permutations(range(count)))
    for place in places:
        kind = draw(st.sampled_from([mix, mix, mix, dice]))
        graph.add(kind, id=f"n{place}", a=draw(st.sampled_from([0.0, 1.0, 2.0])))
    for place in range(1, count):
        for port in draw(st.sets(st.sampled_from("abc"))):
            if graph.nodes[f"n{place}"].block == "repair.mix" or port == "a":  # type: ignore[index]
                graph.link(f"n{draw(st.integers(0, place - 1))}.out", f"n{place}.{port}")
    return graph


def edit(graph: Graph, data: st.DataObject) -> None:
    node = data.draw(st.sampled_from(list(graph.nodes)))
    port = data.draw(st.sampled_from("abc" if graph.nodes[node].block == "repair.mix" else "a"))
    match data.draw(st.sampled_from(["link", "link", "unlink", "set", "undo"])):
        case "link":
            try:
                graph.link(f"{data.draw(st.sampled_from(list(graph.nodes)))}.out", f"{node}.{port}")
            except EditError:
                return
        case "unlink":
            if any(str(target) == f"{node}.{port}" for target in graph.links):
                graph.unlink(f"{node}.{port}")
        case "set":
            graph.set(f"{node}.{port}", data.draw(st.sampled_from([0.0, 1.0, 2.0])))
        case "undo" if graph.undo_label is not None and not graph.undo_label.startswith("Add"):
            graph.undo()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(numbers(), st.data())
def test_after_any_edits_a_plan_is_as_good_as_a_fresh_one(graph: Graph, data: st.DataObject) -> None:
    level = data.draw(st.sampled_from(["none", "basic", "balanced", "aggressive"]))
    shtairir.plan(graph, level=level)
    for _ in range(6):
        for _ in range(data.draw(st.integers(1, 2))):
            edit(graph, data)
        try:
            fresh = shtairir.plan(graph.snapshot(), level=level)
        except PlanningError:
            with pytest.raises(PlanningError):
                shtairir.plan(graph, level=level)
            continue
        assert_sound(shtairir.plan(graph, level=level), fresh)
