"""The cache in memory gives way when a run needs the room."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context
from shtairir.cache import ResultCache
from shtairir.cache.smart import shared_cache
from shtairir.memory.pool import MemoryPool, _PrivateBuffer

_SIZE = 250_000  # numbers: two megabytes


@shtairir.block(id="way.borrow", category="Way")
def borrow(ctx: Context, x: Array | float = 0.0, plus: float = 1.0) -> Array:
    """Fill borrowed memory."""
    out = ctx.empty(_SIZE)
    out[:] = plus
    out += np.max(x)
    time.sleep(0.002)
    return out


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))


def test_run_under_a_budget_is_not_starved_by_what_the_cache_holds_of_it() -> None:
    graph = shtairir.Graph("chain")
    for number in range(12):
        graph.add(borrow, id=f"b{number}", plus=float(number + 1))
        if number:
            graph.link(f"b{number - 1}.out", f"b{number}.x")
    result = shtairir.run(graph, cache="smart", memory_limit=7_000_000).raise_for_status()
    assert float(result["b11.out"][0]) == sum(range(1, 13))
    again = shtairir.run(graph, cache="smart", memory_limit=7_000_000).raise_for_status()
    assert {str(node.status) for node in again.nodes.values()} == {"cached"}


def test_pool_that_cannot_grow_asks_the_cache_for_room(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path / "own")
    limit = 5_000_000

    def make(nbytes: int) -> _PrivateBuffer:
        if cache._memory.nbytes + nbytes > limit:
            raise MemoryError
        return _PrivateBuffer(nbytes)

    pool = MemoryPool(make=make)
    pool.relief = cache.give_way
    cache.put("large", [np.ones(500_000)], cost_s=1.0)
    array = pool.empty(_SIZE)
    assert array.nbytes == _SIZE * 8
    assert cache.statistics().memory_bytes == 0
    found = cache.get("large")
    assert found is not None, "it is on the disk still"
    cache.close()


def test_pool_that_cannot_grow_and_finds_no_room_says_so() -> None:
    def make(nbytes: int) -> _PrivateBuffer:
        raise MemoryError("no room")

    pool = MemoryPool(make=make)
    pool.relief = ResultCache().give_way
    with pytest.raises(MemoryError, match="no room"):
        pool.empty(_SIZE)


def test_shared_cache_is_the_relief_of_smart_runs() -> None:
    from shtairir.memory.pool import shared_pool

    graph = shtairir.Graph("one")
    graph.add(borrow, id="b")
    shtairir.run(graph, cache="smart")
    cache = shared_cache()
    assert cache is not None
    assert shared_pool().relief == cache.give_way
