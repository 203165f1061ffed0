"""Coroutines in the loop of the program: sent, cancelled, given up; and nothing that holds on to a run that is over."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import time
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.execute.coroutines import Coroutines
from shtairir.testing import graph_of


def sent(coroutines: Coroutines, function: Callable[..., Any], **arguments: Any) -> tuple[Any, SimpleQueue[Any]]:
    landed: SimpleQueue[Any] = SimpleQueue()
    flight = coroutines.flight()
    flight.send(function, arguments, lambda *outcome: landed.put(outcome))
    return flight, landed


async def doubled(x: int) -> int:
    await asyncio.sleep(0)
    return 2 * x


async def endless() -> None:
    await asyncio.sleep(600)


def test_what_it_returns_or_raises_is_told() -> None:
    async def failing() -> None:
        raise SystemExit(3)

    coroutines = Coroutines()
    assert sent(coroutines, doubled, x=4)[1].get(timeout=10) == (8, None)
    returned, raised = sent(coroutines, failing)[1].get(timeout=10)
    assert returned is None
    assert isinstance(raised, SystemExit)
    assert sent(coroutines, doubled, x=5)[1].get(timeout=10) == (10, None)


def test_a_thousand_go_on_in_one_thread() -> None:
    coroutines = Coroutines()
    before = threading.active_count()
    flights = [sent(coroutines, endless) for _ in range(1_000)]
    assert threading.active_count() <= before + 1
    for flight, _ in flights:
        flight.cancel()
    assert all(isinstance(landed.get(timeout=10)[1], asyncio.CancelledError) for _, landed in flights)


def test_one_that_is_cancelled_before_its_first_step_lands_too() -> None:
    coroutines = Coroutines()
    landed: SimpleQueue[Any] = SimpleQueue()
    flight = coroutines.flight()
    flight.cancel()
    flight.send(endless, {}, lambda *outcome: landed.put(outcome))
    assert isinstance(landed.get(timeout=10)[1], asyncio.CancelledError)


def test_a_loop_that_is_held_is_left_to_who_holds_it() -> None:
    free = threading.Event()

    async def holding() -> None:
        free.wait(20)

    coroutines = Coroutines()
    flight, _ = sent(coroutines, holding)
    flight.cancel()
    coroutines.abandon(flight)
    assert sent(coroutines, doubled, x=1)[1].get(timeout=10) == (2, None)
    free.set()


def test_a_loop_that_goes_on_is_kept_when_a_coroutine_is_given_up() -> None:
    async def deaf(until: threading.Event) -> None:
        while not until.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.005)

    coroutines, until = Coroutines(), threading.Event()
    flight, _ = sent(coroutines, deaf, until=until)
    flight.cancel()
    while not flight.was_heard:
        time.sleep(0.001)
    coroutines.abandon(flight)
    assert coroutines.flight().loop is flight.loop
    until.set()


@pytest.mark.parametrize("policy", [{}, {"timeout_s": 0.05, "retries": 1, "backoff_s": 0.01}])
def test_a_run_goes_with_its_last_reference(policy: dict[str, Any]) -> None:
    @block(runs_on="async", pure=False)
    async def waiting(context: Context) -> float:
        await asyncio.sleep(600 if policy else 0.01)
        return 1.0

    graph = graph_of("a", blocks={"a": waiting})
    graph.set_policy("a", **policy)
    gc.collect()
    gc.disable()
    try:
        handle = shtairir.start(graph)
        handle.wait(20)
        run = weakref.ref(handle._run)
        memory = weakref.ref(handle._run.state.memory)
        del handle
        ends_s = time.monotonic() + 10
        while (run() is not None or memory() is not None) and time.monotonic() < ends_s:
            time.sleep(0.01)
        assert run() is None
        assert memory() is None
    finally:
        gc.enable()
