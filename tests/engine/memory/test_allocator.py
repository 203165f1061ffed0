"""What the process takes of the machine: each case in a process of its own, since the settings are for all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shtairir.memory import allocator

BLOCKS = """
import json, os, sys, threading, time
import numpy as np
import shtairir
from shtairir.block import Array, Context, block
from shtairir.memory import allocator, release, shared_pool

@block(category="Test/Rss")
def made(value: float = 1.0, megabytes: int = 40) -> Array:
    return np.full(megabytes * 125_000, value)

@block(category="Test/Rss")
def plus(x: Array, y: Array) -> Array:
    return x + y

@block(category="Test/Rss")
def lent(context: Context, x: Array, y: Array) -> Array:
    return np.add(x, y, out=context.empty(x.shape))

def chain(length, join):
    graph = shtairir.Graph("chain")
    last = graph.add(made)
    for _ in range(length):
        node = graph.add(join)
        graph.link(last["out"], node["x"])
        graph.link(last["out"], node["y"])
        last = node
    return graph

def joined(width):
    graph = shtairir.Graph("joined")
    row = [graph.add(made, value=float(number)) for number in range(width)]
    while len(row) > 1:
        middle, sums = len(row) // 2, []
        for first, second in zip(row[:middle], row[middle:]):
            node = graph.add(plus)
            graph.link(first["out"], node["x"])
            graph.link(second["out"], node["y"])
            sums.append(node)
        row = sums
    return graph, row[0].id

shtairir.run(chain(1, lent))  # whatever is loaded once is loaded now
release()
"""


def told(code: str, **environment: str) -> dict[str, Any]:
    """Run code in a process of its own, and return what it prints."""
    process = subprocess.run(
        [sys.executable, "-c", BLOCKS + code], env=os.environ | environment, capture_output=True, text=True, timeout=100
    )
    assert process.returncode == 0, process.stderr
    report: dict[str, Any] = json.loads(process.stdout)
    return report


@pytest.mark.parametrize("join", ["plus", "lent"])
def test_released_memory_is_back_with_the_system(join: str) -> None:
    report = told(f"""
before = allocator.resident_bytes()
shtairir.run(chain(12, {join}), workers=2).raise_for_status()
result = shtairir.run(joined(8)[0], workers=2, keep="all").raise_for_status()
held = allocator.resident_bytes()
del result
released = release()
print(json.dumps(dict(before=before, held=held, after=released.after_bytes, returned=released.returned_bytes)))
""")
    assert report["held"] > report["before"] + 400_000_000
    assert report["after"] <= report["before"] * 1.1
    assert report["returned"] > 400_000_000


LIMITED = """
peak = before = allocator.resident_bytes()
over = False
def watch():
    global peak
    while not over:
        peak = max(peak, allocator.resident_bytes())
        time.sleep(0.001)
watcher = threading.Thread(target=watch)
watcher.start()
graph, last = joined(16)
result = shtairir.run(graph, level="none", memory_limit=LIMIT).raise_for_status()
over = True
watcher.join()
right = bool((result[last + ".out"] == sum(range(16))).all())
print(json.dumps(dict(taken=peak - before, tracked=result.memory.peak_bytes, right=right)))
"""


def test_a_budget_holds_for_the_process_as_well(tmp_path: Path) -> None:
    free = told(LIMITED.replace("LIMIT", "None"))
    tight = told(LIMITED.replace("LIMIT", "250_000_000"), SHTAIRIR_SPILL_PATH=str(tmp_path))
    assert free["right"]
    assert tight["right"]
    assert free["taken"] > 600_000_000
    assert tight["tracked"] <= 250_000_000
    # What was let go may lie between what is held: up to two arrays of 40 MB, by chance.
    assert tight["taken"] <= 250_000_000 * 1.4


def test_a_switch_leaves_the_allocator_alone() -> None:
    code = "print(json.dumps(allocator.tune()))"
    assert told(code, SHTAIRIR_ALLOCATOR="system") is False


@pytest.mark.skipif(not sys.platform.startswith("linux") or not allocator._glibc(), reason="for the GNU C library")
def test_large_arrays_use_again_what_was_freed() -> None:
    """Twenty new arrays of 80 MB in a row fault in the pages of two or three, not of twenty."""
    code = """
import resource
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
large = np.ones(10_000_000)
before = faults()
for _ in range(20):
    large = large + 1
print(json.dumps(faults() - before))
"""
    again, afresh = told(code), told(code, SHTAIRIR_ALLOCATOR="system")
    assert isinstance(again, int)
    assert isinstance(afresh, int)
    assert again < afresh / 3


def test_nothing_is_set_where_there_is_no_gnu_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator, "_state", {})
    monkeypatch.setattr(allocator, "_glibc", lambda: None)
    monkeypatch.setattr(sys, "platform", "win32")
    assert allocator.tune() is False
    assert allocator.trim() is False


def test_poison_fills_what_numpy_takes_as_well() -> None:
    code = "print(json.dumps([int(np.empty(n, np.uint8)[n // 2]) for n in (5_000, 100_000, 50_000_000)]))"
    if allocator._glibc():
        assert told(code, SHTAIRIR_POISON="1") == [0x5A] * 3
