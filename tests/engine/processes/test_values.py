"""Values cross to worker processes and back: the same bits, no copy where none is needed, nobody disturbed."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import shtairir
from shtairir.block import block
from shtairir.block.values import Audio
from shtairir.memory.shared import shared_memory_pool
from shtairir.results.result import RunResult
from tests.engine.processes import blocks


def test_blocks_run_in_other_processes() -> None:
    graph = shtairir.Graph("pids")
    for number in range(4):
        graph.add(blocks.pid, id=f"n{number}", values={"x": number})
    pids = set(shtairir.run(graph, backend="processes", workers=2).raise_for_status().results.values())
    assert os.getpid() not in pids
    assert 1 <= len(pids) <= 2


def chain(*chosen: Any, keep: str = "results", **values: Any) -> RunResult:
    graph = shtairir.Graph("chain")
    before = graph.add(blocks.ramp, id="ramp", values=values)
    for number, each in enumerate(chosen):
        node = graph.add(each, id=f"n{number}")
        graph.link(before["out"], node["x"])
        before = node
    return shtairir.run(graph, backend="processes", keep=keep)


def test_lent_arrays_cross_without_a_copy() -> None:
    pool = shared_memory_pool()
    misses = pool.misses
    result = chain(*[blocks.add_one] * 8, count=2_000_000).raise_for_status()
    assert result["n7"].tolist()[:3] == [8.0, 9.0, 10.0]
    assert pool.misses - misses <= 2  # one to read and one to write, in turns
    assert result.memory.peak_bytes <= 2 * 20_000_000


def test_arrays_of_a_block_s_own_come_back() -> None:
    result = chain(blocks.plus_one, blocks.plus_one).raise_for_status()
    assert result["n1"].tolist()[:3] == [2.0, 3.0, 4.0]


def test_a_part_of_an_input_lies_where_the_input_lies() -> None:
    result = chain(blocks.tail, keep="all").raise_for_status()
    assert np.shares_memory(result["n0"], result["ramp"])
    assert result["n0"].strides == (-16,)
    assert result["n0"].tolist() == result["ramp"][::-2].tolist()


def test_an_input_cannot_be_written_to() -> None:
    result = chain(blocks.scribble, keep="all")
    failure = result.nodes["n0"].error
    assert failure is not None
    assert "read-only" in failure.message
    assert "work on a copy" in failure.hint
    assert result["ramp"][0] == 0.0


def test_what_may_be_written_into_is_written_into_by_nobody_else() -> None:
    result = chain(blocks.in_place, keep="all").raise_for_status()
    assert result["ramp"][:3].tolist() == [0.0, 1.0, 2.0]
    assert result["n0"][:3].tolist() == [1.0, 2.0, 3.0]
    result = chain(blocks.in_place, blocks.in_place).raise_for_status()
    assert result["n1"][:3].tolist() == [2.0, 3.0, 4.0]


def test_what_a_block_keeps_in_its_worker_is_not_given_to_others() -> None:
    for number in range(4):
        graph = shtairir.Graph("hoard")
        ramp = graph.add(blocks.ramp, values={"count": 100_000 + number})
        hoard = graph.add(blocks.hoard, id="hoard")
        graph.link(ramp["out"], hoard["x"])
        result = shtairir.run(graph, backend="processes", workers=1).raise_for_status()
        assert result["hoard"] == 5.0
        del result
        gc.collect()
        shared_memory_pool().empty(100_000).fill(-1.0)


VALUES: dict[str, Any] = {
    "rows of a matrix": np.arange(60_000.0).reshape(200, 300)[::2],
    "columns": np.arange(60_000.0).reshape(200, 300)[:, 5:290],
    "one column of many": np.arange(200_000.0).reshape(20_000, 10)[:, 3],
    "turned": np.arange(60_000.0).reshape(200, 300).T,
    "in Fortran's order": np.asfortranarray(np.arange(60_000.0).reshape(200, 300)),
    "backwards": np.arange(60_000.0)[::-1],
    "spread": np.broadcast_to(np.arange(300.0), (200, 300)),
    "bytes of another order": np.arange(60_000, dtype=">i4"),
    "records": np.zeros(9_000, dtype=[("name", "U8"), ("value", "f8")]),
    "times": np.arange("2026-01-01", "2226-01-01", dtype="M8[D]"),
    "objects": np.array([None, "text", 3] * 5_000, dtype=object),
    "small": np.eye(3),
    "empty": np.empty((0, 3)),
    "a single value": np.array(3.5),
    "list": [np.arange(20_000.0), "text", {"deep": np.ones(20_000, "c16")}],
    "bytes": bytes(range(256)) * 1_000,
    "text": "naïve — 🙂" * 20_000,
    "table": pl.DataFrame({"a": range(30_000), "b": ["text"] * 30_000}),
    "sound": Audio(np.zeros((44_100, 2), np.float32), 44_100),
    "tuple": (1, 2.5, "x", None, 3 + 4j),
}


@pytest.mark.parametrize("name", VALUES)
def test_any_value_crosses_and_comes_back_as_it_was(name: str) -> None:
    value = VALUES[name]

    @block
    def make() -> Any:
        return value

    graph = shtairir.Graph("values")
    graph.add(make, id="make")
    graph.add(blocks.anything, id="back")
    graph.link("make.out", "back.x")
    graph.set_policy("make", worker="thread")
    result = shtairir.run(graph, backend="processes", keep="all").raise_for_status()
    assert_alike(result["back"], value)


def assert_alike(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(other, np.ndarray):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert (one == other).all()
        if one.size > 10_000 and not other.dtype.hasobject and other.strides != (80,):
            assert one.strides == other.strides
    elif isinstance(other, list):
        for mine, its in zip(one, other, strict=True):
            assert_alike(mine, its)
    elif isinstance(other, dict):
        assert_alike(list(one.values()), list(other.values()))
    elif isinstance(other, pl.DataFrame):
        assert one.equals(other)
    elif isinstance(other, Audio):
        assert one.rate_hz == other.rate_hz
        assert_alike(one.samples, other.samples)
    else:
        assert one == other


def test_what_cannot_leave_a_process_stays_in_a_thread() -> None:
    graph = shtairir.Graph("sealed")
    graph.add(blocks.sealed, id="sealed")
    assert shtairir.run(graph, backend="processes").raise_for_status()["sealed"][0] == os.getpid()


def test_what_cannot_leave_a_process_is_said_where_a_process_was_asked_for() -> None:
    graph = shtairir.Graph("sealed")
    graph.add(blocks.sealed, id="sealed")
    graph.set_policy("sealed", worker="process")
    failure = shtairir.run(graph).nodes["sealed"].error
    assert failure is not None
    assert "cannot go there" in failure.message
    assert "'thread'" in failure.hint


def test_local_functions_see_what_they_close_over() -> None:
    factor = 3.0

    def inner(x: float) -> float:
        return x * factor

    @block
    def outer(x: float = 2.0) -> float:
        return inner(x) + os.getpid() * 0

    graph = shtairir.Graph("closures")
    graph.add(outer, id="a")
    graph.set_policy("a", worker="process")
    assert shtairir.run(graph).raise_for_status()["a"] == 6.0


def test_code_blocks_travel_as_source() -> None:
    graph = shtairir.Graph("code")
    graph.add_code("pids", "import os\ndef pids(x: float = 0.0) -> int:\n    return os.getpid()")
    graph.add("code.pids", id="a")
    result = shtairir.run(graph, backend="processes").raise_for_status()
    assert result["a"] != os.getpid()


def test_nothing_is_lent_when_all_is_gone() -> None:
    gc.collect()
    before = shared_memory_pool().lent_bytes
    result = chain(blocks.plus_one, blocks.add_one, blocks.tail)
    del result
    gc.collect()
    assert shared_memory_pool().lent_bytes == before


def test_an_array_that_several_read_is_copied_once() -> None:
    pool = shared_memory_pool()

    @block
    def own() -> np.ndarray:
        return np.arange(1_000_000.0)

    graph = shtairir.Graph("several")
    source = graph.add(own, id="own")
    graph.set_policy("own", worker="thread")
    for number in range(6):
        graph.add(blocks.total, id=f"n{number}", values={"plus": number}, x=source["out"])
    gc.collect()
    before = pool.hits + pool.misses
    result = shtairir.run(graph, backend="processes", workers=2).raise_for_status()
    assert pool.hits + pool.misses == before + 1
    assert result["n5"] == 499_999_500_005.0
    assert result.memory.peak_bytes < 20_000_000


@pytest.mark.parametrize("operands", [{"b": 2.0}, {"b": np.arange(300_000.0) + 1}])
def test_a_kernel_writes_straight_into_shared_memory(operands: dict[str, Any]) -> None:
    pool = shared_memory_pool()
    graph = shtairir.Graph("kernel")
    ramp = graph.add(blocks.ramp, id="ramp", values={"count": 300_000})
    other = operands["b"]
    if isinstance(other, np.ndarray):

        @block
        def second() -> np.ndarray:
            return np.arange(300_000.0) + 1

        other = graph.add(second, id="b")["out"]
        graph.set_policy("b", worker="thread")
    graph.add("array.multiply", id="a", x1=ramp["out"], x2=other)
    gc.collect()
    before = pool.hits + pool.misses
    result = shtairir.run(graph, backend="processes", workers=1, keep="all").raise_for_status()
    assert pool.hits + pool.misses == before + (2 if len(graph.nodes) == 2 else 3)
    np.testing.assert_array_equal(result["a"], result["ramp"] * operands["b"])


def test_where_a_block_goes_others_need_not_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    graph = shtairir.Graph("wander")
    first = graph.add(blocks.wander, id="a")
    graph.add(blocks.wander, id="b", x=first["out"])
    found = shtairir.run(graph, backend="processes", workers=1, keep="all").raise_for_status()
    assert found["a"] == found["b"] == f"{tmp_path} None"
    monkeypatch.setenv("TESTING_WANDER", "given")
    assert shtairir.run(graph, backend="processes", workers=1)["b"] == f"{tmp_path} given"
