"""What a run leaves, and how it is written to files."""

from __future__ import annotations

from pathlib import Path

from shtairir.results.nodes import NodeResult, NodeResults
from shtairir.results.result import RunResult

__all__ = ["NodeResult", "NodeResults", "RunResult", "write_value"]


def write_value(value: object, directory: Path | str, stem: str, *, family: str | None = None) -> Path:
    """Write a value into a folder, in the format that suits it; see `shtairir.results.writing`."""
    from shtairir.results.writing import write_value as write

    return write(value, directory, stem, family=family)
