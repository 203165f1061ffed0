"""Repeat, While and Reduce: what is carried from turn to turn, and when they end."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.errors import PlanningError
from shtairir.events import NodeStatus
from shtairir.execute.cancel import CancelToken
from tests.engine.loops.builders import Body, body


def halving(graph: shtairir.Graph, **more: str) -> Body:
    """Return a body that halves a number, and says by how much that has changed it."""
    made = body(graph, "halve", {"x": "float"}, {"x": "float", "change": "float", **more})
    half = made.add("math.multiply", id="half", a=made["x"], b=0.5)
    change = made.add("math.subtract", id="change", a=made["x"], b=half["out"])
    made.returns(x=half["out"], change=change["out"])
    return made


def message(result: shtairir.RunResult, node: str = "loop") -> str:
    """Return why a node failed."""
    error = result.nodes[node].error
    assert error is not None
    return error.message


def test_outputs_become_the_inputs_of_the_same_name() -> None:
    graph = shtairir.Graph("repeat")
    halving(graph)
    graph.add("flow.repeat", id="loop", values={"body": "halve", "times": 3, "x": 8.0})
    result = shtairir.run(graph)
    assert (result["loop.x"], result["loop.change"], result["loop.turns"]) == (1.0, 1.0, 3)
    assert result.nodes["loop/half"].count == 3
    assert [each.status for each in result.iterations("loop")] == [NodeStatus.DONE] * 3


def test_repeat_ends_when_until_becomes_true() -> None:
    graph = shtairir.Graph("until")
    halving(graph)
    graph.add("flow.repeat", id="loop", values={"body": "halve", "times": 100, "x": 8.0, "until": "change < 0.3"})
    result = shtairir.run(graph)
    assert (result["loop.x"], result["loop.turns"]) == (0.25, 5)
    graph.set("loop.until", "turn == 2")
    assert shtairir.run(graph)["loop.turns"] == 2


def test_repeat_ends_when_the_body_says_stop() -> None:
    graph = shtairir.Graph("stop")
    made = halving(graph, stop="bool")
    small = made.add("logic.compare", a=made["x"], b=1.0, operator="<")
    made.returns(stop=small["out"])
    graph.add("flow.repeat", id="loop", values={"body": "halve", "times": 100, "x": 8.0})
    result = shtairir.run(graph)
    assert result["loop.turns"] == 5
    assert "loop.stop" not in result


def test_the_number_of_turns_may_be_linked() -> None:
    graph = shtairir.Graph("linked")
    halving(graph)
    number = graph.add(four)
    graph.add("flow.repeat", id="loop", times=number["out"], values={"body": "halve", "x": 16.0})
    assert shtairir.run(graph)["loop.x"] == 1.0


@block(category="Test")
def four() -> int:
    """Return 4."""
    return 4


def test_without_a_turn_the_state_is_as_it_was_given() -> None:
    graph = shtairir.Graph("none")
    made = body(graph, "step", {"x": "float"}, {"x": "float"})
    made.returns(x=made.add("math.negate", x=made["x"])["out"])
    graph.add("flow.repeat", id="loop", values={"body": "step", "times": 0, "x": 8.0})
    result = shtairir.run(graph)
    assert (result["loop.x"], result["loop.turns"]) == (8.0, 0)


def test_without_a_turn_there_is_nothing_that_is_no_state() -> None:
    graph = shtairir.Graph("none")
    halving(graph)
    graph.add("flow.repeat", id="loop", values={"body": "halve", "times": 0, "x": 8.0})
    assert message(shtairir.run(graph)) == "The loop took no turn, so there is no 'change'."


def test_while_looks_at_its_condition_before_each_turn() -> None:
    graph = shtairir.Graph("while")
    made = body(graph, "step", {"x": "float"}, {"x": "float"})
    made.returns(x=made.add("math.multiply", a=made["x"], b=0.5)["out"])
    loop = graph.add("flow.while", id="loop", values={"body": "step", "condition": "x > 1", "x": 8.0})
    result = shtairir.run(graph)
    assert (result["loop.x"], result["loop.turns"]) == (1.0, 3)
    graph.set(loop["condition"], "x > 100")
    assert shtairir.run(graph)["loop.turns"] == 0


def test_while_fails_at_its_limit_in_words() -> None:
    graph = shtairir.Graph("endless")
    made = body(graph, "step", {"x": "float"}, {"x": "float"})
    made.returns(x=made.add("math.multiply", a=made["x"], b=2.0)["out"])
    graph.add("flow.while", id="loop", values={"body": "step", "condition": "x > 0", "limit": 20, "x": 1.0})
    assert message(shtairir.run(graph)) == "After 20 turns, the condition 'x > 0' still holds."


def test_a_condition_that_is_no_truth_value_is_refused_in_words() -> None:
    graph = shtairir.Graph("text")
    made = body(graph, "step", {"x": "text"}, {"x": "text"})
    made.returns(x=made["x"])
    graph.add("flow.while", id="loop", values={"body": "step", "condition": "x", "x": "yes"})
    assert "neither true nor false" in message(shtairir.run(graph))


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("chnage < 1", "names 'chnage', which 'halve' does not have. It may name turn, x, change."),
        ("change <", "'until' cannot be read: Something is missing or superfluous"),
    ],
)
def test_a_condition_that_cannot_be_used_is_refused_while_it_is_written(until: str, why: str) -> None:
    graph = shtairir.Graph("refused")
    halving(graph)
    graph.add("flow.repeat", id="loop", values={"body": "halve", "x": 8.0, "until": until})
    [problem] = [problem for problem in shtairir.validate(graph) if problem.severity == "error"]
    assert problem.node == "loop"
    assert why in f"{problem.message} {problem.fix}"


def test_a_turn_that_fails_is_named() -> None:
    graph = shtairir.Graph("fails")
    made = body(graph, "step", {"x": "float"}, {"x": "float"})
    made.returns(x=made.add(down, id="down", x=made["x"])["out"])
    graph.add("flow.repeat", id="loop", values={"body": "step", "times": 10, "x": 3.0})
    result = shtairir.run(graph)
    assert message(result) == "Turn 4 failed in 'down': below zero"
    assert [each.index for each in result.iterations("loop").failed()] == [3]


@block(category="Test")
def down(x: float) -> float:
    """Return a number less one, unless that is below zero."""
    if x < 1:
        raise ValueError("below zero")
    return x - 1


def test_a_state_is_converted_where_output_and_input_differ() -> None:
    graph = shtairir.Graph("convert")
    made = body(graph, "count", {"n": "float"}, {"n": "int"})
    made.returns(n=made.add(next_whole, x=made["n"])["out"])
    graph.add("flow.repeat", id="loop", values={"body": "count", "times": 3, "n": 0.5})
    result = shtairir.run(graph)
    assert result["loop.n"] == 3
    assert type(result["loop.n"]) is int


@block(category="Test")
def next_whole(x: float) -> int:
    """Return the next whole number above a number, which must be a float."""
    assert type(x) is float
    return int(x) + 1


def test_a_body_whose_output_cannot_be_its_input_is_refused() -> None:
    graph = shtairir.Graph("refused")
    made = body(graph, "step", {"x": "float"}, {"x": "text"})
    made.returns(x=made.add("text.constant", value="a")["out"])
    graph.add("flow.repeat", id="loop", values={"body": "step", "x": 1.0})
    with pytest.raises(PlanningError, match="output 'x' of 'step' cannot be its input in the next turn"):
        shtairir.plan(graph)


# --- state that takes memory --------------------------------------------------------------------------------------


@block(category="Test", inplace=("a",))
def counted_up(a: Array) -> Array:
    """Add one to an array, in its memory."""
    a += 1
    return a


def test_a_carried_array_is_written_over_not_copied() -> None:
    places: set[int] = set()

    @block(category="Test", inplace=("a",))
    def noted(a: Array) -> Array:
        """Add one to an array, in its memory, and take note where that is."""
        places.add(a.ctypes.data)
        a += 1
        return a

    graph = shtairir.Graph("carried")
    made = body(graph, "step", {"a": "array"}, {"a": "array"})
    made.returns(a=made.add(noted, a=made["a"])["out"])
    zeros = graph.add("array.zeros", shape=[1000])
    graph.add("flow.repeat", id="loop", a=zeros["out"], values={"body": "step", "times": 20})
    graph.add("array.sum", id="sum", a=zeros["out"])
    result = shtairir.run(graph)
    np.testing.assert_array_equal(result["loop.a"], np.full(1000, 20.0))
    assert result["sum"] == 0.0, "the array that the loop began with belongs to others as well"
    assert len(places) == 1


def test_of_the_turns_before_nothing_is_held() -> None:
    graph = shtairir.Graph("let go")
    made = body(graph, "step", {"a": "array"}, {"a": "array"})
    made.returns(a=made.add("array.add", x1=made["a"], x2=1.0)["out"])
    zeros = graph.add("array.zeros", shape=[250_000])
    graph.add("flow.repeat", id="loop", a=zeros["out"], values={"body": "step", "times": 30})
    result = shtairir.run(graph)
    assert result["loop.a"][0] == 30.0
    assert result.memory.peak_bytes < 4 * 2_500_000, "what it begins with, what a turn takes and what it makes"
    assert result.memory.live_bytes < 2_500_000, "the result alone"


# --- reduce -------------------------------------------------------------------------------------------------------


def reducing(graph: shtairir.Graph, items: Any, **more: Any) -> None:
    made = body(graph, "combine", {"so_far": "float", "item": "float"}, {"so_far": "float"})
    double = made.add("math.multiply", a=made["so_far"], b=10.0)
    made.returns(so_far=made.add("math.add", a=double["out"], b=made["item"])["out"])
    graph.add("flow.reduce", id="loop", values={"body": "combine", "items": items, "initial": 0.0, **more})


@pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])
def test_reduce_combines_items_from_the_first_to_the_last(level: str) -> None:
    graph = shtairir.Graph("reduce")
    reducing(graph, [1.0, 2.0, 3.0])
    assert shtairir.run(graph, level=level)["loop"] == 123.0


def test_reduce_of_nothing_is_what_it_begins_with() -> None:
    graph = shtairir.Graph("reduce")
    reducing(graph, [], initial=7.0)
    assert shtairir.run(graph)["loop"] == 7.0


def test_inputs_of_a_reduction_that_are_called_as_its_own_are_numbered() -> None:
    graph = shtairir.Graph("reduce")
    made = body(graph, "combine", {"a": "float", "b": "float", "items": "float"}, {"a": "float"})
    total = made.add("math.add", a=made["a"], b=made["b"])
    made.returns(a=made.add("math.add", a=total["out"], b=made["items"])["out"])
    values = {"body": "combine", "items": [1.0, 2.0], "initial": 0.0, "items_2": 10.0}
    graph.add("flow.reduce", id="loop", values=values)
    assert shtairir.run(graph)["loop"] == 23.0


def test_reduce_goes_along_an_array() -> None:
    graph = shtairir.Graph("reduce")
    reducing(graph, [])
    numbers = graph.add("array.arange", start=1, stop=5)
    graph.link(numbers["out"], "loop.items")
    assert shtairir.run(graph)["loop"] == 1234.0


def test_an_item_that_cannot_be_combined_is_named() -> None:
    graph = shtairir.Graph("reduce")
    made = body(graph, "combine", {"so_far": "float", "item": "float"}, {"so_far": "float"})
    made.returns(so_far=made.add("math.divide", id="divide", a=made["so_far"], b=made["item"])["out"])
    graph.add("flow.reduce", id="loop", values={"body": "combine", "items": [1.0, 0.0], "initial": 1.0})
    assert message(shtairir.run(graph)).startswith("Item 1 of 2 (the first is 0), the number 0.0, failed in 'divide': ")


def test_a_body_with_one_input_cannot_reduce() -> None:
    graph = shtairir.Graph("reduce")
    body(graph, "one", {"x": "float"}, {"x": "float"}).returns()
    graph.add("flow.reduce", id="loop", values={"body": "one", "items": [1.0], "initial": 1.0})
    with pytest.raises(PlanningError, match="'one' cannot reduce: it has 1 inputs and 1 outputs"):
        shtairir.plan(graph)


# --- within a turn ------------------------------------------------------------------------------------------------


def forked(graph: shtairir.Graph, way: Any) -> None:
    """Add a Repeat whose body has two ways that do not need each other."""
    made = body(graph, "fork", {"x": "float"}, {"x": "float"})
    one, two = (made.add(way, id=name, x=made["x"], values={"name": name}) for name in ("one", "two"))
    made.returns(x=made.add("math.add", a=one["out"], b=two["out"])["out"])
    graph.add("flow.repeat", id="loop", values={"body": "fork", "times": 4, "x": 1.0})


def test_what_does_not_need_each_other_in_a_turn_is_done_side_by_side() -> None:
    meeting = threading.Barrier(2)
    turns: dict[str, int] = {}

    @block(category="Test", pure=False)
    def meets(x: float, name: str) -> float:
        """Wait for the other way, but in the first turn, which is measured."""
        time.sleep(5e-3)
        turns[name] = turns.get(name, 0) + 1
        if turns[name] > 1:
            meeting.wait(20)
        return x

    graph = shtairir.Graph("side by side")
    forked(graph, meets)
    result = shtairir.run(graph, workers=2)
    assert result["loop.x"] == 16.0, result.failures


def test_of_two_failures_side_by_side_the_first_in_the_body_is_told() -> None:
    @block(category="Test")
    def fails(x: float, name: str) -> float:
        """Fail in the third turn."""
        time.sleep(3e-3 if name == "one" else 2e-3)
        if x >= 4:
            raise ValueError(name)
        return x

    graph = shtairir.Graph("fail")
    forked(graph, fails)
    for workers in (1, 2):
        assert message(shtairir.run(graph, workers=workers)) == "Turn 3 failed in 'one': one"


def test_a_run_is_cancelled_while_two_ways_are_at_work() -> None:
    token = CancelToken()

    @block(category="Test")
    def waits(context: Context, x: float, name: str) -> float:
        """Wait to be cancelled, in the second turn."""
        time.sleep(2e-3)
        if x > 1:
            token.cancel()
            while True:
                context.check_cancelled()
                time.sleep(1e-3)
        return x

    graph = shtairir.Graph("cancel")
    forked(graph, waits)
    assert shtairir.run(graph, workers=2, cancel=token).status == "cancelled"
