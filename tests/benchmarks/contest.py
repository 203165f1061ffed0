"""What a benchmark is made of: contests, in which contestants do the same work, and targets for ours.

Every contestant runs in a process of its own, so that no one profits or suffers from the settings, imports and
memory of another. In each round all of them have their turn, one after the other; so what else the machine does
meanwhile falls on all alike. The median of the rounds counts. One turn before the first is not counted: what it
takes longer (imports, compilation, the first touch of memory) is shown as the *first* turn.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

WORKERS = 2
ROUNDS = 5


class Measured(dict[str, float]):
    """What a turn measured by itself; other turns are timed from outside."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to do the work.

    Attributes
    ----------
    prepare
        Returns what a turn calls. Done once, not counted.
    needs
        Modules it needs; without them it is reported as missing.
    once
        For what takes very long: its first turn is the only one, and counts.
    """

    name: str
    prepare: Callable[[], Callable[[], object]]
    needs: tuple[str, ...] = ()
    once: bool = False

    @property
    def missing(self) -> list[str]:
        """The modules that are not installed."""
        return [module for module in self.needs if importlib.util.find_spec(module) is None]


@dataclass(frozen=True, slots=True)
class Figure:
    """A column of the table: what is measured, and how it is shown.

    Attributes
    ----------
    factor
        What a measured number is multiplied by.
    """

    key: str
    title: str
    factor: float = 1.0
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class Target:
    """What a contestant shall reach: a figure of at most so much, or at most so much times another's.

    Attributes
    ----------
    of
        The contestant that it is compared with, by ratio; with ``over``, by difference.
    """

    contestant: str
    key: str
    at_most: float
    of: str | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Contest:
    """One table.

    Attributes
    ----------
    against
        The contestant that the others' ratios are formed with.
    figures
        The first of them is the one that ratios are made of.
    note
        What is measured, and how, in the words of the page.
    """

    name: str
    title: str
    contestants: tuple[Contestant, ...]
    figures: tuple[Figure, ...]
    against: str
    targets: tuple[Target, ...] = ()
    note: str = ""
    rounds: int = ROUNDS

    def contestant(self, name: str) -> Contestant:
        """Return a contestant by name."""
        return next(each for each in self.contestants if each.name == name)
