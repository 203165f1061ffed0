"""The history's database file: opened, brought up to date, kept small, and set aside when it is damaged.

Several programs may use it at once, each with one connection that writes and short-lived ones that read. It keeps a
rollback journal and not a write-ahead log: the SQLite of Python 3.11 on Debian 12 (3.40) is among those in which two
connections that write, or one that writes while another resets the log, can rarely corrupt a database in that mode
(the WAL-reset bug, mended in 3.51.3). What a write-ahead log is faster in, many small transactions, is not done here:
there is one for each run. Every write begins with ``BEGIN IMMEDIATE``, so that whoever comes second waits at the
beginning, where waiting is safe, and never deadlocks when it turns from reading to writing.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from shtairir.errors import HistoryError
from shtairir.monitor.schema import APPLICATION, STEPS, VERSION

FILE = "history.sqlite"
QUOTA_BYTES = 200_000_000
_KEPT_SHARE = 0.8
_PATIENCE_S = 20.0
_DELETED_AT_ONCE = 50
_BESIDES = ("-journal", "-wal", "-shm")

_log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")


class Database:
    """The file of the history.

    Parameters
    ----------
    quota_bytes
        The oldest runs are forgotten when it grows larger.

    Notes
    -----
    Each call opens the file, works, and closes it: this takes a third of a millisecond, and no connection is shared
    among threads or survives in a program that only looks.
    """

    def __init__(self, path: Path, quota_bytes: int = QUOTA_BYTES) -> None:
        self.path = path
        self._quota_bytes = quota_bytes

    # --- use --------------------------------------------------------------------------------------------------

    def read(self, query: Callable[[sqlite3.Connection], _Answer], nothing: _Answer) -> _Answer:
        """Return what a query finds; ``nothing`` when there is no database, or none that can be read.

        Raises
        ------
        HistoryError
            When the database was written by a newer program.
        """
        if not self.path.exists():
            return nothing

        def asked(connection: sqlite3.Connection) -> _Answer:
            connection.execute("BEGIN")  # all that one question reads is of one moment
            return query(connection)

        return self._used(asked, nothing)

    def write(self, change: Callable[[sqlite3.Connection], _Answer]) -> _Answer | None:
        """Change the database in one transaction, and return what the change returns; ``None`` if that cannot be.

        Raises
        ------
        HistoryError
            When the database was written by a newer program.
        """

        def changed(connection: sqlite3.Connection) -> _Answer:
            with transaction(connection):
                return change(connection)

        for _ in range(2):  # again, when a damaged one was set aside
            answer = self._used(changed, None)
            if answer is not None:
                return answer
        return None

    def _used(self, use: Callable[[sqlite3.Connection], _Answer], nothing: _Answer) -> _Answer:
        known = _file_of(self.path)
        try:
            with closing(self._open()) as connection:
                return use(connection)
        except sqlite3.DatabaseError as error:
            if _is_damage(error):
                self._set_aside(error, known)
            else:
                _log.warning("The history of runs in %s cannot be used now: %s.", self.path, error)
        except OSError as error:
            _log.warning("The history of runs in %s cannot be used: %s.", self.path, error)
        return nothing

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.path.exists():  # what runs were about is nobody else's business
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            _bring_up_to_date(connection, self.path)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_aside(self, error: sqlite3.DatabaseError, known: tuple[int, int] | None) -> None:
        """Rename a damaged database, unless another program has done that meanwhile."""
        if known is None or known != _file_of(self.path):
            return
        aside = self.path.with_name(f"{self.path.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}{self.path.suffix}")
        _log.warning(
            "The history of runs in %s is damaged (%s). It is set aside as %s, and a new one begins.",
            self.path,
            error,
            aside.name,
        )
        try:
            self.path.replace(aside)
            for ending in _BESIDES:  # a journal that is left would be played back into the new database
                with suppress(FileNotFoundError):
                    Path(f"{self.path}{ending}").replace(f"{aside}{ending}")
        except OSError as problem:
            _log.warning("%s cannot be renamed: %s.", self.path, problem)

    # --- upkeep -----------------------------------------------------------------------------------------------

    def keep_to_quota(self) -> None:
        """Forget the oldest runs, if the file has grown too large, and give the space back."""
        try:
            if self.path.stat().st_size <= self._quota_bytes:
                return
        except OSError:
            return
        while self.read(_used_bytes, 0) > self._quota_bytes * _KEPT_SHARE:
            if not self.write(_forget_oldest):
                break
        self.vacuum()

    def vacuum(self) -> None:
        """Give back the space of what was forgotten."""

        def give_back(connection: sqlite3.Connection) -> bool:
            connection.executescript("PRAGMA incremental_vacuum")  # `execute` takes one step, which is one page
            return True

        if self.path.exists():
            self._used(give_back, False)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Take the steps that the database has not behind it.

    Raises
    ------
    HistoryError
        When it has more behind it than this program knows.
    """
    version = _version(connection)
    if version == VERSION:
        return
    if version > VERSION:
        raise HistoryError(
            f"The history of runs in {path} was written by a newer version of Shtairir.",
            hint="Use that version, or name another folder with SHTAIRIR_STATE_PATH.",
        )
    if version == 0:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only possible before there is a table
    with transaction(connection):
        for step in STEPS[_version(connection) :]:  # another program may just have taken some
            for statement in step.split(";"):
                if statement.strip():
                    connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether it is the file's fault, and not that it is locked, or the disk full."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    # A plain error is one in what was asked: with a file of ours, that table or column would be there.
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _file_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"PRAGMA {what}").fetchone()[0])
        for what in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _forget_oldest(connection: sqlite3.Connection) -> int:
    oldest = connection.execute("SELECT id FROM runs ORDER BY started_at LIMIT ?", (_DELETED_AT_ONCE,)).fetchall()
    forget(connection, [run for (run,) in oldest])
    return len(oldest)


def forget(connection: sqlite3.Connection, runs: list[int]) -> None:
    """Remove runs with all that belongs to them, and the graphs that no run is of any more."""
    connection.executemany("DELETE FROM runs WHERE id = ?", [(run,) for run in runs])
    connection.execute("DELETE FROM graphs WHERE id NOT IN (SELECT graph_id FROM runs WHERE graph_id IS NOT NULL)")
