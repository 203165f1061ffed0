"""The memory account of one run: what its values take, what it has borrowed, and what it may.

Two things are counted: memory that blocks borrow from the pool through their context, and values that tasks
hand on. A value whose memory is borrowed counts once. So does memory that several values share: a view of
another task's output adds nothing.
"""

from __future__ import annotations

import math
import threading
import weakref
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from shtairir.block.values import Audio, nbytes_of
from shtairir.errors import MemoryBudgetError
from shtairir.memory import owners
from shtairir.memory.pool import Lease, MemoryPool, size_class
from shtairir.memory.sizes import in_words
from shtairir.memory.spill import Spilled
from shtairir.memory.stats import MemoryStats, Taken

if TYPE_CHECKING:
    import numpy

UNCOUNTED_BYTES = 1024
"""Smaller values are not counted: the account would cost more than they take."""

_LOOKED_AT = 100
"""If none of so many items of a list is large, none is."""


class _Holding:
    __slots__ = ("holders", "nbytes", "owner", "root")

    def __init__(self, owner: str, nbytes: int, root: object) -> None:
        self.owner = owner
        self.nbytes = nbytes
        self.holders = 1
        self.root = _weak(root)

    @property
    def is_gone(self) -> bool:
        return self.root is not None and self.root() is None


class _Book:
    """What is held, by the identity of what owns the memory. Outlives the run as long as its results do."""

    __slots__ = ("__weakref__", "closed", "holdings", "lock")

    def __init__(self) -> None:
        self.holdings: dict[int, _Holding] = {}
        self.lock = threading.RLock()
        self.closed = False

    def by_owner(self) -> dict[str, int]:
        with self.lock:
            if self.closed:
                self.holdings = {key: each for key, each in self.holdings.items() if each.root and not each.is_gone}
            held: dict[str, int] = {}
            for holding in self.holdings.values():
                if holding.nbytes and not holding.is_gone:
                    held[holding.owner] = held.get(holding.owner, 0) + holding.nbytes
            return held


class MemoryManager:
    """Lends buffers and counts values under one budget.

    Parameters
    ----------
    limit_bytes
        The budget for values and borrowed memory together; ``None`` for none.

    Attributes
    ----------
    make_room
        Called with a number of bytes, from the thread that wants them, when the budget does not hold as many more.
        May spill idle values, and says whether it did.
    spilled_bytes
        What was written to disk for want of memory.

    Notes
    -----
    May be called from any thread. The lock is held for a few additions only, never while a block runs.
    """

    def __init__(self, pool: MemoryPool, limit_bytes: int | None = None) -> None:
        self.limit_bytes = limit_bytes
        self.make_room: Callable[[int], bool] | None = None
        self.spilled_bytes = 0
        self._pool = pool
        self._book = _Book()
        self._lock = self._book.lock
        self._holdings = self._book.holdings
        self._held_bytes = 0
        self._asked_bytes = 0
        self._peak_bytes = 0
        self._taken: dict[str, list[int]] = {}
        self._hits_before = pool.hits
        self._misses_before = pool.misses
        owners.add_book(self._book, pool, self)

    def empty(self, shape: int | tuple[int, ...], dtype: Any, owner: str) -> numpy.ndarray[Any, Any]:
        """Lend an uninitialised array to a node.

        Raises
        ------
        MemoryBudgetError
            When the budget does not hold it.
        """
        if self.limit_bytes is None:
            array = self._pool.empty(shape, dtype, owner=(self, owner))
        else:
            array = self._lend_within_budget(shape, dtype, owner)
        lease = root_of(array)
        if isinstance(lease, Lease):
            with self._lock:
                self._note_taken(owner, lease.nbytes, lease.is_hit, not lease.is_hit)
        self._note_peak()
        return array

    def _lend_within_budget(self, shape: int | tuple[int, ...], dtype: Any, owner: str) -> numpy.ndarray[Any, Any]:
        import numpy as np

        nbytes = size_class((shape if isinstance(shape, int) else math.prod(shape)) * np.dtype(dtype).itemsize)
        self._demand(nbytes, owner)
        try:
            return self._pool.empty(shape, dtype, owner=(self, owner))
        finally:
            with self._lock:
                self._asked_bytes -= nbytes

    def _note_taken(self, owner: str, nbytes: int, hit: bool = False, miss: bool = False) -> None:
        """Add to what a node has taken. Called with the lock held."""
        taken = self._taken.get(owner)
        if taken is None:
            taken = self._taken[owner] = [0, 0, 0]
        taken[0] += nbytes
        taken[1] += hit
        taken[2] += miss

    def borrowed_by(self, owner: str) -> int:
        """Return what a node has borrowed at the moment, in bytes."""
        return self._pool.lent_by(self, owner)

    def hold(self, values: Iterable[object], owner: str) -> tuple[int, int]:
        """Count the outputs of a node.

        Returns
        -------
        tuple[int, int]
            Their size in bytes, and the part of it that is not borrowed from the pool.

        Raises
        ------
        MemoryBudgetError
            When the budget does not hold them; none is counted then.
        """
        total = own = 0
        counted = []
        for value in values:
            nbytes = _size(value)
            total += nbytes
            if nbytes >= UNCOUNTED_BYTES:
                for root, size in _owners_of(value, nbytes):
                    charge = 0 if isinstance(root, Lease) or _is_on_disk(root) else size
                    own += charge
                    counted.append((root, charge))
        if counted:
            self._count(counted, owner)
        return total, own

    def _count(self, charges: list[tuple[object, int]], owner: str) -> None:
        asked = 0
        if self.limit_bytes is not None:
            with self._lock:
                fresh = {id(root): charge for root, charge in charges if id(root) not in self._holdings}
            asked = sum(fresh.values())
            self._demand(asked, owner, "The result of")
        with self._lock:
            self._asked_bytes -= asked
            for root, charge in charges:
                holding = self._holdings.get(id(root))
                if holding is not None:
                    holding.holders += 1
                else:
                    self._holdings[id(root)] = _Holding(owner, charge, root)
                    self._held_bytes += charge
                    if charge:
                        self._note_taken(owner, charge)
        self._note_peak()

    def drop(self, value: object) -> int:
        """Count a value no longer, and return its size in bytes. Call it before the last reference goes."""
        if type(value) is Spilled:
            return value.nbytes
        nbytes = _size(value)
        if nbytes >= UNCOUNTED_BYTES:
            with self._lock:
                for root, _ in _owners_of(value, nbytes):
                    holding = self._holdings.get(id(root))
                    if holding is not None:
                        holding.holders -= 1
                        if not holding.holders:
                            del self._holdings[id(root)]
                            self._held_bytes -= holding.nbytes
        return nbytes

    def holds_alone(self, value: object) -> bool:
        """Whether no other counted value shares the memory of a value, so that it is free once the value goes."""
        root = root_of(value)
        holding = self._holdings.get(id(root))
        return holding is not None and holding.holders == 1 and not _is_on_disk(root)

    @property
    def live_bytes(self) -> int:
        """What values and borrowed buffers take now."""
        return self._held_bytes + self._pool.lent_by(self)

    @property
    def idle_bytes(self) -> int:
        """What the pool holds for the next who asks."""
        return self._pool.idle_bytes

    def relieve(self, nbytes: int) -> bool:
        """Have others let go of memory that could be had again, without waiting; say whether any did."""
        return self._pool.relieve(nbytes, wait=False) > 0

    def shrink_pool(self, room_bytes: int) -> None:
        """Have the pool give up idle buffers that the budget has no room for."""
        if self._pool.idle_bytes > room_bytes:
            self._pool.trim(max(room_bytes, 0))

    def _demand(self, nbytes: int, owner: str, what: str = "Memory for") -> None:
        """Set bytes aside, for the moment until they are counted, or raise."""
        while True:
            with self._lock:
                in_use = self.live_bytes + self._asked_bytes
                if self.limit_bytes is None or in_use + nbytes <= self.limit_bytes:
                    self._asked_bytes += nbytes
                    return
            missing = in_use + nbytes - self.limit_bytes
            if self._pool.relieve(missing):
                continue
            if self.make_room is None or not self.make_room(missing):
                raise self.refusal(f"{what} '{owner}'", nbytes)

    def refusal(self, what: str, nbytes: int) -> MemoryBudgetError:
        """Return the error that says what does not fit, and what is there."""
        limit = self.limit_bytes or 0
        holders = [f"{in_words(size)} by '{name}'" for name, size in self.stats().largest_owners(3)]
        held = f" Most of it is held: {', '.join(holders)}." if holders else ""
        return MemoryBudgetError(
            f"{what} takes {in_words(nbytes)}, {in_words(self.live_bytes)} are in use, "
            f"and the limit is {in_words(limit)}.{held}",
            requested_bytes=nbytes,
            limit_bytes=limit,
            hint="Raise the memory limit, use fewer workers, or work on smaller pieces.",
        )

    def _note_peak(self) -> None:
        live = self.live_bytes
        if live > self._peak_bytes:
            with self._lock:
                self._peak_bytes = max(self._peak_bytes, live)

    @property
    def peak_bytes(self) -> int:
        """The most that was in use at a time."""
        return self._peak_bytes

    def stats(self) -> MemoryStats:
        """Return the account as it stands."""
        by_owner = self._pool.lent_to(self)
        for name, nbytes in self._book.by_owner().items():
            by_owner[name] = by_owner.get(name, 0) + nbytes
        with self._lock:  # other nodes may borrow meanwhile
            taken = {name: Taken(*counts) for name, counts in self._taken.items()}
        return MemoryStats(
            peak_bytes=self._peak_bytes,
            live_bytes=self.live_bytes,
            lent_bytes=self._pool.lent_by(self),
            idle_bytes=self._pool.idle_bytes,
            hits=self._pool.hits - self._hits_before,
            misses=self._pool.misses - self._misses_before,
            owners=by_owner,
            limit_bytes=self.limit_bytes,
            spilled_bytes=self.spilled_bytes,
            taken=taken,
        )


def _owners_of(value: object, nbytes: int, seen: set[int] | None = None) -> list[tuple[object, int]]:
    """Return what owns the memory of a value, and how much: of a list, each of its large items, and the list itself.

    So an array that is in two lists, or in a list and alone, counts once.
    """
    if not isinstance(value, list | tuple) or all(_size(item) < UNCOUNTED_BYTES for item in value[:_LOOKED_AT]):
        return [(root_of(value), nbytes)]
    found: list[tuple[object, int]] = []
    rest = nbytes
    # A list may stand in several places of another, and even in itself.
    seen = {id(value)} if seen is None else seen
    for item in value:
        size = _size(item)
        if size >= UNCOUNTED_BYTES and not (isinstance(item, list | tuple) and id(item) in seen):
            seen.add(id(item))
            found += _owners_of(item, size, seen)
            rest -= size
    return [*found, (value, max(rest, 0))]


def _weak(root: object) -> weakref.ref[object] | None:
    try:
        return weakref.ref(root)
    except TypeError:
        return None


def _size(value: object) -> int:
    try:
        return nbytes_of(value)
    except Exception:  # noqa: BLE001 - a foreign class may do anything when it is looked at
        return 0


def root_of(value: object) -> object:
    """Return what owns the memory behind a value: a lease, the array that others are views of, or itself."""
    if isinstance(value, Audio):
        value = value.samples
    base = getattr(value, "base", None)
    while base is not None and hasattr(base, "__array_interface__"):
        value, base = base, getattr(base, "base", None)
    return value


def _is_on_disk(value: object) -> bool:
    # The system drops the pages of a mapped file when it needs the memory.
    return type(value).__name__ == "memmap"
