"""Whether somebody else has written a graph's file since it was read, and that two who save do not do so at once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from shtairir.document.disk import read_file
from shtairir.document.parsing import MAX_FILE_BYTES
from shtairir.errors import ChangedOnDiskError, DocumentError

if TYPE_CHECKING:
    from shtairir.document.graph import Graph

OnDisk = Literal["same", "changed", "gone"]
_PATIENCE_S = 1.0
_RETRY_S = 0.01


def on_disk(path: Path, known: bytes | None) -> OnDisk:
    """Return what became of a file of which it is known what it held; one that cannot be read just now is the same."""
    if known is None:
        return "same"
    if not path.exists():
        return "gone"
    try:
        return "same" if read_file(path, MAX_FILE_BYTES) == known else "changed"
    except DocumentError:
        return "same"


def refuse_if_changed(graph: Graph) -> None:
    """Refuse to save over what somebody else has written; a file that is gone is simply written again.

    Raises
    ------
    ChangedOnDiskError
        When the graph's file does not hold what it held when it was read or saved.
    """
    if graph.path is not None and on_disk(graph.path, graph.on_disk) == "changed":
        raise ChangedOnDiskError(
            "The file was changed by another program since it was opened.",
            path=graph.path,
            hint="Save under another name, or look at what changed first.",
        )


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Be the only program that looks at a file and then writes it.

    The lock is on the file as it is now. Who waited for it until another had put a new file in its place finds that
    the file has changed. Where there are no such locks, the backup still keeps what is written over.
    """
    descriptor = _opened(path)
    if descriptor is None:
        yield
        return
    try:
        _wait_for(descriptor)
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int | None:
    if sys.platform == "win32":  # a file that is open cannot be replaced there
        return None
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None


def _wait_for(descriptor: int) -> None:
    """Wait for the lock; not for ever, since a program that hangs may have it."""
    until_s = time.monotonic() + _PATIENCE_S
    while not _locked(descriptor) and time.monotonic() < until_s:
        time.sleep(_RETRY_S)


def _locked(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
