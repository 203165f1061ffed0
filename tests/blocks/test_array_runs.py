"""Array blocks in real runs, on the buffers of the pool."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import shtairir


@pytest.mark.parametrize("level", ["none", "basic", "balanced"])
def test_a_chain_of_pooled_results_is_what_numpy_gives(level: str) -> None:
    graph = shtairir.Graph("chain")
    start = graph.add("array.random", shape=[300, 40], seed=1)
    squared = graph.add("array.square")
    graph.link(start["out"], squared["x"])
    last = squared
    for index in range(12):
        step = graph.add("array.add" if index % 2 else "array.multiply", x2=1.5)
        graph.link(last["out"], step["x1"])
        last = step
    both = graph.add("array.maximum")
    graph.link(last["out"], both["x1"])
    graph.link(squared["out"], both["x2"])
    total = graph.add("array.sum")
    graph.link(both["out"], total["a"])
    half = graph.add("math.divide", b=2)
    graph.link(total["out"], half["a"])

    expected = np.random.default_rng(1).uniform(0, 1, (300, 40)) ** 2
    squares = expected.copy()
    for index in range(12):
        expected = expected + 1.5 if index % 2 else expected * 1.5
    expected = np.maximum(expected, squares)
    for _ in range(3):  # the second run works on the first one's buffers
        result = shtairir.run(graph, level=level, keep="all")
        assert result.status == "done"
        np.testing.assert_array_equal(result[f"{both.id}.out"], expected)
        assert result[f"{half.id}.out"] == expected.sum() / 2


def test_a_warning_of_a_block_reaches_the_log_of_the_run() -> None:
    lines: list[str] = []

    class Log:
        def on_event(self, event: Any) -> None:
            if type(event).__name__ == "NodeLogged":
                lines.append(event.message)

    graph = shtairir.Graph("log")
    graph.add("array.log", x=[-1, 1])
    assert shtairir.run(graph, instruments=[Log()]).status == "done"
    assert lines == ["log: some results are not numbers (such as 0/0, or the root or log of a negative number)."]
