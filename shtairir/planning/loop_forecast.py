"""What a loop is expected to take, from what its body takes: as often as there are items, on as many workers.

This is for loops that have not run before; of one that has, the history says more. How many items there are is known
where they are set by hand, or where what feeds the loop says how long its list is. Where that, or the time or size of
any node of the body, is not known, nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shtairir.block.infer import Spec
from shtairir.planning.passes.coarsen import PYTHON_S

if TYPE_CHECKING:
    from shtairir.planning.bodies import BodyPlan

PER_ITERATION: Mapping[str, object] = MappingProxyType({"/": "iteration"})
"""Instead of a loop's values, where its history is asked for the time of an iteration. No block has such a value."""

_ITERATION_S = 5e-6
_LIST_BYTES = 56
_REFERENCE_BYTES = 8


class LoopForecast:
    """What can be said of a call of a loop; the arguments are those of ``infer``, see `shtairir.block.infer`.

    Parameters
    ----------
    gathers
        Whether each output is a list of as many values as there are iterations, or one of them in one.
    """

    def __init__(self, body: BodyPlan, families: tuple[str, ...], *, gathers: bool) -> None:
        self._body = body
        self._families = families
        self._gathers = gathers

    def count(self, arguments: Mapping[str, Any]) -> int | None:
        """Return how many iterations there will be, at most."""
        shape = self._body.shape
        if shape.kind == "repeat":
            return _number(arguments.get("times"))
        if shape.kind == "while":
            return None
        lengths = [_length(arguments.get(shape.ports[name])) for name in shape.iterated]
        known = [length for length in lengths if length is not None]
        return min(known, default=None)

    def infer(self, **arguments: Any) -> tuple[Spec, ...]:
        """Return the specs of the outputs."""
        count = self.count(arguments) if self._gathers else 1
        plan, body = self._body.plan, self._body
        sizes = [plan.tasks[body.outputs[name]].estimate.total_bytes for name in body.shape.outputs]
        specs = []
        for place, family in enumerate(self._families):
            size = sizes[place] if place < len(sizes) else None
            specs.append(self._spec(family, count, size))
        return tuple(specs)

    def _spec(self, family: str, count: int | None, size: int | None) -> Spec:
        if not self._gathers:
            return Spec(family, nbytes=size, exact=False)
        nbytes = None
        if count is not None and size is not None:
            nbytes = count * size + (_LIST_BYTES + _REFERENCE_BYTES * count if family == "list" else 0)
        return Spec(family, nbytes=nbytes, length=count if family == "list" else None, exact=False)

    def cost(self, **arguments: Any) -> float:
        """Return the seconds that the loop takes.

        Raises
        ------
        ValueError
            When that is not known.
        """
        count, once_s = self.count(arguments), self._body.plan.sequential_s
        if count is None or once_s is None:
            raise ValueError("The time of the loop is not known.")
        once_s += _ITERATION_S
        if self._shared(arguments) and once_s > PYTHON_S * len(self._body.nodes):
            count = math.ceil(count / self._body.plan.workers)
        return count * once_s

    def peak_bytes(self, arguments: Mapping[str, Any]) -> int | None:
        """Return the most memory that the loop holds: its workers what an iteration needs, and all results."""
        once = self._body.plan.peak_bytes
        if once is None:
            return None
        count = self.count(arguments)
        lanes = self._body.plan.workers if self._shared(arguments) else 1
        made = sum(spec.nbytes or 0 for spec in self.infer(**arguments))
        return once * min(lanes, count if count is not None else lanes) + made

    def _shared(self, arguments: Mapping[str, Any]) -> bool:
        return self._body.shape.kind == "for_each" and arguments.get("parallel", True) is not False


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _length(value: object) -> int | None:
    if isinstance(value, Spec):
        return value.length
    return len(value) if isinstance(value, list | tuple) else None
