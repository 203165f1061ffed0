"""Buffers of the pool that lie in memory which worker processes see, too.

All of them are pieces of one file that has no name and lies in memory (``memfd_create``). It is as good as endless, and
takes as much memory as has been written to. A worker inherits its descriptor and maps the pieces that it is told of, so
no message carries more than numbers, and since the file has no name, nothing is left of it once the processes are gone,
however they ended. (Segments with names in ``/dev/shm`` outlive a killed program, and before Python 3.13 are removed
under the others by the first process that attached one and ended.)

A place in the file is never used for another buffer: whoever still maps what was given up sees zeros, not another's
values.

Glossary
--------
slab
    What is mapped at once: a large buffer, or room for many small ones of one size class. A process may have only so
    many mappings, and Python keeps a descriptor open for each, so small buffers cannot have one each.
reference
    The numbers by which another process finds an array: see `Reference`.
"""

from __future__ import annotations

import errno
import functools
import mmap
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from shtairir.memory.pool import Lease, MemoryPool

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

_ENDLESS_BYTES = 1 << 50
_SLAB_BYTES = 1 << 26
_FEWEST_IN_SLAB = 4
_MADV_POPULATE_WRITE = 23  # of Linux since 5.14; Python has no name for it
_POISON = 0xA5


class Reference(NamedTuple):
    """Where an array lies.

    Attributes
    ----------
    slab, slab_bytes
        The piece of the file to map.
    buffer, buffer_bytes
        The buffer in it; its place names the lease of the buffer as well.
    offset
        The place of the array's first element. All places are counted from the start of the file.
    writeable
        Whether the reader may write to it.
    """

    slab: int
    slab_bytes: int
    buffer: int
    buffer_bytes: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: Any
    writeable: bool


def available() -> bool:
    """Whether processes can share memory here in the way that this needs."""
    return os.name == "posix"


class Slab:
    """A piece of the file, mapped into this process for as long as somebody refers to it.

    Attributes
    ----------
    touched
        The buffers in it that have been made ready, where that is noted.
    """

    __slots__ = ("address", "mapping", "nbytes", "offset", "touched")

    def __init__(self, descriptor: int, offset: int, nbytes: int) -> None:
        import numpy as np

        try:
            self.mapping = mmap.mmap(descriptor, nbytes, mmap.MAP_SHARED, offset=offset)
        except OSError as error:
            raise MemoryError(f"The system has no {nbytes:,} bytes of shared memory: {error.strerror}.") from error
        self.offset = offset
        self.nbytes = nbytes
        self.touched: set[int] = set()
        self.address = int(np.frombuffer(self.mapping, np.uint8, 1).__array_interface__["data"][0])

    def touch(self, offset: int, nbytes: int) -> None:
        """Have a piece of it made ready at once: page by page, the first touch takes six times as long."""
        try:
            self.mapping.madvise(_MADV_POPULATE_WRITE, offset - self.offset, nbytes)
        except OSError as error:
            if error.errno in (errno.ENOMEM, errno.ENOSPC):
                raise MemoryError(f"The system has no {nbytes:,} bytes of shared memory left.") from error

    def interface(self, offset: int, nbytes: int) -> dict[str, Any]:
        """Return how NumPy finds a piece of it."""
        place = self.address + offset - self.offset
        return {"data": (place, False), "shape": (nbytes,), "typestr": "|u1", "version": 3}


class SharedFile:
    """The file, from which pieces are cut.

    Attributes
    ----------
    descriptor
        What workers inherit.
    """

    def __init__(self) -> None:
        self.descriptor = anonymous_file()
        os.ftruncate(self.descriptor, _ENDLESS_BYTES)
        self.maker = os.getpid()
        self._end = 0
        self._lock = threading.Lock()
        self._open: dict[int, tuple[Slab, int]] = {}

    def buffer(self, nbytes: int) -> SharedBuffer:
        """Return a buffer that nobody has used before."""
        rounded = -(-nbytes // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY
        slab, offset = self._piece(rounded)
        made = SharedBuffer(self, slab, offset, nbytes)
        slab.touch(offset, rounded)
        return made

    def _piece(self, nbytes: int) -> tuple[Slab, int]:
        with self._lock:
            if nbytes * _FEWEST_IN_SLAB > _SLAB_BYTES:
                slab = self._slab(nbytes)
                return slab, slab.offset
            found, used = self._open.get(nbytes, (None, 0))
            if found is None or used + nbytes > found.nbytes:
                found, used = self._slab(_SLAB_BYTES // nbytes * nbytes), 0
            self._open[nbytes] = found, used + nbytes
            return found, found.offset + used

    def _slab(self, nbytes: int) -> Slab:
        start, self._end = self._end, self._end + nbytes
        return Slab(self.descriptor, start, nbytes)


class SharedBuffer:
    """A buffer of the pool, in the file. When it goes, its memory returns to the system."""

    __slots__ = ("_file", "interface", "lent_before", "nbytes", "offset", "slab")

    def __init__(self, file: SharedFile, slab: Slab, offset: int, nbytes: int) -> None:
        self._file = file
        self.slab = slab
        self.offset = offset
        self.nbytes = nbytes
        self.lent_before = False
        self.interface = slab.interface(offset, nbytes)

    def poison(self) -> None:
        """Fill it with a pattern."""
        start = self.offset - self.slab.offset
        self.slab.mapping[start : start + self.nbytes] = bytes((_POISON,)) * self.nbytes

    def __del__(self) -> None:
        # Workers may still map it: to let go of our mapping alone would give nothing back. A copy of the process (a
        # fork) must not take it from the program.
        if os.getpid() == self._file.maker:
            with suppress(OSError, ValueError, AttributeError):
                self.slab.mapping.madvise(mmap.MADV_REMOVE, self.offset - self.slab.offset, self.nbytes)


class SharedPool(MemoryPool):
    """A pool whose buffers worker processes can see."""

    def __init__(self, limit_bytes: int | None = None, *, poison: bool | None = None) -> None:
        super().__init__(limit_bytes, poison=poison, make=shared_file().buffer)


def base_of(array: Array) -> Array | None:
    """Return the bytes of the whole shared buffer that an array lies in, or ``None`` if it lies elsewhere.

    They are the very object that all arrays in the buffer have for their base, so whoever counts who sees the buffer
    counts right.
    """
    value: Any = array
    while value is not None:
        base = getattr(value, "base", None)
        if isinstance(base, Lease):
            return value if isinstance(base.buffer, SharedBuffer) else None
        value = base
    return None


def reference_to(array: Array, base: Array) -> Reference:
    """Return how another process finds an array, given the bytes of its whole buffer."""
    buffer: Any = base.base.buffer  # type: ignore[union-attr]  # that of a lease, see `base_of`
    place = array.__array_interface__["data"][0] - buffer.slab.address + buffer.slab.offset
    return Reference(
        buffer.slab.offset,
        buffer.slab.nbytes,
        buffer.offset,
        buffer.nbytes,
        place,
        array.shape,
        array.strides,
        named(array.dtype),
        array.flags.writeable,
    )


def named(dtype: Any) -> Any:
    """Return a type of elements as it travels: the name of a usual one, which is shorter."""
    return dtype.str if dtype.isbuiltin == 1 else dtype


def array_on(base: Array, reference: Reference) -> Array:
    """Return the array that a reference means, given the bytes of its whole buffer."""
    import numpy as np

    _, _, buffer, _, offset, shape, strides, dtype, writeable = reference
    array: Array = np.ndarray(shape, dtype, base, offset - buffer, strides)
    if not writeable:
        array.flags.writeable = False
    return array


def anonymous_file() -> int:
    """Return the descriptor of a new file that has no name, and lies in memory where the system can do that."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("shtairir", os.MFD_CLOEXEC)
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


@functools.cache
def shared_file() -> SharedFile:
    """Return the one file of the process, which its workers inherit."""
    return SharedFile()


@functools.cache
def shared_memory_pool() -> SharedPool:
    """Return the pool that all runs of the process share, as far as they use processes."""
    return SharedPool()


if hasattr(os, "register_at_fork"):  # a copy of the process must not lend what the program lends
    os.register_at_fork(after_in_child=shared_file.cache_clear)
    os.register_at_fork(after_in_child=shared_memory_pool.cache_clear)
