"""How a block says what it does to each element, so that the planner may put it together with its neighbours.

A *kernel* does the arithmetic of an ``elementwise`` block: ``kernel(*operands, out=None)``, with the operands in the
order of the block's inputs. As NumPy's universal functions do, it broadcasts, leaves Python numbers weak, and
writes into ``out`` if that is given. It must give each element from the elements beside it alone, wherever in
the array they are, so that it may be called on one piece after another.

A *reduction* makes one value of all elements, and can be put together from the values of pieces.

Nothing here imports NumPy: declaring a block must not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TROUBLE = {
    "divide by zero": "division by zero or log of zero: some results are infinite",
    "overflow": "numbers grew past the largest value their type can hold: some results are infinite",
    "invalid value": "some results are not numbers (such as 0/0, or the root or log of a negative number)",
}


class Ufunc:
    """A universal function of NumPy, looked up when it is first called.

    Examples
    --------
    >>> Ufunc("add")(1, 2)
    np.int64(3)
    """

    __slots__ = ("_function", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._function: Callable[..., Any] | None = None

    @property
    def function(self) -> Callable[..., Any]:
        """NumPy's function itself."""
        if self._function is None:
            import numpy

            self._function = getattr(numpy, self.name)
        return self._function

    def __call__(self, *operands: Any, out: Any = None) -> Any:
        return self.function(*operands) if out is None else self.function(*operands, out=out)

    def __repr__(self) -> str:
        return f"Ufunc({self.name!r})"


@dataclass(frozen=True, slots=True)
class Reduction:
    """How one value is made of all elements of the first input.

    Attributes
    ----------
    partial
        From a piece, an array that is not empty, to its value.
    combine
        From the values of two neighbouring pieces to that of both.
    finish
        From the value of the whole and its number of elements to the block's output.
    only
        The values of the other inputs under which the block does just this.
    kinds
        The kinds of element (``dtype.kind``) for which pieces give what the whole would.
    """

    partial: Callable[[Any], Any]
    combine: Callable[[Any, Any], Any]
    finish: Callable[[Any, int], Any]
    only: Mapping[str, object] = field(default_factory=dict)
    kinds: str = "biuf"


def trouble(name: str, kind: str) -> str:
    """Return what to tell a person when arithmetic went wrong, in the words of `numpy.errstate`.

    Examples
    --------
    >>> trouble("divide", "overflow")
    'divide: numbers grew past the largest value their type can hold: some results are infinite.'
    """
    return f"{name}: {_TROUBLE.get(kind, kind)}."
