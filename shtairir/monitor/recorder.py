"""Keeps every event of a run, for tests and for reading afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from shtairir.events import Event

_Event = TypeVar("_Event")


class EventRecorder:
    """An observer that remembers.

    Attributes
    ----------
    events
        In the order in which they were told.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.events: list[Event] = list(events)

    def on_event(self, event: Event) -> None:
        """Remember an event."""
        self.events.append(event)

    def of(self, kind: type[_Event]) -> list[_Event]:
        """Return the events of one class."""
        return [event for event in self.events if isinstance(event, kind)]

    def names(self, node: str | None = None) -> list[str]:
        """Return the classes' names, of one node's events if one is named."""
        return [type(event).__name__ for event in self.events if node is None or getattr(event, "node", None) == node]
