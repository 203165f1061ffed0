"""The tier in memory: values by reference, so that a hit costs nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

from shtairir.cache.eviction import Policy, priority


@dataclass(slots=True)
class Held:
    """An entry in memory.

    Attributes
    ----------
    age
        That of the tier when it was used last, see `shtairir.cache.eviction`.
    priority
        What it was ranked by; it may be worth more meanwhile, but never less.
    """

    values: tuple[Any, ...]
    nbytes: int
    cost_s: float
    created_s: float
    used_s: float
    uses: int = 1
    age: float = 0.0
    priority: float = 0.0


class MemoryTier:
    """Entries up to a limit. Any thread may use it.

    Parameters
    ----------
    limit_bytes
        What all of them may take; one that is larger by itself is not taken.

    Attributes
    ----------
    held
        Keys of entries that go last.
    """

    def __init__(self, limit_bytes: int, policy: Policy, clock: Callable[[], float]) -> None:
        self.limit_bytes = limit_bytes
        self.evicted = 0
        self.held: frozenset[str] = frozenset()
        self._policy = policy
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, Held] = {}
        self._nbytes = 0
        self._age = 0.0
        self._order: list[tuple[float, str]] = []
        """By priority; entries that are gone are still in it, and are passed over. One that was used since is ranked
        anew when its turn to go has come, so that a hit costs nothing."""

    @property
    def nbytes(self) -> int:
        """What the entries take."""
        return self._nbytes

    def __len__(self) -> int:
        return len(self._held)

    def peek(self, key: str) -> Held | None:
        """Return an entry without using it."""
        return self._held.get(key)

    def get(self, key: str) -> Held | None:
        """Return an entry, which counts as using it."""
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._use(held, self._clock())
            return held

    def use(self, keys: Iterable[str]) -> None:
        """Count entries as used."""
        with self._lock:
            now = self._clock()
            for key in keys:
                held = self._held.get(key)
                if held is not None:
                    self._use(held, now)

    def _use(self, held: Held, now_s: float) -> None:
        held.uses += 1
        held.used_s = now_s
        held.age = self._age

    def put(
        self, key: str, values: tuple[Any, ...], nbytes: int, cost_s: float, created_s: float | None = None
    ) -> None:
        """Take an entry, in the place of those that have to go for it.

        Parameters
        ----------
        created_s
            When it was made, if that is not now.
        """
        with self._lock:
            self._remove(key)
            if nbytes > self.limit_bytes:
                return
            now = self._clock()
            made_s = created_s if created_s is not None else now
            held = self._held[key] = Held(values, nbytes, cost_s, made_s, now, age=self._age)
            self._shrink_to(self.limit_bytes - nbytes)  # the newest is not in the order yet: it stays
            self._nbytes += nbytes
            self._rank(key, held)

    def remove(self, key: str) -> None:
        """Let go of an entry, if it is there."""
        with self._lock:
            self._remove(key)

    def shrink(self, nbytes: int) -> int:
        """Let go of so much, the least wanted first, and return how much it was."""
        with self._lock:
            before = self._nbytes
            self._shrink_to(max(before - nbytes, 0))
            return before - self._nbytes

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._held.clear()
            self._order.clear()
            self._nbytes = 0

    def _worth(self, held: Held) -> float:
        return priority(
            self._policy,
            age=held.age,
            cost_s=held.cost_s,
            nbytes=held.nbytes,
            uses=held.uses,
            created_s=held.created_s,
            used_s=held.used_s,
        )

    def _rank(self, key: str, held: Held) -> None:
        held.priority = self._worth(held)
        heappush(self._order, (held.priority, key))
        if len(self._order) > 64 + 4 * len(self._held):
            self._order = [(other.priority, name) for name, other in self._held.items()]
            heapify(self._order)

    def _shrink_to(self, limit_bytes: int) -> None:
        aside: list[tuple[float, str]] = []
        while self._nbytes > limit_bytes and (self._order or aside):
            ranked, key = heappop(self._order) if self._order else aside.pop()
            if key in self.held and self._order:
                aside.append((ranked, key))
                continue
            held = self._held.get(key)
            if held is None or held.priority != ranked:
                continue
            if self._worth(held) > ranked:
                self._rank(key, held)
            else:
                self._age = max(self._age, ranked)
                self._remove(key)
                self.evicted += 1
        for passed in aside:
            heappush(self._order, passed)

    def _remove(self, key: str) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            self._nbytes -= held.nbytes
