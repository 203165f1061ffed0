"""Resources and circuits of blocks that run in worker processes: the program knows what they hold and ask."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import shtairir
from shtairir.block import Context, block
from shtairir.resources import breakers, shared_resources


@block(id="test.process_holds")
def holds(context: Context, file: Path = Path(), first: str = "left", second: str = "right") -> float:
    """Take one, wait until another block has taken the other, and take that."""
    with context.acquire(first):
        (file / f"{first}-{context.attempt}").touch()
        deadline = time.monotonic() + 20
        while context.attempt == 1 and not (file / f"{second}-1").exists():
            assert time.monotonic() < deadline
            time.sleep(0.002)
        with context.acquire(second, 1, 20.0):
            return float(context.attempt)


@block(id="test.process_dies")
def dies(context: Context, x: float = 0.0) -> float:
    """Die with something in hand, but for the second time."""
    with context.acquire("printer"), context.dependency("test.spooler"):
        if context.attempt == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return x


@block(id="test.process_asks", pure=False)
def asks(context: Context, x: float = 0.0) -> float:
    """Ask a server that is not there."""
    with context.dependency("test.server"):
        raise ConnectionRefusedError("nobody there")


def nothing_is_held() -> bool:
    return not any(usage.holders or usage.waiting for usage in shared_resources().usage())


def test_two_that_cross_each_other_in_two_processes_both_get_through(tmp_path: Path) -> None:
    graph = shtairir.Graph("crossing")
    graph.add(holds, id="a", values={"file": tmp_path, "first": "left", "second": "right"})
    graph.add(holds, id="b", values={"file": tmp_path, "first": "right", "second": "left"})
    for node in "ab":
        graph.set_policy(node, worker="process", retries=3, backoff_s=0.01)
    result = shtairir.run(graph, workers=2).raise_for_status()
    assert sorted([result["a"], result["b"]]) == [1.0, 2.0]
    assert nothing_is_held()


def test_one_that_dies_holds_nothing_any_more_and_says_nothing_of_what_it_asked() -> None:
    graph = shtairir.Graph("dying")
    graph.add(dies, id="a")
    graph.set_policy("a", worker="process", retries=1, backoff_s=0.01)
    assert shtairir.run(graph).raise_for_status()["a"] == 0.0
    assert nothing_is_held()
    (report,) = [one for one in breakers().report() if one.name == "test.spooler"]
    assert (report.state, report.failures) == ("closed", 0)


def test_what_a_process_hears_of_a_server_is_known_to_all() -> None:
    graph = shtairir.Graph("asking")
    names = [f"n{number}" for number in range(7)]
    for name in names:
        graph.add(asks, id=name)
        graph.set_policy(name, worker="process")
    result = shtairir.run(graph, workers=1)
    kinds = [failure.error_type for name in names if (failure := result.nodes[name].error) is not None]
    assert sorted(kinds) == ["CircuitOpenError"] * 2 + ["ConnectionRefusedError"] * 5
    breakers().reset("test.server")
