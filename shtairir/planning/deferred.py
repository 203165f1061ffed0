"""A sequence that is made when somebody looks into it.

Of a plan of ten thousand nodes, a run reads what it must wait for and call; the stages, the longest row of nodes and
the reasons are for people, who look at some plans and not at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

_Item = TypeVar("_Item", covariant=True)


class Deferred(Sequence[_Item]):
    """What a function returns, asked for once; equal to a tuple of the same items.

    Examples
    --------
    >>> squares = Deferred(lambda: [1, 4, 9])
    >>> squares[-1], squares == (1, 4, 9)
    (9, True)
    """

    __slots__ = ("_items", "_make")

    def __init__(self, make: Callable[[], Sequence[_Item]]) -> None:
        self._make: Callable[[], Sequence[_Item]] | None = make
        self._items: tuple[_Item, ...] | None = None

    def _made(self) -> tuple[_Item, ...]:
        # Two threads that look at once may both make it; they make the same.
        items, make = self._items, self._make
        if items is None:
            assert make is not None
            items = self._items = tuple(make())
            self._make = None
        return items

    @overload
    def __getitem__(self, index: int) -> _Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_Item]: ...
    def __getitem__(self, index: int | slice) -> _Item | Sequence[_Item]:
        return self._made()[index]

    def __len__(self) -> int:
        return len(self._made())

    def __iter__(self) -> Iterator[_Item]:
        return iter(self._made())

    def __contains__(self, item: object) -> bool:
        return item in self._made()

    def __eq__(self, other: object) -> bool:
        return self._made() == (other._made() if isinstance(other, Deferred) else other)

    def __hash__(self) -> int:
        return hash(self._made())

    def __repr__(self) -> str:
        return repr(self._made())
