"""Elementwise steps that belong together, and what their results will be like.

A chain is what `shtairir.execute.blocked` evaluates: steps in the order of their work, which hand their results to
each other through *registers*, numbered places for one value each. Constants and the chain's inputs have a register
too.

The type and shape of each result are found out as NumPy finds them, by calling the kernels, on arrays without
elements: no rule of promotion is written down here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from shtairir.block.elementwise import Reduction

Array: TypeAlias = "np.ndarray[Any, Any]"
Shape: TypeAlias = tuple[int, ...]

NUMBER_KINDS = "biufc"
_PLAIN = (bool, int, float, complex, str, type(None))


class UnusualError(Exception):
    """The values are not such as can be evaluated in tiles; nothing is wrong with them."""


class Step(NamedTuple):
    """One kernel's call, or a reduction, which takes one operand and ends the chain there.

    A reduction's kernel takes the whole operand; it is called where pieces would not give the same.
    """

    kernel: Callable[..., Any]
    operands: tuple[int, ...]
    result: int
    reduction: Reduction | None = None

    @property
    def may_overwrite(self) -> bool:
        """Whether the kernel may write over an operand. NumPy's functions may; of others nobody knows."""
        return bool(getattr(self.kernel, "may_overwrite", False))


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps, and how many registers they use.

    Attributes
    ----------
    constants
        Registers whose values are known.
    """

    steps: tuple[Step, ...]
    registers: int
    constants: Mapping[int, object]


class Form(NamedTuple):
    """What a result will be like."""

    shape: Shape
    dtype: np.dtype[Any]


def operand(value: object) -> Any:
    """Return a value as kernels take it: an array of numbers, or a plain Python value, which is weak.

    Raises
    ------
    UnusualError
        When it is neither.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, np.generic) or type(value) is np.memmap:
        value = np.asarray(value)
    if type(value) is np.ndarray and value.dtype.kind in NUMBER_KINDS:
        return value
    raise UnusualError(f"A {type(value).__name__} is evaluated by the block itself.")


def forms(chain: Chain, registers: Sequence[Any]) -> list[Form | None]:
    """Return what the result of each step will be like; ``None`` for reductions.

    Raises
    ------
    UnusualError
        When a step's result is not an array of numbers.
    Exception
        What a kernel raises for these types.
    """
    stand_ins = [np.empty(0, value.dtype) if isinstance(value, np.ndarray) else value for value in registers]
    shapes: list[Shape] = [value.shape if isinstance(value, np.ndarray) else () for value in registers]
    found: list[Form | None] = []
    with np.errstate(all="ignore"):
        for step in chain.steps:
            if step.reduction is not None:
                found.append(None)
                continue
            arguments = [stand_ins[register] for register in step.operands]
            made = np.asarray(step.kernel(*arguments))
            if made.dtype.kind not in NUMBER_KINDS or made.size > 1:
                raise UnusualError("A result is not an array of numbers.")
            shape = _broadcast([shapes[register] for register in step.operands])
            shapes[step.result] = shape
            stand_ins[step.result] = np.empty(0, made.dtype)
            found.append(Form(shape, made.dtype))
    return found


def _broadcast(shapes: Sequence[Shape]) -> Shape:
    distinct: Collection[Shape] = {shape for shape in shapes if shape}
    if len(distinct) < 2:
        return next(iter(distinct), ())
    return np.broadcast_shapes(*distinct)
