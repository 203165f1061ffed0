"""What matters more comes first, wherever there is a choice."""

from __future__ import annotations

import pytest

import shtairir
from shtairir.block import block
from shtairir.testing import EventRecorder, graph_of, run_inline


@block(id="priorities.step", pure=False)
def step(x: float = 0.0) -> float:
    """Add one."""
    return x + 1


def course_of(graph: shtairir.Graph, level: str) -> list[str]:
    """Return the nodes in the order in which one worker takes them up."""
    seen = EventRecorder()
    run_inline(graph, level=level, instruments=[seen]).raise_for_status()
    return [str(event.node) for event in seen.events if type(event).__name__ == "NodeStarted"]


def graph_with(*lines: str, **priorities: str) -> shtairir.Graph:
    names = {name.strip() for line in lines for name in line.split("->")}
    graph = graph_of(*lines, blocks=dict.fromkeys(names, step))
    for node, priority in priorities.items():
        graph.set_policy(node, priority=priority)
    return graph


@pytest.mark.parametrize("level", ["none", "balanced", "aggressive"])
def test_what_has_high_priority_comes_first_with_all_that_it_needs(level: str) -> None:
    course = course_of(graph_with("a -> b", "c -> d", "e", "f", d="high"), level)
    assert course[:2] == ["c", "d"]


@pytest.mark.parametrize("level", ["none", "balanced", "aggressive"])
def test_what_has_low_priority_comes_last_unless_something_else_needs_it(level: str) -> None:
    course = course_of(graph_with("a -> b", "c", "d", a="low", c="low"), level)
    assert course[-1] == "c"
    assert course.index("a") < course.index("b")


def test_where_there_are_barriers_priority_counts_within_a_stage() -> None:
    course = course_of(graph_with("a -> b", "c -> d", "e", d="high", e="high"), "basic")
    assert course == ["c", "e", "a", "d", "b"] or course == ["e", "c", "a", "d", "b"]


def test_without_priorities_the_order_is_what_it_was() -> None:
    graph = graph_with("a -> b", "c -> d", "e")
    plain = [task.node for task in shtairir.plan(graph).tasks]
    graph.set_policy("e", retries=1)
    assert [task.node for task in shtairir.plan(graph).tasks] == plain


def test_the_priority_of_the_whole_graph_is_the_usual_one() -> None:
    graph = graph_with("a", "b", "c", c="normal")
    graph.set_policy(None, node={"priority": "low"})
    assert course_of(graph, "balanced")[0] == "c"


def test_the_plan_says_why_a_node_goes_first() -> None:
    plan = shtairir.plan(graph_with("a", "b", b="high"))
    assert [reason.node for reason in plan.reasons if reason.pass_name == "priority"] == ["b"]


def test_a_link_that_changes_leaves_the_order_of_priorities() -> None:
    graph = graph_with("a", "b", "c", "d", "e", e="high")
    assert next(iter(shtairir.plan(graph).tasks)).node == "e"
    graph.link("c.out", "e.x")
    assert [task.node for task in shtairir.plan(graph).tasks][:2] == ["c", "e"]
