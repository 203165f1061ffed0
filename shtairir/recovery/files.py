"""The files that a graph reads: whether they were changed, which is seen by their times and sizes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shtairir.planning.plan import ExecutionPlan, Task


def files_of(plan: ExecutionPlan) -> dict[str, str]:
    """Return a stamp for each file that a pure block of a plan is told to read.

    What another block is told may be what it writes.
    """
    return {path: _stamp(path) for whole in plan.tasks for task in whole.calls for path in _paths(task)}


def outside(files: Mapping[str, str]) -> Callable[[Task], str]:
    """Return what tells the stamps of the files that a node reads, for `shtairir.recovery.identity.identities`."""
    return lambda task: "|".join(files.get(path, "") for path in _paths(task))


def _paths(task: Task) -> list[str]:
    if not task.definition.traits.pure:
        return []
    return [os.fspath(value) for value in task.values.values() if isinstance(value, PurePath)]


def _stamp(path: str) -> str:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ""
    return f"{found.st_mtime_ns} {found.st_size}"
