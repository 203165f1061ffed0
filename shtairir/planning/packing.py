"""Where each piece of memory lies in a picture: as high as it is large, above those that are held at the same time.

The largest are placed first, each into the lowest gap that is free as long as it is held. So the whole is hardly higher
than the most that is held at a time, and what is large lies at the bottom (Pisarchyk and Lee, "Efficient Memory
Management for Deep Neural Net Inference", 2020: greedy by size).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

from shtairir.planning.schedule import Holding

_MOST_BY_SIZE = 800
"""With more pieces than that, each goes where there is room when it is taken: the other way takes quadratic time."""


def offsets(holdings: Sequence[Holding]) -> list[int]:
    """Return for each holding how far from the ground it lies, in bytes; none overlaps another.

    Holdings must be in the order in which they are taken.

    Examples
    --------
    >>> from shtairir.ids import NodeId
    >>> def held(nbytes, from_s, to_s): return Holding(NodeId("a"), None, nbytes, from_s, to_s)
    >>> offsets([held(4, 0, 2), held(2, 1, 4), held(3, 2, 3)])
    [0, 4, 0]
    """
    return _by_size(holdings) if len(holdings) <= _MOST_BY_SIZE else _by_time(holdings)


def top_bytes(holdings: Sequence[Holding], places: Sequence[int]) -> int:
    """Return how high all of it reaches."""
    return max((place + holding.nbytes for place, holding in zip(places, holdings, strict=True)), default=0)


def _by_size(holdings: Sequence[Holding]) -> list[int]:
    order = sorted(range(len(holdings)), key=lambda one: (-holdings[one].nbytes, holdings[one].from_s, one))
    found = [0] * len(holdings)
    placed: list[tuple[int, int, float, float]] = []  # from, to, since when, until when; in the order of their places
    for number in order:
        holding = holdings[number]
        place = 0
        for begin, end, from_s, to_s in placed:
            if from_s < holding.to_s and holding.from_s < to_s:
                if begin - place >= holding.nbytes:
                    break
                place = max(place, end)
        found[number] = place
        insort(placed, (place, place + holding.nbytes, holding.from_s, holding.to_s))
    return found


def _by_time(holdings: Sequence[Holding]) -> list[int]:
    busy: list[tuple[int, int, float]] = []
    found = []
    for holding in holdings:
        busy = [taken for taken in busy if taken[2] > holding.from_s]
        place = 0
        for begin, end, _ in busy:
            if begin - place >= holding.nbytes:
                break
            place = max(place, end)
        found.append(place)
        insort(busy, (place, place + holding.nbytes, holding.to_s))
    return found
