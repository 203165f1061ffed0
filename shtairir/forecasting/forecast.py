"""A forecast: plain values that can be shown, kept and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from shtairir.forecasting.words import about, plural, seconds_text, size_text
from shtairir.ids import NodeId

Impact: TypeAlias = Literal["low", "medium", "high", "unknown"]
"""How much of a graph's work must be done: up to a fourth, up to three fourths, more; or nobody can say."""

LOW_SHARE, HIGH_SHARE = 0.25, 0.75

_NO_TIMES: Mapping[NodeId, tuple[float, float]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Range:
    """Where a duration in seconds lies in four of five cases, and its middle.

    Examples
    --------
    >>> expected = Range(2.0, 3.0, 5.0)
    >>> expected.holds(4.2), expected.holds(6.0)
    (True, False)
    """

    low: float
    typical: float
    high: float

    def holds(self, seconds: float) -> bool:
        """Whether a duration lies in the range."""
        return self.low <= seconds <= self.high

    @property
    def words(self) -> str:
        """Its ends: ``2 to 5 s``."""
        low, high = seconds_text(self.low), seconds_text(self.high)
        unit = high.rpartition(" ")[2]
        return f"{low.removesuffix(' ' + unit)} to {high}"  # a unit that both have is said once

    def to_dict(self) -> dict[str, float]:
        """Return it as JSON can hold it."""
        return {"low": self.low, "typical": self.typical, "high": self.high}


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is foreseen of a run.

    Attributes
    ----------
    graph
        The name of the graph.
    nodes_to_run
        The nodes that will run, each with the reason, which is empty where there is none to give.
    nodes_cached
        The nodes that need not, since their results, or those of what they feed, are there.
    seconds
        How long the run takes: a range that holds the truth in four of five cases. ``None`` while nothing is known.
    peak_bytes
        The most memory that values and borrowed buffers take at a time; ``None`` while that is not known.
    disk_bytes
        What is written to disk: results that the cache keeps. ``None`` while that is not known.
    saved_share
        The part of the time of all nodes that is spared, 0..1; ``None`` if the times are not known.
    runs
        How many runs of this graph it rests on.
    workers
        On how many workers.
    timeline
        When each node is expected to start and to end, in seconds from the start of the run.
    notes
        What else there is to say, in sentences.
    """

    graph: str
    nodes_to_run: Mapping[NodeId, str]
    nodes_cached: tuple[NodeId, ...] = ()
    seconds: Range | None = None
    peak_bytes: int | None = None
    disk_bytes: int | None = None
    impact: Impact = "unknown"
    saved_share: float | None = None
    runs: int = 0
    workers: int = 1
    timeline: Mapping[NodeId, tuple[float, float]] = field(default_factory=lambda: _NO_TIMES, repr=False)
    notes: tuple[str, ...] = ()

    @property
    def nodes(self) -> int:
        """How many nodes the graph has that may run."""
        return len(self.nodes_to_run) + len(self.nodes_cached)

    @property
    def short(self) -> str:
        """A few words, for a button: ``7 of 12 · about 3 s · 210 MB``."""
        parts = [f"{len(self.nodes_to_run):,} of {self.nodes:,}"]
        if self.seconds is not None:
            parts.append(about(self.seconds.typical))
        if self.peak_bytes:
            parts.append(size_text(self.peak_bytes))
        return " · ".join(parts)

    @property
    def words(self) -> str:
        """All of it in a few sentences.

        Examples
        --------
        >>> print(Forecast("demo", {"blur": ""}, ("read",), Range(2.0, 3.0, 5.0), 210_000_000, 0, "high", 0.1).words)
        1 of 2 nodes runs, in about 3 s (2 to 5 s), with at most 210 MB of values. The impact is high: 10 % of the \
time is saved.
        """
        if not self.nodes_to_run:
            return "Nothing needs to run: all results are there."
        said = [self._counted(), *self._figures()]
        return f"{', '.join(said)}.{self._impact()}"

    def _counted(self) -> str:
        running = len(self.nodes_to_run)
        if running == self.nodes:
            return "The only node runs" if running == 1 else f"All {running:,} nodes run"
        return f"{running:,} of {plural(self.nodes, 'node')} run{'s' if running == 1 else ''}"

    def _figures(self) -> list[str]:
        said = ["for how long is not known yet"]
        if self.seconds is not None:
            said = [f"in {about(self.seconds.typical)} ({self.seconds.words})"]
        if self.peak_bytes is not None:
            said.append(
                f"with at most {size_text(self.peak_bytes)} of values" if self.peak_bytes else "with few values"
            )
        if self.disk_bytes:
            said.append(f"writing {size_text(self.disk_bytes)} to disk")
        return said

    def _impact(self) -> str:
        if not self.nodes_cached:
            return ""
        if self.saved_share is None:
            return f" The impact is {self.impact}."
        saved = min(round(100 * self.saved_share), 99)  # something runs, so it is not all
        what = f"{saved} % of the time is saved" if saved else "no time is saved"
        return f" The impact is {self.impact}: {what}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "graph": self.graph,
            "nodes_to_run": dict(self.nodes_to_run),
            "nodes_cached": list(self.nodes_cached),
            "seconds": self.seconds.to_dict() if self.seconds is not None else None,
            "peak_bytes": self.peak_bytes,
            "disk_bytes": self.disk_bytes,
            "impact": self.impact,
            "saved_share": self.saved_share,
            "runs": self.runs,
            "workers": self.workers,
            "notes": list(self.notes),
            "words": self.words,
        }


def impact_of(saved_share: float | None) -> Impact:
    """Return how much must be done if so much is spared.

    Examples
    --------
    >>> [impact_of(share) for share in (0.9, 0.5, 0.0, None)]
    ['low', 'medium', 'high', 'unknown']
    """
    if saved_share is None:
        return "unknown"
    done = 1.0 - saved_share
    return "low" if done <= LOW_SHARE else "medium" if done <= HIGH_SHARE else "high"
