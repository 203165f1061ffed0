"""Blocks that keep memory are found by name, and others are not accused."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.leaks import Leak, find_leaks

SIZE = 100_000
KEPT: list[Any] = []
SCRATCH: list[Any] = []
LENT: list[Any] = []


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    for kept in (KEPT, SCRATCH, LENT):
        kept.clear()
    remembered.cache_clear()


@block(category="Test/Leaks")
def source() -> Array:
    """Return an array and forget it."""
    return np.ones(SIZE)


@block(category="Test/Leaks")
def honest(x: Array) -> Array:
    """Keep nothing."""
    return x + 1


@block(category="Test/Leaks")
def hoarder(x: Array) -> float:
    """Keep a part of the input, and so all of it."""
    KEPT.append({"a part": x[5:10]})
    return 0.0


@block(category="Test/Leaks")
def scribbler(x: Array) -> float:
    """Keep what nobody else ever sees."""
    SCRATCH.append(np.zeros(SIZE // 2))
    return 0.0


@block(category="Test/Leaks")
def borrower(context: Context, x: Array) -> float:
    """Never give back a buffer."""
    LENT.append(context.empty(SIZE))
    return 0.0


@functools.lru_cache(2)
def remembered(size: int) -> Any:
    return np.ones(size)


@block(category="Test/Leaks")
def cached() -> Array:
    """Return the same array again and again."""
    return remembered(SIZE)  # type: ignore[no-any-return]


def leaks_of(function: Any, **options: Any) -> list[Leak]:
    graph = shtairir.Graph("leaks")
    first, clean, suspect = graph.add(source, id="source"), graph.add(honest, id="honest"), graph.add(function, id="it")
    graph.link(first["out"], clean["x"])
    if function is not cached:
        graph.link(first["out"], suspect["x"])
    return find_leaks(graph, **options)


def test_a_graph_of_honest_blocks_has_no_leaks() -> None:
    assert leaks_of(honest) == []


def test_a_block_that_appends_its_input_to_a_list_of_its_module_is_named() -> None:
    [leak] = leaks_of(hoarder, trace=False)
    assert leak.nodes == ("it",)
    assert leak.block == "test.hoarder"
    assert (leak.retained_bytes, leak.growth_bytes) == (2 * SIZE * 8, SIZE * 8)
    assert "'KEPT' in module" in str(leak)
    assert "what 'source' made" in str(leak)


def test_the_growth_is_that_of_all_runs() -> None:
    [leak] = leaks_of(hoarder, runs=4, trace=False)
    assert leak.growth_bytes == 3 * SIZE * 8


def test_a_block_that_keeps_what_it_never_handed_on_is_found_by_its_line() -> None:
    [leak] = leaks_of(scribbler)
    assert leak.nodes == ("it",)
    assert leak.growth_bytes >= SIZE // 2 * 8
    assert "test_leaks.py, line" in leak.where


def test_a_borrowed_buffer_that_does_not_come_back_is_found() -> None:
    [leak] = leaks_of(borrower, trace=False)
    assert leak.nodes == ("it",)
    assert leak.growth_bytes >= SIZE * 8


def test_a_cache_that_does_not_grow_is_told_from_a_leak() -> None:
    [leak] = leaks_of(cached, trace=False)
    assert (leak.nodes, leak.growth_bytes) == (("it",), 0)
    assert "'remembered' in module" in leak.where


def test_a_block_that_keeps_things_in_its_closure_is_named() -> None:
    kept = []

    @block(category="Test/Leaks")
    def closed(x: Array) -> float:
        """Keep the input where no module sees it."""
        kept.append(x)
        return 0.0

    [leak] = leaks_of(closed, trace=False)
    assert (leak.nodes, leak.block) == (("it",), "test.closed")
    assert "'kept', a variable around" in leak.where


def test_a_plan_is_searched_as_it_is() -> None:
    graph = shtairir.Graph("plan")
    first, suspect = graph.add(source, id="source"), graph.add(hoarder, id="it")
    graph.link(first["out"], suspect["x"])
    [leak] = find_leaks(shtairir.plan(graph, level="aggressive"), trace=False)
    assert leak.nodes == ("it",)
