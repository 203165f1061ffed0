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

import math
import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy

ALIGNMENT = 64
_SMALLEST_POOLED = 1 << 16
_POISON = 0xA5


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


class Lease:
    """Keeps a lent buffer; its end gives the buffer back."""

    __slots__ = ("__array_interface__", "_buffer", "_give_back", "nbytes", "owner")

    def __init__(self, buffer: _Buffer, owner: Owner, give_back: Callable[[Returned], None]) -> None:
        self._buffer = buffer
        self._give_back = give_back
        self.nbytes = buffer.nbytes
        self.owner = owner
        self.__array_interface__ = {
            "data": (buffer.address, False),
            "shape": (buffer.nbytes,),
            "typestr": "|u1",
            "version": 3,
        }

    def __del__(self) -> None:
        self._give_back((self._buffer, self.owner))


class _Buffer:
    """Memory of the system, aligned."""

    __slots__ = ("address", "nbytes", "storage")

    def __init__(self, nbytes: int) -> None:
        import numpy as np

        self.storage = np.empty(nbytes + ALIGNMENT, dtype=np.uint8)
        start = self.storage.__array_interface__["data"][0]
        self.address = -(-start // ALIGNMENT) * ALIGNMENT
        self.nbytes = nbytes

    def poison(self) -> None:
        self.storage.fill(_POISON)


Owner: TypeAlias = tuple[Hashable, str]
"""Who borrows: an account, which is a run, and a name in it, which is a node."""

Returned: TypeAlias = tuple[_Buffer, Owner]


class MemoryPool:
    """Lends arrays, keeps their memory for the next, and knows to whom everything is lent.

    Parameters
    ----------
    limit_bytes
        The most it may hold, lent and idle together; ``None`` for no limit.
    poison
        Fill buffers with a pattern when they are lent and when they return, so that a test can tell who reads
        what was never written, or what is no longer theirs.

    Notes
    -----
    All methods may be called from any thread.
    """

    def __init__(self, limit_bytes: int | None = None, *, poison: bool = False) -> None:
        self.limit_bytes = limit_bytes
        self._poison = poison
        self._lock = threading.Lock()
        self._returned: deque[Returned] = deque()
        self._idle: dict[int, list[_Buffer]] = {}
        self._lent_to: dict[Hashable, dict[str, int]] = {}
        self._lent_bytes = 0
        self._idle_bytes = 0
        self._hits = 0
        self._misses = 0

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
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        nbytes = math.prod(shape) * kind.itemsize
        if nbytes < _SMALLEST_POOLED or kind.hasobject:
            return np.empty(shape, kind)
        lease = Lease(self._take(size_class(nbytes), owner), owner, self._returned.append)
        array: numpy.ndarray[Any, Any] = np.asarray(lease)[:nbytes].view(kind).reshape(shape)
        return array

    def _take(self, nbytes: int, owner: Owner) -> _Buffer:
        with self._lock:
            self._collect()
            shelf = self._idle.get(nbytes)
            if shelf:
                buffer = shelf.pop()
                self._idle_bytes -= nbytes
                self._hits += 1
            else:
                self._make_room(nbytes)
                buffer = _Buffer(nbytes)
                self._misses += 1
            self._lent_bytes += nbytes
            account, name = owner
            lent = self._lent_to.setdefault(account, {})
            lent[name] = lent.get(name, 0) + nbytes
        if self._poison:
            buffer.poison()
        return buffer

    def _make_room(self, nbytes: int) -> None:
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
            self._lent_bytes -= buffer.nbytes
            self._settle(*owner, buffer.nbytes)
            self._idle.setdefault(buffer.nbytes, []).append(buffer)
            self._idle_bytes += buffer.nbytes

    def _settle(self, account: Hashable, name: str, nbytes: int) -> None:
        lent = self._lent_to[account]
        lent[name] -= nbytes
        if not lent[name]:
            del lent[name]
        if not lent:
            del self._lent_to[account]

    def _shrink(self, keep_bytes: int) -> int:
        """Let go of idle buffers, the largest first. Called with the lock held."""
        freed = 0
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

    @property
    def hits(self) -> int:
        """How many requests found a buffer."""
        return self._hits

    @property
    def misses(self) -> int:
        """How many requests took new memory from the system."""
        return self._misses

    def lent_to(self, account: Hashable = None) -> dict[str, int]:
        """Return the bytes lent to an account, by name."""
        with self._lock:
            self._collect()
            return dict(self._lent_to.get(account, {}))

    def lent_by(self, account: Hashable, name: str | None = None) -> int:
        """Return the bytes lent to an account, or to one name in it."""
        with self._lock:
            self._collect()
            lent = self._lent_to.get(account, {})
            return sum(lent.values()) if name is None else lent.get(name, 0)
