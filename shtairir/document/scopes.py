"""The state of a graph and those of its definitions, and the one way to change several of them at once.

Each scope (the graph at the root, and every definition) is a `State` of its own. `Scopes.exchange` puts `Changes` in
and returns those that take them back. Content is addressed by the state and not by its name, so a definition that was
renamed, removed or restored in between is still changed back exactly; which state stands under which name is a change
of its own. A state that was taken out is kept as it is by whoever can put it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from shtairir.document.state import Delta, Ordered, State

PlacedState: TypeAlias = "tuple[State, int | None] | None"
"""A definition's state and its number in the file's order; no number: keep or append; ``None``: no such definition."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What shall be different in each state, and which state shall stand under which name."""

    states: Mapping[State, Delta] = field(default_factory=dict)
    places: Mapping[str, PlacedState] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.states or self.places)

    def over(self, later: Changes) -> Changes:
        """Return the inverse of two edits, given the inverse of the first (self) and of the second."""
        states = dict(later.states)
        for state, delta in self.states.items():
            states[state] = delta.over(states[state]) if state in states else delta
        return Changes(states, {**later.places, **self.places})


class Scopes:
    """The states of one graph. Only `exchange` changes them.

    Attributes
    ----------
    root
        The graph itself; the definitions stand beside it, by name.
    """

    def __init__(self, root: State, definitions: Iterable[tuple[str, State]] = ()) -> None:
        self.root = root
        self._definitions: Ordered[str, State] = Ordered()
        self._names: dict[State, str] = {}
        self._view = MappingProxyType(self._definitions)
        for name, state in definitions:
            self._put(name, (state, None))

    @property
    def definitions(self) -> Mapping[str, State]:
        """The definitions by name, in the order of the file."""
        self._definitions.tidy()
        return self._view

    def name_of(self, state: State) -> str | None:
        """Return the name of the definition that a state is; ``None`` for the root and for one that was removed."""
        return self._names.get(state)

    def holds(self, state: State) -> bool:
        """Whether a state is the root or one of the definitions now."""
        return state is self.root or state in self._names

    def place_of(self, name: str) -> int:
        """Return the number of a definition in the file's order."""
        return self._definitions.places[name]

    def exchange(self, changes: Changes) -> Changes:
        """Put changes in, and return those that undo them."""
        states = {state: state.exchange(delta) for state, delta in changes.states.items()}
        before = {name: self._placed(name) for name in changes.places}
        for name, placed in changes.places.items():
            if placed is None and name in self._definitions:
                del self._names[self._definitions[name]]
                self._definitions.drop(name)
        for name, placed in changes.places.items():
            if placed is not None:
                self._put(name, placed)
        return Changes(states, before)

    def _placed(self, name: str) -> PlacedState:
        state = self._definitions.get(name)
        return None if state is None else (state, self._definitions.places[name])

    def _put(self, name: str, placed: tuple[State, int | None]) -> None:
        old = self._definitions.get(name)
        if old is not None and self._names.get(old) == name:
            del self._names[old]
        self._definitions.put(name, *placed)
        self._names[placed[0]] = name
