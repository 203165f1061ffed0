"""Finds those who wait for each other, and who of them gives way.

Whoever does not wait will end at some time, and give back what it holds. Whoever waits for no more than is there then
can go on, end, and give back as well; and so on, until nobody is left, or only those who can never go on. (This is the
reduction of the graph of waits: Holt, "Some deadlock properties of computer systems", 1972. A ring in that graph means
a deadlock only where there is one of each resource; with several of them, the ring may dissolve by itself.)

Whoever holds nothing is in nobody's way, and is left out. A rate is never in the way for long, and is left out too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shtairir.resources.owner import Owner


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody who holds something and waits.

    Attributes
    ----------
    lacks
        How much it waits for, by name, and how much may be held of that by all together once it has it.
    """

    owner: Owner
    lacks: Mapping[str, tuple[int, int]]


def deadlocked(blocked: Iterable[Blocked]) -> list[Blocked]:
    """Return those who can never go on as long as none of them gives way: who waits in a ring, and who behind it."""
    left = {id(one): one for one in blocked}
    held: Counter[str] = Counter()
    wanting: dict[str, list[Blocked]] = {}
    for one in left.values():
        held.update(one.owner.held)
        for name in one.lacks:
            wanting.setdefault(name, []).append(one)
    to_try = list(left.values())
    while to_try:
        one = to_try.pop()
        if id(one) in left and all(held[name] + amount <= limit for name, (amount, limit) in one.lacks.items()):
            del left[id(one)]
            held.subtract(one.owner.held)
            for name in one.owner.held:
                to_try += wanting.get(name, ())
    return list(left.values())


def victim(stuck: Sequence[Blocked], reluctance: Callable[[Owner], tuple[object, ...]] = Owner.reluctance) -> Blocked:
    """Return who of those in a deadlock is to give way: the least critical, then the youngest, of those who help by it.

    Somebody who only waits behind the ring does not help. Whoever resolves all of it is taken before somebody after
    whom another would have to give way too, and one that is protected only if there is no other.
    """
    latest_first = [*reversed(stuck)]
    willing = sorted(latest_first, key=lambda one: reluctance(one.owner))
    wanted = {name for one in stuck for name in one.lacks}
    helpful = [one for one in willing if not wanted.isdisjoint(one.owner.held)]
    best, fewest = helpful[0], (True, len(stuck))
    for one in helpful:
        others = [other for other in stuck if other is not one]
        left = len(deadlocked(others))
        # Helps, if more than itself can go on then; those that are protected come last, however well they help.
        rank = one.owner.protected or left == len(others), left
        if rank < fewest:
            best, fewest = one, rank
        if not left and not one.owner.protected:
            break
    return best
