"""What is done for a node that hands on one of several inputs: nothing but that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shtairir.errors import ExecutionError
from shtairir.execute.call import Call, Pace

if TYPE_CHECKING:
    from shtairir.execute.state import RunState
    from shtairir.planning.plan import Task


class HandingOn:
    """A task that hands on what was chosen, made ready to run.

    The value itself is handed on, not a copy: whoever reads it is protected from other readers as ever, and its memory
    is counted once.

    Attributes
    ----------
    place
        That of the choice among all of the plan.
    """

    def __init__(self, task: Task, place: int) -> None:
        self.task = task
        self.place = place
        self.call = Call(task)
        self.pace = Pace()
        self.pace.quick = True
        lazy = task.definition.traits.lazy
        assert lazy is not None  # or nothing would be chosen
        self._ports = lazy.inputs
        self._tries = lazy.decide is None
        self._inputs = {item.port: item for item in task.inputs}

    def outputs(self, state: RunState) -> tuple[Any, ...]:
        """Return what the task hands on."""
        port = state.chosen[self.place]
        assert port is not None  # or the task would not run
        value = self._value(self._ports[port], state)
        if not self._tries:
            return (value,)
        return value, port > 0, self._why(state) if port else ""

    def took_fallback(self, state: RunState) -> bool:
        """Whether what was tried could not be made."""
        return self._tries and state.chosen[self.place] != 0

    def _value(self, port: str, state: RunState) -> Any:
        item = self._inputs.get(port)  # type: ignore[call-overload]  # a name, whatever its type
        if item is None:
            return self.task.values[port]
        value = state.slots[item.slot]
        if item.checked is not None and (why := item.checked.check(value)) is not None:
            raise ExecutionError(f"The input '{port}' cannot take what arrives: {why}.")
        return value if item.conversion is None else item.conversion.apply(value)

    def _why(self, state: RunState) -> str:
        """Return why the first input could not be made."""
        item = next(iter(self._inputs.values()))
        failure = state.records.failure_behind(state.shape.writer[item.slot])
        return f"'{failure.node}' failed: {failure.message}" if failure is not None else ""
