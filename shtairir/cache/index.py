"""The index of the tier on disk: which entries there are, of which pieces each is made, and who goes first.

SQLite with a rollback journal: several programs use one cache at once, each with a connection or several of its own,
which a write-ahead log does not survive in some of its versions. Nothing is forced to the disk. After a power failure
the index may be damaged; it is set aside then, and the cache begins anew.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VERSION = 1
PATIENCE_S = 60.0
"""How long to wait for another program that writes."""

_SCHEMA = """
create table entries (
    key text primary key, form text not null, digest text not null, nbytes integer not null, cost_s real not null,
    created_s real not null, used_s real not null, uses integer not null, priority real not null,
    block text not null, node text not null, graph text not null
) without rowid;
create index by_priority on entries (priority);
create table blobs (hash text primary key, nbytes integer not null, users integer not null, data blob) without rowid;
create table parts (key text not null, place integer not null, hash text not null, primary key (key, place))
    without rowid;
create table facts (name text primary key, value real not null) without rowid;
insert into facts values ('nbytes', 0), ('age', 0), ('hits', 0), ('misses', 0), ('evicted', 0), ('saved_s', 0),
    ('saved_bytes', 0), ('damaged', 0);
"""


class Index:
    """One connection to the index, for one thread at a time.

    Raises
    ------
    sqlite3.Error
        When the file cannot be used; of any method.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(
            path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        self._changes = 0
        # A cache that nobody refers to any more has nobody who closes it.
        self._closing = weakref.finalize(self, self._connection.close)
        # At the end of the program the cache has a last word to write; whoever owns it closes it then.
        self._closing.atexit = False
        try:
            self._connection.execute("pragma journal_mode = truncate")
            self._connection.execute("pragma synchronous = off")
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        if self._version() == VERSION:
            return
        with self.changing():
            if self._version() == 0:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self._connection.execute(statement)
                self._connection.execute(f"pragma user_version = {VERSION}")
            elif self._version() != VERSION:
                raise sqlite3.DatabaseError(f"the cache is of version {self._version()}")

    def _version(self) -> int:
        return int(self._connection.execute("pragma user_version").fetchone()[0])

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Have all that is done meanwhile done together, or not at all; others wait."""
        self._connection.execute("begin immediate")
        self._changes += 1
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a question finds."""
        return self._connection.execute(statement, values).fetchall()

    def do(self, statement: str, *values: Any) -> None:
        """Carry out a change."""
        self._connection.execute(statement, values)

    def fact(self, name: str) -> float:
        """Return one of the counters."""
        found = self._connection.execute("select value from facts where name = ?", (name,)).fetchone()
        return float(found[0]) if found is not None else 0.0

    def count(self, **more: float) -> None:
        """Raise counters by so much."""
        for name, amount in more.items():
            if amount:
                self._connection.execute("update facts set value = value + ? where name = ?", (amount, name))

    @property
    def state(self) -> tuple[int, int]:
        """What is another after any change, of this program or another."""
        return int(self._connection.execute("pragma data_version").fetchone()[0]), self._changes

    def check(self) -> bool:
        """Whether the file is sound."""
        return bool(self._connection.execute("pragma quick_check").fetchone()[0] == "ok")

    def compact(self) -> None:
        """Give back the room that entries took which are gone."""
        self._connection.execute("vacuum")

    def close(self) -> None:
        """Close the connection."""
        self._closing()
