"""What memory a process has."""

from __future__ import annotations

import os
from pathlib import Path


def own_bytes() -> int:
    """Return how much memory this process may write to that it shares with nobody: what ``RLIMIT_DATA`` counts."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0)


def resident_bytes_of(pid: int | None) -> int:
    """Return how much of a process is in RAM; 0 where that cannot be told, or it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
