"""Runs of the past in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from shtairir_ui.quantities import count, duration

if TYPE_CHECKING:
    from shtairir.monitor.past import RunSummary

STATUSES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "done": ("ok", "ok", "Done"),
        "partial": ("warning", "warning", "Done in part"),
        "failed": ("error", "error", "Failed"),
        "cancelled": ("cancelled", "warning", "Stopped"),
        "timed_out": ("clock", "error", "Timed out"),
        "died": ("error", "error", "Cut off"),
        "interrupted": ("error", "error", "Cut off"),
        "running": ("running", "running", "Running"),
    }
)
"""Icon, colour and word of how a run ended."""

ORIGINS: Mapping[str, str] = MappingProxyType({"window": "window", "cli": "shell", "api": "Python"})
"""Who started a run."""


def status_of(status: str) -> tuple[str, str, str]:
    """Icon, colour and word of a run's status, also of one that is not known here."""
    return STATUSES.get(status, ("info", "text_dim", status.replace("_", " ").capitalize()))


def when(started: datetime, now: datetime) -> str:
    """When a run began, as people say it: ``today 13:05:12``, ``20 Nov, 13:05``, ``20 Nov 2025, 13:05``."""
    if started.date() == now.date():
        return f"today {started:%H:%M:%S}"
    if (now.date() - started.date()).days == 1:
        return f"yesterday {started:%H:%M}"
    return f"{started.day} {started:%b}, {started:%H:%M}" if started.year == now.year else f"{started:%d %b %Y, %H:%M}"


def title_of(run: RunSummary, now: datetime) -> str:
    """Which run it is, and how it ended."""
    ended = f"{status_of(run.status)[2].lower()} after {duration(run.elapsed_s)}"
    return f"A run of the past: “{run.graph}”, {when(run.started, now)}, {ended}"


def nodes_of(run: RunSummary) -> str:
    """How many nodes became what: ``12 nodes``, ``9 of 12, 1 failed``."""
    over = run.done + run.cached
    if over == run.nodes:
        return count(run.nodes, "node")
    facts = [f"{over:,} of {run.nodes:,}"]
    facts += [f"{number:,} {word}" for number, word in ((run.failed, "failed"), (run.skipped, "skipped")) if number]
    return ", ".join(facts)
