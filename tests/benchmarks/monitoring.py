"""What it costs to keep a run: its journal, its history, the inputs of what fails.

A thousand nodes of a millisecond each, as wide as they come, on two workers; each sums up a buffer, which lets go of
the interpreter. *Run* is the time until there is a result. *Processor* is what the program took of both processors
until everything is written down, which happens on a thread of its own after the result is there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from unittest.mock import patch

import shtairir
from shtairir.block import block
from tests.benchmarks.contest import WORKERS, Contest, Contestant, Figure, Measured, Target

NODE_S = 0.001


def _buffer() -> bytes:
    """Return a buffer of the size that takes a millisecond to sum up on this machine."""
    size = 1 << 20
    times = []
    for _ in range(20):
        began = time.perf_counter()
        hashlib.sha256(bytes(size))
        times.append(time.perf_counter() - began)
    return bytes(int(size * NODE_S / min(times)))


def kept_or_not(count: int, kept: bool) -> Callable[[], object]:
    """Return a run of which everything is kept, or nothing."""
    buffer = _buffer()

    @block
    def summed(x: float) -> float:
        """Work for a millisecond."""
        return float(hashlib.sha256(buffer).digest()[0]) + x

    graph = shtairir.Graph("monitoring")
    for number in range(count):
        graph.add(summed, x=float(number))
    plan = shtairir.plan(graph, workers=WORKERS)
    home = tempfile.TemporaryDirectory(prefix="shtairir-bench-")

    def run() -> Measured:
        with patch.dict(os.environ, SHTAIRIR_STATE_PATH=home.name if kept else ""):
            busy, began = time.process_time(), time.perf_counter()
            handle = shtairir.start(plan)
            result = handle.wait()
            elapsed_s = time.perf_counter() - began
            if handle.chronicle is not None:
                handle.chronicle.recorded()
            processor_s = time.process_time() - busy
        assert result is not None
        result.raise_for_status()
        return Measured(elapsed_s=elapsed_s, processor_s=processor_s)

    return run


def contests(scale: float) -> list[Contest]:
    """Return the contest."""
    count = max(int(1000 * scale), 20)
    return [
        Contest(
            name="monitoring",
            title=f"Journal and history of {count:,} nodes of one millisecond",
            contestants=(
                Contestant("nothing kept", lambda: kept_or_not(count, False)),
                Contestant("journal and history", lambda: kept_or_not(count, True)),
            ),
            figures=(Figure("elapsed_s", "run, ms", 1e3, 1), Figure("processor_s", "processor, ms", 1e3, 1)),
            against="nothing kept",
            targets=(
                Target("journal and history", "elapsed_s", 1.02, of="nothing kept"),
                Target("journal and history", "processor_s", 1.02, of="nothing kept"),
            ),
            note=__doc__.partition("\n\n")[2],
            rounds=11,
        )
    ]
