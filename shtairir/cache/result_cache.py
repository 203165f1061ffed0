"""The cache of results: what was made is found again by its key, in memory first, then on disk."""

from __future__ import annotations

import fnmatch
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shtairir.block.values import nbytes_of, read_only
from shtairir.cache.disk_tier import DiskTier, Entry, Found, Origin
from shtairir.cache.eviction import Policy
from shtairir.cache.memory_tier import Held, MemoryTier
from shtairir.cache.writer import BackgroundWriter
from shtairir.execute.call import received

LEAST_MEMORY_BYTES = 100_000_000
DISK_BYTES = 10_000_000_000


@dataclass(frozen=True, slots=True)
class CacheStatistics:
    """How a cache does.

    Attributes
    ----------
    hits, misses
        Of this program.
    evicted
        Entries that had to go for others.
    saved_s, saved_bytes
        What the hits would have taken to make, and how large they were.
    damaged
        Entries on disk that were not as they had been written; they were dropped.
    all_hits, all_misses, all_saved_s
        Of all programs that have used the cache's folder.
    """

    hits: int
    misses: int
    evicted: int
    saved_s: float
    saved_bytes: int
    damaged: int
    memory_entries: int
    memory_bytes: int
    memory_limit_bytes: int
    disk_entries: int
    disk_bytes: int
    disk_limit_bytes: int
    all_hits: int
    all_misses: int
    all_saved_s: float


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """What is known of an entry on disk; times are those of the clock on the wall."""

    key: str
    nbytes: int
    cost_s: float
    created_s: float
    used_s: float
    uses: int
    block: str
    node: str
    graph: str


class ResultCache:
    """Keeps results by key, under hard limits. Any thread may use it, and several programs the same folder.

    Parameters
    ----------
    folder
        Where results outlive the program; ``None`` keeps them in memory only.
    memory_bytes
        Most that is held in memory; by default an eighth of the machine's, at least 100 MB.
    disk_bytes
        Most that lies on disk.
    policy
        What goes first when there is no room: ``cost``, ``lru``, ``lfu`` or ``ttl``.
    ttl_s
        After so many seconds an entry counts as gone; ``None`` for never.
    parent
        A cache whose entries are found in this one too, while what is put into this one stays in it.
    clock
        Seconds on the wall.

    Examples
    --------
    >>> cache = ResultCache(None)
    >>> cache.put("a1", (3.5, "text"), cost_s=2.0)
    >>> cache.get("a1"), cache.get("b2")
    ((3.5, 'text'), None)
    >>> cache.statistics().hits, cache.statistics().saved_s
    (1, 2.0)
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        memory_bytes: int | None = None,
        disk_bytes: int = DISK_BYTES,
        policy: Policy | str = Policy.COST,
        ttl_s: float | None = None,
        parent: ResultCache | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.policy = Policy(policy)
        self._clock = clock
        self._ttl_s = ttl_s
        self._parent = parent
        limit_bytes = memory_bytes if memory_bytes is not None else usual_memory_bytes()
        self._memory = MemoryTier(limit_bytes, self.policy, clock)
        self._disk = DiskTier(folder, disk_bytes, self.policy, clock, ttl_s) if folder is not None else None
        self._writer = BackgroundWriter(self._disk.put) if self._disk is not None else None
        self._lock = threading.Lock()
        self._holders: dict[str, frozenset[str]] = {}
        self._hits = self._misses = self._saved_bytes = 0
        self._saved_s = 0.0

    # --- entries ----------------------------------------------------------------------------------------------

    def get(self, key: str) -> tuple[Any, ...] | None:
        """Return the values of an entry, or ``None``. What the caller does with them changes nothing in the cache."""
        found = self.look(key)
        if found is None:
            self._count(0, 0.0, hits=0)
            return None
        self._memory.use([key])
        self._count(found.nbytes, found.cost_s, hits=1)
        return tuple(map(received, found.values))

    def look(self, key: str) -> Found | None:
        """Return what there is under a key, brought into memory if it fits; ``None`` if it is not there, or not whole.

        Nobody may change the values. That does not count as a hit: see `note_hits`.
        """
        found = self.peek(key)
        if found is not None:
            return found
        if self._disk is not None and (found := self._disk.get(key)) is not None:
            values = tuple(map(read_only, found.values))
            self._memory.put(key, values, _size(values), found.cost_s, found.created_s)
            return found._replace(values=values)
        return self._parent.look(key) if self._parent is not None else None

    def peek(self, key: str) -> Found | None:
        """Return what there is in memory under a key, as `look` does."""
        held = self._memory.peek(key)
        if held is not None and not self._is_stale(held):
            return Found(held.values, held.nbytes, held.cost_s, held.created_s)
        waiting = self._not_written(key)
        if waiting is not None:
            return Found(waiting.values, waiting.nbytes, waiting.cost_s, waiting.created_s)
        return self._parent.peek(key) if self._parent is not None else None

    def on_disk(self, keys: Collection[str]) -> dict[str, tuple[int, float]]:
        """Return those of some keys under which there is something on disk, with its size and when it was made.

        Whether it is whole, `look` tells.
        """
        found = self._disk.which(keys) if self._disk is not None and keys else {}
        return found | self._parent.on_disk(keys) if self._parent is not None else found

    def note_hits(self, found: Mapping[str, Found]) -> None:
        """Count what `look` has found as hits."""
        self._memory.use(found)
        nbytes, saved_s = sum(each.nbytes for each in found.values()), sum(each.cost_s for each in found.values())
        self._count(nbytes, saved_s, hits=len(found))

    def size_of(self, key: str) -> int | None:
        """Return the size of an entry in bytes, or ``None`` if there is none; does not count as using it."""
        held = self._memory.peek(key)
        if held is not None and not self._is_stale(held):
            return held.nbytes
        waiting = self._not_written(key)
        if waiting is not None:
            return waiting.nbytes
        found = self._disk.size_of(key) if self._disk is not None else None
        return found if found is not None or self._parent is None else self._parent.size_of(key)

    def created_s(self, key: str) -> float | None:
        """Return when an entry was made, by the clock on the wall; ``None`` if there is none, or it is not whole."""
        found = self.look(key)
        return found.created_s if found is not None else None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.size_of(key) is not None

    def put(
        self,
        key: str,
        values: Sequence[Any],
        *,
        cost_s: float,
        origin: Origin | None = None,
        in_memory_only: bool = False,
    ) -> None:
        """Keep values under a key; they are written to the disk soon, see `flush`.

        Parameters
        ----------
        cost_s
            What it took to make them.
        origin
            What they are the result of.
        in_memory_only
            Whether to write them would take more than it saves.
        """
        kept = tuple(read_only(received(value)) for value in values)
        nbytes = _size(kept)
        self._memory.put(key, kept, nbytes, cost_s)
        if self._writer is not None and not in_memory_only:
            about = origin if origin is not None else Origin()
            self._writer.put(Entry(key, kept, nbytes, cost_s, about, self._clock()))

    def child(self, *, memory_bytes: int | None = None) -> ResultCache:
        """Return a cache in memory that finds the entries of this one, and keeps what is put into it to itself."""
        return ResultCache(
            memory_bytes=memory_bytes, policy=self.policy, ttl_s=self._ttl_s, parent=self, clock=self._clock
        )

    # --- letting go -------------------------------------------------------------------------------------------

    def remove(self, key: str) -> bool:
        """Let go of an entry, and say whether there was one."""
        there = key in self
        self._memory.remove(key)
        if self._writer is not None and self._disk is not None:
            self._writer.forget(key)
            self._disk.remove([key])
        return there

    def invalidate(
        self,
        *,
        node: str | None = None,
        block: str | None = None,
        graph: str | None = None,
        older_than_s: float | None = None,
    ) -> int:
        """Let go of the entries on disk that fit all that is said, and of all that is in memory; return how many.

        Parameters
        ----------
        node, block, graph
            Patterns, as of file names: ``image.*``.
        older_than_s
            Only what was made before so many seconds.
        """
        now = self._clock()
        wanted = {"node": node, "block": block, "graph": graph}

        def fits(entry: CacheEntry) -> bool:
            if older_than_s is not None and now - entry.created_s <= older_than_s:
                return False
            patterns = ((getattr(entry, name), pattern) for name, pattern in wanted.items() if pattern is not None)
            return all(fnmatch.fnmatchcase(text, pattern) for text, pattern in patterns)

        keys = [entry.key for entry in self.entries() if fits(entry)]
        self._memory.clear()
        return self._disk.remove(keys) if self._disk is not None else 0

    def clear(self) -> int:
        """Let go of everything, and return how many entries there were on disk."""
        return self.invalidate()

    def hold(self, who: str, keys: Collection[str]) -> None:
        """Let go of some entries last, until the same one says others: the results of frozen nodes."""
        with self._lock:
            if self._holders.get(who, frozenset()) == frozenset(keys):
                return
            self._holders[who] = frozenset(keys)
            held = frozenset[str]().union(*self._holders.values())
        self._memory.held = held
        if self._disk is not None:
            self._disk.held = held

    @property
    def holds_any(self) -> bool:
        """Whether anybody holds an entry."""
        return bool(self._memory.held)

    def shrink(self, nbytes: int) -> int:
        """Let go of so much memory, the least wanted first, and return how much it was; the disk keeps what it has."""
        return self._memory.shrink(nbytes)

    def give_way(self, nbytes: int, wait: bool = True) -> int:
        """Let go of so much memory for somebody who needs it, and return how much it was.

        Parameters
        ----------
        wait
            Whether to wait until what is still to be written down is on the disk, and not held for that any more.
        """
        freed = self.shrink(nbytes)
        if wait and self._writer is not None:
            freed += self._writer.waiting_bytes
            self.flush()
        return freed

    # --- looking ----------------------------------------------------------------------------------------------

    def entries(self) -> list[CacheEntry]:
        """Return what is known of the entries on disk, the last used first."""
        self.flush()
        return [CacheEntry(*row) for row in self._disk.entries()] if self._disk is not None else []

    def statistics(self) -> CacheStatistics:
        """Return how the cache does."""
        self.flush()
        facts = self._disk.facts() if self._disk is not None else {}
        return CacheStatistics(
            hits=self._hits,
            misses=self._misses,
            evicted=self._memory.evicted + int(facts.get("evicted", 0)),
            saved_s=self._saved_s,
            saved_bytes=self._saved_bytes,
            damaged=int(facts.get("damaged", 0)),
            memory_entries=len(self._memory),
            memory_bytes=self._memory.nbytes,
            memory_limit_bytes=self._memory.limit_bytes,
            disk_entries=int(facts.get("entries", 0)),
            disk_bytes=int(facts.get("nbytes", 0)),
            disk_limit_bytes=self._disk.limit_bytes if self._disk is not None else 0,
            all_hits=int(facts.get("hits", self._hits)),
            all_misses=int(facts.get("misses", self._misses)),
            all_saved_s=facts.get("saved_s", self._saved_s),
        )

    def export(self, file: Path) -> int:
        """Write the entries on disk into one file, and return how many there are in it.

        Raises
        ------
        CacheError
            When it cannot be written.
        """
        from shtairir.cache.travelling import write_entries

        return write_entries(self._disk, [entry.key for entry in self.entries()], file)

    def take_in(self, file: Path) -> tuple[int, int]:
        """Take the entries of a file that `export` wrote; return how many were taken, and how many were not sound.

        Raises
        ------
        CacheError
            When it is no such file.
        """
        from shtairir.cache.travelling import read_entries

        return read_entries(self._disk, file)

    def verify(self) -> tuple[int, int]:
        """Read all that is on disk, drop what is damaged, and return how many entries there were, and how many of them.

        What nobody refers to is removed as well, and the index compacted.
        """
        self.flush()
        return self._disk.verify() if self._disk is not None else (0, 0)

    def flush(self) -> None:
        """Wait until all that was put in is on the disk."""
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """Write down what is not written yet; the cache can be used on."""
        self.flush()
        if self._disk is not None:
            self._disk.close()

    def _count(self, nbytes: int, cost_s: float, *, hits: int) -> None:
        with self._lock:
            self._hits += hits
            self._misses += not hits
            self._saved_s += cost_s
            self._saved_bytes += nbytes
        if self._disk is not None:
            self._disk.count(hits=hits, misses=not hits, saved_s=cost_s, saved_bytes=nbytes)

    def _not_written(self, key: str) -> Entry | None:
        entry = self._writer.find(key) if self._writer is not None else None
        return entry if entry is not None and not self._is_stale(entry) else None

    def _is_stale(self, held: Held | Entry) -> bool:
        return self._ttl_s is not None and self._clock() > held.created_s + self._ttl_s


def usual_memory_bytes() -> int:
    """Return an eighth of the machine's memory, but at least 100 MB."""
    import psutil  # type: ignore[import-untyped]  # it brings no types

    return max(int(psutil.virtual_memory().total) // 8, LEAST_MEMORY_BYTES)


def _size(values: Sequence[Any]) -> int:
    return sum(map(nbytes_of, values)) + 64
