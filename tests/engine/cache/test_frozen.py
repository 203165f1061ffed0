"""A frozen node holds its last result, whatever has changed before it."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.cache.frozen import frozen_since
from shtairir.cache.smart import shared_cache
from shtairir.document.edits import SetFrozen, SetState
from shtairir.ids import NodeId
from shtairir.results import RunResult

_times = itertools.count(1)


@shtairir.block(id="frozen.step", category="Frozen")
def step(x: float = 1.0, factor: float = 2.0) -> float:
    """Take a while."""
    time.sleep(0.002)
    return x * factor


@shtairir.block(id="frozen.fetch", category="Frozen", pure=False)
def fetch() -> int:
    """Return another number each time."""
    return next(_times)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))


def _chain(name: str = "chain") -> shtairir.Graph:
    graph = shtairir.Graph(name)
    for number in range(3):
        graph.add(step, id=f"s{number}", factor=2.0)
        if number:
            graph.link(f"s{number - 1}.out", f"s{number}.x")
    return graph


def _freeze(graph: shtairir.Graph, *nodes: str, on: bool = True) -> None:
    graph.apply(SetFrozen(tuple(map(NodeId, nodes)), on))


def _run(graph: shtairir.Graph, cache: Any = "smart", **more: Any) -> RunResult:
    return shtairir.run(graph, cache=cache, **more).raise_for_status()


def _ran(result: RunResult) -> set[str]:
    return {name for name, node in result.nodes.items() if str(node.status) == "done"}


@pytest.mark.parametrize("cache", ["smart", "fresh", "off"])
def test_frozen_node_holds_its_result_and_nothing_before_it_runs(cache: str) -> None:
    graph = _chain()
    assert _run(graph)["s2"] == 8.0
    _freeze(graph, "s1")
    graph.set("s0.factor", 5.0)
    result = _run(graph, cache)
    assert result["s2"] == 8.0
    assert not _ran(result) & {"s0", "s1"}
    assert str(result.nodes["s1"].status) == "cached"
    _freeze(graph, "s1", on=False)
    assert _run(graph, cache)["s2"] == 20.0


def test_frozen_node_says_of_when_its_result_is() -> None:
    graph = _chain()
    _run(graph)
    _freeze(graph, "s1")
    graph.set("s2.factor", 3.0)
    result = _run(graph)
    assert result["s2"] == 12.0
    assert result.nodes["s1"].reason.startswith("Frozen: result of ")
    assert result.nodes["s0"].reason == "Not needed: 's1' was restored from the cache."
    assert _ran(result) == {"s2"}


def test_frozen_node_that_is_changed_itself_holds_its_result_too() -> None:
    graph = _chain()
    _run(graph)
    _freeze(graph, "s1")
    graph.set("s1.factor", 100.0)
    assert _run(graph)["s2"] == 8.0
    graph.set("s1.factor", 200.0)
    assert _run(graph)["s2"] == 8.0


@pytest.mark.parametrize("cache", ["smart", "fresh", "off"])
def test_frozen_node_without_a_result_runs_once(cache: str) -> None:
    graph = _chain()
    _freeze(graph, "s1")
    assert _run(graph, cache)["s2"] == 8.0
    graph.set("s0.factor", 5.0)
    result = _run(graph, cache)
    assert result["s2"] == 8.0
    assert result.nodes["s2"].reason == "" or cache != "off"


@pytest.mark.parametrize("cache", ["smart", "off"])
def test_frozen_effect_does_not_happen_again(cache: str) -> None:
    graph = shtairir.Graph("effect")
    graph.add(fetch, id="fetch")
    graph.add(step, id="after")
    graph.link("fetch.out", "after.x")
    _freeze(graph, "fetch")
    first = _run(graph, cache)
    second = _run(graph, cache)
    assert second["after"] == first["after"]
    assert "fetch" not in _ran(second)
    _freeze(graph, "fetch", on=False)
    assert _run(graph, cache)["after"] != first["after"]


def test_what_comes_after_a_frozen_effect_is_kept() -> None:
    graph = shtairir.Graph("effect")
    graph.add(fetch, id="fetch")
    graph.add(step, id="after")
    graph.link("fetch.out", "after.x")
    _freeze(graph, "fetch")
    _run(graph)
    _run(graph)
    assert _ran(_run(graph)) == set()


def test_graphs_of_one_name_do_not_hold_results_of_each_other() -> None:
    _run(_chain("same"))
    other = _chain("same")
    other.set("s0.factor", 7.0)
    _freeze(other, "s1")
    assert _run(other)["s2"] == 28.0


def test_run_of_a_part_forgets_nothing_of_the_rest() -> None:
    graph = _chain()
    graph.add(step, id="other", factor=9.0)
    _run(graph)
    _run(graph, targets=["other"])
    _freeze(graph, "s1")
    graph.set("s0.factor", 5.0)
    assert _run(graph)["s2"] == 8.0


def test_frozen_instance_holds_all_that_is_in_it() -> None:
    graph = shtairir.Graph("whole")
    part = graph.add_subgraph("part")
    x = part.add("graph.input", id="x", values={"name": "x", "type": "float"})
    node = part.add(step, id="node", x=x["out"], factor=3.0)
    part.add("graph.output", id="y", values={"name": "y", "type": "float"}, value=node["out"])
    graph.add(step, id="before", factor=2.0)
    graph.add("subgraph.part", id="inner")
    graph.link("before.out", "inner.x")
    assert _run(graph)["inner.y"] == 6.0
    _freeze(graph, "inner")
    graph.set("before.factor", 10.0)
    assert _run(graph)["inner.y"] == 6.0


def test_it_can_be_asked_of_when_the_result_is() -> None:
    graph = _chain()
    assert frozen_since(graph, "s1") is None
    _run(graph)
    assert frozen_since(graph, "s1") is not None
    cache = shared_cache()
    assert cache is not None
    cache.clear()
    assert frozen_since(graph, "s1") is None


def test_frozen_node_holds_its_result_though_it_was_disabled_for_a_run() -> None:
    graph = _chain()
    _run(graph)
    _freeze(graph, "s1")
    graph.set("s0.factor", 5.0)
    for state in ("disabled", "active"):
        graph.apply(SetState((NodeId("s1"),), state))
        graph.set("s2.factor", 3.0)
        result = shtairir.run(graph, cache="smart")
    assert result["s2"] == 12.0
    assert "Frozen" in result.nodes["s1"].reason
