"""Edits of what nodes do, or look like, without being other nodes: bypassed, disabled, frozen, collapsed, pinned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shtairir.document.edits.base import DeltaEdit, count_of, node_in
from shtairir.document.jsonable import to_point
from shtairir.document.model import ACTIVE, BYPASSED, DISABLED, NodeState, Point
from shtairir.document.state import Delta, State
from shtairir.errors import EditError
from shtairir.ids import NodeId, PortName

_VERBS: dict[NodeState, str] = {ACTIVE: "activate", BYPASSED: "bypass", DISABLED: "disable"}


@dataclass(frozen=True, slots=True)
class SetState(DeltaEdit):
    """Bypass nodes, disable them, or let them work again."""

    nodes: tuple[NodeId, ...]
    state: NodeState

    @property
    def label(self) -> str:
        return f"{_VERBS[self.state]} {_words(self.nodes)}"

    def delta(self, state: State) -> Delta:
        if self.state not in _VERBS:
            raise EditError(f"A node cannot be '{self.state}'.", hint=f"It is {', '.join(_VERBS)}.")
        return _set(state, self.nodes, "state", self.state)


@dataclass(frozen=True, slots=True)
class SetCollapsed(DeltaEdit):
    """Show only the titles of nodes on the canvas, or all of them."""

    nodes: tuple[NodeId, ...]
    on: bool = True

    @property
    def label(self) -> str:
        return f"{'collapse' if self.on else 'unfold'} {_words(self.nodes)}"

    def delta(self, state: State) -> Delta:
        return _set(state, self.nodes, "collapsed", self.on)


@dataclass(frozen=True, slots=True)
class SetFrozen(DeltaEdit):
    """Let nodes keep their last result whatever changes before them, or no longer."""

    nodes: tuple[NodeId, ...]
    on: bool = True

    @property
    def label(self) -> str:
        return f"{'freeze' if self.on else 'unfreeze'} {_words(self.nodes)}"

    def delta(self, state: State) -> Delta:
        return _set(state, self.nodes, "frozen", self.on)


@dataclass(frozen=True, slots=True)
class SetShown(DeltaEdit):
    """Say which outputs of a node have their preview pinned to the canvas.

    Attributes
    ----------
    sizes
        New sizes of previews that were resized; those of the others are kept.
    """

    node: NodeId
    ports: tuple[PortName, ...]
    sizes: Mapping[PortName, Point] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"change what {self.node} shows on the canvas"

    def delta(self, state: State) -> Delta:
        node, shown = node_in(state, self.node), tuple(dict.fromkeys(self.ports))
        wanted = {**node.shown_sizes, **{port: to_point(size) for port, size in self.sizes.items()}}
        sizes = {port: size for port, size in wanted.items() if port in shown}
        if (node.shown, node.shown_sizes) == (shown, sizes):
            return Delta()
        return Delta({node.id: (replace(node, shown=shown, shown_sizes=sizes), None)})


def _words(nodes: tuple[NodeId, ...]) -> str:
    return nodes[0] if len(nodes) == 1 else count_of(len(nodes), "node")


def _set(state: State, nodes: Iterable[NodeId], name: str, value: object) -> Delta:
    old = (node_in(state, key) for key in nodes)
    changes: dict[str, Any] = {name: value}
    return Delta({node.id: (replace(node, **changes), None) for node in old if getattr(node, name) != value})
