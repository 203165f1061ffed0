"""One graph in which everything happens at once: the parts of the engine do not get into each other's way."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.control.controller import ExecutionController
from shtairir.events import NodeCompensated, NodeRetrying, RunExtended, RunPaused, RunResumed, ValueWatched
from shtairir.execute.handle import RunHandle
from shtairir.testing import EventRecorder
from tests.torture.scale import scaled

PATIENCE_S = 60.0


@block(id="everything.make", category="Testing")
def make(context: Context, size: int = 200_000) -> Array:
    """Make an array in borrowed memory."""
    array = context.empty(size)
    array[:] = np.arange(size) % 97
    return array


@block(id="everything.add", category="Testing", runs_on="process")
def add(context: Context, a: Array, plus: float = 1.0) -> Array:
    """Add a number, in another process."""
    array = context.empty(a.shape)
    np.add(a, plus, out=array)
    return array


@block(id="everything.total", category="Testing")
def total(a: Array) -> float:
    """Add up."""
    return float(a.sum())


@block(id="everything.passing", category="Testing")
def passing(context: Context, a: float = 0.0) -> float:
    """Fail as a connection does, but the third time."""
    if context.attempt < 3:
        raise ConnectionResetError("It was reset.")
    return a + 0.5


@block(id="everything.dying", category="Testing", runs_on="process")
def dying(context: Context, a: float = 0.0) -> float:
    """Take the worker along, the first time."""
    if context.attempt < 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return a + 0.25


@block(id="everything.dawdling", category="Testing")
def dawdling(context: Context, a: float = 0.0) -> float:
    """Take too long, the first time."""
    if context.attempt < 2:
        time.sleep(3.0)
    return a + 0.125


@block(id="everything.broken", category="Testing")
def broken(a: float = 0.0) -> float:
    """Fail for good."""
    raise ValueError("It is broken.")


@block(id="everything.holding", category="Testing", resources=("everything-lock",))
def holding(a: float = 0.0) -> float:
    """Hold a lock for a moment."""
    time.sleep(0.01)
    return a * 2


@block(id="everything.awaiting", category="Testing", runs_on="async")
async def awaiting(a: float = 0.0) -> float:
    """Wait in the event loop."""
    await asyncio.sleep(0.02)
    return a - 1


@block(id="everything.gather", category="Testing")
def gather(
    a: float = 0.0, b: float = 0.0, c: float = 0.0, d: float = 0.0, e: float = 0.0, f: float = 0.0, g: float = 0.0
) -> float:
    """Add up to seven numbers."""
    return a + b + c + d + e + f + g


booked: list[float] = []


def unbook(a: float, result: float) -> None:
    """Take a booking back."""
    booked.remove(result)


@block(id="everything.book", category="Testing", pure=False, compensate=unbook)
def book(a: float = 0.0) -> float:
    """Do something that can be undone."""
    booked.append(a)
    return a


QUICK = {"backoff_s": 0.01, "backoff_cap_s": 0.05}


def everything(*, ends_badly: bool = False) -> shtairir.Graph:
    """Return the graph: arrays through processes, failures of every kind, a lock, a coroutine, a condition."""
    graph = shtairir.Graph("everything")
    handles: dict[str, Any] = {}

    def place(name: str, kind: Any, *sources: str, policy: dict[str, Any] | None = None, **values: Any) -> None:
        handle = handles[name] = graph.add(kind, id=name, values=values)
        inputs = "abcdefg" if kind is not make else ""
        for source, port in zip(sources, inputs, strict=False):
            graph.link(handles[source]["out"], handle[port])
        if policy:
            graph.set_policy(name, **policy)

    place("make", make)
    place("up", add, "make", plus=2.0)
    place("down", add, "up", plus=-1.0)
    place("total", total, "down")
    place("passing", passing, policy=QUICK)
    place("dying", dying, "passing", policy=QUICK)
    place("dawdling", dawdling, policy={**QUICK, "timeout_s": 0.5, "priority": "high"})
    place("broken", broken, policy={"on_failure": "fallback", "fallback": {"out": 40.0}})
    for number in range(6):
        place(f"hold{number}", holding, a=float(number))
    place("held", gather, *(f"hold{number}" for number in range(6)))
    place("awaiting", awaiting, "held")
    place("book", book, "awaiting")
    place("all", gather, "total", "dying", "dawdling", "broken", "held", "awaiting", "book")
    if ends_badly:
        place("bad", broken, "all", policy={"on_failure": "compensate"})
    return graph


def expected() -> float:
    held = 2.0 * sum(range(6))
    return float((np.arange(200_000) % 97 + 1.0).sum()) + 0.75 + 0.125 + 40.0 + held + (held - 1) * 2


def until(condition: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_left: None) -> Iterator[None]:
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(tmp_path / "state"))
    booked.clear()
    yield
    time.sleep(0.01)


def test_everything_at_once_gives_what_is_right() -> None:
    seen = EventRecorder()
    result = shtairir.run(everything(), workers=3, instruments=[seen])
    assert result.status == "done", result.failures
    assert result["all.out"] == expected()
    tries = {name: result.nodes[name].attempts for name in ("passing", "dying", "dawdling", "broken")}
    assert tries == {"passing": 3, "dying": 2, "dawdling": 2, "broken": 1}
    assert result.nodes["broken"].reason.startswith("Took its fallback")
    assert sum(isinstance(event, NodeRetrying) for event in seen.events) == 4
    assert booked == [29.0]


def test_everything_can_be_held_stepped_through_and_watched() -> None:
    seen = EventRecorder()
    handle = shtairir.start(
        everything(),
        workers=3,
        instruments=[seen],
        break_at=["held"],
        watch=["up.out", "held.out"],
        timeout_s=PATIENCE_S,
    )
    until(lambda: "held" in handle.held)
    handle.pause()
    handle.extend(10.0)
    time.sleep(0.2)
    assert handle.value("hold5.out") == 10.0
    handle.step()
    until(lambda: "held" not in handle.held)
    handle.go_on()
    result = handle.wait(PATIENCE_S)
    assert result is not None
    assert result["all.out"] == expected()
    told = [str(event.port) for event in seen.events if isinstance(event, ValueWatched)]
    assert sorted(told) == ["held.out", "up.out"]
    kinds = [type(event) for event in seen.events]
    assert kinds.count(RunPaused) == kinds.count(RunResumed) == kinds.count(RunExtended) == 1


def test_what_ends_badly_is_undone() -> None:
    seen = EventRecorder()
    result = shtairir.run(everything(ends_badly=True), workers=3, instruments=[seen])
    assert result.status == "failed"
    assert booked == []
    assert result.nodes["book"].status == "compensated"
    assert [event.node for event in seen.events if isinstance(event, NodeCompensated)] == ["book"]


@pytest.mark.timeout(600)
def test_what_is_cancelled_anywhere_is_gone_on_with() -> None:
    for number in range(scaled(30, 4)):
        booked.clear()
        handle = shtairir.start(everything(), workers=3)
        time.sleep(0.1 + 0.9 * number / scaled(30, 4))
        handle.cancel()
        first = handle.wait(PATIENCE_S)
        assert first is not None
        if first.status == "done":
            assert first["all.out"] == expected()
            continue
        assert handle.key is not None
        assert booked == [], "what was booked was undone"
        second = shtairir.resume(handle.key, graph=everything(), workers=3)
        assert second.status == "done", second.failures
        assert second["all.out"] == expected()
        assert booked == [29.0]


@pytest.mark.timeout(600)
def test_many_at_a_time_share_workers_and_locks() -> None:
    with ExecutionController(workers=4) as controller:
        handles: list[RunHandle] = [controller.start(everything()) for _ in range(scaled(20, 4))]
        stop = threading.Event()

        def meddle() -> None:
            while not stop.is_set():
                controller.pause()
                controller.status()
                controller.resume()
                stop.wait(0.05)

        meddling = threading.Thread(target=meddle)
        meddling.start()
        results = [handle.wait(PATIENCE_S * 5) for handle in handles]
        stop.set()
        meddling.join()
    assert [result["all.out"] for result in results if result is not None] == [expected()] * len(handles)
