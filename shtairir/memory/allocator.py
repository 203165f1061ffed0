"""The allocator of the system: settings for large arrays, and giving idle memory back.

Most blocks know nothing of the pool: NumPy takes memory for each result from the C library. That of GNU/Linux maps
every block of 32 MiB and more afresh and unmaps it when it is freed, so each result is paid for twice, once by the
computation and once by a page fault for every page of it. Three settings end that:

``M_MMAP_MAX = 0``
    Large blocks come from the heap too, and freed ones are used again.
``M_TRIM_THRESHOLD = 2 GiB - 1``
    Freed memory at the top of the heap is kept, not returned at once.
``M_ARENA_MAX = 1``
    All threads share one heap: what a worker frees, another may use. Python's own small objects do not come from
    there, so threads seldom meet at its lock.

What it costs: the process keeps the memory of its largest moment until `release` is called, which the
`GarbageCollector` does after a quiet time and under pressure (``malloc_trim`` returns free pages from the middle of
the heap as well); growing a large block copies it, instead of moving its pages; the settings hold for the whole
process, which is why they are made by the first run and not by an import.

Other systems: macOS gives blocks above 128 KiB from a "large" region whose freed entries it keeps for a while, and
offers ``malloc_zone_pressure_relief`` to return them but no setting to keep more; Windows has no thresholds to set
either, and returns large blocks at once; musl has no ``mallopt``. Nothing is changed there; blocks that borrow from
the pool through their context have the gain everywhere.
"""

from __future__ import annotations

import functools
import gc
import os
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shtairir.memory.pool import MemoryPool

_M_TRIM_THRESHOLD, _M_MMAP_MAX, _M_PERTURB, _M_ARENA_MAX = -1, -4, -6, -8
_LARGEST_INT = 2**31 - 1
_POISON = 0xA5

_lock = threading.Lock()
_state: dict[str, bool] = {}


@dataclass(frozen=True, slots=True)
class Released:
    """What giving memory back has brought.

    Attributes
    ----------
    pool_bytes
        What the pool held idle.
    collected
        Objects in reference cycles that nobody could reach.
    before_bytes, after_bytes
        Memory of the process that is in RAM (its resident set).
    """

    pool_bytes: int
    collected: int
    before_bytes: int
    after_bytes: int

    @property
    def returned_bytes(self) -> int:
        """By how much the process is smaller."""
        return max(self.before_bytes - self.after_bytes, 0)


def tune() -> bool:
    """Set the allocator up for large arrays, once for the process, and say whether it is so.

    With ``SHTAIRIR_POISON`` set to 1, have it fill all memory that it gives out or takes back with a pattern, too.
    Changes nothing where the environment variable ``SHTAIRIR_ALLOCATOR`` is ``system``, and on systems without the
    GNU C library.
    """
    with _lock:
        if "tuned" not in _state:
            library = _glibc()
            wanted = os.environ.get("SHTAIRIR_ALLOCATOR", "") != "system"
            _state["tuned"] = wanted and library is not None and _set_up(library)
            if library is not None and os.environ.get("SHTAIRIR_POISON") == "1":
                library.mallopt(_M_PERTURB, _POISON)
        return _state["tuned"]


def _set_up(library: Any) -> bool:
    settings = ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, _LARGEST_INT), (_M_ARENA_MAX, 1))
    return all(library.mallopt(setting, value) == 1 for setting, value in settings)


@functools.cache
def _glibc() -> Any:
    """Return the GNU C library, or ``None`` where the process does not use it."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 - musl has no such function
        library.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
        library.malloc_trim.argtypes = [ctypes.c_size_t]
    except (OSError, AttributeError):
        return None
    return library


def trim() -> bool:
    """Return free memory of the C library to the system, and say whether there was any."""
    library = _glibc()
    if library is not None:
        return bool(library.malloc_trim(0))
    if sys.platform == "darwin":
        return bool(_relief())
    return False


def _relief() -> int:
    import ctypes

    try:
        relief = ctypes.CDLL(None).malloc_zone_pressure_relief
    except (OSError, AttributeError):
        return 0
    relief.argtypes, relief.restype = [ctypes.c_void_p, ctypes.c_size_t], ctypes.c_size_t
    return int(relief(None, 0))


def release(pool: MemoryPool | None = None) -> Released:
    """Return all memory that nobody uses to the system: of the pool, in reference cycles, of the C library.

    Parameters
    ----------
    pool
        The pool to empty; the one that all runs of the process share by default.
    """
    from shtairir.memory.pool import shared_pool

    before = resident_bytes()
    collected = gc.collect()
    freed = (pool if pool is not None else shared_pool()).trim()
    trim()
    return Released(freed, collected, before, resident_bytes())


def available_bytes() -> int:
    """Return how much the machine could still give without having to swap."""
    import psutil  # type: ignore[import-untyped]  # it comes without types

    return int(psutil.virtual_memory().available)


def resident_bytes() -> int:
    """Return how much of the process is in RAM."""
    try:
        with open("/proc/self/statm", "rb") as status:
            return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        import psutil

        return int(psutil.Process().memory_info().rss)
