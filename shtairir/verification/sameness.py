"""Whether two values are the same to the last bit, and what was there before a block was called."""

from __future__ import annotations

import copy
import struct
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from shtairir.block.figures import paint
from shtairir.block.values import loaded_class

_DEEP = 12


def same(one: object, other: object, depth: int = 0) -> bool | None:
    """Whether two values are the same; ``None`` when that cannot be told."""
    if one is other:
        return True
    if type(one) is not type(other) or depth > _DEEP:
        return None if depth > _DEEP else False
    if isinstance(one, float) and isinstance(other, float):
        return struct.pack("d", one) == struct.pack("d", other)
    if one is None or isinstance(one, str | bytes | int | bool | complex):
        return bool(one == other)
    if isinstance(one, loaded_class("numpy", "ndarray")):
        return _same_arrays(one, other)
    if isinstance(one, loaded_class("polars", "DataFrame")):
        return bool(one.schema == other.schema and one.equals(other))  # type: ignore[attr-defined]
    if isinstance(one, loaded_class("matplotlib.figure", "Figure")):
        return _same_arrays(paint(one), paint(other))  # type: ignore[arg-type]  # both are figures
    return _same_parts(one, other, depth)


def _same_arrays(one: Any, other: Any) -> bool | None:
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    if one.dtype.hasobject:
        return _all(same(a, b, 1) for a, b in zip(one.flat, other.flat, strict=True))
    if one.dtype.names:  # between the fields lies what means nothing
        return _all(_same_arrays(one[name], other[name]) for name in one.dtype.names)
    return bool(one.tobytes() == other.tobytes())


def _same_parts(one: Any, other: Any, depth: int) -> bool | None:
    if isinstance(one, Mapping):
        if list(one) != list(other):
            return False
        return _all(same(one[key], other[key], depth + 1) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and _all(same(a, b, depth + 1) for a, b in zip(one, other, strict=True))
    if is_dataclass(one):
        names = [part.name for part in fields(one)]
        return _all(same(getattr(one, name), getattr(other, name), depth + 1) for name in names)
    return _same_state(one, other, depth)


def _same_state(one: Any, other: Any, depth: int) -> bool | None:
    """Compare objects of some class: by what they say, else by what they hold."""
    try:
        told: object = type(one).__eq__
        if told is not object.__eq__:
            return bool(one == other)
        held = one.__getstate__()
        return None if held is None else same(held, other.__getstate__(), depth + 1)
    except Exception:  # noqa: BLE001 - a pack's own class may do as it likes
        return None


def _all(answers: Any) -> bool | None:
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of inputs that shares nothing; arrays are read-only, as they are in a run."""
    return {name: _copy(value) for name, value in values.items()}


def _copy(value: Any) -> Any:
    if isinstance(value, loaded_class("numpy", "ndarray")):
        twin = value.copy()
        twin.flags.writeable = False
        return twin
    if isinstance(value, list):
        return [_copy(item) for item in value]
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - what cannot be copied is compared with itself, and so not at all
        return value
