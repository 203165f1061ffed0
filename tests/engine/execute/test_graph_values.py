"""What a block does to the lists and objects that were set by hand reaches neither the graph nor the next run."""

from __future__ import annotations

from typing import Any

import pytest

import shtairir
from shtairir.block import block
from shtairir.block.definition import definition_of
from shtairir.testing import run_inline

_DEFAULT: dict[str, list[int]] = {"a": [1]}


def _spoil(x: Any, names: list[str], y: Any) -> int:
    x["deep"][0].append(9)
    x["more"] = 1
    names.append("z")
    y["a"].append(2)
    return len(x["deep"][0]) + len(names) + len(y["a"])


@block(id="test.greedy", category="Test")
def greedy(x: Any, names: list[str], y: Any = _DEFAULT) -> int:
    """Change all that it is given."""
    return _spoil(x, names, y)


@block(id="test.greedy_later", category="Test", runs_on="async")
async def greedy_later(x: Any, names: list[str], y: Any = _DEFAULT) -> int:
    """Change all that it is given, as a coroutine."""
    return _spoil(x, names, y)


@block(id="test.greedy_copier", category="Test", inplace=("x",))
def greedy_copier(x: Any, names: list[str], y: Any = _DEFAULT) -> int:
    """Change all that it is given, and say so of one input."""
    return _spoil(x, names, y)


@pytest.mark.parametrize("level", ["none", "basic", "balanced", "aggressive"])
@pytest.mark.parametrize("greedy_block", [greedy, greedy_later, greedy_copier], ids=["thread", "async", "inplace"])
def test_a_block_may_change_the_values_it_is_given_and_nobody_notices(greedy_block: Any, level: str) -> None:
    graph = shtairir.Graph()
    graph.add(greedy_block, id="node", x={"deep": [[1]]}, names=["a"])
    snapshot, text = graph.snapshot(), graph.to_bytes()
    plan = shtairir.plan(graph, level=level)
    results = [shtairir.run(plan)["node.out"] for _ in range(2)]
    assert results == [6, 6]
    assert run_inline(graph, level=level)["node.out"] == 6
    assert snapshot.to_bytes() == text
    assert graph.value("node.x") == {"deep": [[1]]}
    assert definition_of(greedy_block).inputs[2].default == {"a": [1]}
