"""Whether a file can hold what a block returns, in one of the formats that other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath
from typing import Literal

from shtairir.block.values import Audio, Color, loaded_class

_PLAIN = (str, int, float, complex, bool, bytes, PurePath, Enum, Color, Audio, type(None))
_DEEP = 12


def unwritable(value: object, depth: int = 0) -> tuple[Literal["failure", "remark"], str] | None:
    """Return why no file can hold a value, and how much that matters; ``None`` when one can."""
    if isinstance(value, _PLAIN) or depth > _DEEP:
        return None
    if isinstance(value, loaded_class("numpy", "ndarray")):
        if value.dtype.hasobject:
            return "failure", "is an array of Python objects, which only a pickle could hold"
        return None
    if isinstance(value, loaded_class("polars", "DataFrame")):
        if any(str(kind) == "Object" for kind in value.dtypes):
            return "failure", "is a table with a column of Python objects, which only a pickle could hold"
        return None
    if isinstance(value, (loaded_class("numpy", "generic"), loaded_class("matplotlib.figure", "Figure"))):
        return None
    if isinstance(value, Mapping):
        return next(filter(None, (unwritable(item, depth + 1) for item in value.values())), None)
    if isinstance(value, list | tuple | set | frozenset):
        return next(filter(None, (unwritable(item, depth + 1) for item in value)), None)
    return "remark", f"is a {type(value).__name__}, which no file holds: it lives as long as the run"
