"""Each node can say why it ran."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import pytest

import shtairir
from shtairir.block import Param
from shtairir.cache.smart import shared_cache
from shtairir.results import RunResult


@shtairir.block(id="why.step", category="Why")
def step(x: float = 1.0, factor: float = 2.0) -> float:
    """Take a while."""
    time.sleep(0.002)
    return x * factor


@shtairir.block(id="why.read", category="Why")
def read(path: Annotated[Path, Param(path="open")]) -> str:
    """Read a file."""
    time.sleep(0.002)
    return path.read_text(encoding="utf-8")


@shtairir.block(id="why.wide", category="Why")
def wide(size: int = 100_000) -> list[int]:
    """Make much at once."""
    return [0] * size


@shtairir.block(id="why.effect", category="Why", pure=False)
def effect(x: float = 1.0) -> float:
    """Have an effect."""
    return x


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))


def _chain() -> shtairir.Graph:
    graph = shtairir.Graph("chain")
    for number in range(3):
        graph.add(step, id=f"s{number}", factor=2 + number)
        if number:
            graph.link(f"s{number - 1}.out", f"s{number}.x")
    return graph


def _smart(graph: shtairir.Graph) -> RunResult:
    return shtairir.run(graph, cache="smart").raise_for_status()


def _why(graph: shtairir.Graph) -> dict[str, str]:
    return {name: node.reason for name, node in _smart(graph).nodes.items() if str(node.status) == "done"}


def test_first_run_says_that_it_is_the_first() -> None:
    assert set(_why(_chain()).values()) == {"This graph has not run here before."}


def test_changed_value_is_named_with_what_it_was() -> None:
    graph = _chain()
    _smart(graph)
    graph.set("s1.factor", 4)
    assert _why(graph) == {
        "s1": "factor changed from 3.0 to 4.0.",
        "s2": "It comes after 's1': factor changed from 3.0 to 4.0.",
    }
    assert _why(graph) == {}
    graph.set("s1.factor", 3)
    _smart(graph)
    graph.set("s1.factor", 5)
    assert _why(graph)["s1"] == "factor changed from 3.0 to 5.0."


def test_changed_link_is_named() -> None:
    graph = _chain()
    graph.add(step, id="other", factor=7)
    _smart(graph)
    graph.link("other.out", "s2.x")
    assert _why(graph) == {"s2": "x comes from other.out now, and came from s1.out."}


def test_link_that_was_cut_is_named() -> None:
    graph = _chain()
    _smart(graph)
    graph.unlink("s1.x")
    assert _why(graph)["s1"] == "x is 1.0 now, and came from s0.out."


def test_new_node_says_so() -> None:
    graph = _chain()
    _smart(graph)
    graph.add(step, id="new", factor=9)
    assert _why(graph) == {"new": "It was not there in the last run."}


def test_other_block_under_the_old_name_is_told() -> None:
    graph = _chain()
    _smart(graph)
    graph.remove("s2")
    graph.add(effect, id="s2")
    graph.link("s1.out", "s2.x")
    assert _why(graph) == {"s2": "Its block has effects."}


def test_changed_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("one", encoding="utf-8")
    graph = shtairir.Graph("file")
    graph.add(read, id="read", path=str(file))
    _smart(graph)
    file.write_text("two", encoding="utf-8")
    assert _why(graph) == {"read": "words.txt changed on disk."}


def test_result_that_had_to_go_is_told() -> None:
    from shtairir.cache.smart import shared_cache

    graph = _chain()
    _smart(graph)
    cache = shared_cache()
    assert cache is not None
    cache.clear()
    assert _why(graph)["s0"] == "Its result is not in the cache."


def test_effects_say_why_they_run_each_time() -> None:
    graph = shtairir.Graph("effects")
    graph.add(effect, id="e")
    _smart(graph)
    assert _why(graph) == {"e": "Its block has effects."}


def test_node_that_is_set_to_run_each_time_says_so() -> None:
    graph = _chain()
    graph.set_policy("s2", cache="never")
    _smart(graph)
    assert _why(graph) == {"s2": "It is set to run each time."}


def test_what_is_made_as_quickly_as_it_is_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = shtairir.Graph("quick")
    graph.add(wide, id="a")
    monkeypatch.setattr("shtairir.cache.smart._WORTH_WRITING_S", 60.0)
    _smart(graph)
    assert _why(graph) == {}
    cache = shared_cache()
    assert cache is not None
    cache.clear()
    assert _why(graph) == {
        "a": "It takes less than a millisecond, which is less than to read it: kept only while the program runs."
    }


def test_run_that_makes_everything_anew_says_so() -> None:
    graph = _chain()
    _smart(graph)
    again = shtairir.run(graph, cache="fresh")
    assert {node.reason for node in again.nodes.values()} == {"This run makes everything anew."}
