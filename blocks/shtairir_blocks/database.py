"""Database blocks: SQLite files, and DuckDB over tables and files. Values are bound, never written into the SQL."""

from pathlib import Path
from typing import Annotated, Any, Literal

from shtairir.block import Context, Param, Table, block

Database = Annotated[Path, Param(path="open", suffixes=(".sqlite", ".sqlite3", ".db"))]
Sql = Annotated[str, Param(language="sql", label="SQL")]
Values = dict[str, Any] | None
Rows = Annotated[int, Param(ge=1, advanced=True, unit="rows")]
More = Annotated[Table | None, Param(port=True)]


@block(
    name="Query SQLite",
    category="Database/SQLite",
    tags=("sql", "select", "read"),
    pure=False,
    idempotent=True,
    retries=0,
    requires=("polars",),
    extra="table",
)
def query(
    context: Context, database: Database, sql: Sql = "SELECT 1", parameters: Values = None, limit: Rows = 1_000_000
) -> Table:
    """Ask an SQLite database; it is opened for reading only.

    Parameters
    ----------
    database
        The file of the database.
    sql
        One SELECT statement; :name stands for a parameter.
    parameters
        The values by name, such as {"city": "Riga"}; they are bound, so that no text in them is taken for SQL.
    limit
        The most rows to take; more is an error.

    Returns
    -------
    out
        A column for each one of the statement.
    """
    from shtairir_blocks.kernels import sqlite as kernels

    return kernels.queried(database, sql, parameters or {}, limit, context)


@block(name="Execute in SQLite", category="Database/SQLite", tags=("sql", "insert", "update"), pure=False, retries=0)
def execute(
    context: Context,
    database: Annotated[Path, Param(path="save", suffixes=(".sqlite", ".sqlite3", ".db"))],
    sql: Sql,
    parameters: dict[str, Any] | list[Any] | None = None,
    create: bool = False,
) -> int:
    """Change an SQLite database by one statement: all of it is done, or nothing.

    Parameters
    ----------
    database
        The file of the database.
    sql
        One statement, such as INSERT INTO visits VALUES (:day, :count).
    parameters
        The values by name; a list of dictionaries executes the statement once for each.
    create
        Whether the database is made when there is no such file; otherwise that is an error.

    Returns
    -------
    out
        How many rows were changed.
    """
    from shtairir_blocks.kernels import sqlite as kernels

    return kernels.executed(database, sql, parameters or {}, create, context)


@block(
    name="Write table to SQLite",
    category="Database/SQLite",
    tags=("sql", "save", "insert", "export"),
    pure=False,
    retries=0,
    requires=("polars",),
    extra="table",
)
def write_table(
    context: Context,
    table: Table,
    database: Annotated[Path, Param(path="save", suffixes=(".sqlite", ".sqlite3", ".db"))],
    name: str,
    if_there: Literal["append", "replace", "fail"] = "fail",
) -> Path:
    """Write a table into an SQLite database: all of it, or nothing.

    Parameters
    ----------
    table
        What to write; dates become ISO 8601 text, true and false 1 and 0, lists JSON text.
    database
        The file of the database; it is made when it is not there.
    name
        What the table is called there.
    if_there
        What to do when there is a table of that name: add the rows, put this one in its place, or stop with an error.

    Returns
    -------
    out
        The path of the database.
    """
    from shtairir_blocks.kernels import sqlite as kernels

    return kernels.written(table, database, name, if_there, context)


@block(
    name="Tables of SQLite",
    category="Database/SQLite",
    tags=("sql", "schema", "columns", "list"),
    pure=False,
    idempotent=True,
    retries=0,
    requires=("polars",),
    extra="table",
)
def tables(context: Context, database: Database) -> Table:
    """List the tables and views of an SQLite database.

    Parameters
    ----------
    database
        The file of the database.

    Returns
    -------
    out
        A row for each: name, kind, columns with their types, and rows.
    """
    from shtairir_blocks.kernels import sqlite as kernels

    return kernels.tables(database, context)


@block(
    id="database.duckdb",
    name="Query tables by SQL",
    category="Database/DuckDB",
    tags=("sql", "duckdb", "select", "join", "parquet", "csv", "analytics"),
    retries=0,
    deterministic=False,  # rows that the statement puts in no order come as DuckDB's threads make them
    requires=("duckdb", "polars"),
    extra="database",
)
def duckdb_(
    context: Context,
    sql: Sql = "SELECT * FROM a",
    a: More = None,
    b: More = None,
    c: More = None,
    d: More = None,
    files: Annotated[list[Path] | None, Param(path="open", suffixes=(".parquet", ".csv", ".tsv", ".json"))] = None,
    parameters: Values = None,
    limit: Rows = 10_000_000,
) -> Table:
    """Ask tables, and files on disk, by SQL. DuckDB does it: fast, and it reads of a file only what it needs.

    Parameters
    ----------
    sql
        One SELECT statement over a, b, c, d and the files by their names; $name stands for a parameter.
    a, b, c, d
        Tables.
    files
        Parquet, CSV and JSON files; sales.parquet is called sales. Nothing else on the disk can be seen.
    parameters
        The values by name, such as {"city": "Riga"}; they are bound, so that no text in them is taken for SQL.
    limit
        The most rows to take; more is an error.
    """
    from shtairir_blocks.kernels import duckdb_queries as kernels

    given = {"a": a, "b": b, "c": c, "d": d}
    there = {name: table for name, table in given.items() if table is not None}
    return kernels.queried(sql, there, files or [], parameters or {}, limit, context)
