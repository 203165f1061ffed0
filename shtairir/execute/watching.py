"""Looks at values of a run while it goes on.

Nothing is in the way of a run that nobody watches. To watch a port makes the run keep its value, and adds an observer
that takes the value out of its slot when its node is told to be done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shtairir.errors import ExecutionError
from shtairir.events import Event, NodeFinished, NodeRestored, RunFinished, ValueWatched
from shtairir.execute.burst import GONE
from shtairir.ids import NodeId, PortRef
from shtairir.memory.spill import Spilled

if TYPE_CHECKING:
    from shtairir.execute.run import Run


def live_value(run: Run, name: str) -> Any:
    """Return the value of an output as it is in a run that goes on.

    Raises
    ------
    ExecutionError
        When there is no such output.
    KeyError
        When its value is not there: not yet, or not any more.
    """
    port = port_of(run, name)
    if port.node in run.plan.folded:
        return _folded(run, port)
    slot = run.plan.slots[port]
    task = run.state.shape.writer[slot]
    if not run.state.records.is_made(task, slot):
        raise KeyError(f"The value of '{name}' is not there: '{port.node}' is {run.state.records.status(task)}.")
    return _in_slot(run, port)


def _in_slot(run: Run, port: PortRef) -> Any:
    """Return a value that was made, unless it is gone."""
    slot = run.plan.slots[port]
    value = run.state.slots[slot]
    if value is GONE or (value is None and not _is_none(run, run.state.shape.writer[slot], slot)):
        raise KeyError(f"The value of '{port}' was freed after its last reader. Watch it before it is made.")
    return value.value(mapped=True) if isinstance(value, Spilled) else value


class Watch:
    """The ports of one run that are watched, and their values as far as they are made: an observer of the run."""

    def __init__(self, run: Run) -> None:
        self.values: dict[PortRef, Any] = {}
        self._run = run
        self._ports: dict[NodeId, list[PortRef]] = {}
        self._forget = run.bus.subscribe(self)
        run.state.observed = True

    def add(self, name: str) -> None:
        """Watch a port; a value that is there already is told at once.

        Raises
        ------
        ExecutionError
            When there is no such output.
        """
        port = port_of(self._run, name)
        self._run.post(lambda _: self._on_add(port))

    def on_event(self, event: Event) -> None:
        """Take the values that a node has made."""
        if isinstance(event, NodeFinished | NodeRestored):
            # They are in their slots, though whoever is in the mailbox may not have heard of it yet.
            for told in map(self._told, self._ports.pop(event.node, ())):
                if told is not None:
                    self._run.bus.emit(told)
        elif isinstance(event, RunFinished):
            self._forget()

    def _on_add(self, port: PortRef) -> None:
        """Keep the value, in the mailbox, and tell it if it is there; else it is told when its node is."""
        run, told = self._run, None
        if port.node in run.plan.folded:
            told = self._told(port)
        else:
            slot = run.plan.slots[port]
            task = run.state.shape.writer[slot]
            run.keep(slot)
            self._ports.setdefault(port.node, []).append(port)
            # The controller may have told of its end before the line above, and nobody have posted it yet.
            ended = run.state.records.ended_s[task] and run.state.slots[slot] is not None
            if ended or run.state.records.is_made(task, slot):
                told = self._told(port)
        if told is not None:
            run.state.queue.put(told)

    def _told(self, port: PortRef) -> ValueWatched | None:
        if port in self.values:
            return None  # it was told before
        try:
            value = _folded(self._run, port) if port.node in self._run.plan.folded else _in_slot(self._run, port)
        except KeyError:
            return None  # it was gone before anybody watched
        self.values[port] = value
        return ValueWatched(self._run.id, self._run.clock(), port, value)


def port_of(run: Run, name: str) -> PortRef:
    """Return the output that makes what is called by a name."""
    plan = run.plan
    try:
        port = plan.named.get(name) or PortRef.parse(name)
    except ValueError as error:
        raise ExecutionError(str(error)) from None
    port = plan.aliases.get(port, port)
    folded = plan.folded_definitions.get(port.node)
    if port in plan.slots or (folded is not None and folded.output(port.port) is not None):
        return port
    inside = "/" in port.node and plan.call(port.node) is None
    hint = "A value in a loop can be looked at with RunResult.replay, iteration by iteration." if inside else ""
    raise ExecutionError(f"The run has no output '{name}'.", hint=hint)


def _folded(run: Run, port: PortRef) -> Any:
    names = [output.name for output in run.plan.folded_definitions[port.node].outputs]
    return run.plan.folded[port.node][names.index(port.port)]


def _is_none(run: Run, task: int, slot: int) -> bool:
    """Whether the value that was made is ``None``: of any other that is let go, a summary was noted."""
    noted, whole = run.state.records.outputs[task], run.plan.tasks[task]
    return not whole.parts and (not noted or noted[slot - whole.first_slot] is None)
