"""``shtairir health``: workers, disk, memory, circuits and resources in one place."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from shtairir.cli.outcome import Outcome
from shtairir.cli.terminal import columns, duration_text, plural, size_text, styled

if TYPE_CHECKING:
    from shtairir.monitor.health import Health


def tell_health() -> Outcome:
    """Tell how this program, the disk and the machine are."""
    from shtairir.monitor.health import health

    found = health()
    return Outcome(text=health_text(found, sys.stdout), document=found.to_dict())


def health_text(found: Health, stream: TextIO) -> str:
    """Return the facts, and what wants looking after."""
    disk, memory, workers = found.disk, found.memory, found.workers
    working = f"{plural(workers.threads, 'thread')}, {workers.abandoned} abandoned"
    kept = f"history and journals take {size_text(disk.used_bytes)} in {disk.folder}"
    rows = [
        ("workers", f"{working}; {plural(workers.processes, 'process')}"),
        ("disk", f"{size_text(disk.free_bytes)} free; {kept}" if disk.folder is not None else "nothing is kept"),
        (
            "memory",
            f"{size_text(memory.available_bytes)} of {size_text(memory.total_bytes)} free; "
            f"this program has {size_text(memory.resident_bytes)} in RAM, its pool {size_text(memory.idle_bytes)} idle",
        ),
        ("runs", f"{found.runs.running} under way, {found.runs.interrupted} cut off"),
    ]
    rows += [("breaker", f"{one.name}: {one.state}, {plural(one.failures, 'failure')}") for one in found.breakers]
    rows += [
        (
            "resource",
            f"{one.name}: {one.used} of {one.capacity} taken"
            + (f", {one.waiting} waiting for up to {duration_text(one.longest_wait_s)}" if one.waiting else ""),
        )
        for one in found.resources
    ]
    said = [styled(problem, "warn", stream) for problem in found.problems] or [styled("All is well.", "good", stream)]
    return columns(rows) + "\n\n" + "\n".join(said)
