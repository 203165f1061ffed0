"""Looks at memory while a run lasts, for observers that ask for it.

The controller looks after an event, but at most every two milliseconds, and every now and then while nothing happens.
A look takes about five microseconds.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from shtairir.events import EventBus, MemorySampled
from shtairir.ids import RunId
from shtairir.memory.allocator import resident_bytes
from shtairir.memory.manager import MemoryManager

APART_S = 0.002
TICK_S = 0.015


class MemorySampler:
    """Tells observers of memory, from the controller's thread.

    Attributes
    ----------
    tick_s
        How long the controller may sleep; ``None`` when nobody asks.
    """

    def __init__(self, run: RunId, memory: MemoryManager, bus: EventBus, clock: Callable[[], float]) -> None:
        self.tick_s = TICK_S if bus.wants_memory else None
        self._run = run
        self._memory = memory
        self._bus = bus
        self._clock = clock
        self._next_s = 0.0
        self._resident: _ResidentSize | None = None

    def look(self) -> None:
        """Look if somebody asks, and if the last look is not just over."""
        if self.tick_s is not None and self._clock() >= self._next_s:
            self._tell()

    def close(self) -> None:
        """Look for the last time."""
        if self._resident is not None:
            self._tell()
            self._resident.close()
            self.tick_s = self._resident = None

    def _tell(self) -> None:
        memory = self._memory
        resident = self._resident = self._resident or _ResidentSize()
        live, idle = memory.live_bytes, memory.idle_bytes
        peak = max(memory.peak_bytes, live)
        now = self._clock()  # afterwards: a peak that was seen was before
        self._bus.emit(MemorySampled(self._run, now, live, peak, idle, resident.read()))
        self._next_s = now + APART_S


class _ResidentSize:
    """The part of the process that is in RAM, read from a file that stays open where there is one."""

    def __init__(self) -> None:
        self._file: int | None = None
        with suppress(OSError):
            self._file = os.open("/proc/self/statm", os.O_RDONLY)
            self._page_bytes = os.sysconf("SC_PAGE_SIZE")

    def read(self) -> int:
        if self._file is None:
            return resident_bytes()
        return int(os.pread(self._file, 128, 0).split()[1]) * self._page_bytes

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
