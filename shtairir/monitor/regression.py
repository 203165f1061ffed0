"""Whether a node took more than it usually does, told from chance.

A node is held against its own past: runs of the same graph in which it had the same block, the same values and about
as much to read. Times of a machine that does other things besides are not distributed like anything in a textbook:
they have a floor and a long tail, and a run that was disturbed was disturbed in all its nodes. So:

- Medians and median deviations, of logarithms, stand for means and deviations: a third of the past may be disturbed.
- What all nodes of a run have in common, if it has a few, is taken off before: then the machine was slow, not a node.
- How far out a value lies is judged by Student's distribution with five degrees of freedom, whose tails are heavy, and
  by as many nodes as are looked at: of a thousand, one is always the slowest of its week.
- And it never counts as surer than its rank allows. If nothing has changed, the latest of n + 1 runs is the slowest by
  chance in one case of n + 1; the latest k are the slowest k in one of n + k over k (the permutation test of Mann and
  Whitney, at its end). So one slow run after five is "83 % sure", two are 95 %, three 98 %; then it is the usual.

- Where other programs take the processors away all the time, a single node may well be the one that had to wait. How
  often that happened is counted with each run; in one that was disturbed, a time must be told by two runs in a row.

Nothing is said of differences that do not matter to anybody: under a third, or a few milliseconds, or a megabyte.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shtairir.ids import NodeId
from shtairir.monitor.past import INTERRUPTIONS, PROCESSOR, Measure, Regression
from shtairir.planning.typical import median

if TYPE_CHECKING:
    from shtairir.monitor.recording import NodeRow, RunRows

LEAST_RUNS: Final = 5
"""So many earlier runs it takes to say anything."""

LEAST_SURE: Final = 0.8
"""What is less sure is not said."""

LEAST_SURE_DISTURBED: Final = 0.95
"""The same of times in a run that other programs have disturbed."""

DISTURBED_PER_S: Final = 60.0
"""A run is disturbed if it was interrupted so often in a second of its work: a quiet machine does so a few times."""

_LEAST_WORK_S = 0.2

_LOOKED_BACK = 24
_LONGEST_ROW = 3
_MOST_NODES = 64
"""So many of a run are looked at, those that took longest and those that held most: it should cost a millisecond."""

_COMMON_FROM = 4
_NODE, _STATUS, _ELAPSED, _PEAK, _LIKENESS = 0, 2, 4, 6, 9
"""Columns of a node's row."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a difference is one.

    Attributes
    ----------
    noise
        The least scatter that is assumed, as a share.
    ratio, amount
        The least difference that is worth a word.
    """

    noise: float
    ratio: float
    amount: float


BOUNDS: Final[dict[Measure, Bounds]] = {
    "time": Bounds(noise=0.05, ratio=1.3, amount=0.003),
    "memory": Bounds(noise=0.02, ratio=1.2, amount=1_000_000.0),
}


def regressions(connection: sqlite3.Connection, rows: RunRows) -> tuple[Regression, ...]:
    """Return the nodes of a run that took more than in those that are in the database, the surest first."""
    known = [row for row in rows.nodes if row[_LIKENESS] is not None]
    longest = sorted(known, key=_elapsed, reverse=True)[: _MOST_NODES // 2]
    largest = sorted(known, key=_peak, reverse=True)[: _MOST_NODES // 2]
    chosen = {row[_NODE]: row for row in (*longest, *largest)}
    same = connection.execute("SELECT id FROM runs WHERE key = ?", (rows.summary.key,)).fetchone()  # it is replaced
    but = same[0] if same is not None else 0
    pasts = {name: _past(connection, row[_LIKENESS], but) for name, row in chosen.items()}
    looked_at = [row for name, row in chosen.items() if len(pasts[name]) >= LEAST_RUNS]
    if not looked_at:
        return ()
    common = _common(looked_at, pasts)
    least_sure: dict[Measure, float] = {"time": LEAST_SURE_DISTURBED if is_disturbed(rows) else LEAST_SURE}
    found = []
    for row in looked_at:
        past = pasts[row[_NODE]]
        for measure, column, part, shared in (("time", _ELAPSED, 0, common), ("memory", _PEAK, 1, 1.0)):
            kind: Measure = measure  # type: ignore[assignment]  # mypy widens what stands in a tuple
            judged = judge([one[part] for one in past], row[column], BOUNDS[kind], shared, len(looked_at))
            if judged is not None and judged[1] >= least_sure.get(kind, LEAST_SURE):
                usual, sure = judged
                found.append(Regression(NodeId(row[_NODE]), kind, float(row[column]), usual, sure, len(past)))
    return tuple(sorted(found, key=lambda one: (-one.sure, -one.ratio)))


def is_disturbed(rows: RunRows) -> bool:
    """Whether other programs took the processors away again and again while a run went on."""
    use = {one.name: one.peak for one in rows.resources}
    return use.get(INTERRUPTIONS, 0.0) > DISTURBED_PER_S * max(use.get(PROCESSOR, 0.0), _LEAST_WORK_S)


def judge(
    past: Sequence[float], now: float, bounds: Bounds, common: float = 1.0, looked_at: int = 1
) -> tuple[float, float] | None:
    """Return what is usual and how sure it is that ``now`` is more than that; ``None`` when there is nothing to say.

    Parameters
    ----------
    past
        What earlier runs took, the latest first.
    common
        By how much this run was slower as a whole.
    looked_at
        How many nodes are judged at a time.

    Examples
    --------
    >>> judge([1.0, 1.02, 0.99, 1.01, 1.0], 2.0, BOUNDS["time"])[0]
    1.0
    >>> judge([1.0, 1.9, 0.99, 1.01, 1.0], 1.95, BOUNDS["time"]) is None
    True
    """
    best: tuple[float, float] | None = None
    latest = now / max(common, 1.0)
    for length in range(1, _LONGEST_ROW + 1):
        row, base = [latest, *past[: length - 1]], past[length - 1 :]
        if len(base) < LEAST_RUNS or min(base) <= 0:
            break
        usual, least = median(base), min(row)
        if least < usual * bounds.ratio or least - usual < bounds.amount or least <= max(base) * (1 + bounds.noise):
            continue
        by_rank = 1.0 - 1.0 / math.comb(len(base) + length, length)
        sure = min(1.0 - looked_at * _chance(base, least, bounds.noise), by_rank)
        if sure >= LEAST_SURE and (best is None or sure > best[1]):
            best = usual, sure
    return best


def _chance(base: Sequence[float], value: float, noise: float) -> float:
    """Return how likely it is to see such a value, or a larger one, if it is one more of those."""
    logs = [math.log(each) for each in base]
    middle = median(logs)
    scatter = max(1.4826 * median(abs(each - middle) for each in logs), noise)
    return student_tail((math.log(value) - middle) / (scatter * math.sqrt(1 + 1 / len(logs))))


def student_tail(t: float) -> float:
    """Return the chance of more than ``t`` under Student's distribution with five degrees of freedom.

    Examples
    --------
    >>> round(student_tail(2.015), 3), round(student_tail(0.0), 3)
    (0.05, 0.5)
    """
    square = 1.0 + t * t / 5.0
    inner = t / (math.sqrt(5.0) * square) * (1.0 + 2.0 / (3.0 * square))
    return max(0.5 - (inner + math.atan(t / math.sqrt(5.0))) / math.pi, 0.0)


def _past(connection: sqlite3.Connection, likeness: int, but: int) -> list[tuple[float, float]]:
    """Return the times and the memory of earlier runs of a node, the latest first; all of it stands in the index."""
    return connection.execute(
        "SELECT elapsed_s, peak_bytes FROM node_runs WHERE likeness = ? AND run_id <> ? ORDER BY run_id DESC LIMIT ?",
        (likeness, but, _LOOKED_BACK),
    ).fetchall()


def _common(rows: Sequence[NodeRow], pasts: dict[str, list[tuple[float, float]]]) -> float:
    """Return by how much a run was slower as a whole; 1 if it has too few nodes to tell."""
    ratios = [
        row[_ELAPSED] / usual for row in rows if (usual := median(elapsed_s for elapsed_s, _ in pasts[row[_NODE]])) > 0
    ]
    return median(ratios) if len(ratios) >= _COMMON_FROM else 1.0


def _elapsed(row: NodeRow) -> float:
    return float(row[_ELAPSED])


def _peak(row: NodeRow) -> float:
    return float(row[_PEAK])
