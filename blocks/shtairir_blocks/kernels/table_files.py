"""Files as the rows of a table."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from .io_folder import list_files

_SCHEMA: dict[str, Any] = {
    "path": pl.String,
    "folder": pl.String,
    "name": pl.String,
    "suffix": pl.String,
    "size": pl.Int64,
    "modified": pl.Datetime("us", "UTC"),
}


def listed(folder: Path, pattern: str, recursive: bool) -> pl.DataFrame:
    """Return a row for each file in a folder whose name fits, in natural order; see `io_folder.list_files`."""
    return pl.DataFrame([_row(path) for path in list_files(folder, pattern, recursive)], schema=_SCHEMA, orient="row")


def _row(path: Path) -> tuple[object, ...]:
    try:
        status = path.stat()
        size, modified = status.st_size, datetime.fromtimestamp(status.st_mtime, UTC)
    except FileNotFoundError:  # a link that leads nowhere, or a file that went away meanwhile
        size, modified = None, None
    return str(path), str(path.parent), path.name, path.suffix, size, modified
