"""How a block says what it does to each element, so that the planner may put it together with its neighbours.

A *kernel* does the arithmetic of an ``elementwise`` block: ``kernel(*operands, out=None)``, with the operands in the
order of the block's inputs. As NumPy's universal functions do, it broadcasts, leaves Python numbers weak, and
writes into ``out``, and returns it, if that is given. It must make each element of the elements in the same place
alone, so that it may be called on one piece of the arrays after another.

A *reduction* makes one value of all elements, and can be put together from the values of pieces. Where it cannot,
because of the type of the elements or how they lie in memory, the block itself is called.

Nothing here imports NumPy: declaring a block must not.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TROUBLE = {
    "divide by zero": "division by zero or log of zero: some results are infinite",
    "overflow": "numbers grew past the largest value their type can hold: some results are infinite",
    "invalid value": "some results are not numbers (such as 0/0, or the root or log of a negative number)",
}


class Kernel:
    """A kernel that is looked up when it is first called.

    Examples
    --------
    >>> Kernel("numpy", "hypot")(3, 4)
    np.float64(5.0)

    Attributes
    ----------
    warns
        Whether a person is told when its arithmetic goes wrong (see `trouble`).
    may_overwrite
        Whether ``out`` may be one of the operands.
    """

    __slots__ = ("_function", "_module", "name")

    warns = False
    may_overwrite = False

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self.name = name
        self._function: Callable[..., Any] | None = None

    @property
    def function(self) -> Callable[..., Any]:
        """The function itself."""
        if self._function is None:
            self._function = getattr(importlib.import_module(self._module), self.name)
        return self._function

    def __call__(self, *operands: Any, out: Any = None) -> Any:
        return self.function(*operands) if out is None else self.function(*operands, out=out)

    def __repr__(self) -> str:
        return f"Kernel({self._module!r}, {self.name!r})"


class Ufunc(Kernel):
    """A universal function of NumPy as a kernel.

    Examples
    --------
    >>> Ufunc("add")(1, 2)
    np.int64(3)
    """

    __slots__ = ()

    warns = True
    may_overwrite = True

    def __init__(self, name: str) -> None:
        super().__init__("numpy", name)

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
        The kinds of element (``dtype.kind``) for which pieces can give what the whole would.
    any_order
        Whether it does not matter where the pieces lie. If it does, as in sums of floats, they are made by cutting
        a row of elements in halves, as NumPy adds them up, or not at all.
    """

    partial: Callable[[Any], Any]
    combine: Callable[[Any, Any], Any]
    finish: Callable[[Any, int], Any]
    only: Mapping[str, object] = field(default_factory=dict)
    kinds: str = "biuf"
    any_order: bool = False


def trouble(name: str, kind: str) -> str:
    """Return what to tell a person when arithmetic went wrong, in the words of `numpy.errstate`.

    Examples
    --------
    >>> trouble("divide", "overflow")
    'divide: numbers grew past the largest value their type can hold: some results are infinite.'
    """
    return f"{name}: {_TROUBLE.get(kind, kind)}."
