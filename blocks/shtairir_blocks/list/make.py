"""Blocks that make lists."""

from typing import Annotated, Any

from shtairir.block import Array, Param, block

Item = Annotated[Any, Param(port=True)]
_MOST = 10_000_000


@block(name="List of numbers", category="List/Make", tags=("constant", "values"))
def numbers(items: list[int | float] = []) -> list[int | float]:  # noqa: B006  # a block's default is not written to
    """Give a list of numbers.

    Parameters
    ----------
    items
        The numbers, in order.
    """
    return list(items)


@block(name="List of texts", category="List/Make", tags=("constant", "strings", "words", "names"))
def texts(items: list[str] = []) -> list[str]:  # noqa: B006  # a block's default is not written to
    """Give a list of texts.

    Parameters
    ----------
    items
        The texts, in order.
    """
    return list(items)


@block(name="Make list", category="List/Make", tags=("collect", "gather", "pack", "items"))
def make(a: Any, b: Item = None, c: Item = None, d: Item = None, e: Item = None, f: Item = None) -> list[Any]:
    """Make a list of up to six values.

    Parameters
    ----------
    a
        The first item.
    b, c, d, e, f
        More items, in order; what is not there is left out.
    """
    return [item for item in (a, b, c, d, e, f) if item is not None]


@block(name="Count up", id="list.range", category="List/Make", tags=("range", "sequence", "numbers", "indices"))
def range_(start: int = 0, stop: int = 10, step: int = 1) -> list[int]:
    """Make a list of whole numbers at equal steps.

    Parameters
    ----------
    start
        The first number.
    stop
        Where to end; this number itself is left out.
    step
        How far from one number to the next; below 0 to count down.
    """
    if step == 0:
        raise ValueError("With a step of 0 the count would never end. Give another step.")
    found = range(start, stop, step)
    if len(found) > _MOST:
        raise ValueError(f"That would be {len(found):,} numbers; a list holds up to {_MOST:,}. Use array.arange.")
    return list(found)


@block(name="List from array", category="List/Make", tags=("convert", "numpy", "values"))
def from_array(array: Array) -> list[Any]:
    """Make a list of an array: of its items, or of a list for each row when it has more dimensions.

    Parameters
    ----------
    array
        The array.
    """
    values = array.tolist()
    return values if isinstance(values, list) else [values]
