"""Edits of definitions as a whole, and edits of what is inside one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from shtairir.document.edits.base import Edit, count_of
from shtairir.document.model import Content, Header
from shtairir.document.naming import did_you_mean, is_name
from shtairir.document.references import references_in, renamed_reference
from shtairir.document.scopes import Changes, Scopes
from shtairir.document.state import Delta, State
from shtairir.errors import EditError
from shtairir.ids import NodeId

_SHOWN = 5


def state_of(content: Content) -> State:
    """Return the state that holds some content; its definitions are left to whoever holds them."""
    return State(content.nodes, content.links, content.header)


def definition_in(scopes: Scopes, name: str) -> State:
    """Return the state of a definition.

    Raises
    ------
    EditError
        When there is none of that name; the hint names one that is spelled alike.
    """
    found = scopes.definitions.get(name)
    if found is None:
        raise EditError(f"The graph has no definition '{name}'.", hint=did_you_mean(name, scopes.definitions))
    return found


def users_of(name: str, scopes: Scopes) -> list[str]:
    """Return the nodes that stand for or run a definition, each as ``node`` or ``scope/node``."""
    found = [node.id for node in scopes.root.nodes.values() if name in references_in([node])]
    places: list[str] = list(found)
    for scope, state in scopes.definitions.items():
        places += [f"{scope}/{node.id}" for node in state.nodes.values() if name in references_in([node])]
    return places


def taken_names(scopes: Scopes, section: str) -> frozenset[str]:
    """Return the names in a section of the file that cannot be given any more, those of others among them."""
    header = scopes.root.header
    foreign = header.foreign.get(section)
    ours: Iterable[str] = scopes.definitions if section == "subgraphs" else (block.name for block in header.code)
    return frozenset((*ours, *(foreign if isinstance(foreign, dict) else ())))


def check_new_name(scopes: Scopes, name: str, section: str, noun: str) -> None:
    """Refuse a name that a new definition or code block cannot have.

    Raises
    ------
    EditError
        When it is no name, or taken.
    """
    if not is_name(name):
        raise EditError(f"'{name}' cannot be the name of a {noun}.", hint="Use letters, digits, '_' and '-'.")
    if name in taken_names(scopes, section):
        raise EditError(f"The graph already has a {noun} '{name}'.", hint="Choose another name.")
    foreign = scopes.root.header.foreign.get(section)
    if foreign is not None and not isinstance(foreign, dict):
        raise EditError(f"The file holds something else as its '{section}', which would be lost.")


@dataclass(frozen=True, slots=True)
class AddSubgraph(Edit):
    """Add a definition."""

    name: str
    content: Content = field(default_factory=lambda: Content((), (), Header(name="")))

    @property
    def label(self) -> str:
        return f"add definition {self.name}"

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        check_new_name(scopes, self.name, "subgraphs", "definition")
        return scopes.exchange(Changes(places={self.name: (state_of(self.content), None)}))


@dataclass(frozen=True, slots=True)
class RemoveSubgraph(Edit):
    """Remove a definition that no node stands for or runs."""

    name: str

    @property
    def label(self) -> str:
        return f"remove definition {self.name}"

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        definition_in(scopes, self.name)
        users = users_of(self.name, scopes)
        if users:
            more = f" and {len(users) - _SHOWN} more" if len(users) > _SHOWN else ""
            raise EditError(
                f"The definition '{self.name}' is used by {count_of(len(users), 'node')}: "
                f"{', '.join(users[:_SHOWN])}{more}.",
                hint="Expand or remove these first.",
            )
        return scopes.exchange(Changes(places={self.name: None}))


@dataclass(frozen=True, slots=True)
class RenameSubgraph(Edit):
    """Give a definition another name; the nodes that stand for it or run it follow."""

    name: str
    new_name: str

    @property
    def label(self) -> str:
        return f"rename definition {self.name} to {self.new_name}"

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        definition = definition_in(scopes, self.name)
        if self.name == self.new_name:
            return Changes()
        check_new_name(scopes, self.new_name, "subgraphs", "definition")
        place = scopes.place_of(self.name)
        states = {one: self._following(one) for one in (scopes.root, *scopes.definitions.values())}
        places = {self.name: None, self.new_name: (definition, place)}
        return scopes.exchange(Changes({one: delta for one, delta in states.items() if delta}, places))

    def _following(self, state: State) -> Delta:
        renamed = ((node, renamed_reference(node, self.name, self.new_name)) for node in state.nodes.values())
        return Delta({NodeId(old.id): (new, None) for old, new in renamed if new is not old})


@dataclass(frozen=True, slots=True)
class InScope(Edit):
    """An edit of what is inside a definition, done from anywhere in the graph."""

    scope: str
    edit: Edit

    @property
    def label(self) -> str:
        return f"{self.edit.label} in {self.scope}"

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        return self.edit.exchange_in(scopes, definition_in(scopes, self.scope))
