"""How the program is: workers, disk, memory, circuits and resources, and what of it wants looking after."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shtairir.keeping import VARIABLE, state_folder
from shtairir.memory.sizes import in_words

_LITTLE_DISK_BYTES = 1_000_000_000
_LITTLE_MEMORY_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class WorkersHealth:
    """Who works: threads, of which some were given up and are still in a block; and processes."""

    threads: int = 0
    abandoned: int = 0
    processes: int = 0


@dataclass(frozen=True, slots=True)
class DiskHealth:
    """The disk that history and journals lie on; ``folder`` is ``None`` when nothing is kept.

    Attributes
    ----------
    used_bytes
        What history, journals and kept results take.
    usable
        Whether something can be written there.
    """

    folder: Path | None = None
    used_bytes: int = 0
    free_bytes: int = 0
    total_bytes: int = 0
    usable: bool = True


@dataclass(frozen=True, slots=True)
class MemoryHealth:
    """The memory of the program and the machine.

    Attributes
    ----------
    resident_bytes
        What of this program is in RAM.
    lent_bytes, idle_bytes
        What the pool has lent to blocks and values, and what it holds for the next who asks.
    """

    resident_bytes: int = 0
    lent_bytes: int = 0
    idle_bytes: int = 0
    available_bytes: int = 0
    total_bytes: int = 0


@dataclass(frozen=True, slots=True)
class BreakerHealth:
    """The circuit to a dependency: ``closed``, ``open`` or ``half_open``."""

    name: str
    state: str
    failures: int = 0
    retry_in_s: float = 0.0
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class ResourceHealth:
    """A shared resource: how much of it there is, how much is taken, and how many wait for it."""

    name: str
    kind: str
    capacity: int
    used: int
    waiting: int
    longest_wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RunsHealth:
    """Runs by their journals: under way in any program of this user, and cut off before their end."""

    running: int = 0
    interrupted: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """How the program is at one moment.

    Attributes
    ----------
    problems
        What wants looking after, a sentence for each; empty when all is well.
    """

    workers: WorkersHealth
    disk: DiskHealth
    memory: MemoryHealth
    breakers: tuple[BreakerHealth, ...] = ()
    resources: tuple[ResourceHealth, ...] = ()
    runs: RunsHealth = RunsHealth()
    problems: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing wants looking after."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        facts = asdict(self) | {"good": self.good}
        facts["disk"]["folder"] = str(self.disk.folder) if self.disk.folder is not None else None
        return facts


def health() -> Health:
    """Return how the program is now. Takes some milliseconds, for the disk."""
    found = Health(_workers(), _disk(), _memory(), _breakers(), _resources(), _runs())
    return Health(
        found.workers, found.disk, found.memory, found.breakers, found.resources, found.runs, tuple(_problems(found))
    )


def _problems(found: Health) -> Iterator[str]:
    if found.workers.abandoned:
        many = found.workers.abandoned
        yield (
            f"{many} thread{' is' if many == 1 else 's are'} still in a block that was given up; "
            "it takes a processor or memory until the block returns, or the program ends."
        )
    disk, memory = found.disk, found.memory
    if not disk.usable:
        yield (
            f"Nothing can be kept of runs: {disk.folder} is no folder that can be written to. "
            f"Make it one, or name another with {VARIABLE}."
        )
    if disk.folder is not None and disk.free_bytes < _LITTLE_DISK_BYTES:
        yield f"The disk of {disk.folder} has only {in_words(disk.free_bytes)} left."
    if memory.total_bytes and memory.available_bytes < _LITTLE_MEMORY_SHARE * memory.total_bytes:
        yield f"The machine has only {in_words(memory.available_bytes)} of memory left."
    for breaker in found.breakers:
        if breaker.state != "closed":
            again = f"in {breaker.retry_in_s:.0f} s" if breaker.retry_in_s else "by the next who needs it"
            yield (
                f"'{breaker.name}' failed {breaker.failures} times in a row, and is left in peace; it is asked again "
                f"{again}. It last said: {breaker.last_error}"
            )
    if found.runs.interrupted:
        many = found.runs.interrupted
        yield f"{many} run{' was' if many == 1 else 's were'} cut off; 'shtairir resume' goes on with one."


def _workers() -> WorkersHealth:
    import psutil  # type: ignore[import-untyped]  # it brings no types

    count = sys.modules.get("shtairir.execute.workers")
    threads = count.count_threads() if count is not None else (0, 0)
    processes = 0
    try:
        for child in psutil.Process().children():
            processes += any("shtairir" in word for word in child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:  # one that has just ended
        pass
    return WorkersHealth(threads[0], threads[1], processes)


def _disk() -> DiskHealth:
    folder = state_folder()
    if folder is None:
        return DiskHealth()
    there = folder
    while not os.path.exists(there) and there != there.parent:  # `Path.exists` raises where one may not look
        there = there.parent
    usage = shutil.disk_usage(there)
    usable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    return DiskHealth(folder, _size(folder), usage.free, usage.total, usable)


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size
        except OSError:
            continue  # another program has just removed it
    return total


def _memory() -> MemoryHealth:
    import psutil

    from shtairir.memory.allocator import resident_bytes
    from shtairir.memory.pool import shared_pool

    machine, pool = psutil.virtual_memory(), shared_pool()
    return MemoryHealth(resident_bytes(), pool.lent_bytes, pool.idle_bytes, machine.available, machine.total)


def _breakers() -> tuple[BreakerHealth, ...]:
    module = sys.modules.get("shtairir.resources.breaker")
    if module is None:  # nobody has used one yet
        return ()
    return tuple(
        BreakerHealth(one.name, one.state, one.failures, one.retry_in_s, one.last_error)
        for one in module.breakers().report()
    )


def _resources() -> tuple[ResourceHealth, ...]:
    module = sys.modules.get("shtairir.resources.shared")
    if module is None:  # nobody has asked for one yet
        return ()
    return tuple(
        ResourceHealth(
            one.name,
            one.kind,
            one.capacity,
            one.used,
            len(one.waiting),
            max((one.at_s - wait.since_s for wait in one.waiting), default=0.0),
        )
        for one in module.shared_resources().usage()
    )


def _runs() -> RunsHealth:
    from shtairir.recovery.listing import runs

    states = [info.state for info in runs()]
    running = sum(state in ("running", "compensating") for state in states)
    return RunsHealth(running, sum(state in ("interrupted", "half_undone") for state in states))
