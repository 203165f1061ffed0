"""Whose every retained byte is, in the whole process: of runs that go on, of results that are kept, of whatever else.

Runs and pools are known here by themselves. Whoever else keeps values, such as a cache or the previews of a window,
registers a function that tells how much.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from shtairir.memory.pool import MemoryPool
from shtairir.memory.sizes import in_words
from shtairir.memory.stats import MemoryStats

Source = Callable[[], Mapping[str, int]]
"""Returns bytes by name."""

_PRUNED_AT = 16


class Book(Protocol):
    """What a run writes down of the values that it counts."""

    closed: bool

    def by_owner(self) -> Mapping[str, int]:
        """Return the bytes that are still held, by node."""


class Owned(NamedTuple):
    """Memory and its owner.

    Attributes
    ----------
    kind
        ``node``: a value that a node made, or a buffer that it borrowed; ``pool``: idle buffers; or what was
        registered, such as ``cache`` and ``preview``.
    """

    kind: str
    name: str
    nbytes: int

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {in_words(self.nbytes)}"


_lock = threading.Lock()
_books: list[Book] = []
_pools: weakref.WeakSet[MemoryPool] = weakref.WeakSet()
_sources: list[tuple[str, Source]] = []


def add_book(book: Book, pool: MemoryPool, account: object) -> None:
    """Have the values of a run listed. When its account is gone, only those that are still alive are."""

    def close() -> None:  # in any thread, at any moment: no lock
        book.closed = True

    weakref.finalize(account, close).atexit = False
    with _lock:
        _pools.add(pool)
        if len(_books) >= _PRUNED_AT:
            _prune()
        _books.append(book)


def _prune() -> None:
    """Forget runs of which nothing is left. Called with the lock held."""
    _books[:] = [book for book in _books if not book.closed or book.by_owner()]


def register(kind: str, source: Source) -> Callable[[], None]:
    """Have memory listed that somebody else keeps, and return a function that ends it.

    Examples
    --------
    >>> from shtairir.memory import owners
    >>> forget = owners.register("cache", lambda: {"blur": 80_000_000})
    >>> [str(owned) for owned in owners.retained() if owned.kind == "cache"]
    ['cache blur: 80.0 MB']
    >>> forget()
    """
    entry = (kind, source)
    with _lock:
        _sources.append(entry)

    def forget() -> None:
        with _lock:
            if entry in _sources:
                _sources.remove(entry)

    return forget


def retained() -> list[Owned]:
    """Return all memory that is retained, with its owners, the largest first."""
    with _lock:
        _prune()
        books, pools, sources = list(_books), list(_pools), list(_sources)
    sums: dict[tuple[str, str], int] = {}
    entries: list[tuple[str, str, int]] = []
    for book in books:
        entries += [("node", name, nbytes) for name, nbytes in book.by_owner().items()]
    for pool in pools:
        entries += [("node", name, nbytes) for (_, name), nbytes in pool.owners().items()]
        entries.append(("pool", "idle", pool.idle_bytes))
    for kind, source in sources:
        entries += [(kind, name, nbytes) for name, nbytes in source().items()]
    for kind, name, nbytes in entries:
        sums[kind, name] = sums.get((kind, name), 0) + nbytes
    found = [Owned(kind, name, nbytes) for (kind, name), nbytes in sums.items() if nbytes]
    return sorted(found, key=lambda owned: (-owned.nbytes, owned.kind, owned.name))


def process_stats() -> MemoryStats:
    """Return what is known of memory in the whole process; owners as ``node blur`` or ``pool idle``."""
    listed = retained()
    with _lock:
        pools = list(_pools)
    idle = sum(owned.nbytes for owned in listed if owned.kind == "pool")
    live = sum(owned.nbytes for owned in listed) - idle
    return MemoryStats(
        peak_bytes=live,
        live_bytes=live,
        lent_bytes=sum(pool.lent_bytes for pool in pools),
        idle_bytes=idle,
        hits=sum(pool.hits for pool in pools),
        misses=sum(pool.misses for pool in pools),
        owners={f"{owned.kind} {owned.name}": owned.nbytes for owned in listed},
    )
