"""Blocks that make another list of one list."""

from collections.abc import Callable, Iterator
from typing import Any

from shtairir.block import Context, block

_LOOK_AFTER = 1000


@block(name="Slice list", category="List/Change", tags=("part", "cut", "reverse", "first", "last"))
def slice_(items: list[Any], start: int | None = None, stop: int | None = None, step: int = 1) -> list[Any]:
    """Take a part of a list.

    Parameters
    ----------
    items
        The list to take from.
    start
        The first item to take: 0 is the first of all, -3 the last but two; unset begins at the end it comes from.
    stop
        The first item not to take; unset takes all to the other end.
    step
        2 takes every second item; -1 goes backwards.
    """
    if step == 0:
        raise ValueError("A step of 0 would take one item for ever. Give another step.")
    return items[start:stop:step]


@block(name="Append item", category="List/Change", tags=("add", "push", "put"))
def append(items: list[Any], value: Any, first: bool = False) -> list[Any]:
    """Put one more item at the end, or at the front, of a list.

    Parameters
    ----------
    items
        The list to extend.
    value
        The new item.
    first
        Whether to put it at the front.
    """
    return [value, *items] if first else [*items, value]


@block(name="Sort list", category="List/Change", tags=("order", "rank", "ascending", "descending"))
def sort(items: list[Any], by: str = "", descending: bool = False) -> list[Any]:
    """Bring the items of a list into order; items that are equal stay in the order in which they came.

    Parameters
    ----------
    items
        The list to sort.
    by
        What to sort by, as an expression of item: len(item), item["age"], lower(item); the items themselves when
        empty.
    descending
        Whether the largest comes first.
    """
    from shtairir.block.expression import compile_expression
    from shtairir_blocks.kernels import lists as kernels

    key = compile_expression(by).evaluate if by.strip() else None
    keys = items if key is None else [found for _, found in _asked(items, key)]
    return kernels.in_order(items, keys, descending)


@block(name="Unique items", category="List/Change", tags=("distinct", "duplicates", "set"))
def unique(items: list[Any]) -> list[Any]:
    """Keep each item once, where it comes first.

    Parameters
    ----------
    items
        The list to look through.
    """
    from shtairir_blocks.kernels import lists as kernels

    return kernels.unique(items)


@block(name="Filter list", category="List/Change", tags=("where", "select", "keep", "condition"))
def filter_(context: Context, items: list[Any], condition: str = "item > 0") -> list[Any]:
    """Keep the items for which a condition is true.

    Parameters
    ----------
    items
        The list to choose from.
    condition
        An expression of item and its index: item > 0, contains(item, "a"), item["age"] >= 18 and index < 10.
    """
    from shtairir.block.expression import compile_expression

    holds = compile_expression(condition).holds
    return [item for item, is_wanted in _asked(items, holds, context) if is_wanted]


@block(name="Change items", id="list.map", category="List/Change", tags=("map", "apply", "compute", "each"))
def map_(context: Context, items: list[Any], expression: str = "item * 2") -> list[Any]:
    """Make a new list by working out an expression for each item.

    Parameters
    ----------
    items
        The list to start from.
    expression
        An expression of item and its index: item * 2, upper(item), item["price"] * item["count"].
    """
    from shtairir.block.expression import compile_expression

    compute = compile_expression(expression).evaluate
    return [made for _, made in _asked(items, compute, context)]


def _asked(
    items: list[Any], ask: Callable[[dict[str, Any]], Any], run: Context | None = None
) -> Iterator[tuple[Any, Any]]:
    """Yield each item with the answer that an expression gives for it."""
    from shtairir.errors import ExpressionError

    for index, item in enumerate(items):
        if run is not None and index % _LOOK_AFTER == 0:
            run.check_cancelled()
        try:
            yield item, ask({"item": item, "index": index})
        except ExpressionError as error:
            raise ValueError(f"Item {index} of the list: {error}") from None
