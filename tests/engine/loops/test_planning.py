"""What the plan says of loops: bodies, what is computed once, forecasts."""

from __future__ import annotations

import io
import json
import time

import pytest

import shtairir
from shtairir.block import block
from shtairir.block.registry import default_registry
from shtairir.cli.plan_text import plan_text
from shtairir.errors import PlanningError
from shtairir.monitor import EventRecorder
from shtairir.monitor.learned import Learned
from shtairir.planning import ExecutionPlanner, PlanningConfig
from tests.engine.loops.builders import body, mapped
from tests.engine.loops.test_inside import heavy


@block(category="Test")
def doubled(x: float) -> float:
    """Return twice a number."""
    return 2 * x


def scaled(graph: shtairir.Graph) -> None:
    """Add a loop whose body has a node that no item changes."""
    made = body(graph, "scale", {"x": "float", "k": "float"}, {"y": "float"})
    squared = made.add("math.multiply", id="squared", a=made["k"], b=made["k"])
    made.returns(y=made.add("math.multiply", id="times", a=made["x"], b=squared["out"])["out"])
    graph.add("flow.for_each", id="loop", values={"body": "scale", "x": [1.0, 2.0, 3.0], "k": 3.0})


def test_the_body_is_planned_once_with_paths_for_ids() -> None:
    plan = shtairir.plan(mapped(doubled, x=[1.0]))
    task = plan.task("loop")
    assert task is not None
    assert task.body is not None
    assert plan.nodes == ("loop", "loop/node")
    assert "loop/node" in [inner.node for inner in task.body.plan.tasks]


def test_what_no_item_changes_is_computed_once_and_the_plan_says_so() -> None:
    graph = shtairir.Graph("once")
    scaled(graph)
    reasons = [reason.sentence for reason in shtairir.plan(graph).reasons if reason.pass_name == "loop_invariants"]
    assert reasons == ["Computed once, not in every iteration: 'squared'. Nothing that changes leads there."]
    result = shtairir.run(graph)
    assert result["loop.y"] == [9.0, 18.0, 27.0]
    assert (result.nodes["loop/squared"].count, result.nodes["loop/times"].count) == (1, 3)


def test_at_the_lower_levels_everything_is_computed_each_time() -> None:
    graph = shtairir.Graph("each")
    scaled(graph)
    result = shtairir.run(graph, level="basic")
    assert result.nodes["loop/squared"].count == 3


def test_what_has_an_effect_is_done_each_time() -> None:
    calls = []

    @block(category="Test", pure=False)
    def noted(x: float) -> float:
        """Take note of a call."""
        calls.append(x)
        return x

    graph = shtairir.Graph("effects")
    made = body(graph, "scale", {"x": "float", "k": "float"}, {"y": "float"})
    k = made.add(noted, x=made["k"])
    made.returns(y=made.add("math.multiply", a=made["x"], b=k["out"])["out"])
    graph.add("flow.for_each", id="loop", values={"body": "scale", "x": [1.0, 2.0, 3.0], "k": 3.0})
    assert shtairir.run(graph)["loop.y"] == [3.0, 6.0, 9.0]
    assert calls == [3.0] * 3


def test_what_is_computed_once_fails_item_by_item() -> None:
    @block(category="Test")
    def refused(x: float) -> float:
        """Fail."""
        raise ValueError("never")

    graph = shtairir.Graph("fails")
    made = body(graph, "scale", {"x": "float", "k": "float"}, {"y": "float"})
    k = made.add(refused, id="refused", x=made["k"])
    made.returns(y=made.add("math.multiply", a=made["x"], b=k["out"])["out"])
    values = {"body": "scale", "x": [1.0, 2.0], "k": 3.0, "on_error": "collect"}
    graph.add("flow.for_each", id="loop", values=values)
    errors = shtairir.run(graph)["loop.errors"]
    assert [(error["index"], error["node"], error["error"]) for error in errors] == [
        (0, "refused", "never"),
        (1, "refused", "never"),
    ]


def test_equal_loops_over_pure_bodies_run_once_and_others_each_time() -> None:
    graph = mapped(doubled, x=[1.0, 2.0])
    graph.add("flow.for_each", id="twin", values={"body": "body", "x": [1.0, 2.0]})
    assert len(shtairir.plan(graph).tasks) == 1
    seen = EventRecorder()
    result = shtairir.run(graph, instruments=[seen])
    assert result["twin.y"] == [2.0, 4.0]
    assert result.nodes["twin/node"].reason == "Computes the same as 'loop/node', whose result it shares."
    assert seen.names("twin/node") == ["NodeStarted", "NodeFinished"]
    assert len(result.iterations("twin")) == 2

    @block(category="Test", pure=False)
    def effect(x: float) -> float:
        """Have an effect."""
        return x

    graph = mapped(effect, x=[1.0, 2.0])
    graph.add("flow.for_each", id="twin", values={"body": "body", "x": [1.0, 2.0]})
    assert len(shtairir.plan(graph).tasks) == 2


def test_nodes_of_a_body_that_need_no_work_of_their_own_are_told_as_done() -> None:
    graph = shtairir.Graph("shared")
    made = body(graph, "both", {"x": "float"}, {"y": "float"})
    one, two = (made.add(doubled, id=name, x=made["x"]) for name in ("one", "two"))
    three = made.add("math.add", id="three", a=1.0, b=2.0)
    total = made.add("math.add", a=one["out"], b=two["out"])
    made.returns(y=made.add("math.add", a=total["out"], b=three["out"])["out"])
    graph.add("flow.for_each", id="loop", values={"body": "both", "x": [1.0, 2.0]})
    result = shtairir.run(graph)
    assert result["loop.y"] == [7.0, 11.0]
    assert {name: (str(node.status), node.count) for name, node in result.nodes.items()} == {
        "loop": ("done", 1),
        **dict.fromkeys(("loop/one", "loop/two", "loop/add", "loop/add_2"), ("done", 2)),
        "loop/three": ("done", 1),
    }


def test_the_forecast_of_memory_is_what_the_workers_need_together() -> None:
    graph = heavy([float(number) for number in range(20)], 8)
    for workers in (1, 2):
        config = PlanningConfig(workers=workers)
        plan = ExecutionPlanner(config).plan(graph.snapshot(), default_registry())
        assert plan.peak_bytes is not None
        measured = shtairir.run(graph, workers=workers).memory.peak_bytes
        assert 0.8 * measured <= plan.peak_bytes <= 1.3 * measured


def test_the_forecast_of_time_is_that_of_the_body_as_often_as_there_are_items() -> None:
    @block(category="Test", cost=0.01)
    def costly(x: float) -> float:
        """Say that it takes long."""
        return x

    graph = mapped(costly, x=[float(number) for number in range(100)])
    one = ExecutionPlanner(PlanningConfig(workers=1)).plan(graph.snapshot(), default_registry())
    two = ExecutionPlanner(PlanningConfig(workers=2)).plan(graph.snapshot(), default_registry())
    assert one.estimated_s == pytest.approx(1.0, rel=0.01)
    assert two.estimated_s == pytest.approx(0.5, rel=0.01)


def test_what_was_learned_of_a_loop_holds_while_its_body_stays() -> None:
    learned = Learned()
    graph = mapped(doubled, x=[1.0, 2.0])
    config = PlanningConfig(history=learned)
    learned.observe(shtairir.run(graph))
    plan = ExecutionPlanner(config).plan(graph.snapshot(), default_registry())
    assert plan.tasks[0].estimate.source == "learned"
    inside = graph.subgraphs["body"]
    extra = inside.add("math.multiply", id="extra", b=3.0)
    inside.link("node.out", extra["a"])
    inside.link(extra["out"], "out_y.value")
    plan = ExecutionPlanner(config).plan(graph.snapshot(), default_registry())
    assert plan.tasks[0].estimate.source != "learned"


def test_a_value_inside_of_a_loop_is_set_for_one_run() -> None:
    graph = shtairir.Graph("values")
    inner = body(graph, "inner", {"x": "float"}, {"y": "float"})
    inner.returns(y=inner.add("math.multiply", id="times", a=inner["x"], b=2.0)["out"])
    middle = body(graph, "middle", {"x": "float"}, {"y": "float"})
    middle.returns(y=middle.add("subgraph.inner", id="use", x=middle["x"])["y"])
    for name in ("loop", "other"):
        graph.add("flow.for_each", id=name, values={"body": "middle", "x": [1.0, 2.0]})
    result = shtairir.run(graph, parameters={"loop/use/times.b": 10.0})
    assert result["loop.y"] == [10.0, 20.0]
    assert result["other.y"] == [2.0, 4.0]
    with pytest.raises(PlanningError, match="no node 'use/none'"):
        shtairir.plan(graph, parameters={"loop/use/none.b": 10.0})


def test_an_output_inside_of_a_loop_cannot_be_kept() -> None:
    with pytest.raises(PlanningError, match=r"made anew in every iteration of 'loop'.*result.replay\('loop', 0\)"):
        shtairir.plan(mapped(doubled, x=[1.0]), keep=["loop/node.out"])


def test_a_loop_with_more_items_is_expected_to_take_as_much_longer() -> None:
    @block(category="Test")
    def brief(x: float) -> float:
        """Take a while."""
        time.sleep(1e-3)
        return x

    learned = Learned()
    graph = mapped(brief, x=[1.0] * 20)
    result = shtairir.run(graph, workers=1)
    learned.observe(result)
    graph.set("loop.x", [1.0] * 200)
    config = PlanningConfig(history=learned, workers=1)
    plan = ExecutionPlanner(config).plan(graph.snapshot(), default_registry())
    assert plan.tasks[0].estimate.source == "learned"
    assert plan.estimated_s == pytest.approx(10 * result.nodes["loop"].elapsed_s)


def test_an_edit_of_the_body_is_seen_by_the_next_run() -> None:
    graph = mapped("math.negate", x=[1.0, 2.0])
    assert shtairir.run(graph)["loop.y"] == [-1.0, -2.0]
    inside = graph.subgraphs["body"]
    inside.link("in_x.out", "out_y.value")
    assert shtairir.run(graph)["loop.y"] == [1.0, 2.0]


def test_a_body_that_is_not_there_is_refused() -> None:
    graph = shtairir.Graph("none")
    graph.add("flow.for_each", id="loop", values={"body": "nothing"})
    with pytest.raises(PlanningError, match="The body of 'loop' is 'nothing', but the graph has no definition"):
        shtairir.plan(graph)


def test_what_decides_on_the_ports_cannot_be_linked() -> None:
    graph = mapped(doubled, x=[1.0])
    graph.link(graph.add("text.constant", value="concat")["out"], "loop.gather")
    with pytest.raises(PlanningError, match="'gather' of the loop 'loop' is linked, but it must be known before"):
        shtairir.plan(graph)


def test_an_input_to_go_through_that_is_not_there_is_refused() -> None:
    graph = mapped(doubled, x=[1.0], over="z")
    with pytest.raises(PlanningError, match="'over' names 'z', but 'body' has no such input"):
        shtairir.plan(graph)


@pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])
def test_an_instance_holds_a_loop_over_a_body_with_an_instance(level: str) -> None:
    graph = shtairir.Graph("mixed")
    inner = body(graph, "inner", {"x": "float"}, {"y": "float"})
    inner.returns(y=inner.add(doubled, id="double", x=inner["x"])["out"])
    middle = body(graph, "middle", {"x": "float"}, {"y": "float"})
    middle.returns(y=middle.add("subgraph.inner", id="use", x=middle["x"])["y"])
    outer = body(graph, "outer", {"xs": "list[float]"}, {"ys": "list[float]"})
    outer.returns(ys=outer.graph.add("flow.for_each", id="each", x=outer["xs"], values={"body": "middle"})["y"])
    graph.add("subgraph.outer", id="whole", values={"xs": [1.0, 2.0]})
    result = shtairir.run(graph, level=level)
    assert result["whole.ys"] == [2.0, 4.0]
    assert result.nodes["whole/each/use/double"].count == 2
    assert len(result.iterations("whole/each")) == 2


# --- what is told of it -------------------------------------------------------------------------------------------


def test_the_plan_as_a_document_has_the_plans_of_its_bodies() -> None:
    graph = shtairir.Graph("once")
    scaled(graph)
    document = json.loads(json.dumps(shtairir.plan(graph).to_dict()))
    loop = document["loops"]["loop"]
    assert (loop["kind"], loop["body"], loop["over"], loop["once"]) == ("for_each", "scale", ["x"], ["loop/squared"])
    assert [task["node"] for task in loop["plan"]["tasks"] if task["block"] == "math.multiply"]


def test_what_the_planner_changed_inside_of_a_body_is_told() -> None:
    graph = shtairir.Graph("equal")
    made = body(graph, "both", {"x": "float"}, {"y": "float"})
    one, two = (made.add(doubled, id=name, x=made["x"]) for name in ("one", "two"))
    made.returns(y=made.add("math.add", a=one["out"], b=two["out"])["out"])
    graph.add("flow.for_each", id="loop", values={"body": "both", "x": [1.0]})
    told = [(reason.node, reason.pass_name) for reason in shtairir.plan(graph).reasons]
    assert ("loop/two", "merge_equal") in told


def test_the_plan_as_text_says_what_a_loop_repeats() -> None:
    graph = shtairir.Graph("once")
    scaled(graph)
    text = plan_text(shtairir.plan(graph), io.StringIO())
    assert "  loop  For each: scale  2 nodes each time, of which 1 once" in text
    assert 't0[["loop<br/>For each: scale"]]' in shtairir.plan(graph).to_mermaid()
