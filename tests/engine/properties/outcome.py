"""What a run gave, in a form in which two runs can be compared bit by bit."""

from __future__ import annotations

import struct
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import shtairir


@dataclass(frozen=True)
class Outcome:
    """The bits of each kept value, and how each node ended: its status, and the error if there was one."""

    values: Mapping[str, Hashable]
    ends: Mapping[str, tuple[str, ...]]


def outcome(result: shtairir.RunResult) -> Outcome:
    """Return what is compared of a result."""
    ends: dict[str, tuple[str, ...]] = {}
    for name, node in result.nodes.items():
        error = (node.error.error_type, node.error.message) if node.error is not None else ()
        ends[name] = (str(node.status), *error)
    return Outcome({name: bits(value) for name, value in result.results.items()}, ends)


def bits(value: Any) -> Hashable:
    """Return something that is equal only for values that nobody can tell apart."""
    if isinstance(value, np.ndarray):
        content: Hashable = repr(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return "array", value.dtype.str, value.shape, content
    if isinstance(value, float):
        return "float", struct.pack("d", value)
    if isinstance(value, np.generic):
        return type(value).__name__, value.tobytes()
    if isinstance(value, list | tuple):
        return (type(value).__name__, *map(bits, value))
    if type(value).__name__ == "DataFrame":
        return "table", str(value.schema), tuple(map(bits, value.rows()))
    return type(value).__name__, repr(value)
