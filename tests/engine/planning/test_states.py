"""Bypassed and disabled nodes: what runs in spite of them, what does not, and why, wherever they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.document import SetState, dumps, edits, loads
from shtairir.errors import PlanningError
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortRef


@pytest.fixture
def graph() -> shtairir.Graph:
    """three → double → plus (+1), which is the result total"""
    graph = shtairir.Graph("demo")
    three = graph.add("math.number", id="three", value=3)
    double = graph.add("math.multiply", id="double", a=three["out"], b=2)
    plus = graph.add("math.add", id="plus", a=double["out"], b=1)
    graph.publish_result("total", plus["out"])
    return graph


def _set(graph: shtairir.Graph, state: Any, *nodes: str) -> None:
    graph.apply(SetState(tuple(map(NodeId, nodes)), state))


def _reasons(graph: shtairir.Graph, **more: Any) -> dict[str, str]:
    result = shtairir.run(graph, **more)
    return {str(id): node.reason for id, node in result.nodes.items() if node.status is NodeStatus.SKIPPED}


LEVELS = pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])


@LEVELS
def test_data_passes_through_a_bypassed_node(graph: shtairir.Graph, level: str) -> None:
    _set(graph, "bypassed", "double")
    result = shtairir.run(graph, level=level)
    assert result["total"] == 4
    assert result.nodes["double"].reason == "Bypassed: it hands on what it is given."
    _set(graph, "active", "double")
    assert shtairir.run(graph, level=level)["total"] == 7


@LEVELS
def test_a_disabled_node_does_not_run_and_neither_does_what_needs_it(graph: shtairir.Graph, level: str) -> None:
    graph.add("math.number", id="other", value=5)
    _set(graph, "disabled", "double")
    result = shtairir.run(graph, level=level)
    assert result.status == "done"
    assert _reasons(graph) == {"double": "Disabled.", "plus": "'double' is disabled, and this needs it."}
    assert result["other.out"] == 5
    with pytest.raises(KeyError):
        result["total"]


def test_bypassed_nodes_in_a_row_hand_on_from_one_to_the_next(graph: shtairir.Graph) -> None:
    _set(graph, "bypassed", "double", "plus")
    assert shtairir.run(graph)["total"] == 3


def test_what_a_bypassed_node_hands_on_can_be_kept_and_run_up_to(graph: shtairir.Graph) -> None:
    _set(graph, "bypassed", "double")
    result = shtairir.run(graph, keep=["double.out"], targets=["double"])
    assert result["double.out"] == 3
    assert "plus" not in {node for node, one in result.nodes.items() if one.status is NodeStatus.DONE}


def test_to_run_up_to_a_disabled_node_is_refused_with_the_reason(graph: shtairir.Graph) -> None:
    _set(graph, "disabled", "three")
    with pytest.raises(PlanningError, match="'plus' does not run: 'three' is disabled, and this needs it"):
        shtairir.run(graph, targets=["plus"])


def test_what_is_to_be_kept_of_a_disabled_node_is_just_not_there(graph: shtairir.Graph) -> None:
    _set(graph, "disabled", "double")
    assert shtairir.run(graph, keep=["double.out", "three.out"])["three.out"] == 3


def test_only_an_input_whose_type_fits_the_output_is_handed_on() -> None:
    graph = shtairir.Graph("kinds")
    words = graph.add("text.constant", id="words", value="a b")
    n = graph.add("math.number", id="n", value=2)
    count = graph.add("text.length", id="count", text=words["out"])
    both = graph.add("math.add", id="both", a=count["out"], b=n["out"])
    _set(graph, "bypassed", "count")
    assert _reasons(graph) == {
        "count": "Bypassed: it hands on what it is given.",
        "both": "'count' is bypassed, and has nothing to hand on, and this needs it.",
    }
    _set(graph, "active", "count")
    _set(graph, "bypassed", "both")
    graph.apply(edits.RemoveLinks((PortRef(both.id, both["a"].port),)))
    plus = graph.add("math.add", id="plus", a=both["out"], b=1)
    assert shtairir.run(graph)[plus["out"]] == 3


def test_a_bypassed_node_without_links_has_nothing_to_hand_on(graph: shtairir.Graph) -> None:
    _set(graph, "bypassed", "three")
    assert _reasons(graph)["double"] == "'three' is bypassed, and has nothing to hand on, and this needs it."


def test_a_broken_node_that_is_disabled_keeps_nothing_from_running(graph: shtairir.Graph) -> None:
    graph.add("nobody.has_this", id="gone", x=1)
    graph.add("math.add", id="half")
    bad = graph.add("math.add", id="bad", a="not a number", b=1)
    with pytest.raises(PlanningError):
        shtairir.run(graph)
    _set(graph, "disabled", "gone", "half", bad.id)
    assert shtairir.run(graph)["total"] == 7
    problems = {(one.node, one.code): one.severity for one in shtairir.validate(graph)}
    assert problems[NodeId("gone"), "missing_block"] == "warning"
    assert problems[NodeId("bad"), "bad_value"] == "warning"
    assert (NodeId("half"), "missing_input") not in problems


def test_a_bypass_feeds_what_else_would_miss_an_input(graph: shtairir.Graph) -> None:
    _set(graph, "bypassed", "double")
    assert [one.message for one in shtairir.validate(graph) if one.severity == "error"] == []
    graph.unset("double.b")
    assert [one.message for one in shtairir.validate(graph) if one.severity == "error"] == []


def test_nodes_that_are_alone_only_because_others_are_disabled_are_not_told_to_be_removed() -> None:
    graph = shtairir.Graph("pair")
    one = graph.add("math.number", id="one", value=1)
    graph.add("math.add", id="sum", a=one["out"], b=1)
    x = graph.add("math.number", id="x", value=1)
    graph.add("math.add", id="y", a=x["out"], b=1)
    _set(graph, "disabled", "sum")
    assert [problem.code for problem in shtairir.validate(graph)] == []


def _with_instance(graph: shtairir.Graph) -> None:
    """three → [step: double → plus] → after"""
    step = graph.make_subgraph(["double", "plus"], "step")
    graph.add("math.add", id="after", a=step["out"], b=10)


def test_a_node_inside_an_instance_is_bypassed_in_each_of_them(graph: shtairir.Graph) -> None:
    _with_instance(graph)
    _set(graph.subgraphs["step"], "bypassed", "double")
    result = shtairir.run(graph)
    assert (result["after.out"], result["total"]) == (14, 4)
    assert result.nodes["step/double"].reason == "Bypassed: it hands on what it is given."


def test_what_reads_an_instance_whose_inside_is_disabled_does_not_run(graph: shtairir.Graph) -> None:
    _with_instance(graph)
    _set(graph.subgraphs["step"], "disabled", "double")
    reasons = _reasons(graph)
    assert reasons["step/double"] == "Disabled."
    assert reasons["step/plus"] == "'double' is disabled, and this needs it."
    assert reasons["after"] == "'step/double' is disabled, and this needs it."


def test_an_instance_is_bypassed_or_disabled_as_a_whole(graph: shtairir.Graph) -> None:
    _with_instance(graph)
    _set(graph, "bypassed", "step")
    assert shtairir.run(graph)["after.out"] == 13
    _set(graph, "disabled", "step")
    assert set(_reasons(graph)) == {"step", "after"}
    assert all(one.code != "unused_definition" for one in shtairir.validate(graph))


def test_a_published_value_of_a_node_that_does_not_run_may_be_set_all_the_same(graph: shtairir.Graph) -> None:
    graph.publish("factor", "double.b")
    _with_instance(graph)
    _set(graph.subgraphs["step"], "disabled", "plus")
    assert shtairir.run(graph, parameters={"factor": 5}).status == "done"
    graph.undo()
    _set(graph.subgraphs["step"], "bypassed", "double")
    assert shtairir.run(graph, parameters={"factor": 5, "step/double.b": 4})["total"] == 4


def test_states_hold_in_a_file_that_is_used_as_a_block(graph: shtairir.Graph, tmp_path: Path) -> None:
    part = shtairir.Graph("part")
    given = part.add("graph.input", id="x", values={"name": "x", "type": "float"})
    double = part.add("math.multiply", id="double", a=given["out"], b=2)
    part.add("graph.output", id="y", values={"name": "y", "type": "float"})
    part.link(double["out"], "y.value")
    path = tmp_path / "part.shtairir"
    _set(part, "bypassed", "double")
    shtairir.save(part, path)
    shtairir.save(graph, tmp_path / "whole.shtairir")
    used = graph.add("file:part.shtairir", id="used")
    graph.link("three.out", "used.x")
    after = graph.add("math.add", id="after", a=used["y"], b=10)
    assert shtairir.run(graph)[after["out"]] == 13
    _set(part, "disabled", "double")
    shtairir.save(part, path)
    assert _reasons(graph)["after"] == "'used/double' is disabled, and this needs it."


def _loop() -> shtairir.Graph:
    graph = shtairir.Graph("loop")
    body = graph.add_subgraph("body")
    item = body.add("graph.input", id="item", values={"name": "item", "type": "float"})
    double = body.add("math.multiply", id="double", a=item["out"], b=2)
    body.add("graph.output", id="out", values={"name": "out", "type": "float"})
    body.link(double["out"], "out.value")
    items = graph.add("list.range", id="items", start=1, stop=4)
    graph.add("flow.for_each", id="each", body="body")
    graph.link(items["out"], "each.item")
    return graph


def test_a_node_in_the_body_of_a_loop_is_bypassed_in_each_turn() -> None:
    graph = _loop()
    assert list(shtairir.run(graph)["each.out"]) == [2, 4, 6]
    _set(graph.subgraphs["body"], "bypassed", "double")
    assert list(shtairir.run(graph)["each.out"]) == [1, 2, 3]


def test_a_loop_whose_body_cannot_make_its_result_does_not_run() -> None:
    graph = _loop()
    _set(graph.subgraphs["body"], "disabled", "double")
    assert _reasons(graph) == {"each": "'each/double' is disabled, and this repeats it."}


def test_a_change_of_state_is_planned_anew_and_back(graph: shtairir.Graph) -> None:
    assert shtairir.run(graph)["total"] == 7
    _set(graph, "bypassed", "double")
    assert shtairir.run(graph)["total"] == 4
    graph.set("three.value", 5)
    assert shtairir.run(graph)["total"] == 6
    graph.undo()
    graph.undo()
    assert shtairir.run(graph)["total"] == 7


def test_a_smart_run_never_takes_a_result_of_before_the_state(graph: shtairir.Graph) -> None:
    states = ["active", "bypassed", "active", "bypassed"]
    found = []
    for state in states:
        _set(graph, state, "double")
        found.append(shtairir.run(graph, cache="smart")["total"])
    assert found == [7, 4, 7, 4]


def test_a_program_made_of_the_graph_does_the_same(graph: shtairir.Graph) -> None:
    from shtairir.block.registry import default_registry
    from shtairir.export.program import to_python

    graph.add("math.add", id="lost", a=PortRef.parse("double.out"), b=1)
    _set(graph, "bypassed", "double")
    _set(graph, "disabled", "lost")
    program = to_python(graph.snapshot(), default_registry())
    assert "multiply" not in program
    assert "Left out, since bypassed or disabled, or in need of what is: lost, double." in program
    space: dict[str, Any] = {"__name__": "made"}
    exec(compile(program, "made", "exec"), space)
    assert list(space["main"]().values()) == [4]


def test_the_plan_says_what_does_not_run_and_why(graph: shtairir.Graph) -> None:
    _set(graph, "disabled", "plus")
    plan = shtairir.plan(graph)
    assert plan.silent == {"plus": "Disabled."}
    assert [reason.sentence for reason in plan.reasons if reason.node == "plus"] == ["Disabled."]
    assert plan.nodes == ("three", "double", "plus")


def test_a_circle_of_bypassed_nodes_ends(graph: shtairir.Graph) -> None:
    text = dumps(graph).replace(b'{"from": "three.out", "to": "double.a"}', b'{"from": "plus.out", "to": "double.a"}')
    circle = loads(text)
    _set(circle, "bypassed", "double", "plus")
    circle.add("math.add", id="reader", a=PortRef.parse("plus.out"), b=1)
    assert "has nothing to hand on" in _reasons(circle)["reader"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_bypassed_or_disabled_the_rest_runs_as_if_it_had_been_built_so(data: st.DataObject) -> None:
    """Sums of sums: each node of which something acts has the value that one works out by hand."""
    count = data.draw(st.integers(2, 9))
    graph = shtairir.Graph("random")
    feeds: dict[str, dict[str, str]] = {}
    for number in range(count):
        id = f"n{number}"
        node = graph.add("math.add", id=id, a=number, b=1)
        feeds[id] = {}
        for port in ("a", "b"):
            before = data.draw(st.sampled_from([None, *list(feeds)[:-1]]))
            if before is not None:
                graph.link(f"{before}.out", node[port])
                feeds[id][port] = before
    states = {id: data.draw(st.sampled_from(["active", "active", "bypassed", "disabled"])) for id in feeds}
    for id, state in states.items():
        _set(graph, state, id)

    def value(id: str) -> float | None:
        """What is read at a node's output; None where it makes nothing."""
        if states[id] == "disabled":
            return None
        if states[id] == "bypassed":
            handed = feeds[id].get("a") or feeds[id].get("b")
            return value(handed) if handed is not None else None
        own = {"a": float(id[1:]), "b": 1.0}
        read = {port: value(before) for port, before in feeds[id].items()}
        return None if None in read.values() else sum({**own, **read}.values())  # type: ignore[arg-type]

    assert all(problem.severity != "error" for problem in shtairir.validate(graph))
    result = shtairir.run(graph, keep="all")
    for id, state in states.items():
        if state == "active":
            expected = value(id)
            assert (result.nodes[id].status is NodeStatus.SKIPPED) is (expected is None)
            assert expected is None or result[f"{id}.out"] == expected


def test_a_result_that_nothing_makes_says_which_node_does_not_run_and_why(graph: shtairir.Graph) -> None:
    _set(graph, "disabled", "double")
    result = shtairir.run(graph)
    for name in ("total", "plus.out"):
        with pytest.raises(KeyError, match=r"Node 'plus' has no result: it does not run\. 'double' is disabled"):
            result[name]
    assert result.get("total") is None
