"""Runs of all kinds over the same few resources: paused, resumed and cancelled, they all come to an end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import shtairir
from shtairir.block import Context, block
from shtairir.execute.options import RunOptions
from shtairir.execute.workers import InlineWorkers, ThreadWorkers
from shtairir.planning import ExecutionPlan
from shtairir.resources import Rate, ResourceManager
from shtairir.session import RunHandle, start_plan
from shtairir.testing import graph_of
from tests.torture.scale import scaled

ROUNDS = scaled(500, 40)
NAMES = [f"r{number}" for number in range(4)]


def in_thread(order: list[str], declared: tuple[str, ...], number: int) -> Callable[..., float]:
    """A block that takes locks one by one."""

    @block(id=f"test.takes_{number}", resources=declared)
    def takes(context: Context, a: float = 0.0, b: float = 0.0, c: float = 0.0) -> float:
        def take(left: list[str]) -> float:
            if not left:
                time.sleep(0.001)
                return float(number)
            with context.acquire(left[0]):
                time.sleep(0.0005)
                return take(left[1:])

        return take(order)

    return takes


def in_coroutine(order: list[str], declared: tuple[str, ...], number: int) -> Callable[..., object]:
    """A block that takes locks one by one, and holds no thread meanwhile."""

    @block(id=f"test.awaits_{number}", runs_on="async", resources=declared)
    async def awaits(context: Context, a: float = 0.0, b: float = 0.0, c: float = 0.0) -> float:
        async def take(left: list[str]) -> float:
            await asyncio.sleep(0.0005)
            if not left:
                return float(number)
            async with context.acquire(left[0]):
                return await take(left[1:])

        return await take(order)

    return awaits


def some_graph(chance: random.Random) -> shtairir.Graph:
    count = chance.randint(3, 12)
    blocks = {}
    for number in range(count):
        names = chance.sample(NAMES, 4)
        taken = chance.randint(0, 3)
        declared = (*names[taken : taken + chance.randint(0, 2)], *["api"] * chance.randint(0, 1))
        kind = chance.choice([in_thread, in_thread, in_coroutine])
        blocks[f"n{number}"] = kind(names[:taken], declared, number)
    links = [f"n{chance.randrange(number)} -> n{number}" for number in range(1, count) if chance.random() < 0.5]
    graph = graph_of(*blocks, *links, blocks=blocks)
    for node in blocks:
        graph.set_policy(node, retries=500, backoff_s=0.001, backoff_cap_s=0.01)
        graph.set_policy(node, priority=chance.choice(["low", "normal", "high"]))
    return graph


def begun(plan: ExecutionPlan, manager: ResourceManager, chance: random.Random) -> RunHandle:
    workers = InlineWorkers() if chance.random() < 0.2 else ThreadWorkers(plan.workers)
    memory_limit = chance.choice([None, None, 10_000_000])
    return start_plan(plan, RunOptions(resources=manager, workers=workers, memory_limit=memory_limit))


def test_they_all_come_to_an_end_and_hold_nothing() -> None:
    levels = ["none", "basic", "balanced", "aggressive"]
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        manager = ResourceManager({"r0": chance.choice([1, 2]), "api": Rate(5, 0.02)})
        plans = [
            shtairir.plan(some_graph(chance), workers=chance.randint(1, 4), level=chance.choice(levels))
            for _ in range(chance.randint(1, 3))
        ]
        handles = [begun(plan, manager, chance) for plan in plans]
        for _ in range(chance.randint(0, 4)):
            handle = chance.choice(handles)
            time.sleep(chance.random() * 0.004)
            handle.pause()
            time.sleep(chance.random() * 0.003)
            handle.resume()
        cancelled = chance.choice(handles) if chance.random() < 0.2 else None
        if cancelled is not None:
            time.sleep(chance.random() * 0.02)
            cancelled.cancel()
        for handle in handles:
            result = handle.wait(30)
            assert result is not None, (seed, [(usage.name, usage.holders, usage.waiting) for usage in manager.usage()])
            assert result.status == "done" or handle is cancelled, (seed, result.status)
        assert not any(usage.holders or usage.waiting for usage in manager.usage()), seed
