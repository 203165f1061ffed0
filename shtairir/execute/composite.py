"""A task that does the work of several nodes, made ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shtairir.execute.call import Call, Pace
from shtairir.planning.composite import FUSED

if TYPE_CHECKING:
    from shtairir.execute.chain import Chain
    from shtairir.planning.plan import Task


class Composite:
    """A task of several nodes, made ready to run; belongs to a plan, and holds nothing of a run."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.calls = [Call(part) for part in task.parts]
        self.slots = [call.first_slot for call in self.calls]
        self.is_fused = task.definition.id == FUSED
        self.pace = Pace()  # its parts are worth another worker
        self._chain: tuple[Chain, Mapping[int, int]] | None = None

    def chain(self) -> tuple[Chain, Mapping[int, int]]:
        """Return the steps of the parts, and for each slot that comes from outside the register for its value."""
        if self._chain is None:
            self._chain = _chain_of(self.task)
        return self._chain


def _chain_of(task: Task) -> tuple[Chain, dict[int, int]]:
    # Imports NumPy, which a plan without arrays need not wait for.
    from shtairir.execute.chain import Chain, Step

    registers: dict[int, int] = {}
    constants: dict[int, object] = {}
    count = 0
    steps = []
    made = {part.first_slot for part in task.parts}
    for part in task.parts:
        linked = {item.port: item.slot for item in part.inputs}
        traits = part.definition.traits
        operands = []
        for port in part.definition.inputs[: None if traits.reduction is None else 1]:
            if port.name not in linked:
                constants[count] = part.values[port.name]
                operands.append(count)
                count += 1
                continue
            slot = linked[port.name]
            if slot not in registers:
                registers[slot], count = count, count + 1
            operands.append(registers[slot])
        registers[part.first_slot], count = count, count + 1
        kernel = traits.kernel if traits.reduction is None else part.definition.function
        assert kernel is not None  # or the node would not have been fused
        steps.append(Step(kernel, tuple(operands), registers[part.first_slot], traits.reduction))
    inputs = {slot: register for slot, register in registers.items() if slot not in made}
    return Chain(tuple(steps), count, constants), inputs
