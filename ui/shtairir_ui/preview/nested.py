"""Walking through nested values: searching them, and writing them down. Pure; runs on a worker."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from .items_model import item_text
from .jobs import Ticket

Keys = tuple[Any, ...]
MOST_FOUND = 1000
_DEEPEST = 60
_LONGEST_REPR = 2000


def is_nest(value: object) -> bool:
    """Whether a value has others inside that a tree shows."""
    return isinstance(value, dict | list | tuple)


def children(value: Any) -> Iterator[tuple[Any, Any]]:
    """Return what is inside a value, by its keys."""
    return iter(value.items()) if isinstance(value, dict) else enumerate(value)


def search(value: Any, words: str, ticket: Ticket) -> list[Keys]:
    """Return the ways to keys and values that hold these words; the first thousand of them, level by level.

    A value that holds itself is walked through once.
    """
    wanted = words.lower()
    found: list[Keys] = []
    queue: list[tuple[Keys, Any]] = [((), value)]
    seen = {id(value)}
    looked = 0
    while queue:
        deeper: list[tuple[Keys, Any]] = []
        for way, nest in queue:
            for key, child in children(nest):
                looked += 1
                if looked % 4096 == 0:
                    ticket.step()
                nested = is_nest(child)
                if wanted in str(key).lower() or (not nested and wanted in item_text(child).lower()):
                    found.append((*way, key))
                    if len(found) == MOST_FOUND:
                        return found
                if nested and id(child) not in seen and len(way) < _DEEPEST:
                    seen.add(id(child))
                    deeper.append(((*way, key), child))
        queue = deeper
    return found


def way_words(way: Keys) -> str:
    """Return the way to a value as it is written in Python and in JSONPath: ``$.nodes[0].id``."""
    parts = ["$"]
    for key in way:
        plain = isinstance(key, str) and key.isidentifier()
        parts.append(f".{key}" if plain else f"[{key!r}]" if not isinstance(key, str) else f"[{json.dumps(key)}]")
    return "".join(parts)


def as_json(value: Any) -> str:
    """Return a value as JSON; what JSON has no word for is written as people read it."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    except (ValueError, TypeError, RecursionError):
        return item_text(value)


def _plain(value: object) -> object:
    return item_text(value)


def parts_of(value: object, ticket: Ticket) -> dict[str, Any]:
    """Return what can be said about any object: its type, what it says of itself, and what it is made of.

    Whatever the object does when it is asked, it does on a worker; what fails is told in its place.
    """
    kind = type(value)
    parts: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    summary = (kind.__doc__ or "").strip().partition("\n")[0]
    if summary and kind.__module__ != "builtins":
        parts["what it is"] = summary
    ticket.step()
    parts["as text"] = _asked(lambda: repr(value)[:_LONGEST_REPR])
    for name, ask in (("shape", "shape"), ("dtype", "dtype"), ("length", "__len__")):
        if hasattr(kind, ask):
            parts[name] = _asked(lambda ask=ask: len(value) if ask == "__len__" else str(getattr(value, ask)))  # type: ignore[arg-type, misc]  # it was asked for
    if callable(getattr(kind, "get_params", None)):
        parts["parameters"] = _asked(lambda: dict(value.get_params(deep=False)))  # type: ignore[attr-defined]  # it was asked for
    ticket.step()
    fields = _asked(lambda: dict(_fields(value)))
    if fields:
        parts["attributes"] = fields
    return parts


def _fields(value: object) -> Iterator[tuple[str, Any]]:
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        yield from ((name, getattr(value, name, None)) for name in names)
        return
    if isinstance(value, set | frozenset | range | bytes | bytearray):
        yield from ((str(number), item) for number, item in enumerate(islice(value, 1000)))
        return
    held = getattr(value, "__dict__", {})
    yield from ((name, item) for name, item in islice(held.items(), 1000) if not name.startswith("__"))


def _asked(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 - it is anybody's code
        return f"(asking for it failed: {type(error).__name__}: {error})"
