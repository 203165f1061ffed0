"""Sees which blocks keep Python's lock while they run, so that later runs may call them in a process of their own.

Only one thread of a process runs Python at a time. A block of NumPy lets go of the lock while it computes; one of pure
Python gives it up for others every now and then, and takes it back at once, so that two of them take as long as one
after the other; some C code keeps it until it returns.

A thread that looks gives the lock up for a moment, and asks for it again, eleven times. If nobody else wants it, that
takes as long as the system needs for a moment; else each time another thread gets in between, and it takes more than
twice as long, on a busy machine too. Who it was is clear if just one block runs whose habits are not known yet. A few
looks are enough for a block; of one that is known, there are no more.

A look takes a millisecond, twenty times a second. There is none in runs whose blocks are all known, or quick, or alone.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from shtairir.execute.processes.kinds import ENOUGH_LOOKS
from shtairir.planning.typical import median

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.execute.attempt import Attempt

_EVERY_S = 0.05
_SETTLED_S = 0.01
_MOMENTS = 11
_TIMES_LONGER, _LONGER_S = 1.7, 40e-6


class Habits(Protocol):
    """Whoever remembers what was seen."""

    def note_lock(self, definition: BlockDefinition, *, held: bool) -> None:
        """Take note whether a block kept the lock when it was looked."""

    def looks_at_lock(self, definition: BlockDefinition) -> int:
        """Return how often it was looked."""

    def holds_lock(self, definition: BlockDefinition) -> bool:
        """Whether a block was seen to keep the lock."""


class Watched(Protocol):
    """A run, as far as it is looked at."""

    @property
    def running(self) -> bool:
        """Whether it goes on."""

    def in_threads(self) -> Sequence[Attempt]:
        """Return the attempts that are under way in threads."""


class LockProbe:
    """Tells whether another thread keeps taking Python's lock.

    Parameters
    ----------
    moment
        Gives the lock up for as short as can be.
    """

    def __init__(
        self,
        moment: Callable[[], None] = lambda: time.sleep(0),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._moment = moment
        self._clock = clock
        self._least_s = float("inf")

    def is_taken(self) -> bool:
        """Whether the lock was taken by another nearly each time that it was given up."""
        times = []
        for _ in range(_MOMENTS):
            began_s = self._clock()
            self._moment()
            times.append(self._clock() - began_s)
        self._least_s = min(self._least_s, *times)
        return median(times) > max(self._least_s * _TIMES_LONGER, self._least_s + _LONGER_S)


class LockWatch:
    """Looks at a run now and then, in a thread of its own, as long as there is something to learn."""

    def __init__(self, run: Watched, habits: Habits, probe: LockProbe) -> None:
        self._run = weakref.ref(run)
        self._habits = habits
        self._probe = probe

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._watch, name="shtairir looks at the lock", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(_EVERY_S)
            run = self._run()
            if run is None or not run.running:
                return
            self.look(run.in_threads(), time.perf_counter())
            del run

    def look(self, attempts: Iterable[Attempt], now_s: float) -> None:
        """Take note of what the blocks that run are doing, as far as that can be told."""
        running = [attempt for attempt in attempts if now_s - attempt.started_s > _SETTLED_S]
        blocks = {id(attempt.task.definition): attempt.task.definition for attempt in running}
        unknown = [block for block in blocks.values() if self._habits.looks_at_lock(block) < ENOUGH_LOOKS]
        if not unknown:
            return
        if not self._probe.is_taken():
            for block in unknown:
                self._habits.note_lock(block, held=False)
            return
        others = [block for block in blocks.values() if block not in unknown and self._habits.holds_lock(block)]
        is_mixed = any(attempt.task.parts or attempt.task.body is not None for attempt in running)
        if len(unknown) == 1 and not others and not is_mixed:
            self._habits.note_lock(unknown[0], held=True)
