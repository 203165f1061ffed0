"""What an edit is, and edits made of others."""

from __future__ import annotations

from dataclasses import dataclass

from shtairir.document.model import Node
from shtairir.document.naming import did_you_mean
from shtairir.document.scopes import Changes, Scopes
from shtairir.document.state import Delta, State
from shtairir.errors import EditError
from shtairir.ids import NodeId


def count_of(number: int, noun: str) -> str:
    """Return ``1 node`` or ``3 nodes``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def node_in(state: State, node: NodeId | str) -> Node:
    """Return a node of the state.

    Raises
    ------
    EditError
        When there is none of that id; the hint names one that is spelled alike.
    """
    found = state.node(NodeId(node))
    if found is None:
        raise EditError(f"There is no node '{node}' in the graph.", hint=did_you_mean(node, state.nodes))
    return found


class Edit:
    """One change of a graph. Subclasses are frozen and say what they do in `label`."""

    __slots__ = ()

    @property
    def label(self) -> str:
        """The edit in words, for the undo menu: ``move 3 nodes``."""
        raise NotImplementedError

    def exchange(self, state: State) -> Delta:
        """Change the state, and return the delta that undoes exactly this; empty when nothing has changed.

        Raises
        ------
        EditError
            When the edit does not fit; the state is then as it was.
        """
        raise EditError(f"To {self.label} takes a whole graph, with its definitions.", hint="Use Graph.apply.")

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        """Change the scope that ``state`` is, or several scopes, and return what undoes exactly this.

        Raises
        ------
        EditError
            When the edit does not fit; everything is then as it was.
        """
        inverse = self.exchange(state)
        return Changes({state: inverse}) if inverse else Changes()

    def apply(self, state: State) -> Edit:
        """Change the state, and return the edit that undoes exactly this."""
        return Restore(self.exchange(state), f"undo {self.label}")


class DeltaEdit(Edit):
    """Base of the edits that can say beforehand what shall be different."""

    __slots__ = ()

    def delta(self, state: State) -> Delta:
        """Return what shall be different; empty when the edit changes nothing."""
        raise NotImplementedError

    def exchange(self, state: State) -> Delta:
        return state.exchange(self.delta(state))


@dataclass(frozen=True, slots=True)
class Restore(DeltaEdit):
    """Put back what was there before; the inverse of every edit."""

    before: Delta
    words: str = "restore"

    @property
    def label(self) -> str:
        return self.words

    def delta(self, state: State) -> Delta:
        return self.before


@dataclass(frozen=True, slots=True)
class Batch(Edit):
    """Several edits as one, each seeing what those before it did; when one of them does not fit, none is done."""

    edits: tuple[Edit, ...]
    words: str = ""

    @property
    def label(self) -> str:
        return self.words or (self.edits[0].label if len(self.edits) == 1 else f"{len(self.edits)} changes")

    def exchange(self, state: State) -> Delta:
        inverse = Delta()
        try:
            for edit in self.edits:
                inverse = inverse.over(edit.exchange(state))
        except BaseException:
            state.exchange(inverse)
            raise
        return inverse

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        inverse = Changes()
        try:
            for edit in self.edits:
                inverse = inverse.over(edit.exchange_in(scopes, state))
        except BaseException:
            scopes.exchange(inverse)
            raise
        return inverse
