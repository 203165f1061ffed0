"""What is said of loops when a run is over."""

from __future__ import annotations

import gc
import json
import time
import tracemalloc

import pytest

import shtairir
from shtairir.block import block
from shtairir.cli.loops_text import loop_lines
from shtairir.events import NodeStatus
from shtairir.memory.profiler import MemoryProfiler
from shtairir.monitor import EventRecorder
from shtairir.monitor.profile import profile_rows
from tests.engine.loops.builders import body, mapped


@block(category="Test")
def inverted(x: float) -> float:
    """Return one divided by a number."""
    return 1 / x


def test_the_command_line_has_a_line_for_a_loop_and_one_for_each_of_its_first_failures() -> None:
    result = shtairir.run(mapped(inverted, x=[0.0] * 5 + [1.0] * 2000, on_error="skip"))
    first, *failures = loop_lines(result)
    assert first.startswith("loop: 2,005 items, 5 failed; the slowest took ")
    assert failures == [f"  item {index} failed in 'node': float division by zero" for index in range(3)]


def test_of_many_failures_that_are_skipped_the_first_are_told() -> None:
    iterations = shtairir.run(mapped(inverted, x=[0.0] * 10_050, on_error="skip", parallel=False)).iterations("loop")
    assert iterations.count_of(NodeStatus.FAILED) == 10_050
    assert len(iterations.failed()) == 10_000
    assert (iterations[9_999].error, iterations[10_000].error) == ("float division by zero", None)


def test_a_loop_without_iterations_is_not_told_of() -> None:
    assert loop_lines(shtairir.run(mapped(inverted, x=[]))) == []


def test_turns_are_called_turns() -> None:
    graph = shtairir.Graph("turns")
    made = body(graph, "step", {"x": "float"}, {"x": "float"})
    made.returns(x=made.add("math.negate", x=made["x"])["out"])
    graph.add("flow.repeat", id="loop", values={"body": "step", "times": 1, "x": 1.0})
    assert loop_lines(shtairir.run(graph)) == ["loop: 1 turn"]


def test_json_says_how_the_iterations_went() -> None:
    result = shtairir.run(mapped(inverted, x=[1.0, 0.0, 2.0], on_error="skip"))
    document = json.loads(json.dumps(result.to_dict()))
    failed = [{"index": 1, "node": "loop/node", "error": "float division by zero"}]
    assert document["loops"] == {"loop": {"iterations": 3, "done": 2, "failed": failed}}
    inside = document["nodes"]["loop/node"]
    assert (inside["status"], inside["count"], inside["failed"]) == ("done", 3, 1)


def test_the_failure_of_a_loop_shows_what_it_went_through() -> None:
    failure = shtairir.run(mapped(inverted, x=[1.0, 0.0])).nodes["loop"].error
    assert failure is not None
    assert list(failure.inputs) == ["x"]


def test_iterations_are_a_sequence() -> None:
    iterations = shtairir.run(mapped(inverted, x=[1.0, 2.0, 4.0])).iterations("loop")
    assert [each.index for each in iterations] == [0, 1, 2]
    assert [each.index for each in iterations[1:]] == [1, 2]
    assert iterations[-1].index == 2
    assert iterations.slowest.elapsed_s == max(each.elapsed_s for each in iterations)
    with pytest.raises(IndexError):
        iterations[3]


def test_what_is_no_loop_has_no_iterations() -> None:
    with pytest.raises(KeyError, match="'loop/node' lies in a loop"):
        shtairir.run(mapped(inverted, x=[1.0])).iterations("loop/node")


def test_a_loop_that_was_skipped_has_no_iterations() -> None:
    graph = mapped(inverted, on_error="stop")
    graph.link(graph.add(never, id="source")["out"], "loop.x")
    seen = EventRecorder()
    result = shtairir.run(graph, instruments=[seen])
    assert result.nodes["loop"].status is NodeStatus.SKIPPED
    assert result.nodes["loop/node"].status is NodeStatus.SKIPPED
    assert seen.names("loop/node") == ["NodeSkipped"]
    assert len(result.iterations("loop")) == 0


@block(category="Test")
def never() -> list[float]:
    """Fail."""
    raise ValueError("never")


def test_the_notes_on_twenty_thousand_iterations_take_little_and_nothing_else_is_left() -> None:
    graph = shtairir.Graph("many")
    made = body(graph, "step", {"x": "float", "keep_it": "float"}, {"y": "float", "keep": "bool"})
    small = made.add("logic.compare", a=made["x"], b=made["keep_it"], operator="<")
    made.returns(y=made["x"], keep=small["out"])
    numbers = graph.add("array.arange", start=0, stop=20_000)
    graph.add("flow.for_each", id="loop", x=numbers["out"], values={"body": "step", "keep_it": 5.0, "axis": 0})
    plan = shtairir.plan(graph)
    shtairir.run(plan)
    gc.collect()
    gc.disable()  # so that what refers to itself stays
    tracemalloc.start()
    try:
        result = shtairir.run(plan)
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert result["loop.y"] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert len(result.iterations("loop")) == 20_000
    assert left < 500_000, "that is what it was given, which is noted, and five bytes for each iteration"


def test_a_profile_counts_the_time_of_a_loop_once() -> None:
    @block(category="Test")
    def brief(x: float) -> float:
        """Take a while."""
        time.sleep(2e-3)
        return x

    profiler = MemoryProfiler()
    graph = mapped(brief, x=[float(number) for number in range(20)])
    plan = shtairir.plan(graph, workers=1)
    shtairir.run(plan, instruments=[profiler])
    profile = profiler.profile()
    assert profile.busy_s <= profile.elapsed_s
    assert {row.node.node: row.block for row in profile_rows(profile, plan)} == {
        "loop": "flow.for_each",
        "loop/node": "test.brief",
    }
