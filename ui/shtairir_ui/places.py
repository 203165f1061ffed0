"""Where in the file one is: in the graph itself, or in a definition that one went into through its instances.

States, values and problems of nodes are known by paths, ``clean/blur``. A place shows those of the nodes in it under
their own names; what happens further inside rolls up to the instance or the loop that it happens in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from shtairir.document import Change, Graph, Node
from shtairir.document.references import CODE, FILE, references_of
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir_ui.runtime import IDLE, SETTLED, NodeRuntime

_Value = TypeVar("_Value")

_WORST = (
    NodeStatus.FAILED,
    NodeStatus.TIMED_OUT,
    NodeStatus.CANCELLED,
    NodeStatus.RUNNING,
    NodeStatus.PAUSED,
    NodeStatus.READY,
    NodeStatus.WAITING,
    NodeStatus.DONE,
    NodeStatus.CACHED,
    NodeStatus.COMPENSATED,
    NodeStatus.SKIPPED,
)
"""Of the states of the nodes in an instance, the first of these is the instance's."""


@dataclass(frozen=True, slots=True)
class Place:
    """A graph that is shown.

    Attributes
    ----------
    path
        The nodes that one went into, from the file's own graph on.
    scopes
        The definition behind each of them.
    """

    path: tuple[NodeId, ...] = ()
    scopes: tuple[str, ...] = ()

    @property
    def scope(self) -> str | None:
        """The name of the definition that is shown; None for the graph of the file."""
        return self.scopes[-1] if self.scopes else None

    @property
    def prefix(self) -> str:
        """What stands before the names of the nodes here in their paths."""
        return "".join(f"{node}/" for node in self.path)

    def into(self, node: NodeId, scope: str) -> Place:
        """The place inside a node of this one."""
        return Place((*self.path, node), (*self.scopes, scope))

    def up_to(self, depth: int) -> Place:
        """The place that one went through on the way here."""
        return Place(self.path[:depth], self.scopes[:depth])

    def whole(self, node: NodeId | str) -> NodeId:
        """The path of a node of this place."""
        return NodeId(f"{self.prefix}{node}")

    def local(self, path: NodeId | str) -> NodeId | None:
        """The node of this place that a path is, or leads into; None if it leads elsewhere."""
        if not path.startswith(self.prefix):
            return None
        return NodeId(path[len(self.prefix) :].partition("/")[0])


ROOT = Place()


def enterable(node: Node) -> str | None:
    """The definition that a node stands for or runs, if it is one of the same file."""
    return next((name for name in references_of(node) if not name.startswith(FILE)), None)


def graph_at(root: Graph, place: Place) -> Graph | None:
    """The graph that a place shows; None if it is not there any more."""
    graph = root
    for node, scope in zip(place.path, place.scopes, strict=True):
        found = graph.nodes.get(node)
        if found is None or enterable(found) != scope or scope not in root.subgraphs:
            return None
        graph = root.subgraphs[scope]
    return graph


def nearest(root: Graph, place: Place) -> Place:
    """The place, or the nearest one on the way to it that is still there."""
    return next(upper for depth in range(len(place.path), -1, -1) if graph_at(root, upper := place.up_to(depth)))


def place_of(root: Graph, path: NodeId | str) -> tuple[Place, NodeId] | None:
    """The place in which the node of a path is, and its name there; None if there is no such node."""
    *way, name = path.split("/")
    place, graph = ROOT, root
    for step in way:
        node = graph.nodes.get(NodeId(step))
        scope = enterable(node) if node is not None else None
        if scope is None or scope not in root.subgraphs:
            return None
        place, graph = place.into(NodeId(step), scope), root.subgraphs[scope]
    return (place, NodeId(name)) if name in graph.nodes else None


def with_instances(change: Change, graph: Graph) -> Change:
    """The change, with the nodes that stand for a definition which looks different now."""
    if not (change.subgraphs_changed or change.code_changed):
        return change
    touched = {*change.subgraphs_changed, *(f"{CODE}{name}" for name in change.code_changed)}
    known = {*change.nodes_added, *change.nodes_changed}
    more = tuple(
        node.id
        for node in graph.nodes.values()
        if node.id not in known and (node.block in touched or not touched.isdisjoint(references_of(node)))
    )
    return replace(change, nodes_changed=(*change.nodes_changed, *more)) if more else change


class PlacedStates(Mapping[NodeId, NodeRuntime]):
    """The states of the nodes of a place, from those of all nodes by path."""

    def __init__(self, states: Mapping[NodeId, NodeRuntime], inner: Mapping[str, list[NodeId]], place: Place) -> None:
        self._states = states
        self._inner = inner
        self._place = place

    def __getitem__(self, node: NodeId) -> NodeRuntime:
        path = self._place.whole(node)
        own = self._states.get(path)
        inside = self._inner.get(path)
        if own is None and not inside:
            raise KeyError(node)
        return own if own is not None else rolled_up([(one, self._states[one]) for one in inside or ()])

    def __iter__(self) -> Iterator[NodeId]:
        return iter(dict.fromkeys(node for path in self._states if (node := self._place.local(path)) is not None))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def by_container(paths: Iterable[NodeId]) -> dict[str, list[NodeId]]:
    """The nodes inside each instance, however deep, by the instance's path."""
    inner: dict[str, list[NodeId]] = {}
    for path in paths:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            inner.setdefault("/".join(parts[:depth]), []).append(path)
    return inner


def rolled_up(parts: list[tuple[NodeId, NodeRuntime]]) -> NodeRuntime:
    """The state of an instance, from those of the nodes in it."""
    states = [state for _, state in parts]
    present = {state.status for state in states if state.status is not None}
    if not present:
        return IDLE
    status = next(status for status in _WORST if status in present)
    settled = sum(state.status in SETTLED for state in states)
    if status in (NodeStatus.WAITING, NodeStatus.READY) and settled:
        status = NodeStatus.RUNNING  # some of it is done, the rest waits its turn
    over = settled == len(states)
    first = next(((path, state) for path, state in parts if state.status is status and _says(state)), None)
    return NodeRuntime(
        status=status,
        progress=None if status is NodeStatus.WAITING else settled / len(states),
        message=first[1].message if first is not None else "",
        started_s=min((state.started_s for state in states if state.started_s is not None), default=None),
        elapsed_s=sum(state.elapsed_s or 0.0 for state in states) if over else None,
        output_bytes=sum(state.output_bytes for state in states),
        peak_bytes=max(state.peak_bytes for state in states),
        failure=first[1].failure if first is not None else None,
        reason=first[1].reason if first is not None else "",
        cause=first[1].cause if first is not None else None,
        stale=any(state.stale for state in states),
        coarse=any(state.coarse for state in states),
    )


def _says(state: NodeRuntime) -> bool:
    return bool(state.failure or state.reason or state.message)


def placed_values(values: Mapping[PortRef, _Value], place: Place) -> dict[PortRef, _Value]:
    """The values of the nodes of a place under their own names."""
    if not place.path:
        return dict(values)
    found: dict[PortRef, _Value] = {}
    for ref, value in values.items():
        if ref.node.startswith(place.prefix) and "/" not in (name := ref.node[len(place.prefix) :]):
            found[PortRef(NodeId(name), ref.port)] = value
    return found
