"""The process in which one contestant runs: ``python -m tests.benchmarks.arena MODULE SCALE CONTEST CONTESTANT``.

A line on standard input asks for a turn; the answer is a line of JSON with what was measured. Everything else
that is printed goes to standard error.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.contest import Measured
from tests.benchmarks.rows import contests_of

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def resident_bytes(field: str = "VmRSS") -> int:
    """Return what this process has in memory, or with ``VmHWM`` the most it had."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    import psutil

    return int(psutil.Process().memory_info().rss)


def _forget_peak() -> None:
    if _CLEAR.exists():
        _CLEAR.write_text("5")


def turn(run: Callable[[], object]) -> dict[str, float]:
    """Do the work once and return what it took."""
    gc.collect()
    _forget_peak()
    began, began_cpu = time.perf_counter(), time.process_time()
    result = run()
    elapsed_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    peak_rss = float(resident_bytes("VmHWM"))
    measured: dict[str, float] = {"elapsed_s": elapsed_s, "cpu_s": cpu_s, "peak_rss": peak_rss}
    if isinstance(result, Measured):
        measured.update(result)
    return measured


def main() -> None:
    """Serve turns until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    module, scale, name, contestant = sys.argv[1:]
    contest = next(each for each in contests_of(module, float(scale)) if each.name == name)
    chosen = contest.contestant(contestant)
    run = chosen.prepare()
    gc.collect()
    base = float(resident_bytes())
    first = turn(run)
    for _ in sys.stdin:
        measured = first if chosen.once else turn(run)
        measured["peak_bytes"] = measured["peak_rss"] - base
        measured["first_s"] = first["elapsed_s"]
        answers.write(json.dumps(measured) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
