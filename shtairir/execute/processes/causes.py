"""How a worker died, in words: the system's own account of it."""

from __future__ import annotations

import re
import signal
from contextlib import suppress
from pathlib import Path

from shtairir.events import CodeLine

OUT_OF_MEMORY = "out of memory"

BROKEN = 76
"""With this status a worker ends that has lost its connection."""

_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+) in (?P<function>.+)$', re.MULTILINE)


def cause_of(status: int, *, was_short: bool = False) -> str:
    """Return how a process ended.

    Parameters
    ----------
    status
        As `subprocess.Popen.returncode` has it.
    was_short
        Whether the system has ended processes for want of memory meanwhile.

    Examples
    --------
    >>> cause_of(-11), cause_of(3), cause_of(-9, was_short=True)
    ('signal 11 (segmentation fault)', 'exit status 3', 'out of memory (ended by the system)')
    """
    if status == BROKEN:
        return "the connection to it broke"
    if status >= 0:
        return f"exit status {status}"
    if -status == signal.SIGKILL and was_short:
        return f"{OUT_OF_MEMORY} (ended by the system)"
    words = (signal.strsignal(-status) or "unknown").lower()
    return f"signal {-status} ({words})"


def hint_for_death(cause: str) -> str:
    """Return what to try.

    Examples
    --------
    >>> hint_for_death("exit status 3")
    'The block, or a library that it calls, ended its process: have it raise an error that says why.'
    """
    if cause.startswith(OUT_OF_MEMORY):
        return "Use smaller data or fewer workers, or let a worker take more memory."
    if cause.startswith("exit"):
        return "The block, or a library that it calls, ended its process: have it raise an error that says why."
    if cause.startswith("signal 9"):
        return "Somebody, or the system, has ended it from outside."
    return "A library that the block calls has crashed: look at the line, and at what it is given."


def kills_for_memory() -> int:
    """Return how often the system has ended a process for want of memory: in this group of processes, or at all."""
    with suppress(OSError, ValueError, StopIteration):
        path = next(line for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::"))
        return _count(Path(f"/sys/fs/cgroup{path[3:]}") / "memory.events", "oom_kill")
    with suppress(OSError, ValueError, StopIteration):
        return _count(Path("/proc/vmstat"), "oom_kill")
    return 0


def _count(file: Path, name: str) -> int:
    words = (line.split() for line in file.read_text().splitlines())
    return next(int(line[1]) for line in words if line[0] == name)


def crash_line(said: str, file: str) -> CodeLine | None:
    """Return the innermost line in a block's file of what `faulthandler` wrote when its process crashed."""
    import linecache

    for frame in _FRAME.finditer(said):
        if frame["file"] == file:
            line = int(frame["line"])
            return CodeLine(file, line, frame["function"], linecache.getline(file, line).strip())
    return None
