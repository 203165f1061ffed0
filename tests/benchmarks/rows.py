"""All contests by the module they stand in."""

from __future__ import annotations

import importlib

from tests.benchmarks.contest import Contest

MODULES = (
    "nodes",
    "analysis",
    "elementwise",
    "chain",
    "neighbour",
    "loops",
    "rerun",
    "processes",
    "monitoring",
    "canvas",
    "arranging",
    "startup",
    "release",
)


def contests_of(module: str, scale: float) -> list[Contest]:
    """Return the contests of one module, their sizes multiplied by a scale."""
    found: list[Contest] = importlib.import_module(f"tests.benchmarks.{module}").contests(scale)
    return found
