"""From the bytes of a file to plain data, refusing what no graph file may hold.

The standard parser lets pass NaN, 1e999, a key given twice and numbers with thousands of digits, and ends in a
``RecursionError`` on deep nesting. Here each of these is an error that names its place.
"""

from __future__ import annotations

import json
import math
from typing import Any

from shtairir.document.faults import describe_path, find_fault, line_of
from shtairir.document.jsonable import MAX_DEPTH, MAX_INT_DIGITS
from shtairir.errors import DocumentFormatError, DocumentTooLargeError

MAX_FILE_BYTES = 64 * 2**20
MAX_TEXT_BYTES = 4 * 2**20
MAX_CONTAINERS = 2_000_000

_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}

_RESTORE = "Restore the file from the backups beside it, or from version control."


class _Refused(ValueError):
    """A hook of the parser met something that is wrong; `find_fault` then tells what and where."""


def parse_json(data: bytes) -> tuple[Any, str]:
    """Return the data of a JSON text, and the text itself for telling places.

    Raises
    ------
    DocumentFormatError
        When it is not JSON in UTF-8, a key appears twice or a number is not finite.
    DocumentTooLargeError
        When it is larger or more deeply nested than any graph can be.
    """
    _check_size(data)
    text = _decode(data)
    _check_nesting(data)
    try:
        return _DECODER.decode(text), text
    except json.JSONDecodeError as error:
        raise _syntax_error(error, text) from None
    except _Refused:
        fault = find_fault(text)
    if fault is None:
        raise DocumentFormatError("The file is damaged.", hint=_RESTORE)
    sentence, token = fault
    raise DocumentFormatError(sentence, where=f"line {line_of(text, token.offset)}, {describe_path(token.path)}")


def _check_size(data: bytes) -> None:
    if len(data) > MAX_FILE_BYTES:
        raise DocumentTooLargeError(
            f"The file is too large: a graph file has at most {MAX_FILE_BYTES:,} bytes.",
            hint="Keep data in files of its own, and read them with a block.",
        )
    # Escaped quotes split a string here, so this lets some through; the limit on the file still holds.
    if len(data) > MAX_TEXT_BYTES and max(map(len, data.split(b'"'))) > MAX_TEXT_BYTES:
        raise DocumentTooLargeError(
            f"The file holds a text of more than {MAX_TEXT_BYTES:,} bytes.",
            hint="Keep long texts in files of their own, and read them with a block.",
        )


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentFormatError(
            f"The file is not UTF-8 text: byte {error.start} ({data[error.start]:#04x}) does not fit.",
            where=f"line {line}",
            hint=_RESTORE,
        ) from None


def _check_nesting(data: bytes) -> None:
    # What escapes a quote is dropped, so every other piece between quotes lies outside of all texts.
    outside = data.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]
    brackets = b"".join(outside).translate(None, _NO_BRACKET)
    depth = 0
    for bracket in brackets:
        depth += _STEP[bracket]
        if depth > MAX_DEPTH:
            raise DocumentTooLargeError(f"The file is nested more than {MAX_DEPTH} levels deep.", hint=_RESTORE)
    if len(brackets) > 2 * MAX_CONTAINERS:
        raise DocumentTooLargeError(f"The file holds more than {MAX_CONTAINERS:,} lists and objects.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Refused
    return result


def _int(text: str) -> int:
    if len(text) > MAX_INT_DIGITS:
        raise _Refused
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _Refused
    return number


def _constant(text: str) -> Any:
    raise _Refused


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_int, parse_float=_float, parse_constant=_constant)


def _syntax_error(error: json.JSONDecodeError, text: str) -> DocumentFormatError:
    where = f"line {error.lineno}, column {error.colno}"
    if not text.strip():
        return DocumentFormatError("The file is empty.", hint=_RESTORE)
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return DocumentFormatError("The file ends too early, as if it had been cut off.", where=where, hint=_RESTORE)
    return DocumentFormatError(f"The file is not JSON: {error.msg[0].lower()}{error.msg[1:]}.", where=where)
