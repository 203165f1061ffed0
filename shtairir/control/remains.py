"""What runs leave behind, and must not: threads, processes, held resources, memory that processes share, files."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LOOKS_APART_S = 0.02


@dataclass(frozen=True, slots=True)
class Remains:
    """What was there at one moment, in words that can be shown.

    Attributes
    ----------
    threads
        Those that work for runs, by their identity.
    processes
        Children of this process, but for workers that wait for something to do.
    resources
        Who holds what.
    files
        Open, in the folders for temporary and spilled things.
    """

    threads: dict[int, str]
    processes: dict[int, str]
    resources: frozenset[str]
    files: frozenset[str]

    @classmethod
    def now(cls) -> Remains:
        """Look around."""
        return cls(dict(_threads()), dict(_processes()), frozenset(_held()), frozenset(_files()))

    def since(self, before: Remains) -> tuple[str, ...]:
        """Return a sentence for each thing that was not there before."""
        return (
            *(f"The thread '{name}' goes on." for ident, name in self.threads.items() if ident not in before.threads),
            *(f"Process {pid} ({name}) lives." for pid, name in self.processes.items() if pid not in before.processes),
            *sorted(self.resources - before.resources),
            *(f"The file {name} is still open." for name in sorted(self.files - before.files)),
        )


def left_since(before: Remains, patience_s: float = 5.0) -> tuple[str, ...]:
    """Return what is left that was not there before, having given it some time to go."""
    until_s = time.monotonic() + patience_s
    while (left := Remains.now().since(before)) and time.monotonic() < until_s:
        time.sleep(_LOOKS_APART_S)
    return left


def _threads() -> Iterator[tuple[int, str]]:
    for thread in threading.enumerate():
        name = thread.name
        if name.startswith(("shtairir run", "shtairir worker")) and thread.ident is not None:
            yield thread.ident, name


def _processes() -> Iterator[tuple[int, str]]:
    import psutil  # type: ignore[import-untyped]  # it brings no types

    resting = set(_workers_at_rest())
    for child in psutil.Process().children(recursive=True):
        try:
            if child.pid not in resting and child.status() != psutil.STATUS_ZOMBIE:
                yield child.pid, child.name()
        except psutil.Error:
            continue  # it went while it was looked at


def _workers_at_rest() -> Iterator[int]:
    """Yield the processes of workers that have nothing to do, and of what serves them."""
    pool = sys.modules.get("shtairir.execute.processes.pool")
    if pool is None:  # no run has had a process
        return
    for worker in pool.processes().workers():
        if worker.pid is not None and worker.state != "busy":
            yield worker.pid


def _held() -> Iterator[str]:
    if "shtairir.resources" not in sys.modules:
        return
    from shtairir.resources import shared_resources

    for usage in shared_resources().usage():
        if usage.kind != "rate":
            for holder in usage.holders:
                yield f"'{holder.node}' of run {holder.run} holds '{usage.name}'."
        for waiting in usage.waiting:
            yield f"'{waiting.node}' of run {waiting.run} waits for '{usage.name}'."


def _files() -> Iterator[str]:
    """Yield what this process has open in the folders for what does not last; others have files there, too."""
    import psutil

    from shtairir.memory.spill import spill_base

    folders = (Path(tempfile.gettempdir()), spill_base(), Path("/dev/shm"))
    for opened in psutil.Process().open_files():
        if any(Path(opened.path).is_relative_to(folder) for folder in folders):
            yield opened.path
