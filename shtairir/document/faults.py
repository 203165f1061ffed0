"""Where in a JSON text something is wrong.

The fast parser of the standard library tells no place for what it does not mind itself (a key given twice, a
number that is none). So a text is parsed fast, and only when something is wrong is it walked again here, token by
token, without recursion, to find the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from shtairir.document.jsonable import MAX_INT_DIGITS

Path: TypeAlias = tuple[str | int, ...]

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A value, the start of a list or object, or a key; ``path`` leads to it."""

    path: Path
    text: str
    offset: int
    is_key: bool = False


class _Level:
    """An open list or object, and where we are in it."""

    __slots__ = ("at", "awaits_key", "is_object")

    def __init__(self, is_object: bool) -> None:
        self.is_object = is_object
        self.awaits_key = is_object
        self.at: str | int = "" if is_object else 0


def tokens(text: str) -> Iterator[Token]:
    """Walk a JSON text; damage in it is not looked for."""
    levels: list[_Level] = []
    for match in _TOKEN.finditer(text):
        symbol, offset = match.group(), match.start()
        level = levels[-1] if levels else None
        if symbol in "]}":
            del levels[-1:]
        elif symbol == ",":
            _advance(level)
        elif symbol == ":":
            if level is not None:
                level.awaits_key = False
        elif level is not None and level.awaits_key:
            level.at = _unquoted(symbol)
            yield Token(tuple(one.at for one in levels), symbol, offset, is_key=True)
        else:
            yield Token(tuple(one.at for one in levels), symbol, offset)
            if symbol in "[{":
                levels.append(_Level(symbol == "{"))


def _advance(level: _Level | None) -> None:
    if level is not None and level.is_object:
        level.awaits_key = True
    elif level is not None and isinstance(level.at, int):
        level.at += 1


def _unquoted(symbol: str) -> str:
    try:
        return str(json.loads(symbol))
    except ValueError:
        return symbol


def number_fault(text: str) -> str | None:
    """Return what is wrong with a number as it is written, as a sentence."""
    if text in ("NaN", "Infinity", "-Infinity"):
        return f"{text} is not a number that a graph file can hold."
    if text[:1] not in "-0123456789" or not text:
        return None
    if any(mark in text for mark in ".eE"):
        try:
            overflows = float(text) in (float("inf"), float("-inf"))
        except ValueError:
            return None
        return f"The number {text[:40]} is too large for a float." if overflows else None
    if len(text) > MAX_INT_DIGITS:
        return f"The whole number {text[:12]}… has {len(text.lstrip('-'))} digits; {MAX_INT_DIGITS} are allowed."
    return None


def find_fault(text: str) -> tuple[str, Token] | None:
    """Return the first key given twice or unusable number, with its place."""
    keys: dict[Path, set[str | int]] = {}
    for token in tokens(text):
        if token.is_key:
            seen = keys.setdefault(token.path[:-1], set())
            if token.path[-1] in seen:
                return f"The key '{token.path[-1]}' appears twice.", token
            seen.add(token.path[-1])
        elif token.text == "{":
            keys[token.path] = set()
        elif sentence := number_fault(token.text):
            return sentence, token
    return None


def line_of(text: str, offset: int) -> int:
    """Return the line of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1


def line_of_path(text: str, path: Path) -> int | None:
    """Return the line where the value at ``path`` begins, or the nearest thing around it that exists."""
    best: Token | None = None
    for token in tokens(text):
        if token.is_key or token.path != path[: len(token.path)]:
            continue
        if best is None or len(token.path) > len(best.path):
            best = token
        if len(token.path) == len(path):
            break
    return line_of(text, best.offset) if best is not None else None


def describe_path(path: Path, data: object = None) -> str:
    """Return a path for people; records are named by their id where ``data`` tells it.

    Examples
    --------
    >>> describe_path(("nodes", 3, "values", "sigma"))
    'nodes[3].values.sigma'
    >>> describe_path(("nodes", 0, "title"), {"nodes": [{"id": "blur"}]})
    "nodes[0] 'blur', title"
    """
    text = ""
    for step in path:
        data = _child(data, step)
        if isinstance(step, int):
            name = data.get("id", data.get("name")) if isinstance(data, Mapping) else None
            text += f"[{step}]" + (f" '{name[:60]}'," if isinstance(name, str) else "")
        else:
            joint = "" if not text else " " if text.endswith(",") else "."
            text += f"{joint}{step[:60]}"
    # Half of a surrogate pair could be neither printed nor logged.
    return text.removesuffix(",").encode("utf-8", "backslashreplace").decode()


def value_at(data: object, path: Path) -> object:
    """Return what JSON data holds at ``path``; ``None`` where there is nothing."""
    for step in path:
        data = _child(data, step)
    return data


def _child(data: object, step: str | int) -> object:
    if isinstance(data, Mapping):
        return data.get(step)
    if isinstance(data, Sequence) and not isinstance(data, str) and isinstance(step, int) and step < len(data):
        return data[step]
    return None
