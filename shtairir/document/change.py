"""What an edit changed, told to whoever listens to a graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from shtairir.document.model import CodeBlock, Header, Link, Node
from shtairir.document.scopes import Changes, Scopes
from shtairir.document.state import Delta, State
from shtairir.ids import NodeId, PortRef


class Edited(NamedTuple):
    """What is different in a scope whose nodes are still the same: their records, and the links into inputs."""

    nodes: frozenset[NodeId]
    inputs: frozenset[PortRef]


@dataclass(frozen=True, slots=True)
class Change:
    """One edit, undo or redo, in terms of what is different now.

    Attributes
    ----------
    nodes_changed
        Nodes of which more than the position is different.
    nodes_moved
        Nodes of which only the position is different.
    frames_changed, meta_changed
        Whether the frames are different; whether name, description, parameters or anything else of the header is.
    policy_changed
        Whether the whole graph is to be run otherwise.
    label
        The edit in words.
    subgraphs_changed
        Names of other definitions that are different, new, gone or named otherwise; their instances may look different.
    subgraphs_affect_result
        Whether one of these may compute something else now.
    code_changed
        Names of the file's code blocks that are different, new or gone.
    """

    nodes_added: tuple[NodeId, ...] = ()
    nodes_removed: tuple[NodeId, ...] = ()
    nodes_changed: tuple[NodeId, ...] = ()
    nodes_moved: tuple[NodeId, ...] = ()
    links_added: tuple[Link, ...] = ()
    links_removed: tuple[Link, ...] = ()
    frames_changed: bool = False
    meta_changed: bool = False
    label: str = ""
    subgraphs_changed: tuple[str, ...] = ()
    subgraphs_affect_result: bool = False
    code_changed: tuple[str, ...] = ()
    policy_changed: bool = False

    @property
    def affects_result(self) -> bool:
        """Whether the graph may compute something else now: false for moves, frames and titles of the graph."""
        return bool(
            self.nodes_added
            or self.nodes_removed
            or self.nodes_changed
            or self.links_added
            or self.links_removed
            or self.subgraphs_affect_result
            or self.code_changed
            or self.policy_changed
        )


def news(inverse: Changes, scopes: Scopes, listening: Iterable[State], label: str) -> list[tuple[State, Change]]:
    """Return what each of the scopes that somebody listens to is told of a step.

    A scope is told of itself, of the other definitions that its instances may stand for, and of the file's code;
    what happens at the root is told to the root only.
    """
    own = {state: change_since(delta, state, label) for state, delta in inverse.states.items()}
    code = _code_changes(inverse, scopes)
    told = []
    for state in listening:
        others = _others_changed(inverse, own, scopes, state)
        if scopes.holds(state) and (state in own or others or code):
            names, affect = tuple(others), any(others.values())
            change = own.get(state, Change(label=label))
            if names or code:
                change = replace(change, subgraphs_changed=names, subgraphs_affect_result=affect, code_changed=code)
            told.append((state, change))
    return told


def _others_changed(inverse: Changes, own: dict[State, Change], scopes: Scopes, state: State) -> dict[str, bool]:
    """Return the definitions beside ``state`` that are different, each with whether that may change a result."""
    found = dict.fromkeys(inverse.places, True)
    for other, change in own.items():
        name = scopes.name_of(other)
        if name is not None and other is not state:
            found[name] = found.get(name, False) or change.affects_result
    return found


def _code_changes(inverse: Changes, scopes: Scopes) -> tuple[str, ...]:
    delta = inverse.states.get(scopes.root)
    if delta is None or delta.header is None or delta.header.code is scopes.root.header.code:
        return ()
    old, new = _code(delta.header), _code(scopes.root.header)
    return tuple(name for name in {**old, **new} if old.get(name) != new.get(name))


def _code(header: Header) -> dict[str, CodeBlock]:
    return {block.name: block for block in header.code}


def change_since(inverse: Delta, state: State, label: str = "") -> Change:
    """Compare the state with what ``inverse`` says was there before."""
    added, removed, changed, moved = _node_changes(inverse, state)
    pairs = [(placed[0] if placed else None, state.link_into(target)) for target, placed in inverse.links.items()]
    pairs = [(old, new) for old, new in pairs if old != new]
    header = inverse.header
    return Change(
        nodes_added=tuple(added),
        nodes_removed=tuple(removed),
        nodes_changed=tuple(changed),
        nodes_moved=tuple(moved),
        links_added=tuple(new for _, new in pairs if new is not None),
        links_removed=tuple(old for old, _ in pairs if old is not None),
        frames_changed=header is not None and header.frames != state.header.frames,
        meta_changed=header is not None and _meta(header) != _meta(state.header),
        label=label,
        policy_changed=header is not None and header.policy != state.header.policy,
    )


def _node_changes(inverse: Delta, state: State) -> tuple[list[NodeId], ...]:
    added: list[NodeId] = []
    removed: list[NodeId] = []
    changed: list[NodeId] = []
    moved: list[NodeId] = []
    for key, placed in inverse.nodes.items():
        new = state.node(key)
        if placed is None:
            if new is not None:
                added.append(key)
        elif new is None:
            removed.append(key)
        elif new is not placed[0]:
            (moved if _only_moved(placed[0], new) else changed).append(key)
    return added, removed, changed, moved


def _only_moved(old: Node, new: Node) -> bool:
    # A node made from another shares all that was not replaced, so identity is enough, and cheap.
    return old.position != new.position and all(
        getattr(old, name) is getattr(new, name)
        for name in ("block", "block_version", "title", "values", "exposed", "policy", "extra")
    )


_META = ("name", "description", "parameters", "results", "foreign", "extra", "policy", "tests")


def _meta(header: object) -> tuple[object, ...]:
    return tuple(getattr(header, name) for name in _META)
