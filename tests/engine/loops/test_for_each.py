"""For each: results in order, items that fail, loops that end early, whatever the number of workers."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.events import NodeStatus
from tests.engine.loops.builders import body, mapped

LEVELS = ("none", "basic", "balanced", "aggressive")


@block(category="Test")
def inverted(x: float) -> float:
    """Return one divided by a number."""
    return 1 / x


@block(category="Test")
def doubled(x: float) -> float:
    """Return twice a number."""
    return 2 * x


@block(category="Test")
def unevenly_slow(x: float) -> float:
    """Return a number after a while that has nothing to do with its place."""
    time.sleep((x * 7919 % 5) * 1e-3)
    return x


@block(category="Test")
def word(x: float) -> str:
    """Return a number as a text."""
    return f"<{x:g}>"


@pytest.mark.parametrize("level", LEVELS)
def test_results_are_a_list_in_the_order_of_the_items(level: str) -> None:
    result = shtairir.run(mapped(doubled, x=[3.0, 1.0, 2.0]), level=level)
    assert result["loop.y"] == [6.0, 2.0, 4.0]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_results_keep_the_order_of_the_items_however_many_run_at_a_time(workers: int) -> None:
    items = [float(number) for number in range(60)]
    assert shtairir.run(mapped(unevenly_slow, x=items), workers=workers)["loop"] == items


def test_several_items_are_at_work_at_a_time() -> None:
    meeting = threading.Barrier(2)

    @block(category="Test", pure=False)
    def meets(x: float) -> float:
        """Wait for another item."""
        time.sleep(2e-3)
        if x >= 2:
            meeting.wait(20)
        return x

    graph = mapped(meets, x=[0.0, 1.0, 2.0, 3.0])
    assert shtairir.run(graph, workers=2)["loop"] == [0.0, 1.0, 2.0, 3.0]


def test_with_parallel_off_effects_come_in_the_order_of_the_items() -> None:
    seen: list[float] = []

    @block(category="Test", pure=False)
    def noted(x: float) -> float:
        """Take note of a number."""
        time.sleep(1e-3)
        seen.append(x)
        return x

    items = [float(number) for number in range(20)]
    shtairir.run(mapped(noted, x=items, parallel=False), workers=4)
    assert seen == items


def test_no_items_give_empty_results() -> None:
    result = shtairir.run(mapped(doubled, x=[]))
    assert result["loop.y"] == []
    assert result.nodes["loop/node"].status is NodeStatus.SKIPPED
    assert len(result.iterations("loop")) == 0


def test_other_inputs_are_the_same_for_every_item() -> None:
    graph = shtairir.Graph("scaled")
    made = body(graph, "scale", {"x": "float", "factor": "float"}, {"y": "float"})
    made.returns(y=made.add("math.multiply", a=made["x"], b=made["factor"])["out"])
    number = graph.add("math.number", value=10.0)
    graph.add("flow.for_each", id="loop", factor=number["out"], values={"body": "scale", "x": [1.0, 2.0]})
    assert shtairir.run(graph)["loop.y"] == [10.0, 20.0]


def test_an_input_that_is_called_as_one_of_the_loops_own_is_numbered() -> None:
    graph = shtairir.Graph("taken")
    made = body(graph, "turn", {"x": "float", "axis": "float"}, {"y": "float"})
    made.returns(y=made.add("math.add", a=made["x"], b=made["axis"])["out"])
    graph.add("flow.for_each", id="loop", values={"body": "turn", "x": [1.0], "axis_2": 5.0})
    assert shtairir.run(graph)["loop.y"] == [6.0]


def test_inputs_named_in_over_are_gone_through_side_by_side() -> None:
    graph = shtairir.Graph("pairs")
    made = body(graph, "add", {"a": "float", "b": "float"}, {"y": "float"})
    made.returns(y=made.add("math.add", a=made["a"], b=made["b"])["out"])
    graph.add("flow.for_each", id="loop", values={"body": "add", "over": "a, b", "a": [1.0, 2.0], "b": [10.0, 20.0]})
    assert shtairir.run(graph)["loop.y"] == [11.0, 22.0]
    graph.set("loop.b", [1.0])
    failed = shtairir.run(graph)
    assert "'a' has 2, 'b' has 1" in failed.nodes["loop"].error.message  # type: ignore[union-attr]


def test_an_input_called_index_gets_the_number_of_the_item() -> None:
    graph = shtairir.Graph("numbered")
    made = body(graph, "numbered", {"x": "float", "index": "int"}, {"y": "float"})
    made.returns(y=made.add("math.add", a=made["x"], b=made["index"])["out"])
    loop = graph.add("flow.for_each", id="loop", values={"body": "numbered", "x": [10.0, 10.0, 10.0]})
    assert shtairir.run(graph)["loop.y"] == [10.0, 11.0, 12.0]
    graph.set(loop["index"], 5)
    assert shtairir.run(graph)["loop.y"] == [15.0, 15.0, 15.0]


def test_keep_leaves_items_out() -> None:
    graph = shtairir.Graph("filter")
    made = body(graph, "filter", {"x": "float"}, {"y": "float", "keep": "bool"})
    large = made.add("logic.compare", a=made["x"], b=2.0, operator=">")
    made.returns(y=made["x"], keep=large["out"])
    graph.add("flow.for_each", id="loop", values={"body": "filter", "x": [1.0, 3.0, 2.0, 4.0]})
    result = shtairir.run(graph)
    assert result["loop.y"] == [3.0, 4.0]
    assert [each.status for each in result.iterations("loop")] == [NodeStatus.DONE] * 4


@pytest.mark.parametrize("workers", [1, 4])
def test_stop_ends_the_loop_after_the_first_item_in_order_that_asks_for_it(workers: int) -> None:
    graph = shtairir.Graph("search")
    made = body(graph, "search", {"x": "float"}, {"y": "float", "stop": "bool"})
    slow = made.add(unevenly_slow, x=made["x"])
    large = made.add("logic.compare", a=slow["out"], b=30.0, operator=">=")
    made.returns(y=slow["out"], stop=large["out"])
    items = [float(number) for number in range(100)]
    graph.add("flow.for_each", id="loop", values={"body": "search", "x": items})
    result = shtairir.run(graph, workers=workers)
    assert result["loop.y"] == items[:31]
    assert result.iterations("loop").count_of(NodeStatus.DONE) == 31


# --- errors -------------------------------------------------------------------------------------------------------


def test_an_item_that_fails_stops_the_loop_and_is_named() -> None:
    result = shtairir.run(mapped(inverted, x=[1.0, 2.0, 0.0, 4.0]))
    assert result.status == "failed"
    failure = result.nodes["loop"].error
    assert failure is not None
    assert "Item 2 of 4 (the first is 0), the number 0.0, failed in 'node': float division by zero" in failure.message
    assert failure.error_type == "ZeroDivisionError"
    assert failure.code is not None
    assert failure.code.text == "return 1 / x"
    inside = result.nodes["loop/node"]
    assert (inside.status, inside.count, inside.failed) == (NodeStatus.FAILED, 3, 1)
    assert result.iterations("loop")[2].node == "loop/node"


@pytest.mark.parametrize("workers", [1, 4])
def test_of_several_failures_the_first_in_order_is_told(workers: int) -> None:
    @block(category="Test")
    def fails_late(x: float) -> float:
        """Fail, the earlier items later."""
        time.sleep((40 - x) * 1e-3 if x > 5 else 2e-3)
        if x >= 8:
            raise ValueError(f"no {x:g}")
        return x

    result = shtairir.run(mapped(fails_late, x=[float(number) for number in range(40)]), workers=workers)
    assert "Item 8 of 40" in result.nodes["loop"].error.message  # type: ignore[union-attr]


def test_after_a_failure_outstanding_items_are_cancelled() -> None:
    @block(category="Test")
    def waits(context: Context, x: float) -> float:
        """Wait to be cancelled, but for one item that fails."""
        if x < 2:
            time.sleep(2e-3)
        elif x == 2:
            time.sleep(50e-3)
            raise ValueError("no more")
        else:
            while True:
                context.check_cancelled()
                time.sleep(1e-3)
        return x

    result = shtairir.run(mapped(waits, x=[float(number) for number in range(30)]), workers=2)
    assert result.status == "failed"
    statuses = [each.status for each in result.iterations("loop")]
    assert statuses[:3] == [NodeStatus.DONE, NodeStatus.DONE, NodeStatus.FAILED]
    assert set(statuses[3:]) <= {NodeStatus.CANCELLED, NodeStatus.WAITING}


@pytest.mark.parametrize("workers", [1, 2])
def test_items_that_fail_can_be_skipped(workers: int) -> None:
    result = shtairir.run(mapped(inverted, x=[1.0, 0.0, 4.0], on_error="skip"), workers=workers)
    assert result.status == "done"
    assert result["loop.y"] == [1.0, 0.25]
    assert [each.index for each in result.iterations("loop").failed()] == [1]
    assert not result.failures


def test_errors_can_be_collected() -> None:
    result = shtairir.run(mapped(inverted, x=[1.0, 0.0, 4.0, 0.0], on_error="collect"))
    assert result["loop.y"] == [1.0, 0.25]
    errors = result["loop.errors"]
    assert [(error["index"], error["node"]) for error in errors] == [(1, "node"), (3, "node")]
    assert errors[0]["error"] == "float division by zero"
    assert errors[0]["item"] == "the number 0.0"


def test_an_item_that_the_body_cannot_take_fails_alone() -> None:
    graph = mapped(doubled, on_error="collect")
    mixed = graph.add(_mixed)
    graph.link(mixed["out"], "loop.x")
    result = shtairir.run(graph)
    assert result["loop.y"] == [2.0, 6.0]
    assert "expected float, got the text 'two'" in result["loop.errors"][0]["error"]


@block(category="Test")
def _mixed() -> list[Any]:
    """Return numbers, and something else among them."""
    return [1.0, "two", 3.0]


def test_nodes_that_do_not_need_the_one_that_failed_run_all_the_same() -> None:
    seen = []

    @block(category="Test", pure=False)
    def noted(x: float) -> float:
        """Take note of a number."""
        seen.append(x)
        return x

    graph = shtairir.Graph("two ways")
    made = body(graph, "both", {"x": "float"}, {"y": "float"})
    made.returns(y=made.add(inverted, x=made["x"])["out"])
    made.add(noted, x=made["x"])
    graph.add("flow.for_each", id="loop", values={"body": "both", "x": [0.0, 1.0], "on_error": "skip"})
    for level in LEVELS:
        assert shtairir.run(graph, level=level)["loop.y"] == [1.0]
    assert seen == [0.0, 1.0] * len(LEVELS)


# --- gathering ----------------------------------------------------------------------------------------------------


@block(category="Test")
def up_to(x: float) -> list[float]:
    """Return the numbers below a number."""
    return [float(number) for number in range(int(x))]


def test_lists_of_any_length_are_put_together() -> None:
    graph = mapped(up_to, out="list[float]", x=[2.0, 0.0, 3.0], gather="concat")
    assert shtairir.run(graph)["loop.y"] == [0.0, 1.0, 0.0, 1.0, 2.0]
    graph.set("loop.gather", "list")
    assert shtairir.run(graph)["loop.y"] == [[0.0, 1.0], [], [0.0, 1.0, 2.0]]


def test_values_that_cannot_be_put_together_stay_a_list() -> None:
    assert shtairir.run(mapped(word, out="text", x=[1.0, 2.0], gather="concat"))["loop.y"] == ["<1>", "<2>"]


# --- bodies of other sorts ----------------------------------------------------------------------------------------


def test_a_body_without_outputs_is_run_for_its_effects() -> None:
    seen: list[float] = []

    @block(category="Test", pure=False)
    def noted(x: float) -> None:
        """Take note of a number."""
        seen.append(x)

    graph = shtairir.Graph("effects")
    made = body(graph, "note", {"x": "float"}, {})
    made.add(noted, x=made["x"])
    graph.add("flow.for_each", id="loop", values={"body": "note", "x": [1.0, 2.0], "parallel": False})
    for level in LEVELS:
        result = shtairir.run(graph, level=level)
        assert result.status == "done", result.failures
        assert not result.results
    assert seen == [1.0, 2.0] * len(LEVELS)


@pytest.mark.parametrize("level", LEVELS)
def test_a_graph_file_is_a_body(level: str, tmp_path: Path) -> None:
    other = shtairir.Graph("other")
    x = other.add("graph.input", id="x", values={"name": "x", "type": "float"})
    scaled = other.add("math.multiply", id="scaled", a=x["out"], b=2.0)
    other.publish("factor", "scaled.b")
    other.add("graph.output", id="y", values={"name": "y", "type": "float"}, value=scaled["out"])
    shtairir.save(other, tmp_path / "other.shtairir")
    graph = shtairir.Graph("main")
    shtairir.save(graph, tmp_path / "main.shtairir")
    graph.add("flow.for_each", id="loop", values={"body": "file:other.shtairir", "x": [1.0, 2.0], "factor": 5.0})
    result = shtairir.run(graph, level=level)
    assert result["loop.y"] == [5.0, 10.0]
    assert result.nodes["loop/scaled"].count == 2
    graph.unset("loop.factor")
    assert shtairir.run(graph, level=level)["loop.y"] == [2.0, 4.0]
