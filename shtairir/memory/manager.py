"""The memory account of one run: what its values take, what it has borrowed, and what it may.

Two things are counted: memory that blocks borrow from the pool through their context, and values that tasks
hand on. A value whose memory is borrowed counts once. So does memory that several values share: a view of
another task's output adds nothing.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shtairir.block.values import Audio, nbytes_of
from shtairir.errors import MemoryBudgetError
from shtairir.memory.pool import Lease, MemoryPool, size_class
from shtairir.memory.sizes import in_words
from shtairir.memory.stats import MemoryStats

if TYPE_CHECKING:
    import numpy

UNCOUNTED_BYTES = 1024
"""Smaller values are not counted: the account would cost more than they take."""


class _Holding:
    __slots__ = ("holders", "nbytes", "owner")

    def __init__(self, owner: str, nbytes: int) -> None:
        self.owner = owner
        self.nbytes = nbytes
        self.holders = 1


class MemoryManager:
    """Lends buffers and counts values under one budget.

    Parameters
    ----------
    limit_bytes
        The budget for values and borrowed memory together; ``None`` for none.

    Notes
    -----
    May be called from any thread. The lock is held for a few additions only, never while a block runs.
    """

    def __init__(self, pool: MemoryPool, limit_bytes: int | None = None) -> None:
        self.limit_bytes = limit_bytes
        self._pool = pool
        self._lock = threading.Lock()
        self._holdings: dict[int, _Holding] = {}
        self._held_bytes = 0
        self._peak_bytes = 0
        self._hits_before = pool.hits
        self._misses_before = pool.misses

    def empty(self, shape: int | tuple[int, ...], dtype: Any, owner: str) -> numpy.ndarray[Any, Any]:
        """Lend an uninitialised array to a node.

        Raises
        ------
        MemoryBudgetError
            When the budget does not hold it.
        """
        import numpy as np

        count = shape if isinstance(shape, int) else math.prod(shape)
        self._demand(size_class(count * np.dtype(dtype).itemsize), owner)
        array = self._pool.empty(shape, dtype, owner=(self, owner))
        self._note_peak()
        return array

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
                root = _root(value)
                charge = 0 if isinstance(root, Lease) or _is_on_disk(root) else nbytes
                own += charge
                counted.append((id(root), charge))
        if counted:
            self._count(counted, owner)
        return total, own

    def _count(self, charges: list[tuple[int, int]], owner: str) -> None:
        with self._lock:
            fresh = sum({key: charge for key, charge in charges if key not in self._holdings}.values())
        self._demand(fresh, owner, "The result of")
        with self._lock:
            for key, charge in charges:
                holding = self._holdings.get(key)
                if holding is not None:
                    holding.holders += 1
                else:
                    self._holdings[key] = _Holding(owner, charge)
                    self._held_bytes += charge
        self._note_peak()

    def drop(self, value: object) -> int:
        """Count a value no longer, and return its size in bytes. Call it before the last reference goes."""
        nbytes = _size(value)
        if nbytes >= UNCOUNTED_BYTES:
            key = id(_root(value))
            with self._lock:
                holding = self._holdings.get(key)
                if holding is not None:
                    holding.holders -= 1
                    if not holding.holders:
                        del self._holdings[key]
                        self._held_bytes -= holding.nbytes
        return nbytes

    def _live_bytes(self) -> int:
        return self._held_bytes + self._pool.lent_by(self)

    def _demand(self, nbytes: int, owner: str, what: str = "Memory for") -> None:
        if self.limit_bytes is None or self._live_bytes() + nbytes <= self.limit_bytes:
            return
        raise MemoryBudgetError(
            f"{what} '{owner}' takes {in_words(nbytes)}, {in_words(self._live_bytes())} are in use, "
            f"and the limit is {in_words(self.limit_bytes)}.",
            requested_bytes=nbytes,
            limit_bytes=self.limit_bytes,
            hint="Raise the memory limit, use fewer workers, or work on smaller pieces.",
        )

    def _note_peak(self) -> None:
        live = self._live_bytes()
        with self._lock:
            self._peak_bytes = max(self._peak_bytes, live)

    @property
    def peak_bytes(self) -> int:
        """The most that was in use at a time."""
        return self._peak_bytes

    def stats(self) -> MemoryStats:
        """Return the account as it stands."""
        owners = self._pool.lent_to(self)
        with self._lock:
            for holding in self._holdings.values():
                if holding.nbytes:
                    owners[holding.owner] = owners.get(holding.owner, 0) + holding.nbytes
        return MemoryStats(
            peak_bytes=self._peak_bytes,
            live_bytes=self._live_bytes(),
            lent_bytes=self._pool.lent_by(self),
            idle_bytes=self._pool.idle_bytes,
            hits=self._pool.hits - self._hits_before,
            misses=self._pool.misses - self._misses_before,
            owners=owners,
            limit_bytes=self.limit_bytes,
        )


def _size(value: object) -> int:
    try:
        return nbytes_of(value)
    except Exception:  # noqa: BLE001 - a foreign class may do anything when it is looked at
        return 0


def _root(value: object) -> object:
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
