"""The runs of the past that are like the one to come, and what follows from them for its time and its memory."""

from __future__ import annotations

import math
import zlib
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from shtairir.forecasting.calibration import usual
from shtairir.forecasting.costs import Rehearsed
from shtairir.memory.manager import UNCOUNTED_BYTES

if TYPE_CHECKING:
    from shtairir.forecasting.record import Entry
    from shtairir.planning.plan import ExecutionPlan

FIRST = " first"
"""Ends the ground of runs that are the first of their graph in a program."""

_LATEST = 7
_SOME = 4
_SAME_SIZE = 0.05
_MOST_LOOKED_AT = 1_000


class Basis(NamedTuple):
    """What the plan alone says, and under what name its record is kept.

    Attributes
    ----------
    tasks
        The tasks that run.
    signature
        What tells runs of the same nodes of a graph, under the same conditions, from others.
    likeness
        What tells runs with the same values from others; 0 if there are too many to look at.
    ground
        What the times rest on; forecasts are compared with earlier ones on the same ground.
    """

    graph: str
    tasks: frozenset[int]
    signature: int
    likeness: int
    ground: str
    rehearsed: Rehearsed


def ratios(basis: Basis, model_s: float, past: Sequence[Entry]) -> list[float]:
    """Return the logarithms of what runs have taken, divided by what the plan expects now.

    Of the same work, what it took is what it takes, whatever the plan expected then. Otherwise it is taken that the
    plan is now as far off as it was: for the same nodes, or, if that is known of some, on the same ground.
    """
    entries = [entry for entry in past if entry.ratio is not None]
    same_nodes = [entry for entry in past if entry.signature == basis.signature]
    same_work = [
        entry
        for entry in same_nodes
        if entry.likeness == basis.likeness != 0 and abs(_growth(basis.rehearsed, entry.made_bytes) - 1) < _SAME_SIZE
    ]
    if same_work:
        return [math.log(max(entry.elapsed_s, 1e-6) / model_s) for entry in _on_ground(same_work, basis)]
    same_nodes = [entry for entry in same_nodes if entry.ratio is not None]
    # Of other nodes many tell something; a few may have been anything.
    alike = same_nodes or [entry for entry in entries if entry.ground == basis.ground]
    if not same_nodes and len(alike) < _SOME:
        alike = []
    return [entry.ratio for entry in _on_ground(alike, basis) if entry.ratio is not None]


def _on_ground(entries: Sequence[Entry], basis: Basis) -> Sequence[Entry]:
    """Return those that were made as this one will be: first in its program, or not; all, if there are none."""
    first = basis.ground.endswith(FIRST)
    found = [entry for entry in entries if entry.ground.endswith(FIRST) == first]
    return found or entries


def peak_bytes(basis: Basis, past: Sequence[Entry]) -> int | None:
    """Return the most memory: what runs of these nodes have taken, if more or less is made now as much more or less.

    What they took tells more than a rehearsal, since a run does not begin its nodes exactly as that does.
    """
    found = basis.rehearsed
    alike = [entry for entry in past if entry.signature == basis.signature]
    if not alike and not found.all_sized:  # the same nodes under other conditions are better than nothing
        alike = [entry for entry in past if entry.likeness == basis.likeness != 0]
    if not alike:
        return found.peak_bytes if found.all_sized else None
    return round(usual([entry.peak_bytes * _growth(found, entry.made_bytes) for entry in alike[-_LATEST:]]))


def _growth(found: Rehearsed, made_bytes: int) -> float:
    """Return how many times as much is made as in an earlier run."""
    if made_bytes < UNCOUNTED_BYTES or not found.made_bytes:
        return 1.0
    growth = found.made_bytes / made_bytes
    # What is not known now may well be as large as it was.
    return growth if found.all_sized else max(growth, 1.0)


def likeness_of(plan: ExecutionPlan, tasks: Collection[int]) -> int:
    """Return a number that is the same for runs of the same tasks with the same values; 0 if these are too many."""
    if len(tasks) > _MOST_LOOKED_AT:
        return 0
    found = 1
    for number in sorted(tasks):
        task = plan.tasks[number]
        # Large arrays are abbreviated by their repr, which is quick and good enough for a forecast.
        values = [(call.definition.id, dict(call.values)) for call in task.calls]
        found = zlib.crc32(repr(values).encode("utf-8", "replace"), found)
    return found
