"""Evaluates a chain of elementwise steps in tiles, with as few passes over memory as can be.

Steps of the same shape make one sweep (see `shtairir.execute.sweep`). A chain over a column, a row and the matrix that
both are added to has three sweeps; most have one. A result that a sweep hands to a later one, or that a reduction
needs as a whole, is written out in full, and let go at the end.

The values are those that the steps give one after another, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

from shtairir.execute.chain import Array, Chain, Form, Shape, UnusualError, forms, operand
from shtairir.execute.sweep import Sweep, Workspace, is_row

_HALF_BYTES = 2


@dataclass(slots=True)
class Evaluated:
    """What became of a chain.

    Attributes
    ----------
    values
        The wanted results, by step.
    forms
        What each result is or would have been like; ``None`` for reductions.
    shares
        The part of the time that each step took; they add up to one.
    """

    values: dict[int, Any] = field(default_factory=dict)
    forms: Sequence[Form | None] = ()
    shares: Sequence[float] = ()


def evaluate(
    chain: Chain,
    inputs: Mapping[int, object],
    wanted: Collection[int],
    workspace: Workspace,
    overwritable: Collection[int] = (),
) -> Evaluated:
    """Return the results of the wanted steps.

    Parameters
    ----------
    inputs
        The values of the chain's inputs, by register.
    wanted
        Numbers of steps; those of reductions are always wanted.
    overwritable
        Inputs, by register, whose memory may become that of a result.

    Raises
    ------
    UnusualError
        When the values are not such as can be evaluated in tiles. Nothing has been changed then.
    Exception
        What a kernel raises.
    """
    return _Evaluation(chain, inputs, wanted, workspace, overwritable).run()


class _Evaluation:
    def __init__(
        self,
        chain: Chain,
        inputs: Mapping[int, object],
        wanted: Collection[int],
        workspace: Workspace,
        overwritable: Collection[int],
    ) -> None:
        self._steps = chain.steps
        self._workspace = workspace
        self._registers: list[Any] = [None] * chain.registers
        for register, value in (*chain.constants.items(), *inputs.items()):
            self._registers[register] = operand(value)
        self._forms = forms(chain, self._registers)
        self._sweeps = self._by_shape()
        self._wanted = frozenset(wanted)
        self._overwritable = set(overwritable)
        self._seconds = dict.fromkeys(range(len(self._steps)), 0.0)

    def _by_shape(self) -> list[tuple[Shape, list[int]]]:
        """Return the steps of each shape, in the order in which the shapes must be swept.

        A shape that is broadcast to another has fewer axes that are longer than one, or as many and fewer axes.
        """
        groups: dict[Shape, list[int]] = {}
        shape_of = {step.result: form.shape for step, form in zip(self._steps, self._forms, strict=True) if form}
        for number, step in enumerate(self._steps):
            shape = shape_of[step.result] if step.reduction is None else shape_of.get(step.operands[0])
            if shape is None:
                value = self._registers[step.operands[0]]
                if not isinstance(value, np.ndarray):
                    raise UnusualError("A reduction of what is not an array is left to the block.")
                shape = value.shape
            groups.setdefault(shape, []).append(number)
        return sorted(groups.items(), key=lambda group: (len(group[0]) - group[0].count(1), len(group[0])))

    def run(self) -> Evaluated:
        done = Evaluated(forms=self._forms)
        sizes = [max(math.prod(shape), 1) * len(numbers) for shape, numbers in self._sweeps]
        before = 0
        for (shape, numbers), size in zip(self._sweeps, sizes, strict=True):
            start, part = before / sum(sizes), size / sum(sizes)
            before += size
            self._sweep(shape, numbers, lambda fraction, start=start, part=part: start + part * fraction)  # type: ignore[misc]
        for number, step in enumerate(self._steps):
            if number in self._wanted or step.reduction is not None:
                done.values[number] = self._registers[step.result]
        total = sum(self._seconds.values())
        count = len(self._steps)
        done.shares = [seconds / total if total else 1 / count for seconds in self._seconds.values()]
        return done

    def _sweep(self, shape: Shape, numbers: list[int], overall: Callable[[float], float]) -> None:
        whole = [number for number in numbers if self._is_taken_whole(number, numbers, shape)]
        in_tiles = [number for number in numbers if number not in whole]
        if in_tiles:
            kept = self._kept(in_tiles)
            sweep = Sweep(in_tiles, self._steps, self._forms, shape, self._registers, kept)
            sweep.run(self._workspace, lambda fraction: self._workspace.advance(overall(fraction)))
            for register, value in kept.items():
                self._registers[register] = value
            for number in in_tiles:
                step = self._steps[number]
                if step.reduction is not None:
                    self._registers[step.result] = sweep.reduced(number, step)
            self._seconds.update(sweep.times())
        for number in whole:
            began = perf_counter()
            step = self._steps[number]
            self._registers[step.result] = step.kernel(self._registers[step.operands[0]])
            self._seconds[number] = perf_counter() - began

    def _is_taken_whole(self, number: int, numbers: Collection[int], shape: Shape) -> bool:
        """Whether a step is a reduction that must see all elements at once to give the bits that its block gives."""
        step = self._steps[number]
        if step.reduction is None:
            return False
        made = next(
            (form for other, form in zip(self._steps, self._forms, strict=True) if other.result == step.operands[0]),
            None,
        )
        dtype = made.dtype if made is not None else self._registers[step.operands[0]].dtype
        is_half = dtype.kind == "f" and dtype.itemsize <= _HALF_BYTES  # added up as single numbers, then rounded
        if dtype.kind not in step.reduction.kinds or is_half or 0 in shape:
            return True
        inside = {self._steps[other].result for other in numbers}
        outer = {register for other in numbers for register in self._steps[other].operands if register not in inside}
        return not (step.reduction.any_order or is_row((self._registers[register] for register in outer), shape))

    def _kept(self, numbers: list[int]) -> dict[int, Array]:
        """Return a buffer for each result of a sweep that is wanted, or read by another sweep."""
        inside = set(numbers)  # without reductions that are taken whole, which need their operand in full
        outside_reads = {
            register for number, step in enumerate(self._steps) if number not in inside for register in step.operands
        }
        kept: dict[int, Array] = {}
        for number in numbers:
            form = self._forms[number]
            result = self._steps[number].result
            if form is not None and (number in self._wanted or result in outside_reads):
                reused = self._reusable(number, form, inside) if number in self._wanted else None
                kept[result] = reused if reused is not None else self._workspace.empty(form.shape, form.dtype, number)
        return kept

    def _reusable(self, number: int, form: Form, inside: set[int]) -> Array | None:
        """Return an input's array that a result may be written over: nothing reads it after that."""
        for register in sorted(self._overwritable):
            value: Any = self._registers[register]
            fits = (
                isinstance(value, np.ndarray)
                and value.shape == form.shape
                and value.dtype == form.dtype
                and value.flags.c_contiguous
                and value.flags.writeable
            )
            readers = [other for other, step in enumerate(self._steps) if register in step.operands]
            alone = all(other in inside and other <= number for other in readers)
            last_is_safe = number not in readers or self._steps[number].may_overwrite
            if fits and alone and last_is_safe:
                self._overwritable.discard(register)
                reused: Array = value
                return reused
        return None
