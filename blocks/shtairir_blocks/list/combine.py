"""Blocks that make one list of several."""

from typing import Annotated, Any

from shtairir.block import Param, block

More = Annotated[list[Any] | None, Param(port=True)]


@block(name="Join lists", category="List/Combine", tags=("concatenate", "append", "extend", "merge"))
def concat(first: list[Any], second: list[Any]) -> list[Any]:
    """Put one list behind another.

    Parameters
    ----------
    first, second
        The lists, in order.
    """
    return [*first, *second]


@block(name="Zip lists", category="List/Combine", tags=("pair", "together", "transpose"))
def zip_(a: list[Any], b: list[Any], c: More = None, fill: bool = False) -> list[Any]:
    """Make a list of the first items of several lists, one of their second items, and so on.

    Parameters
    ----------
    a, b
        The lists to go through side by side.
    c
        One more list.
    fill
        Whether to fill up shorter lists with nothing; otherwise lists of unequal length are an error.
    """
    from shtairir_blocks.kernels import lists as kernels

    return kernels.zipped([part for part in (a, b, c) if part is not None], fill)


@block(name="Flatten list", category="List/Combine", tags=("nested", "unnest", "chain"))
def flatten(items: list[Any], depth: Annotated[int, Param(ge=1, le=100)] = 1) -> list[Any]:
    """Put the items of lists inside a list into the list itself.

    Parameters
    ----------
    items
        The list of lists.
    depth
        How many levels to open: 1 opens the lists in the list, 2 those in these as well.
    """
    from shtairir_blocks.kernels import lists as kernels

    return kernels.flattened(items, depth)
