"""JSON as text, in one piece or a line for each value."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .io_atomic import existing, replacing
from .io_text import plain

_DEEPEST = 200


class _TooDeepError(ValueError):
    """Lists in lists without end."""


def parsed(text: str, source: str) -> Any:
    """Return what a JSON text stands for.

    Raises
    ------
    ValueError
        With the place where it is broken; ``source`` says what was read.
    """
    try:
        value = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse)
        if text.count("[") + text.count("{") > _DEEPEST:
            _refuse_depth(value, source)
        return value
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{source} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}. Correct it there."
        ) from None
    except RecursionError:
        raise ValueError(f"{source} is nested too deeply to be read.") from None
    except _TooDeepError:
        raise
    except ValueError as error:  # a number of thousands of digits, or one of the words that JSON has not
        raise ValueError(f"{source} is not JSON: {error}") from None


def _refuse_depth(value: Any, source: str) -> None:
    """Refuse what whoever reads it after would stumble over; level by level, so that this does not."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            item
            for one in level
            for item in (one.values() if isinstance(one, dict) else one)
            if isinstance(item, list | dict)
        ]
        if not level:
            return
    raise _TooDeepError(f"{source} is nested more than {_DEEPEST} levels deep, which is more than can be worked with.")


def _refuse(word: str) -> Any:
    raise ValueError(f"JSON has no {word}. Write null, or a number.")


def written(value: object, indent: int, sort_names: bool) -> str:
    """Return a value as JSON text; see `shtairir_blocks.kernels.io_text.plain` for what can be written.

    >>> written({"b": [1.5, float("nan")], "a": True}, 0, True)
    '{"a": true, "b": [1.5, null]}'
    """
    try:
        return json.dumps(plain(value), indent=indent or None, ensure_ascii=False, sort_keys=sort_names)
    except RecursionError:
        raise ValueError("The value is nested too deeply to be written, or holds itself.") from None


def read_lines(path: Path, skip_broken: bool, limit: int) -> list[Any]:
    """Return the value of each line that is not empty."""
    values = []
    with existing(path).open(encoding="utf-8-sig", newline=None) as file:
        for number, line in _filled(file, path):
            try:
                values.append(parsed(line, f"Line {number} of {path.name}"))
            except ValueError as error:
                if not skip_broken:
                    raise ValueError(str(error).replace(" in line 1, column", " in column")) from None
            if len(values) > limit:
                raise ValueError(f"{path.name} has more than {limit:,} lines. Raise limit to read it all the same.")
    return values


def _filled(file: Iterable[str], path: Path) -> Iterator[tuple[int, str]]:
    try:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path.name} is not UTF-8 text: byte 0x{error.object[error.start]:02x} has no meaning there."
        ) from None


def write_lines(values: Any, path: Path) -> Path:
    """Write a line for each value, or for each row of a table, and return the path."""
    rows = values.iter_rows(named=True) if hasattr(values, "iter_rows") else values
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{written(value, 0, False)}\n" for value in rows)
    return path
