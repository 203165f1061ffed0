"""One iteration, run again to be looked at."""

from __future__ import annotations

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, block
from shtairir.monitor import EventRecorder
from tests.engine.loops.builders import body, mapped


@block(category="Test")
def inverted(x: float) -> float:
    """Return one divided by a number."""
    return 1 / x


def two_steps(**loop: object) -> shtairir.Graph:
    graph = shtairir.Graph("two")
    made = body(graph, "steps", {"x": "float", "k": "float"}, {"y": "float"})
    scaled = made.add("math.multiply", id="scaled", a=made["x"], b=made["k"])
    made.returns(y=made.add(inverted, id="inverted", x=scaled["out"])["out"])
    graph.add("flow.for_each", id="loop", values={"body": "steps", "k": 2.0, **loop})
    return graph


@pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])
def test_an_iteration_is_run_again_with_all_values(level: str) -> None:
    result = shtairir.run(two_steps(x=[1.0, 2.0, 4.0]), level=level)
    again = result.replay("loop", 2)
    assert again.status == "done"
    assert (again["loop/scaled.out"], again["loop/inverted.out"]) == (8.0, 0.125)


def test_an_iteration_that_failed_is_run_again_up_to_the_failure() -> None:
    result = shtairir.run(two_steps(x=[1.0, 0.0], on_error="skip"))
    seen = EventRecorder()
    again = result.replay("loop", 1, instruments=[seen])
    assert again.status == "failed"
    assert again["loop/scaled.out"] == 0.0
    assert again.nodes["loop/inverted"].error is not None
    assert "NodeFailed" in seen.names("loop/inverted")


def test_a_turn_is_run_again_on_what_it_had() -> None:
    graph = shtairir.Graph("turns")
    made = body(graph, "halve", {"x": "float"}, {"x": "float"})
    made.returns(x=made.add("math.multiply", id="half", a=made["x"], b=0.5)["out"])
    graph.add("flow.repeat", id="loop", values={"body": "halve", "times": 5, "x": 32.0})
    assert shtairir.run(graph).replay("loop", 3)["loop/half.out"] == 2.0


def test_a_step_of_a_reduction_is_run_again() -> None:
    graph = shtairir.Graph("reduce")
    made = body(graph, "add", {"so_far": "float", "item": "float"}, {"so_far": "float"})
    made.returns(so_far=made.add("math.add", id="add", a=made["so_far"], b=made["item"])["out"])
    graph.add("flow.reduce", id="loop", values={"body": "add", "items": [1.0, 2.0, 3.0], "initial": 10.0})
    assert shtairir.run(graph).replay("loop", 2)["loop/add.out"] == 16.0


def test_a_loop_in_a_loop_is_looked_at_through_the_outer_one() -> None:
    graph = shtairir.Graph("nested")
    inner = body(graph, "inner", {"x": "float"}, {"y": "float"})
    inner.returns(y=inner.add(inverted, id="invert", x=inner["x"])["out"])
    outer = body(graph, "outer", {"xs": "list[float]"}, {"ys": "list[float]"})
    outer.returns(ys=outer.graph.add("flow.for_each", id="each", x=outer["xs"], values={"body": "inner"})["y"])
    graph.add("flow.for_each", id="loop", values={"body": "outer", "xs": [[1.0], [2.0, 4.0]]})
    again = shtairir.run(graph).replay("loop", 1)
    assert again["loop/each.y"] == [0.5, 0.25]
    assert len(again.iterations("loop/each")) == 2
    assert again.replay("loop/each", 1)["loop/each/invert.out"] == 0.25


def test_of_large_inputs_the_source_must_be_kept() -> None:
    @block(category="Test")
    def total(x: Array) -> float:
        """Return the sum of an array."""
        return float(x.sum())

    graph = mapped(total, kind="array")
    rows = graph.add("array.ones", id="rows", shape=[3, 100_000])
    graph.link(rows["out"], "loop.x")
    with pytest.raises(KeyError, match=r"run with keep=\['rows.out'\]"):
        shtairir.run(graph).replay("loop", 1)
    again = shtairir.run(graph, keep=["rows.out"]).replay("loop", 1)
    assert again["loop/node.out"] == 100_000.0
    np.testing.assert_array_equal(again["loop/in_x.out"], np.ones(100_000))


def test_what_is_no_iteration_is_refused_in_words() -> None:
    result = shtairir.run(two_steps(x=[1.0, 2.0]))
    with pytest.raises(KeyError, match="'loop' has no iteration 2: there were 2, the first is 0"):
        result.replay("loop", 2)
    with pytest.raises(KeyError, match="'loop/scaled' lies in a loop"):
        result.replay("loop/scaled", 0)
