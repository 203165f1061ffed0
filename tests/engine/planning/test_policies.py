"""How tasks are to be run reaches the plan, and no pass goes over it."""

from __future__ import annotations

import io
from pathlib import Path

import shtairir
from shtairir.block import block
from shtairir.cli.plan_text import plan_text
from shtairir.ids import NodeId
from shtairir.planning.passes.coarsen import may_join
from shtairir.policy import NodePolicy
from shtairir.policy.effective import DEFAULT


@block(id="policed.number", category="Test")
def number(value: float = 0.0) -> float:
    """A number."""
    return value


@block(id="policed.twice", category="Test", elementwise=True)
def twice(x: float) -> float:
    """Twice a number."""
    return 2 * x


@block(id="policed.write", category="Test", pure=False)
def write(x: float) -> float:
    """Have an effect."""
    return x


@block(id="policed.call", category="Test", elementwise=True, depends_on=("api",))
def call(x: float) -> float:
    """Ask somebody outside."""
    return x


def policy_of(plan: shtairir.ExecutionPlan, node: str) -> NodePolicy:
    task = plan.call(node)
    assert task is not None
    return task.policy


def test_tasks_of_which_nobody_says_anything_share_one_policy() -> None:
    graph = shtairir.Graph("test")
    nodes = [graph.add(number, value=value) for value in range(5)]
    graph.add(write, x=nodes[0]["out"], id="one")
    graph.add(write, x=nodes[1]["out"], id="two")
    plan = shtairir.plan(graph)
    assert {id(task.policy) for task in plan.tasks if task.node not in ("one", "two")} == {id(DEFAULT)}
    assert policy_of(plan, "one") is policy_of(plan, "two")
    assert policy_of(plan, "one").retries == 0


def test_equal_nodes_that_are_run_differently_are_both_run() -> None:
    graph = shtairir.Graph("test")
    for name in ("a", "b", "c", "d"):
        graph.add(number, id=name, value=3)
    graph.set_policy("b", retries=5)
    graph.set_policy("c", retries=5)
    plan = shtairir.plan(graph)
    assert len(plan.tasks) == 2
    assert policy_of(plan, "a") == policy_of(plan, "d") == DEFAULT
    assert policy_of(plan, "b").retries == policy_of(plan, "c").retries == 5


def test_a_node_with_a_policy_is_not_computed_while_planning() -> None:
    graph = shtairir.Graph("test")
    first = graph.add(twice, id="first", x=1.0)
    graph.add(number, id="end", value=first["out"])
    assert shtairir.plan(graph).folded
    graph.set_policy("first", condition="x > 2")
    assert not shtairir.plan(graph).folded


def test_a_node_that_needs_somebody_outside_is_not_computed_while_planning() -> None:
    graph = shtairir.Graph("test")
    graph.add(number, value=graph.add(call, x=1.0)["out"])
    assert not shtairir.plan(graph).folded


def test_a_node_with_a_policy_is_not_fused_with_its_neighbours() -> None:
    graph = shtairir.Graph("test")
    source = graph.add("array.arange", stop=10)
    names = ["a", "b", "c"]
    for name in names:
        source = graph.add("array.sqrt", id=name, x=source["out"])
    assert len(shtairir.plan(graph, level="aggressive").tasks) == 2
    graph.set_policy("b", retries=5)
    plan = shtairir.plan(graph, level="aggressive")
    assert len(plan.tasks) == 4
    assert policy_of(plan, "b").retries == 5


def test_a_policy_of_the_graph_keeps_nothing_apart() -> None:
    graph = shtairir.Graph("test")
    source = graph.add("array.arange", stop=10)
    for _ in range(3):
        source = graph.add("array.sqrt", x=source["out"])
    graph.set_policy(None, node={"retries": 5})
    plan = shtairir.plan(graph, level="aggressive")
    assert len(plan.tasks) == 2
    assert {part.policy.retries for task in plan.tasks for part in task.calls} == {5}


def test_only_what_asks_for_nothing_but_a_call_is_done_in_one_go_with_others() -> None:
    graph = shtairir.Graph("test")
    graph.add(number, id="plain")
    graph.set_policy(graph.add(number, id="retried", value=2).id, retries=9, timeout_s=1)
    graph.set_policy(graph.add(number, id="checked", value=3).id, condition="value > 0")
    graph.set_policy(graph.add(number, id="falls", value=4).id, on_failure="fallback", fallback={"out": 0})
    plan = shtairir.plan(graph)
    assert {task.node: may_join(task, ()) for task in plan.tasks} == {
        "plain": True,
        "retried": True,
        "checked": False,
        "falls": False,
    }


def test_what_an_instance_says_holds_for_the_nodes_in_it_that_say_nothing() -> None:
    graph = shtairir.Graph("test")
    one = graph.add(number, id="one", value=3)
    two = graph.add(number, id="two", value=one["out"])
    three = graph.add(write, id="three", x=two["out"])
    graph.set_policy("two", retries=7)
    inner = graph.make_subgraph([one.id, two.id, three.id], "step")
    graph.set_policy(inner, retries=1, priority="high")
    plan = shtairir.plan(graph)
    found = {name: policy_of(plan, f"{inner.id}/{name}") for name in ("one", "two", "three")}
    assert found == {name: graph.policy(f"{inner.id}/{name}") for name in found}
    assert [found[name].retries for name in found] == [1, 7, 0]
    assert {policy.priority for policy in found.values()} == {"high"}


def test_an_outer_instance_hands_in_what_an_inner_one_does_not_say() -> None:
    graph = shtairir.Graph("test")
    one = graph.add(number, id="one", value=3)
    inner = graph.make_subgraph([one.id], "inner")
    graph.set_policy(inner, retries=1)
    outer = graph.make_subgraph([inner.id], "outer")
    graph.set_policy(outer, retries=9, timeout_s=4)
    policy = policy_of(shtairir.plan(graph), f"{outer.id}/{inner.id}/one")
    assert policy == graph.policy(f"{outer.id}/{inner.id}/one")
    assert (policy.retries, policy.timeout_s) == (1, 4)


def test_a_file_used_as_a_block_brings_what_it_says_of_its_nodes(tmp_path: Path) -> None:
    part = shtairir.Graph("part")
    part.add("math.number", id="one", value=3)
    part.publish_result("out", "one.out")
    part.set_policy(None, timeout_s=1, node={"retries": 1, "timeout_s": 9})
    shtairir.save(part, tmp_path / "part.shtairir")
    graph = shtairir.Graph("whole")
    graph.path = tmp_path / "whole.shtairir"
    graph.add("file:part.shtairir", id="part")
    graph.set_policy("part", retries=2)
    graph.set_policy(None, node={"timeout_s": 5, "priority": "low"})
    plan = shtairir.plan(graph)
    policy = policy_of(plan, "part/one")
    assert policy == graph.policy("part/one")
    assert (policy.retries, policy.timeout_s, policy.priority) == (2, 9, "low")
    assert plan.policy.timeout_s == 7200


def test_the_body_of_a_loop_is_run_as_the_graph_says() -> None:
    graph = shtairir.Graph("test")
    body = graph.add("math.add", id="body", a=1, b=2)
    graph.make_subgraph([body.id], "step")
    graph.remove(*list(graph.nodes))
    graph.add("flow.repeat", id="loop", body="step", times=3)
    graph.set_policy(None, node={"retries": 8})
    plan = shtairir.plan(graph)
    loop = plan.task("loop")
    assert loop is not None
    assert loop.body is not None
    assert {task.policy.retries for task in loop.body.plan.tasks if task.node == "loop/body"} == {8}
    assert loop.policy.retries == 0


def test_a_changed_policy_is_planned_anew() -> None:
    graph = shtairir.Graph("test")
    graph.add(number, id="one", value=3)
    shtairir.plan(graph)
    graph.set_policy("one", timeout_s=8)
    assert policy_of(shtairir.plan(graph), "one").timeout_s == 8
    graph.set("one.value", 4)
    assert policy_of(shtairir.plan(graph), "one").timeout_s == 8
    graph.undo()
    graph.undo()
    assert policy_of(shtairir.plan(graph), NodeId("one")).timeout_s == 300


def test_a_plan_tells_programs_and_people_how_nodes_are_run() -> None:
    graph = shtairir.Graph("test")
    graph.add(number, id="one", value=3)
    graph.add(write, id="two", x=4)
    graph.set_policy("one", retries=5, retry_on=["OSError"])
    graph.set_policy(None, timeout_s=60)
    plan = shtairir.plan(graph)
    told = plan.to_dict()
    assert told["policy"] == {"timeout_s": 60, "checkpoints": "expensive"}
    tasks = {task["node"]: task["policy"] for task in told["tasks"]}  # type: ignore[attr-defined]
    assert tasks == {"one": {"retries": 5, "retry_on": ["OSError"]}, "two": {"retries": 0}}
    text = plan_text(plan, io.StringIO())
    assert 'retries = 5, retry_on = ["OSError"]' in text
    assert "two" not in text.split("policies of their own:")[1].split("\n\n")[0]
