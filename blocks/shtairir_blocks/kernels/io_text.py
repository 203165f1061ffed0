"""Text and JSON files."""

import codecs
import datetime
import json
import math
from collections.abc import Mapping
from pathlib import Path, PurePath

from .io_atomic import existing, replacing

# The longer marks come first: the UTF-32 one begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(content: bytes, encoding: str, source: str) -> str:
    """Return `content` as text; ``auto`` follows a byte order mark and else expects UTF-8."""
    if encoding == "auto":
        encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{source} is not {encoding} text: byte 0x{content[error.start]:02x} in line {line} has no meaning. "
            "Choose another encoding, often windows-1252."
        ) from None


def read_text(path: Path, encoding: str) -> str:
    """Return the file's text, with every line end as ``\\n``."""
    text = decoded(existing(path).read_bytes(), encoding, path.name)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def write_text(text: str, path: Path, encoding: str) -> Path:
    """Write `text` exactly as it is and return the path."""
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{encoding} cannot hold the character {text[error.start]!r}. Choose the encoding utf-8."
        ) from None
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path


def read_json(path: Path) -> object:
    """Return the file's content as dictionaries, lists, text, numbers, true, false and None."""
    text = decoded(existing(path).read_bytes(), "auto", path.name)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{path.name} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}. Correct it there."
        ) from None
    except RecursionError:
        raise ValueError(f"{path.name} is nested too deeply to be read.") from None


def write_json(value: object, path: Path, indent: int) -> Path:
    """Write `value` as JSON and return the path; see `plain` for what can be written."""
    text = json.dumps(plain(value), indent=indent or None, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def plain(value: object) -> object:
    """Return `value` made of what JSON knows.

    Arrays become lists, tables lists of records, dates and paths text, and what JSON has no
    word for (NaN, infinity) becomes null.
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, PurePath):
        return value.as_posix()
    # NumPy and polars values are known by their method: this module imports neither.
    for method in ("tolist", "to_dicts"):
        if hasattr(value, method):
            return plain(getattr(value, method)())
    raise ValueError(
        f"A {type(value).__name__} cannot be written as JSON. Turn it into numbers, text, lists or a table first."
    )
