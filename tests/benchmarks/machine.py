"""What the figures were measured on, without any name that would tell whose machine it is."""

from __future__ import annotations

import datetime
import os
import platform
from importlib import metadata
from pathlib import Path

from tests.benchmarks.contest import WORKERS

PEERS = ("numpy", "dask", "joblib", "networkx", "numba", "numexpr", "pipefunc", "sf-hamilton")


def description() -> list[str]:
    """Return the lines for the top of the page."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return [
        "Written by `make bench`; do not edit. Figures are medians. Each contestant has a process of its own, all "
        f"of them take turns, and each may use {WORKERS} threads. *Spread* is the least and the greatest of its "
        "turns; the *first turn* comes before those that count; *of processors* is the time that processors worked, on "
        "all threads together. Ratios are the medians of the ratios of each round. Trust them more than the figures.",
        "",
        f"- Measured on {today} (UTC)",
        f"- {_processor()}, {os.cpu_count()} processors, {_memory()} of memory",
        f"- {platform.system()} {platform.release().split('-')[0]}, "
        f"{platform.python_implementation()} {platform.python_version()}",
        f"- {', '.join(f'{name} {_version(name)}' for name in PEERS)}",
    ]


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory() -> str:
    import psutil

    return f"{psutil.virtual_memory().total / 2**30:.0f} GiB"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(not installed)"
