"""What is under way in loops, for whoever minds the time.

The run knows of an attempt at a loop, and of none at the nodes in its body: there may be very many of them. So the
lanes in which iterations are made are noted, and looked at when an attempt in one of them could be overdue.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt


class LaneUnderWay(Protocol):
    """One worker's way through the body of a loop.

    Attributes
    ----------
    loop
        The task of the run that it works for: the loop, or that in whose body the loop is.
    given_up
        Set when nobody wants anything of it any more.
    """

    loop: int
    given_up: bool

    def under_way(self) -> list[Attempt]:
        """Return the attempts that it makes, or has made last; the latter began at the end of time."""


class Inside:
    """The lanes of all loops of a run.

    Attributes
    ----------
    shortest_s
        The least that an attempt in one of them may take.
    """

    __slots__ = ("lanes", "shortest_s")

    def __init__(self) -> None:
        self.lanes: set[LaneUnderWay] = set()
        self.shortest_s = math.inf

    def attempts(self, loop: int | None = None) -> Iterator[tuple[LaneUnderWay, Attempt]]:
        """Yield what is under way in all loops, or in one; from any thread."""
        for lane in self.lanes.copy():
            if loop is None or lane.loop == loop:
                for attempt in lane.under_way():
                    yield lane, attempt

    def give_up(self, loop: int) -> None:
        """Have the lanes of a loop make nothing more."""
        for lane in self.lanes.copy():
            if lane.loop == loop:
                lane.given_up = True
