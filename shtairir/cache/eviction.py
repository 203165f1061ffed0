"""Which entry goes first when there is no room for all.

Each entry has a priority, which is set when it is put in and when it is used; the one with the least goes first.

``cost``, the usual one, weighs what an entry would take to make again against the room that it takes. It is GreedyDual-
Size-Frequency (Cherkasova, *Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy*, 1998):
``age + uses · seconds / bytes``, where the age is the priority of the last entry that had to go. So an entry that was
expensive once and is not used any more does not stay for ever.
"""

from __future__ import annotations

from enum import StrEnum

_LEAST_BYTES = 256
"""Also the smallest entry takes a place in the index."""


class Policy(StrEnum):
    """``cost``: what is cheap to make again, for its size; ``lru``: what was not used for longest; ``lfu``: what was
    used least; ``ttl``: what is oldest."""

    COST = "cost"
    LRU = "lru"
    LFU = "lfu"
    TTL = "ttl"


def priority(
    policy: Policy, *, age: float, cost_s: float, nbytes: int, uses: int, created_s: float, used_s: float
) -> float:
    """Return how much an entry is to be kept.

    Examples
    --------
    >>> facts = {"age": 0.0, "uses": 1, "created_s": 5.0, "used_s": 7.0}
    >>> cheap = priority(Policy.COST, cost_s=0.1, nbytes=1000, **facts)
    >>> cheap < priority(Policy.COST, cost_s=9.0, nbytes=1000, **facts)
    True
    >>> priority(Policy.LRU, cost_s=0.1, nbytes=1000, **facts)
    7.0
    """
    if policy is Policy.LRU:
        return used_s
    if policy is Policy.LFU:
        return age + uses
    if policy is Policy.TTL:
        return created_s
    return age + uses * max(cost_s, 1e-6) / max(nbytes, _LEAST_BYTES)
