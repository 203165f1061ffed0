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
    nodes_restyled
        Those of the changed nodes of which only the looks are different: the title, what is shown, where it lies.
    links_bent
        Links that are led over other dots.
    frames_changed, notes_changed, bookmarks_changed, meta_changed
        Whether these are different; whether name, description, parameters or anything else of the header is.
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
    nodes_restyled: tuple[NodeId, ...] = ()
    links_bent: tuple[Link, ...] = ()
    notes_changed: bool = False
    bookmarks_changed: bool = False

    @property
    def affects_result(self) -> bool:
        """Whether the graph may compute something else now: false for moves, frames, notes, dots and titles."""
        return bool(
            self.nodes_added
            or self.nodes_removed
            or len(self.nodes_changed) > len(self.nodes_restyled)
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
    added, removed, changed, moved, restyled = _node_changes(inverse, state)
    pairs = [(placed[0] if placed else None, state.link_into(target)) for target, placed in inverse.links.items()]
    bent = [new for old, new in pairs if old is not None and new is not None and old == new and old.via != new.via]
    pairs = [(old, new) for old, new in pairs if old != new]
    header = inverse.header
    return Change(
        nodes_added=tuple(added),
        nodes_removed=tuple(removed),
        nodes_changed=tuple(changed),
        nodes_moved=tuple(moved),
        links_added=tuple(new for _, new in pairs if new is not None),
        links_removed=tuple(old for old, _ in pairs if old is not None),
        nodes_restyled=tuple(restyled),
        links_bent=tuple(bent),
        frames_changed=header is not None and header.frames != state.header.frames,
        notes_changed=header is not None and header.notes != state.header.notes,
        bookmarks_changed=header is not None and header.bookmarks != state.header.bookmarks,
        meta_changed=header is not None and _meta(header) != _meta(state.header),
        label=label,
        policy_changed=header is not None and header.policy != state.header.policy,
    )


def _node_changes(inverse: Delta, state: State) -> tuple[list[NodeId], ...]:
    added: list[NodeId] = []
    removed: list[NodeId] = []
    changed: list[NodeId] = []
    moved: list[NodeId] = []
    restyled: list[NodeId] = []
    for key, placed in inverse.nodes.items():
        new = state.node(key)
        if placed is None:
            if new is not None:
                added.append(key)
        elif new is None:
            removed.append(key)
        elif new is not placed[0]:
            same = _shares(placed[0], new, _WORK)
            is_moved = same and placed[0].position != new.position and _shares(placed[0], new, _LOOKS)
            (moved if is_moved else changed).append(key)
            if same and not is_moved:
                restyled.append(key)
    return added, removed, changed, moved, restyled


_WORK = ("block", "block_version", "values", "policy", "extra", "state", "frozen")
_LOOKS = ("title", "exposed", "collapsed", "shown", "shown_sizes")


def _shares(old: Node, new: Node, names: Iterable[str]) -> bool:
    # A node made from another shares all that was not replaced, so identity is enough, and cheap.
    return all(getattr(old, name) is getattr(new, name) for name in names)


_META = ("name", "description", "parameters", "results", "foreign", "extra", "policy", "tests")


def _meta(header: object) -> tuple[object, ...]:
    return tuple(getattr(header, name) for name in _META)
