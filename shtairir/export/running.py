"""What loops of exported programs call: the items of whatever arrives, and several results put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shtairir.block.compatibility import compatibility
from shtairir.block.interface import parse_type
from shtairir.execute.loop_gather import joined as _joined
from shtairir.execute.loop_items import Source


def items_of(
    value: Any,
    items: str = "auto",
    *,
    by: str = "",
    pattern: str = "*",
    axis: int = 0,
    family: str = "any",
    folder: Path | None = None,
) -> Sequence[Any]:
    """Return the items of a list, the rows or groups of a table, the files of a folder, the slices of an array.

    Parameters
    ----------
    items
        ``list``, ``rows``, ``groups``, ``files``, ``axis``; ``auto`` goes by the value.
    family
        What is done with the items: rows are tables of one row for whoever takes tables.
    folder
        Where relative folders start.
    """
    source = Source(items, by, pattern, axis, folder if folder is not None else Path())
    return source.taken_from(value, _type(family))


def joined(values: list[Any], family: str) -> Any:
    """Return several lists, tables, arrays or images as one."""
    import numpy as np

    return _joined(values, _type(family), np.empty)


def converted(value: Any, source: str, target: str) -> Any:
    """Return a value as a link between ports of two types would hand it on."""
    step = compatibility(parse_type(source), parse_type(target)).conversion
    return value if step is None else step.apply(value)


def _type(family: str) -> Any:
    try:
        return parse_type(family)
    except ValueError:
        return parse_type("any")
