"""From the bytes of a graph file to its content: parse, check the version, migrate, check every field.

Nothing here imports or runs a block.
"""

from __future__ import annotations

from typing import Any

from shtairir.document.faults import describe_path, line_of_path
from shtairir.document.migration import migrate
from shtairir.document.model import Content
from shtairir.document.parsing import parse_json
from shtairir.document.plain import plain_content
from shtairir.document.refusal import SchemaError, kind_of
from shtairir.document.writing import FORMAT, VERSION
from shtairir.errors import DocumentFormatError, DocumentTooLargeError, DocumentVersionError


def read_bytes(data: bytes) -> tuple[Content, int]:
    """Return what a graph file says, and the version it was written in.

    Raises
    ------
    DocumentError
        When the file cannot be used; one of its subclasses, with the place where the trouble is.
    """
    parsed, text = parse_json(data)
    version = check_format(parsed)
    try:
        return _content(migrate(parsed, version)), version
    except SchemaError as error:
        raise located(error, parsed, text) from error


def _content(data: dict[str, Any]) -> Content:
    plain = plain_content(data)
    if plain is not None:
        return plain
    from shtairir.document.schema import read_content

    return read_content(data)


def check_format(parsed: Any, expected: str = FORMAT, newest: int = VERSION) -> int:
    """Return the version of parsed data.

    Raises
    ------
    DocumentFormatError
        When it is of another format or has no usable version.
    DocumentVersionError
        When a newer program wrote it.
    """
    if not isinstance(parsed, dict) or parsed.get("format") != expected:
        got = parsed.get("format") if isinstance(parsed, dict) else parsed
        raise DocumentFormatError(
            f'This is not a Shtairir graph: expected "format": "{expected}", got {kind_of(got)}.', where="format"
        )
    version = parsed.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise DocumentFormatError(f"The version is {kind_of(version)}, not a whole number.", where="version")
    if version > newest:
        raise DocumentVersionError(
            f"The file has version {version}; this program reads up to version {newest}.",
            where="version",
            hint="Update Shtairir to open it. The file was not touched.",
        )
    return version


def located(error: SchemaError, parsed: Any, text: str) -> DocumentFormatError | DocumentTooLargeError:
    """Return a schema error as one that names line and place."""
    line = line_of_path(text, error.path)
    where = ", ".join(filter(None, (f"line {line}" if line else "", describe_path(error.path, parsed))))
    kind = DocumentTooLargeError if error.too_large else DocumentFormatError
    return kind(error.sentence, where=where)
