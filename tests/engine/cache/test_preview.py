"""A preview calls the cheap variants of blocks, and leaves no trace that the real run could take for its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest

import shtairir
from shtairir.block import Out
from shtairir.errors import BlockDefinitionError
from shtairir.planning.previews import has_previews, previewed

_called: list[str] = []


def _rough(x: float = 1.0) -> float:
    _called.append("rough")
    time.sleep(0.002)
    return x * 2


@shtairir.block(id="preview.exact", category="Preview", preview=_rough)
def exact(x: float = 1.0) -> float:
    """Double a number, with much care."""
    _called.append("exact")
    time.sleep(0.002)
    return x * 2 + 0.001


@shtairir.block(id="preview.after", category="Preview")
def after(x: float) -> float:
    """Add one."""
    time.sleep(0.002)
    return x + 1


def _rough_pair(x: float = 1.0) -> tuple[Annotated[float, Out("half")]]:
    return (x / 2,)


@shtairir.block(id="preview.named", category="Preview", preview=_rough_pair)
def named(x: float = 1.0) -> tuple[Annotated[float, Out("half")]]:
    """Halve a number, with much care."""
    return (x / 2 + 0.001,)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))
    _called.clear()


def _graph() -> shtairir.Graph:
    graph = shtairir.Graph("previewed")
    graph.add(exact, id="exact", x=3.0)
    graph.add(after, id="after")
    graph.link("exact.out", "after.x")
    return graph


def test_preview_calls_the_cheap_variant() -> None:
    result = shtairir.run(_graph(), preview=True)
    assert (result["after"], _called, result.is_preview) == (7.0, ["rough"], True)
    assert not shtairir.run(_graph()).is_preview


def test_output_with_a_name_of_its_own_is_taken_out_of_its_tuple() -> None:
    graph = shtairir.Graph("named")
    graph.add(named, id="n", x=3.0)
    assert shtairir.run(graph, preview=True)["n.half"] == 1.5


def test_preview_is_never_taken_for_the_real_result() -> None:
    graph = _graph()
    shtairir.run(graph, preview=True, cache="smart")
    assert shtairir.run(graph, cache="smart")["after"] == 7.001
    assert shtairir.run(graph, preview=True, cache="smart")["after"] == 7.0
    assert _called == ["rough", "exact"]


def test_preview_does_not_count_as_the_last_run() -> None:
    graph = _graph()
    shtairir.run(graph, cache="smart")
    graph.set("exact.x", 4.0)
    shtairir.run(graph, preview=True, cache="smart")
    graph.set("exact.x", 5.0)
    assert shtairir.run(graph, cache="smart").nodes["exact"].reason == "x changed from 3.0 to 5.0."


def test_preview_reaches_into_loops() -> None:
    graph = shtairir.Graph("loop")
    body = graph.add_subgraph("body")
    x = body.add("graph.input", id="x", values={"name": "x", "type": "float"})
    node = body.add(exact, id="node", x=x["out"])
    body.add("graph.output", id="y", values={"name": "y", "type": "float"}, value=node["out"])
    graph.add("flow.for_each", id="loop", values={"body": "body", "x": [1.0, 2.0]})
    assert shtairir.run(graph, preview=True)["loop.y"] == [2.0, 4.0]


def test_plan_without_previews_is_its_own_preview() -> None:
    graph = shtairir.Graph("none")
    graph.add(after, id="after", x=1.0)
    plan = shtairir.plan(graph)
    assert not has_previews(plan)
    assert previewed(plan) is plan
    assert has_previews(shtairir.plan(_graph()))


@pytest.mark.parametrize("preview", ["no function", lambda y: y])
def test_preview_that_could_not_be_called_is_refused(preview: Any) -> None:
    with pytest.raises(BlockDefinitionError, match="preview"):
        shtairir.block(category="Preview", preview=preview)(_nothing())


def test_block_with_effects_has_no_preview() -> None:
    with pytest.raises(BlockDefinitionError, match="effects"):
        shtairir.block(category="Preview", pure=False, preview=_rough)(_nothing())


def _nothing() -> Callable[[float], float]:
    def nothing(x: float = 1.0) -> float:
        """Return what it gets."""
        return x

    return nothing
