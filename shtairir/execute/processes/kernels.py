"""Has a block's kernel write straight into shared memory, instead of into an array that would have to be copied there.

Only where the block itself would do just that: its operands are numbers, and arrays of them that lie in memory as the
result does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from shtairir.execute.chain import Chain, Step, UnusualError, forms, operand
from shtairir.execute.processes.packing import SHARED_FROM_BYTES, Array

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition


def written(definition: BlockDefinition, arguments: Mapping[str, Any], lend: Callable[[int], Array]) -> Array | None:
    """Return the block's result in shared memory, or ``None`` where the block itself has to be called.

    That is also where the arithmetic goes wrong somewhere: the block has its own way of saying so.
    """
    kernel = definition.traits.kernel
    assert kernel is not None  # or nobody would have asked
    try:
        operands = [operand(arguments[port.name]) for port in definition.inputs]
        arrays = [value for value in operands if isinstance(value, np.ndarray) and value.ndim]
        if not arrays or any(not each.flags.c_contiguous or each.shape != arrays[0].shape for each in arrays):
            return None
        step = Step(kernel, tuple(range(len(operands))), len(operands))
        (form,) = forms(Chain((step,), len(operands) + 1, {}), [*operands, None])
    except (UnusualError, TypeError, ValueError):
        return None
    if form is None or form.dtype.itemsize * arrays[0].size < SHARED_FROM_BYTES:
        return None
    result: Array = np.ndarray(form.shape, form.dtype, lend(form.dtype.itemsize * arrays[0].size))
    troubles: set[str] = set()
    with np.errstate(divide="call", over="call", invalid="call", call=lambda kind, _: troubles.add(kind)):
        kernel(*operands, out=result)
    return None if troubles else result
