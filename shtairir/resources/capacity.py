"""How much there is of a resource: so many at a time, or so many in a time."""

from __future__ import annotations

import functools
import os
import re
from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

from shtairir.errors import ResourceError

_PERIODS_S = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "m": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0}
_PERIOD_NAMES = {1.0: "second", 60.0: "minute", 3600.0: "hour"}
_WRITTEN = re.compile(r"(\d+)\s*(?:/\s*(\d+(?:\.\d+)?)?\s*([a-z]+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in any period, as servers count: ``Rate(5)`` are five in a second, wherever that begins.

    Examples
    --------
    >>> str(Rate(5)), str(Rate(100, 60.0)), str(Rate(2, 10.0))
    ('5 per second', '100 per minute', '2 per 10 s')
    """

    amount: int
    period_s: float = 1.0

    def __str__(self) -> str:
        return f"{self.amount:,} per {_PERIOD_NAMES.get(self.period_s, f'{self.period_s:g} s')}"


Capacity: TypeAlias = int | Rate
"""How much of a resource there is at a time, or in a time."""


def parse_capacity(text: str) -> Capacity:
    """Return what people write for a capacity: ``4`` for four at a time, ``5/s`` for five in a second.

    Raises
    ------
    ResourceError
        When it is neither.

    Examples
    --------
    >>> parse_capacity("4"), parse_capacity("5/s"), parse_capacity("100 / min"), parse_capacity("2/10s")
    (4, Rate(amount=5, period_s=1.0), Rate(amount=100, period_s=60.0), Rate(amount=2, period_s=10.0))
    """
    match = _WRITTEN.fullmatch(text.strip())
    unit = match[3] if match is not None else None
    period_s = _PERIODS_S.get(unit.lower()) if unit is not None else 1.0
    if match is None or period_s is None:
        raise _unreadable(text)
    amount, count = int(match[1]), float(match[2] or 1)
    if unit is None:
        return amount
    if not amount or not count:
        raise _unreadable(text)
    return Rate(amount, period_s * count)


def checked_capacity(name: str, capacity: Capacity | str) -> Capacity:
    """Return a capacity that makes sense.

    Raises
    ------
    ResourceError
        When it makes none.
    """
    if isinstance(capacity, str):
        return parse_capacity(capacity)
    if isinstance(capacity, Rate):
        if capacity.amount < 1 or not 0 < capacity.period_s < float("inf"):
            raise ResourceError(f"'{name}' cannot have a rate of {capacity}.", hint="Give at least 1 in some seconds.")
    elif isinstance(capacity, bool) or not isinstance(capacity, int) or capacity < 0:
        raise ResourceError(
            f"'{name}' cannot be there {capacity!r} times.", hint="Give a whole number, or a rate such as '5/s'."
        )
    return capacity


def _unreadable(text: str) -> ResourceError:
    return ResourceError(
        f"“{text}” is no capacity.", hint="Write a number like 4, for so many at a time, or a rate like 5/s or 100/min."
    )


def usual_capacity(name: str) -> int:
    """Return how much there is of what nobody has given a capacity: of what every machine has, that; else one."""
    if name == "cpu":
        return processors()
    if name == "memory":
        return memory_bytes()
    return 1


@functools.cache
def processors() -> int:
    """Return how many processors this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


@functools.cache
def memory_bytes() -> int:
    """Return how much memory the machine has."""
    import psutil  # type: ignore[import-untyped]  # it comes without types

    return int(psutil.virtual_memory().total)


class Window:
    """What of a rate was taken in the period that ends now.

    It remembers when something was taken, instead of refilling a bucket: a full bucket and its refill would let
    through twice the amount within one period, and the server on the other side would refuse half of it.
    """

    __slots__ = ("_taken", "_total", "rate")

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._taken: deque[list[float]] = deque()
        self._total = 0

    def used(self, now_s: float) -> int:
        """Return how much was taken in the period before."""
        # Added as in `free_at`, so that both round the same way.
        while self._taken and self._taken[0][0] + self.rate.period_s <= now_s:
            self._total -= int(self._taken.popleft()[1])
        return self._total

    def take(self, amount: int, now_s: float) -> None:
        """Note that some is taken now."""
        self._taken.append([now_s, amount])
        self._total += amount

    def undo(self, amount: int, taken_s: float, now_s: float) -> None:
        """Take no notice of what was taken at that time, if it still counts."""
        self.used(now_s)
        for entry in self._taken:
            if entry[0] == taken_s and entry[1] >= amount:
                entry[1] -= amount
                self._total -= amount
                return

    def free_at(self, amount: int, now_s: float) -> float:
        """Return when so much may be taken."""
        over = self.used(now_s) + amount - self.rate.amount
        for taken_s, taken in self._taken:
            if over <= 0:
                break
            over -= int(taken)
            now_s = taken_s + self.rate.period_s
        return now_s
