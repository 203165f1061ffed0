"""Blocks that ask a list for something."""

from typing import Any

from shtairir.block import block


@block(name="List length", category="List/Facts", tags=("count", "size", "items"))
def length(items: list[Any]) -> int:
    """Count the items of a list.

    Parameters
    ----------
    items
        The list.
    """
    return len(items)


@block(name="Get item", category="List/Facts", tags=("index", "first", "last", "pick", "element"))
def get(items: list[Any], index: int = 0) -> Any:
    """Take one item of a list.

    Parameters
    ----------
    items
        The list to take from.
    index
        Which item: 0 is the first, 1 the second, -1 the last.
    """
    if not -len(items) <= index < len(items):
        holds = f"has {len(items)} items, counted from 0" if items else "is empty"
        raise IndexError(f"There is no item {index}: the list {holds}. Choose another index.")
    return items[index]


@block(name="List contains", category="List/Facts", tags=("in", "member", "includes", "find"))
def contains(items: list[Any], value: Any) -> bool:
    """Tell whether a value is among the items of a list.

    Parameters
    ----------
    items
        The list to look into.
    value
        What to look for; arrays and tables are compared element by element.
    """
    from shtairir_blocks.kernels import logic as kernels

    return any(kernels.same(item, value) for item in items)
