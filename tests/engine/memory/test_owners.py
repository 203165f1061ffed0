"""Every retained byte has an owner: a node, the pool, or whoever registered."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.execute.options import RunOptions
from shtairir.memory import MemoryManager, MemoryPool, Owned, owners, process_stats, retained
from shtairir.session import start_plan, wait_for

SIZE = 1 << 20


@block(category="Test/Owners")
def ones() -> Array:
    """Return an array of its own."""
    return np.ones(SIZE, np.uint8)


@block(category="Test/Owners")
def lent(context: Context) -> Array:
    """Return an array of the pool."""
    array = context.empty(SIZE, np.uint8)
    array.fill(1)
    return array


@block(category="Test/Owners")
def passed_on(context: Context, x: Array) -> Array:
    """Return a new array of the pool."""
    return np.add(x, 1, out=context.empty(x.shape, x.dtype))


def of_nodes(*names: str) -> dict[str, int]:
    gc.collect()
    return {owned.name: owned.nbytes for owned in retained() if owned.kind == "node" and owned.name in names}


def test_kept_results_are_owned_by_their_nodes_as_long_as_somebody_has_them() -> None:
    graph = shtairir.Graph("kept")
    graph.add(ones, id="kept_ones")
    graph.add(lent, id="kept_lent")
    result = shtairir.run(graph)
    names = "kept_ones", "kept_lent"
    assert of_nodes(*names) == dict.fromkeys(names, SIZE)
    value = result["kept_ones.out"][5:]
    del result
    assert of_nodes(*names) == {"kept_ones": SIZE}
    del value
    assert of_nodes(*names) == {}


@pytest.mark.parametrize("memory_limit", [None, 100 * SIZE])
def test_a_result_goes_with_its_last_user_and_waits_for_no_garbage_collection(memory_limit: int | None) -> None:
    graph = shtairir.Graph("gone")
    graph.add(ones, id="ones")
    gc.disable()
    try:
        result = shtairir.run(graph, memory_limit=memory_limit)
        value = weakref.ref(result["ones.out"])
        assert value() is not None
        del result
        assert value() is None
    finally:
        gc.enable()


def test_a_chain_of_lent_arrays_takes_two_buffers_and_the_next_run_takes_none() -> None:
    graph = shtairir.Graph("chain")
    last = graph.add(lent, id="first")
    for _ in range(50):
        node = graph.add(passed_on)
        graph.link(last["out"], node["x"])
        last = node
    options = RunOptions(pool=MemoryPool())
    counts = []
    for _ in range(3):
        memory = wait_for(start_plan(shtairir.plan(graph), options)).memory
        counts.append((memory.hits, memory.misses))
    assert counts == [(49, 2), (51, 0), (51, 0)]


def test_the_same_node_of_two_runs_adds_up() -> None:
    graph = shtairir.Graph("twice")
    graph.add(ones, id="twice_ones")
    results = [shtairir.run(graph) for _ in range(2)]
    assert of_nodes("twice_ones") == {"twice_ones": 2 * SIZE}
    del results


def test_idle_buffers_are_owned_by_the_pool() -> None:
    pool = MemoryPool()
    account = MemoryManager(pool)
    before = next((owned.nbytes for owned in retained() if owned.kind == "pool"), 0)
    account.empty(3 * SIZE, np.uint8, "x")
    assert next(owned.nbytes for owned in retained() if owned.kind == "pool") == before + 3 * SIZE


def test_who_keeps_values_elsewhere_registers_and_can_be_forgotten() -> None:
    forget = owners.register("preview", lambda: {"blur": 5 * SIZE})
    assert Owned("preview", "blur", 5 * SIZE) in retained()
    assert process_stats().owners["preview blur"] == 5 * SIZE
    forget()
    forget()
    assert not [owned for owned in retained() if owned.kind == "preview"]


def test_runs_of_which_nothing_is_left_are_forgotten() -> None:
    for _ in range(100):
        MemoryManager(MemoryPool()).hold([np.ones(SIZE)], "gone")
    gc.collect()
    retained()
    assert len(owners._books) < 50
