"""SQL over tables in memory and files on disk, by DuckDB.

The statement sees what it is given and nothing else: before it runs, the files are allowed one by one, all other
access to disk and network is switched off, and the switches are locked.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from .io_atomic import existing
from .watching import Cancellable, watched

_READERS = {
    ".parquet": "read_parquet",
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".txt": "read_csv",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}


class _Stream:
    """A table as a stream of Arrow: by its own class DuckDB would ask a library for it that is not needed."""

    def __init__(self, table: pl.DataFrame) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def queried(
    sql: str,
    tables: Mapping[str, pl.DataFrame],
    files: Sequence[Path],
    parameters: Mapping[str, Any],
    limit: int,
    run: Cancellable,
) -> pl.DataFrame:
    """Return what one SELECT statement finds in tables and files."""
    with duckdb.connect(":memory:") as connection:
        for name, table in tables.items():
            connection.register(name, _Stream(table))
        try:
            _show_files(connection, files, set(tables))
            _check_statement(connection, sql)
            with watched(connection.interrupt, run):
                found = connection.sql(sql, params=dict(parameters) or None)
                result = _table(found.limit(limit + 1))
        except duckdb.Error as error:
            raise ValueError(_worded(error)) from None
    if result.height > limit:
        raise ValueError(f"The statement gives more than {limit:,} rows. Add LIMIT or a condition, or raise limit.")
    return result


def _table(found: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    """Return what was found; what polars has no type for becomes the nearest that it has, or text."""
    kinds = {name: str(kind) for name, kind in zip(found.columns, found.types, strict=True)}
    table = pl.DataFrame(found.project(", ".join(_readable(name, kind) for name, kind in kinds.items())))
    spans = [name for name, kind in kinds.items() if kind == "INTERVAL"]
    counts = [name for name, kind in kinds.items() if kind in ("HUGEINT", "UHUGEINT")]
    return table.with_columns(pl.col(spans).cast(pl.Duration("us")), *(_whole(table[name]) for name in counts))


def _readable(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    if kind == "INTERVAL":
        return f"epoch_us({column}) AS {column}"
    strange = kind in ("BIT", "VARIANT", "TIME WITH TIME ZONE") or "INTERVAL" in kind or kind.startswith("UNION")
    return f"CAST({column} AS VARCHAR) AS {column}" if strange else column


def _whole(numbers: pl.Series) -> pl.Series:
    """Return the sums of whole numbers, which DuckDB gives 128 bits, as numbers of 64."""
    small = numbers.cast(pl.Int64, strict=False)
    return small if small.null_count() == numbers.null_count() else numbers.cast(pl.Float64)


def _show_files(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], taken: set[str]) -> None:
    paths = [existing(path).resolve() for path in files]
    for path in paths:
        name = _free_name(path, taken)
        reader = _READERS.get(path.suffix.lower())
        if any(sign in str(path) for sign in "*?[{"):
            raise ValueError(f"{path} would mean several files, since it holds one of * ? [ {{. Rename it.")
        if reader is None:
            raise ValueError(f"{path.name} is no file that can be asked: {', '.join(_READERS)} are.")
        connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM {reader}({_text(str(path))})')
    allowed = ", ".join(_text(str(path)) for path in paths)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _free_name(path: Path, taken: set[str]) -> str:
    """Return the name under which a statement finds a file: its own, made of letters, digits and ``_``."""
    name = re.sub(r"\W", "_", path.stem)
    name = f"_{name}" if name[:1].isdigit() else name
    if name.lower() in {other.lower() for other in taken}:
        raise ValueError(f"{path.name} would be called {name}, and so is something else. Rename the file.")
    taken.add(name)
    return name


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _check_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise ValueError(f"There are {len(statements)} statements. Give one SELECT.")
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = str(statements[0].type).rpartition(".")[2]
        raise ValueError(f"Tables are asked, not changed: give a SELECT, not {kind}.")


def _worded(error: duckdb.Error) -> str:
    said = str(error).strip()
    said = said.partition("\nLINE ")[0].replace("\n", " ") if "\nLINE " in said else said.splitlines()[0]
    kind, _, rest = said.partition(": ")
    if isinstance(error, duckdb.PermissionException):
        return f"The statement may see the tables and files it is given, nothing else. ({rest})"
    return f"{kind}: {rest}" if rest else said
