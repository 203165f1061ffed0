"""Dictionaries: nothing but the standard library."""

import difflib
from collections.abc import Mapping
from typing import Any

_FEW = 8


def not_found(name: str, entries: Mapping[str, object]) -> str:
    """Return a sentence about a name that is not there, with those that are."""
    if not entries:
        return f"There is no {name!r}: the dictionary is empty."
    near = difflib.get_close_matches(name, entries, n=1)
    if near:
        return f"There is no {name!r}. Did you mean {near[0]!r}?"
    shown = ", ".join(map(repr, list(entries)[:_FEW]))
    return f"There is no {name!r}. There are {shown}{' and others' if len(entries) > _FEW else ''}."


def merged(first: Mapping[str, Any], second: Mapping[str, Any], deep: bool) -> dict[str, Any]:
    """Return the entries of both; the second one's win.

    >>> merged({"a": {"x": 1}, "b": 2}, {"a": {"y": 3}}, True)
    {'a': {'x': 1, 'y': 3}, 'b': 2}
    """
    result = dict(first)
    for name, value in second.items():
        old = result.get(name)
        if deep and isinstance(old, Mapping) and isinstance(value, Mapping):
            value = merged(old, value, deep)
        result[name] = value
    return result
