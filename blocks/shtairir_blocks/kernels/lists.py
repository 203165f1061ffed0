"""Lists of anything: nothing but the standard library."""

import itertools
from collections.abc import Hashable, Sequence

from .logic import same


def in_order(items: Sequence[object], keys: Sequence[object], descending: bool) -> list[object]:
    """Return the items in the order of their keys, which are numbers or texts; equal ones stay as they came.

    >>> in_order(["pear", "fig"], [4, 3], False)
    ['fig', 'pear']
    """
    places = range(len(items))
    try:
        # reverse keeps equal items in their order, unlike turning the result round.
        order = sorted(places, key=lambda place: keys[place], reverse=descending)  # type: ignore[arg-type, return-value]  # the except is for these
    except (TypeError, ValueError):
        kinds = sorted({type(key).__name__ for key in keys})
        raise TypeError(
            f"Values of these kinds have no common order: {', '.join(kinds)}. "
            "Sort by an expression that gives a number or a text for each item."
        ) from None
    return [items[place] for place in order]


def unique(items: Sequence[object]) -> list[object]:
    """Return each item once; ``1``, ``1.0`` and ``True`` are told apart.

    >>> unique([3, [1], 3, [1], 3.0])
    [3, [1], 3.0]
    """
    seen: set[tuple[type, Hashable]] = set()
    others: list[object] = []
    kept = []
    for item in items:
        try:
            known = (type(item), item) in seen
            seen.add((type(item), item))
        except TypeError:
            known = any(type(other) is type(item) and same(other, item) for other in others)
            others += [] if known else [item]
        kept += [] if known else [item]
    return kept


def zipped(lists: Sequence[Sequence[object]], fill: bool) -> list[object]:
    """Return a list for each place, with what the lists hold there; shorter lists are filled up with ``None``."""
    lengths = [len(one) for one in lists]
    if not fill and len(set(lengths)) > 1:
        raise ValueError(
            f"The lists have {' and '.join(map(str, lengths))} items. Make them equally long, or switch fill on."
        )
    return [list(together) for together in itertools.zip_longest(*lists)]


def flattened(items: Sequence[object], depth: int) -> list[object]:
    """Return the items with ``depth`` levels of lists opened.

    >>> flattened([1, [2, [3]]], 1)
    [1, 2, [3]]
    """
    opened = list(items)
    for _ in range(depth):
        if not any(isinstance(item, list | tuple) for item in opened):
            break
        opened = [part for item in opened for part in (item if isinstance(item, list | tuple) else (item,))]
    return opened
