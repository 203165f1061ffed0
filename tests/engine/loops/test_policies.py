"""What a node in the body of a loop says of how it is run holds for each item."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest

import shtairir
from shtairir.block import Context, block
from tests.engine.loops.builders import mapped

_tries: Counter[float] = Counter()
_lock = threading.Lock()


@block(id="loops.flaky", category="Test", deterministic=False)
def flaky(x: float) -> float:
    """Fail twice for each number."""
    with _lock:
        _tries[x] += 1
        number = _tries[x]
    if number < 3:
        raise ConnectionError("no answer")
    return 10 * x


@block(id="loops.picky", category="Test", deterministic=False)
def picky(x: float) -> float:
    """Not take two."""
    if x == 2:
        raise ValueError("not two")
    return x


@block(id="loops.effect", category="Test", pure=False)
def effect(x: float) -> float:
    """Have an effect, and fail."""
    with _lock:
        _tries[x] += 1
    raise ConnectionError("no answer")


LEVELS = ("none", "balanced", "aggressive")


@pytest.fixture(autouse=True)
def forget() -> None:
    _tries.clear()


def loop_over(function: object, **policy: object) -> shtairir.Graph:
    """Return a graph with a loop over 1, 2, 3 that hands on what a function makes of each."""
    graph = shtairir.Graph("test")
    body = graph.add_subgraph("body")
    item = body.add("graph.input", values={"name": "x", "type": "float"})
    node = body.add(function, id="work", x=item["out"])  # type: ignore[arg-type]
    body.add("graph.output", values={"name": "made", "type": "float"}, value=node["out"])
    body.add("graph.output", id="as_is", values={"name": "given", "type": "float"}, value=item["out"])
    if policy:
        body.set_policy("work", **policy)
    graph.add("flow.for_each", id="loop", values={"body": "body"}, x=[1.0, 2.0, 3.0])
    return graph


@pytest.mark.parametrize("level", LEVELS)
def test_an_item_is_tried_again_without_the_others(level: str) -> None:
    result = shtairir.run(loop_over(flaky, retries=5, backoff_s=0.001), level=level)
    assert result.status == "done"
    assert result["loop.made"] == [10.0, 20.0, 30.0]
    assert _tries == {1.0: 3, 2.0: 3, 3.0: 3}
    assert result.nodes["loop/work"].failed == 0


def test_an_item_that_fails_too_often_says_how_often_it_was_tried() -> None:
    result = shtairir.run(loop_over(flaky, retries=1, backoff_s=0.001), workers=1)
    assert result.status == "failed"
    assert _tries[1.0] == 2


@pytest.mark.parametrize("level", LEVELS)
def test_a_fallback_takes_the_place_of_what_one_item_could_not_make(level: str) -> None:
    result = shtairir.run(loop_over(picky, on_failure="fallback", fallback={"out": -1}), level=level)
    assert result.status == "done"
    assert result["loop.made"] == [1.0, -1.0, 3.0]


@pytest.mark.parametrize("level", LEVELS)
def test_an_item_without_a_result_has_failed_and_says_which_condition_was_false(level: str) -> None:
    graph = loop_over(picky, condition="x != 2")
    result = shtairir.run(graph, level=level)
    assert result.status == "failed"
    error = result.nodes["loop"].error
    assert error is not None
    assert "Its condition 'x != 2' is false" in error.message
    graph.set("loop.on_error", "skip")
    assert shtairir.run(graph, level=level)["loop.made"] == [1.0, 3.0]


def test_a_node_that_nobody_needs_may_be_left_out() -> None:
    graph = loop_over(picky, condition="x != 2")
    body = graph.subgraphs["body"]
    (made,) = [node.id for node in body.nodes.values() if node.values.get("name") == "made"]
    body.remove(made)
    result = shtairir.run(graph)
    assert result.status == "done"
    assert result["loop.given"] == [1.0, 2.0, 3.0]
    assert result.nodes["loop/work"].count == 2


def test_an_effect_is_not_repeated_for_an_item_by_default() -> None:
    result = shtairir.run(loop_over(effect), workers=1)
    assert result.status == "failed"
    assert _tries[1.0] == 1


def test_a_cancel_ends_the_wait_for_the_next_attempt() -> None:
    handle = shtairir.start(loop_over(flaky, retries=5, backoff_s=60), workers=1)
    ends = time.monotonic() + 10
    while not _tries and time.monotonic() < ends:
        time.sleep(0.01)
    handle.cancel()
    result = handle.wait(10)
    assert result is not None
    assert result.status == "cancelled"


def test_what_depends_on_a_condition_is_not_computed_once_for_all() -> None:
    graph = shtairir.Graph("test")
    body = graph.add_subgraph("body")
    item = body.add("graph.input", values={"name": "x", "type": "float"})
    same = body.add("math.add", id="same", a=1, b=2)
    body.add("graph.output", values={"name": "made", "type": "float"}, value=same["out"])
    body.add("graph.output", id="as_is", values={"name": "given", "type": "float"}, value=item["out"])
    body.set_policy("same", condition="a > 5")
    graph.add("flow.for_each", id="loop", values={"body": "body"}, x=[1.0, 2.0])
    result = shtairir.run(graph)
    assert result.status == "failed"
    body.set_policy("same", condition="a < 5")
    assert shtairir.run(graph)["loop.made"] == [3, 3]


def test_what_only_a_task_of_its_own_can_have_is_told_in_a_loop() -> None:
    graph = loop_over(picky, priority="high", criticality="critical", timeout_s=5, worker="process", retries=2)
    (problem,) = [one for one in shtairir.validate(graph) if one.code == "unused_policy"]
    assert problem.node == "loop"
    assert "'priority' and 'criticality' of 'work' have no effect" in problem.message
    assert problem.severity == "warning"
    assert not [one for one in shtairir.validate(loop_over(picky, retries=2)) if one.code == "unused_policy"]


@block(id="loops.stuck", category="Test", runs_on="process")
def stuck(x: float) -> float:
    """Never come back from two."""
    while x == 2:
        pass
    return x


@block(id="loops.asleep", category="Test", deterministic=False)
def asleep(x: float) -> float:
    """Sleep for long over two, and not listen."""
    if x == 2:
        time.sleep(8)
    return x


@block(id="loops.listening", category="Test", deterministic=False)
def listening(context: Context, x: float) -> float:
    """Wait over two until it is told that its time is up."""
    while x == 2:
        context.check_cancelled()
        time.sleep(0.005)
    return x


@block(id="loops.signed", category="Test", deterministic=False)
def signed(context: Context, x: float) -> float:
    """Note by what an effect would be recognised; fail once."""
    with _lock:
        _signs.append((x, context.attempt, context.idempotency_key))
    if context.attempt == 1:
        raise ConnectionError("no answer")
    return x


_signs: list[tuple[float, int, str]] = []


@pytest.mark.parametrize("function", [stuck, listening])
def test_an_item_whose_time_is_up_fails_alone(function: object) -> None:
    graph = loop_over(function, retries=0, on_failure="fallback", fallback={"out": -1})
    graph.set("loop.x", [1.0])
    shtairir.run(graph)  # so that there is a worker: to start one takes long on a busy machine
    graph.set("loop.x", [1.0, 2.0])
    graph.subgraphs["body"].set_policy("work", timeout_s=1.5)
    result = shtairir.run(graph, workers=1)
    assert result.status == "done"
    assert result["loop.made"] == [1.0, -1.0]


def test_an_item_that_cannot_be_ended_ends_its_loop() -> None:
    began_s = time.monotonic()
    result = shtairir.run(loop_over(asleep, timeout_s=0.3, retries=0))
    assert time.monotonic() - began_s < 6
    assert result.status == "failed"
    error = result.nodes["loop"].error
    assert error is not None
    assert "failed in 'work': It was not done after 0.3 s" in error.message


def test_each_item_has_effects_of_its_own_that_are_recognised_in_every_attempt() -> None:
    _signs.clear()
    result = shtairir.run(loop_over(signed, retries=2, backoff_s=0.001))
    assert result.status == "done"
    keys = {x: {key for other, _, key in _signs if other == x} for x in (1.0, 2.0, 3.0)}
    assert all(len(found) == 1 for found in keys.values())
    assert len(set.union(*keys.values())) == 3
    assert {(x, number) for x, number, _ in _signs} == {(x, number) for x in (1.0, 2.0, 3.0) for number in (1, 2)}


@pytest.mark.parametrize("workers", [1, 3])
def test_a_loop_whose_own_time_is_up_begins_no_more_items(workers: int) -> None:
    begun: list[float] = []

    @block(id="loops.counted", category="Test", deterministic=False)
    def counted(x: float) -> float:
        begun.append(x)
        time.sleep(0.05)
        return x

    graph = mapped(counted, x=[float(number) for number in range(400)])
    graph.set_policy("loop", timeout_s=0.3, retries=0)
    result = shtairir.run(graph, workers=workers)
    error = result.nodes["loop"].error
    assert error is not None
    assert error.error_type == "AttemptTimeoutError"
    count = len(begun)
    time.sleep(0.2)
    assert len(begun) == count < 100
    assert result.elapsed_s < 5


def test_a_limit_that_the_graph_sets_is_one_of_each_item_and_not_of_the_whole_loop() -> None:
    @block
    def takes(x: float) -> float:
        """Take its time."""
        time.sleep(0.4)
        return x

    graph = mapped(takes)
    graph.set("loop.x", [1.0, 2.0, 3.0, 4.0])
    graph.set_policy(None, node={"timeout_s": 1.2})
    assert (graph.policy("loop").timeout_s, graph.subgraphs["body"].policy("node").timeout_s) == (None, 1.2)
    assert shtairir.run(graph, workers=1).status == "done"
    graph.set_policy("loop", timeout_s=0.5)
    assert shtairir.run(graph, workers=1).status == "failed"
