"""JSON blocks: read it, write it, find in it, change it, and make tables of it."""

from pathlib import Path
from typing import Annotated, Any

from shtairir.block import Param, Table, block
from shtairir_blocks.shapes import files

JsonPath = Annotated[str, Param(label="path")]


@block(name="Parse JSON", category="JSON/Text", tags=("read", "load", "decode", "text"))
def parse(text: Annotated[str, Param(multiline=True)]) -> Any:
    """Read a JSON text.

    Parameters
    ----------
    text
        The text.

    Returns
    -------
    out
        Dictionaries, lists, texts, numbers, true, false and nothing.
    """
    from shtairir_blocks.kernels import json_text as kernels

    return kernels.parsed(text, "The text")


@block(name="Write JSON text", category="JSON/Text", tags=("encode", "dump", "stringify", "text"))
def to_text(value: Any, indent: Annotated[int, Param(ge=0, le=8)] = 2, sort_names: bool = False) -> str:
    """Write a value as a JSON text: arrays as lists, tables as lists of records, NaN and infinity as null.

    Parameters
    ----------
    value
        Numbers, text, lists, dictionaries, arrays, tables, and what is made of them.
    indent
        Blanks for each level; 0 writes a single line.
    sort_names
        Whether the names in each dictionary are put into order, so that equal values give equal texts.
    """
    from shtairir_blocks.kernels import json_text as kernels

    return kernels.written(value, indent, sort_names)


@block(
    name="Get from JSON",
    category="JSON/Path",
    tags=("jsonpath", "pick", "extract", "query"),
    requires=("jsonpath", "regex"),
    extra="json",
)
def get(value: Any, path: JsonPath = "$", fallback: Annotated[Any, Param(port=True)] = None) -> Any:
    """Take the first value that a JSONPath leads to.

    Parameters
    ----------
    value
        Dictionaries and lists, as parse JSON gives them.
    path
        The way: $.users[0].name, $..price for every price at any depth, $.users[?@.age > 30].name for a condition.
    fallback
        What to give when the path leads nowhere; an error when unset.
    """
    from shtairir_blocks.kernels import json_path as kernels

    found = kernels.found(value, path)
    if not found and fallback is None:
        raise LookupError(kernels.nowhere(value, path))
    return found[0] if found else fallback


@block(
    name="Find in JSON",
    category="JSON/Path",
    tags=("jsonpath", "all", "extract", "query"),
    requires=("jsonpath", "regex"),
    extra="json",
)
def find(value: Any, path: JsonPath = "$..*") -> list[Any]:
    """List all values that a JSONPath leads to.

    Parameters
    ----------
    value
        Dictionaries and lists, as parse JSON gives them.
    path
        The way, as the standard RFC 9535 writes it: $.users[*].name, $..price, $.users[?@.age > 30].
    """
    from shtairir_blocks.kernels import json_path as kernels

    return kernels.found(value, path)


@block(
    id="json.set",
    name="Set in JSON",
    category="JSON/Path",
    tags=("jsonpath", "change", "put", "replace"),
    requires=("jsonpath", "regex"),
    extra="json",
)
def set_(value: Any, path: JsonPath, new: Annotated[Any, Param(port=True)]) -> Any:
    """Put something at every place that a JSONPath leads to.

    Parameters
    ----------
    value
        Dictionaries and lists; they stay as they are, and a changed copy is given.
    path
        The way. One of names and numbers only, such as $.size.width, makes what is not there yet.
    new
        What to put there.
    """
    from shtairir_blocks.kernels import json_path as kernels

    return kernels.changed(value, path, new)


@block(
    name="JSON to table",
    category="JSON/Table",
    tags=("flatten", "records", "normalise", "rows"),
    requires=("polars",),
    extra="table",
)
def to_table(value: list[Any] | dict[str, Any], separator: str = ".", depth: Annotated[int, Param(ge=0)] = 10) -> Table:
    """Make a table of a list of records; a record inside a record becomes columns such as address.city.

    Parameters
    ----------
    value
        A list of dictionaries, or a single one for a table of one row.
    separator
        What stands between the names of a record and of what is in it.
    depth
        How many levels of records to open; what lies deeper, and every list, becomes JSON text.
    """
    from shtairir_blocks.kernels import table_records as kernels

    return kernels.flattened([value] if isinstance(value, dict) else value, separator, depth)


@block(
    name="Read JSON Lines",
    category="JSON/File",
    tags=("jsonl", "ndjson", "load", "open", "log"),
    infer=files.lines,
)
def read_lines(
    path: Annotated[Path, Param(path="open", suffixes=(".jsonl", ".ndjson", ".json", ".log"))],
    skip_broken: bool = False,
    limit: Annotated[int, Param(ge=1, advanced=True)] = 10_000_000,
) -> list[Any]:
    """Read a file with a JSON value in each line.

    Parameters
    ----------
    path
        The file to read; empty lines are passed over.
    skip_broken
        Whether to leave out lines that are not JSON; otherwise the first of them is an error.
    limit
        The most lines to read; more is an error, since all of them are held in memory.
    """
    from shtairir_blocks.kernels import json_text as kernels

    return kernels.read_lines(path, skip_broken, limit)


@block(name="Write JSON Lines", category="JSON/File", tags=("jsonl", "ndjson", "save"), pure=False, idempotent=True)
def write_lines(
    items: list[Any] | Table, path: Annotated[Path, Param(path="save", suffixes=(".jsonl", ".ndjson"))]
) -> Path:
    """Write a list, or the rows of a table, to a file with a JSON value in each line.

    Parameters
    ----------
    items
        The values; a table gives a record for each row.
    path
        The file; missing folders are made, an old file is replaced.

    Returns
    -------
    out
        The path of the written file.
    """
    from shtairir_blocks.kernels import json_text as kernels

    return kernels.write_lines(items, path)
