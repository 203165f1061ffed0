"""From when to when a run held each value, noted from its events alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shtairir.events import Event, NodeFinished, NodeRestored, NodeStarted, RunStarted, ValueReleased
from shtairir.ids import NodeId, PortRef
from shtairir.memory.manager import UNCOUNTED_BYTES


@dataclass(frozen=True, slots=True)
class Lifetime:
    """One value, in seconds from the start of the run; ``to_s`` is ``None`` as long as it is held."""

    port: PortRef
    nbytes: int
    from_s: float
    to_s: float | None = None


class Lifetimes:
    """An observer that notes which values there are, and when the run lets go of them.

    The memory of a value is taken to be there from the start of the node that makes it, as the forecast has it.
    """

    def __init__(self) -> None:
        self._forget(0.0)
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            RunStarted: lambda event: self._forget(event.at_s),
            NodeStarted: self._on_started,
            NodeFinished: self._on_made,
            NodeRestored: self._on_made,
            ValueReleased: self._on_released,
        }

    def _forget(self, began_s: float) -> None:
        self._began_s = began_s
        self._started: dict[NodeId, float] = {}
        self._held: dict[PortRef, tuple[int, float]] = {}
        self._over: list[Lifetime] = []

    def on_event(self, event: Event) -> None:
        """Take note of an event."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _on_started(self, event: NodeStarted) -> None:
        self._started[event.node] = event.at_s

    def _on_made(self, event: NodeFinished | NodeRestored) -> None:
        from_s = self._started.pop(event.node, event.at_s) - self._began_s
        for port, summary in event.outputs.items():
            if summary.nbytes >= UNCOUNTED_BYTES:
                self._held[PortRef(event.node, port)] = summary.nbytes, from_s

    def _on_released(self, event: ValueReleased) -> None:
        found = self._held.pop(PortRef(event.node, event.port), None)
        if found is not None:
            nbytes, from_s = found
            to_s = max(event.at_s - self._began_s, from_s)
            self._over.append(Lifetime(PortRef(event.node, event.port), nbytes, from_s, to_s))

    @property
    def found(self) -> tuple[Lifetime, ...]:
        """All values up to now, in the order in which their nodes began."""
        held = [Lifetime(port, nbytes, from_s) for port, (nbytes, from_s) in self._held.items()]
        return tuple(sorted([*self._over, *held], key=lambda lifetime: lifetime.from_s))
