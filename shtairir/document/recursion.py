"""No definition contains itself: neither by an instance nor by a loop's body, nor through others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shtairir.document.model import Node
from shtairir.document.references import chain_to, references_in
from shtairir.document.scopes import Changes, Scopes
from shtairir.document.state import State
from shtairir.errors import EditError


def refuse_recursion(inverse: Changes, scopes: Scopes) -> None:
    """Refuse what was just changed if a definition contains itself now.

    Raises
    ------
    EditError
        With the chain of definitions named. It is up to the caller to take the change back.
    """
    contents: dict[str, list[str]] | None = None
    for state, nodes in _changed(inverse, scopes):
        scope = scopes.name_of(state)
        references = references_in(nodes) if scope is not None else {}
        for name, node in references.items():
            if scope is None:
                continue
            if contents is None:
                contents = {one: list(references_in(inner.nodes.values())) for one, inner in scopes.definitions.items()}
            chain = chain_to(scope, name, contents)
            if chain is not None:
                raise EditError(
                    f"'{node.id}' would make the definition '{scope}' contain itself: {chain_text([scope, *chain])}.",
                    hint="A definition cannot be used inside itself; to repeat something, use a loop.",
                )


def _changed(inverse: Changes, scopes: Scopes) -> Iterator[tuple[State, Iterable[Node]]]:
    for state, delta in inverse.states.items():
        if state is not scopes.root and delta.nodes:
            yield state, [node for key in delta.nodes if (node := state.node(key)) is not None]
    for name in inverse.places:
        placed = scopes.definitions.get(name)
        if placed is not None:
            yield placed, placed.nodes.values()


def chain_text(chain: Iterable[str]) -> str:
    """Return a chain of definitions for a sentence."""
    return " → ".join(f"'{name}'" for name in chain)
