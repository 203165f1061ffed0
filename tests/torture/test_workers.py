"""Workers die all the time, of everything that they can die of: each task has its right result all the same."""

from __future__ import annotations

import gc
import os
import random
import time
from pathlib import Path

import psutil
import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.events import WorkerReplaced
from shtairir.execute.processes import workers
from shtairir.memory.shared import shared_memory_pool
from shtairir.testing import EventRecorder
from tests.torture.scale import scaled

SEED = 20_261_120
WAYS = ("kill", "segfault", "exit", "memory")
SHARED = Path("/dev/shm")


@block(id="torture.work")
def work(context: Context, x: float = 0.0, how: str = "", file: str = "") -> float:
    """Return a third more than what it is given; the first time, die in between if that is wanted."""
    import ctypes
    import signal

    array = context.empty(100_000)
    array.fill(x)
    if how and not os.path.exists(file):
        open(file, "w").close()
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif how == "segfault":
            ctypes.string_at(0)
        elif how == "exit":
            os._exit(random.randrange(1, 100))
        bytearray(1 << 40)
    return float(array.mean()) * 4 / 3


@pytest.mark.timeout(600)
def test_many_deaths_among_many_tasks_change_no_result(tmp_path: Path) -> None:
    count, deaths = scaled(1_000, 60), scaled(100, 8)
    chance = random.Random(SEED)
    doomed = {number: WAYS[place % len(WAYS)] for place, number in enumerate(chance.sample(range(count), deaths))}
    gc.collect()
    lent = shared_memory_pool().lent_bytes
    files = set(os.listdir(SHARED)) if SHARED.exists() else set()
    graph = shtairir.Graph("deaths")
    for number in range(count):
        values = {"x": number, "how": doomed.get(number, ""), "file": str(tmp_path / f"{number}")}
        graph.add(work, id=f"n{number}", values=values)
    graph.set_policy(None, node={"worker": "process", "backoff_s": 0.01})
    seen = EventRecorder()
    result = shtairir.run(graph, instruments=[seen], worker_memory_limit=2_000_000_000).raise_for_status()
    assert {name: result[name] for name in graph.nodes} == {f"n{n}": float(n) * 4 / 3 for n in range(count)}
    replaced = [event for event in seen.events if isinstance(event, WorkerReplaced)]
    assert {event.node for event in replaced} == {f"n{number}" for number in doomed}
    assert len(replaced) == deaths
    named = {WAYS.index(doomed[int(str(event.node)[1:])]): event.reason for event in replaced}
    for way, word in enumerate(("signal 9", "segmentation fault", "exit status", "out of memory")):
        assert word in named[way]
    del result, seen, replaced
    gc.collect()
    assert shared_memory_pool().lent_bytes <= lent
    assert (set(os.listdir(SHARED)) if SHARED.exists() else set()) <= files


def test_workers_that_are_killed_from_outside_cost_an_attempt(tmp_path: Path) -> None:
    chance = random.Random(SEED)

    @block
    def slow(x: float = 0.0) -> float:
        time.sleep(0.05)
        return x * 2

    graph = shtairir.Graph("killed")
    count = scaled(200, 30)
    for number in range(count):
        graph.add(slow, id=f"n{number}", values={"x": number})
    graph.set_policy(None, node={"worker": "process", "backoff_s": 0.01, "retries": 8})
    handle = shtairir.start(graph, workers=2)
    killed = 0
    while handle.running and killed < scaled(40, 5):
        busy = [worker.pid for worker in workers() if worker.state == "busy" and worker.pid]
        if busy:
            try:
                psutil.Process(chance.choice(busy)).kill()
                killed += 1
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.3)
    result = handle.wait(120)
    assert result is not None
    assert killed
    result.raise_for_status()
    assert [result[f"n{number}"] for number in range(count)] == [number * 2.0 for number in range(count)]
