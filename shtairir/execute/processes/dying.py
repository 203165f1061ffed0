"""A worker ends with the program that it belongs to, whatever either of them is doing.

Linux sends the worker SIGKILL when the thread that has started it ends, which nothing in the worker can keep from it:
no call into C, not being stopped. (That thread lives as long as the worker, see `shtairir.execute.processes.keeper`.)
Elsewhere a thread of the worker waits for the other end of a pipe to close; it must wait for Python's lock first, and
does nothing in a process that is stopped.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import NoReturn

_PR_SET_PDEATHSIG = 1


class EndedError(BaseException):
    """The worker is to end: raised where the block is, so that it can put its things in order."""


def die_with(program: int, lifeline: int) -> None:
    """End this process when the program ends.

    Parameters
    ----------
    program
        Its process id.
    lifeline
        The reading end of a pipe that the program keeps open.
    """
    if not end_with_parent():
        threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()
    if os.getppid() != program:  # it has ended before that
        os._exit(0)


def end_with_parent() -> bool:
    """Have the system end this process when the thread that has started it ends, and say whether it can do that."""
    if sys.platform != "linux":
        return False
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return True


def _watch(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(0)


def listen_to_end() -> None:
    """Have SIGTERM raise an error in the block, so that what it has open is closed and its files are removed."""

    def end(number: int, frame: object) -> None:
        raise EndedError

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_by_signal() -> NoReturn:
    """End this process as SIGTERM would have ended it at once."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
    os._exit(os.EX_TEMPFAIL)


def leave_no_core() -> None:
    """Have the system write no image of the process when it crashes: it can be as large as all memory."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
