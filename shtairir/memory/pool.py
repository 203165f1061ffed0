"""Buffers lent to blocks, and taken back when nothing can see them any more.

A lent buffer is reached through a `Lease`, an object with ``__array_interface__`` that the NumPy array keeps as
its base. Every view, slice and transpose holds on to the same lease. When the last of them is gone the lease
dies and the buffer returns, so nothing can be lent again while anything still sees it, whatever a block does,
and no reference count of ours is involved.

A lease may die in any thread and at any moment, in the middle of another call of the pool too. So its end
only puts the buffer on a queue, without a lock; the queue is emptied by the next who calls.

Glossary
--------
size class
    Requests are rounded up to a power of two or one of three steps between, so that buffers fit again, at a cost
    of at most a quarter of their size.
idle
    Owned by the pool and lent to nobody.
"""

from __future__ import annotations

import functools
import math
import os
import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from shtairir.memory.allocator import available_bytes

if TYPE_CHECKING:
    import numpy

ALIGNMENT = 64
_SMALLEST_POOLED = 1 << 16
_ROOMY_BYTES = 64_000_000
_LARGE_BYTES = 8_000_000
_SPARE_BYTES = 64_000_000
"""What the machine shall have left."""
_POISON = 0xA5


@functools.lru_cache(1024)
def size_class(nbytes: int) -> int:
    """Return how large a buffer is taken for a request.

    Examples
    --------
    >>> size_class(100_000), size_class(131_072), size_class(131_073)
    (114688, 131072, 163840)
    """
    if nbytes <= _SMALLEST_POOLED:
        return _SMALLEST_POOLED
    step = 1 << max((nbytes - 1).bit_length() - 3, 0)
    return -(-nbytes // step) * step


class Buffer(Protocol):
    """Memory that can be lent; ``interface`` tells NumPy where it lies."""

    interface: dict[str, Any]
    lent_before: bool
    nbytes: int

    def poison(self) -> None:
        """Fill it with a pattern."""


class Lease:
    """Keeps a lent buffer; its end gives the buffer back.

    Attributes
    ----------
    buffer
        What is lent.
    is_hit
        Whether the pool had the buffer already.
    """

    __slots__ = ("__array_interface__", "_give_back", "buffer", "is_hit", "owner")

    def __init__(self, buffer: Buffer, owner: Owner, give_back: Callable[[Returned], None]) -> None:
        self.__array_interface__ = buffer.interface
        self.buffer = buffer
        self._give_back = give_back
        self.owner = owner
        self.is_hit = buffer.lent_before
        buffer.lent_before = True

    @property
    def nbytes(self) -> int:
        """The size of the whole buffer."""
        return self.buffer.nbytes

    def __del__(self) -> None:
        self._give_back((self.buffer, self.owner))


class _PrivateBuffer:
    """Memory of the system, aligned. NumPy asks for huge pages where it takes 4 MiB and more at once."""

    __slots__ = ("interface", "lent_before", "nbytes", "storage")

    def __init__(self, nbytes: int) -> None:
        import numpy as np

        self.storage = np.empty(nbytes + ALIGNMENT, dtype=np.uint8)
        start = self.storage.__array_interface__["data"][0]
        self.nbytes = nbytes
        self.lent_before = False
        self.interface = {
            "data": (-(-start // ALIGNMENT) * ALIGNMENT, False),
            "shape": (nbytes,),
            "typestr": "|u1",
            "version": 3,
        }

    def poison(self) -> None:
        self.storage.fill(_POISON)


Owner: TypeAlias = tuple[Hashable, str]
"""Who borrows: an account, which is a run, and a name in it, which is a node."""

Returned: TypeAlias = tuple[Buffer, Owner]

Relief: TypeAlias = Callable[[int, bool], int]
"""Takes how much is wanted, and whether to wait until it is free."""


class _Account:
    """What one account has borrowed: in all, at most, and by name."""

    __slots__ = ("by_name", "total")

    def __init__(self) -> None:
        self.total = 0
        self.by_name: dict[str, int] = {}


class MemoryPool:
    """Lends arrays, keeps their memory for the next, and knows to whom everything is lent.

    Parameters
    ----------
    limit_bytes
        The most it may hold, lent and idle together; ``None`` for no limit.
    poison
        Fill buffers with a pattern when they are lent and when they return, so that a test can tell who reads
        what was never written, or what is no longer theirs. By default, whether the environment variable
        ``SHTAIRIR_POISON`` is 1.
    make
        Takes so many bytes of memory from the system.

    Attributes
    ----------
    hits, misses
        How many requests found a buffer, and how many took new memory from the system.
    before_growth
        Called, without a lock, before new memory is taken from the system: who watches over memory looks then.
    relief
        Lets go of about so many bytes that could be had again, and says how many they were; it may wait for that if it
        is told to. Called, without a lock, when there is too little room.

    Notes
    -----
    All methods may be called from any thread. Buffers that nobody has asked for in a while stay idle until `trim`;
    they are never more than what was lent at the same time once, or a few dozen megabytes.
    """

    def __init__(
        self,
        limit_bytes: int | None = None,
        *,
        poison: bool | None = None,
        make: Callable[[int], Buffer] = _PrivateBuffer,
    ) -> None:
        self.limit_bytes = limit_bytes
        self._make = make
        self.hits = 0
        self.misses = 0
        self.before_growth: Callable[[], None] | None = None
        self.relief: Relief | None = None
        self._poison = os.environ.get("SHTAIRIR_POISON") == "1" if poison is None else poison
        # Reentrant: garbage may be collected while it is held, and a finaliser of foreign code may borrow.
        self._lock = threading.RLock()
        self._returned: deque[Returned] = deque()
        self._idle: dict[int, list[Buffer]] = {}
        self._accounts: dict[Hashable, _Account] = {}
        self._lent_bytes = 0
        self._most_lent_bytes = 0
        self._idle_bytes = 0

    def empty(
        self, shape: int | tuple[int, ...], dtype: Any = float, *, owner: Owner = (None, "")
    ) -> numpy.ndarray[Any, Any]:
        """Lend an uninitialised array.

        Small arrays, and those that hold Python objects, are ordinary ones: they gain nothing here.

        Raises
        ------
        MemoryError
            When the limit does not hold it, even after all idle memory is given up.
        """
        import numpy as np

        kind = np.dtype(dtype)
        nbytes = (shape if isinstance(shape, int) else math.prod(shape)) * kind.itemsize
        if nbytes < _SMALLEST_POOLED or kind.hasobject:
            return np.empty(shape, kind)
        lease = Lease(self._take(size_class(nbytes), owner), owner, self._returned.append)
        return np.ndarray(shape, kind, np.asarray(lease))

    def _take(self, nbytes: int, owner: Owner) -> Buffer:
        with self._lock:
            if self._returned:
                self._collect()
            buffer = self._from_shelf(nbytes)
            if buffer is not None:
                self._enter(nbytes, owner)
        if buffer is None:
            buffer = self._grow(nbytes, owner)
        if self._poison:
            buffer.poison()
        return buffer

    def _from_shelf(self, nbytes: int) -> Buffer | None:
        shelf = self._idle.get(nbytes)
        if not shelf:
            return None
        self._idle_bytes -= nbytes
        self.hits += 1
        return shelf.pop()

    def _enter(self, nbytes: int, owner: Owner) -> None:
        """Write down that so much is lent. Called with the lock held."""
        self._lent_bytes += nbytes
        if self._lent_bytes > self._most_lent_bytes:
            self._most_lent_bytes = self._lent_bytes
        holder, name = owner
        account = self._accounts.get(holder)
        if account is None:
            account = self._accounts[holder] = _Account()
        account.total += nbytes
        account.by_name[name] = account.by_name.get(name, 0) + nbytes

    def _grow(self, nbytes: int, owner: Owner) -> Buffer:
        if self.before_growth is not None:
            self.before_growth()
        if nbytes >= _LARGE_BYTES and self.relief is not None and available_bytes() < nbytes + _SPARE_BYTES:
            self.relieve(nbytes)
        while True:
            try:
                return self._grown(nbytes, owner)
            except MemoryError:
                if not self.relieve(nbytes):
                    raise

    def _grown(self, nbytes: int, owner: Owner) -> Buffer:
        with self._lock:
            self._make_room(nbytes)
            self._enter(nbytes, owner)
            self.misses += 1
        # The system may take milliseconds for it, during which others can go on borrowing.
        try:
            return self._make(nbytes)
        except MemoryError:
            with self._lock:
                self._settle(nbytes, owner)
            raise

    def relieve(self, nbytes: int, *, wait: bool = True) -> int:
        """Have those who hold memory that could be had again let go of some, and return how much that was."""
        if self.relief is None:
            return 0
        freed = self.relief(nbytes, wait)
        with self._lock:
            self._collect()
        return freed

    def _make_room(self, nbytes: int) -> None:
        """Give up idle buffers that would be too much beside new memory. Called with the lock held."""
        self._shrink(max(self._most_lent_bytes, _ROOMY_BYTES))
        if self.limit_bytes is None:
            return
        if self._lent_bytes + nbytes > self.limit_bytes:
            raise MemoryError(f"The pool's limit of {self.limit_bytes:,} bytes does not hold {nbytes:,} more.")
        self._shrink(self.limit_bytes - self._lent_bytes - nbytes)

    def _collect(self) -> None:
        """Take back the buffers whose leases have died. Called with the lock held."""
        while self._returned:
            buffer, owner = self._returned.popleft()
            if self._poison:
                buffer.poison()
            self._settle(buffer.nbytes, owner)
            self._idle.setdefault(buffer.nbytes, []).append(buffer)
            self._idle_bytes += buffer.nbytes

    def _settle(self, nbytes: int, owner: Owner) -> None:
        self._lent_bytes -= nbytes
        holder, name = owner
        account = self._accounts[holder]
        account.total -= nbytes
        account.by_name[name] -= nbytes
        if not account.by_name[name]:
            del account.by_name[name]
        if not account.by_name:
            del self._accounts[holder]

    def _shrink(self, keep_bytes: int) -> int:
        """Let go of idle buffers, the largest first. Called with the lock held."""
        freed = 0
        if self._idle_bytes <= keep_bytes:
            return freed
        for nbytes in sorted(self._idle, reverse=True):
            shelf = self._idle[nbytes]
            while shelf and self._idle_bytes > keep_bytes:
                shelf.pop()
                self._idle_bytes -= nbytes
                freed += nbytes
            if not shelf:
                del self._idle[nbytes]
        return freed

    def trim(self, keep_bytes: int = 0) -> int:
        """Return idle memory to the system, all but so much, and say how much it was, in bytes."""
        with self._lock:
            self._collect()
            self._most_lent_bytes = self._lent_bytes
            return self._shrink(keep_bytes)

    @property
    def lent_bytes(self) -> int:
        """What is lent now."""
        with self._lock:
            self._collect()
            return self._lent_bytes

    @property
    def idle_bytes(self) -> int:
        """What is kept for the next who asks."""
        with self._lock:
            self._collect()
            return self._idle_bytes

    def lent_to(self, account: Hashable = None) -> dict[str, int]:
        """Return the bytes lent to an account, by name."""
        with self._lock:
            self._collect()
            entry = self._accounts.get(account)
            return dict(entry.by_name) if entry is not None else {}

    def lent_by(self, account: Hashable, name: str | None = None) -> int:
        """Return the bytes lent to an account, or to one name in it."""
        if self._returned:
            with self._lock:
                self._collect()
        entry = self._accounts.get(account)
        if entry is None:
            return 0
        return entry.total if name is None else entry.by_name.get(name, 0)

    def owners(self) -> dict[Owner, int]:
        """Return everything that is lent, by whom it is lent to."""
        with self._lock:
            self._collect()
            return {
                (account, name): nbytes
                for account, entry in self._accounts.items()
                for name, nbytes in entry.by_name.items()
            }


@functools.cache
def shared_pool() -> MemoryPool:
    """Return the pool of the process: what one run gives back, the next borrows."""
    return MemoryPool()
