"""Which tasks a breakpoint holds."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

import shtairir
from shtairir.block import block
from shtairir.errors import ExecutionError
from shtairir.execute.handle import RunHandle
from shtairir.testing import graph_of
from tests.engine.loops.builders import mapped

PATIENCE_S = 20.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.002)


@block(id="testing.given", category="Testing", pure=False)
def given() -> float:
    """Give a number that is not known before the run."""
    return 1.0


def held_at(graph: shtairir.Graph, *names: str) -> RunHandle:
    """Return a run that is held at its first node, with breakpoints set from then on."""
    handle = shtairir.start(graph, break_at=["first"])
    until(lambda: handle.held == ("first",))
    for name in names:
        handle.break_at(name)
    handle.go_on("first")
    return handle


def ended(handle: RunHandle) -> str:
    handle.go_on()
    result = handle.wait(PATIENCE_S)
    return str(result.status) if result is not None else "?"


def test_of_an_instance_what_begins_in_it_is_held() -> None:
    graph = graph_of("first -> a -> b -> last", blocks={"first": given})
    graph.make_subgraph(["a", "b"], "pair")
    handle = held_at(graph, "pair")
    until(lambda: handle.held == ("pair/a",))
    handle.go_on("pair/a")
    assert ended(handle) == "done"


def test_an_input_and_an_output_of_an_instance_can_have_a_breakpoint() -> None:
    graph = graph_of("first -> a -> b -> last", blocks={"first": given})
    instance = graph.make_subgraph(["a", "b"], "pair")
    (output,) = shtairir.plan(graph).instances[instance.id].outputs
    handle = held_at(graph, f"pair.{output}")
    until(lambda: handle.held == ("last",))
    assert ended(handle) == "done"


def test_at_a_breakpoint_in_a_loop_the_loop_is_held() -> None:
    @block(id="testing.plus_one", category="Testing")
    def plus_one(x: float = 0.0) -> float:
        """Add one."""
        return x + 1

    handle = shtairir.start(mapped(plus_one, x=[1.0, 2.0]), break_at=["loop/node"])
    until(lambda: handle.held == ("loop",))
    assert ended(handle) == "done"


def test_what_was_known_when_the_plan_was_made_cannot_be_held() -> None:
    graph = graph_of("first -> c", blocks={"first": given})
    two, three = graph.add("math.number", id="two", values={"value": 2.0}), graph.add("math.add", id="three")
    graph.link(two["out"], three["a"])
    graph.link(three["out"], "c.b")
    handle = shtairir.start(graph, break_at=["first"])
    until(lambda: handle.held == ("first",))
    folded = [str(node) for node in handle.plan.folded]
    for node in folded:
        with pytest.raises(ExecutionError, match="was known when the plan was made"):
            handle.break_at(node)
        assert handle.value(f"{node}.out") is not None
    assert ended(handle) == "done"


def test_what_nobody_asked_for_cannot_be_held() -> None:
    graph = graph_of("first -> a", "other", blocks={"first": given})
    handle = shtairir.start(graph, break_at=["first"], targets=["a"])
    until(lambda: handle.held == ("first",))
    with pytest.raises(ExecutionError, match="Nothing that was asked for needs it"):
        handle.break_at("other")
    assert ended(handle) == "done"


def test_several_breakpoints_hold_each_their_own() -> None:
    values = {"b": {"plus": 2.0}, "c": {"plus": 3.0}}
    graph = graph_of("first -> a -> d", "first -> b -> d", "first -> c -> d", blocks={"first": given}, values=values)
    handle = held_at(graph, "a", "b.a", "c")
    until(lambda: set(handle.held) == {"a", "b", "c"})
    handle.go_on("b")
    until(lambda: set(handle.held) == {"a", "c"})
    handle.break_at("c", on=False)
    until(lambda: handle.held == ("a",))
    assert ended(handle) == "done"
