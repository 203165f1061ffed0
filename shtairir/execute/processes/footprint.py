"""What memory a process has of its own."""

from __future__ import annotations

from pathlib import Path


def own_bytes() -> int:
    """Return how much memory this process may write to that it shares with nobody: what ``RLIMIT_DATA`` counts."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0)
