"""Blocks of a pack's own that hand on one of several inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shtairir
from shtairir import Graph
from shtairir.block.lazy import Lazy
from shtairir.events import NodeStatus, RunStatus
from shtairir.testing import EventRecorder, run_inline
from tests.engine.flow.drawing import called, notes, runs, statuses


def _least(arguments: Mapping[str, Any], offered: frozenset[str]) -> str:
    costs = {name: arguments[f"{name}_cost"] for name in ("first", "second", "third") if name in offered}
    return min(costs, key=costs.__getitem__)


@shtairir.block(id="testing.cheapest", category="Testing", lazy=Lazy(("first", "second", "third"), _least))
def cheapest(
    first: float,
    second: float,
    third: float | None = None,
    first_cost: float = 1.0,
    second_cost: float = 2.0,
    third_cost: float = 0.0,
) -> float:
    """Hand on what costs least to make."""
    return first


def choosing(**costs: float) -> Graph:
    """a -> first, b -> second"""
    graph = Graph("cheapest")
    notes(graph, "a", "b", "end")
    graph.add(cheapest, id="cheapest", **costs)
    graph.link("a.out", "cheapest.first")
    graph.link("b.out", "cheapest.second")
    graph.link("cheapest.out", "end.x")
    return graph


def test_what_it_decides_runs_and_what_is_not_offered_is_not_chosen() -> None:
    for result in runs(choosing()):
        assert sorted(called) == ["a", "end"]
        assert result["end"] == 2.0
    for _ in runs(choosing(first_cost=3.0)):
        assert sorted(called) == ["b", "end"]


def test_its_values_are_offered_too() -> None:
    for result in runs(choosing(third=7.0)):
        assert called == ["end"]
        assert result["end"] == 8.0


def test_what_is_handed_on_is_converted_and_checked_like_any_input() -> None:
    """An integer becomes a number on the way; a text that comes as anything is refused."""
    graph = choosing()
    graph.remove("a")
    graph.add("text.constant", id="text", value="three")
    graph.add("flow.gate", id="any")
    graph.link("text.out", "any.value")
    graph.link("text.out", "any.after")
    graph.link("any.out", "cheapest.first")
    for result in runs(graph):
        assert result.status is RunStatus.FAILED
        assert statuses(result, "cheapest", "end", "b") == [NodeStatus.FAILED, NodeStatus.SKIPPED, NodeStatus.SKIPPED]
        error = result.nodes["cheapest"].error
        assert error is not None
        assert error.message.startswith("The input 'first' cannot take what arrives")
    seen = EventRecorder()
    run_inline(graph, instruments=[seen])
    assert seen.names("cheapest") == ["NodeStarted", "NodeFailed"]
