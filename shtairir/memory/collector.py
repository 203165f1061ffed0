"""When memory is given back, and when Python looks for garbage.

*Idle memory.* What the pool and the C library keep makes the next run fast, so it stays after a run; after a quiet
time without runs it goes back to the system. Under pressure it goes at once.

*Cyclic garbage.* Python looks for reference cycles after every few hundred new objects, which costs a third of a run
of tiny tasks and finds nothing. So it does not while a burst of such tasks lasts, and does again between bursts.
It is never off while an ordinary block runs: that may go on for hours and make cycles all the time. (Freezing what
there was before the burst was tried as well; with the collector off it brings nothing.)

Objects of Qt must not be ended by a thread that is not theirs. So where a window is open, only the main thread
looks for garbage on purpose.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path

from shtairir.memory import allocator
from shtairir.memory.pool import MemoryPool

QUIET_S = 15.0
WORTHWHILE_BYTES = 64_000_000
"""Less than that is not worth a thread that waits."""

_LOOK_INTERVAL_S = 0.2


class Pressure(IntEnum):
    """How scarce memory is. Low: take care; high: idle memory goes; critical: everything goes that can."""

    NONE = 0
    LOW = 1
    HIGH = 2
    CRITICAL = 3


def of_budget(used_bytes: int, limit_bytes: int | None) -> Pressure:
    """Return the pressure in a budget.

    Examples
    --------
    >>> of_budget(50, 100).name, of_budget(75, 100).name, of_budget(90, 100).name, of_budget(99, 100).name
    ('NONE', 'LOW', 'HIGH', 'CRITICAL')
    >>> of_budget(10**12, None).name
    'NONE'
    """
    if limit_bytes is None:
        return Pressure.NONE
    return _graded(1 - used_bytes / max(limit_bytes, 1), (0.3, 0.15, 0.05))


def of_system(available_bytes: int, total_bytes: int) -> Pressure:
    """Return the pressure on a machine.

    Examples
    --------
    >>> of_system(8, 16).name, of_system(3, 16).name, of_system(1, 16).name
    ('NONE', 'LOW', 'HIGH')
    """
    return _graded(available_bytes / max(total_bytes, 1), (0.2, 0.1, 0.05))


def _graded(free: float, steps: tuple[float, float, float]) -> Pressure:
    return Pressure(sum(free < step for step in steps))


def system_memory() -> tuple[int, int]:
    """Return what is available and what there is, in bytes: of the machine, or of the container that is smaller."""
    available, total = _machine_memory()
    with suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        limit = int((group / "memory.max").read_text())  # the word "max" where there is no limit
        left = limit - int((group / "memory.current").read_text())
        return min(available, max(left, 0)), min(total, limit)
    return available, total


def _machine_memory() -> tuple[int, int]:
    with suppress(OSError, KeyError, ValueError):  # psutil reads the same, and takes long to import
        lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
        kilobytes = {words[0]: int(words[1]) for words in lines}
        return kilobytes["MemAvailable:"] * 1024, kilobytes["MemTotal:"] * 1024
    import psutil  # type: ignore[import-untyped]  # it comes without types

    memory = psutil.virtual_memory()
    return int(memory.available), int(memory.total)


class GarbageCollector:
    """Looks after idle memory and cyclic garbage of the process.

    Parameters
    ----------
    quiet_s
        How long nothing must run before idle memory goes back.
    clock
        Monotonic seconds.
    memory
        Returns what is available and what there is, in bytes.

    Notes
    -----
    May be used from any thread. A thread of its own waits for the quiet time, when there is something to give back.
    """

    def __init__(
        self,
        quiet_s: float = QUIET_S,
        clock: Callable[[], float] = time.monotonic,
        memory: Callable[[], tuple[int, int]] = system_memory,
    ) -> None:
        self._quiet_s = quiet_s
        self._clock = clock
        self._memory = memory
        self._lock = threading.Lock()
        self._pools: weakref.WeakSet[MemoryPool] = weakref.WeakSet()
        self._runs = 0
        self._bursts = 0
        self._enabled_before = False
        self._quiet_since = 0.0
        self._looked_at = -_LOOK_INTERVAL_S
        self._waiting: threading.Thread | None = None
        self._wake = threading.Event()
        self._base_bytes = 0

    @contextmanager
    def run(self, pool: MemoryPool) -> Iterator[None]:
        """Mark the time of a run that borrows from a pool."""
        allocator.tune()
        with self._lock:
            if not self._base_bytes:
                self._base_bytes = allocator.resident_bytes()
            self._pools.add(pool)
            self._runs += 1
        pool.before_growth = self.look
        try:
            yield
        finally:
            with self._lock:
                self._runs -= 1
                self._quiet_since = self._clock()
                if not self._runs and self._waiting is None and self._is_worthwhile():
                    self._waiting = threading.Thread(target=self._rest, name="shtairir collector", daemon=True)
                    self._waiting.start()

    def _is_worthwhile(self) -> bool:
        return allocator.resident_bytes() - self._base_bytes > WORTHWHILE_BYTES

    def _rest(self) -> None:
        """Wait until nothing has run for the quiet time, then give back what is idle."""
        while True:
            with self._lock:
                left_s = self._quiet_s if self._runs else self._quiet_since + self._quiet_s - self._clock()
                if left_s <= 0:
                    self._waiting = None
                    break
            self._wake.wait(left_s)
        self.give_back()

    @contextmanager
    def burst(self, *, lasting: bool = False) -> Iterator[None]:
        """Mark the time of a burst of tiny tasks: Python looks for no cyclic garbage meanwhile.

        Parameters
        ----------
        lasting
            Whether most of what is made meanwhile stays: then it is not looked through right after, but counts as old.
        """
        with self._lock:
            self._bursts += 1
            if self._bursts == 1:
                self._enabled_before = gc.isenabled()
                gc.disable()
        try:
            yield
        finally:
            with self._lock:
                self._bursts -= 1
                if not self._bursts and self._enabled_before:
                    if lasting and not gc.get_freeze_count():
                        gc.freeze()
                        gc.unfreeze()
                    gc.enable()

    def pressure(self, used_bytes: int = 0, limit_bytes: int | None = None) -> Pressure:
        """Return how scarce memory is: in the budget or on the machine, whichever is worse."""
        return max(of_budget(used_bytes, limit_bytes), of_system(*self._memory()))

    def look(self) -> None:
        """Give back what is idle if the machine is under pressure. Looks a few times a second at most."""
        now = self._clock()
        if now - self._looked_at < _LOOK_INTERVAL_S:
            return
        self._looked_at = now
        self.relieve(self.pressure())

    def relieve(self, pressure: Pressure) -> int:
        """Give back as much as a pressure asks for, and return by how much the process is smaller, in bytes."""
        if pressure >= Pressure.CRITICAL and not self._bursts:
            return self.give_back()
        if pressure >= Pressure.HIGH:
            return self._trim()
        return 0

    def give_back(self) -> int:
        """Give back all that nobody uses, and return by how much the process is smaller, in bytes."""
        before = allocator.resident_bytes()
        if "PySide6" not in sys.modules or threading.current_thread() is threading.main_thread():
            gc.collect()
        self._trim()
        return max(before - allocator.resident_bytes(), 0)

    def _trim(self) -> int:
        freed = sum(pool.trim() for pool in list(self._pools))
        allocator.trim()
        return freed


collector = GarbageCollector()
"""The one of the process."""
