"""Runs that are cancelled at random moments: over within 2 s, whatever goes on in them, and nothing is left."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.execute.handle import RunHandle
from tests.torture.scale import scaled

TERMINAL_S = 2.0
PATIENCE_S = 30.0


@block(id="torture.counted", category="Testing", pure=False)
def counted(context: Context, a: float = 0.0, seconds: float = 0.01) -> float:
    """Work for a while, and listen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        context.check_cancelled()
        time.sleep(0.001)
    return a + 1


@block(id="torture.deaf", category="Testing")
def deaf(a: float = 0.0, seconds: float = 1.0) -> float:
    """Sleep, and hear nothing."""
    time.sleep(seconds)
    return a + 1


@block(id="torture.busy", category="Testing", runs_on="process")
def busy(a: float = 0.0, seconds: float = 0.5) -> float:
    """Count in Python, and hear nothing."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        a = a + 0.0
    return a + 1


@block(id="torture.failing", category="Testing")
def failing(a: float = 0.0) -> float:
    """Fail as a connection does."""
    raise ConnectionResetError("It was reset.")


@block(id="torture.holding", category="Testing", resources=("torture-lock",), pure=False)
def holding(context: Context, a: float = 0.0, seconds: float = 0.05) -> float:
    """Hold a lock that others wait for."""
    return counted(context, a, seconds)


@block(id="torture.large", category="Testing")
def large(context: Context, a: float = 0.0) -> float:
    """Borrow memory."""
    array = context.zeros(200_000)
    array += a
    return float(array.sum())


def everything(chance: random.Random) -> shtairir.Graph:
    """Return a graph of all kinds of waiting and working, linked at random."""
    graph = shtairir.Graph("torture")
    kinds = [counted] * 6 + [holding] * 4 + [large] * 4 + [deaf, busy, busy, failing]
    handles: list[Any] = []
    for place, kind in enumerate(chance.sample(kinds, len(kinds))):
        policy: dict[str, Any] = {"retries": 50, "backoff_s": 0.2, "jitter": 0.5} if kind is failing else {}
        # Values of its own, so that no two nodes are one.
        handle = graph.add(kind, id=f"n{place}", values={"a": float(place)})
        if policy:
            graph.set_policy(f"n{place}", **policy)
        if handles and chance.random() < 0.5:
            graph.link(chance.choice(handles)["out"], handle["a"])
        handles.append(handle)
    return graph


def hold_at_random(handle: RunHandle, chance: random.Random) -> None:
    """Pause the run, step through it, or leave it alone."""
    what = chance.random()
    if what < 0.2:
        handle.pause()
    elif what < 0.3:
        handle.pause()
        handle.step()
    elif what < 0.4:
        handle.break_at(f"n{chance.randrange(10)}")


@pytest.mark.parametrize("seed", range(scaled(10, 2)))
@pytest.mark.timeout(600)
def test_a_cancelled_run_is_over_within_two_seconds_and_leaves_nothing(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_left: None
) -> None:
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(tmp_path / "state"))
    chance = random.Random(seed)
    took: list[float] = []
    for _ in range(scaled(20, 5)):
        handle = shtairir.start(everything(chance), workers=4)
        time.sleep(chance.random() * 1.2)
        hold_at_random(handle, chance)
        time.sleep(chance.random() * 0.1)
        asked_s = time.monotonic()
        handle.cancel()
        result = handle.wait(PATIENCE_S)
        took.append(time.monotonic() - asked_s)
        assert result is not None
        assert str(result.status) in ("cancelled", "failed")
        assert all(str(node.status) not in ("running", "ready", "waiting") for node in result.nodes.values())
    assert max(took) <= TERMINAL_S, f"the slowest took {max(took):.2f} s"


def test_a_thread_that_cannot_be_ended_is_reported(nothing_left: None) -> None:
    handle = shtairir.start(_graph_of_one(deaf, seconds=4.0))
    time.sleep(0.1)
    asked_s = time.monotonic()
    handle.cancel()
    result = handle.wait(PATIENCE_S)
    assert time.monotonic() - asked_s <= TERMINAL_S
    assert result is not None
    assert (result.status, result.nodes["node"].status) == ("cancelled", "cancelled")
    assert "thread is left to itself" in result.nodes["node"].reason


def _graph_of_one(kind: Any, **values: float) -> shtairir.Graph:
    graph = shtairir.Graph("one")
    graph.add(kind, id="node", values=values)
    return graph
