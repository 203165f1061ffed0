"""What is known of memory at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

VALUES, POOL_IDLE = "values", "pool"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a node has taken in all, given back since or not: the bytes, and how often the pool had them or not."""

    nbytes: int = 0
    hits: int = 0
    misses: int = 0


@dataclass(frozen=True, slots=True)
class MemoryStats:
    """Bytes in use, and whose they are.

    Attributes
    ----------
    peak_bytes
        The most that values and lent buffers took together at any time of the run.
    live_bytes
        What they take now.
    lent_bytes
        The part of it that is lent by the pool.
    idle_bytes
        What the pool holds for the next who asks; given back by trimming.
    hits, misses
        Buffers that the pool had, and that it had to get from the system.
    owners
        Live bytes by node; of the whole process, by kind and name.
    limit_bytes
        The budget, if there is one.
    spilled_bytes
        What was written to disk for want of memory.
    taken
        What each node of the run has taken in all.
    """

    peak_bytes: int = 0
    live_bytes: int = 0
    lent_bytes: int = 0
    idle_bytes: int = 0
    hits: int = 0
    misses: int = 0
    owners: Mapping[str, int] = field(default_factory=dict)
    limit_bytes: int | None = None
    spilled_bytes: int = 0
    taken: Mapping[str, Taken] = field(default_factory=dict)

    def largest_owners(self, count: int = 10) -> list[tuple[str, int]]:
        """Return who holds most, most first."""
        return sorted(self.owners.items(), key=lambda owner: (-owner[1], owner[0]))[:count]

    def to_dict(self) -> dict[str, object]:
        """Return the statistics as JSON can hold them."""
        return {
            "peak_bytes": self.peak_bytes,
            "live_bytes": self.live_bytes,
            "lent_bytes": self.lent_bytes,
            "idle_bytes": self.idle_bytes,
            "hits": self.hits,
            "misses": self.misses,
            "owners": dict(self.owners),
            "limit_bytes": self.limit_bytes,
            "spilled_bytes": self.spilled_bytes,
        }
