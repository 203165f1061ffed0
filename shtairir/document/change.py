"""What an edit changed, told to whoever listens to a graph."""

from __future__ import annotations

from dataclasses import dataclass

from shtairir.document.model import Link, Node
from shtairir.document.state import Delta, State
from shtairir.ids import NodeId


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
    label
        The edit in words.
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

    @property
    def affects_result(self) -> bool:
        """Whether the graph may compute something else now: false for moves, frames and titles of the graph."""
        return bool(
            self.nodes_added or self.nodes_removed or self.nodes_changed or self.links_added or self.links_removed
        )


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


def _meta(header: object) -> tuple[object, ...]:
    return tuple(getattr(header, name) for name in ("name", "description", "parameters", "subgraphs", "extra"))
