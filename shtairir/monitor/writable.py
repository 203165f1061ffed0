"""Text that can be written: what blocks say may hold bytes of file names, for which UTF-8 has no letters."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shtairir.monitor.recording import RunRows

_UNWRITABLE = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs: as such Python keeps the bytes of a file name that are no text."""


def writable(text: str) -> str:
    """Return text with what cannot be written in UTF-8 replaced.

    Examples
    --------
    >>> writable("scan" + chr(0xDCFF) + ".png") == "scan" + chr(0xFFFD) + ".png"
    True
    """
    return text if text.isascii() else _UNWRITABLE.sub("\ufffd", text)


def writable_rows(rows: RunRows) -> RunRows:
    """Return all that is written of a run with every text in it made writable."""
    return replace(
        rows,
        summary=_fields(rows.summary),
        base_dir=writable(rows.base_dir),
        nodes=[tuple(map(_value, row)) for row in rows.nodes],
        attempts=[_fields(one) for one in rows.attempts],
        events=[_fields(one) for one in rows.events],
        resources=[_fields(one) for one in rows.resources],
    )


def _fields(one: Any) -> Any:
    return replace(one, **{field.name: _value(getattr(one, field.name)) for field in fields(one)})


def _value(value: Any) -> Any:
    return writable(value) if isinstance(value, str) else value
