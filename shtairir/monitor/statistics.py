"""What runs have taken, put together: by block, by graph, or by node."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, TypeAlias

from shtairir.ids import RunKey
from shtairir.monitor.reading import RunFilter

By: TypeAlias = Literal["block", "graph", "node"]

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Durations:
    """Seconds, of what is done: the mean, and what half, nine in ten, and ninety-nine in a hundred stayed below."""

    mean_s: float = 0.0
    p50_s: float = 0.0
    p90_s: float = 0.0
    p99_s: float = 0.0
    longest_s: float = 0.0

    @classmethod
    def of(cls, times_s: Sequence[float]) -> Durations:
        """Return those of some times."""
        if not times_s:
            return cls()
        ordered = sorted(times_s)
        middle, late, last = (percentile(ordered, share) for share in (0.5, 0.9, 0.99))
        return cls(sum(ordered) / len(ordered), middle, late, last, ordered[-1])


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies, in between where it falls between two.

    Examples
    --------
    >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.5
    """
    place = share * (len(ordered) - 1)
    before = int(place)
    after = min(before + 1, len(ordered) - 1)
    return ordered[before] + (ordered[after] - ordered[before]) * (place - before)


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """A block, a graph or a node over all its runs.

    Attributes
    ----------
    runs
        How often it began and ended by itself: what was skipped, cancelled or not run again does not count.
    retried
        In how many of these it took more than one attempt; of a graph, how many were resumed.
    total_s
        All of its time.
    peak_bytes, usual_peak_bytes
        The most memory it ever held, and half of the time no more than that.
    slowest_run
        In which run it took longest.
    last_error
        What it said when it last failed.
    """

    name: str
    runs: int
    done: int
    failed: int
    retried: int = 0
    durations: Durations = field(default_factory=Durations)
    total_s: float = 0.0
    peak_bytes: int = 0
    usual_peak_bytes: int = 0
    slowest_run: RunKey | None = None
    last_error: str = ""

    @property
    def success_rate(self) -> float:
        """The part of the runs that ended well, 0..1."""
        return self.done / self.runs if self.runs else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        facts = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "durations"}
        times = {each.name: getattr(self.durations, each.name) for each in fields(self.durations)}
        return {**facts, "success_rate": self.success_rate, **times}


@dataclass(frozen=True, slots=True)
class ExecutionStatistics:
    """What the recorded runs have taken.

    Attributes
    ----------
    by
        What the rows are of: ``block``, ``graph`` or ``node``.
    runs, done, failed
        How many runs there were, how many ended well, and how many did not; those that were cancelled are neither.
    durations
        Of the runs that are done.
    """

    by: By
    runs: int = 0
    done: int = 0
    failed: int = 0
    durations: Durations = field(default_factory=Durations)
    rows: tuple[StatisticsRow, ...] = ()

    @property
    def success_rate(self) -> float:
        """The part of the runs that ended well, of those that came to an end, 0..1."""
        return self.done / (self.done + self.failed) if self.done + self.failed else 0.0

    def row(self, name: str) -> StatisticsRow | None:
        """Return the row of that name."""
        return next((row for row in self.rows if row.name == name), None)

    def slowest(self, count: int = _LISTED) -> list[StatisticsRow]:
        """Return those that took longest in all, longest first."""
        return sorted(self.rows, key=lambda row: (-row.total_s, row.name))[:count]

    def most_failing(self, count: int = _LISTED) -> list[StatisticsRow]:
        """Return those that failed, the most often first."""
        failing = (row for row in self.rows if row.failed)
        return sorted(failing, key=lambda row: (row.success_rate, -row.failed, row.name))[:count]

    def hungriest(self, count: int = _LISTED) -> list[StatisticsRow]:
        """Return those that held most memory, most first."""
        return sorted(self.rows, key=lambda row: (-row.peak_bytes, row.name))[:count]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "by": self.by,
            "runs": self.runs,
            "done": self.done,
            "failed": self.failed,
            "success_rate": self.success_rate,
            **{each.name: getattr(self.durations, each.name) for each in fields(self.durations)},
            "rows": [row.to_dict() for row in self.rows],
            "slowest": [row.name for row in self.slowest()],
            "most_failing": [row.name for row in self.most_failing()],
            "hungriest": [row.name for row in self.hungriest()],
        }


EMPTY: Final = ExecutionStatistics("block")

_GOOD = ("done", "partial", "compensated", "cached")
_BAD = ("failed", "timed_out", "died")

_RUNS = (
    "SELECT graph, status, elapsed_s, peak_bytes, resumed_from IS NOT NULL, key, error FROM runs"
    " LEFT JOIN graphs ON graphs.id = graph_id WHERE {condition} ORDER BY started_at"
)
_NODES = (
    "SELECT {name}, node_runs.status, node_runs.elapsed_s / max(count, 1), node_runs.peak_bytes, attempts > 1, key,"
    " CASE WHEN details IS NULL THEN '' ELSE coalesce(json_extract(details, '$.error.message'), '') END"
    " FROM node_runs JOIN runs ON runs.id = run_id LEFT JOIN graphs ON graphs.id = graph_id"
    " WHERE {condition} AND block <> '' AND node_runs.status <> 'cached' ORDER BY started_at"
)


def gather(connection: sqlite3.Connection, wanted: RunFilter, by: By) -> ExecutionStatistics:
    """Return the statistics of the runs that are meant."""
    condition, values = wanted.condition()
    runs = connection.execute(_RUNS.format(condition=condition), values).fetchall()
    rows: Iterable[Sequence[Any]] = runs
    if by != "graph":
        name = "block" if by == "block" else "node || '  (' || graph || ')'"
        rows = connection.execute(_NODES.format(condition=condition, name=name), values)
    good = [elapsed_s for _, status, elapsed_s, *_ in runs if status in _GOOD]
    bad = sum(status in _BAD for _, status, *_ in runs)
    return ExecutionStatistics(by, len(runs), len(good), bad, Durations.of(good), _rows(rows))


class _Tally:
    """What is found of one name while the rows go by."""

    __slots__ = ("failed", "last_error", "peaks", "retried", "slowest", "times_s", "total_s")

    def __init__(self) -> None:
        self.times_s: list[float] = []
        self.peaks: list[int] = []
        self.failed = self.retried = 0
        self.total_s = 0.0
        self.slowest: tuple[float, RunKey | None] = (0.0, None)
        self.last_error = ""

    def add(self, status: str, elapsed_s: float, peak_bytes: int, retried: int, key: RunKey, error: str) -> None:
        self.retried += retried
        self.total_s += elapsed_s
        if status in _BAD:
            self.failed += 1
            self.last_error = error
            return
        self.times_s.append(elapsed_s)
        self.peaks.append(peak_bytes)
        if elapsed_s >= self.slowest[0]:
            self.slowest = elapsed_s, key

    def row(self, name: str) -> StatisticsRow:
        peaks = sorted(self.peaks)
        return StatisticsRow(
            name,
            runs=len(self.times_s) + self.failed,
            done=len(self.times_s),
            failed=self.failed,
            retried=self.retried,
            durations=Durations.of(self.times_s),
            total_s=self.total_s,
            peak_bytes=peaks[-1] if peaks else 0,
            usual_peak_bytes=round(percentile(peaks, 0.5)) if peaks else 0,
            slowest_run=self.slowest[1],
            last_error=self.last_error,
        )


def _rows(found: Iterable[Sequence[Any]]) -> tuple[StatisticsRow, ...]:
    tallies: dict[str, _Tally] = {}
    for name, status, *facts in found:
        if status in _GOOD or status in _BAD:
            tally = tallies.get(name)
            if tally is None:
                tally = tallies[name] = _Tally()
            tally.add(status, *facts)
    return tuple(tally.row(name) for name, tally in sorted(tallies.items()))
