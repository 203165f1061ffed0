"""SQLite databases: read as tables, changed by one statement at a time."""

import contextlib
import datetime
import decimal
import json
import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .io_atomic import chosen, existing
from .io_text import plain
from .watching import Cancellable

if TYPE_CHECKING:
    import polars as pl

_BUSY_S = 5.0
_STEPS = 20_000
"""So many steps of its machine SQLite takes between two looks at whether the run shall end."""
_PIECE = 10_000
_INTEGERS = range(-(2**63), 2**63)


@contextlib.contextmanager
def _opened(path: Path, mode: str, run: Cancellable) -> Iterator[sqlite3.Connection]:
    """Lend a connection; what goes wrong in it is told in a sentence."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_S)
    try:
        connection.set_progress_handler(lambda: run.cancelled, _STEPS)
        connection.set_authorizer(_stay_in_the_file)
        yield connection
    except (sqlite3.Error, sqlite3.Warning) as error:
        run.check_cancelled()
        raise ValueError(_worded(path, error)) from None
    finally:
        connection.close()


def _stay_in_the_file(action: int, *_: object) -> int:
    """Refuse statements that open other files."""
    return sqlite3.SQLITE_DENY if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH) else sqlite3.SQLITE_OK


def _worded(path: Path, error: Exception) -> str:
    said = str(error)
    if "not a database" in said:
        return f"{path.name} is not an SQLite database. Choose another file."
    if "one statement" in said:
        return "Only one statement is executed at a time. Leave out what stands behind the first semicolon."
    if "readonly" in said:
        return f"{path.name} is opened for reading only. To change it, use database.execute."
    if "not authorized" in said or "authorization denied" in said:
        return "The statement would open another file. One database is used at a time."
    if "locked" in said:
        return f"{path.name} was in use by another program for {_BUSY_S:g} seconds. Try again."
    if "did not supply" in said or "Incorrect number" in said or "binding" in said.lower():
        return f"The parameters do not fit the statement: {said}. Give a value for each :name in it."
    return f"{path.name} does not accept that: {said}."


def queried(database: Path, sql: str, parameters: Mapping[str, Any], limit: int, run: Cancellable) -> "pl.DataFrame":
    """Return what one SELECT statement finds, as a table."""
    with _opened(existing(database), "ro", run) as connection:
        cursor = connection.execute(sql, _bound(parameters))
        if cursor.description is None:
            raise ValueError("The statement gives no rows. Ask with SELECT; to change a database use database.execute.")
        names = _distinct([column[0] for column in cursor.description])
        return _table(names, _rows(cursor, limit))


def _rows(cursor: sqlite3.Cursor, limit: int) -> list[tuple[Any, ...]]:
    rows = cursor.fetchmany(limit + 1)
    if len(rows) > limit:
        raise ValueError(f"The statement gives more than {limit:,} rows. Add LIMIT or a condition, or raise limit.")
    return rows


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names, with a number behind those that were there before.

    >>> _distinct(["id", "name", "id"])
    ['id', 'name', 'id_2']
    """
    found: list[str] = []
    for name in names:
        number, free = 1, name
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found.append(free)
    return found


def _table(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> "pl.DataFrame":
    from .table_records import table_of_columns

    return table_of_columns({name: [row[place] for row in rows] for place, name in enumerate(names)})


def _bound(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: storable(value) for name, value in parameters.items()}


def storable(value: Any) -> Any:
    """Return a value as SQLite can hold it: dates as ISO text, lists and dictionaries as JSON text, NaN as nothing."""
    if value is None or isinstance(value, str | bytes):
        return value
    if isinstance(value, bool):
        return int(value)
    item = value.item() if hasattr(value, "item") and not isinstance(value, int | float) else value
    if isinstance(item, int):
        if item not in _INTEGERS:
            raise ValueError(f"{item} is too large for a database: whole numbers there have 64 bits.")
        return item
    if isinstance(item, float):
        return None if math.isnan(item) else item
    if isinstance(item, datetime.date | datetime.time):
        return item.isoformat()
    if isinstance(item, decimal.Decimal | datetime.timedelta):
        return str(item) if isinstance(item, decimal.Decimal) else item.total_seconds()
    return json.dumps(plain(item), ensure_ascii=False)


def executed(
    database: Path, sql: str, parameters: Mapping[str, Any] | Sequence[Any], create: bool, run: Cancellable
) -> int:
    """Execute one statement, once or for each of several parameters, and return how many rows were changed."""
    path = _made(database) if create else existing(database)
    with _opened(path, "rwc" if create else "rw", run) as connection, _whole(connection):
        before = connection.total_changes
        if isinstance(parameters, Mapping):
            connection.execute(sql, _bound(parameters))
        else:
            connection.executemany(sql, (_each(one) for one in parameters))
        return connection.total_changes - before


def _each(parameters: Any) -> Any:
    if isinstance(parameters, Mapping):
        return _bound(parameters)
    return [storable(value) for value in (parameters if isinstance(parameters, list | tuple) else [parameters])]


def _made(database: Path) -> Path:
    path = chosen(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def _whole(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all that is done meanwhile, or nothing; statements that make tables are part of it."""
    connection.isolation_level = None
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    if connection.in_transaction:
        connection.execute("COMMIT")


def written(table: "pl.DataFrame", database: Path, name: str, if_there: str, run: Cancellable) -> Path:
    """Write a table into a database, and return its path."""
    if not name.strip() or "\0" in name:
        raise ValueError("Give the table in the database a name.")
    if not table.width:
        raise ValueError("The table has no columns, so there is nothing to write.")
    with _opened(_made(database), "rwc", run) as connection, _whole(connection):
        known = connection.execute("SELECT type FROM sqlite_master WHERE name = ?", [name]).fetchone()
        if known is not None and if_there == "fail":
            raise ValueError(f"{database.name} has a {known[0]} {name!r} already. Append to it, or replace it.")
        if known is not None and if_there == "replace":
            connection.execute(f"DROP TABLE {_quoted(name)}")
            known = None
        if known is None:
            columns = ", ".join(f"{_quoted(column)} {_kind(dtype)}" for column, dtype in table.schema.items())
            connection.execute(f"CREATE TABLE {_quoted(name)} ({columns})")
        _insert(connection, table, name, run.check_cancelled)
    return database


def _insert(
    connection: sqlite3.Connection, table: "pl.DataFrame", name: str, check_cancelled: Callable[[], None]
) -> None:
    columns = ", ".join(map(_quoted, table.columns))
    marks = ", ".join("?" * table.width)
    statement = f"INSERT INTO {_quoted(name)} ({columns}) VALUES ({marks})"
    for start in range(0, table.height, _PIECE):
        check_cancelled()
        piece = table.slice(start, _PIECE)
        connection.executemany(statement, ([storable(value) for value in row] for row in piece.iter_rows()))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _kind(dtype: Any) -> str:
    if dtype.is_integer() or str(dtype) == "Boolean":
        return "INTEGER"
    if dtype.is_float() or str(dtype).startswith("Duration"):
        return "REAL"
    return "BLOB" if str(dtype) == "Binary" else "TEXT"


def tables(database: Path, run: Cancellable) -> "pl.DataFrame":
    """Return a row for each table and view: name, kind, columns and rows."""
    with _opened(existing(database), "ro", run) as connection:
        known = connection.execute(
            "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
            "ESCAPE '\\' ORDER BY name"
        ).fetchall()
        rows = [(name, kind, _columns(connection, name), _count(connection, name)) for name, kind in known]
    return _table(["name", "kind", "columns", "rows"], rows)


def _columns(connection: sqlite3.Connection, name: str) -> str:
    found = connection.execute("SELECT name, type FROM pragma_table_info(?)", [name]).fetchall()
    return ", ".join(f"{column} {kind}".strip() for column, kind in found)


def _count(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()[0])
