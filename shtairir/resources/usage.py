"""What of the resources is in use, by whom, and how that went over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shtairir.ids import NodeId, RunId, RunKey
from shtairir.policy.model import Priority

MOST_POINTS = 256
_FIRST_INTERVAL_S = 0.05


@dataclass(frozen=True, slots=True)
class Holding:
    """Somebody holds some of a resource, since then; ``begun`` is false for a node that has not started yet."""

    run: RunId
    key: RunKey | None
    node: NodeId
    attempt: int
    amount: int
    since_s: float
    begun: bool


@dataclass(frozen=True, slots=True)
class Queued:
    """Somebody waits for some of a resource, since then, for a reason in words (the first of a long line)."""

    run: RunId
    key: RunKey | None
    node: NodeId
    attempt: int
    amount: int
    since_s: float
    priority: Priority
    reason: str


@dataclass(frozen=True, slots=True)
class Point:
    """A moment: the most that was in use, and the most who waited, from then until the next one."""

    at_s: float
    used: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ResourceUsage:
    """One resource, now and over time. Times are seconds of the manager's clock, as ``at_s`` is: now.

    Attributes
    ----------
    kind
        ``capacity``: so many at a time. ``lock``: one at a time. ``rate``: so many in any period.
    period_s
        Of a rate: how long it is; else ``None``.
    used
        How much is taken; of a rate, in the period that ends now.
    holders
        In the order in which they got it.
    waiting
        Those who are served first come first.
    series
        At most a few hundred points over all the time since the resource was first used.
    """

    name: str
    kind: str
    capacity: int
    period_s: float | None
    at_s: float
    used: int
    holders: tuple[Holding, ...]
    waiting: tuple[Queued, ...]
    series: tuple[Point, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the usage as JSON can hold it."""
        return asdict(self)


class Series:
    """Points over time, as many as fit: when there are too many, two become one, and later ones lie further apart."""

    __slots__ = ("_interval_s", "_now", "_points")

    def __init__(self) -> None:
        self._points: list[tuple[float, int, int]] = []
        self._interval_s = _FIRST_INTERVAL_S
        self._now = 0, 0

    def note(self, at_s: float, used: int, waiting: int) -> None:
        """Note how much is in use from now on."""
        points, before, self._now = self._points, self._now, (used, waiting)
        if points and at_s - points[-1][0] < self._interval_s:
            last_s, most, longest = points[-1]
            if used > most or waiting > longest:
                points[-1] = last_s, max(used, most), max(waiting, longest)
            return
        if points and before != points[-1][1:]:  # what the last point does not tell, since it tells the most
            points.append((points[-1][0] + self._interval_s, *before))
        points.append((at_s, used, waiting))
        if len(points) > MOST_POINTS:
            self._interval_s *= 2
            self._points = [_joined(points[place : place + 2]) for place in range(0, len(points), 2)]

    def points(self, at_s: float) -> tuple[Point, ...]:
        """Return the points, and how it is now."""
        points = self._points
        now = [(at_s, *self._now)] if points and points[-1][0] < at_s else []
        return tuple(Point(*one) for one in (*points, *now))


def _joined(points: Sequence[tuple[float, int, int]]) -> tuple[float, int, int]:
    return points[0][0], max(one[1] for one in points), max(one[2] for one in points)
