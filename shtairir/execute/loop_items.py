"""What a loop goes through: the items of a list, the rows or groups of a table, the files of a folder, slices.

Nothing is made before it is asked for where that would take memory: rows are made some at a time, slices are views.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, overload

from shtairir.block.conversions import Conversion, find_conversion
from shtairir.block.types import AnyType, PortType
from shtairir.block.values import describe, loaded_class, summarize
from shtairir.errors import ExecutionError

_T = TypeVar("_T")
_ROWS_AT_A_TIME = 1024
_KEPT_BLOCKS = 8
_NUMBERS = "biuf"


@dataclass(frozen=True, slots=True)
class Source:
    """How to take items from a value.

    Attributes
    ----------
    items
        ``list``, ``rows``, ``groups``, ``files``, ``axis``; ``auto`` goes by the value.
    base_dir
        Where relative folders start.
    """

    items: str = "auto"
    by: str = ""
    pattern: str = "*"
    axis: int = 0
    base_dir: Path = Path()

    def taken_from(self, value: Any, kind: PortType) -> Sequence[Any]:
        """Return the items of a value.

        Parameters
        ----------
        kind
            What the body takes. Rows are tables of one row, if it takes tables.

        Raises
        ------
        ExecutionError
            When the value has no such items.
        """
        items = self._found(value) if self.items == "auto" else self.items
        take: Callable[[Any, PortType], Sequence[Any] | None] = getattr(self, f"_{items}")
        found = take(value, kind)
        if found is None:
            wanted = "anything to go through" if self.items == "auto" else _WANTED[items]
            raise ExecutionError(
                f"The loop cannot go through {describe(value)}: it has not {wanted}."
                if self.items == "auto"
                else f"The loop is to go through {wanted}, but gets {describe(value)}.",
                hint="It goes through lists, tables, arrays and folders; 'items' says which.",
            )
        return found

    def _found(self, value: Any) -> str:
        if isinstance(value, str | os.PathLike):
            return "files"
        if isinstance(value, loaded_class("numpy", "ndarray")):
            return "axis"
        if isinstance(value, loaded_class("polars", "DataFrame")):
            return "groups" if self.by.strip() else "rows"
        return "list"

    def _list(self, value: Any, _: PortType) -> Sequence[Any] | None:
        if isinstance(value, dict):
            return list(value.values())
        return value if isinstance(value, list | tuple | range) else None

    def _rows(self, value: Any, kind: PortType) -> Sequence[Any] | None:
        if not isinstance(value, loaded_class("polars", "DataFrame")):
            return None
        if kind.family == "table":
            return _Lazy(value.height, lambda row: value.slice(row, 1))
        return _Rows(value)

    def _groups(self, value: Any, _: PortType) -> Sequence[Any] | None:
        if not isinstance(value, loaded_class("polars", "DataFrame")):
            return None
        columns = [name.strip() for name in self.by.split(",") if name.strip()]
        missing = [name for name in columns if name not in value.columns]
        if missing or not columns:
            what = f"there is no column '{missing[0]}'" if missing else "'by' names no column"
            raise ExecutionError(f"The table cannot be grouped: {what}.", hint=f"It has: {', '.join(value.columns)}.")
        groups: Sequence[Any] = value.partition_by(columns, maintain_order=True)
        return groups

    def _files(self, value: Any, _: PortType) -> Sequence[Any] | None:
        if not isinstance(value, str | os.PathLike):
            return None
        folder = self.base_dir / Path(value)
        if not folder.is_dir():
            raise ExecutionError(f"There is no folder {str(folder)!r} to go through.")
        try:
            found = [path for path in folder.glob(self.pattern or "*") if path.is_file()]
        except (ValueError, NotImplementedError) as error:
            raise ExecutionError(f"The pattern '{self.pattern}' does not name files: {error}.") from None
        hidden = self.pattern.startswith(".")
        return sorted(path for path in found if hidden or not path.name.startswith("."))

    def _axis(self, value: Any, kind: PortType) -> Sequence[Any] | None:
        if not isinstance(value, loaded_class("numpy", "ndarray")):
            return None
        if not -value.ndim <= self.axis < value.ndim:
            raise ExecutionError(f"The array has {value.ndim} axes, so there is no axis {self.axis} to go along.")
        if value.ndim == 1 and value.dtype.kind in _NUMBERS:
            numbers: list[Any] = value.tolist()
            return numbers
        import numpy as np

        turned = np.moveaxis(value, self.axis, 0)
        convert = find_conversion("array", kind.family)
        if convert is None or (convert.target == "image" and value.dtype == np.float32):
            return _Lazy(len(turned), turned.__getitem__)
        return _Lazy(len(turned), lambda place: convert.apply(turned[place]))


_WANTED = {
    "list": "the items of a list",
    "rows": "the rows of a table",
    "groups": "the groups of a table",
    "files": "the files of a folder",
    "axis": "the slices of an array",
}


class _Lazy(Sequence[Any]):
    """Items that are made when they are asked for."""

    def __init__(self, length: int, make: Callable[[int], Any]) -> None:
        self._length = length
        self._make = make

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self._make(place) for place in range(*index.indices(self._length))]
        return self._make(index)


class _Rows(_Lazy):
    """The rows of a table as dictionaries, a thousand made at a time: one by one they take ten times as long."""

    def __init__(self, table: Any) -> None:
        super().__init__(table.height, self._row)
        self._table = table
        self._blocks: dict[int, list[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def _row(self, row: int) -> Any:
        number, place = divmod(row, _ROWS_AT_A_TIME)
        with self._lock:
            block = self._blocks.get(number)
            if block is None:
                block = self._table.slice(number * _ROWS_AT_A_TIME, _ROWS_AT_A_TIME).to_dicts()
                while len(self._blocks) >= _KEPT_BLOCKS:
                    del self._blocks[next(iter(self._blocks))]
                self._blocks[number] = block
        return block[place]


def fitting(value: Any, kind: PortType) -> Any:
    """Return an item as the body takes it, converted if need be.

    Raises
    ------
    ExecutionError
        When it does not fit.
    """
    if isinstance(kind, AnyType):
        return value
    why = kind.check(value)
    if why is None:
        return value
    step: Conversion | None = find_conversion(summarize(value).kind, kind.family)
    if step is not None:
        try:
            return step.apply(value)
        except (ValueError, TypeError) as error:
            why = str(error)
    raise ExecutionError(f"The body cannot take the item: {why}.")
