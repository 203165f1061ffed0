"""Whether a run's program is alive: told by a lock that the system takes away with the process.

A process number would not do, since another process may have it by now. On POSIX the lock is one of the process: the
copies that a program makes of itself do not have it. It goes when the process closes the file in any way, so within
one program nobody opens the file of a run that is going on there: `is_held` asks a list first.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

LOCK = "lock"

_RETRIES = 20
_RETRY_S = 0.01

_own: set[Path] = set()
_guard = threading.Lock()


class RunLock:
    """The lock of a run's folder, held by this program until it is released or dies."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back."""
        with _guard:
            _own.discard(self._path)
            with suppress(OSError):
                os.close(self._descriptor)


def take(folder: Path) -> RunLock | None:
    """Return the lock of a folder, or ``None`` if a living program has it."""
    path = _file(folder)
    with _guard:
        if path in _own:
            return None
        # Somebody who only looks has it for a moment.
        for _ in range(_RETRIES):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if _locked(descriptor):
                _own.add(path)
                return RunLock(path, descriptor)
            os.close(descriptor)
            time.sleep(_RETRY_S)
    return None


def is_held(folder: Path) -> bool:
    """Whether a living program, this one or another, has the lock of a folder."""
    path = _file(folder)
    with _guard:
        if path in _own:
            return True
        try:
            descriptor = os.open(path, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _locked(descriptor, shared=True)
        finally:
            os.close(descriptor)


def _file(folder: Path) -> Path:
    return Path(os.path.realpath(folder)) / LOCK


def _locked(descriptor: int, *, shared: bool = False) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.lockf(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
