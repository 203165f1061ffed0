"""From the results of all iterations to the outputs of the loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from shtairir.block.types import PortType
from shtairir.errors import ExecutionError

Empty = Callable[[tuple[int, ...], Any], Any]
"""Lends an array."""


def joined(values: list[Any], kind: PortType, empty: Empty) -> Any:
    """Return several values of one type as one: lists and tables one below the other, arrays along their first axis.

    Parameters
    ----------
    kind
        The type of the loop's output. Values that cannot be joined stay in a list.

    Raises
    ------
    ExecutionError
        When the values do not fit together.
    """
    if kind.family == "table":
        return _tables(values)
    if kind.family in ("array", "image"):
        return _arrays(values, kind, empty)
    if values and all(isinstance(value, list | tuple) for value in values):
        return list(chain.from_iterable(values))
    return values


def _tables(tables: list[Any]) -> Any:
    import polars

    if not tables:
        return polars.DataFrame()
    try:
        return polars.concat(tables, how="vertical_relaxed")
    except polars.exceptions.PolarsError as error:
        reason = str(error).partition("\n")[0]
        raise ExecutionError(
            f"The tables of the items cannot be put together: {reason}.",
            hint="Let the body give each of them the same columns, or gather them as a list.",
        ) from None


def _arrays(arrays: Sequence[Any], kind: PortType, empty: Empty) -> Any:
    import numpy as np

    if not arrays:
        return np.empty((0, 0), np.float32) if kind.family == "image" else np.empty(0, getattr(kind, "dtype", None))
    parts = [np.atleast_1d(array) for array in arrays]
    rest = parts[0].shape[1:]
    for index, part in enumerate(parts):
        if part.shape[1:] != rest:
            raise ExecutionError(
                f"The arrays of the items cannot be put together: the first has the shape {parts[0].shape}, "
                f"number {index} has {part.shape}.",
                hint="They may differ along the first axis only. Gather them as a list instead.",
            )
    shape = (sum(len(part) for part in parts), *rest)
    return np.concatenate(parts, out=empty(shape, np.result_type(*parts)))
