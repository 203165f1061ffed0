"""Array blocks at 'aggressive' give what they give one after another; observers and results know each node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Any as AnyType
from shtairir.block import block
from shtairir.events import NodeFinished, NodeLogged, NodeProgressed, NodeStarted, NodeStatus
from shtairir.execute import CancelToken
from shtairir.testing import EventRecorder

Array = np.ndarray[Any, Any]
RANDOM = np.random.default_rng(11)


def graph_with(value: object, *links: str, **nodes: Any) -> shtairir.Graph:
    """Return a graph of array blocks: ``a=("add", {"x2": 1})`` and ``"x -> a.x1"``; ``x`` gives the value."""

    @block(id="test.given", category="Test", pure=False)
    def given() -> AnyType:
        """The value."""
        return value

    graph = shtairir.Graph("fused")
    made = {"x": graph.add(given, id="x")}
    for name, (kind, values) in nodes.items():
        made[name] = graph.add(f"array.{kind}", id=name, **values)
    for link in links:
        source, target = link.split(" -> ")
        node, port = target.split(".")
        graph.link(made[source]["out"], made[node][port])
    return graph


def mixture(value: object) -> shtairir.Graph:
    """
    x ─ a ┬ b ─ c ─ d ─┬ total, mean, least, greatest, any, all
          └ mask ─ e ──┘
    """
    return graph_with(
        value,
        *("x -> a.x1", "a -> b.x", "b -> c.a", "c -> d.x1", "a -> mask.x1", "mask -> e.condition", "d -> e.x"),
        *(f"e -> {name}.a" for name in ("total", "mean", "least", "greatest", "any", "all")),
        "mask -> whole.a",
        a=("multiply", {"x2": 1.25}),
        b=("absolute", {}),
        c=("clip", {"a_min": 0.25, "a_max": 40}),
        d=("add", {"x2": 3}),
        mask=("greater", {"x2": 1}),
        e=("where", {"y": -1.5}),
        whole=("astype", {"dtype": "int32"}),
        total=("sum", {}),
        mean=("mean", {}),
        least=("min", {}),
        greatest=("max", {}),
        any=("any", {}),
        all=("all", {}),
    )


def same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, np.ndarray) and one.dtype.kind + one.dtype.char in ("OO", "fg"):
        assert (one.dtype, one.tolist()) == (other.dtype, other.tolist())  # their bytes are addresses, or hold gaps
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    else:
        assert repr(one) == repr(other)


VALUES: dict[str, Callable[[], Any]] = {
    "floats": lambda: RANDOM.standard_normal(300_000) * 50,
    "small floats": lambda: RANDOM.standard_normal(20).astype(np.float32),
    "halves": lambda: RANDOM.standard_normal(3000).astype(np.float16),
    "long doubles": lambda: RANDOM.standard_normal(3000).astype(np.longdouble),
    "bytes": lambda: RANDOM.integers(0, 255, 200_000).astype(np.uint8),
    "integers": lambda: RANDOM.integers(-99, 99, (500, 300)),
    "truths": lambda: RANDOM.random(1000) > 0.5,
    "Fortran order": lambda: np.asfortranarray(RANDOM.standard_normal((600, 500))),
    "every third": lambda: RANDOM.standard_normal((900, 700))[::3, ::2],
    "one element": lambda: np.array([2.0]),
    "no axes": lambda: np.array(2.0),
    "a number": lambda: 2.5,
    "masked": lambda: np.ma.masked_array(RANDOM.standard_normal(50), RANDOM.random(50) > 0.5),
    "objects": lambda: np.array([1.5, 2, 3], dtype=object),
    "NaN and infinity": lambda: np.array([1.0, np.nan, np.inf, -np.inf, -0.0] * 50_000),
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("keep", ["results", "all"])
def test_any_values_give_the_same(kind: str, keep: str) -> None:
    graph = mixture(VALUES[kind]())
    expected = shtairir.run(graph, level="basic", keep=keep)
    for workers in (1, 3):
        made = shtairir.run(graph, level="aggressive", workers=workers, keep=keep)
        assert made.status == expected.status
        assert made.results.keys() == expected.results.keys()
        for name, value in expected.results.items():
            same(made[name], value)
        assert {name: node.status for name, node in made.nodes.items()} == {
            name: node.status for name, node in expected.nodes.items()
        }


@pytest.mark.parametrize("kind", ["empty", "text"])
def test_what_fails_fails_at_the_same_nodes_with_the_same_words(kind: str) -> None:
    graph = mixture({"empty": np.zeros((0, 3)), "text": np.array(["a", "b"])}[kind])
    expected = shtairir.run(graph, level="basic")
    made = shtairir.run(graph, level="aggressive")
    assert expected.status == made.status == "failed"
    for name, node in expected.nodes.items():
        seen = made.nodes[name]
        assert seen.status is node.status, name
        assert seen.reason == node.reason
        if node.error is not None:
            assert seen.error is not None
            assert (seen.error.node, seen.error.message, seen.error.block) == (
                name,
                node.error.message,
                node.error.block,
            )
    assert made.results.keys() == expected.results.keys()


def test_only_what_needs_the_failed_part_of_a_chain_is_skipped() -> None:
    """
    x ─ a ┬ bad ─ after ; total of bad
          └ good ; total of good
    """
    graph = graph_with(
        np.array([2, 3]),
        *("x -> a.x1", "a -> bad.x1", "bad -> after.x1", "a -> good.x1", "good -> sorted.a", "after -> lost.a"),
        a=("add", {"x2": 1}),
        bad=("power", {"x2": -1}),
        after=("add", {"x2": 1}),
        good=("add", {"x2": 5}),
        sorted=("sort", {}),
        lost=("sort", {}),
    )
    result = shtairir.run(graph, level="aggressive")
    assert result.status == "failed"
    assert {name: str(node.status) for name, node in result.nodes.items()} == {
        "x": "done",
        "a": "done",
        "bad": "failed",
        "after": "skipped",
        "good": "done",
        "sorted": "done",
        "lost": "skipped",
    }
    assert result.nodes["lost"].reason == "'bad' failed, and this needs it."
    assert result["sorted.out"].tolist() == [8, 9]
    assert [failure.node for failure in result.failures] == ["bad"]


def test_each_node_of_a_chain_has_its_events_and_its_share_of_the_time() -> None:
    seen = EventRecorder()
    graph = graph_with(
        RANDOM.random(1_500_000),
        *("x -> a.x1", "a -> b.x", "b -> c.x1"),
        a=("add", {"x2": 1}),
        b=("tanh", {}),
        c=("add", {"x2": 1}),
    )
    result = shtairir.run(graph, level="aggressive", instruments=[seen])
    for node in "abc":
        assert seen.names(node)[0] == "NodeStarted"
        assert seen.names(node).count("NodeFinished") == 1
    assert {event.node for event in seen.events if isinstance(event, NodeProgressed)} <= {"a", "b", "c"}
    assert result.nodes["b"].elapsed_s > result.nodes["a"].elapsed_s
    assert result.nodes["b"].output_bytes == 0
    assert result.nodes["b"].outputs["out"].text == "not kept: part of a fused chain"
    assert "fused chain 'c'" in result.nodes["b"].reason
    assert result.nodes["c"].output_bytes == 12_000_000
    assert result.nodes["c"].status is NodeStatus.DONE
    with pytest.raises(KeyError, match="keep"):
        result["b.out"]
    started = [event for event in seen.events if isinstance(event, NodeStarted | NodeFinished)]
    assert started == sorted(started, key=lambda event: event.at_s)


def test_a_value_inside_of_a_chain_can_be_kept_by_a_plan_that_did_not_know() -> None:
    graph = mixture(np.arange(1000.0))
    plan = shtairir.plan(graph, level="aggressive")
    same(shtairir.run(plan, keep=["c.out"])["c.out"], shtairir.run(graph, level="none", keep="all")["c.out"])


def test_a_warning_is_logged_once_for_each_node_in_the_same_words() -> None:
    graph = graph_with(
        np.linspace(-1, 1, 400_001),
        "x -> a.x",
        "a -> b.x",
        "x -> c.x2",
        a=("log", {}),
        b=("sqrt", {}),
        c=("divide", {"x1": 1}),
    )
    logs = []
    for level in ("basic", "aggressive"):
        seen = EventRecorder()
        assert shtairir.run(graph, level=level, workers=2, instruments=[seen]).status == "done"
        logs.append(sorted((e.node, e.message) for e in seen.events if isinstance(e, NodeLogged)))
    assert logs[0] == logs[1]
    assert len(logs[0]) >= 3


def test_inputs_are_never_written_to_and_the_memory_of_a_dying_one_is_used_again() -> None:
    value = RANDOM.random(1_000_000)
    before = value.copy()
    graph = graph_with(
        value,
        *("x -> a.x1", "a -> middle.a", "middle -> b.x1"),
        a=("add", {"x2": 1}),
        middle=("cumsum", {}),
        b=("add", {"x2": 1}),
    )
    result = shtairir.run(graph, level="aggressive", workers=1)
    np.testing.assert_array_equal(value, before)
    np.testing.assert_array_equal(result["b.out"], np.cumsum(before + 1) + 1)


def test_a_long_chain_holds_one_array_and_a_little() -> None:
    nodes = {f"n{number}": ("add", {"x2": 1.0}) for number in range(40)}
    links = ["x -> n0.x1"] + [f"n{number - 1} -> n{number}.x1" for number in range(1, 40)]
    graph = graph_with(np.zeros(3_000_000), *links, **nodes)
    result = shtairir.run(graph, level="aggressive", workers=2)
    np.testing.assert_array_equal(result["n39.out"], np.full(3_000_000, 40.0))
    given, made = 24_000_000, 25_165_824  # as the pool rounds it
    assert result.memory.peak_bytes <= given + made + 6_000_000


def test_a_chain_can_be_stopped_between_tiles() -> None:
    token = CancelToken()

    class Stop:
        def on_event(self, event: Any) -> None:
            if isinstance(event, NodeStarted) and event.node == "a":
                token.cancel()

    names = [f"n{number}" for number in range(300)]
    graph = graph_with(
        RANDOM.random(4_000_000),
        "x -> a.x1",
        *(f"{one} -> {other}.x" for one, other in zip(["a", *names], names, strict=False)),
        a=("add", {"x2": 1}),
        **{name: ("tanh", {}) for name in names},
    )
    result = shtairir.run(graph, level="aggressive", workers=2, cancel=token, instruments=[Stop()])
    assert result.status == "cancelled"
    assert result.nodes["n299"].status is NodeStatus.CANCELLED
    assert result.elapsed_s < 15  # all of it takes a minute
