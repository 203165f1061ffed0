"""Blocks that do not come back, whatever keeps them: their time is up within the limit and five seconds."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import shtairir
from shtairir.block import block

LIMIT_S = 0.5
LATE_S = 5.0

FREE = threading.Event()
"""Ends what was left to itself, once a test is over."""


@block(id="stuck.sleep", pure=False)
def asleep(x: float = 0.0) -> float:
    """Sleep."""
    for _ in range(600):
        if FREE.wait(0.1):
            break
    return x


@block(id="stuck.spin", pure=False)
def spinning(x: float = 0.0) -> float:
    """Compute for ever."""
    ends_s = time.monotonic() + 60
    while not FREE.is_set() and time.monotonic() < ends_s:
        pass
    return x


@block(id="stuck.c_call", pure=False)
def in_c(x: float = 0.0) -> float:
    """Stay in a call into C, which lets others have Python meanwhile."""
    import ctypes

    ctypes.CDLL(None).usleep(20_000_000)
    return x


@block(id="stuck.c_call_with_lock", pure=False)
def in_c_with_lock(x: float = 0.0) -> float:
    """Stay in a call into C that holds on to Python's lock."""
    import ctypes

    ctypes.PyDLL(None).usleep(60_000_000)
    return x


@block(id="stuck.deaf", pure=False)
def deaf(x: float = 0.0) -> float:
    """Hear no signal."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(60)
    return x


@block(id="stuck.stopped", pure=False)
def stopped(x: float = 0.0) -> float:
    """Stop the whole process."""
    os.kill(os.getpid(), signal.SIGSTOP)
    return x


@block(id="stuck.well", pure=False)
def well(x: float = 0.0) -> float:
    """Add one."""
    return x + 1


@contextmanager
def freed() -> Iterator[None]:
    FREE.clear()
    try:
        yield
    finally:
        FREE.set()


def graph_with(stuck: Callable[..., Any], worker: str, **policy: Any) -> shtairir.Graph:
    graph = shtairir.Graph("stuck")
    graph.add(stuck, id="stuck")
    graph.add(well, id="after")
    graph.link("stuck.out", "after.x")
    graph.add(well, id="aside")
    graph.set_policy("stuck", worker=worker, priority="high", **policy)
    return graph


IN_THREAD = [asleep, spinning, in_c]
IN_PROCESS = [asleep, spinning, in_c, in_c_with_lock, deaf, stopped]
KINDS = [
    *(pytest.param("thread", stuck, id=f"thread-{stuck.__name__}") for stuck in IN_THREAD),
    *(
        pytest.param(
            "process",
            stuck,
            id=f"process-{stuck.__name__}",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="these are ways of POSIX to be stuck"),
        )
        for stuck in IN_PROCESS
    ),
]


@pytest.mark.parametrize(("worker", "stuck"), KINDS)
def test_its_time_is_up(worker: str, stuck: Callable[..., Any]) -> None:
    with freed():
        result = shtairir.run(graph_with(stuck, worker, timeout_s=LIMIT_S, retries=0), workers=1)
    failure = result.nodes["stuck"].error
    assert failure is not None
    assert failure.error_type == "AttemptTimeoutError"
    assert result.nodes["stuck"].elapsed_s < LIMIT_S + LATE_S
    assert result["aside.out"] == 1.0
    assert result.nodes["after"].status == "skipped"


@pytest.mark.parametrize(("worker", "stuck"), KINDS)
def test_a_run_that_is_cancelled_does_not_wait_for_it(worker: str, stuck: Callable[..., Any]) -> None:
    with freed():
        handle = shtairir.start(graph_with(stuck, worker), workers=1)
        time.sleep(1.0 if worker == "process" else 0.2)
        began_s = time.perf_counter()
        handle.cancel()
        result = handle.wait(20)
        elapsed_s = time.perf_counter() - began_s
    assert result is not None
    assert result.status == "cancelled"
    assert elapsed_s < 2.0


@pytest.mark.parametrize("worker", ["thread", "process"])
def test_one_after_another_they_leave_as_many_workers_as_there_were(worker: str) -> None:
    graph = shtairir.Graph("many")
    for number in range(6):
        graph.add(asleep, id=f"stuck_{number}", values={"x": float(number)})
        graph.set_policy(f"stuck_{number}", worker=worker, timeout_s=LIMIT_S, retries=0, priority="high")
    for number in range(20):
        graph.add(well, id=f"well_{number}", values={"x": float(number)})
    with freed():
        began_s = time.perf_counter()
        result = shtairir.run(graph, workers=2)
        elapsed_s = time.perf_counter() - began_s
    assert all(result[f"well_{number}.out"] == number + 1 for number in range(20))
    assert elapsed_s < 3 * LIMIT_S + LATE_S + 3.0
